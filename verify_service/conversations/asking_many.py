"""The programme's question to many phones at once: what `asking.ask` does for one, in a few commands for thousands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.conversations.asking import GATEWAY, LET_GO, cause_of
from verify_service.ground.crypto import keyed_hash, seal
from verify_service.ground.programme import programme
from verify_service.messaging import gateways
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.window import may_write_from
from verify_service.registry.names import mask_name

QUESTION, DIAL = "s1.registered", "s2.registered_dial"


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A worker to be asked on a phone that may be written to; `cause` is of the text, where it is no first question.

    `conversation` is the worker's own question that stands open on the phone: then this is a reminder of it.
    """

    phone: int
    worker: int
    name: str
    language: str | None
    cause: str
    conversation: int | None = None
    dial: bool = False  # only a text that asks to dial


_OPEN = text(
    """
INSERT INTO conversation (gateway, session, channel, phone_id, worker_id, started_at, touched_at)
SELECT :gateway, session, 'sms', phone, worker, :now, :now
FROM unnest(CAST(:sessions AS text[]), CAST(:phones AS bigint[]), CAST(:workers AS bigint[]))
     AS asked (session, phone, worker)
ON CONFLICT (phone_id) WHERE channel = 'sms' AND ended_at IS NULL DO NOTHING
RETURNING id, worker_id, phone_id
"""
)
# Nobody answered it for so long, or its text never went: it makes way.
_LET_GO = text(
    """
UPDATE conversation SET ended_at = :now, ended_how = :how
WHERE phone_id = ANY(CAST(:phones AS bigint[])) AND channel = 'sms' AND ended_at IS NULL
  AND (started_at < :old OR EXISTS (
      SELECT 1 FROM outbox lost WHERE lost.cause = 'question:' || conversation.id AND lost.unknowns = 0
        AND lost.state IN ('refused', 'failed', 'cancelled', 'stale')))
"""
)
_QUEUE = text(
    """
INSERT INTO outbox (phone_id, worker_id, conversation_id, step, round_id, ask_id, screen, purpose, body, body_hash,
                    cause, due_at, stale_at, created_at)
SELECT phone, worker, conversation,
       CASE WHEN conversation IS NULL THEN NULL WHEN reminder THEN 1 + coalesce((
           SELECT max(before.step) FROM outbox before
           WHERE before.phone_id = phone AND before.conversation_id = conversation), 0) ELSE 0 END,
       CAST(:round AS bigint), CAST(:ask AS bigint), screen,
       CASE WHEN reminder THEN 'reminder' ELSE 'question' END, body, body_hash, cause, :due, :stale,
       :now
FROM unnest(CAST(:phones AS bigint[]), CAST(:workers AS bigint[]), CAST(:conversations AS bigint[]),
            CAST(:reminders AS boolean[]), CAST(:screens AS text[]), CAST(:bodies AS bytea[]), CAST(:hashes AS bytea[]),
            CAST(:causes AS text[]))
     AS written (phone, worker, conversation, reminder, screen, body, body_hash, cause)
ON CONFLICT (cause) DO NOTHING
RETURNING worker_id
"""
)


def ask_many(
    session: Session,
    people: Sequence[ToAsk],
    *,
    now: dt.datetime,
    round_id: int | None = None,
    ask_id: int | None = None,
) -> set[int]:
    """Ask these workers, each on one phone, or remind them; returns the workers to whom a text is on its way. The texts
    are contacts of a round, or belong to an ask of a group.

    A phone with an open question of somebody else is passed over: a bare YA could not be tied to one of two.
    """
    two_way = gateways.can().two_way
    people = sorted(people, key=lambda one: one.phone)  # as others do who ask at once: no two wait for each other
    first = [one for one in people if two_way and not one.dial and one.conversation is None]
    opened = _open(session, first, now)
    texts: list[tuple[ToAsk, int | None, str, str]] = []
    for one in people:
        if not two_way or one.dial:
            texts.append((one, None, DIAL, one.cause))
        elif one.conversation is not None:
            texts.append((one, one.conversation, QUESTION, one.cause))
        elif (asked := opened.get((one.phone, one.worker))) is not None:
            texts.append((one, asked, QUESTION, cause_of(asked)))
    return _queue(session, texts, now, round_id=round_id, ask_id=ask_id)


def _open(session: Session, people: Sequence[ToAsk], now: dt.datetime) -> dict[tuple[int, int], int]:
    if not people:
        return {}
    phones = [one.phone for one in people]
    old = now - dt.timedelta(days=programme().texting.question_days)
    session.execute(_LET_GO, {"phones": phones, "old": old, "now": now, "how": LET_GO})
    rows = session.execute(
        _OPEN,
        {
            "gateway": GATEWAY,
            "sessions": [f"question:{one.worker}:{one.phone}:{uuid4().hex}" for one in people],
            "phones": phones,
            "workers": [one.worker for one in people],
            "now": now,
        },
    )
    return {(row.phone_id, row.worker_id): row.id for row in rows}


def _queue(
    session: Session,
    texts: Sequence[tuple[ToAsk, int | None, str, str]],
    now: dt.datetime,
    *,
    round_id: int | None,
    ask_id: int | None,
) -> set[int]:
    if not texts:
        return set()
    spoken = wordings()
    standing, free = programme().standing, programme().ussd_zero_rated
    bodies = [
        spoken.sms(screen, one.language, {"name": mask_name(one.name)}, standing=standing, free=free)
        for one, _, screen, _ in texts
    ]
    due = may_write_from(now)
    values = {
        "round": round_id,
        "ask": ask_id,
        "phones": [one.phone for one, *_ in texts],
        "workers": [one.worker for one, *_ in texts],
        "conversations": [conversation for _, conversation, _, _ in texts],
        "reminders": [one.conversation is not None for one, *_ in texts],
        "screens": [screen for _, _, screen, _ in texts],
        "bodies": [seal(body, "outbox.body") for body in bodies],
        "hashes": [keyed_hash(body, "outbox.body") for body in bodies],
        "causes": [cause for *_, cause in texts],
        "due": due,
        "stale": due + dt.timedelta(days=programme().texting.stale_days),
        "now": now,
    }
    return set(session.scalars(_QUEUE, values))
