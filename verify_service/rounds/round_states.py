"""The states of a round, and which leads to which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.tables import Round


class RoundRefused(ValueError):
    """The round cannot do that now; the message says why, and what to do."""


class RoundState(StrEnum):
    """Where a round stands."""

    DRAFT = "draft"  # the design can be looked at; nobody is drawn
    DRAWN = "drawn"  # frame, order and words are fixed; nobody was contacted
    SENDING = "sending"  # first contacts go out
    OPEN = "open"  # everybody drawn was contacted once; later contacts follow the plan
    CLOSING = "closing"  # no more contacts; what came in before is still heard
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def at_work(self) -> bool:
        return self in (RoundState.SENDING, RoundState.OPEN, RoundState.CLOSING)


_S = RoundState
WAYS: Final[Mapping[RoundState, frozenset[RoundState]]] = {
    _S.DRAFT: frozenset({_S.DRAWN, _S.CANCELLED}),
    _S.DRAWN: frozenset({_S.SENDING, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.OPEN, _S.CLOSING, _S.CANCELLED}),
    _S.OPEN: frozenset({_S.SENDING, _S.CLOSING, _S.CANCELLED}),  # more are drawn where fewer answer than expected
    _S.CLOSING: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset(),
    _S.CANCELLED: frozenset(),
}


def find_round(session: Session, name: str, *, lock: bool = False) -> Round:
    """The round of this name or number; RoundRefused where there is none. `lock`: nobody else moves it meanwhile."""
    number = int(name) if name.isdecimal() and len(name) < 10 else None
    asked = select(Round).where((Round.name == name) | (Round.id == number)).order_by(Round.name != name).limit(1)
    found = session.scalar(asked.with_for_update() if lock else asked)
    if found is None:
        held = session.scalars(select(Round.name).order_by(Round.id.desc()).limit(5)).all()
        raise RoundRefused(f"There is no round {name!r}. " + (f"There are: {', '.join(held)}" if held else "Open one."))
    return found


def move(session: Session, held: Round, to: RoundState, *, now: dt.datetime, by: str) -> None:
    """Lead a locked round to another state; RoundRefused where no way leads there."""
    was = RoundState(held.state)
    if to not in WAYS[was]:
        raise RoundRefused(f"Round {held.name} is {was}; it cannot become {to} from there.")
    held.state, held.at_work = to.value, True if to.at_work else None
    audit.record(session, now=now, actor=by, action=f"round {to}", on=f"round:{held.id}", was=was.value)
    session.flush()


def refuse_others_at_work(session: Session, held: Round) -> None:
    """RoundRefused while another round asks: an answer could not be told apart."""
    other = session.scalar(select(Round.name).where(Round.at_work.is_(True), Round.id != held.id))
    if other is not None:
        raise RoundRefused(f"Round {other} is at work; close or cancel it first: verify round close {other}")
