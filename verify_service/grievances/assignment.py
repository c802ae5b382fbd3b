"""Who gets a report: its owner's officers, of the smallest place it lies in, whoever has the least to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.accounts.officers import Role
from verify_service.grievances.opening import Spoken
from verify_service.grievances.states import Step, leads_to
from verify_service.grievances.steps import take
from verify_service.grievances.told import News, tell_officer
from verify_service.grievances.visibility import CITY_TEAM, Viewer, seen_by
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance, Officer

TOP: Final = 3  # rungs: the unit's supervisor, the city team's, and the body that the programme file names
WORK_ON = (Role.OFFICER, Role.SUPERVISOR, Role.KELURAHAN)


def owner_of(unit: str, about_unit: str) -> str:
    """The unit that owns a report: its category's, or another where it is about that very one."""
    if unit != about_unit:
        return unit
    others = (CITY_TEAM, *(other for other in programme().units if other != "kelurahan"))
    return next(other for other in others if other != about_unit)


def viewer_of(officer: Officer) -> Viewer:
    """An account as far as it decides what is seen."""
    return Viewer(officer.id, Role(officer.role), officer.unit, officer.area, officer.cleared)


def workers_at_the_desk(session: Session) -> list[tuple[int, str]]:
    """The accounts in use that work on reports, by name: (id, name)."""
    working = select(Officer.id, Officer.name).where(
        Officer.disabled_at.is_(None), Officer.role.in_([role.value for role in WORK_ON])
    )
    return [(row.id, row.name) for row in session.execute(working.order_by(Officer.name))]


def candidates(session: Session, report: Grievance, *, roles: Iterable[Role] = WORK_ON) -> Sequence[Officer]:
    """The accounts in use that may see this report and work on it, by name."""
    officers = session.scalars(
        select(Officer).where(Officer.disabled_at.is_(None), Officer.role.in_([role.value for role in roles]))
    ).all()
    able = _who_see(session, officers, report)
    return sorted((officer for officer in officers if officer.id in able), key=lambda officer: officer.name.casefold())


def may_work_on(session: Session, report: Grievance, officer_id: int | None) -> bool:
    """Whether this account is in use, may see the report and may work on it."""
    officer = session.get(Officer, officer_id) if officer_id is not None else None
    return (
        officer is not None
        and officer.disabled_at is None
        and Role(officer.role) in WORK_ON
        and bool(_who_see(session, [officer], report))
    )


def is_at_home(session: Session, report: Grievance) -> bool:
    """Whether whoever has a report may go on with it: he may work on it, and is of its unit, where anybody is."""
    if not may_work_on(session, report, report.assignee_id):
        return False
    holder = session.get_one(Officer, report.assignee_id)
    if holder.unit == report.unit or Role(holder.role) is Role.KELURAHAN:
        return True
    return not any(officer.unit == report.unit for officer in candidates(session, report))


def _who_see(session: Session, officers: Sequence[Officer], report: Grievance) -> set[int]:
    """Which of these accounts see the report, by the one condition, asked of the database in one statement."""
    session.flush()
    if not officers:
        return set()
    conditions = [func.coalesce(seen_by(viewer_of(officer)), False) for officer in officers]
    answers = session.execute(select(*conditions).where(Grievance.id == report.id)).one()
    return {officer.id for officer, sees in zip(officers, answers, strict=True) if sees}


def assign(session: Session, report: Grievance, *, by: str, now: dt.datetime) -> int | None:
    """Give a verified report to whoever should have it; None (and it waits for a supervisor) where nobody may see it.

    First those of the unit that owns it, else the city's team; of these whoever is bound to the smallest place, and
    then whoever has the fewest open reports.
    """
    if leads_to(Step.ASSIGN, report.state) is None:
        return None
    chosen = choose(session, report)
    report.assignee_id = chosen.id if chosen else None
    if chosen is not None:
        take(session, report, Step.ASSIGN, Spoken(by, "console", now), to=chosen.id)
        tell_officer(session, report, News.ASSIGNED, chosen.id, now=now, by=by)
    return report.assignee_id


def choose(session: Session, report: Grievance) -> Officer | None:
    """The officer a report should go to."""
    able = candidates(session, report, roles=(Role.OFFICER, Role.KELURAHAN))
    owners = [officer for officer in able if officer.unit == report.unit]
    among = owners or [officer for officer in able if officer.unit == CITY_TEAM]
    load = loads(session)
    return min(among, key=lambda officer: (-len(officer.area or ""), load.get(officer.id, 0), officer.id), default=None)


def loads(session: Session) -> dict[int, int]:
    """How many open reports each officer has; an answered one is no more to do."""
    rows = session.execute(
        select(Grievance.assignee_id, func.count())
        .where(Grievance.closed_at.is_(None), Grievance.answered_at.is_(None), Grievance.assignee_id.is_not(None))
        .group_by(Grievance.assignee_id)
    )
    return {officer: count for officer, count in rows if officer is not None}


def body_above(category: str, level: int) -> str:
    """The body that a report goes to where the ladder of supervisors ends; "" below the last rung."""
    named = programme().categories.get(category)
    return named.escalate_to if named is not None and level >= TOP else ""


def rung(session: Session, report: Grievance) -> int | None:
    """Whoever a report goes up to: a supervisor of its unit first, then one of the city's team, then any other."""
    able = candidates(session, report, roles=(Role.SUPERVISOR,))
    load = loads(session)

    def order(officer: Officer) -> tuple[bool, bool, int, int]:
        home = report.unit if report.level <= 1 else CITY_TEAM
        return officer.id == report.assignee_id, officer.unit != home, load.get(officer.id, 0), officer.id

    chosen = min(able, key=order, default=None)
    return chosen.id if chosen else None
