"""A roster into the tables: workers by NIK, their enrolments, the phones that answer for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import blind_index, seal
from verify_service.registry.names import likeness
from verify_service.registry.people import SAME_BIRTHDAY
from verify_service.registry.rosters import RosterRow
from verify_service.registry.staging import changed, make, stage

_COLUMNS = (
    ("row", "int8"), ("nik", "bytea"), ("nik_index", "bytea"), ("nik_last4", "text"), ("kk", "bytea"),
    ("name", "text"), ("name_key", "text"), ("birth_date", "date"), ("sex", "text"), ("address", "bytea"),
    ("kelurahan_code", "text"), ("rw", "text"), ("rt", "text"), ("occupation", "text"), ("decile", "int2"),
    ("source", "text"), ("months", "int2"), ("flags", "text[]"), ("phone", "bytea"), ("phone_index", "bytea"),
)  # fmt: skip


A_YEAR = 12


@dataclass(frozen=True)
class Merged:
    """How many rows a merge made, and how many it brought up to date; `dropped`: taken out of the month again."""

    created: int
    updated: int
    removed_again: int = 0
    dropped: int = 0


def stage_roster(
    session: Session, rows: Sequence[RosterRow], flags: Mapping[int, tuple[str, ...]], months: int | None
) -> None:
    """The accepted rows, sealed, in the temporary table `staged_roster`."""
    stage(session, "staged_roster", _COLUMNS, _sealed(rows, flags, months))


def _sealed(
    rows: Sequence[RosterRow], flags: Mapping[int, tuple[str, ...]], months: int | None
) -> Iterator[tuple[object, ...]]:
    for row in rows:
        phone = row.phone.e164 if row.phone else None
        yield (
            row.row,
            seal(row.nik, "worker.nik"),
            blind_index(row.nik, "nik"),
            row.nik[-4:],
            seal(row.kk, "worker.kk") if row.kk else None,
            row.name,
            sorted_key(row.name_key),
            row.birth_date,
            row.sex,
            seal(row.address, "worker.address") if row.address else None,
            row.kelurahan_code,
            row.rw,
            row.rt,
            row.occupation or None,
            row.decile,
            row.source or None,
            months or row.months or A_YEAR,
            list(flags.get(row.row, ())),
            seal(phone, "phone.number") if phone else None,
            blind_index(phone, "phone") if phone else None,
        )


def sorted_key(key: str) -> str:
    """A name key as worker.name_key holds it: words sorted, so that their order does not matter to a look-up."""
    return " ".join(sorted(key.split()))


_NAMESAKES = """
SELECT staged.row, staged.name_key, worker.name_key
FROM staged_roster staged JOIN worker USING (birth_date)
WHERE worker.nik_index <> staged.nik_index
  AND NOT EXISTS (SELECT 1 FROM staged_roster other WHERE other.nik_index = worker.nik_index)
ORDER BY staged.row
"""


def listed_under_another_nik(session: Session) -> list[int]:
    """Staged rows whose name and birth date are those of a worker already listed, with another NIK; flags them."""
    found = sorted(
        {row for row, one, other in session.execute(text(_NAMESAKES)) if likeness(one, other) >= SAME_BIRTHDAY}
    )
    if found:
        statement = "UPDATE staged_roster SET flags = flags || 'same_person_listed'::text WHERE row = ANY(:rows)"
        changed(session, statement, rows=found)
    return found


_WORKERS = """
INSERT INTO worker (nik, nik_index, nik_last4, kk, name, name_key, birth_date, sex, address, created_at)
SELECT DISTINCT ON (nik_index) nik, nik_index, nik_last4, kk, name, name_key, birth_date, sex, address, :now
FROM staged_roster ORDER BY nik_index, row
ON CONFLICT (nik_index) DO UPDATE SET
    name = excluded.name, name_key = excluded.name_key, kk = coalesce(excluded.kk, worker.kk),
    birth_date = coalesce(excluded.birth_date, worker.birth_date), sex = coalesce(excluded.sex, worker.sex),
    address = coalesce(excluded.address, worker.address)
"""

# The nth line of a person in this file is the nth enrolment they have: a new version of the list updates, and only a
# further line in the same file is a second enrolment.
_LINES = """
CREATE TEMPORARY TABLE staged_line ON COMMIT DROP AS
WITH line AS (
    SELECT staged.*, worker.id AS worker_id, row_number() OVER (PARTITION BY worker.id ORDER BY staged.row) AS place
    FROM staged_roster staged JOIN worker USING (nik_index)
), held AS (
    SELECT enrolment.id AS enrolment_id, enrolment.removed_from, worker_id,
           row_number() OVER (PARTITION BY worker_id ORDER BY enrolment.id) AS place
    FROM enrolment WHERE worker_id IN (SELECT worker_id FROM line)
)
SELECT line.*, held.enrolment_id, held.removed_from FROM line LEFT JOIN held USING (worker_id, place)
"""

# A list that follows on the one before prolongs it; any other list states its own months. A blank keeps what was known.
_RENEWED = """
UPDATE enrolment SET
    import_id = :import_id, row = line.row,
    kelurahan_code = coalesce(line.kelurahan_code, enrolment.kelurahan_code),
    rw = coalesce(line.rw, enrolment.rw), rt = coalesce(line.rt, enrolment.rt),
    occupation = coalesce(line.occupation, enrolment.occupation), decile = coalesce(line.decile, enrolment.decile),
    source = coalesce(line.source, enrolment.source), flags = line.flags,
    paid_from = CASE WHEN follows.on THEN enrolment.paid_from ELSE :paid_from END,
    months = line.months + CASE WHEN follows.on THEN follows.earlier ELSE 0 END
FROM staged_line line
JOIN enrolment held ON held.id = line.enrolment_id
CROSS JOIN LATERAL (
    SELECT held.paid_from < :paid_from AND :paid_from <= held.paid_from + make_interval(months => held.months) AS on,
           (date_part('year', age(:paid_from, held.paid_from)) * 12
            + date_part('month', age(:paid_from, held.paid_from)))::int AS earlier
) follows
WHERE enrolment.id = line.enrolment_id
"""

_NEW = """
INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, rw, rt, occupation, decile, source, paid_from, months,
                       flags, created_at)
SELECT worker_id, :import_id, row, kelurahan_code, rw, rt, occupation, decile, source, :paid_from, months, flags, :now
FROM staged_line WHERE enrolment_id IS NULL ORDER BY row
"""

_STALE = """
INSERT INTO stale_enrolment (enrolment_id, since)
SELECT id, :now FROM enrolment WHERE worker_id IN (SELECT worker_id FROM staged_line)
"""


def merge_roster(session: Session, *, import_id: int, paid_from: dt.date, now: dt.datetime) -> Merged:
    """The staged rows into workers, enrolments and phones; each enrolment touched is marked stale."""
    changed(session, _WORKERS, now=now)
    make(session, "staged_line", _LINES)
    removed = session.execute(text("SELECT count(*) FROM staged_line WHERE removed_from IS NOT NULL")).scalar_one()
    updated = changed(session, _RENEWED, import_id=import_id, paid_from=paid_from)
    created = changed(session, _NEW, import_id=import_id, paid_from=paid_from, now=now)
    _link_phones(session, now)
    changed(session, _STALE, now=now)
    return Merged(created, updated, removed)


_TERMS = """
WITH corrected AS (
    UPDATE enrolment SET paid_from = :paid_from, months = staged.months
    FROM staged_roster staged
    WHERE enrolment.import_id = :import_id AND enrolment.row = staged.row
      AND (enrolment.paid_from, enrolment.months) IS DISTINCT FROM (CAST(:paid_from AS date), staged.months)
    RETURNING enrolment.id
), stale AS (
    INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM corrected
)
SELECT count(*) FROM corrected
"""


def correct_terms(session: Session, *, import_id: int, paid_from: dt.date, now: dt.datetime) -> Merged:
    """First month and months of the enrolments that rest on this file; those a later list took over keep theirs."""
    given = {"import_id": import_id, "paid_from": paid_from, "now": now}
    return Merged(0, int(session.execute(text(_TERMS), given).scalar_one()))


ADD_PHONES = """
INSERT INTO phone (number, number_index, created_at)
SELECT DISTINCT ON (phone_index) phone, phone_index, :now
FROM {staged} WHERE phone_index IS NOT NULL ORDER BY phone_index, row
ON CONFLICT (number_index) DO NOTHING
"""

_REPLACED = "newer list"

_LINKS = """
CREATE TEMPORARY TABLE staged_link ON COMMIT DROP AS
SELECT DISTINCT line.worker_id, phone.id AS phone_id
FROM staged_line line JOIN phone ON phone.number_index = line.phone_index
"""

_UNLINK = """
UPDATE phone_link SET unlinked_at = :now, unlinked_why = :why
WHERE how = 'roster' AND unlinked_at IS NULL
  AND worker_id IN (SELECT worker_id FROM staged_link)
  AND NOT EXISTS (
      SELECT 1 FROM staged_link
      WHERE staged_link.worker_id = phone_link.worker_id AND staged_link.phone_id = phone_link.phone_id)
"""

# A person who said "this is not me" on a phone is not linked to it again because the next list repeats the mistake.
_LINK = """
INSERT INTO phone_link (phone_id, worker_id, how, linked_at)
SELECT phone_id, worker_id, 'roster', CAST(:now AS timestamptz) FROM staged_link
WHERE NOT EXISTS (
    SELECT 1 FROM phone_link held
    WHERE held.phone_id = staged_link.phone_id AND held.worker_id = staged_link.worker_id
      AND (held.unlinked_at IS NULL OR held.unlinked_why IS DISTINCT FROM :why))
"""


def _link_phones(session: Session, now: dt.datetime) -> None:
    changed(session, ADD_PHONES.format(staged="staged_line"), now=now)
    make(session, "staged_link", _LINKS)
    changed(session, _UNLINK, now=now, why=_REPLACED)
    changed(session, _LINK, now=now, why=_REPLACED)
