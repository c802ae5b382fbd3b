"""`verify publish`: count, round, attack and print the public figures now."""

from __future__ import annotations

import datetime as dt
import random

import click

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.verdicts import drain_all
from verify_service.cli.whoever import whoever
from verify_service.ground.database import transaction
from verify_service.publication import publishing
from verify_service.publication.weeks import SMALL


@click.command()
@click.option("--dry-run", is_flag=True, help="Reckon and tell, but print nothing.")
@json_option
@with_servers
def publish(dry_run: bool, as_json: bool) -> None:
    """Count, round and attack the public figures now, and print them; the clock does it once a week."""
    drain_all()
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        held = publishing.ready(session, now=now)
    if held is None:
        raise click.ClickException("The insurer has reported no month yet: verify import insurer FILE --period YYYY-MM")
    decided = publishing.decide(held, random.SystemRandom())
    kept = False
    if not dry_run:
        with transaction() as session:
            kept = publishing.keep(session, decided, now=now, by=whoever())
        _write_brief()
    counts, printed = held.counted.counts, decided.printed
    told = {
        "week": held.week.isoformat(),
        "counts": len(counts),
        "small": sum(0 < number < SMALL for number in counts.values()),
        "mean_error": round(sum(abs(printed[key] - counts[key]) for key in counts) / len(counts), 2)
        if printed
        else None,
        "refused": decided.refused,
        "printed": kept and decided.refused is None,
    }
    if as_json:
        print_json(told)
        return
    click.echo(f"Week of {told['week']}: {told['counts']} counts, {told['small']} of them 1 to 4.")
    if decided.refused:
        raise click.ClickException(f"Not printed: {decided.refused}. What was printed last stands on.")
    click.echo(f"Rounded to 5 with every sum kept, on average {told['mean_error']} from the true count.")
    click.echo("No small count follows from what was printed in these weeks.")
    if not dry_run:
        click.echo("Printed." if kept else "This week was printed already, and is not printed twice.")


def _write_brief() -> None:
    from verify_service.publication.brief import keep_brief  # a compiler of 80 MB that a dry run does not need

    with transaction() as session:
        keep_brief(session)
