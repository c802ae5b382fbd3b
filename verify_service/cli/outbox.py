"""`verify texts`: how sending stands, and taking up again what ended without having been refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import click
from sqlalchemy.orm import Session

from verify_service.cli.service import Day, json_option, print_json, with_servers
from verify_service.cli.whoever import whoever
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.messaging import by_hand, reviving
from verify_service.messaging.by_hand import Deed, Picked, Why
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import AGES, standing
from verify_service.messaging.message_list import Group, Sought
from verify_service.messaging.outbox import Purpose


@click.group()
def texts() -> None:
    """Texts to people: how sending stands; take back, revive or repeat them."""


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


def _act(name: str, deed: Deed, told: str) -> None:
    """One command of those that act on single texts or on all that match."""

    @texts.command(name, help=told)
    @click.option("--id", "ids", type=click.IntRange(1), multiple=True, help="This text; as often as you like.")
    @click.option("--group", type=click.Choice([group.value for group in Group]), help="All that stand so.")
    @click.option("--purpose", type=click.Choice([purpose.value for purpose in Purpose]), help="Of these only those.")
    @click.option("--day", type=Day(), help="Of these only those written on this day.")
    @click.option("--ask", "ask_id", type=click.IntRange(1), help="Of these only those of this ask.")
    @click.option("--why", type=click.Choice([why.value for why in Why]), help="Why; kept in the trail.")
    @click.option("--may-have-arrived", "perhaps", is_flag=True, help="They go although somebody may read them twice.")
    @click.option("--dry-run", is_flag=True, help="Say how many there are and why not others, and do nothing.")
    @json_option
    @with_servers
    def run(**given: Any) -> None:
        _done(deed, given)


def _done(deed: Deed, given: Mapping[str, Any]) -> None:
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        picked = _picked(session, given)
        found = by_hand.concerned(session, deed, picked, now=now)
        done: tuple[int, ...] | by_hand.Refused = ()
        if not given["dry_run"]:
            said = by_hand.Said(given["why"] or "", perhaps=given["perhaps"])
            done = by_hand.do(session, deed, picked, said, now=now, by=whoever())
    if isinstance(done, by_hand.Refused):
        raise click.ClickException(_REFUSED[done])
    if done:
        queue.nudge(queue.SEND)
    left_out = {why.value: number for why, number in found.left_out.items()}
    if given["as_json"]:
        print_json({"texts": found.texts, "left_out": left_out, "done": list(done)})
        return
    click.echo(f"{len(done)} texts: done." if done else f"{found.texts} texts.")
    for why, number in left_out.items():
        click.echo(f"  {number:>6} left alone: {why.replace('_', ' ')}")


def _picked(session: Session, given: Mapping[str, Any]) -> Picked:
    if given["ids"]:
        return Picked(ids=tuple(sorted(set(given["ids"]))))
    if not (given["group"] or given["ask_id"]):
        raise click.UsageError("Name texts with --id, or all that stand so with --group or --ask.")
    sought = Sought(
        Group(given["group"]) if given["group"] else None,
        Purpose(given["purpose"]) if given["purpose"] else None,
        given["day"],
        ask=given["ask_id"],
    )
    return Picked(sought=sought, upto=by_hand.newest(session))


_REFUSED = {
    by_hand.Refused.NOBODY: "Nothing was done: there is no text with which this can be done; see --dry-run",
    by_hand.Refused.GREW: "Nothing was done: there are more of them than before",
    by_hand.Refused.TOO_MANY: "Nothing was done: these are too many at once; name a day, a purpose or an ask",
    by_hand.Refused.PERHAPS: "Nothing was done: they may have arrived; --may-have-arrived sends them all the same",
    by_hand.Refused.NO_REASON: "Nothing was done: say --why, for example --why wrong_people",
}
_act("cancel", Deed.CANCEL, "Take back texts that have not left.")
_act("wait-again", Deed.REVIVE, "Let texts wait again that never left: refused, given up, or taken back by hand.")
_act("resend", Deed.RESEND, "Send texts once more that may have arrived: the same words, and each costs again.")


def _local(moment: dt.datetime) -> str:
    return f"{moment.astimezone(programme().zone):%Y-%m-%d %H:%M}"
