"""`verify report`: figures, each from the one place that defines it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import click
from sqlalchemy.orm import Session

from verify_service.cli.service import print_json, with_servers
from verify_service.ground.database import transaction
from verify_service.rounds.dispositions import settle
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
        click.echo(as_csv(told), nl=False)


def _brought_up_to_date(session: Session, name: str) -> RoundReport:
    held = find_round(session, name, lock=True)
    if held.drawn_at is not None and held.state != "cancelled":
        settle(session, held, now=dt.datetime.now(dt.UTC))  # what came in late is counted as late
    return report_of(session, held)


_COLUMNS = (
    "part", "name", "people", "sampled", "answers", "yes", "share", "low", "high", "worst", "best", "outer_low",
    "outer_high", "deff", "n_eff", "refused", "review",
)  # fmt: skip


def as_csv(told: RoundReport) -> str:
    """The same figures as rows: one for each disposition, rate and share; empty where there is none."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for name, _, _, people in told.dispositions:
        rows.writerow(["disposition", name, people, *[""] * (len(_COLUMNS) - 3)])
    for name, value in vars(told.rates).items():
        rows.writerow(["rate", name, "", "", "", "", _written(value), *[""] * (len(_COLUMNS) - 7)])
    for part, shares in (("overall", (told.overall,)), *told.domains.items()):
        for one in shares:
            rows.writerow([part, *(_written(getattr(one, column)) for column in _COLUMNS[1:])])
    for channel in told.channels:
        rows.writerow(["channel", channel.channel, "", "", channel.answers, channel.yes, *[""] * (len(_COLUMNS) - 6)])
    return written.getvalue()


def _written(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
