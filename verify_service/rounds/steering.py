"""Pausing, resuming, closing and cancelling: what was queued and has not left yet obeys as well."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.tables import Round
from verify_service.messaging.outbox import hold_round, release_round, take_back_round
from verify_service.rounds.round_states import RoundRefused, RoundState, move
from verify_service.verification.field_checks import ROUND_VISIT

BY_HAND, QUOTA, PLAN_OVER, CANCELLED = "by hand", "quota", "plan over", "cancelled"


def pause(session: Session, held: Round, *, now: dt.datetime, by: str) -> int:
    """Send nothing more of a locked round until it is resumed; how many queued texts wait with it."""
    if not RoundState(held.state).at_work or held.state == RoundState.CLOSING.value:
        raise RoundRefused(f"Round {held.name} is {held.state}; only one that is sending or open can be paused.")
    if held.paused_at is not None:
        raise RoundRefused(f"Round {held.name} is paused already: verify round resume {held.name}")
    held.paused_at = now
    session.flush()
    waiting = hold_round(session, held.id)
    audit.record(session, now=now, actor=by, action="round paused", on=f"round:{held.id}", texts=waiting)
    return waiting


def resume(session: Session, held: Round, *, now: dt.datetime, by: str) -> int:
    """Go on with a paused round, which is locked: what was due meanwhile is due now, and it ends so much later."""
    if held.paused_at is None:
        raise RoundRefused(f"Round {held.name} is not paused.")
    waited = now - held.paused_at
    session.execute(
        text("UPDATE round_person SET due_at = due_at + :waited WHERE round_id = :round AND due_at IS NOT NULL"),
        {"waited": waited, "round": held.id},
    )
    held.closes_at = held.closes_at + waited if held.closes_at else None
    held.paused_at = None
    session.flush()
    back = release_round(session, held.id, now=now)
    audit.record(session, now=now, actor=by, action="round resumed", on=f"round:{held.id}", texts=back)
    return back


def begin_closing(session: Session, held: Round, *, how: str, now: dt.datetime, by: str) -> int:
    """Contact nobody any more: a locked round waits only for what came in before this moment to be heard.

    Returns how many queued texts are not sent.
    """
    move(session, held, RoundState.CLOSING, now=now, by=by)
    held.closing_at, held.closed_how, held.paused_at = now, how, None
    return _contact_no_more(session, held)


def finish(session: Session, held: Round, *, now: dt.datetime, by: str) -> None:
    """Close a locked round for good, once all that came in before was heard and settled."""
    move(session, held, RoundState.CLOSED, now=now, by=by)
    held.closed_at = now
    session.flush()


def cancel(session: Session, held: Round, *, now: dt.datetime, by: str) -> int:
    """End a locked round without figures: what was not sent is not sent any more, visits are withdrawn; how many texts.

    What people have said stays said.
    """
    move(session, held, RoundState.CANCELLED, now=now, by=by)
    held.closed_at, held.closed_how, held.paused_at = now, CANCELLED, None
    taken_back = _contact_no_more(session, held)
    session.execute(
        text(
            """UPDATE task SET closed_at = :now, closed_how = 'withdrawn', closed_by = :by
               WHERE kind = :kind AND closed_at IS NULL AND detail ->> 'round' = CAST(:round AS text)"""
        ),
        {"now": now, "by": by, "kind": ROUND_VISIT, "round": str(held.id)},
    )
    return taken_back


def _contact_no_more(session: Session, held: Round) -> int:
    session.execute(
        text("UPDATE round_person SET due_at = NULL WHERE round_id = :round AND due_at IS NOT NULL"),
        {"round": held.id},
    )
    session.flush()
    return take_back_round(session, held.id)
