"""Who is put forward for the next decree: a first reader says, a second and different one agrees, then it is decided.

Accepting registers nobody. It puts somebody on the list that goes into the next decree, in the order of the published
priority, as long as there are places.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from flows.conversation import Value, Word
from verify_service.accounts.officers import Role
from verify_service.accounts.two_people import NotTwo, waits, why_not_second
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import Viewer, in_place
from verify_service.ground.crypto import seal, unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import AuditEntry, Decision, Phone, Proposal, Removal
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose
from verify_service.proposals.places import one_at_a_time, places
from verify_service.proposals.priority import points_for, standing_of
from verify_service.proposals.waiting_list import is_theirs

REASONS: Final = "e18.reason"
NOTE_LENGTH: Final = 2000
SAYS_THAT_IT_IS_LISTED: Final = "already_covered"
READS_FIRST: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.KELURAHAN})
READS_SECOND: Final = frozenset({Role.OFFICER, Role.SUPERVISOR})


class ProposalState(StrEnum):
    """How a proposal stands."""

    RECEIVED = "received"
    ASKED = "asked"
    READ = "read"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class DecisionRefusal(StrEnum):
    """Why nothing was decided; pages say what to do next."""

    UNKNOWN = "unknown"  # there is none, or it is not in this account's place
    CHANGED = "changed"  # somebody else took a step since the page was made
    STEP = "step"  # may not be done as it stands
    REASON = "reason"  # a reason code that is missing or unknown
    NOTE = "note"  # words are needed, or there are too many
    ROLE = "role"  # not with this role
    WAITING = "waiting"  # the account was made or reset within a day
    ONE_HAND = "one hand"  # one made or reset the other's account, or a third person did both
    OWN = "own"  # who read it first, or entered it, does not decide it
    NOT_CITY = "not_city"  # the second reader is of the whole city
    FULL = "full"  # there is no place left
    MONTH = "month"  # a month that has begun or was paid
    TWICE = "twice"  # a removal is open already
    DEATH = "death"  # the death was not confirmed
    CHECKED = "checked"  # a death is being checked
    SUPERVISOR = "supervisor"  # an appeal is a supervisor's


@dataclass(frozen=True)
class Opinion:
    """What an officer says on the page of a proposal or a removal.

    `number` is which, `version` how it stood when the page was made, `reason` a code of the programme file's lists.
    """

    number: int
    version: int
    reason: str = ""
    note: str = field(default="", repr=False)


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """The proposals an account sees: those of its place, all of them for the city."""
    return in_place(viewer, Proposal.kelurahan_code)


def find(acting: Acting, number: int, *, lock: bool = False) -> Proposal | None:
    """The proposal, where this account may see it; None otherwise, whether or not there is one."""
    wanted = select(Proposal).where(Proposal.id == number, seen(acting.viewer))
    if lock:  # as it is once the lock is held, whatever was read before
        wanted = wanted.with_for_update(of=Proposal).execution_options(populate_existing=True)
    return acting.session.scalar(wanted)


Held = TypeVar("Held", Proposal, Removal)


def held_for(
    acting: Acting, opinion: Opinion, roles: frozenset[Role], find: Callable[..., Held | None]
) -> Held | DecisionRefusal:
    """What an opinion is of, locked; why it cannot be given otherwise. Proposals and removals are read alike."""
    if acting.viewer.role not in roles:
        return DecisionRefusal.ROLE
    held = find(acting, opinion.number, lock=True)
    if held is None:
        return DecisionRefusal.UNKNOWN
    if opinion.version != held.version:
        return DecisionRefusal.CHANGED
    return DecisionRefusal.NOTE if len(opinion.note.strip()) > NOTE_LENGTH else held


def _open(acting: Acting, opinion: Opinion, roles: frozenset[Role]) -> Proposal | DecisionRefusal:
    return held_for(acting, opinion, roles, find)


def read_first(acting: Acting, opinion: Opinion, says: str) -> DecisionRefusal | None:
    """The first reader accepts or refuses, with a reason; nothing is decided until somebody else agrees."""
    proposal = _open(acting, opinion, READS_FIRST)
    if isinstance(proposal, DecisionRefusal):
        return proposal
    rules = programme().decisions
    reasons = {"accept": rules.reasons_accept, "refuse": rules.reasons_refuse}.get(says)
    if reasons is None or opinion.reason not in reasons:
        return DecisionRefusal.REASON
    if proposal.state != ProposalState.RECEIVED:
        return DecisionRefusal.STEP
    if _entered(acting, proposal):
        return DecisionRefusal.OWN
    if waits(acting.session, acting.by):
        return DecisionRefusal.WAITING
    if says == "accept" and places(acting.session, today=acting.today).left <= 0:
        return DecisionRefusal.FULL
    _count(proposal, acting)
    _write(acting, proposal, ("first", says), opinion, ProposalState.READ)
    return None


def agree(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """A second reader agrees with the first: now it is decided, and whoever proposed it is told."""
    held = _second(acting, opinion)
    if isinstance(held, DecisionRefusal):
        return held
    proposal, first = held
    accepts = first.says == "accept"
    if accepts:
        one_at_a_time(acting.session)
        if places(acting.session, today=acting.today).left <= 0:
            return DecisionRefusal.FULL
    _count(proposal, acting)
    proposal.decided_at, proposal.reason = acting.now, first.reason
    after = ProposalState.ACCEPTED if accepts else ProposalState.REFUSED
    _write(acting, proposal, ("second", "agree"), replace(opinion, reason=first.reason), after)
    _tell(acting.session, proposal, acting.now)
    return None


def disagree(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """A second reader disagrees, and says why: it is read anew, and what both said stays on record."""
    held = _second(acting, opinion)
    if isinstance(held, DecisionRefusal):
        return held
    if not opinion.note.strip():
        return DecisionRefusal.NOTE
    proposal, first = held
    _write(acting, proposal, ("second", "disagree"), replace(opinion, reason=first.reason), ProposalState.RECEIVED)
    return None


def _second(acting: Acting, opinion: Opinion) -> tuple[Proposal, Decision] | DecisionRefusal:
    """What a second reader is to agree with, where he may."""
    proposal = _open(acting, opinion, READS_SECOND)
    if isinstance(proposal, DecisionRefusal):
        return proposal
    if acting.viewer.bound:
        return DecisionRefusal.NOT_CITY
    if proposal.state != ProposalState.READ:
        return DecisionRefusal.STEP
    if not may_second(acting, proposal):
        return DecisionRefusal.OWN
    first = first_said(acting.session, proposal)
    why = not_two(acting, [first.officer_id])
    return why if why is not None else (proposal, first)


_NOT_TWO: Final = {
    NotTwo.SAME: DecisionRefusal.OWN,
    NotTwo.WAITING: DecisionRefusal.WAITING,
    NotTwo.ONE_HAND: DecisionRefusal.ONE_HAND,
}


def not_two(acting: Acting, others: Iterable[int]) -> DecisionRefusal | None:
    """Why this officer is no second person beside these; None where he is."""
    for other in others:
        if (why := why_not_second(acting.session, f"officer:{other}", acting.by)) is not None:
            return _NOT_TWO[why]
    return None


def may_second(acting: Acting, proposal: Proposal) -> bool:
    """Whether this officer had no part in it so far: whoever read it first, at any time, or entered it, had."""
    read = select(Decision.id).where(
        Decision.proposal_id == proposal.id, Decision.step == "first", Decision.officer_id == acting.viewer.id
    )
    return acting.session.scalar(read.limit(1)) is None and not _entered(acting, proposal)


def first_said(session: Session, proposal: Proposal) -> Decision:
    """What the first reader said last."""
    said = select(Decision).where(Decision.proposal_id == proposal.id, Decision.step == "first")
    return session.scalars(said.order_by(Decision.id.desc()).limit(1)).one()


def _entered(acting: Acting, proposal: Proposal) -> bool:
    """Whether this officer himself entered it."""
    placed = select(AuditEntry.id).where(
        AuditEntry.object == f"proposal:{proposal.id}", AuditEntry.action == "proposed", AuditEntry.actor == acting.by
    )
    return acting.session.scalar(placed.limit(1)) is not None


def ask(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """Something is not clear: whoever proposed it is told that an officer will call, and it waits for the answer."""
    proposal = _open(acting, opinion, READS_FIRST)
    if isinstance(proposal, DecisionRefusal):
        return proposal
    if opinion.reason not in programme().decisions.reasons_ask:
        return DecisionRefusal.REASON
    if proposal.state != ProposalState.RECEIVED:
        return DecisionRefusal.STEP
    _write(acting, proposal, ("question", "ask"), opinion, ProposalState.ASKED)
    _text(acting.session, proposal, "g24.proposal_question", {}, f"asked:{proposal.version}", acting.now)
    return None


def answered(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """What was said to the officer who called, or that nobody could be reached: it waits for a first reader again."""
    proposal = _open(acting, opinion, READS_FIRST)
    if isinstance(proposal, DecisionRefusal):
        return proposal
    if proposal.state != ProposalState.ASKED:
        return DecisionRefusal.STEP
    if not opinion.note.strip():
        return DecisionRefusal.NOTE
    asked = acting.session.scalars(
        select(Decision.reason)
        .where(Decision.proposal_id == proposal.id, Decision.step == "question")
        .order_by(Decision.id.desc())
        .limit(1)
    ).one()
    _write(acting, proposal, ("answer", "heard"), replace(opinion, reason=asked), ProposalState.RECEIVED)
    return None


def _count(proposal: Proposal, acting: Acting) -> None:
    proposal.points = sum(points_for(standing_of(proposal, acting.today)).values())


def _write(acting: Acting, proposal: Proposal, what: tuple[str, str], opinion: Opinion, after: ProposalState) -> None:
    """What an officer said goes on record as (step, what he says), and the proposal stands as that leaves it."""
    step, says = what
    proposal.state = after.value
    proposal.version += 1
    said = Decision(
        proposal_id=proposal.id,
        step=step,
        says=says,
        reason=opinion.reason,
        note=seal(opinion.note.strip(), "decision.note") if opinion.note.strip() else None,
        officer_id=acting.viewer.id,
        at=acting.now,
    )
    acting.session.add(said)
    acting.record(f"proposal: {says}", f"proposal:{proposal.id}", reason=opinion.reason, state=after.value)


def _tell(session: Session, proposal: Proposal, now: dt.datetime) -> None:
    """Tell whoever proposed it what was decided, once."""
    if proposal.state == ProposalState.ACCEPTED:
        _text(session, proposal, "g12.proposal_yes", {}, "decided", now)
    else:
        _text(session, proposal, "g13.proposal_no", {"reason": _told_reason(session, proposal)}, "decided", now)


def _told_reason(session: Session, proposal: Proposal) -> Word:
    """The reason as a phone reads it. That somebody is on the list is told to no phone but his own."""
    reason = proposal.reason or ""
    if reason == SAYS_THAT_IT_IS_LISTED and not is_theirs(
        session, proposal.phone_id, unseal_or_blank(proposal.nik, "proposal.nik")
    ):
        reason = ""
    return Word(REASONS, reason if reason in wordings().screens[REASONS].options else "criteria")


def _text(
    session: Session, proposal: Proposal, screen: str, values: dict[str, Value], cause: str, now: dt.datetime
) -> None:
    write(
        session,
        session.get_one(Phone, proposal.phone_id),
        screen,
        {"case": proposal.number, **values},
        purpose=Purpose.DECISION,
        cause=f"proposal:{proposal.id}:{cause}",
        now=now,
    )
