"""What an officer does with one report: look, take, ask, answer, pass on. Two officers cannot overwrite each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from flows.references import read_reference
from verify_service.grievances import assignment
from verify_service.grievances.acting import Acting
from verify_service.grievances.notify import ANSWER_SEPTETS, size_of, tell
from verify_service.grievances.numbers import full_number
from verify_service.grievances.opening import ANONYMOUS, note
from verify_service.grievances.states import GrievanceState, Step, leads_to
from verify_service.grievances.steps import take, wind
from verify_service.grievances.told import News, seen_on_its_page, tell_officer
from verify_service.grievances.visibility import seen_by
from verify_service.ground.crypto import seal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance, GrievanceEvent, GrievanceNotice, Officer
from verify_service.ground.working_days import city_day, short_date, working_days_after


class Refusal(StrEnum):
    """Why a step was not taken; pages say what to do next."""

    UNKNOWN = "unknown"  # there is none, or it is not this account's to see
    CHANGED = "changed"  # somebody else took a step since the page was made
    STEP = "step"  # may not be done in this state
    INPUT = "input"  # a code, a reason or words that are missing or unknown
    TOO_LONG = "too_long"
    NOT_THEIRS = "not_theirs"  # the officer named may not see it, or may not work on it
    WOULD_SHOW = "would_show"  # merging would show it to more people than it was told to
    TOO_OFTEN = "too_often"  # asked as often as it may be: the clock does not stand again
    ANONYMOUS = "anonymous"  # there is nobody to ask, call or name
    ROLE = "role"  # not with this role


def find(acting: Acting, case: int, *, lock: bool = False) -> Grievance | None:
    """The report, where this account may see it; None otherwise, whether or not there is one."""
    wanted = select(Grievance).where(Grievance.id == case, seen_by(acting.viewer))
    if lock:  # as it is once the lock is held: the page read it before, and somebody else may have taken a step since
        wanted = wanted.with_for_update(of=Grievance).execution_options(populate_existing=True)
    return acting.session.scalar(wanted)


def find_by_number(acting: Acting, typed: str) -> Grievance | None:
    """The report with this number, however it is spelt, where this account may see it."""
    number = full_number(read_reference(typed) or "")
    return acting.session.scalar(select(Grievance).where(Grievance.number == number, seen_by(acting.viewer)))


def find_anew(acting: Acting, report: Grievance) -> Grievance | None:
    """The report as it stands after others worked on it; None where this account may see it no more."""
    acting.session.refresh(report)
    return find(acting, report.id)


def open_case(acting: Acting, case: int, version: int | None) -> Grievance | Refusal:
    """A report to take a step with, locked; Refusal where this account may not, or the page it saw is out of date."""
    if acting.viewer.role not in assignment.WORK_ON:
        return Refusal.ROLE
    report = find(acting, case, lock=True)
    if report is None:
        return Refusal.UNKNOWN
    if version is not None and version != report.version:
        return Refusal.CHANGED
    return report


@dataclass(frozen=True)
class Triage:
    """What whoever looks at a report first makes of it: `about_unit` is the unit it complains of, "" for none."""

    category: str
    urgency: str = ""
    about_unit: str = ""
    restricted: bool = False


def verify(acting: Acting, case: int, version: int, triage: Triage) -> Refusal | None:
    """A report is real and of this kind: its class, owner and clock follow, and somebody gets it."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not _sound(triage):
        return Refusal.INPUT
    if leads_to(Step.VERIFY, report.state) is None:
        return Refusal.STEP
    _file_under(report, triage)
    take(acting.session, report, Step.VERIFY, acting.spoken(), category=triage.category)
    wind(acting.session, report, now=acting.now)
    if assignment.may_work_on(acting.session, report, report.assignee_id):  # opened again: whoever has it knows it
        take(acting.session, report, Step.ASSIGN, acting.spoken(), to=report.assignee_id)
    else:
        assignment.assign(acting.session, report, by=acting.by, now=acting.now)
    return None


def file_under(acting: Acting, case: int, version: int, triage: Triage) -> Refusal | None:
    """Put a report under another category while it is worked on; the clock is that of the new class, from the start."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not _sound(triage):
        return Refusal.INPUT
    if leads_to(Step.START, report.state) is None and report.state != GrievanceState.IN_PROGRESS:
        return Refusal.STEP
    unit = report.unit
    _file_under(report, triage)
    report.version += 1
    detail = {"category": triage.category, "about_unit": triage.about_unit}
    note(acting.session, report, "category", acting.spoken(), detail)
    wind(acting.session, report, now=acting.now)
    record(acting, report, "report filed under")
    goes = report.unit != unit and not assignment.is_at_home(acting.session, report)
    if goes or not assignment.may_work_on(acting.session, report, report.assignee_id):
        assignment.assign(acting.session, report, by=acting.by, now=acting.now)
    return None


def _sound(triage: Triage) -> bool:
    return (
        triage.category in programme().categories
        and triage.urgency in ("", "accident", "death")
        and (not triage.about_unit or triage.about_unit in programme().units)
    )


def _file_under(report: Grievance, triage: Triage) -> None:
    """A complaint about a unit goes to another one; what was told about somebody stays restricted whatever it is."""
    category = programme().categories[triage.category]
    report.category = triage.category
    report.urgency = triage.urgency or None
    report.about_unit = triage.about_unit or None
    report.restricted = category.restricted or triage.restricted or bool(report.about) or bool(triage.about_unit)
    report.unit = assignment.owner_of(category.unit, triage.about_unit)


def take_on(acting: Acting, case: int, version: int | None = None) -> Refusal | None:
    """The officer takes a report that waits, or that somebody else has, and works on it."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not assignment.may_work_on(acting.session, report, acting.viewer.id):
        return Refusal.NOT_THEIRS
    if report.state in (GrievanceState.IN_PROGRESS, GrievanceState.WAITING):
        if report.assignee_id != acting.viewer.id:
            before, report.assignee_id = report.assignee_id, acting.viewer.id
            _handed(acting, report, acting.viewer.id)
            _tell_both(acting, report, before)
        return None
    if leads_to(Step.START, report.state) is None:
        return Refusal.STEP
    before, report.assignee_id = report.assignee_id, acting.viewer.id
    take(acting.session, report, Step.START, acting.spoken(), to=acting.viewer.id)
    _tell_both(acting, report, before)
    return None


def hand_over(acting: Acting, case: int, version: int | None, to: int, words: str = "") -> Refusal | None:
    """Give a report to another officer who may see it; whoever waits for the citizen goes on waiting."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not assignment.may_work_on(acting.session, report, to):
        return Refusal.NOT_THEIRS
    waits = report.state == GrievanceState.WAITING
    if not waits and leads_to(Step.ASSIGN, report.state) is None:
        return Refusal.STEP
    before, report.assignee_id = report.assignee_id, to
    if waits:
        _handed(acting, report, to, words)
    else:
        take(acting.session, report, Step.ASSIGN, acting.spoken(words), to=to)
    _tell_both(acting, report, before)
    return None


def _tell_both(acting: Acting, report: Grievance, before: int | None) -> None:
    """Whoever has it now is told, and whoever had it."""
    if before == report.assignee_id:
        return
    tell_officer(acting.session, report, News.ASSIGNED, report.assignee_id, now=acting.now, by=acting.by)
    if before is not None:
        tell_officer(acting.session, report, News.TAKEN_OVER, before, now=acting.now, by=acting.by)


def _handed(acting: Acting, report: Grievance, to: int, words: str = "") -> None:
    report.version += 1
    note(acting.session, report, "assign", acting.spoken(words), {"to": to})
    record(acting, report, "report: assign")


def ask(acting: Acting, case: int, version: int, reason: str, words: str) -> Refusal | None:
    """Ask the citizen for something, for a named reason: the clock stands until there is an answer, or ten days.

    Whoever cannot be written to cannot be asked: the clock would stand for a question that nobody reads.
    """
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if reason not in programme().decisions.waiting_reasons or not words.strip():
        return Refusal.INPUT
    if report.identity == ANONYMOUS or report.contact == "none" or report.phone_id is None:
        return Refusal.ANONYMOUS
    if size_of(words, report.number)[0] > ANSWER_SEPTETS:
        return Refusal.TOO_LONG
    if leads_to(Step.ASK, report.state) is None:
        return Refusal.STEP
    if _asked_before(acting.session, report) >= programme().sla.questions_most:
        return Refusal.TOO_OFTEN
    report.waiting_for = reason
    take(acting.session, report, Step.ASK, acting.spoken(words.strip()), reason=reason)
    last = working_days_after(acting.today, programme().sla.waiting_days)
    tell(
        acting.session,
        report,
        "g6.case_need_info",
        {"date": short_date(last)},
        cause=f"asked:{report.version}",
        now=acting.now,
        answer=words,
    )
    return None


def _asked_before(session: Session, report: Grievance) -> int:
    """How often the clock stood already since it was last started; without an end to it no case would ever be late."""
    start = report.clock_from or city_day(report.opened_at)
    since = dt.datetime.combine(start, dt.time(), programme().zone)
    asked = select(func.count()).where(
        GrievanceEvent.grievance_id == report.id, GrievanceEvent.kind == Step.ASK.value, GrievanceEvent.at >= since
    )
    return session.scalar(asked) or 0


def heard(acting: Acting, case: int, version: int, words: str) -> Refusal | None:
    """The citizen answered by another way, a call or a visit: the clock goes on."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if leads_to(Step.HEARD, report.state) is None:
        return Refusal.STEP
    take(acting.session, report, Step.HEARD, acting.spoken(words))
    return None


def answer(acting: Acting, case: int, version: int, decision: str, words: str) -> Refusal | None:
    """Answer a report with a decision code and words the citizen gets; "answered" is not "solved" yet."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if decision not in programme().decisions.closing or not words.strip():
        return Refusal.INPUT
    if size_of(words, report.number)[0] > ANSWER_SEPTETS:
        return Refusal.TOO_LONG
    if leads_to(Step.ANSWER, report.state) is None:
        return Refusal.STEP
    _answered(acting, report, Step.ANSWER, decision, words)
    return None


def reject(acting: Acting, case: int, version: int, reason: str, words: str) -> Refusal | None:
    """Refuse a report with a reason, which the citizen is told in words."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if reason not in programme().decisions.rejecting or not words.strip():
        return Refusal.INPUT
    if size_of(words, report.number)[0] > ANSWER_SEPTETS:
        return Refusal.TOO_LONG
    if leads_to(Step.REJECT, report.state) is None:
        return Refusal.STEP
    _answered(acting, report, Step.REJECT, reason, words)
    report.closed_how = f"rejected: {reason}"
    return None


def refer(acting: Acting, case: int, version: int, to: str, words: str, number: str = "") -> Refusal | None:
    """Hand a report to a body of the programme file; its number there may be told later."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if to not in programme().bodies or not words.strip():
        return Refusal.INPUT
    if size_of(words, report.number)[0] > ANSWER_SEPTETS:
        return Refusal.TOO_LONG
    if leads_to(Step.REFER, report.state) is None:
        return Refusal.STEP
    report.referred_to, report.external_number = to, number.strip()[:80] or None
    _answered(acting, report, Step.REFER, "referred", words)
    report.closed_how = "referred"
    return None


def _answered(acting: Acting, report: Grievance, step: Step, code: str, words: str) -> None:
    report.decision, report.answer = code, seal(words.strip(), "grievance.answer")
    take(acting.session, report, step, acting.spoken(words.strip()), decision=code)
    cause = f"{step.value}:{report.version}"
    tell(acting.session, report, "g7.case_done", {}, cause=cause, now=acting.now, answer=words)


def numbered_elsewhere(acting: Acting, case: int, version: int, number: str) -> Refusal | None:
    """Keep the number that a report has in the other system, LAPOR's tracking number for one."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not number.strip():
        return Refusal.INPUT
    report.external_number = number.strip()[:80]
    report.version += 1
    note(acting.session, report, "external_number", acting.spoken())
    record(acting, report, "number elsewhere kept")
    return None


def reopen(acting: Acting, case: int, version: int, words: str) -> Refusal | None:
    """Open a report again because the citizen says so by another way, or a supervisor wants it."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if not words.strip():
        return Refusal.INPUT
    if leads_to(Step.REOPEN, report.state) is None or report.merged_into_id is not None:
        return Refusal.STEP
    take(acting.session, report, Step.REOPEN, acting.spoken(words))
    return None


def escalate(acting: Acting, case: int, version: int, words: str) -> Refusal | None:
    """An officer asks for a supervisor before the clock does."""
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    if leads_to(Step.ESCALATE, report.state) is None:
        return Refusal.STEP
    report.level += 1
    report.next_on = working_days_after(acting.today, programme().sla.rung_days)
    report.next_on = max(report.next_on, report.due_on)
    above = assignment.rung(acting.session, report)
    report.assignee_id = above or report.assignee_id
    body = assignment.body_above(report.category, report.level)
    told: dict[str, Any] = {"level": report.level, "to": above, **({"body": body} if body else {})}
    take(acting.session, report, Step.ESCALATE, acting.spoken(words), **told)
    _notice(acting.session, report, above, acting.now)
    return None


def _notice(session: Session, report: Grievance, above: int | None, now: dt.datetime) -> None:
    """Tell whoever it went up to, as the clock would have; where that is nobody, whoever supervises."""
    row = {
        "grievance_id": report.id,
        "kind": "escalated",
        "cycle": report.reopened,
        "level": report.level,
        "officer_id": above,
        "at": now,
    }
    session.execute(insert(GrievanceNotice).values(row).on_conflict_do_nothing())


def comment(acting: Acting, case: int, words: str, *, called: bool = False, inbound: str = "") -> Refusal | None:
    """Write a note, or what was said in a call, into the thread; it changes neither clock nor state nor version."""
    report = open_case(acting, case, None)
    if isinstance(report, Refusal):
        return report
    if not words.strip():
        return Refusal.INPUT
    kind, channel = ("call", "call") if called else ("note", "console")
    spoken = acting.spoken(words.strip(), channel=channel, inbound=inbound)
    note(acting.session, report, kind, spoken)
    record(acting, report, "note written")
    return None


def read(acting: Acting, report: Grievance) -> None:
    """That an officer opened the page of a report is kept, and what was news of it he has seen."""
    seen_on_its_page(acting.session, report, acting.viewer.id, now=acting.now)
    record(acting, report, "report read")


def officers_for(session: Session, report: Grievance) -> Sequence[Officer]:
    """Whoever a report may be handed to."""
    return assignment.candidates(session, report)


def record(acting: Acting, report: Grievance, action: str) -> None:
    """Write into the trail what an officer did with a report."""
    acting.session.flush()
    acting.record(action, f"grievance:{report.id}")
