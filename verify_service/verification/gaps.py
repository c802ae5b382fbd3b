"""Gaps in the cover, kept as rows: opened, moved and ended as files come in, so that each is told of once.

Followed in the transaction that brings the verdicts up to date; the telling is `conversations/news.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day
from verify_service.registry.names import masked_name
from verify_service.tasks import death_sql
from verify_service.verification.matrix import Files, matrix_values, standing_sql

TASK = "cover_gap"  # no phone of the worker can be written to: somebody goes there

# Whose newest month is not active by the verdict just made, or whose gap is open: hardly anybody, of a batch.
_CHOSEN = """
SELECT worker_id FROM enrolment JOIN verdict ON verdict.enrolment_id = enrolment.id
WHERE verdict.enrolment_id = ANY(CAST(:enrolments AS bigint[])) AND verdict.period = :newest
  AND verdict.insurer <> 'active'
UNION
SELECT enrolment.worker_id FROM enrolment JOIN cover_gap ON cover_gap.worker_id = enrolment.worker_id
WHERE enrolment.id = ANY(CAST(:enrolments AS bigint[])) AND cover_gap.ended_at IS NULL"""

# A gap that still reaches a month of the one we hold is the same gap, however its ends have moved. One whose newest
# month is not known stays as it is.
_FOLLOW = text(
    f"""
WITH {standing_sql(_CHOSEN)},
held AS (
    SELECT cover_gap.*, standing.gap > 0 AND standing.unpaid_from <= cover_gap.unpaid_to AS same,
           standing.live_from IS NULL OR standing.live_from > :newest AS gone, standing.newest_state,
           (SELECT state FROM cell WHERE cell.worker_id = cover_gap.worker_id
                                     AND cell.period = cover_gap.unpaid_from) AS first_state
    FROM cover_gap JOIN standing USING (worker_id) WHERE cover_gap.ended_at IS NULL),
ended AS (
    UPDATE cover_gap SET ended_at = :now,
        ended_how = CASE WHEN held.gone THEN 'removed' WHEN held.first_state = 'paid' THEN 'corrected' ELSE 'paid' END
    FROM held
    WHERE held.id = cover_gap.id AND NOT held.same AND (held.gone OR held.newest_state <> 'unknown')
    RETURNING cover_gap.worker_id),
moved AS (
    UPDATE cover_gap SET unpaid_from = standing.unpaid_from, unpaid_to = :newest, lapses_on = standing.lapses_on,
                         lapsed = standing.lapsed
    FROM held JOIN standing USING (worker_id)
    WHERE held.id = cover_gap.id AND held.same
      AND (cover_gap.unpaid_from, cover_gap.unpaid_to, cover_gap.lapses_on, cover_gap.lapsed)
          IS DISTINCT FROM (standing.unpaid_from, CAST(:newest AS date), standing.lapses_on, standing.lapsed)
    RETURNING 1),
settled AS (
    UPDATE task SET closed_at = :now, closed_how = 'withdrawn', closed_by = 'reconciliation' FROM ended
    WHERE task.kind = '{TASK}' AND task.subject = 'worker:' || ended.worker_id AND task.closed_at IS NULL RETURNING 1)
SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM moved), (SELECT count(*) FROM settled)
"""  # noqa: S608  # constants of our own
)
_OPEN = text(
    f"""
WITH {standing_sql(_CHOSEN)}
INSERT INTO cover_gap (worker_id, unpaid_from, unpaid_to, lapses_on, lapsed, opened_at)
SELECT worker_id, unpaid_from, :newest, lapses_on, lapsed, :now FROM standing
WHERE gap > 0 AND NOT EXISTS (SELECT 1 FROM cover_gap held WHERE held.worker_id = standing.worker_id
                                                          AND held.ended_at IS NULL)
ORDER BY worker_id
"""  # noqa: S608  # constants of our own
)


def follow_gaps(session: Session, enrolments: str, held: Files, *, now: dt.datetime) -> None:
    """Bring the gaps of these enrolments' workers ("{1,2}") up to date; twice changes nothing."""
    values = {**matrix_values(held), "enrolments": enrolments, "now": now}
    ended, _, settled = session.execute(_FOLLOW, values).one()
    opened = session.execute(_OPEN, values).rowcount  # type: ignore[attr-defined]
    if ended or opened:
        _record(session, now, "gaps followed", opened=opened, ended=ended, tasks_withdrawn=settled)


def told_until(now: dt.datetime) -> dt.date:
    """The last lapse of which workers are told today."""
    return city_day(now) + dt.timedelta(days=programme().warnings.days_before)


_UNTOLD = f"""cover_gap.ended_at IS NULL AND cover_gap.told_at IS NULL AND cover_gap.lapses_on <= :until
  AND NOT {death_sql("cover_gap.worker_id")}"""

_SEEN_TO = text(
    f"""
WITH seen_to AS (
    UPDATE cover_gap SET told_at = :now, told_how =
        CASE WHEN id = ANY(:texted) THEN 'text'
             WHEN id = ANY(:unreached) OR NOT EXISTS (
                 SELECT 1 FROM phone_link link
                 WHERE link.worker_id = cover_gap.worker_id AND link.unlinked_at IS NULL) THEN 'task'
             ELSE 'known' END
    WHERE {_UNTOLD} AND id <> ALL(:put_off)
      AND worker_id IN (SELECT worker_id FROM enrolment WHERE id = ANY(CAST(:enrolments AS bigint[])))
    RETURNING id, worker_id, lapses_on, told_how),
asked AS (
    INSERT INTO task (kind, subject, kelurahan_code, rw, rt, enrolment_id, due_on, opened_at)
    SELECT '{TASK}', 'worker:' || seen_to.worker_id, line.kelurahan_code, line.rw, line.rt, line.id,
           least(CAST(:by AS date), greatest(lapses_on, CAST(:today AS date))), :now
    FROM seen_to JOIN LATERAL (
        SELECT * FROM enrolment WHERE enrolment.worker_id = seen_to.worker_id
        ORDER BY removed_from IS NOT NULL, id DESC LIMIT 1) AS line ON true
    WHERE told_how = 'task' ORDER BY seen_to.worker_id
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING RETURNING 1)
SELECT count(*) FILTER (WHERE told_how = 'text'), count(*), (SELECT count(*) FROM asked) FROM seen_to
"""  # noqa: S608  # constants of our own
)


@dataclass(frozen=True)
class Reached:
    """Which gaps texts were queued for, which nobody could be written to of, and which have to wait; by id."""

    texted: Collection[int]
    unreached: Collection[int]
    put_off: Collection[int]


def see_to(session: Session, enrolments: str, reached: Reached, *, now: dt.datetime) -> None:
    """Note that the workers of these enrolments were told. Whoever no phone reaches is a task: the RT knows him."""
    today = city_day(now)
    values = {
        "enrolments": enrolments,
        "texted": list(reached.texted),
        "unreached": list(set(reached.unreached) - set(reached.texted)),
        "put_off": list(reached.put_off),
        "until": told_until(now),
        "today": today,
        "by": today + dt.timedelta(days=programme().warnings.task_days),
        "now": now,
    }
    texted, workers, tasks = session.execute(_SEEN_TO, values).one()
    if workers:
        _record(session, now, "workers told of a lapse", workers=workers, by_text=texted, tasks=tasks)


def _record(session: Session, now: dt.datetime, action: str, **counts: int) -> None:
    audit.record(session, now=now, actor="reconciliation", action=action, on="cover_gap", **counts)


_MARK = text(
    f"""
INSERT INTO stale_enrolment (enrolment_id, since)
SELECT max(enrolment.id), :now FROM cover_gap JOIN enrolment ON enrolment.worker_id = cover_gap.worker_id
WHERE {_UNTOLD} GROUP BY cover_gap.worker_id ORDER BY 1
"""  # noqa: S608  # constants of our own
)


def mark_due(session: Session, *, now: dt.datetime) -> int:
    """Have the workers looked at again whose lapse has come near and who were not told; returns how many."""
    return int(session.execute(_MARK, {"until": told_until(now), "now": now}).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Lapse:
    """Somebody whose cover has lapsed or is about to. The name is masked."""

    worker: int
    code: str
    masked_name: str
    kelurahan: str | None
    rw: str | None
    rt: str | None
    unpaid_from: dt.date
    unpaid_to: dt.date
    lapses_on: dt.date
    lapsed: bool
    told_at: dt.datetime | None
    told_how: str | None


_LAPSES = text(
    """
SELECT cover_gap.*, worker.name, area.kelurahan, line.rw, line.rt
FROM cover_gap JOIN worker ON worker.id = cover_gap.worker_id
JOIN LATERAL (SELECT kelurahan_code, rw, rt FROM enrolment WHERE enrolment.worker_id = cover_gap.worker_id
              ORDER BY removed_from IS NOT NULL, id DESC LIMIT 1) AS line ON true
LEFT JOIN area ON area.kelurahan_code = line.kelurahan_code
WHERE cover_gap.ended_at IS NULL AND cover_gap.lapses_on <= :until
  AND (CAST(:worker AS bigint) IS NULL OR cover_gap.worker_id = :worker)
ORDER BY cover_gap.lapses_on, area.kelurahan NULLS LAST, cover_gap.worker_id
"""
)


def lapses(session: Session, *, now: dt.datetime, worker_id: int | None = None) -> Sequence[Lapse]:
    """The list of those whose cover has lapsed, or does within the days of the programme; who is first comes first."""
    return [_lapse(row) for row in session.execute(_LAPSES, {"until": told_until(now), "worker": worker_id})]


def _lapse(row: Row[Any]) -> Lapse:
    return Lapse(
        worker=row.worker_id,
        code=worker_code(row.worker_id),
        masked_name=masked_name(row.name),
        kelurahan=row.kelurahan,
        rw=row.rw,
        rt=row.rt,
        unpaid_from=row.unpaid_from,
        unpaid_to=row.unpaid_to,
        lapses_on=row.lapses_on,
        lapsed=row.lapsed,
        told_at=row.told_at,
        told_how=row.told_how,
    )
