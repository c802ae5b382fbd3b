"""Nothing stays with somebody who is gone: what an account holds goes on as the account is closed or changed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import managing
from verify_service.accounts.officers import OfficerRefused, Position
from verify_service.grievances import assignment
from verify_service.grievances.opening import Spoken, note
from verify_service.grievances.states import GrievanceState
from verify_service.grievances.told import News, tell_officer
from verify_service.ground.tables import Grievance, Officer


@dataclass(frozen=True)
class Holding:
    """What an account has in hand: to be answered, waiting for the citizen, answered and not closed yet."""

    to_answer: int = 0
    waiting: int = 0
    answered: int = 0

    @property
    def all(self) -> int:
        return self.to_answer + self.waiting + self.answered


@dataclass
class HandedOn:
    """Where the reports of an account went: how many to each officer, and how many nobody may see."""

    to: Counter[int] = field(default_factory=Counter)
    nobody: int = 0

    @property
    def all(self) -> int:
        return self.to.total() + self.nobody


def holding(session: Session, officer_id: int) -> Holding:
    """What this account has in hand; counts alone, whoever asks."""
    waits = Grievance.state == GrievanceState.WAITING.value
    answered = Grievance.state == GrievanceState.ANSWERED.value
    counted = select(
        func.count().filter(~waits & ~answered), func.count().filter(waits), func.count().filter(answered)
    ).where(Grievance.assignee_id == officer_id, Grievance.closed_at.is_(None))
    return Holding(*session.execute(counted).one())


def close_account(session: Session, officer: Officer, to: int | None, *, by: str, now: dt.datetime) -> HandedOn:
    """Close an account and hand on what it has: to this officer, or by the rule where None, or where he may not see it.

    OfficerRefused ("successor") for one who does not work on reports. Never commits.
    """
    _check(session, officer, to)
    managing.disable(session, officer, by=by, now=now)
    session.flush()
    return _hand_on(session, officer, to, by=by, now=now)


def change_position(
    session: Session, officer: Officer, wanted: Position, to: int | None, *, by: str, now: dt.datetime
) -> HandedOn:
    """Let an account see something else, and hand on what it may not work on any more. OfficerRefused as above."""
    _check(session, officer, to)
    managing.change_scope(session, officer, wanted, by=by, now=now)
    session.flush()
    return _hand_on(session, officer, to, by=by, now=now)


def change_by_rule(session: Session, officer: Officer, wanted: Position, *, by: str, now: dt.datetime) -> HandedOn:
    """The same, to whom the rule says."""
    return change_position(session, officer, wanted, None, by=by, now=now)


def _check(session: Session, officer: Officer, to: int | None) -> None:
    if to is None:
        return
    other = session.get(Officer, to)
    works = other is not None and other.disabled_at is None and other.role in {str(role) for role in assignment.WORK_ON}
    if not works or to == officer.id:
        raise OfficerRefused("successor", "That account does not work on reports; choose another, or none for the rule")


def _hand_on(session: Session, officer: Officer, to: int | None, *, by: str, now: dt.datetime) -> HandedOn:
    """Give each report that the account may not work on any more to its next officer."""
    held = session.scalars(
        select(Grievance)
        .where(Grievance.assignee_id == officer.id, Grievance.closed_at.is_(None))
        .order_by(Grievance.due_on, Grievance.id)
        .with_for_update(of=Grievance)
    ).all()
    went = HandedOn()
    for report in held:
        if assignment.may_work_on(session, report, officer.id):
            continue
        report.assignee_id = _next(session, report, to)
        report.version += 1
        detail = {"left": officer.id, **({"to": report.assignee_id} if report.assignee_id else {})}
        note(session, report, "handed_on", Spoken(by, "console", now), detail)
        session.flush()
        news = News.ASSIGNED if report.assignee_id else News.ORPHANED
        tell_officer(session, report, news, report.assignee_id, now=now, by=by)
        if report.assignee_id:
            went.to[report.assignee_id] += 1
        else:
            went.nobody += 1
    if went.all:
        counts: dict[str, int] = {"reports": went.all, "nobody": went.nobody}
        audit.record(session, now=now, actor=by, action="reports handed on", on=f"officer:{officer.id}", **counts)
    return went


def _next(session: Session, report: Grievance, to: int | None) -> int | None:
    if to is not None and assignment.may_work_on(session, report, to):
        return to
    chosen = assignment.choose(session, report)
    return chosen.id if chosen is not None else None
