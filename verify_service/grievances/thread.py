"""What is said of a report after it was opened, by whoever has its number."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.grievances.deadlines import city_day
from verify_service.grievances.numbers import full_number
from verify_service.grievances.opening import ANONYMOUS, hour_unknown
from verify_service.ground.crypto import keyed_hash, seal
from verify_service.ground.tables import Grievance, GrievanceEvent, Phone, Proposal

CLOSED = frozenset({"closed_confirmed", "closed_auto", "rejected", "referred_external"})
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

    @property
    def over(self) -> bool:
        return self.state in CLOSED


def find(session: Session, body: str, phone: Phone) -> Held | None:
    """What the six characters of a number lead to; None when to nothing."""
    number = full_number(body)
    report = session.scalar(select(Grievance).where(Grievance.number == number))
    if report is not None:
        return _held(report, phone)
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


def open_reports_of(session: Session, phone: Phone) -> list[int]:
    """The open reports that this phone made; an anonymous one is no phone's."""
    rows = session.scalars(
        select(Grievance.id)
        .where(Grievance.phone_id == phone.id, Grievance.closed_at.is_(None))
        .order_by(Grievance.id.desc())
    )
    return list(rows)


def add_words(
    session: Session, grievance_id: int, words: str, *, by: str, channel: str, inbound: str, now: dt.datetime
) -> bool:
    """Put what somebody wrote into the thread of a report; False when it is there already."""
    return _add(session, grievance_id, "added", by=by, channel=channel, inbound=inbound, now=now, words=words)


def mark(session: Session, held: Held, said: str, *, channel: str, inbound: str, now: dt.datetime, phone: Phone) -> str:
    """What the reporter says of it: "still", "solved" or "supervisor"; the state it is in afterwards.

    Only the phone that made it, or whoever holds the number of an anonymous one, closes or opens it again. From any
    other phone the same words are for the officer to weigh.
    """
    report = session.get_one(Grievance, held.id, with_for_update=True)
    by = "reporter" if held.own else "somebody with the number"
    new = _add(session, report.id, said, by=by, channel=channel, inbound=inbound, now=now)
    if not new or not held.own:
        return report.state
    if said == "solved":
        report.state, report.closed_at, report.closed_how = "closed_confirmed", now, "solved, says the reporter"
    elif report.closed_at is not None and report.state != "rejected":
        report.state, report.closed_at, report.closed_how = "reopened", None, None
        if report.once and _told_again(session, report):
            report.once = None  # that one is the one there is only one of
    if said == "supervisor":
        report.supervisor_at = report.supervisor_at or now
    session.flush()
    return report.state


def _told_again(session: Session, report: Grievance) -> bool:
    """Whether the same was reported once more while this one was closed, and is open."""
    same = select(Grievance.id).where(
        Grievance.once == report.once, Grievance.closed_at.is_(None), Grievance.id != report.id
    )
    with session.no_autoflush:
        return session.scalar(same) is not None


def set_contact(session: Session, grievance_id: int, contact: str) -> None:
    """How the reporter wants to be reached."""
    session.execute(update(Grievance).where(Grievance.id == grievance_id).values(contact=contact))


def _held(report: Grievance, phone: Phone) -> Held:
    return Held(
        report.id,
        report.number,
        report.state,
        report.due_on,
        own=report.phone_id is None or report.phone_id == phone.id,
        secret=report.identity != "normal" or report.restricted,
    )


def _add(
    session: Session,
    grievance_id: int,
    kind: str,
    *,
    by: str,
    channel: str,
    inbound: str,
    now: dt.datetime,
    words: str = "",
) -> bool:
    anonymous = session.get_one(Grievance, grievance_id).identity == ANONYMOUS
    row = {
        "grievance_id": grievance_id,
        "at": hour_unknown(city_day(now)) if anonymous else now,
        "kind": kind,
        "by": by,
        "channel": channel,
        "words": seal(words, "grievance_event.words") if words else None,
        "inbound": secrets.token_bytes(16) if anonymous else keyed_hash(inbound, "grievance_event.inbound"),
    }
    adding = insert(GrievanceEvent).on_conflict_do_nothing().returning(GrievanceEvent.id)
    return session.scalar(adding, row) is not None
