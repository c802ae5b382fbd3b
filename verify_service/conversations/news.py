"""News of the cover: a worker learns that it lapsed before the accident, not after it.

Cover details go only to a number that has confirmed by USSD that it is that worker's; any other hears that there is
news, and dials. Months that are not reported yet are never unpaid, and nobody is warned of them.
"""

from __future__ import annotations

import calendar
import datetime as dt

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Phone
from verify_service.messaging.compose import write
from verify_service.messaging.consent import not_held
from verify_service.messaging.outbox import Purpose
from verify_service.registry.names import mask_name
from verify_service.tasks import death_sql
from verify_service.verification.reconciliation import Reconciled, reconcile_batch

# Who to tell: the newest month is paid for and the insurer has no payment; or it has one, and a lapse was told last.
# Nobody while a death is being checked or once it was confirmed, and nobody who has just seen that very state.
_NEWS = text(
    f"""
SELECT enrolment.id AS enrolment, worker.id AS worker, worker.name, link.phone_id, verdict.period,
       verdict.insurer = 'active' AS good, told.times,
       told.gone = CASE verdict.insurer WHEN 'active' THEN 'active:' ELSE 'lapse:' || to_char(verdict.period, 'YYYY-MM')
                   END AS known, coalesce(told.gone LIKE 'lapse:%', false) AS warned,
       (SELECT max(insured.period) FROM insurer_record insured
        WHERE insured.nik_index = worker.nik_index AND insured.status = 'active') AS paid_until,
       EXISTS (SELECT 1 FROM evidence said
               WHERE said.enrolment_id = enrolment.id AND said.source = 'worker' AND said.phone_id = link.phone_id
                 AND said.channel = 'ussd' AND said.statement = 'confirms') AS confirmed
FROM verdict
JOIN enrolment ON enrolment.id = verdict.enrolment_id
JOIN worker ON worker.id = enrolment.worker_id
JOIN phone_link link ON link.worker_id = worker.id AND link.unlinked_at IS NULL
CROSS JOIN LATERAL (
    SELECT count(*) AS times, max(created_at) FILTER (WHERE NOT overtaken) AS at,
           (array_agg(split_part(cause, ':', 1) ORDER BY id DESC) FILTER (WHERE NOT overtaken))[1] AS kind,
           (array_agg(split_part(cause, ':', 4) ORDER BY id DESC) FILTER (WHERE NOT overtaken))[1] AS period,
           (array_agg(CASE split_part(cause, ':', 1) WHEN 'active' THEN 'active:'
                                                     ELSE 'lapse:' || split_part(cause, ':', 4) END ORDER BY id DESC)
            FILTER (WHERE NOT overtaken AND state <> 'waiting'))[1] AS gone
    FROM (SELECT id, cause, state, created_at, reason IS NOT DISTINCT FROM 'overtaken' AS overtaken FROM outbox
          WHERE phone_id = link.phone_id AND worker_id = worker.id AND purpose = 'warning') AS ours) AS told
WHERE verdict.enrolment_id = ANY(CAST(:enrolments AS bigint[]))
  AND verdict.period = (SELECT max(period) FROM file_import WHERE kind = 'insurer')
  AND verdict.list = 'paid'
  AND CASE verdict.insurer
          WHEN 'active' THEN told.kind = 'lapse'
          WHEN 'no_file' THEN false
          ELSE told.kind IS DISTINCT FROM 'lapse' OR told.period < to_char(verdict.period, 'YYYY-MM') END
  AND NOT {death_sql("worker.id")}
  AND NOT EXISTS (SELECT 1 FROM evidence seen
                  WHERE seen.enrolment_id = enrolment.id AND seen.phone_id = link.phone_id AND seen.channel = 'ussd'
                    AND seen.source = 'worker' AND seen.statement = 'confirms' AND seen.period = verdict.period
                    AND (told.at IS NULL OR seen.received_at > told.at)
                    AND seen.screen = CASE verdict.insurer WHEN 'active' THEN 'b5.status_active'
                                                           ELSE 'b15.is_this_you' END)
ORDER BY enrolment.id, link.phone_id
"""  # noqa: S608  # constants of our own
)

# A lapse and its end must not both be on their way, nor in the wrong order.
_OVERTAKEN = text(
    """
UPDATE outbox SET state = 'cancelled', reason = 'overtaken'
WHERE phone_id = :phone AND worker_id = :worker AND purpose = 'warning' AND state = 'waiting'
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


# Somebody keeps the phone for himself: its news waits, and nobody else's with it.
_AGAIN = text("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (:enrolment, :now)")


def tell_news(session: Session, enrolments: str, *, now: dt.datetime) -> int:
    """Queue what the newest verdicts of these enrolments ("{1,2}") are news of, once a phone and month.

    Returns how many enrolments are stale again, because one of their phones could not be written to now.
    """
    rows = session.execute(_NEWS, {"enrolments": enrolments}).all()
    free = not_held(session, [row.phone_id for row in rows])
    again = {row.enrolment for row in rows if row.phone_id not in free}
    for enrolment in sorted(again):
        session.execute(_AGAIN, {"enrolment": enrolment, "now": now})
    for row in rows:
        if row.phone_id not in free:
            continue
        kind = "active" if row.good else "lapse"
        screen, values = _words(row.name, row.period, row.paid_until, good=row.good)
        session.execute(_OVERTAKEN, {"phone": row.phone_id, "worker": row.worker})
        if row.known or (row.good and not row.warned):
            continue  # what waited said otherwise; what went out before says this already
        write(
            session,
            session.get_one(Phone, row.phone_id),
            screen if row.confirmed else "s8.news",
            values if row.confirmed else {},
            purpose=Purpose.WARNING,
            cause=f"{kind}:{row.worker}:{row.phone_id}:{row.period:%Y-%m}:{row.times}",
            now=now,
            worker_id=row.worker,
        )
    return len(again)


def _words(name: str, period: dt.date, paid_until: dt.date | None, *, good: bool) -> tuple[str, dict[str, str]]:
    """The text and its values; of somebody never paid for there is no date to name."""
    if paid_until is None:
        return "s8.news", {}
    values = {"name": mask_name(name), "until": _month_end(paid_until)}
    return ("g9.cover_active", {**values, "asof": _month_end(period)}) if good else ("g10.cover_gap", values)


def _month_end(month: dt.date) -> str:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1]).strftime("%d/%m/%y")
