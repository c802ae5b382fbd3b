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

from verify_service.ground.database import by_index, in_passes
from verify_service.ground.tables import Round
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
CASE WHEN worker.same_as IS NOT NULL THEN 'second_listing'
     WHEN line.removed_from <= :today THEN 'not_eligible'
     WHEN own.statement = 'not_me' THEN 'not_me'
     WHEN own.statement IS NOT NULL THEN 'complete'
     WHEN visit.statement = 'refused' THEN 'refused'
     WHEN head.statement = 'deceased' THEN 'deceased_after'
     WHEN head.statement = 'moved' THEN 'moved_unknown'
     WHEN texts.opened THEN 'partial_open'
     WHEN phones.stopped THEN 'opted_out'
     WHEN drawn.asked_at IS NULL AND NOT phones.any THEN 'no_phone'
     WHEN drawn.asked_at IS NULL THEN 'not_contacted'
     WHEN visit.statement = 'not_found' THEN 'unreachable'
     WHEN head.statement = 'resident' OR visit.statement = 'absent' THEN 'no_answer_lives_there'
     WHEN texts.all > 0 AND texts.failed = texts.all AND NOT otherwise.tried THEN 'unreachable'
     WHEN texts.all > 0 AND texts.unsent = texts.all AND NOT otherwise.tried THEN 'not_contacted'
     ELSE 'no_answer' END"""

# The enrolments of the person: of this worker, and of all whom somebody decided to be the same.
_LINES: Final = """(
    SELECT same.id FROM enrolment same WHERE same.worker_id = coalesce(worker.same_as, worker.id)
    UNION ALL
    SELECT same.id FROM worker they JOIN enrolment same ON same.worker_id = they.id
    WHERE they.same_as = coalesce(worker.same_as, worker.id))"""


def _newest(source: str) -> str:
    """The newest word of this source on the enrolment, by the close."""
    return f"""
    SELECT statement FROM evidence
    WHERE evidence.enrolment_id = drawn.enrolment_id AND source = '{source}' AND received_at >= :rt_since
      AND received_at <= coalesce(CAST(:cutoff AS timestamptz), 'infinity')
    ORDER BY received_at DESC, id DESC LIMIT 1"""  # noqa: S608  # words of our own


# Person by person, each row by its index: it takes as long for one of a million as for one of a hundred. The round is
# a column of those who were told: as a constant, it would be looked up alone where nobody has counted it yet.
_SETTLE = text(
    f"""
WITH told AS MATERIALIZED (
    SELECT drawn.round_id, drawn.enrolment_id, {_DISPOSITION} AS disposition, own.statement, own.channel, own.assisted,
           own.received_at AS answered_at, own.late
    FROM round_person drawn JOIN enrolment line ON line.id = drawn.enrolment_id
    JOIN worker ON worker.id = drawn.worker_id
    LEFT JOIN LATERAL (
        SELECT said.statement, said.channel, said.assisted, said.received_at, late FROM {_LINES} line
        JOIN evidence said ON said.enrolment_id = line.id
        CROSS JOIN LATERAL (
            SELECT said.received_at > coalesce(CAST(:cutoff AS timestamptz), 'infinity') AS late) AS by_the_close
        WHERE said.source = 'worker' AND said.received_at >= :drawn_at
          AND said.statement = ANY(CAST(:answers AS text[])) AND NOT EXISTS (
            SELECT 1 FROM {_LINES} line JOIN evidence voids ON voids.enrolment_id = line.id
            WHERE voids.source = 'worker' AND voids.received_at >= said.received_at AND voids.statement = 'not_me'
              AND voids.phone_id = said.phone_id AND (voids.received_at, voids.id) > (said.received_at, said.id)
              AND (voids.received_at > coalesce(CAST(:cutoff AS timestamptz), 'infinity')) = late)
        ORDER BY late, said.statement = ANY(CAST(:key AS text[])) DESC, said.assisted, said.received_at DESC,
                 said.id DESC LIMIT 1) AS own ON true
    LEFT JOIN LATERAL ({_newest("rt_head")}) AS head ON true
    LEFT JOIN LATERAL ({_newest("visit")}) AS visit ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS all,
               count(*) FILTER (WHERE state IN ('refused', 'failed')
                                   OR delivery IN ('failed', 'rejected', 'expired')) AS failed,
               count(*) FILTER (WHERE state IN ('cancelled', 'stale')) AS unsent,
               coalesce(bool_or(EXISTS (
                   SELECT 1 FROM inbound_message heard
                   WHERE heard.conversation_id = sent.conversation_id AND heard.handled_as <> 'triage')), false)
               AS opened
        FROM outbox sent WHERE sent.round_id = drawn.round_id AND sent.worker_id = drawn.worker_id) AS texts
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS any, bool_and(phone.stopped_at IS NOT NULL) AS stopped
        FROM phone_link link JOIN phone ON phone.id = link.phone_id AND phone.refused_at IS NULL
        WHERE link.worker_id = drawn.worker_id AND link.unlinked_at IS NULL) AS phones
    CROSS JOIN LATERAL (
        SELECT head.statement IS NOT NULL OR EXISTS (
            SELECT 1 FROM task WHERE task.enrolment_id = drawn.enrolment_id AND task.kind = '{ROUND_VISIT}'
              AND task.detail ->> 'round' = CAST(:round AS text)) AS tried OFFSET 0) AS otherwise
    WHERE drawn.round_id = :round AND drawn.sampled),
settled AS (
    SELECT round_id, enrolment_id, statement, channel, assisted, answered_at,
           CASE WHEN late AND disposition IN ('complete', 'not_me') THEN 'late' ELSE disposition END AS disposition,
           CASE WHEN late AND disposition IN ('complete', 'not_me') THEN disposition END AS would_be
    FROM told)
UPDATE round_person held
SET disposition = settled.disposition, statement = settled.statement, channel = settled.channel,
    assisted = settled.assisted, answered_at = settled.answered_at, would_be = settled.would_be
FROM settled WHERE held.round_id = settled.round_id AND held.enrolment_id = settled.enrolment_id
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
    asked = {
        "round": held.id,
        "today": city_day(held.closing_at or now),
        "drawn_at": held.drawn_at,
        "rt_since": rt_since(held),
        "cutoff": held.closing_at,
        "answers": list(ANSWERS),
        "key": list(KEY),
    }
    with by_index(session):
        changed = session.execute(_SETTLE, asked)
    if held.at_work:
        with in_passes(session):
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
