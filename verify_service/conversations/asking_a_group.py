"""Asking the people of a group, some in each transaction, until all were: what a worker does behind an ask.

Who is asked, the text and the word that he was are one transaction: a worker may be killed at any point, and nobody is
asked twice or left out. Everything is looked at again, since a group waits for its turn: STOP, a phone that was let go
of, a question that somebody else put meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from verify_service.conversations.asked_group import Outcome, rest_values, rests_sql
from verify_service.conversations.asking_many import ToAsk, ask_many
from verify_service.conversations.group_asks import BY_DIAL
from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Ask
from verify_service.ground.working_days import city_day
from verify_service.messaging.outbox import unreachable
from verify_service.tasks import death_sql

AT_ONCE: Final = 100  # in one transaction: it holds up the answers of the phones in it

# Who is held by others at this moment is passed over, and comes with the next look.
_WAITING = text(
    f"""
SELECT person.worker_id, person.phone_id, worker.name, phone.number, phone.language,
       CASE WHEN {death_sql("person.worker_id")} THEN 'dead'
            WHEN link.id IS NULL OR worker.same_as IS NOT NULL OR NOT EXISTS (
                SELECT 1 FROM enrolment line WHERE line.worker_id = person.worker_id
                  AND (line.removed_from IS NULL OR line.removed_from > :today)) THEN 'changed'
            WHEN phone.refused_at IS NOT NULL THEN 'refused'
            WHEN phone.stopped_at IS NOT NULL THEN 'stopped'
            WHEN {rests_sql("person.worker_id", "person.phone_id")} THEN 'asked_lately' END AS why
FROM ask_person person
JOIN worker ON worker.id = person.worker_id
JOIN phone ON phone.id = person.phone_id
LEFT JOIN phone_link link ON link.worker_id = person.worker_id AND link.phone_id = person.phone_id
     AND link.unlinked_at IS NULL
WHERE person.ask_id = :ask AND person.outcome IS NULL
ORDER BY person.phone_id, person.worker_id LIMIT :most
FOR NO KEY UPDATE OF person, phone SKIP LOCKED
"""  # noqa: S608  # expressions of our own
)
_SETTLE = text(
    """
UPDATE ask_person SET outcome = settled.outcome, settled_at = :now
FROM unnest(CAST(:workers AS bigint[]), CAST(:outcomes AS text[])) AS settled (worker_id, outcome)
WHERE ask_person.ask_id = :ask AND ask_person.worker_id = settled.worker_id
"""
)
_END = text("UPDATE ask_person SET outcome = :how, settled_at = :now WHERE ask_id = :ask AND outcome IS NULL")
_GONE = text(
    """
UPDATE ask_person SET outcome = 'changed', settled_at = :now
WHERE ask_id = :ask AND outcome IS NULL
  AND (NOT EXISTS (SELECT 1 FROM worker WHERE worker.id = ask_person.worker_id)
       OR NOT EXISTS (SELECT 1 FROM phone WHERE phone.id = ask_person.phone_id))
"""
)
_LEFT = text("SELECT EXISTS (SELECT 1 FROM ask_person WHERE ask_id = :ask AND outcome IS NULL)")
# The last thing each of those asked has said since, for as long as an answer counts as one to the question.
_HEARD = text(
    """
SELECT said.statement, count(*) FROM ask_person person CROSS JOIN LATERAL (
    SELECT evidence.statement FROM enrolment JOIN evidence ON evidence.enrolment_id = enrolment.id
    WHERE enrolment.worker_id = person.worker_id AND evidence.source = 'worker'
      AND evidence.received_at >= person.settled_at AND evidence.received_at < :until
    ORDER BY evidence.received_at DESC, evidence.id DESC LIMIT 1) AS said
WHERE person.ask_id = :ask AND person.outcome = 'asked' GROUP BY 1
"""
)


@dataclass(frozen=True)
class Worked:
    """What one look came to: people settled, texts queued; `waits`: all that is left is held by others."""

    settled: int = 0
    asked: int = 0
    waits: bool = False


def ask_some(session: Session, *, now: dt.datetime, most: int = AT_ONCE, ask_id: int | None = None) -> Worked:
    """Ask some people of the oldest ask that goes on, or of this one. Several processes may: each takes another ask."""
    wanted = select(Ask).where(Ask.state == "asking").order_by(Ask.id).limit(1)
    if ask_id is not None:
        wanted = wanted.where(Ask.id == ask_id)
    held = session.scalar(wanted.with_for_update(skip_locked=True, key_share=True))
    if held is None:
        return Worked()
    some = most if held.most is None else min(most, held.most - held.asked)
    if some <= 0:
        session.execute(_END, {"how": Outcome.NOT_WANTED.value, "now": now, "ask": held.id})
    values = {"ask": held.id, "most": some, "today": city_day(now)} | rest_values(now)
    rows = session.execute(_WAITING, values).all() if some > 0 else []
    if not rows:  # whoever is no longer there at all would keep the ask open for ever
        session.execute(_GONE, {"ask": held.id, "now": now})
    outcomes = _ask(session, held, rows, now)
    _settle(session, held.id, outcomes, now)
    counted = Counter(outcomes.values())
    held.asked += counted[Outcome.ASKED]
    left = session.scalar(_LEFT, {"ask": held.id})
    if not left:
        held.state, held.ended_at = "done", now
    session.flush()
    return Worked(len(outcomes), counted[Outcome.ASKED], waits=bool(left and not rows and some > 0))


def _ask(session: Session, held: Ask, rows: Sequence[Row[Any]], now: dt.datetime) -> dict[int, Outcome]:
    outcomes = {row.worker_id: Outcome(row.why) for row in rows if row.why is not None}
    outcomes |= {row.worker_id: Outcome.NO_MOBILE for row in rows if row.why is None and not _sendable(row.number)}
    day = city_day(now)
    people = [
        ToAsk(
            row.phone_id,
            row.worker_id,
            row.name,
            row.language,
            cause=f"dial:{row.worker_id}:{row.phone_id}:{day:%Y-%m-%d}",
            dial=held.question == BY_DIAL,
        )
        for row in rows
        if row.worker_id not in outcomes
    ]
    asked = ask_many(session, people, ask_id=held.id, now=now)
    for one in people:
        outcomes[one.worker] = Outcome.ASKED if one.worker in asked else Outcome.ASKED_LATELY
    return outcomes


def _sendable(number: bytes) -> bool:
    try:
        return unreachable(unseal(number, "phone.number")) is None
    except Unreadable:  # a key is missing; the sender tries again while an operator puts it back
        return True


def _settle(session: Session, ask_id: int, outcomes: dict[int, Outcome], now: dt.datetime) -> None:
    if outcomes:
        said = [one.value for one in outcomes.values()]
        session.execute(_SETTLE, {"ask": ask_id, "now": now, "workers": list(outcomes), "outcomes": said})


_TO_COUNT = text(
    """
SELECT id, ended_at FROM ask
WHERE made_at > CAST(:now AS timestamptz) - interval '30 days' AND (heard_at IS NULL OR heard_at <
      CAST(:now AS timestamptz)
      - least(interval '10 minutes', greatest(interval '2 seconds', (CAST(:now AS timestamptz) - made_at) / 20)))
ORDER BY heard_at NULLS FIRST LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
)


def count_answers(session: Session, *, now: dt.datetime) -> bool:
    """Count anew what was heard of the ask that waits for it longest; False where none does."""
    due = session.execute(_TO_COUNT, {"now": now}).first()
    if due is None:
        return False
    until = (due.ended_at or now) + dt.timedelta(days=programme().texting.question_days)
    heard: dict[str, int] = dict(session.execute(_HEARD, {"ask": due.id, "until": until}).all())
    held = session.get_one(Ask, due.id, populate_existing=True)
    held.heard, held.heard_at = heard, now
    session.flush()
    return True
