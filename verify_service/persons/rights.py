"""What people ask as is their right (UU 27/2022), with the clock of three times 24 hours: the register of it.

To see all that is kept (export), to have it put right (correct), to have it destroyed (erase), and to have no further
use made of it (object: consent withdrawn, or the use restricted). What is done about each is in modules of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.accounts.officers import Role
from verify_service.accounts.two_people import why_not_second
from verify_service.grievances.acting import Acting
from verify_service.ground.programme import programme
from verify_service.ground.tables import PersonHold, PersonRequest, PhoneLink, Worker
from verify_service.messaging.consent import stop_phone
from verify_service.persons.group import Group

KINDS: Final = ("export", "correct", "erase", "object")
ASKERS: Final = ("self", "family", "heir", "guardian", "proxy")
IDENTITIES: Final = ("ktp", "ktp_kk", "known", "proxy_letter", "visit")
OPEN: Final = ("open", "to_confirm")
REFUSALS: Final = ("identity", "not_theirs", "others_data", "law", "not_so", "withdrawn")
HOLDS: Final = ("court", "inspection", "claim", "audit")
NOTE_LENGTH: Final = 1000
TAKES: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.KELURAHAN, Role.ADMIN})
DECIDES: Final = frozenset({Role.ADMIN})


class RightRefused(StrEnum):
    """Why a step was not taken."""

    UNKNOWN = "unknown"
    CHANGED = "changed"
    STEP = "step"
    ROLE = "role"
    INPUT = "input"
    NOTE = "note"
    TWICE = "twice"
    ERASED = "erased"
    SECOND = "second"
    HELD = "held"
    OPEN = "open"
    SAME = "same"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Asked:
    """What somebody asks, who they are, and how we know."""

    kind: str
    asker: str
    identity: str
    words: str = ""
    at: dt.datetime | None = None  # where it was asked before it is written down


@dataclass(frozen=True)
class Step:
    """What an officer decides of a request: which, as the page showed it, with a reason and a note."""

    request: int
    version: int
    reason: str = ""
    note: str = ""


def ask(acting: Acting, group: Group, asked: Asked) -> PersonRequest | RightRefused:
    """Write down a request; the clock runs from when it was asked. One of a kind is open for a person at a time."""
    if acting.viewer.role not in TAKES:
        return RightRefused.ROLE
    if group.erased:
        return RightRefused.ERASED
    if asked.kind not in KINDS or asked.asker not in ASKERS or asked.identity not in IDENTITIES:
        return RightRefused.INPUT
    if len(asked.words.strip()) > NOTE_LENGTH:
        return RightRefused.NOTE
    at = min(asked.at or acting.now, acting.now)
    row = {
        "worker_id": group.chief.id,
        "kind": asked.kind,
        "asker": asked.asker,
        "identity": asked.identity,
        "asked_at": at,
        "due_at": at + dt.timedelta(hours=programme().rights.hours),
        "received_by": acting.by,
        "words": group.sealed(asked.words, "person_request.words"),
        "state": "open",
    }
    made = acting.session.scalars(
        insert(PersonRequest).on_conflict_do_nothing().returning(PersonRequest), [row]
    ).first()
    if made is None:
        return RightRefused.TWICE
    acting.record("person asked", f"worker:{group.chief.id}", kind=asked.kind, request=made.id)
    return made


def find_request(acting: Acting, number: int, *, lock: bool = False) -> PersonRequest | None:
    """One request of the register."""
    wanted = select(PersonRequest).where(PersonRequest.id == number)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return acting.session.scalar(wanted)


def held_for(acting: Acting, step: Step, states: Sequence[str] = OPEN) -> PersonRequest | RightRefused:
    """The request, locked, where it still stands as the officer saw it."""
    if acting.viewer.role not in DECIDES:
        return RightRefused.ROLE
    if len(step.note.strip()) > NOTE_LENGTH:
        return RightRefused.NOTE
    held = find_request(acting, step.request, lock=True)
    if held is None:
        return RightRefused.UNKNOWN
    if held.version != step.version:
        return RightRefused.CHANGED
    return held if held.state in states else RightRefused.STEP


def settle(acting: Acting, held: PersonRequest, state: str, *, reason: str, note: bytes | None = None) -> None:
    """How a request ended; the trail has it under the person."""
    held.state, held.version = state, held.version + 1
    held.decided_by, held.decided_at = acting.by, acting.now
    held.reason, held.note = reason, note
    acting.record(
        "request settled", f"worker:{held.worker_id}", kind=held.kind, request=held.id, state=state, reason=reason
    )


def refuse(acting: Acting, group: Group, step: Step) -> RightRefused | None:
    """A request that the law does not have us fulfil, or that was taken back: with a reason, which the person is told.

    An erasure that waits for a second administrator may be refused by either.
    """
    if step.reason not in REFUSALS:
        return RightRefused.INPUT
    if len(step.note.strip()) < 5:
        return RightRefused.NOTE
    held = held_for(acting, step)
    if isinstance(held, RightRefused):
        return held
    settle(acting, held, "refused", reason=step.reason, note=group.sealed(step.note, "person_request.note"))
    return None


def handed_over(acting: Acting, group: Group, step: Step) -> RightRefused | None:
    """The file with all data is in the hands of whoever asked for it."""
    held = held_for(acting, step, ("open",))
    if isinstance(held, RightRefused):
        return held
    if held.kind != "export":
        return RightRefused.STEP
    settle(acting, held, "done", reason="handed_over", note=group.sealed(step.note, "person_request.note"))
    return None


def object_to_use(acting: Acting, group: Group, step: Step) -> RightRefused | None:
    """No further use: the person's own phones get no invitation, reminder or question any more, as after STOP.

    What the city must go on with (paying, telling of a lapse) rests on public duty, not on consent. A phone that others
    answer on as well is not stopped for them: it answers for this person no longer, whatever the next list says.
    """
    held = held_for(acting, step, ("open",))
    if isinstance(held, RightRefused):
        return held
    if held.kind != "object":
        return RightRefused.STEP
    for phone in group.own_phones:
        stop_phone(acting.session, phone, acting.now)
    shared = update(PhoneLink).where(
        PhoneLink.worker_id.in_(group.ids), PhoneLink.unlinked_at.is_(None), PhoneLink.phone_id.not_in(group.own_phones)
    )
    acting.session.execute(shared.values(unlinked_at=acting.now, unlinked_why="objected"))
    settle(acting, held, "done", reason="stopped", note=group.sealed(step.note, "person_request.note"))
    return None


# --- holds ---


def standing_hold(session: Session, group: Group) -> PersonHold | None:
    """What forbids to erase the person, if anything does."""
    wanted = select(PersonHold).where(PersonHold.worker_id.in_(group.ids), PersonHold.ended_at.is_(None))
    return session.scalars(wanted.order_by(PersonHold.id)).first()


def set_hold(acting: Acting, group: Group, reason: str) -> RightRefused | None:
    """Nothing of the person is erased until the hold is ended."""
    if acting.viewer.role not in DECIDES:
        return RightRefused.ROLE
    if reason not in HOLDS or group.erased:
        return RightRefused.INPUT
    row = {"worker_id": group.chief.id, "reason": reason, "set_at": acting.now, "set_by": acting.by}
    made = acting.session.scalar(insert(PersonHold).values(row).on_conflict_do_nothing().returning(PersonHold.id))
    if made is None:
        return RightRefused.TWICE
    acting.record("hold set", f"worker:{group.chief.id}", reason=reason)
    return None


def end_hold(acting: Acting, group: Group) -> RightRefused | None:
    """What needed the data is over."""
    if acting.viewer.role not in DECIDES:
        return RightRefused.ROLE
    held = standing_hold(acting.session, group)
    if held is None:
        return RightRefused.CHANGED
    held.ended_at, held.ended_by = acting.now, acting.by
    acting.record("hold ended", f"worker:{group.chief.id}", reason=held.reason)
    return None


# --- the register ---


@dataclass(frozen=True)
class RequestLine:
    """One line of the register: of whom by code alone, what, and how its clock stands."""

    request: PersonRequest
    worker: Worker

    def overdue(self, now: dt.datetime) -> bool:
        return self.request.state in OPEN and self.request.due_at < now


@dataclass(frozen=True)
class RequestCounts:
    """How many wait, and how many of them are past the moment by which the law has them answered."""

    open: int
    overdue: int
    next_due: dt.datetime | None


def register(session: Session, *, waiting: bool, first: int, most: int) -> list[RequestLine]:
    """A page of the register: those that wait, the most urgent first; or those that are settled, the newest first."""
    wanted = select(PersonRequest, Worker).join(Worker, Worker.id == PersonRequest.worker_id)
    if waiting:
        wanted = wanted.where(PersonRequest.state.in_(OPEN)).order_by(PersonRequest.due_at, PersonRequest.id)
    else:
        wanted = wanted.where(PersonRequest.state.not_in(OPEN)).order_by(
            PersonRequest.asked_at.desc(), PersonRequest.id.desc()
        )
    return [RequestLine(*row) for row in session.execute(wanted.offset(first).limit(most))]


def counts(session: Session, *, now: dt.datetime) -> RequestCounts:
    """How the register stands."""
    waiting = PersonRequest.state.in_(OPEN)
    row = session.execute(
        select(func.count(), func.count().filter(PersonRequest.due_at < now), func.min(PersonRequest.due_at)).where(
            waiting
        )
    ).one()
    return RequestCounts(*row)


def requests_of(session: Session, group: Group) -> list[PersonRequest]:
    """What was asked of this person's data, the newest first."""
    wanted = select(PersonRequest).where(PersonRequest.worker_id.in_(group.ids))
    return list(session.scalars(wanted.order_by(PersonRequest.id.desc())))


def second_person(acting: Acting, proposed_by: str | None) -> bool:
    """Whether this is somebody else than who proposed it, and no second account of the same hand."""
    return proposed_by is not None and why_not_second(acting.session, proposed_by, acting.by) is None
