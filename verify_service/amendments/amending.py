"""An amendment from its proposal to its day: one person proposes, another confirms or refuses.

Of two who change the same at once one wins: the other is told, and nothing of what he typed is lost.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts.two_people import NotTwo, why_not_second
from verify_service.amendments.checking import Fault, faults
from verify_service.amendments.programme_values import documents, value_at, values
from verify_service.grievances.canned_answers import prepared
from verify_service.ground.amended import Amendment, Kind
from verify_service.ground.tables import AmendmentRow
from verify_service.ground.working_days import city_day
from verify_service.messaging.catalogue import amended_words

LONGEST: Final = 500  # letters of a reason or a source
FARTHEST: Final = dt.timedelta(days=730)  # a later day is a slip


class AmendmentState(StrEnum):
    """Where an amendment stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Refusal(StrEnum):
    """Why a step was not taken."""

    UNKNOWN = "unknown"  # there is nothing of that name to be amended
    OPEN = "open"  # somebody's proposal about the same waits for its second person
    MOVED = "moved"  # something was decided about it since the page was opened
    SAME = "same"  # it says what stands already
    NO_REASON = "no reason"
    DAY = "day"  # before today, or years ahead
    OWN = "own"  # nobody confirms his own proposal
    WAITING = "waiting"  # the account was made or reset within a day
    ONE_HAND = "one hand"  # one made or reset the other's account, or a third person did both
    NOT_OWN = "not own"  # nobody else withdraws it
    OVER = "over"  # it was decided already
    FAULTY = "faulty"  # it cannot be borne: see the faults


_NOT_TWO: Final = {
    NotTwo.SAME: Refusal.OWN,
    NotTwo.WAITING: Refusal.WAITING,
    NotTwo.ONE_HAND: Refusal.ONE_HAND,
}


@dataclass(frozen=True)
class Refused:
    """A step that was not taken, and what is wrong with the value where that is the reason."""

    why: Refusal
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants otherwise: the value, why, on what it rests, from which day.

    `seen` is the newest amendment in force that he knew of, 0 for none.
    """

    kind: Kind
    key: str
    value: Any
    reason: str
    source: str
    applies_from: dt.date
    seen: int = 0


@dataclass(frozen=True)
class AmendmentTold:
    """One amendment as its page shows it; people are named as officers are."""

    id: int
    kind: Kind
    key: str
    was: Any
    value: Any
    reason: str
    source: str
    applies_from: dt.date
    state: AmendmentState
    proposed_at: dt.datetime
    proposed_by: str
    decided_at: dt.datetime | None
    decided_by: str | None
    answer: str


def propose(session: Session, wanted: Wanted, *, now: dt.datetime, by: str) -> int | Refused:
    """Keep a proposal for a second person; its number. Never commits."""
    stands = stands_now(wanted.kind, wanted.key)
    why = _why_not(session, wanted, stands, now)
    if why is not None:
        return Refused(why)
    if amiss := faults(Amendment(0, wanted.kind, wanted.key, wanted.value), _beside(session, wanted)):
        return Refused(Refusal.FAULTY, amiss)
    row = AmendmentRow(
        kind=wanted.kind,
        key=wanted.key,
        was=stands,
        value=wanted.value,
        reason=wanted.reason.strip()[:LONGEST],
        source=wanted.source.strip()[:LONGEST],
        applies_from=wanted.applies_from,
        state=AmendmentState.PROPOSED,
        proposed_at=now,
        proposed_by=by,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another proposal came between
        return Refused(Refusal.OPEN)
    _note(session, "amendment proposed", row.id, wanted.kind, wanted.key, now=now, by=by)
    return row.id


def _why_not(session: Session, wanted: Wanted, stands: Any, now: dt.datetime) -> Refusal | None:
    if stands is None:
        return Refusal.UNKNOWN
    if open_about(session, wanted.kind, wanted.key) is not None:
        return Refusal.OPEN
    if newest_decided(session, wanted.kind, wanted.key) != wanted.seen:
        return Refusal.MOVED
    if not wanted.reason.strip():
        return Refusal.NO_REASON
    today = city_day(now)
    if not today <= wanted.applies_from <= today + FARTHEST:
        return Refusal.DAY
    return Refusal.SAME if alike(wanted.kind, wanted.key, stands, wanted.value) else None


def alike(kind: Kind, key: str, one: Any, other: Any) -> bool:
    """Whether two values say the same."""
    if kind is Kind.RULE and (value := values().get(key)) is not None:
        return value.typed(one) == value.typed(other)
    return bool(one == other)


def confirm(session: Session, number: int, *, now: dt.datetime, by: str) -> Refused | None:
    """Let it come into force on its day, or today where that is past; never by whoever proposed it."""
    row = _open(session, number)
    if row is None:
        return Refused(Refusal.OVER)
    if (why := why_not_second(session, row.proposed_by, by)) is not None:
        return Refused(_NOT_TWO[why])
    as_asked = Wanted(Kind(row.kind), row.key, row.value, row.reason, row.source, row.applies_from)
    if amiss := faults(Amendment(row.id, as_asked.kind, row.key, row.value), _beside(session, as_asked)):
        return Refused(Refusal.FAULTY, amiss)
    row.applies_from = max(row.applies_from, city_day(now))
    _decide(session, row, AmendmentState.CONFIRMED, now=now, by=by)
    return None


def refuse(session: Session, number: int, answer: str, *, now: dt.datetime, by: str) -> Refused | None:
    """A second person does not want it; says why."""
    row = _open(session, number)
    if row is None:
        return Refused(Refusal.OVER)
    if row.proposed_by == by:
        return Refused(Refusal.OWN)
    if not answer.strip():
        return Refused(Refusal.NO_REASON)
    row.answer = answer.strip()[:LONGEST]
    _decide(session, row, AmendmentState.REFUSED, now=now, by=by)
    return None


def withdraw(session: Session, number: int, *, now: dt.datetime, by: str) -> Refused | None:
    """Who proposed it does not want it any more."""
    row = _open(session, number)
    if row is None:
        return Refused(Refusal.OVER)
    if row.proposed_by != by:
        return Refused(Refusal.NOT_OWN)
    _decide(session, row, AmendmentState.WITHDRAWN, now=now, by=by)
    return None


def _open(session: Session, number: int) -> AmendmentRow | None:
    row = session.get(AmendmentRow, number, with_for_update=True)
    return row if row is not None and row.state == AmendmentState.PROPOSED else None


def _decide(session: Session, row: AmendmentRow, state: AmendmentState, *, now: dt.datetime, by: str) -> None:
    row.state, row.decided_at, row.decided_by = state, now, by
    session.flush()
    _note(session, f"amendment {state}", row.id, row.kind, row.key, now=now, by=by)


def _note(session: Session, action: str, number: int, kind: str, key: str, *, now: dt.datetime, by: str) -> None:
    audit.record(session, now=now, actor=by, action=action, on=f"amendment:{number}", kind=str(kind), key=key)


def stands_now(kind: Kind, key: str) -> Any:
    """What this process goes by: a value of the programme, a screen's entries or an answer's words by language. None
    where there is nothing of that name."""
    if kind is Kind.RULE:
        return value_at(documents()[0], key) if key in values() else None
    if kind is Kind.WORDS:
        spoken = amended_words()
        known = all(key in entries for entries in spoken.values())
        return {language: entries[key] for language, entries in spoken.items()} if known else None
    category, _, code = key.partition(".")
    return prepared().get(category, {}).get(code)


def _beside(session: Session, wanted: Wanted) -> tuple[Amendment, ...]:
    """What else of its kind will be in force once it is: nothing that is good alone may break another's day."""
    rows = session.scalars(
        select(AmendmentRow)
        .where(AmendmentRow.kind == wanted.kind, AmendmentRow.state == AmendmentState.CONFIRMED)
        .where(AmendmentRow.key != wanted.key)
        .order_by(AmendmentRow.applies_from, AmendmentRow.decided_at, AmendmentRow.id)
    )
    return tuple(Amendment(row.id, Kind(row.kind), row.key, row.value) for row in rows)


def newest_decided(session: Session, kind: Kind, key: str) -> int:
    """The newest amendment about this that was confirmed; 0 for none."""
    ids = (
        select(AmendmentRow.id)
        .where(AmendmentRow.kind == kind, AmendmentRow.key == key, AmendmentRow.state == AmendmentState.CONFIRMED)
        .order_by(AmendmentRow.decided_at.desc(), AmendmentRow.id.desc())
        .limit(1)
    )
    return session.scalar(ids) or 0


def open_about(session: Session, kind: Kind, key: str) -> AmendmentTold | None:
    """The proposal about this that waits for its second person."""
    of_it = AmendmentRow.kind == kind, AmendmentRow.key == key, AmendmentRow.state == AmendmentState.PROPOSED
    row = session.scalar(select(AmendmentRow).where(*of_it))
    return _told(row) if row is not None else None


def find_amendment(session: Session, number: int) -> AmendmentTold | None:
    """One amendment; None for a number that nobody has."""
    row = session.get(AmendmentRow, number)
    return _told(row) if row is not None else None


def amendments(
    session: Session, *, kind: Kind | None = None, key: str | None = None, most: int = 200
) -> list[AmendmentTold]:
    """Those of a kind or about one thing: what waits first, then the newest."""
    asked = select(AmendmentRow).order_by(AmendmentRow.decided_at.desc().nulls_first(), AmendmentRow.id.desc())
    if kind is not None:
        asked = asked.where(AmendmentRow.kind == kind)
    if key is not None:
        asked = asked.where(AmendmentRow.key == key)
    return [_told(row) for row in session.scalars(asked.limit(most))]


def _told(row: AmendmentRow) -> AmendmentTold:
    return AmendmentTold(
        row.id,
        Kind(row.kind),
        row.key,
        row.was,
        row.value,
        row.reason,
        row.source,
        row.applies_from,
        AmendmentState(row.state),
        row.proposed_at,
        row.proposed_by,
        row.decided_at,
        row.decided_by,
        row.answer,
    )
