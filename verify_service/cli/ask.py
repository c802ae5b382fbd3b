"""`verify ask`: ask workers by SMS, and remind RT heads of the residents who wait for their word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeVar

import click
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from verify_service.cli.person import whoever
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.conversations.asking import RtHeadsAsked, Silent, ask_all, ask_the_rt_heads, find_silent
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.registry.areas import NoSuchKelurahan, kelurahan_code

T = TypeVar("T")
_AT_ONCE = 50  # in one transaction: it holds up the answers of the phones in it
_TRIES = 3  # where it met another transaction that waited for it


@click.group()
def ask() -> None:
    """Ask those who have not spoken yet; texts go out within the send window."""


@ask.command()
@click.option("--kelurahan", default=None, help="Only this kelurahan.")
@click.option("--most", type=click.IntRange(1), default=10_000, show_default=True, help="Ask no more than these.")
@json_option
@with_servers
def workers(kelurahan: str | None, most: int, as_json: bool) -> None:
    """Ask by SMS whether they are registered and covered: workers silent since the newest insurer file."""
    with transaction() as session:
        code = _code(session, kelurahan)
        silent = find_silent(session, kelurahan=code, most=None, now=dt.datetime.now(dt.UTC))
    asked = 0
    while silent and asked < most:
        some = min(_AT_ONCE, most - asked)
        asked += _ask(silent[:some], code)
        silent = silent[some:]
        queue.nudge(queue.SEND)
    if as_json:
        print_json({"asked": asked})
    else:
        click.echo(f"{asked} workers are asked by SMS.")


def _ask(silent: Sequence[Silent], code: str | None) -> int:
    def these(session: Session) -> int:
        return ask_all(session, silent, kelurahan=code, now=dt.datetime.now(dt.UTC), actor=whoever())

    return _in_transaction(these)


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
