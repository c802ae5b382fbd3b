"""Terms of heads as days go by: who was announced takes office, whose term is over leaves it, whose ends is told."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, String, cast, exists, or_, select, text
from sqlalchemy.orm import Session, aliased

from verify_service.ground.database import take_turn
from verify_service.ground.programme import programme
from verify_service.ground.tables import RtHead, Task
from verify_service.registry.names import name_key
from verify_service.registry.rt_head_store import (
    close_office,
    heads_now,
    post_of,
    sharing_phones,
    take_phone,
    withdraw_tasks,
)
from verify_service.registry.versions import changing
from verify_service.tasks import close_task, open_task

TERM_ENDS = "rt_term_ends"


def keep_terms(session: Session, *, now: dt.datetime) -> None:
    """Bring the offices to the day of the city. Twice on one day changes nothing."""
    today = now.astimezone(programme().zone).date()
    take_turn(session, text("SELECT pg_advisory_xact_lock(hashtext('verify import'))"))  # a list may name them just now
    changing(session, now=now)
    _take_office(session, today)
    end_terms(session, today=today)
    withdraw_tasks(session, now=now)
    _withdraw_warnings(session, now=now)
    _warn(session, today=today, now=now)


def _take_office(session: Session, today: dt.date) -> None:
    """Whoever was announced for a day that has come follows the head before, and has the phone for himself."""
    come = [head for head in heads_now(session, announced=True).values() if head.since and head.since <= today]
    if not come:
        return
    current = heads_now(session)
    follow = []
    for head in come:
        before = current.get(post_of(head))
        if before is not None and name_key(before.name) == name_key(head.name):  # he goes on, with the PIN he has
            before.term_ends, head.until = head.term_ends, head.since
            continue
        follow.append(head)
        if before is not None:
            close_office(before, head.since or today)
    session.flush()  # the post is free before somebody takes it
    for head in follow:
        head.announced = False
    session.flush()
    for heads in sharing_phones(session).values():
        new = next((head for head in follow if head in heads), None)
        for other in heads if new is not None else ():
            if new is not None and other is not new:
                take_phone(new, other, today)
    session.flush()


def end_terms(session: Session, *, today: dt.date) -> int:
    """Heads whose term is over by the list leave office, so that their phones open nothing any more."""
    over = select(RtHead).where(RtHead.until.is_(None), ~RtHead.announced, RtHead.term_ends <= today)
    ended = session.scalars(over).all()
    for head in ended:
        head.until = head.term_ends
    session.flush()
    return len(ended)


def _withdraw_warnings(session: Session, *, now: dt.datetime) -> None:
    """A term that was prolonged, or has a successor, need not be spoken of any more."""
    open_ones = (
        select(Task.subject)
        .join(RtHead, RtHead.id == Task.rt_head_id)
        .where(
            Task.kind == TERM_ENDS,
            Task.closed_at.is_(None),
            or_(_successor_known(), Task.detail["term_ends"].astext.is_distinct_from(cast(RtHead.term_ends, String))),
        )
    )
    for subject in session.scalars(open_ones).all():
        close_task(session, TERM_ENDS, subject, how="done", by="clock", now=now)


def _successor_known() -> ColumnElement[bool]:
    successor = aliased(RtHead)
    return exists().where(
        successor.kelurahan_code == RtHead.kelurahan_code,
        successor.rw == RtHead.rw,
        successor.rt == RtHead.rt,
        successor.until.is_(None),
        successor.announced,
    )


def _warn(session: Session, *, today: dt.date, now: dt.datetime) -> None:
    """The kelurahan is told of a term that ends without a successor, once for each last day of it."""
    told = exists().where(
        Task.kind == TERM_ENDS,
        Task.rt_head_id == RtHead.id,
        Task.detail["term_ends"].astext == cast(RtHead.term_ends, String),
    )
    soon = select(RtHead).where(
        RtHead.until.is_(None),
        ~RtHead.announced,
        RtHead.term_ends <= today + dt.timedelta(days=programme().rt_heads.warn_days),
        ~_successor_known(),
        ~told,
    )
    for head in session.scalars(soon.order_by(RtHead.id)).all():
        if head.term_ends is not None:
            open_task(
                session,
                kind=TERM_ENDS,
                subject=f"rt_head:{head.id}",
                kelurahan_code=head.kelurahan_code,
                rw=head.rw,
                rt=head.rt,
                rt_head_id=head.id,
                due_on=head.term_ends,
                now=now,
                detail={"term_ends": head.term_ends.isoformat()},
            )
