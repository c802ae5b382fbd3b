"""What pages and files show of proposals: the list in its published order, one with what was said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Decision, Officer, OutboxMessage, Phone, Proposal
from verify_service.proposals.priority import FIRST_COMES, count_points
from verify_service.proposals.review import READS_FIRST, ProposalState, seen

FULL_NIK: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})  # who exports them for the next decree


def id_of(acting: Acting, number: str) -> int | None:
    """The proposal with this number, where this account may see it."""
    return acting.session.scalar(select(Proposal.id).where(Proposal.number == number, seen(acting.viewer)))


def counts(acting: Acting) -> dict[str, int]:
    """How many proposals this account sees in each state."""
    rows = acting.session.execute(
        select(Proposal.state, func.count()).where(seen(acting.viewer)).group_by(Proposal.state)
    )
    return {row[0]: row[1] for row in rows}


def waiting_list(
    acting: Acting, state: ProposalState, *, first: int = 0, most: int | None = None
) -> Sequence[Proposal]:
    """Proposals in this state, in the one published order, with today's points."""
    count_points(acting.session, today=acting.today)
    wanted = select(Proposal).where(seen(acting.viewer), Proposal.state == state.value).order_by(*FIRST_COMES)
    return acting.session.scalars(wanted.offset(first).limit(most).execution_options(populate_existing=True)).all()


def accepted(acting: Acting) -> Sequence[Proposal]:
    """Those accepted, for the next decree; that they leave is kept, and of each whose NIK leaves in full as well."""
    rows = waiting_list(acting, ProposalState.ACCEPTED)
    full = acting.viewer.role in FULL_NIK
    acting.record("accepted proposals exported", "proposals", rows=len(rows), full_nik=full)
    for row in rows if full else ():
        acting.record("identity looked at", f"proposal:{row.id}", how="export")
    return rows


@dataclass(frozen=True)
class ReviewNote:
    """What an officer said of a proposal or a removal, as its page shows it."""

    at: dt.datetime
    officer: str
    step: str
    says: str
    reason: str
    note: str


def said_of(acting: Acting, held: ColumnElement[bool]) -> list[ReviewNote]:
    """What was said, in order; an auditor reads that it was said, by whom and why, and nobody's notes."""
    rows = acting.session.execute(
        select(Decision, Officer.name)
        .join(Officer, Officer.id == Decision.officer_id)
        .where(held)
        .order_by(Decision.id)
    )
    return [
        ReviewNote(
            said.at,
            name,
            said.step,
            said.says,
            said.reason,
            unseal_or_blank(said.note, "decision.note") if acting.viewer.reads_words else "",
        )
        for said, name in rows
    ]


def said_of_proposal(acting: Acting, proposal: Proposal) -> list[ReviewNote]:
    """What officers said of this proposal, in order."""
    return said_of(acting, Decision.proposal_id == proposal.id)


def told(session: Session, proposal: Proposal) -> bool:
    """Whether the text about the decision is on its way or went; else somebody has to call."""
    sent = select(OutboxMessage.id).where(
        OutboxMessage.cause == f"proposal:{proposal.id}:decided",
        OutboxMessage.state.in_(("waiting", "sending", "accepted", "unknown")),
        func.coalesce(OutboxMessage.delivery, "").not_in(("failed", "rejected", "expired")),
    )
    return session.scalar(sent) is not None


def phone_to_call(acting: Acting, proposal: Proposal) -> str:
    """The number of whoever proposed it, in clear, for the officers who call there; "" for others."""
    if acting.viewer.role not in READS_FIRST:
        return ""
    return unseal_or_blank(acting.session.get_one(Phone, proposal.phone_id).number, "phone.number")


def looked_at(acting: Acting, proposal: Proposal) -> None:
    """That an officer opened the page of a proposal, and saw whom it is about, is kept."""
    action = "identity looked at" if acting.viewer.reads_words else "proposal read"
    acting.record(action, f"proposal:{proposal.id}")
