"""A roster into the tables: workers by NIK, their enrolments, the phones that answer for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.phones import Phone
from verify_service.ground.tables import JOINED
from verify_service.registry.lines import match_lines, settle_places
from verify_service.registry.one_person import share_phones
from verify_service.registry.rosters import KEPT
from verify_service.registry.staging import Staged, changed, indexed, make, sealed
from verify_service.registry.versions import Version

Row = TypeVar("Row")


@dataclass(frozen=True)
class Merged:
    """How many rows a merge made, and how many it brought up to date; `dropped`: taken out of the month again.

    `absent`: people whom a list has for the month, and the file does not name.
    """

    created: int
    updated: int
    removed_again: int = 0
    dropped: int = 0
    absent: int = 0


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
    """The same, each set to what the newer list says; a blank keeps what was known, "--" takes it away."""
    return ", ".join(
        f"{name} = {newer}.{name}"
        if keep.renewed or keep.whole
        else f"{name} = CASE WHEN NOT '{name}' = ANY({newer}.cleared) THEN coalesce({newer}.{name}, {table}.{name}) END"
        for name, keep in KEPT.items()
        if keep.table == table
    )


def _months(until: str, first: str) -> str:
    """How many months lie between two first days of months, in SQL."""
    apart = f"age({until}, {first})"
    return f"(date_part('year', {apart}) * 12 + date_part('month', {apart}))::int"


# Who says what the newest list said of him already stays as he is: sealed anew, the same would look like a change.
_WORKERS_HELD = f"""
UPDATE worker SET {_brought_up_to_date("worker", "newer")}, said = newer.said,
    nik = CASE WHEN worker.nik = '' THEN newer.nik ELSE worker.nik END  -- of one who was erased, and is listed anew
FROM (SELECT DISTINCT ON (nik_index) * FROM staged_roster ORDER BY nik_index, row) newer
WHERE worker.nik_index = newer.nik_index AND worker.said IS DISTINCT FROM newer.said
"""  # noqa: S608  # names of our own columns

_WORKERS_NEW = f"""
INSERT INTO worker (nik, nik_index, {_names("worker")}, said, created_at)
SELECT DISTINCT ON (nik_index) nik, nik_index, {_names("worker")}, said, :now
FROM staged_roster ORDER BY nik_index, row
ON CONFLICT (nik_index) DO NOTHING
"""  # noqa: S608  # names of our own columns

# A list that follows on the one before prolongs it; any other list states its own months. What stood before is kept
# beside, so that a correction of this list's terms has what it follows on. A list put back (:again) leaves the months
# that a later one added.
_RENEWED = f"""
UPDATE enrolment SET
    import_id = :import_id, row = line.row, flags = line.flags, {_brought_up_to_date("enrolment", "line")},
    paid_from = CASE WHEN prolonged.since OR follows.on THEN held.paid_from ELSE :paid_from END,
    months = CASE WHEN prolonged.since THEN held.months
                  ELSE line.months + CASE WHEN follows.on THEN follows.earlier ELSE 0 END END,
    earlier_from = CASE WHEN held.import_id = ANY(:same_file) THEN held.earlier_from ELSE held.paid_from END,
    earlier_months = CASE WHEN held.import_id = ANY(:same_file) THEN held.earlier_months ELSE held.months END
FROM staged_line line
JOIN enrolment held ON held.id = line.enrolment_id
JOIN file_import file ON file.id = held.import_id
CROSS JOIN LATERAL (
    SELECT held.paid_from < :paid_from AND :paid_from <= held.paid_from + make_interval(months => held.months) AS on,
           {_months("CAST(:paid_from AS date)", "held.paid_from")} AS earlier
) follows
CROSS JOIN LATERAL (
    SELECT :again AND held.import_id <> ALL(:same_file) AND held.paid_from <= :paid_from
           AND file.report #>> '{{terms,paid_from}}' > to_char(CAST(:paid_from AS date), 'YYYY-MM') AS since
) prolonged
WHERE enrolment.id = line.enrolment_id
"""  # noqa: S608  # names of our own columns

_NEW = f"""
INSERT INTO enrolment (worker_id, import_id, row, {_names("enrolment")}, paid_from, months, flags, created_at)
SELECT worker_id, :import_id, row, {_names("enrolment")}, :paid_from, months, flags, :now
FROM staged_line WHERE enrolment_id IS NULL ORDER BY row
"""  # noqa: S608  # names of our own columns

_STALE = f"""
WITH {JOINED}
INSERT INTO stale_enrolment (enrolment_id, since)
SELECT id, CAST(:now AS timestamptz) FROM enrolment WHERE worker_id IN (SELECT worker_id FROM staged_line)
UNION ALL
SELECT other.id, :now FROM joined me JOIN joined they ON they.person = me.person AND they.id <> me.id
JOIN enrolment other ON other.worker_id = they.id
WHERE me.id IN (SELECT worker_id FROM staged_line)
"""  # noqa: S608  # a constant of our own


def find_lines(session: Session, version: Version, *, now: dt.datetime) -> int:
    """The staged rows as workers, and each with the enrolment that it is a newer version of; how many were removed."""
    changed(session, _WORKERS_HELD)
    changed(session, _WORKERS_NEW, now=now)
    return match_lines(session, version)


def merge_roster(session: Session, version: Version, *, paid_from: dt.date, now: dt.datetime) -> tuple[int, int]:
    """The lines found into enrolments and phones, each touched marked stale; how many are new, how many were held."""
    settle_places(session)
    terms = {"import_id": version.id, "paid_from": paid_from}
    updated = changed(session, _RENEWED, **terms, same_file=list(version.same_file), again=version.again)
    created = changed(session, _NEW, **terms, now=now)
    _link_phones(session, now)
    share_phones(session, now=now)
    changed(session, _STALE, now=now)
    return created, updated


# Corrected terms follow on what stood before this list, as the wrong ones did: months paid by an earlier list stay. Of
# enrolments older than the columns it is known that the wrong terms followed on, which shows in when they begin.
_TERMS = f"""
WITH corrected AS (
    UPDATE enrolment SET
        import_id = :import_id, paid_from = right_terms.since, months = right_terms.months
    FROM staged_roster staged
    JOIN enrolment held ON held.import_id = ANY(:same_file) AND held.row = staged.row
    JOIN file_import file ON file.id = held.import_id
    CROSS JOIN LATERAL (
        SELECT to_date(file.report #>> '{{terms,paid_from}}', 'YYYY-MM') AS stated
    ) wrong
    LEFT JOIN LATERAL (
        SELECT coalesce(held.earlier_from, held.paid_from) AS since,
               coalesce(held.earlier_months, {_months("wrong.stated", "held.paid_from")}) AS months
        WHERE held.earlier_from IS NOT NULL OR held.paid_from < wrong.stated
    ) before ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(before.since < :paid_from
                        AND :paid_from <= before.since + make_interval(months => before.months), false) AS on
    ) follows
    CROSS JOIN LATERAL (
        SELECT CASE WHEN follows.on THEN before.since ELSE CAST(:paid_from AS date) END AS since,
               staged.months
               + CASE WHEN follows.on THEN {_months("CAST(:paid_from AS date)", "before.since")} ELSE 0 END AS months
    ) right_terms
    WHERE enrolment.id = held.id
    RETURNING enrolment.id, (held.paid_from, held.months) IS DISTINCT FROM (right_terms.since, right_terms.months)
        AS differs
), stale AS (
    INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM corrected WHERE differs
)
SELECT count(*) FILTER (WHERE differs) FROM corrected
"""  # noqa: S608  # names of our own columns


def correct_terms(session: Session, version: Version, *, paid_from: dt.date, now: dt.datetime) -> Merged:
    """First month and months of the enrolments that rest on this file; those a later list took over keep theirs."""
    given = {"import_id": version.id, "same_file": list(version.same_file), "paid_from": paid_from, "now": now}
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
  AND worker_id IN (SELECT worker_id FROM staged_link
                    UNION ALL SELECT worker_id FROM staged_line WHERE 'phone' = ANY(cleared))
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
