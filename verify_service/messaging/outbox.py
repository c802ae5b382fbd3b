"""Texts of ours: queued in the use case's own transaction, once for each cause, and sent by a job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias

from sqlalchemy import CursorResult, TextClause, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.crypto import Unreadable, blind_index, keyed_hash, seal, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone, read_phone
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings
from verify_service.ground.tables import OutboxMessage, Phone
from verify_service.messaging.window import may_write_from


class Purpose(StrEnum):
    """Why a text goes to somebody."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    QUESTION = "question"
    REPLY = "reply"  # to what the person has just sent
    CASE = "case"  # a receipt or an answer about their own complaint
    WARNING = "warning"  # cover lapses, or has lapsed
    DECISION = "decision"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for texts of one purpose."""

    ours: bool  # started by us: only within the send window
    stoppable: bool  # STOP ends it
    repeatable: bool = True  # sent once more when nobody knows whether it went: twice is better than never


TERMS: Final[Mapping[Purpose, Terms]] = {
    Purpose.INVITATION: Terms(ours=True, stoppable=True),
    Purpose.REMINDER: Terms(ours=True, stoppable=True),
    Purpose.QUESTION: Terms(ours=True, stoppable=True),
    Purpose.REPLY: Terms(ours=False, stoppable=False),
    Purpose.CASE: Terms(ours=False, stoppable=False),
    Purpose.WARNING: Terms(ours=True, stoppable=False),
    Purpose.DECISION: Terms(ours=True, stoppable=False),
    Purpose.CODE: Terms(ours=False, stoppable=False, repeatable=False),
}


IN_A_TALK: Final = "in a talk"  # why a text of ours waits though it is due
ASK_STOPPED: Final = "ask stopped"  # why a text is not sent any more


class OutboxState(StrEnum):
    """What we did with a text."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # by the gateway, for good
    FAILED = "failed"  # given up after three tries, which none is any more; an operator can revive it
    UNKNOWN = "unknown"  # perhaps it went; not tried again
    CANCELLED = "cancelled"  # by us: they want none, or it is no longer theirs
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Asks:
    """What a prompt asks: the conversation that its answer goes to, and which of its prompts it is."""

    conversation: int
    step: int


# Statements are built once: building them would take most of the time that a text takes.
_QUEUE = insert(OutboxMessage).on_conflict_do_nothing(index_elements=[OutboxMessage.cause]).returning(OutboxMessage.id)
# Two robots must not talk all night. What was held back does not count, so that the guard opens again. Two transactions
# at once may let one more through; holding up a phone's talks for that would cost more.
_SAME_TEXT = (
    select(func.count())
    .where(
        OutboxMessage.phone_id == bindparam("phone"),
        OutboxMessage.created_at > bindparam("since"),
        OutboxMessage.body_hash == bindparam("words"),
        OutboxMessage.state != OutboxState.CANCELLED.value,
    )
    .scalar_subquery()
)
_HOLDER = select(Phone.number, Phone.refused_at, Phone.stopped_at, _SAME_TEXT.label("same")).where(
    Phone.id == bindparam("phone")
)


def queue_text(
    session: Session,
    *,
    phone_id: int,
    screen: str,
    body: str,
    purpose: Purpose,
    cause: str,
    now: dt.datetime,
    worker_id: int | None = None,
    not_before: dt.datetime | None = None,
    asks: Asks | None = None,
) -> int | None:
    """Queue a text: the id of its outbox row, or None when none will go (nudge the sender after the commit).

    One text for each `cause`, however often it is asked for. One that may not go is kept as cancelled with the reason,
    so that an officer can see why nobody got it. `screen` names the words it was made from, `worker_id` whom it is
    about: should the phone be let go of them first, it is not sent. `asks` says of a prompt where its answer belongs.
    """
    from_then = max(now, not_before or now)
    due_at = may_write_from(from_then) if TERMS[purpose].ours else from_then
    body_hash = keyed_hash(body, "outbox.body")
    reason = _why_not(session, phone_id, purpose, body_hash, now)
    row = {
        "phone_id": phone_id,
        "worker_id": worker_id,
        "screen": screen,
        "purpose": purpose.value,
        "body": seal(body, "outbox.body"),
        "body_hash": body_hash,
        "cause": cause,
        "state": OutboxState.WAITING.value if reason is None else OutboxState.CANCELLED.value,
        "reason": reason,
        "due_at": due_at,
        # Counted from when it may go first: long holidays do not make a text old.
        "stale_at": due_at + dt.timedelta(days=programme().texting.stale_days),
        "created_at": now,
        "conversation_id": asks.conversation if asks else None,
        "step": asks.step if asks else None,
    }
    queued = session.scalar(_QUEUE, row)
    return queued if reason is None else None


# Several answers at once, each to a phone whose row is held: nothing of it changes meanwhile.
_QUEUE_ANSWER = text(
    """
INSERT INTO outbox (phone_id, screen, purpose, body, body_hash, cause, state, reason, due_at, stale_at, created_at)
SELECT :phone_id, :screen, :purpose, :body, :body_hash, :cause,
       CASE WHEN CAST(:reason AS text) IS NULL AND same.texts < :most THEN 'waiting' ELSE 'cancelled' END,
       coalesce(CAST(:reason AS text), CASE WHEN same.texts >= :most THEN 'same text too often' END),
       :created_at, :stale_at, :created_at
FROM (SELECT count(*) AS texts FROM outbox
      WHERE phone_id = :phone_id AND created_at > :since AND body_hash = :body_hash AND state <> 'cancelled') AS same
ON CONFLICT (cause) DO NOTHING
"""
)
Answer: TypeAlias = Mapping[str, object]


def answer_to(phone: Phone, *, screen: str, body: str, cause: str, now: dt.datetime) -> Answer:
    """A text that answers what somebody has just sent from this phone, to be queued with others by `queue_answers`."""
    try:
        nobody = unreachable(unseal(phone.number, "phone.number"))
    except Unreadable:
        nobody = None
    return {
        "phone_id": phone.id,
        "screen": screen,
        "purpose": Purpose.REPLY.value,
        "body": seal(body, "outbox.body"),
        "body_hash": keyed_hash(body, "outbox.body"),
        "cause": cause,
        "reason": unwanted_by(phone.refused_at, phone.stopped_at, Purpose.REPLY) or nobody,
        "created_at": now,
        "stale_at": now + dt.timedelta(days=programme().texting.stale_days),
        "since": now - dt.timedelta(minutes=programme().texting.same_text_minutes),
        "most": programme().texting.same_text_most,
    }


def queue_answers(session: Session, answers: Sequence[Answer]) -> None:
    """Queue these texts, in one round trip; as with `queue_text`, one that may not go is kept with the reason."""
    if answers:
        session.execute(_QUEUE_ANSWER, list(answers))


_TAKE_BACK = text(
    "UPDATE outbox SET state = 'cancelled', reason = :reason WHERE cause = ANY(:causes) AND state = 'waiting'"
)


def take_back(session: Session, causes: Sequence[str], reason: str) -> None:
    """These texts are not sent, where they were not sent yet."""
    if causes:
        session.execute(_TAKE_BACK, {"causes": list(causes), "reason": reason})


# A text of a paused round is due in a time to come, and its own again when the round goes on: nothing else has to know.
PAUSED: Final = "round paused"
LONG: Final = dt.timedelta(days=36_500)
_HOLD = text(
    """UPDATE outbox SET due_at = due_at + :long, stale_at = stale_at + :long, reason = :reason
       WHERE round_id = :round AND state = 'waiting' AND reason IS DISTINCT FROM :reason"""
)
_RELEASE = text(
    """UPDATE outbox SET due_at = greatest(due_at - :long, :due), reason = NULL,
              stale_at = greatest(stale_at - :long, :due + (stale_at - due_at))
       WHERE round_id = :round AND state = 'waiting' AND reason = :reason"""
)
_TAKE_BACK_ROUND = text(
    "UPDATE outbox SET state = 'cancelled', reason = 'round over' WHERE round_id = :round AND state = 'waiting'"
)


def of_round(session: Session, round_id: int, texts: Sequence[int]) -> None:
    """These queued texts are contacts of a round: they wait and end with it."""
    if texts:
        session.execute(
            text("UPDATE outbox SET round_id = :round WHERE id = ANY(CAST(:texts AS bigint[]))"),
            {"round": round_id, "texts": list(texts)},
        )


def hold_round(session: Session, round_id: int) -> int:
    """No text of this round goes until it is released; how many wait."""
    return _changed(session, _HOLD, {"round": round_id, "long": LONG, "reason": PAUSED})


def release_round(session: Session, round_id: int, *, now: dt.datetime) -> int:
    """Texts of this round go again, within the send window; how many."""
    due = may_write_from(now)
    return _changed(session, _RELEASE, {"round": round_id, "long": LONG, "reason": PAUSED, "due": due})


def take_back_round(session: Session, round_id: int) -> int:
    """Texts of this round that were not sent yet are not sent; how many."""
    return _changed(session, _TAKE_BACK_ROUND, {"round": round_id})


_TAKE_BACK_ASK = text(
    "UPDATE outbox SET state = 'cancelled', reason = :reason WHERE ask_id = :ask AND state = 'waiting'"
)


def take_back_ask(session: Session, ask_id: int) -> int:
    """Texts of this ask that were not sent yet are not sent; how many."""
    return _changed(session, _TAKE_BACK_ASK, {"ask": ask_id, "reason": ASK_STOPPED})


def _changed(session: Session, statement: TextClause, values: Mapping[str, object]) -> int:
    done = session.execute(statement, values)
    return done.rowcount if isinstance(done, CursorResult) else 0


def _why_not(session: Session, phone_id: int, purpose: Purpose, body_hash: bytes, now: dt.datetime) -> str | None:
    """Why this phone gets no such text; None when it may."""
    since = now - dt.timedelta(minutes=programme().texting.same_text_minutes)
    phone = session.execute(_HOLDER, {"phone": phone_id, "words": body_hash, "since": since}).one()
    unwanted = unwanted_by(phone.refused_at, phone.stopped_at, purpose)
    if unwanted is not None:
        return unwanted
    try:
        nobody = unreachable(unseal(phone.number, "phone.number"))
    except Unreadable:  # a key is missing; the sender tries again while an operator puts it back
        nobody = None
    if nobody is None and phone.same >= programme().texting.same_text_most:
        return "same text too often"
    return nobody


def unwanted_by(refused_at: dt.datetime | None, stopped_at: dt.datetime | None, purpose: Purpose) -> str | None:
    """Why the holder of a phone does not want a text of this purpose; None when they may be written to."""
    if refused_at is not None:
        return "refused"
    return "stopped" if stopped_at is not None and TERMS[purpose].stoppable else None


def unreachable(number: str) -> str | None:
    """Why no text can go to this number (E.164); None when one can."""
    if not isinstance(read_gateway_phone(number), Number):
        return "no mobile"  # a landline, a service number, or one that no operator gives out
    if not number.startswith("+62") and not _tries_it_out():
        return "foreign number"
    return "our own number" if number == _our_own(programme().texting.number) else None


def _tries_it_out() -> bool:
    """Whether this is a demo or the provider's sandbox, whose phones are foreign.

    Elsewhere texts are paid for, and dearly: somebody abroad could have us answer a number he earns from.
    """
    return settings().demo or settings().at_username == "sandbox"


@lru_cache(maxsize=8)
def _our_own(number: str) -> str | None:
    """Our own number as phones are kept; None for a short code, which is nobody's phone."""
    read = read_phone(number)
    return read.e164 if isinstance(read, Number) else None


def texts_taken_for(session: Session, number: Number, *, most: int) -> Sequence[OutboxMessage]:
    """The texts to this number that the gateway took and that have their words still, the newest first."""
    taken = (
        select(OutboxMessage)
        .join(Phone, Phone.id == OutboxMessage.phone_id)
        .where(
            Phone.number_index == blind_index(number.e164, "phone"),
            OutboxMessage.state == "accepted",
            OutboxMessage.body.is_not(None),
        )
        .order_by(OutboxMessage.sent_at.desc(), OutboxMessage.id.desc())
        .limit(most)
    )
    return session.scalars(taken).all()
