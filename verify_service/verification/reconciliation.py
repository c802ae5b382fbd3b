"""Bringing verdicts up to date, set-based: from every source's rows to one verdict per enrolment and month.

Only months from the first to the newest insurer file have verdicts; later ones are not reported yet. Running it twice
changes nothing, and a rebuild from evidence alone gives the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.verification.decision import Owner
from verify_service.verification.weighing import holds_sql

BATCH = 5_000  # enrolments in one transaction: about a second of work, so that a killed worker loses little

_CASES = f"""
WITH batch AS (SELECT unnest(CAST(:enrolments AS bigint[])) AS id),
reported AS (SELECT DISTINCT period FROM file_import WHERE kind = 'insurer'),
treasury AS (SELECT DISTINCT period FROM file_import WHERE kind = 'payments'),
months AS (
    SELECT CAST(month AS date) AS period
    FROM generate_series((SELECT min(period) FROM reported), (SELECT max(period) FROM reported), '1 month') AS month),
cases AS (
    SELECT enrolment.id AS enrolment_id, months.period,
        CASE WHEN enrolment.removed_from <= months.period THEN 'removed'
             WHEN treasury.period IS NOT NULL
                 THEN CASE WHEN payment.id IS NOT NULL THEN 'paid' ELSE 'listed_not_paid' END
             WHEN months.period >= enrolment.paid_from
                  AND months.period < enrolment.paid_from + make_interval(months => enrolment.months) THEN 'paid'
             ELSE 'listed_not_paid' END AS list,
        CASE WHEN treasury.period IS NOT NULL THEN 'payments' ELSE 'plan' END AS paid_by,
        CASE WHEN reported.period IS NULL THEN 'no_file' ELSE coalesce(insured.status, 'not_found') END AS insurer,
        coalesce({holds_sql("worker", "enrolment.id", "months.period")}, 'no_answer') AS worker,
        coalesce({holds_sql("rt_head", "enrolment.id", "months.period")}, 'no_answer') AS rt_head,
        CASE WHEN twice.yes AND enrolment.other_payer THEN 'both' WHEN twice.yes THEN 'same_nik'
             WHEN enrolment.other_payer THEN 'other_payer' ELSE 'none' END AS duplicate
    FROM batch JOIN enrolment ON enrolment.id = batch.id
    JOIN worker ON worker.id = enrolment.worker_id
    CROSS JOIN months
    LEFT JOIN reported ON reported.period = months.period
    LEFT JOIN treasury ON treasury.period = months.period
    LEFT JOIN payment ON payment.period = months.period AND payment.nik_index = worker.nik_index
    LEFT JOIN insurer_record insured ON insured.period = months.period AND insured.nik_index = worker.nik_index
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT 1 FROM enrolment other
            WHERE other.worker_id = enrolment.worker_id AND other.id <> enrolment.id
              AND (other.removed_from IS NULL OR other.removed_from > months.period)) AS yes) AS twice)
"""  # noqa: S608  # constants of our own

_WRITE_VERDICTS = text(
    _CASES
    + """
INSERT INTO verdict AS held (enrolment_id, period, list, insurer, worker, rt_head, duplicate, paid_by, verdict, owner,
                             rupiah, computed_at)
SELECT cases.enrolment_id, cases.period, cases.list, cases.insurer, cases.worker, cases.rt_head, cases.duplicate,
       cases.paid_by, decided.verdict, decided.owner, CASE WHEN decided.at_risk THEN :premium ELSE 0 END, :now
FROM cases JOIN decision_row decided USING (list, insurer, worker, rt_head, duplicate)
ON CONFLICT (enrolment_id, period) DO UPDATE SET
    list = excluded.list, insurer = excluded.insurer, worker = excluded.worker, rt_head = excluded.rt_head,
    duplicate = excluded.duplicate, paid_by = excluded.paid_by, verdict = excluded.verdict, owner = excluded.owner,
    rupiah = excluded.rupiah, computed_at = excluded.computed_at
WHERE (held.list, held.insurer, held.worker, held.rt_head, held.duplicate, held.paid_by, held.verdict, held.owner,
       held.rupiah)
   IS DISTINCT FROM
      (excluded.list, excluded.insurer, excluded.worker, excluded.rt_head, excluded.duplicate, excluded.paid_by,
       excluded.verdict, excluded.owner, excluded.rupiah)
"""
)

_ACTING = ", ".join(f"'{owner.value}'" for owner in Owner if owner.acts)
_CURRENT = f"""
SELECT verdict.*, owner IN ({_ACTING}) AS acts FROM verdict
WHERE enrolment_id = ANY(CAST(:enrolments AS bigint[]))
  AND period = (SELECT max(period) FROM file_import WHERE kind = 'insurer')
"""  # noqa: S608  # constants of our own

_CLOSE = text(
    f"""
UPDATE discrepancy SET closed_at = :now, updated_at = :now
FROM ({_CURRENT}) AS now_held
WHERE discrepancy.enrolment_id = now_held.enrolment_id AND discrepancy.closed_at IS NULL AND NOT now_held.acts
"""  # noqa: S608
)

_OPEN = text(
    f"""
INSERT INTO discrepancy AS held (enrolment_id, period, verdict, owner, rupiah, opened_at, updated_at)
SELECT enrolment_id, period, verdict, owner, rupiah, :now, :now FROM ({_CURRENT}) AS now_held WHERE acts
ON CONFLICT (enrolment_id) WHERE closed_at IS NULL DO UPDATE SET
    period = excluded.period, verdict = excluded.verdict, owner = excluded.owner, rupiah = excluded.rupiah,
    updated_at = excluded.updated_at
WHERE (held.period, held.verdict, held.owner, held.rupiah)
   IS DISTINCT FROM (excluded.period, excluded.verdict, excluded.owner, excluded.rupiah)
RETURNING (xmax = 0) AS opened
"""  # noqa: S608
)

_CLAIM = text(
    """
DELETE FROM stale_enrolment WHERE id IN (SELECT id FROM stale_enrolment ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING enrolment_id
"""
)


_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('reconcile'))")


@dataclass(frozen=True)
class Reconciled:
    """What one run changed."""

    enrolments: int = 0
    verdicts: int = 0
    opened: int = 0
    updated: int = 0
    closed: int = 0

    def __add__(self, other: Reconciled) -> Reconciled:
        return Reconciled(*(mine + theirs for mine, theirs in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, ...]:
        return (self.enrolments, self.verdicts, self.opened, self.updated, self.closed)


def reconcile_batch(session: Session, *, premium: int, now: dt.datetime, batch: int = BATCH) -> Reconciled:
    """Claim some stale enrolments and bring their verdicts and discrepancies up to date; nothing left: all zero.

    `premium` is rupiah a worker and month. One at a time: of two at once, the one that read earlier could write later.
    """
    session.execute(_ONE_AT_A_TIME)
    claimed = sorted({row[0] for row in session.execute(_CLAIM, {"batch": batch})})
    if not claimed:
        return Reconciled()
    values = {"enrolments": claimed, "premium": premium, "now": now}
    verdicts = _count(session, _WRITE_VERDICTS, values)
    closed = _count(session, _CLOSE, values)
    opened = [row.opened for row in session.execute(_OPEN, values)]
    done = Reconciled(len(claimed), verdicts, sum(opened), len(opened) - sum(opened), closed)
    if done.verdicts or opened or closed:
        audit.record(
            session,
            now=now,
            actor="reconciliation",
            action="verdicts updated",
            on="verdict",
            enrolments=done.enrolments,
            verdicts=done.verdicts,
            opened=done.opened,
            updated=done.updated,
            closed=done.closed,
        )
    return done


def _count(session: Session, statement: object, values: dict[str, object]) -> int:
    result = session.execute(statement, values)  # type: ignore[call-overload]
    return int(result.rowcount)


def mark_all_stale(session: Session, *, now: dt.datetime) -> int:
    """Every enrolment must be computed again."""
    return _count(
        session, text("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM enrolment"), {"now": now}
    )


def forget_verdicts(session: Session, *, now: dt.datetime) -> int:
    """Throw every verdict away, to rebuild them from evidence alone; returns how many enrolments are stale now."""
    session.execute(_ONE_AT_A_TIME)
    session.execute(text("DELETE FROM verdict"))
    session.execute(text("DELETE FROM stale_enrolment"))
    return mark_all_stale(session, now=now)


def drain(
    one_batch: Callable[[], Reconciled], progress: Callable[[int], None] | None = None, limit: int | None = None
) -> Reconciled:
    """Run batches, each in its caller's own transaction, until none is left."""
    total = Reconciled()
    rounds = 0
    while limit is None or rounds < limit:
        done = one_batch()
        if not done.enrolments:
            break
        total += done
        rounds += 1
        if progress is not None:
            progress(done.enrolments)
    return total
