"""Invented people, put straight into the tables: what an import would have written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from verify_service.accounts.pins import pin_hash
from verify_service.ground.crypto import PersonCipher, blind_index, letter_code, new_person, person, seal, unseal_of

NOW = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)  # 10:00 in Jakarta
NEWEST = dt.date(2026, 10, 1)
_HASH = b"\0" * 32


Made = TypeVar("Made")


def _one_doing(make: Callable[..., Made]) -> Callable[..., Made]:
    """Keys and salts are made by chance, and what is made is the same all the same: `tests/conversations/memory.py`."""

    @wraps(make)
    def made(db: Any, *args: Any, **how: Any) -> Made:
        memory = getattr(db, "memory", None)
        with memory.at_once((make.__name__, args, *sorted(how.items()))) if memory else nullcontext():
            return make(db, *args, **how)

    return made


@dataclass(frozen=True)
class Someone:
    """A worker as a test knows him."""

    worker: int
    enrolment: int
    nik: str
    number: str

    @property
    def code(self) -> str:
        return letter_code("invitation", self.worker, 1)


def a_file(db: Any, kind: str, period: dt.date | None = None) -> int:
    """An import of this kind and month; the same one when asked again."""
    known = db.execute(
        "SELECT id FROM file_import WHERE kind = %s AND period IS NOT DISTINCT FROM %s", [kind, period]
    ).fetchone()
    if known:
        return int(known[0])
    (made,) = db.execute(
        """INSERT INTO file_import (kind, filename, sha256, period, imported_at, actor, rows, accepted, flagged,
                                    rejected, report)
           VALUES (%s, 'a file', %s, %s, %s, 'test', 0, 0, 0, 0, '{}') RETURNING id""",
        [kind, _HASH, period, NOW],
    ).fetchone()
    return int(made)


def a_cipher(db: Any, nik: str) -> PersonCipher:
    """The cipher of whoever has this NIK, whose key is made where there is none."""
    index = blind_index(nik, "nik")
    wrapped, cipher = new_person()
    made = db.execute(
        "INSERT INTO person_key VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1", [index, wrapped, NOW]
    ).fetchone()
    if made:
        return cipher
    return person(db.execute("SELECT wrapped FROM person_key WHERE nik_index = %s", [index]).fetchone()[0])


@_one_doing
def a_worker(
    db: Any,
    *,
    nik: str = "3275011501900001",
    name: str = "Sulistiawati Dewi",
    phone: str | None = "+6281234567890",
    insurer: str | None = "active",
    paid: bool = True,
    rt: str = "003",
    rw: str = "011",
    kelurahan: str = "32.75.01.1001",
    language: str | None = "id",
    noticed: bool = True,
    since: dt.date = dt.date(2026, 1, 1),
    row: int = 2,
    occupation: str | None = None,
) -> Someone:
    """Somebody on the list; `insurer` None: the newest insurer file does not name them."""
    (worker,) = db.execute(
        """INSERT INTO worker (nik, nik_index, name, name_key, created_at) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (nik_index) DO UPDATE SET name = excluded.name RETURNING id""",
        [a_cipher(db, nik).seal(nik, "worker.nik"), blind_index(nik, "nik"), name, name.upper(), NOW],
    ).fetchone()
    (enrolment,) = db.execute(
        """INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, rw, rt, occupation, paid_from, months,
                                  created_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, '2026-01-01', 12, %s) RETURNING id""",
        [worker, a_file(db, "roster"), row, kelurahan, rw, rt, occupation, NOW],
    ).fetchone()
    a_file(db, "insurer", NEWEST)
    if insurer is not None:
        db.execute(
            """INSERT INTO insurer_record (import_id, period, row, nik_index, status, member_since)
               VALUES (%s, %s, 2, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [a_file(db, "insurer", NEWEST), NEWEST, blind_index(nik, "nik"), insurer, since],
        )
    if not paid:
        a_file(db, "payments", NEWEST)
    if phone is not None:
        link(db, phone, int(worker), language=language, noticed=noticed)
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [enrolment, NOW])
    return Someone(int(worker), int(enrolment), nik, phone or "")


@_one_doing
def a_phone(db: Any, number: str, *, language: str | None = "id", noticed: bool = True) -> int:
    """A phone that has been through the first contact (unless told otherwise)."""
    (made,) = db.execute(
        """INSERT INTO phone (number, number_index, language, noticed_at, created_at) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (number_index) DO UPDATE SET language = excluded.language RETURNING id""",
        [seal(number, "phone.number"), blind_index(number, "phone"), language, NOW if noticed else None, NOW],
    ).fetchone()
    return int(made)


@_one_doing
def an_rt_head(
    db: Any,
    number: str,
    *,
    rt: str = "003",
    rw: str = "011",
    kelurahan: str = "32.75.01.1001",
    pin: str | None = None,
    language: str | None = "id",
) -> int:
    """The head of an RT, or with an empty one of the RW; with a PIN he has activated his phone and read the rules."""
    (head,) = db.execute(
        """INSERT INTO rt_head (import_id, kelurahan_code, rw, rt, name, phone_id) VALUES (%s, %s, %s, %s, 'Pak RT', %s)
           RETURNING id""",
        [a_file(db, "rt_heads"), kelurahan, rw, rt, a_phone(db, number, language=language)],
    ).fetchone()
    if pin is not None:
        db.execute(
            "UPDATE rt_head SET pin_hash = %s, activated_at = %s, rules_at = %s WHERE id = %s",
            [pin_hash(pin, head), NOW, NOW, head],
        )
    return int(head)


@_one_doing
def link(db: Any, number: str, worker: int, *, language: str | None = "id", noticed: bool = True) -> None:
    """This phone answers for this worker, as the roster says."""
    db.execute(
        "INSERT INTO phone_link (phone_id, worker_id, how, linked_at) VALUES (%s, %s, 'roster', %s)",
        [a_phone(db, number, language=language, noticed=noticed), worker, NOW],
    )


def birth_dates(db: Any) -> dict[str, str]:
    """The birth date of every worker whose list gave one, as ISO 8601, by name."""
    rows = db.execute("SELECT name, wrapped, birth_date FROM worker JOIN person_key USING (nik_index)").fetchall()
    return {name: unseal_of(key, sealed, "worker.birth_date") for name, key, sealed in rows if sealed}
