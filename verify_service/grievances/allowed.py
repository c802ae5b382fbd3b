"""What may be done with a report now, by this account: what a page offers, and nothing else."""

from __future__ import annotations

from enum import StrEnum

from verify_service.grievances.assignment import WORK_ON
from verify_service.grievances.opening import ANONYMOUS, TYPED
from verify_service.grievances.states import GrievanceState, Step, leads_to
from verify_service.grievances.visibility import Viewer
from verify_service.ground.tables import Grievance


class Action(StrEnum):
    """One thing an officer does with a report."""

    VERIFY = "verify"
    FILE = "file"
    TAKE = "take"
    HAND_OVER = "hand_over"
    ASK = "ask"
    HEARD = "heard"
    ANSWER = "answer"
    NOTE = "note"
    CALL = "call"
    REFER = "refer"
    REJECT = "reject"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    MERGE = "merge"
    ELSEWHERE = "elsewhere"
    UNMERGE = "unmerge"
    PHONE = "phone"
    IDENTITY = "identity"


_STEPS = {
    Action.VERIFY: Step.VERIFY,
    Action.HEARD: Step.HEARD,
    Action.ANSWER: Step.ANSWER,
    Action.REFER: Step.REFER,
    Action.REJECT: Step.REJECT,
    Action.ESCALATE: Step.ESCALATE,
    Action.MERGE: Step.MERGE,
}


def possible(viewer: Viewer, report: Grievance) -> frozenset[Action]:
    """The actions that this account may take with this report as it stands."""
    if viewer.role not in WORK_ON:
        return frozenset()
    may = {action for action, step in _STEPS.items() if leads_to(step, report.state) is not None}
    may |= {Action.NOTE, Action.CALL}
    worked_on = leads_to(Step.ASSIGN, report.state) is not None
    if worked_on:
        may |= {Action.FILE, Action.HAND_OVER}
    if report.state == GrievanceState.WAITING:
        may.add(Action.HAND_OVER)
    if (worked_on or report.state == GrievanceState.WAITING) and not _theirs(viewer, report):
        may.add(Action.TAKE)
    if report.identity != ANONYMOUS:
        may.add(Action.IDENTITY)
    reachable = report.identity != ANONYMOUS and report.contact != "none" and report.phone_id is not None
    if reachable and leads_to(Step.ASK, report.state) is not None:
        may.add(Action.ASK)
    if leads_to(Step.REOPEN, report.state) is not None and report.merged_into_id is None:
        may.add(Action.REOPEN)
    if report.identity != ANONYMOUS and report.channel in TYPED:
        may.add(Action.PHONE)
    if report.merged_into_id is not None:
        may.add(Action.UNMERGE)
    if report.referred_to is not None or worked_on:
        may.add(Action.ELSEWHERE)
    return frozenset(may)


def _theirs(viewer: Viewer, report: Grievance) -> bool:
    """Whether this officer works on it already."""
    return report.assignee_id == viewer.id and report.state in (GrievanceState.IN_PROGRESS, GrievanceState.WAITING)
