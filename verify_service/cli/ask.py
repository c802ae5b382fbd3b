"""`verify ask`: ask workers by SMS, and remind RT heads of the residents who wait for their word."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import whoever
from verify_service.conversations import group_asks
from verify_service.conversations.asked_group import EVER, MOST_MONTHS, SINCE_NEWEST, Whom
from verify_service.conversations.asking import RtHeadsAsked, ask_the_rt_heads
from verify_service.conversations.asking_a_group import Worked, ask_some
from verify_service.conversations.group_asks import AskPreview, AskRefusal, Seen
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.tables import Ask
from verify_service.registry.areas import NoSuchKelurahan, kelurahan_code
from verify_service.registry.occupations import OCCUPATIONS
from verify_service.rounds.round_states import RoundRefused, find_round
from verify_service.verification.decision import RULES

P = ParamSpec("P")
T = TypeVar("T")
_VERDICTS = sorted({rule.name for rule in RULES})
_TRIES = 3  # where it met another transaction that waited for it


@click.group()
def ask() -> None:
    """Ask those who have not spoken yet; texts go out within the send window."""


_GROUP = (
    click.option("--kelurahan", default=None, help="Only this kelurahan."),
    click.option("--rw", default="", help="Only this RW of it, for example 011."),
    click.option("--rt", default="", help="Only this RT of the RW, for example 003."),
    click.option("--occupation", type=click.Choice(sorted(OCCUPATIONS)), help="Only this occupation."),
    click.option("--verdict", type=click.Choice(_VERDICTS), help="Only whose newest month has this verdict."),
    click.option("--months", type=click.IntRange(1, MOST_MONTHS), help="Only those not heard for so many months."),
    click.option("--heard", is_flag=True, help="Also those who were heard since the newest insurer file."),
    click.option("--round", "round_name", help="Only those drawn for this round who did not answer."),
)


def _group_options(command: Callable[P, T]) -> Callable[..., T]:
    """Gives the command one `group` of what its options say of people."""

    @wraps(command)
    def run(**given: Any) -> T:
        names = ("kelurahan", "rw", "rt", "occupation", "verdict", "months", "heard", "round_name")
        group = {name: given.pop(name) for name in names}
        return command(group=group, **given)  # type: ignore[call-arg, arg-type]

    wrapped: Callable[..., T] = run
    for option in reversed(_GROUP):
        wrapped = option(wrapped)
    return wrapped


@ask.command()
@_group_options
@click.option("--dial", is_flag=True, help="Ask them to dial, instead of by a text that they answer.")
@click.option("--most", type=click.IntRange(1), default=10_000, show_default=True, help="Ask no more than these.")
@click.option("--dry-run", is_flag=True, help="Say whom, in which words and for how much, and do nothing.")
@click.option("--over-budget", default="", metavar="WHY", help="Ask though it exceeds the month's budget, and why.")
@json_option
@with_servers
def workers(group: Mapping[str, Any], dial: bool, most: int, dry_run: bool, over_budget: str, as_json: bool) -> None:
    """Ask by SMS whether they are registered and covered: workers silent since the newest insurer file, or whom the
    options name. The same as "Ask" in the console, and shown there."""
    question = group_asks.BY_DIAL if dial else group_asks.BY_TEXT
    with transaction() as session:
        whom = _whom(session, group)
        found = group_asks.preview(session, whom, question, now=_now(), most=most)
    if dry_run:
        return _tell(found, as_json=as_json)
    begun = _begin(whom, question, Seen(found.texts, found.rupiah, over_budget), most)
    asked = _work(begun.id) if begun is not None else 0
    if as_json:
        print_json({"asked": asked, "ask": begun.id if begun is not None else None})
    else:
        click.echo(f"{asked} workers are asked by SMS{f' (ask {begun.id})' if begun is not None else ''}.")
    return None


def _whom(session: Session, group: Mapping[str, Any]) -> Whom:
    return Whom(
        kelurahan=_code(session, group["kelurahan"]) or "",
        rw=group["rw"],
        rt=group["rt"],
        occupation=group["occupation"] or "",
        verdict=group["verdict"] or "",
        heard=str(group["months"]) if group["months"] else EVER if group["heard"] else SINCE_NEWEST,
        round_id=_round(session, group["round_name"]),
    )


def _round(session: Session, name: str | None) -> int | None:
    try:
        return find_round(session, name).id if name else None
    except RoundRefused as refused:
        raise click.ClickException(str(refused)) from None


def _tell(found: AskPreview, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "people": found.counted.people,
                "texts": found.texts,
                "left_out": {why.value: number for why, number in found.counted.left_out.items()},
                "rupiah": found.rupiah,
                "ends": found.ends.isoformat(timespec="seconds"),
                "budget_left": found.left,
                "over_budget": found.over_budget,
                "words": {one.language: one.words for one in found.languages},
            }
        )
        return
    click.echo(f"{found.counted.people} people, of whom {found.texts} would be asked for Rp {found.rupiah:,}.")
    for why, number in found.counted.left_out.items():
        click.echo(f"  {number:>8,} not: {why.value.replace('_', ' ')}")
    for one in found.languages:
        click.echo(f"  {one.language}, {one.people:,} people, {one.letters} letters, {one.parts} part: {one.words}")
    click.echo(f"The last one leaves about {found.ends.astimezone(programme().zone):%Y-%m-%d %H:%M}.")
    if found.left is not None:
        click.echo(f"Left of the month's budget: Rp {found.left:,}.")


def _begin(whom: Whom, question: str, seen: Seen, most: int) -> Ask | None:
    """The ask, begun; None where there is nobody to be asked."""
    with transaction() as session:
        begun = group_asks.begin(session, whom, question, seen=seen, now=_now(), by=whoever(), most=most)
    match begun:
        case Ask():
            return begun
        case AskRefusal.NOBODY:
            return None
        case AskRefusal.OVER_BUDGET:
            raise click.ClickException(
                f"Rp {seen.rupiah:,} is more than is left of the month's budget. Ask fewer (--most), or say in"
                f" {group_asks.SHORTEST_WHY} letters or more why it goes all the same: --over-budget WHY"
            )
        case _:
            raise click.ClickException("The group has changed in this moment. Look again with --dry-run.")


def _work(ask_id: int) -> int:
    """Ask until everybody was asked, beside the workers that do the same; how many texts."""
    while True:

        def some(session: Session) -> Worked:
            return ask_some(session, now=_now(), ask_id=ask_id)

        done = _in_transaction(some)
        queue.nudge(queue.SEND)
        with transaction() as session:
            told = group_asks.find_ask(session, ask_id, now=_now())
        if told is None or told.state != "asking":
            return told.asked if told is not None else 0
        if not done.settled:
            time.sleep(0.1)  # others have the rest in hand


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _in_transaction(work: Callable[[Session], T]) -> T:
    """Do it in one transaction, and anew where PostgreSQL ended that to let another go on."""
    tries = 1
    while True:
        try:
            with transaction() as session:
                return work(session)
        except OperationalError as ended:
            if tries == _TRIES or not isinstance(ended.orig, DeadlockDetected):
                raise
            tries += 1


@ask.command("list")
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="Of the newest so many.")
@json_option
@with_servers
def list_(most: int, as_json: bool) -> None:
    """The groups that were asked, the newest first: how many were asked, and what they answered."""
    with transaction() as session:
        held = group_asks.asks(session, most=most)
    if as_json:
        print_json(
            [
                {
                    "ask": one.id,
                    "state": one.state,
                    "made_at": one.made_at.isoformat(timespec="seconds"),
                    "whom": one.whom.as_json(),
                    "people": one.people,
                    "asked": one.asked,
                    "heard": one.heard,
                }
                for one in held
            ]
        )
        return
    for one in held:
        made = one.made_at.astimezone(programme().zone)
        click.echo(
            f"ask {one.id}, {made:%Y-%m-%d %H:%M}: {one.state}, {one.asked:,} of {one.people:,} people asked,"
            f" {one.answers:,} answered"
        )
    if not held:
        click.echo("Nobody was asked yet: verify ask workers --dry-run")


@ask.command("stop")
@click.argument("ask_id", metavar="ASK", type=click.IntRange(1))
@with_servers
def stop(ask_id: int) -> None:
    """Ask nobody more of this ask, and take back its texts that have not left."""
    with transaction() as session:
        back = group_asks.stop(session, ask_id, now=_now(), by=whoever())
    if back is None:
        raise click.ClickException(f"There is no ask {ask_id}; see: verify ask list")
    if isinstance(back, AskRefusal):
        raise click.ClickException(f"Ask {ask_id} was stopped before, or all its texts have left.")
    click.echo(f"Stopped: {back:,} texts are taken back. What has left has left, and its answers count.")


@ask.command("rt-heads")
@click.option("--kelurahan", default=None, help="Only this kelurahan.")
@json_option
@with_servers
def rt_heads(kelurahan: str | None, as_json: bool) -> None:
    """Remind RT heads; residents of an RT without a head become tasks of the kelurahan."""

    def heads(session: Session) -> RtHeadsAsked:
        code = _code(session, kelurahan)
        return ask_the_rt_heads(session, kelurahan=code, now=dt.datetime.now(dt.UTC), actor=whoever())

    done = _in_transaction(heads)
    queue.nudge(queue.SEND)
    if as_json:
        print_json(done.__dict__)
    else:
        click.echo(
            f"{done.heads} RT heads are reminded of {done.residents} residents ({done.reminded_before} more were within"
            f" the week); {done.left_to_kelurahan} residents without a head who can be reached go to the kelurahan."
        )


def _code(session: Session, kelurahan: str | None) -> str | None:
    if kelurahan is None:
        return None
    try:
        return kelurahan_code(session, kelurahan)
    except NoSuchKelurahan as unknown:
        raise click.ClickException(str(unknown)) from None
