"""A roster into the tables: workers by NIK, their enrolments, the phones that answer for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.phones import Phone
from verify_service.registry.names import likeness
from verify_service.registry.people import CROWD, SAME_BIRTHDAY
from verify_service.registry.rosters import KEPT, RosterRow
from verify_service.registry.staging import Staged, changed, indexed, make, sealed, stage

Row = TypeVar("Row")

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
    columns: list[Staged[RosterRow]] = [
        Staged("row", "int8", lambda row: row.row),
        Staged("nik", "bytea", lambda row: seal(row.nik, "worker.nik")),
        Staged("nik_index", "bytea", lambda row: blind_index(row.nik, "nik")),
        Staged("nik_last4", "text", lambda row: row.nik[-4:]),
        Staged("months", "int2", lambda row: months or row.months or A_YEAR),
        Staged("flags", "text[]", lambda row: list(flags.get(row.row, ()))),
        *phone_columns(lambda row: row.phone),
        *(keep.staged(name) for name, keep in KEPT.items()),
    ]
    stage(session, "staged_roster", columns, rows)


def phone_columns(phone_of: Callable[[Row], Phone | None]) -> tuple[Staged[Row], Staged[Row]]:
    """A row's phone as ADD_PHONES takes it: sealed, and its blind index."""

    def number(row: Row) -> str | None:
        phone = phone_of(row)
        return phone.e164 if phone else None

    seals, finds = sealed("phone.number"), indexed("phone")
    return (
        Staged("phone", "bytea", lambda row: seals(number(row))),
        Staged("phone_index", "bytea", lambda row: finds(number(row))),
    )


def _names(table: str) -> str:
    """The columns of the roster that this table keeps, as a list in SQL."""
    return ", ".join(name for name, keep in KEPT.items() if keep.table == table)


def _brought_up_to_date(table: str, newer: str) -> str:
    """The same, each set to what the newer list says; a blank keeps what was known."""
    return ", ".join(
        f"{name} = {newer}.{name}" if keep.renewed else f"{name} = coalesce({newer}.{name}, {table}.{name})"
        for name, keep in KEPT.items()
        if keep.table == table
    )


# A birth date that so many share is what a form fills in by itself. There everybody would be compared with everybody,
# which takes the square of their number; so only those of the very same name are.
_CROWDS = f"""
CREATE TEMPORARY TABLE staged_crowd ON COMMIT DROP AS
SELECT birth_date FROM worker WHERE birth_date IN (SELECT birth_date FROM staged_roster)
GROUP BY birth_date HAVING count(*) > {CROWD}
UNION
SELECT birth_date FROM staged_roster WHERE birth_date IS NOT NULL GROUP BY birth_date HAVING count(*) > {CROWD}
"""  # noqa: S608  # a number of our own

_NAMESAKES = """
SELECT staged.row, staged.name_key, worker.name_key
FROM staged_roster staged JOIN worker USING (birth_date)
WHERE worker.nik_index <> staged.nik_index AND birth_date NOT IN (SELECT birth_date FROM staged_crowd)
  AND NOT EXISTS (SELECT 1 FROM staged_roster other WHERE other.nik_index = worker.nik_index)
UNION ALL
SELECT DISTINCT staged.row, staged.name_key, staged.name_key
FROM staged_roster staged JOIN (
    SELECT birth_date, name_key FROM worker
    WHERE birth_date IN (SELECT birth_date FROM staged_crowd)
      AND NOT EXISTS (SELECT 1 FROM staged_roster other WHERE other.nik_index = worker.nik_index)
    GROUP BY birth_date, name_key
) listed USING (birth_date, name_key)
"""


def listed_under_another_nik(session: Session) -> list[int]:
    """Staged rows whose name and birth date are those of a worker already listed, with another NIK; flags them."""
    make(session, "staged_crowd", _CROWDS)
    found = sorted(
        {row for row, one, other in session.execute(text(_NAMESAKES)) if likeness(one, other) >= SAME_BIRTHDAY}
    )
    if found:
        statement = "UPDATE staged_roster SET flags = flags || 'same_person_listed'::text WHERE row = ANY(:rows)"
        changed(session, statement, rows=found)
    return found


_WORKERS = f"""
INSERT INTO worker (nik, nik_index, nik_last4, {_names("worker")}, created_at)
SELECT DISTINCT ON (nik_index) nik, nik_index, nik_last4, {_names("worker")}, :now
FROM staged_roster ORDER BY nik_index, row
ON CONFLICT (nik_index) DO UPDATE SET {_brought_up_to_date("worker", "excluded")}
"""  # noqa: S608  # names of our own columns

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

# A list that follows on the one before prolongs it; any other list states its own months.
_RENEWED = f"""
UPDATE enrolment SET
    import_id = :import_id, row = line.row, flags = line.flags, {_brought_up_to_date("enrolment", "line")},
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
"""  # noqa: S608  # names of our own columns

_NEW = f"""
INSERT INTO enrolment (worker_id, import_id, row, {_names("enrolment")}, paid_from, months, flags, created_at)
SELECT worker_id, :import_id, row, {_names("enrolment")}, :paid_from, months, flags, :now
FROM staged_line WHERE enrolment_id IS NULL ORDER BY row
"""  # noqa: S608  # names of our own columns

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
