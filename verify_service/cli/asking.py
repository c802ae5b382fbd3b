"""`verify ask`: ask workers by SMS, and remind RT heads of the residents who wait for their word."""

from __future__ import annotations

import datetime as dt

import click
from sqlalchemy.orm import Session

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.conversations.asking import ask_the_rt_heads, ask_the_silent
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.registry.areas import NoSuchKelurahan, kelurahan_code

_AT_ONCE = 500  # in one transaction


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
    asked = 0
    while asked < most:
        with transaction() as session:
            some = ask_the_silent(
                session,
                kelurahan=_code(session, kelurahan),
                most=min(_AT_ONCE, most - asked),
                now=dt.datetime.now(dt.UTC),
                actor="command line",
            )
        queue.nudge(queue.SEND)
        if not some:
            break
        asked += some
    if as_json:
        print_json({"asked": asked})
    else:
        click.echo(f"{asked} workers are asked by SMS.")


@ask.command("rt-heads")
@click.option("--kelurahan", default=None, help="Only this kelurahan.")
@json_option
@with_servers
def rt_heads(kelurahan: str | None, as_json: bool) -> None:
    """Remind RT heads; residents of an RT without a head become tasks of the kelurahan."""
    with transaction() as session:
        done = ask_the_rt_heads(
            session, kelurahan=_code(session, kelurahan), now=dt.datetime.now(dt.UTC), actor="command line"
        )
    queue.nudge(queue.SEND)
    if as_json:
        print_json(done.__dict__)
    else:
        click.echo(
            f"{done.heads} RT heads are reminded of {done.residents} residents; {done.left_to_kelurahan} residents"
            " without an RT head are left to the kelurahan."
        )


def _code(session: Session, kelurahan: str | None) -> str | None:
    if kelurahan is None:
        return None
    try:
        return kelurahan_code(session, kelurahan)
    except NoSuchKelurahan as unknown:
        raise click.ClickException(str(unknown)) from None
