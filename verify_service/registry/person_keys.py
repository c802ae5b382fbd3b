"""The data keys of people: what is kept of somebody is sealed with a key of their own. Without it they are erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import PersonCipher, blind_index, new_person, person, unseal_of
from verify_service.ground.tables import PersonKey, Worker
from verify_service.registry.staging import Staged, copy_into

Field = Literal["nik", "kk", "kpj", "address", "birth_date"]


def opened(session: Session, worker: Worker, field: Field) -> str:
    """A field that is sealed for this worker; "" where there is none, or the key was destroyed."""
    held = session.get(PersonKey, worker.nik_index)
    return unseal_of(held.wrapped if held else None, getattr(worker, field), f"worker.{field}")


def born(wrapped: bytes | None, sealed: bytes | None) -> dt.date | None:
    """The birth date that is sealed for a worker."""
    said = unseal_of(wrapped, sealed, "worker.birth_date")
    return dt.date.fromisoformat(said) if said else None


@dataclass(frozen=True, slots=True)
class Keyed:
    """One person whom a file names: the blind index of the NIK, and the cipher that seals for them."""

    index: bytes
    cipher: PersonCipher


_HELD = text(
    "SELECT nik_index, wrapped FROM person_key WHERE wrapped IS NOT NULL"
    " AND nik_index IN (SELECT unnest(CAST(:indexes AS bytea[])))"
)
_DESTROYED = text(
    "DELETE FROM person_key WHERE wrapped IS NULL AND nik_index IN (SELECT unnest(CAST(:indexes AS bytea[])))"
)


def keys_for(session: Session, niks: Iterable[str], *, now: dt.datetime) -> Mapping[str, Keyed]:
    """Everybody with one of these NIKs, by NIK; whom no file has named before gets a key."""
    wanted = {nik: blind_index(nik, "nik") for nik in niks}
    indexes = list(wanted.values())
    held = {bytes(row.nik_index): person(row.wrapped) for row in session.execute(_HELD, {"indexes": indexes})}
    made = {index: new_person() for index in indexes if index not in held}
    if made:
        session.execute(_DESTROYED, {"indexes": list(made)})
        columns = [
            Staged[tuple[bytes, tuple[bytes, PersonCipher]]]("nik_index", "bytea", lambda one: one[0]),
            Staged[tuple[bytes, tuple[bytes, PersonCipher]]]("wrapped", "bytea", lambda one: one[1][0]),
            Staged[tuple[bytes, tuple[bytes, PersonCipher]]]("made_at", "timestamptz", lambda _: now),
        ]
        copy_into(session, "person_key", columns, made.items())
    return {nik: Keyed(index, held.get(index) or made[index][1]) for nik, index in wanted.items()}
