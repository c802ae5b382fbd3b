"""What became of each person in the sample: exactly one disposition, told by what was said, sent and found.

It is told anew from rows at any time, and the same rows give the same; nobody ever leaves the sample. What came in
after the close is late: it says what it would have been, and counts in estimates, flagged.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import JOINED, Round
from verify_service.ground.working_days import city_day
from verify_service.rounds.reach import ANSWERS, rt_since
from verify_service.verification.field_checks import ROUND_VISIT

YES: Final = ("confirms", "wrong_data")  # the cover is its own; whether a detail is wrong is another matter
# What answers the question of a round; "works no more", said behind it, is evidence and no other answer to it.
KEY: Final = (*YES, "denies", "does_not_know", "not_me")

PENDING: Final = "pending"  # never settled

# The first that holds. `own` is what the person said, by whatever channel; `head` the newest word of the RT head or of
# the kelurahan; `visit` what was found there; `texts` what became of the texts of the round.
_DISPOSITION: Final = """
CASE WHEN person.same_as IS NOT NULL THEN 'second_listing'
     WHEN person.removed_from <= :today THEN 'not_eligible'
     WHEN own.statement = 'not_me' THEN 'not_me'
     WHEN own.statement IS NOT NULL THEN 'complete'
     WHEN visit.statement = 'refused' THEN 'refused'
     WHEN head.statement = 'deceased' THEN 'deceased_after'
     WHEN head.statement = 'moved' THEN 'moved_unknown'
     WHEN texts.opened THEN 'partial_open'
     WHEN phones.stopped THEN 'opted_out'
     WHEN person.asked_at IS NULL AND NOT coalesce(phones.any, false) THEN 'no_phone'
     WHEN person.asked_at IS NULL THEN 'not_contacted'
     WHEN visit.statement = 'not_found' THEN 'unreachable'
     WHEN head.statement = 'resident' OR visit.statement = 'absent' THEN 'no_answer_lives_there'
     WHEN texts.all > 0 AND texts.failed = texts.all AND NOT otherwise.tried THEN 'unreachable'
     WHEN texts.all > 0 AND texts.unsent = texts.all AND NOT otherwise.tried THEN 'not_contacted'
     ELSE 'no_answer' END"""

_SETTLE = text(
    f"""
WITH {JOINED},
person AS MATERIALIZED (
    SELECT drawn.enrolment_id, drawn.worker_id, drawn.asked_at, worker.same_as, line.removed_from
    FROM round_person drawn JOIN enrolment line ON line.id = drawn.enrolment_id
    JOIN worker ON worker.id = drawn.worker_id WHERE drawn.round_id = :round AND drawn.sampled),
line AS MATERIALIZED (
    SELECT person.enrolment_id, same.id FROM person JOIN enrolment same ON same.worker_id = person.worker_id
    UNION
    SELECT person.enrolment_id, same.id FROM person JOIN joined me ON me.id = person.worker_id
    JOIN joined they ON they.person = me.person JOIN enrolment same ON same.worker_id = they.id),
said AS MATERIALIZED (
    SELECT line.enrolment_id, evidence.id, evidence.source, evidence.statement, evidence.channel, evidence.assisted,
           evidence.received_at, evidence.phone_id,
           evidence.received_at > coalesce(CAST(:cutoff AS timestamptz), 'infinity') AS late
    FROM line JOIN evidence ON evidence.enrolment_id = line.id
    WHERE evidence.received_at >= :rt_since AND (evidence.source <> 'worker' OR evidence.received_at >= :drawn_at)
      AND (evidence.source = 'worker' OR evidence.enrolment_id = line.enrolment_id)),
own AS (
    SELECT DISTINCT ON (said.enrolment_id) said.* FROM said
    WHERE said.source = 'worker' AND said.statement = ANY(CAST(:answers AS text[])) AND NOT EXISTS (
        SELECT 1 FROM said voids WHERE voids.enrolment_id = said.enrolment_id AND voids.source = 'worker'
          AND voids.statement = 'not_me' AND voids.phone_id = said.phone_id
          AND (voids.received_at, voids.id) > (said.received_at, said.id) AND voids.late = said.late)
    ORDER BY said.enrolment_id, said.late, said.statement = ANY(CAST(:key AS text[])) DESC, said.assisted,
             said.received_at DESC, said.id DESC),
head AS (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, statement FROM said WHERE source = 'rt_head' AND NOT late
    ORDER BY enrolment_id, received_at DESC, id DESC),
visit AS (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, statement FROM said WHERE source = 'visit' AND NOT late
    ORDER BY enrolment_id, received_at DESC, id DESC),
sent AS (
    SELECT worker_id, count(*) AS all,
           count(*) FILTER (WHERE state IN ('refused', 'failed')
                               OR delivery IN ('failed', 'rejected', 'expired')) AS failed,
           count(*) FILTER (WHERE state IN ('cancelled', 'stale')) AS unsent,
           array_agg(conversation_id) AS conversations
    FROM outbox WHERE round_id = :round AND worker_id IS NOT NULL GROUP BY worker_id),
texts AS (
    SELECT sent.*, EXISTS (
        SELECT 1 FROM inbound_message heard
        WHERE heard.conversation_id = ANY(sent.conversations) AND heard.handled_as <> 'triage') AS opened
    FROM sent),
phones AS (
    SELECT link.worker_id, true AS any, bool_and(phone.stopped_at IS NOT NULL) AS stopped
    FROM person JOIN phone_link link ON link.worker_id = person.worker_id AND link.unlinked_at IS NULL
    JOIN phone ON phone.id = link.phone_id AND phone.refused_at IS NULL GROUP BY link.worker_id),
tried AS (
    SELECT task.enrolment_id FROM task
    WHERE task.kind = '{ROUND_VISIT}' AND task.detail ->> 'round' = CAST(:round AS text)),
told AS (
    SELECT person.enrolment_id, {_DISPOSITION} AS disposition, own.statement, own.channel, own.assisted,
           own.received_at AS answered_at, own.late
    FROM person
    LEFT JOIN own USING (enrolment_id) LEFT JOIN head USING (enrolment_id) LEFT JOIN visit USING (enrolment_id)
    LEFT JOIN texts USING (worker_id) LEFT JOIN phones USING (worker_id)
    CROSS JOIN LATERAL (SELECT head.statement IS NOT NULL OR EXISTS (
        SELECT 1 FROM tried WHERE tried.enrolment_id = person.enrolment_id) AS tried) AS otherwise),
settled AS (
    SELECT enrolment_id, statement, channel, assisted, answered_at,
           CASE WHEN late AND disposition IN ('complete', 'not_me') THEN 'late' ELSE disposition END AS disposition,
           CASE WHEN late AND disposition IN ('complete', 'not_me') THEN disposition END AS would_be
    FROM told)
UPDATE round_person held
SET disposition = settled.disposition, statement = settled.statement, channel = settled.channel,
    assisted = settled.assisted, answered_at = settled.answered_at, would_be = settled.would_be
FROM settled WHERE held.round_id = :round AND held.enrolment_id = settled.enrolment_id
  AND (held.disposition, held.statement, held.channel, held.assisted, held.answered_at, held.would_be)
      IS DISTINCT FROM (settled.disposition, settled.statement, settled.channel, settled.assisted,
                        settled.answered_at, settled.would_be)
"""  # noqa: S608  # constants of our own
)
# Who has answered is not reminded, though the reminder is queued already.
_TAKE_BACK = text(
    """
UPDATE outbox SET state = 'cancelled', reason = 'answered' FROM round_person answered
WHERE outbox.round_id = :round AND outbox.state = 'waiting' AND outbox.worker_id = answered.worker_id
  AND answered.round_id = :round AND answered.answered_at IS NOT NULL
"""
)
_NO_MORE = text(
    """
UPDATE round_person SET due_at = NULL
WHERE round_id = :round AND due_at IS NOT NULL AND answered_at IS NOT NULL
"""
)


def settle(session: Session, held: Round, *, now: dt.datetime) -> int:
    """Bring the dispositions of a locked, drawn round up to date; how many changed. Twice changes nothing."""
    began = time.monotonic()
    changed = session.execute(
        _SETTLE,
        {
            "round": held.id,
            "today": city_day(held.closing_at or now),
            "drawn_at": held.drawn_at,
            "rt_since": rt_since(held),
            "cutoff": held.closing_at,
            "answers": list(ANSWERS),
            "key": list(KEY),
        },
    )
    if held.at_work:
        session.execute(_TAKE_BACK, {"round": held.id})
        session.execute(_NO_MORE, {"round": held.id})
    held.settled_at, held.settle_ms = now, int(1000 * (time.monotonic() - began))
    session.flush()
    return changed.rowcount if isinstance(changed, CursorResult) else 0


def counted(session: Session, held: Round) -> dict[str, int]:
    """How many of the sample have which disposition, `pending` where never settled. Their sum is the sample."""
    rows = session.execute(
        text(
            f"""SELECT coalesce(disposition, '{PENDING}'), count(*) FROM round_person
               WHERE round_id = :round AND sampled GROUP BY 1 ORDER BY 2 DESC, 1"""  # noqa: S608  # a constant of our own
        ),
        {"round": held.id},
    )
    return {row[0]: row[1] for row in rows}
