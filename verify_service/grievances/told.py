"""What officers are told of their reports at once: given, taken from them, opened again, written to by the citizen."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.tables import Grievance, GrievanceEvent, GrievanceNotice, Officer
from verify_service.ground.working_days import city_day


class News(StrEnum):
    """What somebody has to know of a report, beside what the clock tells."""

    ASSIGNED = "assigned"  # it is theirs now
    TAKEN_OVER = "taken_over"  # a colleague has it now
    REOPENED = "reopened"
    REPLIED = "replied"  # the citizen wrote
    ORPHANED = "orphaned"  # nobody has it: whoever had it is gone


NEWS: Final = tuple(News)


def tell_officer(
    session: Session, report: Grievance, news: News, officer_id: int | None, *, now: dt.datetime, by: str = ""
) -> None:
    """Tell an officer, None: whoever supervises. Nobody is told of what he did himself, nor twice of what he has not
    read yet. Of an anonymous report the hour is not kept: it would be that in which somebody wrote."""
    if by == f"officer:{officer_id}":
        return
    unread = select(GrievanceNotice.id).where(
        GrievanceNotice.grievance_id == report.id,
        GrievanceNotice.kind == news.value,
        GrievanceNotice.officer_id.is_not_distinct_from(officer_id),
        GrievanceNotice.seen_at.is_(None),
    )
    if session.scalar(unread) is not None:
        return
    place = select(func.coalesce(func.max(GrievanceEvent.seq), 0)).where(GrievanceEvent.grievance_id == report.id)
    at = now
    if report.identity == "anonymous" and news is News.REPLIED:
        at = dt.datetime.combine(city_day(now), dt.time(), now.tzinfo)
    row = {
        "grievance_id": report.id,
        "kind": news.value,
        "cycle": report.reopened,
        "level": report.level,
        "seq": place.scalar_subquery(),
        "officer_id": officer_id,
        "at": at,
    }
    session.execute(insert(GrievanceNotice).values(row).on_conflict_do_nothing())


def tell_holder(session: Session, report: Grievance, news: News, *, now: dt.datetime, by: str) -> None:
    """Tell whoever has it; where nobody does, or the account is closed, whoever supervises."""
    holder = session.get(Officer, report.assignee_id) if report.assignee_id is not None else None
    works = holder is not None and holder.disabled_at is None
    tell_officer(session, report, news, report.assignee_id if works else None, now=now, by=by)


def seen_on_its_page(session: Session, report: Grievance, officer_id: int, *, now: dt.datetime) -> None:
    """Whoever opens a report has seen its news."""
    session.execute(
        update(GrievanceNotice)
        .where(
            GrievanceNotice.grievance_id == report.id,
            GrievanceNotice.officer_id == officer_id,
            GrievanceNotice.kind.in_([news.value for news in NEWS]),
            GrievanceNotice.seen_at.is_(None),
        )
        .values(seen_at=now)
    )
