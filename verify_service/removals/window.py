"""The days for objecting: from when they run, what counts as an objection, and the end of whoever did not object."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import Removal, all_of
from verify_service.ground.working_days import city_day, working_days_after
from verify_service.registry.versions import changing
from verify_service.verification import stale

CLOCK: Final = "clock"


def start_window(removal: Removal, told_at: dt.datetime | None, *, now: dt.datetime) -> None:
    """The days for objecting run from the day somebody was told; from none where nobody was."""
    removal.noticed_at = now if told_at is not None else None
    removal.object_by = last_day(told_at) if told_at is not None else None


def last_day(told_at: dt.datetime) -> dt.date:
    """The last day for objecting, for whoever was told then."""
    return working_days_after(city_day(told_at), programme().decisions.objection_days)


# A text that is on its way or went, and of which nothing bad was heard; after a death the one that guides the family.
TEXTED = """EXISTS (
    SELECT 1 FROM phone_link link JOIN outbox ON outbox.cause IN (
        'removal:' || {removal} || ':' || {what} || ':' || link.phone_id, 'family:' || {worker} || ':' || link.phone_id)
    WHERE link.worker_id = {worker} AND outbox.state = ANY(CAST(:states AS text[]))
      AND (outbox.delivery IS NULL OR outbox.delivery NOT IN ('failed', 'rejected', 'expired')))"""


_SINCE = """(SELECT max(said.at) FROM decision said WHERE said.removal_id = removal.id
             AND (said.step, said.says) IN (('second', 'agree'), ('objection', 'uphold')))"""


_OBJECTIONS = text(
    f"""
UPDATE removal SET
    state = CASE removal.state WHEN 'noticed' THEN 'objected' ELSE 'appealed' END,
    objected_at = CASE removal.state WHEN 'noticed' THEN heard.opened_at ELSE removal.objected_at END,
    objection_id = CASE removal.state WHEN 'noticed' THEN heard.report ELSE removal.objection_id END,
    appealed_at = CASE removal.state WHEN 'upheld' THEN heard.opened_at END,
    evidence = CASE removal.state WHEN 'upheld' THEN removal.evidence || jsonb_build_object('appeal', heard.report)
                                  ELSE removal.evidence END,
    version = removal.version + 1
FROM (SELECT DISTINCT ON (removal.id) removal.id, report.id AS report, report.opened_at
      FROM removal
      JOIN enrolment ON enrolment.id = removal.enrolment_id
      CROSS JOIN LATERAL (
          SELECT id, category, opened_at FROM grievance WHERE worker_id IN {all_of("enrolment.worker_id")}
          UNION ALL
          SELECT other.id, other.category, other.opened_at FROM phone_link
          JOIN grievance other ON other.phone_id = phone_link.phone_id AND other.worker_id IS NULL
          WHERE phone_link.worker_id = enrolment.worker_id AND phone_link.unlinked_at IS NULL
          UNION ALL  -- what was said of a report that was open already: the same told twice is one report
          SELECT told.id, told.category, said.at FROM grievance told
          JOIN grievance_event said ON said.grievance_id = told.id
          WHERE said.by = 'reporter' AND said.kind IN ('repeated', 'added', 'still', 'supervisor')
            AND (told.worker_id IN {all_of("enrolment.worker_id")} OR (told.worker_id IS NULL AND told.phone_id IN (
                SELECT phone_id FROM phone_link
                WHERE phone_link.worker_id = enrolment.worker_id AND phone_link.unlinked_at IS NULL)))) AS report
      WHERE removal.state IN ('noticed', 'upheld') AND report.opened_at > {_SINCE}
        AND NOT (removal.reason = 'deceased' AND report.category = 'claim')  -- the family asks for what is theirs
      ORDER BY removal.id, report.opened_at, report.id) AS heard
WHERE removal.id = heard.id AND removal.state IN ('noticed', 'upheld')
RETURNING removal.id, removal.state, heard.report
"""  # noqa: S608  # constants of our own
)


def link_objections(session: Session, now: dt.datetime) -> int:
    """Take whatever the worker's phone reported since the notice for his objection, or his appeal; how many there were.

    Of what it is about, and in whose words, is for an officer to judge. One that comes late counts as long as nothing
    was removed.
    """
    found = session.execute(_OBJECTIONS).all()
    for row in found:
        audit.record(
            session, now=now, actor=CLOCK, action=f"removal: {row.state}", on=f"removal:{row.id}", report=row.report
        )
    return len(found)


# Told by text that went, or by an officer who wrote down how; after the outcome of an objection told anew.
_OVER = text(
    f"""
SELECT removal.id FROM removal JOIN enrolment ON enrolment.id = removal.enrolment_id
WHERE removal.state IN ('noticed', 'upheld') AND removal.object_by < :today
  AND ({
        TEXTED.format(
            removal="removal.id",
            what="CASE removal.state WHEN 'noticed' THEN 'notice' ELSE 'upheld' END",
            worker="enrolment.worker_id",
        )
    }
       OR EXISTS (SELECT 1 FROM decision told WHERE told.removal_id = removal.id AND told.step = 'notice'
                  AND told.at >= {_SINCE}))
  AND NOT EXISTS (  -- a text of theirs that nobody has read yet may be the objection
      SELECT 1 FROM phone_link link JOIN phone ON phone.id = link.phone_id
      JOIN inbound_message unread ON unread.sender_index = phone.number_index
      WHERE link.worker_id = enrolment.worker_id AND link.unlinked_at IS NULL
        AND unread.received_at > {_SINCE} AND unread.settled_at IS NULL
        AND (unread.handled_as = 'triage' OR unread.handled_at IS NULL OR unread.quarantined IS NOT NULL))
ORDER BY removal.id FOR UPDATE OF removal SKIP LOCKED
"""  # noqa: S608  # constants of our own
)


# Never a month that has begun, nor one that was paid: it moves on, to the good of the worker.
_TAKE_OFF = text(
    """
WITH gone AS (
    SELECT removal.id, removal.enrolment_id, greatest(removal.from_month, CAST(:floor AS date), (
        SELECT CAST(max(payment.period) + interval '1 month' AS date) FROM payment
        WHERE payment.nik_index = worker.nik_index)) AS month
    FROM removal JOIN enrolment ON enrolment.id = removal.enrolment_id JOIN worker ON worker.id = enrolment.worker_id
    WHERE removal.id = ANY(CAST(:removals AS bigint[]))),
ended AS (
    UPDATE enrolment SET removed_from = gone.month FROM gone WHERE enrolment.id = gone.enrolment_id)
UPDATE removal SET state = 'removed', closed_at = :now, from_month = gone.month, version = removal.version + 1
FROM gone WHERE removal.id = gone.id
RETURNING removal.id, removal.enrolment_id, removal.from_month
"""
)


def end_windows(session: Session, now: dt.datetime) -> int:
    """Take off the list whoever was told and did not object in time; how many.

    Nudge the reconciliation afterwards. What came from their phones meanwhile is looked for first.
    """
    changing(session, now=now)
    link_objections(session, now)
    over = session.scalars(_OVER, {"today": city_day(now), "states": ["accepted", "unknown"]}).all()
    changing(session, now=now)
    link_objections(session, now)  # once more, now that they are locked: for whoever objected at this very moment
    still = select(Removal.id).where(Removal.id.in_(over), Removal.state.in_(("noticed", "upheld")))
    return take_off(session, list(session.scalars(still)), by=CLOCK, now=now)


def take_off(session: Session, removals: list[int], *, by: str, now: dt.datetime) -> int:
    """End these enrolments from their month on; the verdicts are worked out again."""
    if not removals:
        return 0
    floor = first_month(city_day(now))
    ended = session.execute(_TAKE_OFF, {"removals": removals, "floor": floor, "now": now}).all()
    for row in ended:
        audit.record(
            session,
            now=now,
            actor=by,
            action="removal: removed",
            on=f"removal:{row.id}",
            month=f"{row.from_month:%Y-%m}",
        )
    stale.mark(session, [row.enrolment_id for row in ended], now=now)
    return len(ended)


def first_month(today: dt.date) -> dt.date:
    """The first month that has not begun before today."""
    if today.day == 1:
        return today
    return dt.date(today.year + today.month // 12, today.month % 12 + 1, 1)
