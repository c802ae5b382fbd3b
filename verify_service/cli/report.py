"""`verify report`: figures, each from the one place that defines it."""

from __future__ import annotations

import csv
import datetime as dt
import sys

import click
from sqlalchemy.orm import Session

from verify_service.cli.service import print_json, with_servers
from verify_service.ground.database import transaction
from verify_service.rounds.dispositions import settle
from verify_service.rounds.report_rows import COLUMNS, rows_of
from verify_service.rounds.round_report import RoundReport, report_of
from verify_service.rounds.round_states import RoundRefused, find_round


@click.group()
def report() -> None:
    """Figures for the auditor, the council and the public."""


@report.command("round")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(("json", "csv")), default="json", show_default=True)
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
