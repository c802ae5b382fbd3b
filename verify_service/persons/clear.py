"""A number in clear: with a reason, kept in the trail, counted for each officer and day, shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import unseal_of, unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Officer, PersonLook, Phone
from verify_service.persons.group import Group

MAY_SEE: Final = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.KELURAHAN, Role.ADMIN})
WHAT: Final = ("nik", "phone")
REASONS: Final = ("identity", "call", "insurer", "dukcapil", "request")
NOTE_LENGTH: Final = 300


class NotShown(StrEnum):
    """Why nothing is shown in clear."""

    ROLE = "role"
    REASON = "reason"
    NOTE = "note"
    LIMIT = "limit"
    ERASED = "erased"


@dataclass(frozen=True)
class Shown:
    """Numbers in clear, and how many more this officer may look at today."""

    what: str
    numbers: tuple[str, ...] = field(repr=False)
    left: int = 0


def left_today(acting: Acting) -> int:
    """How many numbers this officer may still look at today."""
    seen = select(func.count()).where(PersonLook.officer_id == acting.viewer.id, PersonLook.day == acting.today)
    return max(0, programme().rights.clear_a_day - (acting.session.scalar(seen) or 0))


def show_in_clear(acting: Acting, group: Group, what: str, reason: str, note: str) -> Shown | NotShown:
    """A NIK, or the phones, of the person for this officer's eyes; the trail has the reason, sealed beside it the note.

    The officer's row is locked, so that two browsers of one account count as one.
    """
    if acting.viewer.role not in MAY_SEE:
        return NotShown.ROLE
    if group.erased:
        return NotShown.ERASED
    if what not in WHAT or reason not in REASONS:
        return NotShown.REASON
    if not 5 <= len(note.strip()) <= NOTE_LENGTH:
        return NotShown.NOTE
    acting.session.execute(select(Officer.id).where(Officer.id == acting.viewer.id).with_for_update())
    left = left_today(acting)
    if left < 1:
        return NotShown.LIMIT
    look = PersonLook(
        worker_id=group.chief.id,
        officer_id=acting.viewer.id,
        what=what,
        reason=reason,
        note=group.sealed(note, "person_look.note"),
        day=acting.today,
        at=acting.now,
    )
    acting.session.add(look)
    acting.record("number shown in clear", f"worker:{group.chief.id}", what=what, reason=reason)
    return Shown(what, numbers(acting, group, what), left - 1)


def numbers(acting: Acting, group: Group, what: str) -> tuple[str, ...]:
    """The NIK of each listing, or the phones that answer for the person, as people write them."""
    if what == "nik":
        niks = (unseal_of(group.keys.get(one.id), one.nik, "worker.nik") for one in group.workers)
        return tuple(filter(None, niks))
    held = acting.session.scalars(select(Phone).where(Phone.id.in_(group.phones)).order_by(Phone.id))
    return tuple(filter(None, (unseal_or_blank(phone.number, "phone.number") for phone in held)))
