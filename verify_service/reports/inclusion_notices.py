"""Once a week: which groups lag behind beyond chance; officers are told of each, until it has caught up.

`take_look` spends the week's part of the year's level (rounds/lagging.py), so that a week has one look, whoever asks.
A notice ends by the gap's own interval; one that a supervisor took on is shown again where it still stands after
`SHOWN_AGAIN`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import InclusionLook, InclusionNotice
from verify_service.reports.definition import Asked
from verify_service.reports.of_inclusion import Compared, compared
from verify_service.rounds.intervals import Difference
from verify_service.rounds.lagging import Group, lagging

SHOWN_AGAIN: Final = dt.timedelta(weeks=8)
_CAN_BE_JUDGED = text(
    """SELECT EXISTS (SELECT 1 FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL)
              AND NOT EXISTS (SELECT 1 FROM stale_enrolment)"""
)
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Looked:
    """What a look came to: how many groups were judged and how many were too few, notices given and ended."""

    judged: int
    too_few: int
    given: int
    ended: int


@dataclass(frozen=True)
class Notice:
    """A group that lags, as the newest look counted it; `seen_at` is when a supervisor took it on."""

    id: int
    measure: str
    dimension: str
    code: str
    noticed_on: dt.date
    group: Group
    gap: Difference
    seen_at: dt.datetime | None
    seen_by: str | None


def week_of(now: dt.datetime) -> dt.date:
    """The Monday of the week, by the city's calendar."""
    today = now.astimezone(programme().zone).date()
    return today - dt.timedelta(days=today.weekday())


def take_look(session: Session, *, now: dt.datetime) -> Looked | None:
    """Look at every group, once a week; None where this week's look was taken or nothing can be judged yet."""
    week = week_of(now)
    if not session.scalar(_CAN_BE_JUDGED):
        return None
    taken = insert(InclusionLook).values(week=week, made_at=now, judged=0, too_few=0).on_conflict_do_nothing()
    if session.scalar(taken.returning(InclusionLook.week)) is None:
        return None
    held = [one for one in compared(session, Asked(now)) if one.can_lag]
    open_now = {
        (row.measure, row.dimension, row.group_code): row
        for row in session.scalars(select(InclusionNotice).where(InclusionNotice.ended_at.is_(None)).with_for_update())
    }
    lag = lagging(one.group for one in held)
    given = [one for one, lags in zip(held, lag, strict=True) if lags and one.key not in open_now]
    for one in given:
        _give(session, one, week, now=now)
    ended = _bring_up_to_date(session, open_now, {one.key: one.group for one in held}, now=now)
    judged = sum(one.group.judged for one in held)
    session.execute(
        update(InclusionLook).where(InclusionLook.week == week).values(judged=judged, too_few=len(held) - judged)
    )
    return Looked(judged, len(held) - judged, len(given), ended)


def _give(session: Session, one: Compared, week: dt.date, *, now: dt.datetime) -> None:
    row = {"measure": one.measure, "dimension": one.dimension, "group_code": one.code}
    times = {"noticed_on": week, "opened_at": now, "looked_at": now}
    made = session.execute(
        insert(InclusionNotice).values(**row, **times, **_counts(one.group)).returning(InclusionNotice.id)
    ).scalar_one()
    audit.record(session, now=now, actor="clock", action="group lags", on=f"inclusion_notice:{made}", **row)


def _bring_up_to_date(
    session: Session, open_now: Mapping[Key, InclusionNotice], groups: Mapping[Key, Group], *, now: dt.datetime
) -> int:
    """What the newest look counted of the notices that stood before it; those that have caught up end."""
    ended = 0
    for key, row in open_now.items():
        group = groups.get(key)
        how = "too few" if group is None or not group.judged else "caught up" if group.caught_up else None
        new: dict[str, Any] = {"looked_at": now, **(_counts(group) if group is not None else {})}
        if how is not None:
            new |= {"ended_at": now, "ended_how": how}
            ended += 1
            audit.record(
                session, now=now, actor="clock", action="group lags no longer", on=f"inclusion_notice:{row.id}", how=how
            )
        session.execute(update(InclusionNotice).where(InclusionNotice.id == row.id).values(new))
    return ended


def _counts(group: Group) -> dict[str, int]:
    return {"yes": group.yes, "people": group.people, "others_yes": group.others_yes, "others": group.others}


def standing(session: Session) -> tuple[Notice, ...]:
    """Every notice that has not ended, the widest gap first."""
    rows = session.scalars(select(InclusionNotice).where(InclusionNotice.ended_at.is_(None)))
    held = [_notice(row, group, gap) for row in rows if (gap := (group := _group(row)).gap) is not None]
    return tuple(sorted(held, key=lambda one: (one.gap.difference, one.id)))


def to_be_told(session: Session, *, now: dt.datetime) -> tuple[Notice, ...]:
    """Those that nobody has taken on, or so long ago that they are shown again."""
    return tuple(one for one in standing(session) if one.seen_at is None or one.seen_at <= now - SHOWN_AGAIN)


def _group(row: InclusionNotice) -> Group:
    return Group(row.yes, row.people, row.others_yes, row.others)


def _notice(row: InclusionNotice, group: Group, gap: Difference) -> Notice:
    known = (row.id, row.measure, row.dimension, row.group_code, row.noticed_on)
    return Notice(*known, group, gap, row.seen_at, row.seen_by)


def take_on(session: Session, number: int, *, by: str, now: dt.datetime) -> bool:
    """A supervisor sees to it; False where it has ended, or somebody else was quicker."""
    untaken = or_(InclusionNotice.seen_at.is_(None), InclusionNotice.seen_at <= now - SHOWN_AGAIN)
    taken = session.scalar(
        update(InclusionNotice)
        .where(InclusionNotice.id == number, InclusionNotice.ended_at.is_(None), untaken)
        .values(seen_at=now, seen_by=by)
        .returning(InclusionNotice.id)
    )
    if taken is not None:
        audit.record(session, now=now, actor=by, action="group that lags taken on", on=f"inclusion_notice:{taken}")
    return taken is not None
