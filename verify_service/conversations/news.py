"""News of the cover: a worker learns that it lapses before the accident, not after it.

Cover details go only to a number that has confirmed by USSD that it is that worker's; any other hears that there is
news, and dials. Months that are not reported yet are never unpaid, and nobody is warned of them. A gap is told of once;
that it is over, to whom it was told; that it never was, to whom it was told wrongly.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Phone
from verify_service.messaging.compose import write
from verify_service.messaging.consent import not_held
from verify_service.messaging.outbox import Purpose
from verify_service.registry.names import mask_name
from verify_service.tasks import death_sql
from verify_service.verification.gaps import Reached, follow_gaps, see_to, told_until
from verify_service.verification.matrix import files
from verify_service.verification.reconciliation import Reconciled, reconcile_batch

# Who to tell, phone by phone. An open gap whose lapse is near: whoever was not told of it, nor of one from the same
# month. A gap that has ended: whoever was told of a lapse last. Nobody who has just seen that very state; and while
# a death is checked, or once it was confirmed, what waits is taken back and no more is written.
_NEWS = text(
    f"""
WITH whose AS (SELECT DISTINCT worker_id FROM enrolment WHERE id = ANY(CAST(:enrolments AS bigint[]))),
newest AS (
    SELECT DISTINCT ON (gap.worker_id) gap.* FROM whose JOIN cover_gap gap ON gap.worker_id = whose.worker_id
    ORDER BY gap.worker_id, gap.id DESC),
gap AS (SELECT *, ended_at IS NULL AS open, to_char(unpaid_from, 'YYYY-MM') AS month FROM newest
        WHERE ended_at IS NOT NULL OR lapses_on <= :until)
SELECT gap.id AS gap, gap.worker_id AS worker, gap.open, gap.ended_how, gap.month, worker.name, link.phone_id,
       gap.unpaid_to, told.times, told.gone_kind = 'lapse' AS warned, {death_sql("gap.worker_id")} AS dead,
       gap.open AND told.gone_kind = 'lapse'
           AND (told.gone_gap = gap.id::text OR told.gone_month = gap.month) AS known,
       (SELECT max(insured.period) FROM insurer_record insured
        WHERE insured.nik_index = worker.nik_index AND insured.status = 'active'
          AND insured.period <= :newest) AS paid_until,
       EXISTS (SELECT 1 FROM evidence said JOIN enrolment line ON line.id = said.enrolment_id
               WHERE line.worker_id = gap.worker_id AND said.source = 'worker' AND said.phone_id = link.phone_id
                 AND said.channel = 'ussd' AND said.statement = 'confirms') AS confirmed
FROM gap
JOIN worker ON worker.id = gap.worker_id AND worker.same_as IS NULL
JOIN phone_link link ON link.worker_id = gap.worker_id AND link.unlinked_at IS NULL
CROSS JOIN LATERAL (
    SELECT count(*) AS times, max(created_at) FILTER (WHERE NOT overtaken) AS at,
           bool_or(state = 'waiting') AS waits,
           (array_agg(kind ORDER BY id DESC) FILTER (WHERE NOT overtaken))[1] AS kind,
           (array_agg(month ORDER BY id DESC) FILTER (WHERE NOT overtaken))[1] AS month,
           (array_agg(gap ORDER BY id DESC) FILTER (WHERE NOT overtaken))[1] AS gap,
           (array_agg(kind ORDER BY id DESC) FILTER (WHERE NOT overtaken AND state <> 'waiting'))[1] AS gone_kind,
           (array_agg(month ORDER BY id DESC) FILTER (WHERE NOT overtaken AND state <> 'waiting'))[1] AS gone_month,
           (array_agg(gap ORDER BY id DESC) FILTER (WHERE NOT overtaken AND state <> 'waiting'))[1] AS gone_gap
    FROM (SELECT id, state, created_at, reason IS NOT DISTINCT FROM 'overtaken' AS overtaken,
                 split_part(cause, ':', 1) AS kind, split_part(cause, ':', 4) AS month, split_part(cause, ':', 5) AS gap
          FROM outbox
          WHERE phone_id = link.phone_id AND worker_id = gap.worker_id AND purpose = 'warning') AS ours) AS told
WHERE CASE WHEN {death_sql("gap.worker_id")} THEN told.waits
           WHEN gap.open THEN told.kind IS DISTINCT FROM 'lapse'
                              OR NOT (told.gap = gap.id::text OR told.month = gap.month)
           ELSE told.kind = 'lapse' END
  AND NOT (gap.open AND EXISTS (  -- covered by another NIK, under which the same person is listed
      SELECT 1 FROM worker they JOIN insurer_record elsewhere ON elsewhere.nik_index = they.nik_index
      WHERE they.same_as = worker.id AND elsewhere.period = :newest AND elsewhere.status = 'active'))
  AND NOT EXISTS (SELECT 1 FROM evidence seen JOIN enrolment line ON line.id = seen.enrolment_id
                  WHERE line.worker_id = gap.worker_id AND seen.phone_id = link.phone_id AND seen.channel = 'ussd'
                    AND seen.source = 'worker' AND seen.statement = 'confirms' AND seen.period = :newest
                    AND (told.at IS NULL OR seen.received_at > told.at)
                    AND seen.screen = CASE WHEN gap.open THEN 'b15.is_this_you' ELSE 'b5.status_active' END)
ORDER BY gap.worker_id, link.phone_id
"""  # noqa: S608  # constants of our own
)

# A lapse and its end must not both be on their way, nor in the wrong order.
_OVERTAKEN = text(
    """
UPDATE outbox SET state = 'cancelled', reason = 'overtaken'
WHERE phone_id = :phone AND worker_id = :worker AND purpose = 'warning' AND state = 'waiting'
"""
)

# Somebody keeps the phone for himself: its news waits, and nobody else's with it.
_AGAIN = text(
    """
INSERT INTO stale_enrolment (enrolment_id, since)
SELECT id, :now FROM enrolment WHERE id = ANY(CAST(:enrolments AS bigint[])) AND worker_id = ANY(:workers) ORDER BY id
"""
)


def reconcile_and_tell(session: Session, *, now: dt.datetime) -> Reconciled:
    """One batch of verdicts brought up to date, and what they are news of queued in the same transaction.

    So no warning is lost between the two, whatever dies.
    """
    return reconcile_batch(
        session,
        now=now,
        tell=lambda enrolments: tell_news(session, enrolments, now=now),
    )


def tell_news(session: Session, enrolments: str, *, now: dt.datetime) -> int:
    """Queue what the months of these enrolments' workers ("{1,2}") are news of, once a phone and gap.

    Returns how many enrolments are stale again, because a phone of theirs could not be written to now.
    """
    held = files(session, now=now)
    if held is None:
        return 0
    follow_gaps(session, enrolments, held, now=now)
    values = {"enrolments": enrolments, "newest": held.newest, "until": told_until(now)}
    rows = session.execute(_NEWS, values).all()
    free = not_held(session, [row.phone_id for row in rows])
    texted: set[int] = set()
    unreached: set[int] = set()
    for row in rows:
        if row.phone_id in free and (said := _tell(session, row, held.newest, now)) is not None:
            (texted if said else unreached).add(row.gap)
    waits = [row for row in rows if row.phone_id not in free]
    see_to(session, enrolments, Reached(texted, unreached, {row.gap for row in waits}), now=now)
    if not waits:
        return 0
    again = {"enrolments": enrolments, "workers": sorted({row.worker for row in waits}), "now": now}
    return int(session.execute(_AGAIN, again).rowcount)  # type: ignore[attr-defined]


def _tell(session: Session, row: Row[Any], newest: dt.date, now: dt.datetime) -> bool | None:
    """Write to one phone: whether the text will go, or None where there is nothing to write."""
    session.execute(_OVERTAKEN, {"phone": row.phone_id, "worker": row.worker})
    over = not row.open
    if row.dead or row.known or (over and (not row.warned or row.ended_how == "removed")):
        return None  # what waited said otherwise; what went out before says this already
    screen, values = _words(row, newest)
    queued = write(
        session,
        session.get_one(Phone, row.phone_id),
        screen,
        values,
        purpose=Purpose.WARNING,
        cause=f"{'over' if over else 'lapse'}:{row.worker}:{row.phone_id}:{row.month}:{row.gap}:{row.times}",
        now=now,
        worker_id=row.worker,
    )
    return queued is not None


def _words(row: Row[Any], newest: dt.date) -> tuple[str, dict[str, str]]:
    """The text and its values; of somebody never paid for there is no date to name."""
    wrong = not row.open and row.ended_how == "corrected"
    if row.paid_until is None or not row.confirmed:
        return ("s13.corrected" if wrong else "s8.news"), {}
    values = {"name": mask_name(row.name), "until": _month_end(row.paid_until)}
    if row.open:
        return "g10.cover_gap", values
    return ("g28.gap_corrected", values) if wrong else ("g9.cover_active", {**values, "asof": _month_end(newest)})


def _month_end(month: dt.date) -> str:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1]).strftime("%d/%m/%y")
