"""Bringing verdicts up to date, set-based: from every source's rows to one verdict per enrolment and month.

Only months from the first to the newest insurer file have verdicts; later ones are not reported yet. Running it twice
changes nothing, and a rebuild from evidence alone gives the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import JOINED
from verify_service.verification.decision import Owner
from verify_service.verification.stale import be_alone, claim, mark_all
from verify_service.verification.weighing import says_sql

BATCH = 100_000  # enrolments in one transaction: a second or two of work, so that a killed worker loses little
_MANY = 1_000  # from here on a batch is read in passes over whole tables instead of by index

_ACTING = ", ".join(f"'{owner.value}'" for owner in Owner if owner.acts)
_CASE = ("list", "insurer", "worker", "rt_head", "duplicate")
_KEPT = (*_CASE, "assisted", "paid_by", "verdict", "owner", "rupiah")  # what a verdict is compared by

# Nobody has a verdict for a month before the list named him, unless the city paid: nothing was promised for it.
_LISTED_FROM = "least(line.paid_from, line.earlier_from)"


def _planned(line: str) -> str:
    """Whether the list has the city pay for that line in that month, by its terms or by those before."""
    return f"""(month.period >= {line}.paid_from
                AND month.period < {line}.paid_from + make_interval(months => {line}.months)
             OR month.period < {line}.paid_from AND month.period >= {line}.earlier_from
                AND month.period < {line}.earlier_from + make_interval(months => {line}.earlier_months))"""


# One premium is one NIK and month: of several lines of one NIK that are paid for the first has it, the others none.
# One command for a batch: what each source says, the decision, and only the rows that differ from what is held.
_RECONCILE = text(
    f"""
WITH batch AS (SELECT unnest(CAST(:enrolments AS bigint[])) AS id),
month AS (
    SELECT period, period = ANY(CAST(:reported AS date[])) AS reported,
           period = ANY(CAST(:treasury AS date[])) AS treasury, premium
    FROM unnest(CAST(:months AS date[]), CAST(:premiums AS int[])) AS each (period, premium)),
{JOINED},
joined_line AS (
    SELECT line.id, other.id AS other_id,
           coalesce(least(other.paid_from, other.earlier_from), other.paid_from) AS listed_from,
           least(other.removed_from, CAST(other.paid_from + make_interval(months => other.months) AS date))
               AS listed_until
    FROM joined me JOIN joined they ON they.person = me.person AND they.id <> me.id
    JOIN enrolment line ON line.worker_id = me.id JOIN enrolment other ON other.worker_id = they.id
    WHERE line.id IN (SELECT id FROM batch)),
other_line AS (
    SELECT line.id, other.id < line.id AS is_first, other.paid_from, other.months, other.earlier_from,
           other.earlier_months, coalesce(other.removed_from, 'infinity') AS listed_until
    FROM batch JOIN enrolment line ON line.id = batch.id
    JOIN enrolment other ON other.worker_id = line.worker_id AND other.id <> line.id
    WHERE line.id BETWEEN :first AND :last AND other.worker_id BETWEEN :first_worker AND :last_worker),
twin AS (
    SELECT id, min(listed_from) AS listed_from, max(listed_until) AS listed_until FROM (
        SELECT id, CAST('-infinity' AS date) AS listed_from, listed_until FROM other_line
        UNION ALL SELECT id, listed_from, listed_until FROM joined_line) AS other
    GROUP BY id),
priced AS (
    SELECT DISTINCT other.id, month.period FROM other_line other CROSS JOIN month
    WHERE other.is_first AND month.period < other.listed_until AND (month.treasury OR {_planned("other")})),
{says_sql()},
cases AS (
    SELECT line.id AS enrolment_id, month.period, month.premium,
        CASE WHEN line.removed_from <= month.period THEN 'removed'
             WHEN month.treasury THEN CASE WHEN payment.id IS NOT NULL THEN 'paid' ELSE 'listed_not_paid' END
             WHEN {_planned("line")} THEN 'paid'
             ELSE 'listed_not_paid' END AS list,
        CASE WHEN month.treasury THEN 'payments' ELSE 'plan' END AS paid_by,
        CASE WHEN insured.status = 'unclear' OR NOT month.reported THEN 'no_file'
             ELSE coalesce(insured.status, 'not_found') END AS insurer,
        coalesce(says.worker, 'no_answer') AS worker,
        coalesce(says.rt_head, 'no_answer') AS rt_head,
        coalesce(says.assisted, false) AS assisted,
        CASE WHEN twin.listed_from <= month.period AND twin.listed_until > month.period
             THEN CASE WHEN line.other_payer THEN 'both' ELSE 'same_nik' END
             ELSE CASE WHEN line.other_payer THEN 'other_payer' ELSE 'none' END END AS duplicate,
        priced.id IS NOT NULL AS priced
    FROM batch JOIN enrolment line ON line.id = batch.id
    JOIN worker ON worker.id = line.worker_id
    CROSS JOIN month
    LEFT JOIN payment ON payment.period = month.period AND payment.nik_index = worker.nik_index
    LEFT JOIN insurer_record insured ON insured.period = month.period AND insured.nik_index = worker.nik_index
    LEFT JOIN says ON says.enrolment_id = line.id AND says.period = month.period
    LEFT JOIN twin ON twin.id = line.id
    LEFT JOIN priced ON priced.id = line.id AND priced.period = month.period
    WHERE line.id BETWEEN :first AND :last AND worker.id BETWEEN :first_worker AND :last_worker
        AND (month.period >= {_LISTED_FROM} OR payment.id IS NOT NULL)),
decided AS (
    SELECT cases.*, decision.verdict, decision.owner,
           CASE WHEN decision.at_risk AND NOT cases.priced THEN cases.premium ELSE 0 END AS rupiah,
           decision.owner IN ({_ACTING}) AS acts
    FROM cases JOIN decision_row decision USING ({", ".join(_CASE)})),
compared AS MATERIALIZED (
    SELECT decided.*, held.enrolment_id IS NULL AS is_new,
           ({", ".join(f"held.{column}" for column in _KEPT)})
           IS DISTINCT FROM ({", ".join(f"decided.{column}" for column in _KEPT)}) AS differs
    FROM decided LEFT JOIN verdict held ON held.enrolment_id = decided.enrolment_id AND held.period = decided.period
        AND held.enrolment_id BETWEEN :first AND :last),
added AS (
    INSERT INTO verdict (enrolment_id, period, {", ".join(_KEPT)}, computed_at)
    SELECT enrolment_id, period, {", ".join(_KEPT)}, :now FROM compared WHERE is_new
    ORDER BY enrolment_id, period RETURNING 1),
changed AS (
    UPDATE verdict SET {", ".join(f"{column} = compared.{column}" for column in _KEPT)}, computed_at = :now
    FROM compared
    WHERE verdict.enrolment_id = compared.enrolment_id AND verdict.period = compared.period
      AND verdict.enrolment_id BETWEEN :first AND :last AND compared.differs AND NOT compared.is_new RETURNING 1),
closed AS (
    UPDATE discrepancy SET closed_at = :now, updated_at = :now FROM compared
    WHERE discrepancy.enrolment_id = compared.enrolment_id AND discrepancy.closed_at IS NULL
      AND discrepancy.enrolment_id BETWEEN :first AND :last
      AND compared.period = :newest AND NOT compared.acts RETURNING 1),
unlisted AS (
    SELECT line.id, line.worker_id, {_LISTED_FROM} AS listed_from FROM batch JOIN enrolment line ON line.id = batch.id
    WHERE line.id BETWEEN :first AND :last AND {_LISTED_FROM} > :oldest),
taken_back AS (
    DELETE FROM verdict USING unlisted
    WHERE verdict.enrolment_id = unlisted.id AND verdict.period < unlisted.listed_from
      AND verdict.enrolment_id BETWEEN :first AND :last AND verdict.period = ANY(CAST(:months AS date[]))
      AND NOT EXISTS (
          SELECT 1 FROM worker JOIN payment USING (nik_index)
          WHERE worker.id = unlisted.worker_id AND payment.period = verdict.period)
    RETURNING 1),
ended AS (
    UPDATE discrepancy SET closed_at = :now, updated_at = :now FROM unlisted
    WHERE discrepancy.enrolment_id = unlisted.id AND discrepancy.closed_at IS NULL
      AND discrepancy.enrolment_id BETWEEN :first AND :last AND :newest < unlisted.listed_from
      AND NOT EXISTS (
          SELECT 1 FROM worker JOIN payment USING (nik_index)
          WHERE worker.id = unlisted.worker_id AND payment.period = :newest)
    RETURNING 1),
opened AS (
    INSERT INTO discrepancy AS held (enrolment_id, period, verdict, owner, rupiah, opened_at, updated_at)
    SELECT enrolment_id, period, verdict, owner, rupiah, :now, :now FROM compared
    WHERE period = :newest AND acts ORDER BY enrolment_id
    ON CONFLICT (enrolment_id) WHERE closed_at IS NULL DO UPDATE SET
        period = excluded.period, verdict = excluded.verdict, owner = excluded.owner, rupiah = excluded.rupiah,
        updated_at = excluded.updated_at
    WHERE (held.period, held.verdict, held.owner, held.rupiah)
       IS DISTINCT FROM (excluded.period, excluded.verdict, excluded.owner, excluded.rupiah)
    RETURNING xmax = 0 AS is_new)
SELECT (SELECT count(*) FROM added) + (SELECT count(*) FROM changed) + (SELECT count(*) FROM taken_back),
       (SELECT count(*) FROM opened WHERE is_new), (SELECT count(*) FROM opened WHERE NOT is_new),
       (SELECT count(*) FROM closed) + (SELECT count(*) FROM ended)
"""  # noqa: S608  # constants of our own
)

# A batch of many: what comes out of a common table expression is guessed, and a nested loop or a merge chosen on such a
# guess takes hours. Hash joins take what they take, and a few times work_mem, however long the list is.
_IN_PASSES = text(
    """
SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_nestloop', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('work_mem', '64MB', true), set_config('jit', 'off', true)
"""
)

_FILES = text(
    "SELECT DISTINCT kind, period FROM file_import WHERE kind IN ('insurer', 'payments') AND undone_at IS NULL"
)


@dataclass(frozen=True)
class Reconciled:
    """What one run changed."""

    enrolments: int = 0
    verdicts: int = 0
    opened: int = 0
    updated: int = 0
    closed: int = 0
    put_off: int = 0  # of the enrolments: to be looked at again, since somebody could not be told

    def __add__(self, other: Reconciled) -> Reconciled:
        return Reconciled(*(mine + theirs for mine, theirs in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, ...]:
        return (self.enrolments, self.verdicts, self.opened, self.updated, self.closed, self.put_off)


def reconcile_batch(
    session: Session,
    *,
    premium: int | None = None,
    now: dt.datetime,
    batch: int = BATCH,
    tell: Callable[[str], int] | None = None,
    alone: bool = False,
) -> Reconciled:
    """Claim some stale enrolments and bring their verdicts and discrepancies up to date; none to be had: all zero.

    `premium` is rupiah a worker and month; None: the programme's, as it was in each month.
    `tell` gets the enrolments, as PostgreSQL writes an array, once their verdicts stand and before they are committed;
    it returns how many it made stale again. `alone`: see `claim`.
    """
    claimed = claim(session, batch, alone=alone)
    if claimed is None:
        return Reconciled()
    reported, treasury = _months_with_files(session)
    if not reported:
        return Reconciled(claimed.enrolments)
    kept_from = _kept_from(max(reported), now)
    if claimed.enrolments >= _MANY:
        session.execute(_IN_PASSES)
    months = [month for month in _every_month(min(reported), max(reported)) if month >= kept_from]
    values = {
        # Told between which numbers a batch lies, PostgreSQL reads a tenth of the tables for a tenth of the list, and
        # not all of them each time.
        "enrolments": claimed.listed,
        "first": claimed.first,
        "last": claimed.last,
        "first_worker": claimed.first_worker,
        "last_worker": claimed.last_worker,
        "months": months,
        "oldest": months[0],
        "reported": reported,
        "treasury": treasury,
        "newest": max(reported),
        "premiums": [programme().premium.on(month) if premium is None else premium for month in months],
        "now": now,
    }
    done = Reconciled(claimed.enrolments, *session.execute(_RECONCILE, values).one())
    if tell is not None:
        done = replace(done, put_off=tell(claimed.listed))
    if done.verdicts or done.opened or done.updated or done.closed:
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


def _months_with_files(session: Session) -> tuple[list[dt.date], list[dt.date]]:
    """The months for which an insurer file was imported, and those for which a payments file was."""
    months: dict[str, list[dt.date]] = {"insurer": [], "payments": []}
    for kind, period in session.execute(_FILES):
        if period is not None:
            months[kind].append(period)
    return months["insurer"], months["payments"]


def _kept_from(newest: dt.date, now: dt.datetime) -> dt.date:
    """The first month whose files are kept. What was decided of earlier ones stands: nothing is left to decide by."""
    return min(newest, programme().payments_kept_from(now))


def _every_month(first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of the months from one to the other, both included."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [dt.date(number // 12, number % 12 + 1, 1) for number in numbers]


def forget_verdicts(session: Session, *, now: dt.datetime) -> int:
    """Throw every verdict away, to rebuild them from evidence alone; returns how many enrolments are stale now.

    Those of months whose files are past their retention stay.
    """
    be_alone(session)
    reported, _ = _months_with_files(session)
    kept_from = _kept_from(max(reported), now) if reported else dt.date.min
    session.execute(text("DELETE FROM verdict WHERE period >= :kept_from"), {"kept_from": kept_from})
    session.execute(text("DELETE FROM stale_enrolment"))
    return mark_all(session, now=now)


def compute_again(session: Session, *, premium: int | None = None, now: dt.datetime) -> Reconciled:
    """All verdicts in this one transaction of a session of `as_of`, where none have been computed."""
    mark_all(session, now=now)
    return drain(lambda: reconcile_batch(session, premium=premium, now=now, alone=True))


def drain(
    one_batch: Callable[[], Reconciled],
    progress: Callable[[int], None] | None = None,
    wait: Callable[[], bool] | None = None,
) -> Reconciled:
    """Run batches, each in its caller's own transaction, until none is to be had.

    `wait`: called then; it waits for others who have some, and says whether any are left.
    """
    total = Reconciled()
    while True:
        done = one_batch()
        total += done
        if not done.enrolments and wait is not None and wait():
            continue
        if done.enrolments <= done.put_off:  # what is left waits for somebody else: the clock comes back to it
            break
        if progress is not None:
            progress(done.enrolments)
    return total
