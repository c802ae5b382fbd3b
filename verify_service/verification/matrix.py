"""The months of everybody at once: `months.py` says what they mean, one statement reads them for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.verification.months import Month, Standing, add_months, months_between

WORKERS = 20_000  # fetched at once: some 50 MB in this process

# From `chosen` (worker_id) and the months with files to one row a worker and month, with the run of unpaid ones.
_CELLS = """
month AS (
    SELECT *, row_number() OVER (ORDER BY period) AS place
    FROM unnest(CAST(:months AS date[]), CAST(:reported AS bool[]), CAST(:treasury AS bool[]),
                CAST(:premiums AS int[]), CAST(:lapses AS int[]))
        AS each (period, reported, treasury, premium, lapse_months)),
line AS (
    SELECT enrolment.*, least(paid_from, earlier_from) AS listed_from
    FROM chosen JOIN enrolment ON enrolment.worker_id = chosen.worker_id),
listed AS (
    SELECT worker_id, min(listed_from) AS first_listed,
           min(listed_from) FILTER (WHERE removed_from IS NULL OR removed_from > :newest) AS live_from
    FROM line GROUP BY worker_id),
named AS (
    SELECT listed.worker_id, listed.live_from, listed.first_listed <= month.period AS listed, month.period, month.place,
           month.premium, month.lapse_months, payment.amount, insured.member_since,
           CASE WHEN payment.id IS NOT NULL THEN 'paid' WHEN month.treasury THEN 'unpaid' ELSE 'no_file' END AS payment,
           CASE WHEN month.reported THEN coalesce(insured.status, 'not_found') ELSE 'no_file' END AS insurer
    FROM listed JOIN worker ON worker.id = listed.worker_id CROSS JOIN month
    LEFT JOIN payment ON payment.period = month.period AND payment.nik_index = worker.nik_index
    LEFT JOIN insurer_record insured ON insured.period = month.period AND insured.nik_index = worker.nik_index
    WHERE listed.first_listed <= month.period OR payment.id IS NOT NULL OR insured.id IS NOT NULL),
stated AS (
    SELECT *, CASE WHEN insurer = 'active' OR (insurer = 'no_file' AND payment = 'paid') THEN 'paid'
                   WHEN listed AND (insurer IN ('unpaid', 'inactive', 'not_found')
                                    OR (insurer = 'no_file' AND payment = 'unpaid')) THEN 'unpaid'
                   ELSE 'unknown' END AS state
    FROM named),
counted AS (  -- a run is as long as its month stands behind the last one before it
    SELECT *, place - greatest(
        max(CASE WHEN state <> 'unpaid' THEN place WHEN period = live_from THEN place - 1 END) OVER sofar,
        min(place) FILTER (WHERE listed) OVER sofar - 1) AS run
    FROM stated WINDOW sofar AS (PARTITION BY worker_id ORDER BY period)),
cell AS MATERIALIZED (
    SELECT *, state = 'unpaid' AND (run >= lapse_months OR insurer = 'inactive') AS ends FROM counted)"""

_STANDING = """
last AS (
    SELECT worker_id, max(live_from) AS live_from, max(period) FILTER (WHERE state = 'paid') AS paid_until,
           max(state) FILTER (WHERE period = :newest) AS newest_state,
           max(period) FILTER (WHERE ends) AS ended, min(period) FILTER (WHERE state = 'paid') AS first_paid,
           coalesce(max(run) FILTER (WHERE period = :newest AND state = 'unpaid' AND live_from <= :newest), 0)::int
               AS gap,
           max(lapse_months) FILTER (WHERE period = :newest) AS lapse_months,
           (array_agg(member_since ORDER BY period DESC) FILTER (WHERE member_since IS NOT NULL))[1] AS member_since,
           bool_or(insurer = 'active' AND payment = 'unpaid') FILTER (WHERE period = :newest) AS paid_by_other
    FROM cell GROUP BY worker_id),
lapse AS (  -- of those whose cover has ended at some time
    SELECT last.worker_id, min(cell.period) FILTER (WHERE cell.state = 'paid' AND cell.period > ended) AS again,
           min(CASE insurer WHEN 'inactive' THEN period ELSE period + interval '1 month' END::date)
               FILTER (WHERE ends AND period > CAST(:newest AS date) - make_interval(months => gap)) AS ends_on
    FROM last JOIN cell ON cell.worker_id = last.worker_id WHERE last.ended IS NOT NULL GROUP BY last.worker_id),
ruled AS (
    SELECT joined.*, rule.death_months FROM (
        SELECT last.*, ends_on, CASE WHEN ended IS NULL THEN coalesce(member_since, first_paid)
                                     WHEN again IS NOT NULL THEN greatest(again, member_since) END AS joined
        FROM last LEFT JOIN lapse USING (worker_id)) AS joined
    LEFT JOIN LATERAL (
        SELECT death_months
        FROM unnest(CAST(:rules_from AS date[]), CAST(:deaths AS int[])) AS each (starts, death_months)
        WHERE starts <= joined ORDER BY starts DESC LIMIT 1) AS rule ON true),
unpaid AS (
    SELECT ruled.worker_id, ruled.death_months,
           (extract(year FROM period) - extract(year FROM joined)) * 12
           + extract(month FROM period) - extract(month FROM joined) AS later,
           row_number() OVER (PARTITION BY ruled.worker_id ORDER BY period) - 1 AS before
    FROM ruled JOIN cell ON cell.worker_id = ruled.worker_id
    WHERE state = 'unpaid' AND period >= date_trunc('month', joined)),
put_off AS (
    SELECT worker_id, count(*) AS months FROM unpaid WHERE later - before < death_months GROUP BY worker_id),
standing AS (
    SELECT worker_id, gap, paid_until, live_from, newest_state, coalesce(paid_by_other, false) AS paid_by_other,
           CASE WHEN gap > 0 THEN (CAST(:newest AS date) - make_interval(months => gap - 1))::date END AS unpaid_from,
           CASE WHEN gap > 0 THEN coalesce(ends_on, (CAST(:newest AS date)
               + make_interval(months => lapse_months - gap + 1))::date) END AS lapses_on,
           gap > 0 AND ends_on IS NOT NULL AS lapsed,
           (joined + make_interval(months => death_months + coalesce(put_off.months, 0)::int))::date AS full_death_from
    FROM ruled LEFT JOIN put_off USING (worker_id))"""


def standing_sql(chosen: str) -> str:
    """Common table expressions up to `standing` (a row a worker) for the workers of `chosen`, a query of their ids.

    `matrix_values` has the parameters.
    """
    return f"chosen AS ({chosen}),{_CELLS},{_STANDING}"


@dataclass(frozen=True)
class Files:
    """The months of which files are kept, from the first to the newest the insurer reported; and which files."""

    months: tuple[dt.date, ...]
    insurer: frozenset[dt.date]
    payments: frozenset[dt.date]

    @property
    def newest(self) -> dt.date:
        return self.months[-1]


_FILES = text(
    """
SELECT DISTINCT kind, period FROM file_import
WHERE kind IN ('insurer', 'payments') AND period IS NOT NULL AND undone_at IS NULL
"""
)


def files(session: Session, *, now: dt.datetime) -> Files | None:
    """The months with files; None before the first of the insurer's. What is past its retention is not looked at."""
    found: dict[str, set[dt.date]] = {"insurer": set(), "payments": set()}
    for kind, period in session.execute(_FILES):
        found[kind].add(period)
    if not found["insurer"]:
        return None
    newest = max(found["insurer"])
    kept = min(newest, programme().payments_kept_from(now))
    first = max(kept, min(found["insurer"] | found["payments"]))
    months = tuple(add_months(first, later) for later in range(months_between(first, newest) + 1))
    return Files(months, frozenset(found["insurer"]), frozenset(found["payments"]))


def matrix_values(held: Files) -> dict[str, object]:
    """What the statements need beside the workers."""
    rules = sorted(programme().cover, key=lambda rule: rule.in_force_from)
    return {
        "months": list(held.months),
        "reported": [month in held.insurer for month in held.months],
        "treasury": [month in held.payments for month in held.months],
        "premiums": [programme().premium.on(month) for month in held.months],
        "lapses": [programme().cover_on(month).lapse_months for month in held.months],
        "rules_from": [dt.date.min, *(rule.in_force_from for rule in rules[1:])],
        "deaths": [rule.death_months for rule in rules],
        "newest": held.newest,
    }


@dataclass(frozen=True)
class WorkerMonths:
    """One worker's months, in order, and what they amount to."""

    worker: int
    name: str
    kelurahan: str | None
    rw: str | None
    rt: str | None
    months: tuple[Month, ...]
    standing: Standing
    live_from: dt.date | None  # first month of the lists that still name him; none once he was removed


_MATRIX = text(
    f"""
WITH {standing_sql("SELECT id AS worker_id FROM worker WHERE id BETWEEN :first AND :last")},
planned AS (
    SELECT DISTINCT worker_id, period FROM line JOIN month
        ON (period >= paid_from AND period < paid_from + make_interval(months => line.months))
        OR (period >= earlier_from AND period < paid_from
            AND period < earlier_from + make_interval(months => earlier_months))
    WHERE line.removed_from IS NULL OR line.removed_from > period),
gathered AS (
    SELECT cell.worker_id, array_agg(cell.period ORDER BY cell.period) AS periods,
           array_agg(planned.period IS NOT NULL ORDER BY cell.period) AS planned,
           array_agg(payment ORDER BY cell.period) AS payments, array_agg(amount ORDER BY cell.period) AS amounts,
           array_agg(premium ORDER BY cell.period) AS premiums, array_agg(insurer ORDER BY cell.period) AS insurers,
           array_agg(listed ORDER BY cell.period) AS listed
    FROM cell LEFT JOIN planned ON planned.worker_id = cell.worker_id AND planned.period = cell.period
    GROUP BY cell.worker_id),
place AS (
    SELECT DISTINCT ON (worker_id) worker_id, kelurahan_code, rw, rt,
           bool_or(other_payer) OVER (PARTITION BY worker_id) AS other_payer
    FROM line ORDER BY worker_id, id DESC)
SELECT standing.*, worker.name, area.kelurahan, place.rw, place.rt, place.other_payer, gathered.*
FROM standing JOIN gathered USING (worker_id) JOIN worker ON worker.id = standing.worker_id
JOIN place ON place.worker_id = standing.worker_id
LEFT JOIN area ON area.kelurahan_code = place.kelurahan_code
ORDER BY standing.worker_id
"""  # noqa: S608  # constants of our own
)
# Many at once are sorted and joined whole; what comes out of a common table expression is only guessed.
_IN_PASSES = text("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")


def matrix(session: Session, held: Files, *, worker_id: int | None = None) -> Iterator[list[WorkerMonths]]:
    """Everybody's months, or one worker's, so many workers at a time."""
    chosen = {"first": worker_id or 1, "last": worker_id or 2**62}
    session.execute(_IN_PASSES)
    rows = session.execute(_MATRIX, {**matrix_values(held), **chosen}, execution_options={"yield_per": WORKERS})
    for part in rows.partitions():
        yield [_worker_months(row) for row in part]


def _worker_months(row: Row[Any]) -> WorkerMonths:
    cells = (row.periods, row.planned, row.payments, row.amounts, row.premiums, row.insurers, row.listed)
    return WorkerMonths(
        worker=row.worker_id,
        name=row.name,
        kelurahan=row.kelurahan,
        rw=row.rw,
        rt=row.rt,
        months=tuple(Month(*cell) for cell in zip(*cells, strict=True)),
        standing=Standing(
            gap=row.gap,
            unpaid_from=row.unpaid_from,
            lapses_on=row.lapses_on,
            lapsed=row.lapsed,
            paid_until=row.paid_until,
            full_death_from=row.full_death_from,
            other_payer=row.other_payer or row.paid_by_other,
        ),
        live_from=row.live_from,
    )
