"""Taking a step with a report: state, clock, version and thread change together, or not at all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.grievances.clock import Clock, Pause, deadlines
from verify_service.grievances.opening import CITIZENS, Spoken, clock_of, note
from verify_service.grievances.states import CLOSED, GrievanceState, Step, leads_to
from verify_service.grievances.told import News, tell_holder
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance, GrievanceEvent
from verify_service.ground.working_days import city_day, working_days_after

CLOCK = "clock"  # who takes steps by time alone


ENDS = (Step.ANSWER, Step.REJECT, Step.REFER)  # steps by which the city has answered


class WrongStep(Exception):
    """The step may not be taken in this state; a door says which may."""

    def __init__(self, step: Step, state: str) -> None:
        super().__init__(f"{step} may not be taken while a report is {state}")
        self.step, self.state = step, state


def take(
    session: Session,
    report: Grievance,
    step: Step,
    spoken: Spoken,
    *,
    kind: str = "",
    **detail: Any,
) -> None:
    """Take one step with a locked report, write it into the thread and the trail; WrongStep where it may not be taken.

    `kind` is what it is called in the thread where a citizen took it.
    """
    after = leads_to(step, report.state)
    if after is None:
        raise WrongStep(step, report.state)
    if step is Step.REOPEN and report.once and told_again(session, report):
        report.once = None  # the newer report keeps the key
    before, report.state = report.state, after
    report.version += 1
    now = spoken.at
    if step in ENDS:
        detail |= _measured(session, report, now)
    note(session, report, kind or step.value, spoken, {"from": before, **detail})
    _stamp(session, report, step, now)
    if step is Step.REOPEN:
        tell_holder(session, report, News.REOPENED, now=now, by=spoken.by)
    elif step is Step.HEARD and spoken.by in CITIZENS:
        tell_holder(session, report, News.REPLIED, now=now, by=spoken.by)
    session.flush()
    audit.record(
        session, now=now, actor=spoken.by, action=f"report: {step}", on=f"grievance:{report.id}", state=after.value
    )


def told_again(session: Session, report: Grievance) -> bool:
    """Whether the same was reported once more while this one was closed, and is open."""
    same = select(Grievance.id).where(
        Grievance.once == report.once, Grievance.closed_at.is_(None), Grievance.id != report.id
    )
    return session.scalar(same) is not None


def _measured(session: Session, report: Grievance, now: dt.datetime) -> dict[str, str]:
    """By when this answer was due, and since when: what a later reopening forgets, figures still need."""
    clock = clock_now(session, report)
    ends = deadlines(clock, today=city_day(now))
    return {"due": ends.due_on.isoformat(), "since": clock.start.isoformat()}


def _stamp(session: Session, report: Grievance, step: Step, now: dt.datetime) -> None:
    """What follows from a step: the clock stands or goes, a report is closed or open again."""
    if step is Step.VERIFY:
        report.verified_at = report.verified_at or now
    if step is Step.ASK:
        report.waiting_since = now
    elif report.waiting_since is not None:
        report.waiting_since, report.waiting_for = None, None
        wind(session, report, now=now)
    if step is Step.REOPEN:
        _again(session, report, now)
    if step is Step.ANSWER:
        report.answered_at = now
        report.close_on = working_days_after(city_day(now), programme().sla.close_days)
    if GrievanceState(report.state) in CLOSED:
        report.closed_at = now


def _again(session: Session, report: Grievance, now: dt.datetime) -> None:
    """The problem is still there: the same days once more from today, and nothing of the first answer stands."""
    report.reopened += 1
    report.closed_at, report.closed_how = None, None
    report.answered_at, report.decision, report.answer, report.close_on = None, None, None, None
    report.referred_to, report.supervisor_at, report.promised_on = None, None, None
    report.level, report.clock_from = 0, city_day(now)  # the ladder begins anew as well
    wind(session, report, now=now)


def clock_now(session: Session, report: Grievance) -> Clock:
    """The clock of a report as its thread tells it: its start, its class, and every pause with its reason."""
    start = report.clock_from or city_day(report.opened_at)
    rows = session.execute(
        select(GrievanceEvent.kind, GrievanceEvent.at, GrievanceEvent.detail)
        .where(GrievanceEvent.grievance_id == report.id)
        .order_by(GrievanceEvent.seq)
    ).all()
    return clock_of(report.category, start, urgent=report.urgency is not None, pauses=pauses_in(rows, start))


def pauses_in(events: Any, start: dt.date) -> tuple[Pause, ...]:
    """The pauses told by (kind, at, detail) in order: from each question to the step that left that state."""
    pauses: list[Pause] = []
    since: dt.date | None = None
    for kind, at, detail in events:
        if kind == Step.ASK.value:
            since = city_day(at)
        elif since is not None and detail.get("from") == GrievanceState.WAITING.value:
            pauses.append(Pause(since, max(since, city_day(at))))
            since = None
    if since is not None:
        pauses.append(Pause(since))
    return tuple(pause for pause in pauses if pause.until is None or pause.until > start)


def wind(session: Session, report: Grievance, *, now: dt.datetime) -> None:
    """Work the deadlines out again: after a pause, a reopening, or another category."""
    today = city_day(now)
    ends = deadlines(clock_now(session, report), today=today)
    moved = ends.due_on != report.due_on
    report.due_on, report.risk_on = ends.due_on, ends.risk_on
    if report.level == 0:
        report.next_on = ends.due_on
    elif moved and report.next_on is not None:
        report.next_on = max(report.next_on, ends.due_on)
