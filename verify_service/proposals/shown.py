"""What pages and files show of proposals: the list in its published order, one with what was said of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts.officers import Role
from verify_service.grievances.actions import Acting
from verify_service.grievances.visibility import Viewer
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Decision, Officer, OutboxMessage, Phone, Proposal
from verify_service.ground.working_days import city_day
from verify_service.proposals.priority import FIRST_COMES, count_points
from verify_service.proposals.review import READS_FIRST, Waits, seen

FULL_NIK: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})  # who exports them for the next decree


def id_of(session: Session, viewer: Viewer, number: str) -> int | None:
    """The proposal with this number, where this account may see it."""
    return session.scalar(select(Proposal.id).where(Proposal.number == number, seen(viewer)))


def counts(session: Session, viewer: Viewer) -> dict[str, int]:
    """How many proposals this account sees in each state."""
    rows = session.execute(select(Proposal.state, func.count()).where(seen(viewer)).group_by(Proposal.state))
    return {row[0]: row[1] for row in rows}


def waiting_list(
    session: Session, acting: Acting, state: Waits, *, first: int = 0, most: int | None = None
) -> Sequence[Proposal]:
    """Proposals in this state, in the one published order, with today's points."""
    count_points(session, today=city_day(acting.now))
    wanted = select(Proposal).where(seen(acting.viewer), Proposal.state == state.value).order_by(*FIRST_COMES)
    return session.scalars(wanted.offset(first).limit(most).execution_options(populate_existing=True)).all()


def accepted(session: Session, acting: Acting) -> Sequence[Proposal]:
    """Those accepted, for the next decree; that they leave is kept, and of each whose NIK leaves in full as well."""
    rows = waiting_list(session, acting, Waits.ACCEPTED)
    full = acting.viewer.role in FULL_NIK
    now, by = acting.now, acting.by
    audit.record(
        session,
        now=now,
        actor=by,
        action="accepted proposals exported",
        on="proposals",
        rows=len(rows),
        full_nik=full,
    )
    for row in rows if full else ():
        audit.record(session, now=now, actor=by, action="identity looked at", on=f"proposal:{row.id}", how="export")
    return rows


@dataclass(frozen=True)
class Said:
    """What an officer said of a proposal or a removal, as its page shows it."""

    at: dt.datetime
    officer: str
    step: str
    says: str
    reason: str
    note: str


def said_of(session: Session, viewer: Viewer, held: ColumnElement[bool]) -> list[Said]:
    """What was said, in order; an auditor reads that it was said, by whom and why, and nobody's notes."""
    rows = session.execute(
        select(Decision, Officer.name)
        .join(Officer, Officer.id == Decision.officer_id)
        .where(held)
        .order_by(Decision.id)
    )
    return [
        Said(
            said.at,
            name,
            said.step,
            said.says,
            said.reason,
            unseal_or_blank(said.note, "decision.note") if viewer.reads_words else "",
        )
        for said, name in rows
    ]


def said_of_proposal(session: Session, viewer: Viewer, proposal: Proposal) -> list[Said]:
    """What officers said of this proposal, in order."""
    return said_of(session, viewer, Decision.proposal_id == proposal.id)


def told(session: Session, proposal: Proposal) -> bool:
    """Whether the text about the decision is on its way or went; else somebody has to call."""
    sent = select(OutboxMessage.id).where(
        OutboxMessage.cause == f"proposal:{proposal.id}:decided",
        OutboxMessage.state.in_(("waiting", "sending", "accepted", "unknown")),
        func.coalesce(OutboxMessage.delivery, "").not_in(("failed", "rejected", "expired")),
    )
    return session.scalar(sent) is not None


def phone_to_call(session: Session, viewer: Viewer, proposal: Proposal) -> str:
    """The number of whoever proposed it, in clear, for the officers who call there; "" for others."""
    if viewer.role not in READS_FIRST:
        return ""
    return unseal_or_blank(session.get_one(Phone, proposal.phone_id).number, "phone.number")


def looked_at(session: Session, acting: Acting, proposal: Proposal) -> None:
    """That an officer opened the page of a proposal, and saw whom it is about, is kept."""
    action = "identity looked at" if acting.viewer.reads_words else "proposal read"
    audit.record(session, now=acting.now, actor=acting.by, action=action, on=f"proposal:{proposal.id}")
