"""Two people are two only where neither's account rests on the other, nor both on one third.

Whoever makes an account chooses its address, and so who gets its link. An account stands on its maker's word alone
until a second person who knows its holder has vouched for it.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.ground.tables import Officer

WAIT: Final = dt.timedelta(days=1)  # so long a new or reset account decides nothing: time to be noticed
COMMAND_LINE: Final = "command line"
PERSON: Final = re.compile(r"[\w.@+-]{1,60}")


class NotTwo(StrEnum):
    """Why somebody is no second person."""

    WAITING = "waiting"  # the account was made, reset or opened again within a day
    SAME = "same"  # it is the first one again
    ONE_HAND = "one hand"  # one made or reset the other's account, or a third did both


def command_line(person: str) -> str:
    """Who works at the command line, as the trail names him; ValueError for what is no name."""
    if PERSON.fullmatch(person) is None:
        raise ValueError("a name is up to 60 letters, digits or .@+-_")
    return f"{COMMAND_LINE}:{person}"


def wait(officer: Officer) -> None:
    """From now on the account is a new one: for a day it decides nothing."""
    officer.decides_from = func.now() + WAIT


def waits(session: Session, by: str) -> bool:
    """Whether this account may not decide yet, by the database's clock."""
    officer = _officer(session, by)
    if officer is None:
        return False
    still = select(Officer.decides_from > func.now()).where(Officer.id == officer.id)
    return bool(session.scalar(still))


def why_not_second(session: Session, first: str, second: str) -> NotTwo | None:
    """Why `second` cannot confirm what `first` asked or said; None where they are two people.

    Both as the trail names them: "officer:ID" or "command line:NAME".
    """
    if waits(session, second):
        return NotTwo.WAITING
    one, other = _known_as(session, first), _known_as(session, second)
    if one == other:
        return NotTwo.SAME
    alone_one, made_one = _hands(session, one)
    alone_other, made_other = _hands(session, other)
    one_hand = other in made_one or one in made_other or alone_one & alone_other
    return NotTwo.ONE_HAND if one_hand else None


def _hands(session: Session, by: str) -> tuple[frozenset[str], frozenset[str]]:
    """On whose word alone an account stands, and who has ever made or reset it alone."""
    officer = _officer(session, by)
    if officer is None:
        return frozenset(), frozenset()
    made = {_known_as(session, hand) for hand in (officer.made_by, officer.renewed_by) if hand}
    alone = {officer.renewed_by} | ({officer.made_by} if officer.vouched_by is None else set())
    return frozenset(_known_as(session, hand) for hand in alone if hand), frozenset(made)


def _known_as(session: Session, by: str) -> str:
    """The account of whoever works at the command line under its address, or the first half of it."""
    place, _, person = by.partition(":")
    if place != COMMAND_LINE or not person:
        return by
    named = func.lower(person)
    found = session.scalars(
        select(Officer.id).where((Officer.email == named) | (func.split_part(Officer.email, "@", 1) == named)).limit(2)
    ).all()
    return f"officer:{found[0]}" if len(found) == 1 else by


def _officer(session: Session, by: str) -> Officer | None:
    kind, _, number = by.partition(":")
    return session.get(Officer, int(number)) if kind == "officer" and number.isdecimal() else None
