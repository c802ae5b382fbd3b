"""`verify import`: lists go in, with a report by row and column."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import whoever
from verify_service.demo.embedded import write_private
from verify_service.ground import queue
from verify_service.ground.database import engine
from verify_service.ground.programme import programme
from verify_service.registry import loading
from verify_service.registry.headings import with_headings
from verify_service.registry.orders import RosterTerms
from verify_service.registry.problems import FileRefused, TableMissing
from verify_service.registry.report import ImportReport
from verify_service.reports.forecast import priced


class Month(click.ParamType[dt.date]):
    """A month as YYYY-MM, kept as its first day."""

    name = "YYYY-MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.datetime.strptime(str(value), "%Y-%m").date()  # noqa: DTZ007  # a month has no zone
        except ValueError:
            self.fail(f"{value!r} is not a month; write YYYY-MM, for example 2026-03", param, ctx)


class Heading(click.ParamType[tuple[str, str]]):
    """HEADING=COLUMN: the heading as the file has it, and which of our columns it is."""

    name = "HEADING=COLUMN"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        heading, sign, column = str(value).rpartition("=")
        if not sign or not heading.strip() or not column.strip():
            self.fail(f"{value!r} does not say which column it is; write for example 'NO INDUK=NIK'", param, ctx)
        return heading.strip(), column.strip()


@click.group("import")
def import_file() -> None:
    """Load a file an office sent: a roster, payments, the insurer's return file, RT heads."""


Headings = tuple[tuple[str, str], ...]
Load = Callable[[Session, Callable[[int, int], None], dt.datetime, dict[str, str]], ImportReport]


@dataclass(frozen=True)
class Options:
    """What every import can be told."""

    kind: str
    headings: Headings
    accept_valid: bool
    dry_run: bool
    as_json: bool
    marked: tuple[Path, Path] | None = None  # the file, and where it goes with its problems marked


_file = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_accept = click.option(
    "--accept-valid", is_flag=True, help="Take the rows that can be used, although others are rejected."
)
_map = click.option(
    "--map",
    "headings",
    type=Heading(),
    multiple=True,
    help="What a column is that we do not know, remembered for the next file; HEADING=- for one of no use.",
)
_marked = click.option(
    "--marked",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="An xlsx file to write: the list as it is, with what is wrong marked at its cells.",
)
_dry = click.option("--dry-run", is_flag=True, help="Report only; nothing is written.")


def _told_to(kind: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command that imports one kind of file, with what all of them can be told, and its servers."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(
            file: Path,
            marked: Path | None,
            headings: Headings,
            accept_valid: bool,
            dry_run: bool,
            as_json: bool,
            **more: Any,
        ) -> None:
            both = (file, marked) if marked else None
            command(file=file, **more, options=Options(kind, headings, accept_valid, dry_run, as_json, both))

        told: Callable[..., None] = with_servers(run)
        for option in (json_option, _dry, _marked, _accept, _map):
            told = option(told)
        return told

    return decorate


_period = click.option("--period", type=Month(), required=True, help="The month the file is about.")


@import_file.command("roster")
@_file
@click.option("--decree", default=None, help="The decree this list rests on. Default: the programme file's.")
@click.option(
    "--paid-from", type=Month(), default=None, help="First month the city pays. Default: the premium's start."
)
@click.option(
    "--months", type=click.IntRange(1, 120), default=None, help="Months paid. Default: the file's column, or 12."
)
@click.option(
    "--whole/--adds", default=False, help="It is the whole list, or adds to it (default). Nobody goes off it by either."
)
@_told_to("roster")
def roster(
    file: Path,
    decree: str | None,
    paid_from: dt.date | None,
    months: int | None,
    whole: bool,
    options: Options,
) -> None:
    """The list of workers the city pays for (xlsx or csv, as the office wrote it)."""
    start = paid_from or programme().premium.effective_from.replace(day=1)
    _run(
        options,
        lambda session, progress, now, told: loading.import_roster(
            session,
            file,
            RosterTerms(start, months, decree, whole, priced),
            headings=told,
            dry_run=options.dry_run,
            progress=progress,
            now=now,
            actor=whoever(),
        ),
    )


@import_file.command("payments")
@_file
@_period
@_told_to("payments")
def payments(file: Path, period: dt.date, options: Options) -> None:
    """What the treasury paid for whom in one month."""
    _run_month(loading.import_payments, file, period, options)


@import_file.command("insurer")
@_file
@_period
@_told_to("insurer")
def insurer(file: Path, period: dt.date, options: Options) -> None:
    """What BPJS Ketenagakerjaan returned for one month."""
    _run_month(loading.import_insurer, file, period, options)


@import_file.command("rt-heads")
@_file
@_told_to("rt-heads")
def rt_heads(file: Path, options: Options) -> None:
    """Who heads each RT."""
    _run(
        options,
        lambda session, progress, now, told: loading.import_rt_heads(
            session, file, headings=told, dry_run=options.dry_run, progress=progress, now=now, actor=whoever()
        ),
    )


def _run_month(load: Callable[..., ImportReport], file: Path, period: dt.date, options: Options) -> None:
    """Import a file that is about one month."""
    _run(
        options,
        lambda session, progress, now, told: load(
            session,
            file,
            period=period,
            headings=told,
            dry_run=options.dry_run,
            progress=progress,
            now=now,
            actor=whoever(),
        ),
    )


def _run(options: Options, load: Load) -> None:
    """Import one file, ask what its columns are where somebody is there to answer, and tell what became of it."""
    told = dict(options.headings)
    while True:
        try:
            report = _once(options, load, told)
            break
        except TableMissing as missing:
            if not _can_ask(options) or not (asked := _ask(missing)):
                raise click.ClickException(f"{missing}{_hint(missing)}") from None
            told |= asked
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from None
    if options.as_json:
        print_json(report.to_json())
    else:
        click.echo(report.to_text())
    if report.refused:
        raise SystemExit(1)
    if not options.dry_run:
        queue.nudge(queue.RECONCILE)


def _once(options: Options, load: Load, told: dict[str, str]) -> ImportReport:
    with tqdm(desc=f"import {options.kind}", unit=" rows", disable=None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        with Session(engine(), expire_on_commit=False) as session:
            report = load(session, progress, dt.datetime.now(dt.UTC), told)
            if options.marked:
                _mark(session, options, told, report)
            report = report if options.accept_valid else report.all_or_nothing()
            if options.dry_run or report.refused:
                session.rollback()
            else:
                session.commit()
            return report


def _mark(session: Session, options: Options, told: dict[str, str], report: ImportReport) -> None:
    from verify_service.registry.marked import mark_file  # a writer of workbooks, which most imports do without

    assert options.marked is not None
    source, target = options.marked
    layout = with_headings(session, loading.LAYOUTS[options.kind], told)
    try:
        write_private(target, mark_file(source, layout, report.problems))
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from None


def _can_ask(options: Options) -> bool:
    return not options.as_json and sys.stdin.isatty() and sys.stderr.isatty()


def _ask(missing: TableMissing) -> dict[str, str]:
    """Which of the headings that we do not know are columns that we need; nothing where one of these is not there."""
    told: dict[str, str] = {}
    for column in missing.lacking:
        left = [heading for heading in missing.unknown if heading not in told]
        if not left:
            return {}
        click.echo(f"{missing}\nWhich column is {column}?", err=True)
        for number, heading in enumerate(left, start=1):
            click.echo(f"  {number}  {heading}", err=True)
        answer = click.prompt("Its number, 0 for none", type=click.IntRange(0, len(left)), err=True)
        if answer == 0:
            return {}
        told[left[answer - 1]] = column
    return told


def _hint(missing: TableMissing) -> str:
    if not missing.lacking or not missing.unknown:
        return ""
    example = f"{missing.unknown[0]}={missing.lacking[0]}"
    return f" If one of the others is it, say so: --map {example!r}"
