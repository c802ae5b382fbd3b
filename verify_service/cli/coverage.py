"""`verify matrix`: every combination of what the sources say that occurs in a month, named, owned and priced."""

from __future__ import annotations

import datetime as dt

import click

from verify_service.cli.imports import Month
from verify_service.cli.service import as_of_option, json_option, print_json, standing, with_servers
from verify_service.cli.verdicts import drain_all
from verify_service.verification.coverage_matrix import Combination, CoverageMatrix, coverage
from verify_service.verification.evidence import newest_period
from verify_service.verification.reconciliation import compute_again

_SOURCES = ("list", "insurer", "worker", "rt_head", "duplicate")


@click.command()
@click.option("--month", type=Month(), default=None, help="The month. Default: the newest the insurer reported.")
@as_of_option
@json_option
@with_servers
def matrix(month: dt.date | None, as_of: dt.date | None, as_json: bool) -> None:
    """Every combination of what the sources say that occurs in a month: its verdict, owner, people, rupiah."""
    if as_of is None:
        drain_all()
    with standing(as_of) as session:
        if as_of is not None:
            compute_again(session, now=dt.datetime.now(dt.UTC))
        held = coverage(session, month or newest_period(session))
    if as_json:
        print_json(_document(held))
    elif held.period is None:
        click.echo("No insurer file has been imported yet, so no month has verdicts.")
    else:
        _print(held)


def _document(held: CoverageMatrix) -> dict[str, object]:
    return {
        "month": f"{held.period:%Y-%m}" if held.period else None,
        "enrolments": held.enrolments,
        "rupiah": held.rupiah,
        "owners": [
            {"owner": one.owner.value, "combinations": one.combinations, "enrolments": one.enrolments}
            | {"rupiah": one.rupiah}
            for one in held.owners
        ],
        "combinations": [
            {
                "case": _case(one),
                "verdict": one.verdict,
                "owner": one.owner.value,
                "reason": one.reason,
                "enrolments": one.enrolments,
                "assisted": one.assisted,
                "rupiah": one.rupiah,
            }
            for one in held.combinations
        ],
    }


def _case(one: Combination) -> dict[str, str]:
    return {source: getattr(one.case, source).value for source in _SOURCES}


def _print(held: CoverageMatrix) -> None:
    click.echo(
        f"{held.period:%Y-%m}: {len(held.combinations):,} combinations, {held.enrolments:,} enrolments,"
        f" Rp {held.rupiah:,} at risk"
    )
    for share in held.owners:
        click.echo(f"  {share.owner.value:<10}{share.enrolments:>10,} enrolments  Rp {share.rupiah:>14,}")
    click.echo(
        "\n enrolments       at risk  verdict                      next        list, insurer, worker, RT head, twice"
    )
    for one in held.combinations:
        case = ", ".join(_case(one).values())
        click.echo(f"{one.enrolments:>11,}{f'Rp {one.rupiah:,}':>14}  {one.verdict:<28} {one.owner.value:<11} {case}")
