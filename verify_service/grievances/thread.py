"""What is said of a report after it was opened, by whoever has its number."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from verify_service.grievances.numbers import full_number
from verify_service.grievances.opening import ANONYMOUS, SECRET, Spoken, note
from verify_service.grievances.states import CLOSED, OPEN, GrievanceState, Step, leads_to
from verify_service.grievances.steps import take
from verify_service.grievances.told import News, tell_holder
from verify_service.ground.crypto import keyed_hash, unseal_or_blank
from verify_service.ground.tables import Grievance, GrievanceEvent, Phone, Proposal

_LISTED = 7  # as many as one page shows


@dataclass(frozen=True)
class Held:
    """A report or a proposal as its number opens it: how it stands, and by when; never its words or its reporter."""

    id: int
    number: str
    state: str
    due_on: dt.date
    own: bool  # whether this phone made it, or nobody is known to have made it
    secret: bool
    proposal: bool = False
    anonymous: bool = False
    joined: bool = False  # it was merged into what somebody else reported, who alone says that that is solved
    answer: str = field(default="", repr=False)
    asked: str = field(default="", repr=False)  # what an officer asks the reporter, while it waits for that

    @property
    def over(self) -> bool:
        return not self.proposal and GrievanceState(self.state) in CLOSED


def find(session: Session, body: str, phone: Phone) -> Held | None:
    """What the six characters of a number lead to; None when to nothing."""
    number = full_number(body)
    report = session.scalar(select(Grievance).where(Grievance.number == number))
    if report is not None:
        return _held(session, report, phone)
    proposal = session.scalar(select(Proposal).where(Proposal.number == number))
    if proposal is None:
        return None
    own = proposal.phone_id == phone.id
    return Held(proposal.id, number, proposal.state, proposal.due_on, own=own, secret=False, proposal=True)


def listed_on(session: Session, phone: Phone) -> list[str]:
    """The newest numbers of this phone that may be listed on it: what was told in confidence may not.

    A phone is shared: somebody else of the family would learn that there is a report.
    """
    rows = session.scalars(
        select(Grievance.number)
        .where(Grievance.phone_id == phone.id, Grievance.identity == "normal", Grievance.restricted.is_(False))
        .where(or_(Grievance.closed_at.is_(None), Grievance.state != "closed_auto"))
        .order_by(Grievance.id.desc())
        .limit(_LISTED)
    )
    return list(rows)


def open_grievances_of(session: Session, phone: Phone) -> list[Grievance]:
    """The open reports that this phone made, the newest first; an anonymous one is no phone's."""
    rows = session.scalars(
        select(Grievance)
        .where(Grievance.phone_id == phone.id, Grievance.closed_at.is_(None))
        .order_by(Grievance.id.desc())
    )
    return list(rows)


def add_words(
    session: Session, grievance_id: int, words: str, *, by: str, channel: str, inbound: str, now: dt.datetime
) -> bool:
    """Put what somebody wrote into the thread of a report; False when it is there already.

    From whoever reported it, it is the answer to what was asked: the clock goes on.
    """
    report = session.get_one(Grievance, grievance_id, with_for_update=True)
    spoken = Spoken(by, channel, now, words, inbound)
    if by == "reporter" and leads_to(Step.HEARD, report.state) is not None:
        if _heard_before(session, inbound):
            return False
        take(session, report, Step.HEARD, spoken, kind="added")
        return True
    new = note(session, report, "added", spoken)
    if new and GrievanceState(report.state) in OPEN and report.assignee_id is not None:
        tell_holder(session, report, News.REPLIED, now=now, by=by)
    return new


def keep_secret(session: Session, grievance_id: int) -> None:
    """Keep a report that was told by name in confidence, where nobody has looked at it yet and no officer has to call:
    its reporter asks for that."""
    report = session.get_one(Grievance, grievance_id, with_for_update=True)
    if report.identity == "normal" and report.state == GrievanceState.RECEIVED and not report.urgency:
        report.identity, report.version = SECRET, report.version + 1


def mark(session: Session, held: Held, said: str, *, channel: str, inbound: str, now: dt.datetime, phone: Phone) -> str:
    """What the reporter says of it: "still", "solved" or "supervisor"; the state it is in afterwards.

    Only the phone that made it, or whoever holds the number of an anonymous one, closes or opens it again. From any
    other phone the same words are for the officer to weigh, and so is "solved" from somebody whose report was merged
    into another's, who may still have the problem. While it waits for the citizen, "still" is no answer to what was
    asked: words are.
    """
    report = session.get_one(Grievance, held.id, with_for_update=True)
    spoken = Spoken("reporter" if held.own else "somebody with the number", channel, now, inbound=inbound)
    step = {"solved": Step.CONFIRM, "still": Step.REOPEN, "supervisor": Step.REOPEN}[said] if held.own else None
    if held.joined and step is Step.CONFIRM:
        step = None
    if step is not None and leads_to(step, report.state) is not None:
        if not _heard_before(session, inbound):
            take(session, report, step, spoken, kind=said)
    elif not note(session, report, said, spoken):
        return report.state
    if report.state == GrievanceState.CLOSED_CONFIRMED:
        report.closed_how = "solved, says the reporter"
    if said == "supervisor" and held.own:
        report.supervisor_at = report.supervisor_at or now
    session.flush()
    return report.state


def _heard_before(session: Session, inbound: str) -> bool:
    """Whether this very row was heard before: a repeated hop is no second step."""
    same = keyed_hash(inbound, "grievance_event.inbound")
    return session.scalar(select(GrievanceEvent.id).where(GrievanceEvent.inbound == same)) is not None


def set_contact(session: Session, grievance_id: int, contact: str) -> None:
    """How the reporter wants to be reached."""
    session.execute(update(Grievance).where(Grievance.id == grievance_id).values(contact=contact))


def _held(session: Session, report: Grievance, phone: Phone) -> Held:
    """A report that was merged into another stands as that one does; who made it is its own affair."""
    root = session.get_one(Grievance, report.merged_into_id) if report.merged_into_id else report
    joined = root is not report and (root.phone_id is None or root.phone_id != phone.id)
    return Held(
        root.id,
        report.number,
        root.state,
        max(root.due_on, root.next_on or root.due_on) if GrievanceState(root.state) in OPEN else root.due_on,
        own=report.phone_id is None or report.phone_id == phone.id,
        secret=report.identity != "normal" or report.restricted or root.restricted,
        anonymous=report.identity == ANONYMOUS,
        joined=joined,
        answer=unseal_or_blank(root.answer, "grievance.answer"),
        asked="" if joined else asked_last(session, root),
    )


def asked_last(session: Session, report: Grievance) -> str:
    """What the reporter was asked last, while the report waits for it."""
    if report.state != GrievanceState.WAITING:
        return ""
    asked = (
        select(GrievanceEvent.words)
        .where(GrievanceEvent.grievance_id == report.id, GrievanceEvent.kind == Step.ASK.value)
        .order_by(GrievanceEvent.seq.desc())
        .limit(1)
    )
    return unseal_or_blank(session.scalar(asked), "grievance_event.words")
