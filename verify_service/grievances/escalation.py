"""What time alone does to reports: at risk, overdue, up the ladder, asked once, closed. One look handles all of them.

Every overdue report goes up, the oldest first, assigned or not, whatever was written about it meanwhile; each notice is
given once. A report that an officer has open at this very moment is seen to at the next look, seconds later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.orm import Session

from verify_service.accounts.officers import Role
from verify_service.grievances.assignment import TOP, body_above, loads, viewer_of
from verify_service.grievances.notify import sensitive, tell
from verify_service.grievances.opening import ANONYMOUS, Spoken, chance_id
from verify_service.grievances.states import OPEN, GrievanceState, Step, leads_to
from verify_service.grievances.steps import CLOCK, take
from verify_service.grievances.visibility import CITY_TEAM, seen_by
from verify_service.grievances.worklist import orphaned
from verify_service.ground.programme import programme
from verify_service.ground.tables import AuditEntry, Grievance, GrievanceEvent, GrievanceNotice, Officer
from verify_service.ground.working_days import city_day, short_date, working_days_after, working_days_before
from verify_service.messaging.consent import not_held

AskWhetherSolved = Callable[[Session, Grievance, dt.datetime], bool]  # False: not now
BATCH: Final = 2_000  # reports in one transaction

_RUNNING = [state.value for state in OPEN if leads_to(Step.ESCALATE, state) is not None]


@dataclass(frozen=True)
class Looked:
    """How many reports each rule was applied to."""

    heard: int = 0
    unverified: int = 0
    orphaned: int = 0
    at_risk: int = 0
    escalated: int = 0
    asked: int = 0
    closed: int = 0

    @property
    def any(self) -> bool:
        return any(vars(self).values())


def look(session: Session, *, now: dt.datetime, ask: AskWhetherSolved) -> Looked:
    """Apply every rule of time to every report it is due for, up to a batch of each; twice changes nothing."""
    today = city_day(now)
    return Looked(
        heard=_end_waits(session, today, now),
        unverified=_notice(session, "unverified", _unverified(today), now),
        orphaned=_notice(session, "orphaned", and_(_working(), orphaned()), now),
        at_risk=_notice(session, "at_risk", _at_risk(today), now),
        escalated=_climb(session, today, now),
        asked=_follow_up(session, today, now, ask),
        closed=_close(session, today, now),
    )


# --- the citizen was silent for too long ---


def _end_waits(session: Session, today: dt.date, now: dt.datetime) -> int:
    last = working_days_before(today - dt.timedelta(1), programme().sla.waiting_days)
    since = dt.datetime.combine(last + dt.timedelta(1), dt.time(), programme().zone)
    reports = _due(session, Grievance.state == GrievanceState.WAITING.value, Grievance.waiting_since < since)
    for report in reports:
        take(session, report, Step.HEARD, Spoken(CLOCK, CLOCK, now), kind="silent")
    return len(reports)


def _due(session: Session, *conditions: ColumnElement[bool]) -> list[Grievance]:
    """What nobody else works on, nor keeps the reporter's phone from being written to."""
    wanted = (
        select(Grievance)
        .where(Grievance.closed_at.is_(None), *conditions)
        .order_by(Grievance.due_on, Grievance.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Grievance)
    )
    reports = session.scalars(wanted).all()
    free = not_held(session, [report.phone_id for report in reports])
    return [report for report in reports if report.phone_id is None or report.phone_id in free]


# --- notices, each once ---


def _unverified(today: dt.date) -> ColumnElement[bool]:
    return (Grievance.state == GrievanceState.RECEIVED.value) & (Grievance.verify_by < today)


def _working() -> ColumnElement[bool]:
    return Grievance.state != GrievanceState.ANSWERED.value


def _at_risk(today: dt.date) -> ColumnElement[bool]:
    running = Grievance.state.in_(_RUNNING) & (Grievance.level == 0)
    return running & (Grievance.risk_on <= today) & (Grievance.due_on >= today)


def _notice(session: Session, kind: str, where: ColumnElement[bool], now: dt.datetime) -> int:
    """Tell whoever has it, or the supervisors where nobody has, or whose account is closed.

    Only those that were not told of: a batch of what was would leave the rest waiting for ever.
    """
    before = select(GrievanceNotice.id).where(
        GrievanceNotice.grievance_id == Grievance.id,
        GrievanceNotice.kind == kind,
        GrievanceNotice.cycle == Grievance.reopened,
        GrievanceNotice.level == Grievance.level,
    )
    works = select(Officer.id).where(Officer.id == Grievance.assignee_id, Officer.disabled_at.is_(None))
    told = (
        select(
            Grievance.id,
            literal(kind),
            Grievance.reopened,
            Grievance.level,
            works.scalar_subquery(),
            literal(now),
        )
        .where(Grievance.closed_at.is_(None), where, ~before.exists())
        .limit(BATCH)
    )
    new = insert_once(GrievanceNotice).from_select(["grievance_id", "kind", "cycle", "level", "officer_id", "at"], told)
    made = session.execute(new.on_conflict_do_nothing().returning(GrievanceNotice.id))
    return len(made.all())


# --- the ladder ---


def _climb(session: Session, today: dt.date, now: dt.datetime) -> int:
    """Everything that is past its day goes one rung up, in a few statements however many there are."""
    overdue = Grievance.next_on < today
    asked_for = Grievance.supervisor_at.is_not(None) & (Grievance.level == 0)
    reports = _due(session, Grievance.state.in_(_RUNNING), overdue | asked_for)
    if not reports:
        return 0
    _one_up(reports, today)
    session.flush()
    to = _supervisors(session, reports)
    rows = [_climbed(report, to.get(report.id), before, now) for report, before in _moved(reports, to)]
    session.flush()
    _write_down(session, rows, now)
    for report in reports:
        if not sensitive(report):
            _apologise(session, report, now)
    return len(reports)


def _one_up(reports: Sequence[Grievance], today: dt.date) -> None:
    again = working_days_after(today, programme().sla.rung_days)
    for report in reports:
        report.level += 1
        later = max(again, report.due_on) if report.due_on >= today else again
        report.next_on = later if report.level < TOP else None


def _moved(reports: Sequence[Grievance], to: Mapping[int, int]) -> Iterable[tuple[Grievance, str]]:
    for report in reports:
        before, report.state = report.state, GrievanceState.ESCALATED.value
        report.version += 1
        report.assignee_id = to.get(report.id, report.assignee_id)
        yield report, before


def _supervisors(session: Session, reports: Sequence[Grievance]) -> dict[int, int]:
    """Whom each report goes to: a supervisor who may see it, of its unit on the first rung, of the city's team above.

    One question for each supervisor, not for each report.
    """
    held = select(Officer).where(Officer.role == Role.SUPERVISOR.value, Officer.disabled_at.is_(None))
    load, ids = loads(session), [report.id for report in reports]
    able: dict[int, list[Officer]] = {}
    for officer in session.scalars(held.order_by(Officer.id)):
        seen = select(Grievance.id).where(Grievance.id.in_(ids), seen_by(viewer_of(officer)))
        for report_id in session.scalars(seen):
            able.setdefault(report_id, []).append(officer)
    chosen: dict[int, int] = {}
    for report in reports:
        best = min(able.get(report.id, []), key=partial(_order, report, load), default=None)
        if best is not None:
            chosen[report.id] = best.id
            load[best.id] = load.get(best.id, 0) + 1
    return chosen


def _order(report: Grievance, load: Mapping[int, int], one: Officer) -> tuple[bool, bool, int, int]:
    home = report.unit if report.level <= 1 else CITY_TEAM
    return one.id == report.assignee_id, one.unit != home, load.get(one.id, 0), one.id


def _climbed(report: Grievance, to: int | None, before: str, now: dt.datetime) -> dict[str, Any]:
    body = body_above(report.category, report.level)
    return {
        "grievance_id": report.id,
        "at": now,
        "detail": {"from": before, "level": report.level}
        | ({"to": to} if to else {})
        | ({"body": body} if body else {}),
        "chance": chance_id() if report.identity == ANONYMOUS else None,
        "cycle": report.reopened,
        "level": report.level,
        "officer_id": to,
    }


def _write_down(session: Session, rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Thread, trail and notices of all of them."""
    session.execute(
        update(GrievanceNotice)
        .where(
            GrievanceNotice.grievance_id.in_([row["grievance_id"] for row in rows]), GrievanceNotice.seen_at.is_(None)
        )
        .values(seen_at=now)  # what was told whoever had it before is out of date
    )
    seqs = dict(
        session.execute(
            select(GrievanceEvent.grievance_id, func.max(GrievanceEvent.seq))
            .where(GrievanceEvent.grievance_id.in_([row["grievance_id"] for row in rows]))
            .group_by(GrievanceEvent.grievance_id)
        ).all()
    )
    events = [
        {
            "grievance_id": row["grievance_id"],
            "seq": (seqs.get(row["grievance_id"]) or 0) + 1,
            "at": now,
            "kind": Step.ESCALATE.value,
            "by": CLOCK,
            "channel": CLOCK,
            "detail": row["detail"],
            **({"id": row["chance"]} if row["chance"] else {}),
        }
        for row in rows
    ]
    for with_id in (True, False):
        if batch := [event for event in events if ("id" in event) is with_id]:
            session.execute(insert(GrievanceEvent), batch)
    trail = {"at": now, "actor": CLOCK, "action": "report: escalate"}
    session.execute(
        insert(AuditEntry),
        [{**trail, "object": f"grievance:{row['grievance_id']}", "detail": {"level": row["level"]}} for row in rows],
    )
    keys = ("grievance_id", "cycle", "level", "officer_id", "at")
    notices = [{"kind": "escalated", **{key: row[key] for key in keys}} for row in rows]
    session.execute(insert_once(GrievanceNotice).on_conflict_do_nothing(), notices)


def _apologise(session: Session, report: Grievance, now: dt.datetime) -> None:
    """The reporter hears that it is late, and the new day; once, on the first rung that it climbs for being late.

    Somebody may have asked for a supervisor before: then that is not the first.
    """
    if report.next_on is not None and report.due_on < city_day(now):
        values = {"date": short_date(report.next_on)}
        tell(session, report, "g8.case_escalated", values, cause=f"late:{report.reopened}", now=now)
        report.promised_on = report.promised_on or report.next_on


# --- after the answer ---


def _follow_up(session: Session, today: dt.date, now: dt.datetime, ask: AskWhetherSolved) -> int:
    """Ask once whether the problem is solved; never an anonymous reporter, nor on a phone that others may read."""
    last = working_days_before(today, programme().sla.follow_up_days)
    before = dt.datetime.combine(last + dt.timedelta(1), dt.time(), programme().zone)
    answered = _due(
        session,
        Grievance.state == GrievanceState.ANSWERED.value,
        Grievance.answered_at < before,
        Grievance.asked_at.is_(None),
        Grievance.identity == "normal",
        Grievance.restricted.is_(False),
        Grievance.phone_id.is_not(None),
        Grievance.contact.is_distinct_from("none"),
    )
    asked = 0
    for report in answered:
        if ask(session, report, now):
            report.asked_at = now
            # After a gap of the clock both days may be past: who is asked has the time to answer that was promised.
            sla = programme().sla
            leave = max(sla.close_days - sla.follow_up_days, 1)
            report.close_on = max(report.close_on or today, working_days_after(today, leave))
            asked += 1
    return asked


def _close(session: Session, today: dt.date, now: dt.datetime) -> int:
    """An answer that nobody objected to in time closes the report; the number still opens it again.

    Where the reporter wrote after the answer and no officer did anything since, it is no silence: it is opened again.
    """
    over = _due(session, Grievance.state == GrievanceState.ANSWERED.value, Grievance.close_on < today)
    unread = _written_since(session, over)
    for report in over:
        if report.id in unread:
            take(session, report, Step.REOPEN, Spoken(CLOCK, CLOCK, now))
            continue
        report.closed_how = "answered, nothing more heard"
        take(session, report, Step.LAPSE, Spoken(CLOCK, CLOCK, now))
    return len(over)


def _written_since(session: Session, reports: Sequence[Grievance]) -> set[int]:
    """Those of them whose reporter had the last word."""
    of_officers = func.max(GrievanceEvent.seq).filter(GrievanceEvent.by.startswith("officer:"))
    of_reporter = func.max(GrievanceEvent.seq).filter(
        GrievanceEvent.by == "reporter", GrievanceEvent.kind.in_(("added", "repeated"))
    )
    last = (
        select(GrievanceEvent.grievance_id)
        .where(GrievanceEvent.grievance_id.in_([report.id for report in reports]))
        .group_by(GrievanceEvent.grievance_id)
        .having(of_reporter > of_officers)
    )
    return set(session.scalars(last))
