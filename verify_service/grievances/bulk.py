"""Many reports at once, each by itself: what cannot be done with one keeps no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verify_service.grievances import actions
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal, Triage, find, hand_over, take_on
from verify_service.grievances.canned_answers import language_of, offered
from verify_service.ground.tables import Grievance

MOST = 50  # as many as one page of the queue shows
REFERRED = "referred"  # the prepared answer of a report that goes to another body


@dataclass(frozen=True)
class Done:
    """With how many it was done, and why not with each other: (its number, the reason)."""

    count: int
    others: tuple[tuple[str, Refusal], ...] = ()


def give(acting: Acting, cases: Sequence[int], to: int | None) -> Done:
    """Give reports to an officer; to oneself is to take them."""

    def give_one(report: Grievance) -> Refusal | None:
        if to is None:
            return Refusal.NOT_THEIRS
        return take_on(acting, report.id) if to == acting.viewer.id else hand_over(acting, report.id, None, to)

    return _each(acting, cases, give_one)


def verify(acting: Acting, cases: Sequence[int]) -> Done:
    """Reports are real and of the kind under which they came; each gets its owner by the rule."""

    def verify_one(report: Grievance) -> Refusal | None:
        triage = Triage(report.category, report.urgency or "", report.about_unit or "", report.restricted)
        return actions.verify(acting, report.id, report.version, triage)

    return _each(acting, cases, verify_one)


def answer(acting: Acting, cases: Sequence[int], decision: str) -> Done:
    """Answer each with the prepared words of a decision, of its own kind and in its reporter's language."""

    def answer_one(report: Grievance) -> Refusal | None:
        words = _prepared(acting, report, decision)
        return actions.answer(acting, report.id, report.version, decision, words) if words else Refusal.INPUT

    return _each(acting, cases, answer_one)


def refer(acting: Acting, cases: Sequence[int], body: str) -> Done:
    """Refer each to a body of the programme file, and tell its reporter in prepared words."""

    def refer_one(report: Grievance) -> Refusal | None:
        words = _prepared(acting, report, REFERRED)
        return actions.refer(acting, report.id, report.version, body, words) if words else Refusal.INPUT

    return _each(acting, cases, refer_one)


def to_print(acting: Acting, cases: Sequence[int]) -> list[Grievance]:
    """Those of the ticked that this account sees; that their pages were read is kept."""
    held = [report for case in sorted(set(cases))[:MOST] if (report := find(acting, case)) is not None]
    for report in held:
        actions.read(acting, report)
    return held


def _prepared(acting: Acting, report: Grievance, code: str) -> str:
    return offered(report.category, language_of(acting.session, report)).get(code, "")


def _each(acting: Acting, cases: Sequence[int], do: Callable[[Grievance], Refusal | None]) -> Done:
    """They are locked in one order, whoever does what."""
    count, others = 0, []
    for case in sorted(set(cases))[:MOST]:
        report = find(acting, case)
        refused = do(report) if report is not None else Refusal.UNKNOWN
        if refused is None:
            count += 1
        else:
            others.append((report.number if report is not None else "–", refused))
    return Done(count, tuple(others))
