"""How well reports are answered: what comes in, what waits and for how long, what was answered in time.

Counted over the reports that an account may see, from what happened to each, so that a later reopening changes no
figure of an earlier week.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Numeric, Select, and_, case, cast, column, func, literal, select, true
from sqlalchemy.orm import Session

from verify_service.grievances.states import GrievanceState
from verify_service.grievances.steps import ENDS
from verify_service.grievances.visibility import Viewer, seen_by
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Grievance, GrievanceEvent
from verify_service.ground.working_days import city_day

WEEKS = (4, 12, 52)
AGES = ((0, 5), (6, 14), (15, 60), (61, None))  # days of the calendar since a report came


@dataclass(frozen=True)
class Now:
    """What is open at this moment."""

    open: int
    unverified: int
    at_risk: int
    overdue: int
    waiting: int


@dataclass(frozen=True)
class Answered:
    """What was answered in the period: how many, how many in time, and the median days of the calendar it took."""

    answers: int
    in_time: int
    median_days: float | None
    reopened: int
    identities_opened: int

    @property
    def share(self) -> float | None:
        """Per cent answered in time; None where nothing was answered."""
        return 100 * self.in_time / self.answers if self.answers else None


@dataclass(frozen=True)
class Week:
    """A week, by its Monday: what came in and what was answered."""

    monday: dt.date
    opened: int
    answered: int


@dataclass(frozen=True)
class Age:
    """Open reports that are so many days old, by how they stand; `most` None: older than that."""

    least: int
    most: int | None
    on_time: int
    at_risk: int
    overdue: int
    waiting: int


@dataclass(frozen=True)
class PerformanceRow:
    """One category or one place."""

    key: str | None  # None: told with no place
    opened: int
    open: int
    overdue: int
    answers: int
    in_time: int
    median_days: float | None
    reopened: int

    @property
    def share(self) -> float | None:
        return 100 * self.in_time / self.answers if self.answers else None


@dataclass(frozen=True)
class Performance:
    """The whole page."""

    now: Now
    answered: Answered
    weeks: tuple[Week, ...]
    ages: tuple[Age, ...]
    categories: tuple[PerformanceRow, ...]
    places: tuple[PerformanceRow, ...]


def performance(session: Session, viewer: Viewer, *, weeks: int, unit: str | None, now: dt.datetime) -> Performance:
    """The figures of the last so many weeks, this one included, of one unit or of all."""
    today = city_day(now)
    first = today - dt.timedelta(today.weekday() + 7 * (weeks - 1))
    seen = seen_by(viewer) & (true() if unit is None else Grievance.unit == unit)
    return Performance(
        _now(session, seen, today),
        _answered(session, seen, first),
        _weeks(session, seen, first, weeks),
        _ages(session, seen, today),
        _lines(session, seen, first, today, Grievance.category.expression),
        _lines(session, seen, first, today, Area.kecamatan.expression),
    )


_OPEN = Grievance.closed_at.is_(None) & Grievance.answered_at.is_(None)
_WAITING = Grievance.waiting_since.is_not(None)


def _overdue(today: dt.date) -> ColumnElement[bool]:
    return _OPEN & ~_WAITING & (Grievance.due_on < today)


def _at_risk(today: dt.date) -> ColumnElement[bool]:
    return _OPEN & ~_WAITING & (Grievance.due_on >= today) & (Grievance.risk_on <= today)


def _day(moment: ColumnElement[dt.datetime]) -> ColumnElement[dt.date]:
    return cast(func.timezone(programme().timezone, moment), Date)


def _now(session: Session, seen: ColumnElement[bool], today: dt.date) -> Now:
    counts = (
        _OPEN,
        Grievance.state == GrievanceState.RECEIVED.value,
        _at_risk(today),
        _overdue(today),
        _OPEN & _WAITING,
    )
    row = session.execute(
        select(*(func.count().filter(condition) for condition in counts)).where(seen, Grievance.closed_at.is_(None))
    ).one()
    return Now(*(int(count) for count in row))


_DUE = cast(GrievanceEvent.detail["due"].astext, Date)
_IS_ANSWER = GrievanceEvent.kind.in_([step.value for step in ENDS]) & GrievanceEvent.detail.has_key("due")


def _came_on() -> ColumnElement[dt.date]:
    return _day(Grievance.opened_at.expression)


def _said_on() -> ColumnElement[dt.date]:
    return _day(GrievanceEvent.at.expression)


def _in_time() -> ColumnElement[bool]:
    return and_(_IS_ANSWER, _said_on() <= _DUE)


def _median() -> ColumnElement[float]:
    """Days of the calendar from the start of the clock to the answer."""
    took = cast(_said_on() - cast(GrievanceEvent.detail["since"].astext, Date), Numeric)
    return func.percentile_cont(0.5).within_group(took).filter(_IS_ANSWER)


def _answered(session: Session, seen: ColumnElement[bool], first: dt.date) -> Answered:
    events = select(
        func.count().filter(_IS_ANSWER),
        func.count().filter(_in_time()),
        _median(),
        func.count().filter(GrievanceEvent.detail["from"].astext.in_(_AFTER_ANSWER), _IS_REOPENING),
        func.count().filter(GrievanceEvent.kind == "identity"),
    )
    row = session.execute(
        events.join(Grievance, Grievance.id == GrievanceEvent.grievance_id).where(seen, _said_on() >= first)
    ).one()
    return Answered(row[0], row[1], None if row[2] is None else float(row[2]), row[3], row[4])


_AFTER_ANSWER = [
    state.value
    for state in (
        GrievanceState.ANSWERED,
        GrievanceState.CLOSED_CONFIRMED,
        GrievanceState.CLOSED_AUTO,
        GrievanceState.REFERRED,
    )
]
_IS_REOPENING = GrievanceEvent.kind.in_(("reopen", "still", "supervisor"))


def _weeks(session: Session, seen: ColumnElement[bool], first: dt.date, weeks: int) -> tuple[Week, ...]:
    opened = _by_week(session, _came_on(), select(Grievance.id).where(seen), first)
    answers = (
        select(GrievanceEvent.id).join(Grievance, Grievance.id == GrievanceEvent.grievance_id).where(seen, _IS_ANSWER)
    )
    answered = _by_week(session, _said_on(), answers, first)
    mondays = [first + dt.timedelta(7 * week) for week in range(weeks)]
    return tuple(Week(monday, opened.get(monday, 0), answered.get(monday, 0)) for monday in mondays)


def _by_week(session: Session, day: ColumnElement[dt.date], rows: Select[Any], first: dt.date) -> dict[dt.date, int]:
    monday = cast(func.date_trunc("week", day), Date).label("monday")
    counted = rows.with_only_columns(monday, func.count()).where(day >= first).group_by(monday)
    return {row.monday: row[1] for row in session.execute(counted)}


def _ages(session: Session, seen: ColumnElement[bool], today: dt.date) -> tuple[Age, ...]:
    age = literal(today, Date) - _came_on()
    group = case(
        *((age <= most, place) for place, (_, most) in enumerate(AGES) if most is not None), else_=len(AGES) - 1
    )
    rows = session.execute(
        select(
            group.label("place"),
            func.count(),
            func.count().filter(_at_risk(today)),
            func.count().filter(_overdue(today)),
            func.count().filter(_WAITING),
        )
        .where(seen, _OPEN)
        .group_by(column("place"))
    )
    held = {place: rest for place, *rest in rows}
    ages = []
    for place, (least, most) in enumerate(AGES):
        total, at_risk, overdue, waiting = held.get(place, (0, 0, 0, 0))
        ages.append(Age(least, most, total - at_risk - overdue - waiting, at_risk, overdue, waiting))
    return tuple(ages)


def _lines(
    session: Session, seen: ColumnElement[bool], first: dt.date, today: dt.date, by: ColumnElement[str]
) -> tuple[PerformanceRow, ...]:
    """A line for each category or kecamatan that anything was told of in the period, or that has something open."""
    told = session.execute(
        select(
            by,
            func.count().filter(_came_on() >= first),
            func.count().filter(_OPEN),
            func.count().filter(_overdue(today)),
        )
        .select_from(Grievance)
        .outerjoin(Area, Area.kelurahan_code == Grievance.kelurahan_code)
        .where(seen, _OPEN | (_came_on() >= first))
        .group_by(by)
    ).all()
    answers: dict[str | None, list[Any]] = {
        key: rest
        for key, *rest in session.execute(
            select(
                by,
                func.count().filter(_IS_ANSWER),
                func.count().filter(_in_time()),
                _median(),
                func.count().filter(_IS_REOPENING & GrievanceEvent.detail["from"].astext.in_(_AFTER_ANSWER)),
            )
            .select_from(GrievanceEvent)
            .join(Grievance, Grievance.id == GrievanceEvent.grievance_id)
            .outerjoin(Area, Area.kelurahan_code == Grievance.kelurahan_code)
            .where(seen, _said_on() >= first)
            .group_by(by)
        )
    }
    counts: dict[str | None, list[Any]] = {key: rest for key, *rest in told}
    lines = []
    for key in counts.keys() | answers.keys():
        opened, still_open, overdue = counts.get(key, [0, 0, 0])
        answered, in_time, median, reopened = answers.get(key, [0, 0, None, 0])
        took = None if median is None else float(median)
        lines.append(PerformanceRow(key, opened, still_open, overdue, answered, in_time, took, reopened))
    return tuple(sorted(lines, key=lambda line: (-line.open, -line.opened, line.key or "")))
