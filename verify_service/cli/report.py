"""`verify report`: figures, each from the one place that defines it."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from verify_service.cli.imports import Month
from verify_service.cli.service import Day, as_of_option, print_json, standing, with_servers
from verify_service.cli.verdicts import drain_all
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.publication.printed import current
from verify_service.reports.answers import REPORTS, as_csv, as_json, lines_of
from verify_service.reports.definition import Asked, Report
from verify_service.reports.publication import MANIFEST, write_all
from verify_service.rounds.dispositions import settle
from verify_service.rounds.report_rows import COLUMNS, rows_of
from verify_service.rounds.round_report import RoundReport, report_of
from verify_service.rounds.round_states import RoundRefused, find_round
from verify_service.verification.reconciliation import compute_again

format_option = click.option("--format", "form", type=click.Choice(("json", "csv")), default="json", show_default=True)


@click.group()
def report() -> None:
    """Figures for the auditor, the council and the public."""


@report.command("round")
@click.argument("name")
@format_option
@with_servers
def round_(name: str, form: str) -> None:
    """What a round states: dispositions, rates, shares with their intervals, and what the silent could change."""
    try:
        with transaction() as session:
            told = _brought_up_to_date(session, name)
    except RoundRefused as refused:
        raise click.ClickException(str(refused)) from None
    if form == "json":
        print_json(told.as_json())
    else:
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(rows_of(told))


def _brought_up_to_date(session: Session, name: str) -> RoundReport:
    held = find_round(session, name, lock=True)
    if held.drawn_at is not None and held.state != "cancelled":
        settle(session, held, now=dt.datetime.now(dt.UTC))  # what came in late is counted as late
    return report_of(session, held)


@report.command("all")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder for the files.")
@click.option("--as-of", type=Day(), required=True, help="As it stood at the end of this day.")
@with_servers
def all_(out: Path, as_of: dt.date) -> None:
    """Every answer as CSV and JSON, with a dictionary and a manifest: the same day gives the same bytes."""
    asked = _asked(as_of)
    with _standing(as_of) as session:
        click.echo(f"As of {as_of}, into {out}:", err=True)
        manifest = write_all(session, asked, out, lambda name: click.echo(f"  {name}", err=True))
    click.echo(f"{len(manifest['files'])} files and {MANIFEST} written to {out}")


@report.command("brief")
@click.option("--month", type=Month(), required=True, help="The month, YYYY-MM.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@with_servers
def brief(month: dt.date, out: Path) -> None:
    """The monthly brief for the mayor and the council: two pages in Indonesian, from what was last published in it."""
    from verify_service.publication.brief import brief as written  # a compiler of 80 MB that no other command needs
    from verify_service.publication.brief import moment_of

    with transaction() as session:
        held = current(session, until=moment_of(month, dt.datetime.now(dt.UTC)))
    if held is None:
        raise click.ClickException(f"Nothing was published by the end of {month:%Y-%m}. Publish now: verify publish")
    pdf = written(held, month)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(pdf)
    click.echo(f"{out}: {len(pdf):,} bytes, as published on {held.made_at.astimezone(programme().zone).date()}")


def _asked(day: dt.date | None) -> Asked:
    now = dt.datetime.now(dt.UTC)
    if day is None:
        return Asked(now)
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), programme().zone)
    return Asked(min(midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1), now))


@contextmanager
def _standing(day: dt.date | None) -> Iterator[Session]:
    """A session with the verdicts of that day. What it computes is in the trail of today, and goes with the session."""
    if day is None:
        drain_all()
    with standing(day) as session:
        if day is not None:
            compute_again(session, now=dt.datetime.now(dt.UTC))
        yield session


def _answer(told: Report) -> click.Command:
    @click.command(told.name, help=f"{told.question} {told.answers}", short_help=told.question)
    @as_of_option
    @format_option
    @with_servers
    def answer(as_of: dt.date | None, form: str) -> None:
        asked = _asked(as_of)
        with _standing(as_of) as session:
            lines = lines_of(told, session, asked)
        if form == "csv":
            sys.stdout.write(as_csv(told, lines).decode())
        else:
            print_json(as_json(told, lines, asked.today))

    return answer


for each in REPORTS.values():
    report.add_command(_answer(each))
