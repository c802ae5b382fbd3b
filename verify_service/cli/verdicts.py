"""`verify reconcile`, `verify verdicts`: what everybody's word amounts to."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import click
from sqlalchemy import func, select, text
from tqdm import tqdm

from verify_service import audit
from verify_service.cli.imports import Month
from verify_service.cli.service import as_of_option, data_dir_option, json_option, print_json, standing, with_servers
from verify_service.cli.whoever import whoever
from verify_service.conversations.news import reconcile_and_tell
from verify_service.ground.database import transaction
from verify_service.ground.programme import DEFAULT, read_programme
from verify_service.ground.settings import SettingsRefused
from verify_service.ground.tables import StaleEnrolment
from verify_service.verification.decision import decision_table
from verify_service.verification.evidence import newest_period
from verify_service.verification.reconciliation import Reconciled, compute_again, drain, forget_verdicts
from verify_service.verification.stale import wait_for_others

_FACTS = ("list", "insurer", "worker", "rt_head", "duplicate")


@click.command()
@click.option("--all", "everything", is_flag=True, help="Throw every verdict away and rebuild from evidence.")
@json_option
@with_servers
def reconcile(everything: bool, as_json: bool) -> None:
    """Bring verdicts and discrepancies up to date now."""
    if everything:
        with transaction() as session:
            now = dt.datetime.now(dt.UTC)
            count = forget_verdicts(session, now=now)
            audit.record(session, now=now, actor=whoever(), action="verdicts rebuilt", on="verdict", enrolments=count)
    done = drain_all()
    if as_json:
        print_json(done.__dict__)
    else:
        click.echo(
            f"{done.enrolments} enrolments looked at, {done.verdicts} verdicts changed; discrepancies: "
            f"{done.opened} opened, {done.updated} updated, {done.closed} closed."
        )


def drain_all() -> Reconciled:
    """Bring every verdict up to date, together with whatever workers there are."""
    with transaction() as session:
        waiting = session.scalar(select(func.count(StaleEnrolment.enrolment_id.distinct()))) or 0
    with tqdm(desc="reconcile", unit=" enrolments", total=waiting, disable=None, leave=False) as bar:
        return drain(_one_batch, progress=lambda count: (bar.update(count), None)[1], wait=_wait)


def _one_batch() -> Reconciled:
    with transaction() as session:
        return reconcile_and_tell(session, now=dt.datetime.now(dt.UTC))


def _wait() -> bool:
    with transaction() as session:
        return wait_for_others(session)


@click.command()
@click.option("--period", type=Month(), default=None, help="The month. Default: the newest the insurer reported.")
@click.option("--table", is_flag=True, help="Print the whole decision table instead.")
@as_of_option
@json_option
@data_dir_option
def verdicts(data_dir: Path, period: dt.date | None, table: bool, as_of: dt.date | None, as_json: bool) -> None:
    """Each enrolment's verdict for one month, with the case it follows from."""
    if table:
        _print_table(as_json)
    else:
        _verdicts(data_dir, period, as_of, as_json)


@with_servers
def _verdicts(period: dt.date | None, as_of: dt.date | None, as_json: bool) -> None:
    if as_of is None:
        drain_all()
    with standing(as_of) as session:
        if as_of is not None:
            compute_again(session, now=dt.datetime.now(dt.UTC))
        month = period or newest_period(session)
        rows = session.execute(
            text(
                """SELECT enrolment_id, enrolment.row, to_char(period, 'YYYY-MM') AS period, list, insurer, worker,
                          rt_head, duplicate, verdict, owner, rupiah, paid_by
                   FROM verdict JOIN enrolment ON enrolment.id = enrolment_id WHERE period = :month
                   ORDER BY enrolment_id"""
            ),
            {"month": month},
        ).all()
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    if month is None:
        click.echo("No insurer file has been imported yet, so no month has verdicts.")
        return
    counts: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        held = counts.setdefault((row.verdict, row.owner), [0, 0])
        held[0] += 1
        held[1] += row.rupiah
    click.echo(f"{month:%Y-%m}: {len(rows)} enrolments")
    for (verdict, owner), (count, rupiah) in sorted(counts.items(), key=lambda item: -item[1][0]):
        click.echo(f"{count:>8}  {verdict:<28} next: {owner:<10} Rp {rupiah:>12,} at risk")


def _as_json(row: object) -> dict[str, object]:
    held = row._mapping  # type: ignore[attr-defined]
    return {
        "enrolment": held["enrolment_id"],
        "row": held["row"],
        "period": held["period"],
        "case": {fact: held[fact] for fact in _FACTS},
        "paid_by": held["paid_by"],
        "verdict": held["verdict"],
        "owner": held["owner"],
        "rupiah": held["rupiah"],
    }


def _print_table(as_json: bool) -> None:
    premium = programme_premium()
    rows = [
        {
            **{fact: getattr(case, fact).value for fact in _FACTS},
            "verdict": decision.verdict,
            "owner": decision.owner.value,
            "rupiah": decision.rupiah(premium),
            "reason": decision.reason,
        }
        for case, decision in decision_table()
    ]
    if as_json:
        print_json(rows)
        return
    click.echo("\t".join(rows[0]))
    for row in rows:
        click.echo("\t".join(str(value) for value in row.values()))


def programme_premium() -> int:
    """Today's premium by the programme file, without needing any other setting."""
    try:
        held = read_programme(Path(os.environ.get("VERIFY_PROGRAMME") or DEFAULT))
        return held.premium.on(dt.datetime.now(held.zone).date())
    except SettingsRefused as refused:
        raise click.ClickException(str(refused)) from None
