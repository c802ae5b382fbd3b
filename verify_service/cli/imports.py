"""`verify import`: lists go in, with a report by row and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy.orm import Session
from tqdm import tqdm

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.ground import queue
from verify_service.ground.database import engine
from verify_service.ground.programme import programme
from verify_service.registry import loading
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import ImportReport

_ACTOR = "command line"


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


@click.group("import")
def import_file() -> None:
    """Load a file an office sent: a roster, payments, the insurer's return file, RT heads."""


_file = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_dry = click.option("--dry-run", is_flag=True, help="Report only; nothing is written.")
_accept = click.option(
    "--accept-valid", is_flag=True, help="Take the rows that can be used, although others are rejected."
)
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
@_accept
@_dry
@json_option
@with_servers
def roster(
    file: Path,
    decree: str | None,
    paid_from: dt.date | None,
    months: int | None,
    whole: bool,
    accept_valid: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """The list of workers the city pays for (xlsx or csv, as the office wrote it)."""
    start = paid_from or programme().premium.effective_from.replace(day=1)
    _run(
        "roster",
        as_json,
        dry_run,
        accept_valid,
        lambda session, progress, now: loading.import_roster(
            session,
            file,
            loading.RosterTerms(start, months, decree, whole),
            dry_run=dry_run,
            progress=progress,
            now=now,
            actor=_ACTOR,
        ),
    )


@import_file.command("payments")
@_file
@_period
@_accept
@_dry
@json_option
@with_servers
def payments(file: Path, period: dt.date, accept_valid: bool, dry_run: bool, as_json: bool) -> None:
    """What the treasury paid for whom in one month."""
    _run(
        "payments",
        as_json,
        dry_run,
        accept_valid,
        lambda session, progress, now: loading.import_payments(
            session, file, period=period, dry_run=dry_run, progress=progress, now=now, actor=_ACTOR
        ),
    )


@import_file.command("insurer")
@_file
@_period
@_accept
@_dry
@json_option
@with_servers
def insurer(file: Path, period: dt.date, accept_valid: bool, dry_run: bool, as_json: bool) -> None:
    """What BPJS Ketenagakerjaan returned for one month."""
    _run(
        "insurer",
        as_json,
        dry_run,
        accept_valid,
        lambda session, progress, now: loading.import_insurer(
            session, file, period=period, dry_run=dry_run, progress=progress, now=now, actor=_ACTOR
        ),
    )


@import_file.command("rt-heads")
@_file
@_accept
@_dry
@json_option
@with_servers
def rt_heads(file: Path, accept_valid: bool, dry_run: bool, as_json: bool) -> None:
    """Who heads each RT."""
    _run(
        "rt-heads",
        as_json,
        dry_run,
        accept_valid,
        lambda session, progress, now: loading.import_rt_heads(
            session, file, dry_run=dry_run, progress=progress, now=now, actor=_ACTOR
        ),
    )


def _run(
    kind: str,
    as_json: bool,
    dry_run: bool,
    accept_valid: bool,
    load: Callable[[Session, Callable[[int, int], None], dt.datetime], ImportReport],
) -> None:
    now = dt.datetime.now(dt.UTC)
    with tqdm(desc=f"import {kind}", unit=" rows", disable=None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            with Session(engine(), expire_on_commit=False) as session:
                report = load(session, progress, now)
                report = report if accept_valid else report.all_or_nothing()
                if dry_run or report.refused:
                    session.rollback()
                else:
                    session.commit()
        except FileRefused as refused:
            raise click.ClickException(str(refused)) from None
    if as_json:
        print_json(report.to_json())
    else:
        click.echo(report.to_text())
    if report.refused:
        raise SystemExit(1)
    if not dry_run:
        queue.nudge(queue.RECONCILE)
