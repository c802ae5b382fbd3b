"""`verify budget`: what the money pays for, by the list and the programme file or by numbers of one's own."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from verify_service.cli.service import data_dir_option, json_option, print_json, with_servers
from verify_service.ground.database import transaction
from verify_service.ground.programme import DEFAULT, Programme, read_programme
from verify_service.ground.settings import SettingsRefused
from verify_service.proposals.places import listed
from verify_service.reports.budget import MONTHS, BudgetRefused, Plan, months_from
from verify_service.reports.forecast import forecast


class _Share(click.ParamType[Decimal]):
    """A share, such as .05 for five per cent."""

    name = "SHARE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is not a share; write .05 for 5 %", param, ctx)


@click.command()
@click.option("--heads", type=int, default=None, help="Workers. Default: those on the list today, each once.")
@click.option("--premium", type=int, default=None, help="Rupiah a worker and month. Default: the programme file's.")
@click.option("--ceiling", type=int, default=None, help="Rupiah of the year. Default: the programme file's.")
@click.option("--months", type=click.IntRange(1, 120), default=MONTHS, show_default=True, help="Months to be paid.")
@click.option(
    "--administration", type=_Share(), default=Decimal(0), help="Share of the ceiling kept back, such as .05."
)
@json_option
@data_dir_option
def budget(
    heads: int | None,
    premium: int | None,
    ceiling: int | None,
    months: int,
    administration: Decimal,
    as_json: bool,
    data_dir: Path,
) -> None:
    """What the money pays for: cost, what is missing, how many heads and how many months are funded."""
    held = _programme()
    today = dt.datetime.now(held.zone).date()
    warning = ""
    if heads is None:
        heads, warning = _on_the_list(data_dir=data_dir, today=today)
    try:
        plan = Plan(
            heads,
            tuple(
                held.premium.on(month) if premium is None else premium
                for month in months_from(today.replace(month=1, day=1), months)
            ),
            held.premium.ceiling if ceiling is None else ceiling,
            administration,
        )
    except BudgetRefused as refused:
        raise click.ClickException(str(refused)) from None
    if as_json:
        print_json(plan.as_json())
        return
    click.echo(f"{plan.heads:,} heads for {months} months cost Rp {plan.cost:,} of Rp {plan.available:,}.")
    click.echo(f"Missing: Rp {plan.over:,}." if plan.over else f"Enough; Rp {plan.available - plan.cost:,} are left.")
    click.echo(f"For all months it pays {plan.funded_heads:,} heads, and Rp {plan.left_at_funded:,} are left.")
    click.echo(f"All heads are paid for {plan.funded_months} months, and Rp {plan.left_after_months:,} are left.")
    if warning:
        click.echo(warning)


def _programme() -> Programme:
    try:
        return read_programme(Path(os.environ.get("VERIFY_PROGRAMME") or DEFAULT))
    except SettingsRefused as refused:
        raise click.ClickException(str(refused)) from None


@with_servers
def _on_the_list(today: dt.date) -> tuple[int, str]:
    """How many are on the list, and a warning where this year's money does not pay for it as it was planned."""
    with transaction() as session:
        return listed(session, today=today), forecast(session, now=dt.datetime.now(dt.UTC)).warning()
