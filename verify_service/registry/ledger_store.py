"""Payment and insurer files into the tables: one row for each NIK and month, on the roster or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.registry.enrolments import Merged
from verify_service.registry.insurers import InsurerRow
from verify_service.registry.payments import PaymentRow
from verify_service.registry.person_keys import Keyed
from verify_service.registry.problems import FileRefused
from verify_service.registry.staging import Staged, changed, indexed, seal_for, stage

_PAYMENT_COLUMNS: tuple[Staged[PaymentRow], ...] = (
    Staged("row", "int8", lambda row: row.row),
    Staged("amount", "int8", lambda row: row.amount),
    Staged("paid_on", "date", lambda row: row.paid_on),
    Staged("reference", "text", lambda row: row.order_number or None),
)

# Two payments for one NIK in one file are one sum: the city paid both.
_PAYMENTS = """
WITH summed AS (
    SELECT min(row) AS row, nik_index, sum(amount)::bigint AS amount,
           max(paid_on) AS paid_on, string_agg(DISTINCT reference, ', ') AS reference
    FROM staged_payment GROUP BY nik_index
), merged AS (
    INSERT INTO payment AS held (import_id, period, row, nik_index, amount, paid_on, reference, created_at)
    SELECT :import_id, :period, row, nik_index, amount, paid_on, reference, :now FROM summed ORDER BY row
    ON CONFLICT (period, nik_index) DO UPDATE SET
        import_id = excluded.import_id, row = excluded.row, amount = excluded.amount, paid_on = excluded.paid_on,
        reference = excluded.reference
    RETURNING xmax = 0 AS new
)
SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM merged
"""


def stage_payments(session: Session, rows: Sequence[PaymentRow], keys: Mapping[str, Keyed]) -> None:
    """The accepted rows in the temporary table `staged_payment`, each under the index of its NIK."""
    index = Staged[PaymentRow]("nik_index", "bytea", lambda row: keys[row.nik].index)
    stage(session, "staged_payment", (index, *_PAYMENT_COLUMNS), rows)


def merge_payments(session: Session, *, import_id: int, period: dt.date, now: dt.datetime) -> Merged:
    """The staged payments as the month's; everybody is stale, for whom the file leaves out was not paid.

    Raises FileRefused when the file names fewer than half of the people the month had.
    """
    dropped = _drop_unnamed(session, "payment", "staged_payment", period)
    created, updated = session.execute(text(_PAYMENTS), {"import_id": import_id, "period": period, "now": now}).one()
    _all_stale(session, now)
    return Merged(created, updated, dropped=dropped, absent=absent(session, "staged_payment", period))


_INSURER_COLUMNS: tuple[Staged[InsurerRow], ...] = (
    Staged("row", "int8", lambda row: row.row),
    Staged("kpj_index", "bytea", lambda row: indexed("kpj")(row.kpj)),
    Staged("status", "text", lambda row: row.status),
    Staged("member_since", "date", lambda row: row.joined),
    Staged("paid_on", "date", lambda row: row.paid_on),
    Staged("payment_code", "text", lambda row: row.payment_code or None),
)

_RECORDS = """
WITH kpj AS (
    UPDATE worker SET kpj = said.worker_kpj, kpj_index = said.kpj_index
    FROM staged_insurer said WHERE worker.nik_index = said.nik_index AND said.kpj_index IS NOT NULL
      AND said.worker_kpj IS NOT NULL AND worker.kpj_index IS DISTINCT FROM said.kpj_index
      AND worker.erased_at IS NULL
), merged AS (
    INSERT INTO insurer_record AS held
        (import_id, period, row, nik_index, kpj_index, status, member_since, paid_on, payment_code, created_at)
    SELECT :import_id, :period, row, nik_index, kpj_index, status, member_since, paid_on, payment_code, :now
    FROM staged_insurer ORDER BY row
    ON CONFLICT (period, nik_index) DO UPDATE SET
        import_id = excluded.import_id, row = excluded.row, kpj_index = excluded.kpj_index,
        status = excluded.status, member_since = excluded.member_since, paid_on = excluded.paid_on,
        payment_code = excluded.payment_code
    RETURNING xmax = 0 AS new, status
)
SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM merged WHERE status <> 'unclear'
"""


def stage_insurer(session: Session, rows: Sequence[InsurerRow], keys: Mapping[str, Keyed]) -> None:
    """These rows, one for each NIK, in the temporary table `staged_insurer`, memberships sealed for their people."""
    of_person: tuple[Staged[InsurerRow], ...] = (
        Staged("nik_index", "bytea", lambda row: keys[row.nik].index),
        Staged("worker_kpj", "bytea", lambda row: seal_for(keys[row.nik].cipher, row.kpj, "worker.kpj")),
    )
    stage(session, "staged_insurer", (*of_person, *_INSURER_COLUMNS), rows)


def take_no_kpj(session: Session, rows: Sequence[int]) -> None:
    """The memberships of these rows are kept as the insurer's word and given to no worker: they name somebody else."""
    changed(session, "UPDATE staged_insurer SET worker_kpj = NULL WHERE row = ANY(:rows)", rows=list(rows))


def merge_insurer(session: Session, *, import_id: int, period: dt.date, now: dt.datetime) -> Merged:
    """The staged records as the month's; everybody is stale, for whom the file leaves out was not found.

    Raises FileRefused when the file names fewer than half of the people the month had.
    """
    dropped = _drop_unnamed(session, "insurer_record", "staged_insurer", period)
    created, updated = session.execute(text(_RECORDS), {"import_id": import_id, "period": period, "now": now}).one()
    _all_stale(session, now)
    return Merged(created, updated, dropped=dropped, absent=absent(session, "staged_insurer", period))


def _drop_unnamed(session: Session, table: str, staged: str, period: dt.date) -> int:
    """Take out whom the month's file before named and this one does not; a partial file is refused."""
    unnamed = f"""
        FROM {table} held WHERE period = :period
          AND NOT EXISTS (SELECT 1 FROM {staged} staged WHERE staged.nik_index = held.nik_index)"""  # noqa: S608  # one of our two table names
    given = {"period": period}
    had = int(session.execute(text(f"SELECT count(*) FROM {table} WHERE period = :period"), given).scalar_one())  # noqa: S608
    lost = int(session.execute(text(f"SELECT count(*) {unnamed}"), given).scalar_one())
    if 2 * (had - lost) < had:
        raise FileRefused(
            f"This file names {had - lost:,} of the {had:,} people whom the file of {period:%Y-%m} had before, fewer"
            " than half. A newer file replaces the month: complete a partial file first, then send it."
        )
    return changed(session, f"DELETE {unnamed}", period=period)


_TABLES = {"payments": "payment", "insurer": "insurer_record"}


def is_superseded(session: Session, kind: str, *, import_id: int, period: dt.date) -> bool:
    """Whether a later file of this month took the place of this one."""
    statement = f"SELECT EXISTS (SELECT 1 FROM {_TABLES[kind]} WHERE period = :period AND import_id <> :import_id)"  # noqa: S608
    return bool(session.execute(text(statement), {"period": period, "import_id": import_id}).scalar_one())


# Whom a list has for the month, by his terms or those before them.
_ABSENT = """
SELECT count(DISTINCT enrolment.worker_id) FROM enrolment JOIN worker ON worker.id = enrolment.worker_id
WHERE (enrolment.removed_from IS NULL OR enrolment.removed_from > :period)
  AND ((:period >= paid_from AND :period < paid_from + make_interval(months => enrolment.months))
       OR (:period >= earlier_from AND :period < earlier_from + make_interval(months => earlier_months)))
  AND NOT EXISTS (SELECT 1 FROM {staged} staged WHERE staged.nik_index = worker.nik_index)
"""


def absent(session: Session, staged: str, period: dt.date) -> int:
    """People whom a list has for this month, and the staged file does not name."""
    return int(session.execute(text(_ABSENT.format(staged=staged)), {"period": period}).scalar_one())


def unmatched(session: Session, staged: str) -> int:
    """NIKs of a staged file that no enrolment has: paid or insured, and not on the roster."""
    statement = f"""
        SELECT count(DISTINCT nik_index) FROM {staged} staged WHERE NOT EXISTS (
            SELECT 1 FROM worker JOIN enrolment ON enrolment.worker_id = worker.id
            WHERE worker.nik_index = staged.nik_index)"""  # noqa: S608  # one of our two table names
    if staged == "staged_insurer":
        statement += " AND status <> 'unclear'"
    return int(session.execute(text(statement)).scalar_one())


def _all_stale(session: Session, now: dt.datetime) -> None:
    changed(session, "INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM enrolment", now=now)
