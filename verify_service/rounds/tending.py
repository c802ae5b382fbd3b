"""What the clock does for a round at work: dispositions, more people where few answer, the end."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round, RoundStratum
from verify_service.rounds import dispositions, reach, steering
from verify_service.rounds.design import design_of
from verify_service.rounds.round_states import RoundState, move
from verify_service.rounds.size import more_contacts, rate_now

SETTLE_EVERY: Final = dt.timedelta(seconds=5)
LATE: Final = dt.timedelta(days=60)  # after the close, in which answers are counted as late ...
LATE_EVERY: Final = dt.timedelta(hours=1)  # ... and looked for; the clock asks by the same (ground/queue.py)
_PATIENCE: Final = 20  # times as long as settling took, until the next: a large round is looked at less often
_MOST_RELEASED: Final = 2  # times the first draw: an administrator decides about more


def at_work(session: Session, *, lock: bool = False) -> Round | None:
    """The round that is at work, if one is. `lock`: None as well while somebody else moves it."""
    asked = select(Round).where(Round.at_work.is_(True))
    return session.scalar(asked.with_for_update(skip_locked=True) if lock else asked)


def tend(session: Session, *, now: dt.datetime) -> bool:
    """One look at the round at work: settle it, and lead it on; whether there was one."""
    held = at_work(session, lock=True)
    if held is None:
        return _settle_late(session, now)
    pause = max(SETTLE_EVERY, dt.timedelta(milliseconds=_PATIENCE * (held.settle_ms or 0)))
    if held.state != RoundState.CLOSING.value and held.settled_at is not None and now - held.settled_at < pause:
        return True
    dispositions.settle(session, held, now=now)
    state = RoundState(held.state)
    if state is RoundState.CLOSING:
        if not _unheard(session, held):
            dispositions.settle(session, held, now=now)
            steering.finish(session, held, now=now, by="clock")
    elif held.paused_at is None:
        _lead_on(session, held, now)
    return True


def _settle_late(session: Session, now: dt.datetime) -> bool:
    """Count what came in late to a round that was closed not long ago; whether there was one to look at."""
    held = session.scalar(
        select(Round)
        .where(
            Round.state == RoundState.CLOSED.value, Round.closed_at > now - LATE, Round.settled_at < now - LATE_EVERY
        )
        .order_by(Round.settled_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if held is not None:
        dispositions.settle(session, held, now=now)
    return held is not None


def _lead_on(session: Session, held: Round, now: dt.datetime) -> None:
    if held.state == RoundState.SENDING.value and not _uncontacted(session, held):
        move(session, held, RoundState.OPEN, now=now, by="clock")
    if held.closes_at is not None and held.closes_at <= now:
        steering.begin_closing(session, held, how=steering.PLAN_OVER, now=now, by="clock")
        return
    wanted = _wanted(session, held)
    design = design_of(held.design)
    if not wanted and design.stop_at_quota:
        steering.begin_closing(session, held, how=steering.QUOTA, now=now, by="clock")
    elif any(wanted.values()) and design.adapt and not _due(session, held):
        reach.release(session, held, wanted, now=now)


def _uncontacted(session: Session, held: Round) -> bool:
    """Whether a first contact is still to come; not one that waits for a phone that is asked of somebody else."""
    return bool(
        session.scalar(
            text(
                """SELECT EXISTS (SELECT 1 FROM round_person WHERE round_id = :round AND due_at IS NOT NULL
                                    AND wait_until IS NULL AND asked_at IS NULL AND step = 0)"""
            ),
            {"round": held.id},
        )
    )


def _due(session: Session, held: Round) -> bool:
    """Whether a step of somebody is still to come: each batch is worked through all its reminders."""
    return bool(
        session.scalar(
            text("SELECT EXISTS (SELECT 1 FROM round_person WHERE round_id = :round AND due_at IS NOT NULL)"),
            {"round": held.id},
        )
    )


def _unheard(session: Session, held: Round) -> bool:
    """Whether a message that came before the close waits to be heard."""
    return bool(
        session.scalar(
            text(
                """SELECT EXISTS (SELECT 1 FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL
                                    AND received_at <= :closing)"""
            ),
            {"closing": held.closing_at},
        )
    )


def _wanted(session: Session, held: Round) -> dict[str, int]:
    """How many more to contact in each stratum whose answers are fewer than wanted, by the response seen so far."""
    rows = session.execute(
        text(
            """SELECT stratum, count(*) FILTER (WHERE answered_at IS NOT NULL AND disposition <> 'not_me') AS done,
                      count(*) AS asked
               FROM round_person WHERE round_id = :round AND sampled GROUP BY stratum"""
        ),
        {"round": held.id},
    ).all()
    seen = {row.stratum: row for row in rows}
    more: dict[str, int] = {}
    for held_stratum in session.scalars(select(RoundStratum).where(RoundStratum.round_id == held.id)):
        row = seen.get(held_stratum.stratum)
        done, asked = (row.done, row.asked) if row else (0, 0)
        if done >= held_stratum.completes:
            continue
        rate = rate_now(held_stratum.completes, done, held_stratum.expected, done / asked if done else None)
        number = more_contacts(held_stratum.completes, done, rate)
        room = min(held_stratum.population, _MOST_RELEASED * held_stratum.contacts) - held_stratum.released
        more[held_stratum.stratum] = max(0, min(number, room))
    return more
