"""Texts that ended without anybody having refused them, taken up again by hand.

A text ends as stale after a long outage, and as failed where it was given up after three tries.
Everything is looked at once more when it is sent: STOP, an operator's refusal, a phone that was let go of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, CursorResult, and_, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import OutboxMessage
from verify_service.messaging.outbox import TERMS, OutboxState
from verify_service.messaging.window import may_write_from

_REPEATABLE: Final = sorted(purpose.value for purpose, terms in TERMS.items() if terms.repeatable)
_STOPPABLE: Final = sorted(purpose.value for purpose, terms in TERMS.items() if terms.stoppable)
_ENDS: Final = (OutboxState.FAILED, OutboxState.STALE)
_ON_THEIR_WAY: Final = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.ACCEPTED, OutboxState.UNKNOWN)
_INDEXED: Final = text("outbox.state IN ('failed', 'stale')")  # as the index has it


@dataclass(frozen=True, slots=True)
class Revivable:
    """How many texts there are to take up again: given up, and grown too old."""

    failed: int
    stale: int


def count(session: Session, *, since: dt.datetime | None = None) -> Revivable:
    """How many of those written since then could be taken up again."""
    rows = session.execute(
        select(OutboxMessage.state, func.count()).where(_ended(since, _ENDS)).group_by(OutboxMessage.state)
    )
    counts = {row[0]: row[1] for row in rows}
    return Revivable(counts.get(OutboxState.FAILED.value, 0), counts.get(OutboxState.STALE.value, 0))


def revive(
    session: Session, *, since: dt.datetime | None = None, stale: bool = False, by: str, now: dt.datetime
) -> Revivable:
    """Let those written since then wait again, from now on as long as a new text; nudge the sender after the commit.

    `stale` takes up those too old as well, for whoever knows that they are still worth reading.
    """
    ends = _ENDS if stale else (OutboxState.FAILED,)
    counts = {end: _revive(session, end, _ended(since, ends), now) for end in ends}
    revived = Revivable(counts[OutboxState.FAILED], counts.get(OutboxState.STALE, 0))
    if revived.failed or revived.stale:
        audit.record(
            session,
            now=now,
            actor=by,
            action="texts revived",
            on="outbox",
            failed=revived.failed,
            stale=revived.stale,
            since=since.isoformat() if since else None,
        )
    return revived


def _revive(session: Session, end: OutboxState, which: ColumnElement[bool], now: dt.datetime) -> int:
    again = (
        update(OutboxMessage)
        .where(OutboxMessage.state == end.value, which)
        .values(
            state=OutboxState.WAITING.value,
            reason=f"revived, was {end.value}",
            errors=0,
            due_at=now,
            stale_at=may_write_from(now) + dt.timedelta(days=programme().texting.stale_days),
        )
        .execution_options(synchronize_session=False)
    )
    done = session.execute(again)
    assert isinstance(done, CursorResult)
    return done.rowcount


def _ended(since: dt.datetime | None, ends: Sequence[OutboxState]) -> ColumnElement[bool]:
    """Texts that can be taken up again. A code opens nothing any more, and nobody is asked the same twice."""
    later = aliased(OutboxMessage)
    asked_again = exists().where(
        later.phone_id == OutboxMessage.phone_id,
        later.purpose == OutboxMessage.purpose,
        later.worker_id.is_not_distinct_from(OutboxMessage.worker_id),
        later.id > OutboxMessage.id,
        later.state.in_([state.value for state in (*_ON_THEIR_WAY, *ends)]),
    )
    return and_(
        OutboxMessage.state.in_([end.value for end in ends]),
        _INDEXED,
        OutboxMessage.body.is_not(None),  # retention has let go of the words of others
        OutboxMessage.purpose.in_(_REPEATABLE),
        or_(OutboxMessage.purpose.not_in(_STOPPABLE), ~asked_again),
        *([OutboxMessage.created_at >= since] if since is not None else []),
    )
