"""The data keys of people: what is kept of somebody is sealed with a key of their own. Without it they are erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import PersonCipher, blind_indexes, new_people, person, unseal_of
from verify_service.ground.tables import PersonKey, Worker
from verify_service.registry.binary_copy import copy_columns

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


_HELD = text("SELECT nik_index, wrapped FROM person_key WHERE nik_index = ANY(CAST(:indexes AS bytea[]))")


def keys_for(session: Session, niks: Iterable[str], *, now: dt.datetime) -> Mapping[str, Keyed]:
    """Everybody with one of these NIKs, by NIK; whom no file has named before gets a key.

    What is sealed for somebody who was erased is sealed with a key that is kept nowhere: a payment of theirs counts,
    and nobody reads whose it was.
    """
    wanted = list(dict.fromkeys(niks))
    indexes = blind_indexes(wanted, "nik")
    held = {bytes(row.nik_index): row.wrapped for row in session.execute(_HELD, {"indexes": indexes})}
    destroyed = [index for index, wrapped in held.items() if wrapped is None]
    missing = [index for index in indexes if index not in held]
    ciphers = {index: person(wrapped) for index, wrapped in held.items() if wrapped is not None}
    ciphers |= zip(destroyed, new_people(len(destroyed))[1], strict=True)
    if missing:
        wrapped, made = new_people(len(missing))
        ciphers |= zip(missing, made, strict=True)
        columns = {
            "nik_index": ("bytea", missing),
            "wrapped": ("bytea", wrapped),
            "made_at": ("timestamptz", [now] * len(missing)),
        }
        copy_columns(session, "person_key", columns)
    return {nik: Keyed(index, ciphers[index]) for nik, index in zip(wanted, indexes, strict=True)}
