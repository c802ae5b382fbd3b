"""A field put right at the person's request: what was, what is, what it rests on; it outlives the lists that come."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text, update

from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import PersonCipher, person, unseal_of
from verify_service.ground.database import take_turn
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_phone
from verify_service.ground.tables import KnownName, PersonCorrection, PersonRequest, PhoneLink, Worker
from verify_service.messaging.consent import phone_of
from verify_service.persons.clear import numbers
from verify_service.persons.group import Group, group_of
from verify_service.persons.rights import RightRefused, Step, held_for, settle
from verify_service.registry.corrections import CORRECTABLE, columns_of
from verify_service.registry.names import name_key
from verify_service.registry.staging import sorted_words
from verify_service.registry.versions import changing

BASES: Final = ("ktp", "kk_card", "birth_certificate", "dukcapil", "insurer", "own_word")
LONGEST: Final = {"name": 120, "address": 400}
CORRECTED: Final = "corrected"
# One import at a time, and no correction beside it: it would be merged over unseen.
_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtext('verify import'))")


@dataclass(frozen=True)
class Correction:
    """A field with its right value, as an officer typed it, and what it rests on."""

    field: str
    value: str
    basis: str


def is_read_as(field: str, typed: str, today: dt.date) -> str | None:
    """The value as it is kept; None where it cannot be one."""
    said = " ".join(typed.split())
    if field == "name":
        return said if re.search(r"[^\W\d_]{2}", said) and len(said) <= LONGEST["name"] else None
    if field == "address":
        return said if 0 < len(said) <= LONGEST["address"] else None
    if field == "sex":
        return said.upper() if said.upper() in ("L", "P") else None
    if field == "kk":
        digits = re.sub(r"[\s.\-]", "", said)
        return digits if re.fullmatch(r"[0-9]{16}", digits) else None
    if field == "phone":
        number = read_phone(said)
        return number.e164 if isinstance(number, Number) else None
    return _day(said, today) if field == "birth_date" else None


def _day(said: str, today: dt.date) -> str | None:
    try:
        day = dt.date.fromisoformat(said)
    except ValueError:
        return None
    return day.isoformat() if dt.date(1900, 1, 1) < day < today else None


def correct(acting: Acting, group: Group, step: Step, what: Correction) -> RightRefused | None:
    """Put a field right, in every listing of the person, and settle the request.

    The value stands before what a newer list says until it is corrected again (`registry/corrections.py`).
    """
    if group.erased or group.cipher is None:
        return RightRefused.ERASED
    value = is_read_as(what.field, what.value, acting.today)
    if what.field not in CORRECTABLE or what.basis not in BASES:
        return RightRefused.INPUT
    if value is None:
        return RightRefused.UNREADABLE
    take_turn(acting.session, _TURN)
    held = held_for(acting, step, ("open",))
    if isinstance(held, RightRefused):
        return held
    if held.kind != "correct":
        return RightRefused.STEP
    group = group_of(acting.session, group.chief.id, lock=True)
    if group.cipher is None:
        return RightRefused.ERASED
    was = value_of(acting, group, what.field)
    if was == value:
        return RightRefused.SAME
    _keep(acting, group, held, what, (was, value), step.note)
    changing(acting.session, now=acting.now)
    if what.field == "phone":
        _exchange_phone(acting, group, value)
    else:
        for worker in group.workers:
            _write(acting, group, worker, what.field, value)
    note = group.sealed(step.note, "person_request.note")
    settle(acting, held, "done", reason=what.basis, note=note)
    acting.record("person corrected", f"worker:{group.chief.id}", field=what.field, basis=what.basis, request=held.id)
    return None


def value_of(acting: Acting, group: Group, field: str) -> str:
    """What is kept of a field now, in clear; of several phones all, parted by commas."""
    worker = group.chief
    if field == "phone":
        return ", ".join(numbers(acting, group, "phone"))
    if field in ("name", "sex"):
        return str(getattr(worker, field) or "")
    return unseal_of(group.keys.get(worker.id), getattr(worker, field), f"worker.{field}")


def _keep(
    acting: Acting,
    group: Group,
    request: PersonRequest,
    what: Correction,
    change: tuple[str, str],
    note: str,
) -> None:
    assert group.cipher is not None
    was, value = change
    earlier = update(PersonCorrection).where(
        PersonCorrection.worker_id.in_(group.ids),
        PersonCorrection.field == what.field,
        PersonCorrection.ended_at.is_(None),
    )
    acting.session.execute(earlier.values(ended_at=acting.now, ended_how="corrected again"))
    for worker in group.workers:  # a list may name either NIK
        acting.session.add(
            PersonCorrection(
                worker_id=worker.id,
                request_id=request.id,
                field=what.field,
                was=_for(group, worker, was, "person_correction.was"),
                value=_for(group, worker, value, "person_correction.value") or b"",
                reason=what.basis,
                note=_for(group, worker, note.strip(), "person_correction.note"),
                corrected_at=acting.now,
                corrected_by=acting.by,
            )
        )
    acting.session.flush()


def _for(group: Group, worker: Worker, said: str, purpose: str) -> bytes | None:
    cipher = _cipher(group, worker)
    return cipher.seal(said, purpose) if cipher and said else None


def _cipher(group: Group, worker: Worker) -> PersonCipher | None:
    wrapped = group.keys.get(worker.id)
    return person(wrapped) if wrapped else None


def _write(acting: Acting, group: Group, worker: Worker, field: str, value: str) -> None:
    cipher = _cipher(group, worker)
    if cipher is None:
        return
    if field == "name":
        # A list that comes with the old name again is not refused for it.
        known = {"nik_index": worker.nik_index, "decided_at": acting.now, "decided_by": acting.by}
        for key in {sorted_words(name_key(worker.name)), sorted_words(name_key(value))}:
            acting.session.merge(KnownName(name_key=key, **known))
    for column, written in columns_of(field, value, cipher).items():
        setattr(worker, column, written)
    acting.session.flush()


def _exchange_phone(acting: Acting, group: Group, number: str) -> None:
    """The new phone answers for the person, and what the lists said does not; it is not linked again by the next."""
    new = phone_of(acting.session, Number(number), now=acting.now)
    others = update(PhoneLink).where(
        PhoneLink.worker_id.in_(group.ids), PhoneLink.unlinked_at.is_(None), PhoneLink.phone_id != new
    )
    acting.session.execute(others.values(unlinked_at=acting.now, unlinked_why=CORRECTED))
    for worker in group.workers:
        acting.session.execute(_LINK, {"phone": new, "worker": worker.id, "now": acting.now})


_LINK: Final = text(
    """INSERT INTO phone_link (phone_id, worker_id, how, linked_at) VALUES (:phone, :worker, 'case', :now)
       ON CONFLICT (phone_id, worker_id) WHERE unlinked_at IS NULL DO NOTHING"""
)
