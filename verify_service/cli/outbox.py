"""`verify texts`: how sending stands, and taking up again what ended without having been refused."""

from __future__ import annotations

import datetime as dt

import click

from verify_service.cli.person import whoever
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.messaging import reviving
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import AGES, standing


@click.group()
def texts() -> None:
    """Texts to people: how sending stands, and reviving what was given up."""


@texts.command("standing")
@json_option
@with_servers
def how_it_stands(as_json: bool) -> None:
    """Whether the gateway is there, and how many texts wait since when."""
    with transaction() as session:
        now = standing(session, gateway().name, now=dt.datetime.now(dt.UTC))
        ended = reviving.count(session)
    if as_json:
        print_json(
            {
                "gateway": now.gateway,
                "up": now.away is None,
                "away_since": now.away.since.isoformat() if now.away else None,
                "reason": now.away.reason if now.away else None,
                "times_away": now.opened,
                "waiting": now.waiting,
                "oldest": now.oldest.isoformat() if now.oldest else None,
                "by_age": {name: number for (name, _), number in zip(AGES, now.ages, strict=True)},
                "in_a_talk": now.paused,
                "wrong_clocks": {clock.gateway: clock.seconds for clock in now.clocks},
                "failed": ended.failed,
                "stale": ended.stale,
            }
        )
        return
    away = f"away since {_local(now.away.since)} ({now.away.reason})" if now.away else "there"
    oldest = f", the oldest since {_local(now.oldest)}" if now.oldest else ""
    click.echo(f"The gateway {now.gateway} is {away}. {now.waiting} texts wait{oldest}.")
    if now.paused:
        click.echo(f"{now.paused} texts of ours wait until a talk by SMS is over.")
    for clock in now.clocks:
        click.echo(f"The clock of {clock.gateway} is wrong by {clock.seconds} seconds or more: it is not used.")
    click.echo(f"{ended.failed} texts were given up and {ended.stale} grew too old; see: verify texts revive --dry-run")


@texts.command()
@click.option(
    "--since",
    type=click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")),
    help="Only texts written since then, in the city's own time.",
)
@click.option("--stale", is_flag=True, help="Also those that grew too old while they waited.")
@click.option("--dry-run", is_flag=True, help="Say how many there are, and do nothing.")
@json_option
@with_servers
def revive(since: dt.datetime | None, stale: bool, dry_run: bool, as_json: bool) -> None:
    """Take up again texts that were given up; who wants none, and what was asked again since, is left alone."""
    moment = since.replace(tzinfo=programme().zone) if since else None
    with transaction() as session:
        if dry_run:
            found = reviving.count(session, since=moment)
        else:
            found = reviving.revive(session, since=moment, stale=stale, by=whoever(), now=dt.datetime.now(dt.UTC))
    if not dry_run:
        queue.nudge(queue.SEND)
    if as_json:
        print_json({"failed": found.failed, "stale": found.stale, "done": not dry_run})
    elif dry_run:
        click.echo(f"{found.failed} texts were given up, and {found.stale} grew too old (those with --stale).")
    else:
        click.echo(f"{found.failed + found.stale} texts wait again ({found.failed} given up, {found.stale} too old).")


def _local(moment: dt.datetime) -> str:
    return f"{moment.astimezone(programme().zone):%Y-%m-%d %H:%M}"
