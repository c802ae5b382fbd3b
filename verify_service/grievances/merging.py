"""Two reports of one thing: the second goes on as the first; and taking that back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.grievances import assignment
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal, find, open_case, record
from verify_service.grievances.opening import ANONYMOUS, note
from verify_service.grievances.states import CLOSED, OPEN, GrievanceState, Step, leads_to
from verify_service.grievances.steps import take, told_again, wind
from verify_service.grievances.visibility import seen_by
from verify_service.ground.tables import Grievance, GrievanceEvent


def merge(acting: Acting, case: int, version: int, into: int) -> Refusal | None:
    """Two reports are of one thing: the second goes on as the first, and its reporter hears the same answer.

    Refused where the first is seen by more people than the second was told to.
    """
    if case == into:
        return Refusal.INPUT
    first, second = sorted((case, into))  # locked in one order, whoever merges what
    for one in (first, second):
        if find(acting, one, lock=True) is None:
            return Refusal.UNKNOWN
    report = open_case(acting, case, version)
    if isinstance(report, Refusal):
        return report
    root = acting.session.get_one(Grievance, into)
    if (
        root.merged_into_id is not None
        or GrievanceState(root.state) not in OPEN
        or leads_to(Step.MERGE, report.state) is None
    ):
        return Refusal.STEP  # what is answered already would never be heard by whoever told the second
    if _closeness(report) > _closeness(root) or report.about_unit != root.about_unit:
        return Refusal.WOULD_SHOW
    report.merged_into_id, report.closed_how = root.id, "merged"
    for child in acting.session.scalars(select(Grievance).where(Grievance.merged_into_id == report.id)):
        child.merged_into_id = root.id
    take(acting.session, report, Step.MERGE, acting.spoken(), into=root.number)
    root.version += 1
    detail = {} if report.identity == ANONYMOUS else {"case": report.number}
    note(acting.session, root, "merged_in", acting.spoken(), detail)
    return None


def _closeness(report: Grievance) -> int:
    """How few people a report was told to."""
    return 2 * report.restricted + (report.identity != "normal")


def take_back(acting: Acting, case: int, version: int, words: str) -> Refusal | None:
    """They are two things after all: the report is what it was before the merge, and its days were never interrupted.

    Reports that had been merged into it before stay where they went: nobody can tell of which of the two they are.
    """
    report = find(acting, case)
    if report is None or report.merged_into_id is None:
        return Refusal.UNKNOWN if report is None else Refusal.STEP
    for one in sorted((case, report.merged_into_id)):
        acting.session.get_one(Grievance, one, with_for_update=True)
    locked = open_case(acting, case, version)
    if isinstance(locked, Refusal):
        return locked
    if locked.merged_into_id is None:
        return Refusal.CHANGED
    if not words.strip():
        return Refusal.INPUT
    root = acting.session.get_one(Grievance, locked.merged_into_id)
    locked.state = _before_the_merge(acting.session, locked).value
    locked.merged_into_id, locked.closed_at, locked.closed_how = None, None, None
    if locked.once and told_again(acting.session, locked):
        locked.once = None  # the newer report keeps the key
    locked.version += 1
    note(acting.session, locked, "unmerged", acting.spoken(words.strip()), {"case": root.number})
    detail = {} if locked.identity == ANONYMOUS else {"case": locked.number}
    root.version += 1
    note(acting.session, root, "split_off", acting.spoken(), detail)
    wind(acting.session, locked, now=acting.now)
    record(acting, locked, "merge taken back")
    if not assignment.may_work_on(acting.session, locked, locked.assignee_id):
        assignment.assign(acting.session, locked, by=acting.by, now=acting.now)
    return None


def merged_into(acting: Acting, report: Grievance) -> list[Grievance]:
    """The reports that go on as this one, as far as the account sees them."""
    children = select(Grievance).where(Grievance.merged_into_id == report.id, seen_by(acting.viewer))
    return list(acting.session.scalars(children.order_by(Grievance.id)))


def _before_the_merge(session: Session, report: Grievance) -> GrievanceState:
    last = (
        select(GrievanceEvent.detail["from"].astext)
        .where(GrievanceEvent.grievance_id == report.id, GrievanceEvent.kind == Step.MERGE.value)
        .order_by(GrievanceEvent.seq.desc())
        .limit(1)
    )
    before = GrievanceState(session.scalar(last) or GrievanceState.RECEIVED)
    return GrievanceState.RECEIVED if before in CLOSED else before
