"""Sending what is due: claimed in one transaction, handed over in none, recorded in another.

A sender may die at any point between. Whatever it had claimed is then of unknown fate, and by its purpose is sent once
more or never again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy import case, exists, func, or_, select, text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import Ask, Conversation, DeliveryNotice, OutboxMessage, Phone, PhoneLink, Round
from verify_service.messaging import deliveries
from verify_service.messaging.consent import refuse_phone
from verify_service.messaging.gateways.contract import Capabilities, Gateway, Outgoing, SendOutcome, Sent, blacklisted
from verify_service.messaging.outbox import (
    ASK_STOPPED,
    IN_A_TALK,
    LONG,
    PAUSED,
    TERMS,
    OutboxState,
    Purpose,
    unreachable,
    unwanted_by,
)
from verify_service.messaging.window import may_write_from

LEASE: Final = dt.timedelta(seconds=120)  # longer than any call takes; then the sender counts as dead
AGAIN: Final = dt.timedelta(minutes=5)  # after the gateway said "later" of a text, doubled with each ...
AGAIN_MOST: Final = dt.timedelta(hours=6)  # ... up to this, until the text is too old: it is not given up
REPEAT: Final = dt.timedelta(minutes=10)  # after an unknown fate: a late delivery report may still clear it up

# Somebody waits for an answer, and the receipt of an accident: they leave before what we start ourselves. In words, not
# values: the partial index serves only a query in which PostgreSQL reads its condition.
_ANSWERS: Final = "outbox.purpose IN ({})".format(
    ", ".join(sorted(f"'{purpose.value}'" for purpose, terms in TERMS.items() if not terms.ours))
)
_WAITING: Final = text("outbox.state = 'waiting'")

# When somebody last wrote in a talk by text that goes on. What we asked by ourselves is none before it is answered.
_WROTE_AT: Final = (
    select(func.max(Conversation.touched_at))
    .where(
        Conversation.phone_id == OutboxMessage.phone_id,
        Conversation.channel == "talk",
        Conversation.ended_at.is_(None),
        Conversation.id.is_distinct_from(OutboxMessage.conversation_id),
        or_(Conversation.hops > 0, Conversation.session.startswith("talk:")),
    )
    .correlate(OutboxMessage)
    .scalar_subquery()
)

# How the round of a text stands: one that was with a sender when its round was paused comes back, and waits then.
_PAUSED: Final = "paused"
_ROUND: Final = (
    select(case((Round.paused_at.is_not(None), _PAUSED), else_=Round.state))
    .where(Round.id == OutboxMessage.round_id)
    .correlate(OutboxMessage)
    .scalar_subquery()
)
# A text that was with a sender when its ask was stopped comes back as well, and is not wanted then.
_ASK_STOPPED: Final = exists().where(Ask.id == OutboxMessage.ask_id, Ask.state == "stopped").correlate(OutboxMessage)
_ROUND_OVER: Final = frozenset({"closing", "closed", "cancelled"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that this sender alone may hand over now; `attempt` tells its result from those of other senders."""

    attempt: int
    phone_id: int
    text: Outgoing


@dataclass(frozen=True, slots=True)
class Claim:
    """What a look at the outbox brought: texts to hand over, and how many rows were moved on in all."""

    texts: tuple[Claimed, ...] = ()
    moved: int = 0


@dataclass(frozen=True, slots=True)
class _Holder:
    """The phone of a text at the moment of sending, and what its holder wants."""

    number: bytes = field(repr=False)  # sealed
    refused_at: dt.datetime | None
    stopped_at: dt.datetime | None
    theirs: bool  # still the phone of the worker whom the text is about
    wrote_at: dt.datetime | None = None  # last, in a talk by text that goes on
    round: str | None = None  # how the round stands that the text is a contact of
    ask_stopped: bool = False  # whether somebody stopped the ask that it belongs to


def claim(
    session: Session, can: Capabilities, *, now: dt.datetime, most: int | None = None, ours_first: bool = False
) -> Claim:
    """Take the texts due now that may go at this moment, as many as one call of the gateway takes, or `most`.

    Everything is looked at again here: while a text waited, people said STOP, changed phones, or the evening came.
    """
    lost = _presume_lost(session, can.max_batch, now)
    texts: list[Claimed] = []
    words: bytes | None = None
    moved = lost
    for row, phone in _due(session, can.max_batch, now, ours_first):
        if len(texts) == most:
            break
        if not can.many_words and words not in (None, row.body_hash):
            continue  # the next call's
        taken = _take(row, phone, now)
        moved += 1
        if taken is not None:
            texts.append(taken)
            words = row.body_hash
    return Claim(tuple(texts), moved)


def claim_one(session: Session, can: Capabilities, *, now: dt.datetime) -> Claim:
    """Take one text to try the gateway with, however many have to be moved on before it."""
    claimed = claim(session, can, now=now, most=1)
    while claimed.moved and not claimed.texts:
        claimed = claim(session, can, now=now, most=1)
    return claimed


def _due(session: Session, most: int, now: dt.datetime, ours_first: bool) -> list[tuple[OutboxMessage, _Holder]]:
    """Texts due and free, with what their phones want: answers, then what we start, or the other way round.

    Of each kind the oldest. Those taken most often stand behind: one that a gateway chokes on must not be the one that
    every trial meets.
    """
    lanes = (f"NOT {_ANSWERS}", _ANSWERS) if ours_first else (_ANSWERS, f"NOT {_ANSWERS}")
    due: list[tuple[OutboxMessage, _Holder]] = []
    for lane in lanes:
        if len(due) < most:
            found = _due_of(session, lane, most - len(due), now)
            due += sorted(found, key=lambda held: held[0].attempts)
    return due


def _due_of(session: Session, lane: str, most: int, now: dt.datetime) -> list[tuple[OutboxMessage, _Holder]]:
    """The oldest texts due of one kind; other senders pass over them."""
    still_linked = exists().where(
        PhoneLink.phone_id == OutboxMessage.phone_id,
        PhoneLink.worker_id == OutboxMessage.worker_id,
        PhoneLink.unlinked_at.is_(None),
    )
    due = (
        select(
            OutboxMessage,
            Phone.number,
            Phone.refused_at,
            Phone.stopped_at,
            or_(OutboxMessage.worker_id.is_(None), still_linked).label("theirs"),
            _WROTE_AT.label("wrote_at"),
            _ROUND.label("round"),
            _ASK_STOPPED.label("ask_stopped"),
        )
        .join(Phone, Phone.id == OutboxMessage.phone_id)
        .where(_WAITING, text(lane), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(most)
        .with_for_update(of=OutboxMessage, key_share=True, skip_locked=True)
    )
    return [(row, _Holder(*holder)) for row, *holder in session.execute(due)]


def _take(row: OutboxMessage, phone: _Holder, now: dt.datetime) -> Claimed | None:
    """Claim one text, or move it on to where it belongs."""
    over = _over(row, phone, now)
    if over is not None:
        _move(row, *over)
        return None
    if phone.round == _PAUSED:
        row.due_at, row.stale_at, row.reason = row.due_at + LONG, row.stale_at + LONG, PAUSED
        return None
    terms = TERMS[Purpose(row.purpose)]
    if terms.stoppable and (goes_on := _goes_on_until(phone)) > now:  # two questions at once, and a YA is nobody's
        row.due_at, row.reason = goes_on, IN_A_TALK
        return None
    opens = may_write_from(now) if terms.ours else now
    if opens > now:  # due at 19:59, looked at after eight
        row.due_at = opens
        return None
    try:
        number, body = unseal(phone.number, "phone.number"), unseal(row.body or b"", "outbox.body")
    except Unreadable:  # a key is missing: an operator may put it back before the text is too old
        _later(row, "unreadable", now)
        return None
    nobody = unreachable(number)
    if nobody is not None:
        _move(row, OutboxState.CANCELLED, nobody)
        return None
    row.state, row.reason, row.lease_until = OutboxState.SENDING.value, None, now + LEASE
    row.attempts += 1
    row.handed_at = row.handed_at or now
    return Claimed(row.attempts, row.phone_id, Outgoing(row.id, Number(number), body))


def _goes_on_until(phone: _Holder) -> dt.datetime:
    """Until when the talk by text on this phone is taken to go on; long ago where there is none."""
    pause = dt.timedelta(minutes=programme().texting.pause_minutes)
    return phone.wrote_at + pause if phone.wrote_at else dt.datetime.min.replace(tzinfo=dt.UTC)


def _over(row: OutboxMessage, phone: _Holder, now: dt.datetime) -> tuple[OutboxState, str] | None:
    """Why a text that waited is not wanted any more."""
    if row.stale_at <= now:
        return OutboxState.STALE, "too old"
    unwanted = unwanted_by(phone.refused_at, phone.stopped_at, Purpose(row.purpose))
    if unwanted is not None:
        return OutboxState.CANCELLED, unwanted
    if phone.round in _ROUND_OVER:
        return OutboxState.CANCELLED, "round over"
    if phone.ask_stopped:
        return OutboxState.CANCELLED, ASK_STOPPED
    return None if phone.theirs else (OutboxState.CANCELLED, "no longer their phone")


def _move(row: OutboxMessage, state: OutboxState, reason: str) -> None:
    row.state, row.reason, row.lease_until = state.value, reason[:200] or None, None


def _was_not_handed_over(row: OutboxMessage) -> None:
    """Nobody can have read it, unless a sending before this one perhaps went."""
    if not row.unknowns:
        row.handed_at = None


def _presume_lost(session: Session, most: int, now: dt.datetime) -> int:
    """Texts whose sender died between taking them and recording what came of it: perhaps they went."""
    silent = (
        select(OutboxMessage)
        .where(OutboxMessage.state == OutboxState.SENDING.value, OutboxMessage.lease_until <= now)
        .order_by(OutboxMessage.id)
        .limit(most)
        .with_for_update(key_share=True, skip_locked=True)
    )
    rows = session.scalars(silent).all()
    for row in rows:
        _unknown(row, "the sender died", now)
    session.flush()
    return len(rows)


def hand_over(gateway: Gateway, claimed: Sequence[Claimed]) -> list[Sent]:
    """Give the texts to the gateway, with no transaction open: one result each, in order.

    A fault of the gateway's own code leaves their fate unknown, as a broken line does.
    """
    said: dict[int, Sent] = {}
    try:
        said = {sent.our_id: sent for sent in gateway.send([one.text for one in claimed])}
    except Exception as fault:
        log.error("gateway failed", gateway=gateway.name, fault=type(fault).__name__)
    silence = Sent(0, SendOutcome.UNKNOWN, reason="the gateway failed", whole_call=not said)
    return [said.get(one.text.our_id, silence) for one in claimed]


def record(
    session: Session, gateway: str, claimed: Sequence[Claimed], results: Sequence[Sent], *, now: dt.datetime
) -> None:
    """Write down what came of texts handed over, and apply the delivery reports that overtook it.

    A result counts only for the attempt it belongs to. Locks go from ids to phones to texts, as everywhere.
    """
    ids = {sent.provider_id for sent in results if sent.provider_id}
    deliveries.hold(session, gateway, ids)
    ids -= _ids_of_others(session, gateway, ids)
    notices = deliveries.parked(session, gateway, ids)
    _refuse(session, claimed, results, notices, now)
    rows = _locked(session, [one.text.our_id for one in claimed])
    for one, sent in zip(claimed, results, strict=True):
        row = rows[one.text.our_id]
        if not _counts(row, one, sent):
            log.warning("result came too late", outbox=row.id, outcome=sent.outcome.value)
            continue
        _after(row, sent, now)
        row.sent_at = now
        if sent.outcome in (SendOutcome.ACCEPTED, SendOutcome.UNKNOWN):
            _known_as(row, gateway, sent, ids, notices)
    session.flush()


def _ids_of_others(session: Session, gateway: str, ids: set[str]) -> set[str]:
    """Ids the provider has given before. They find no text any more, and must not undo a whole batch."""
    known = select(OutboxMessage.provider_id).where(
        OutboxMessage.gateway == gateway, OutboxMessage.provider_id.in_(ids)
    )
    return {provider_id for provider_id in session.scalars(known) if provider_id} if ids else set()


def _refuse(
    session: Session,
    claimed: Sequence[Claimed],
    results: Sequence[Sent],
    notices: dict[str, list[DeliveryNotice]],
    now: dt.datetime,
) -> None:
    """Honour the provider's no-texts list, whether the answer named it or a report that overtook the answer."""
    listed: dict[int, str] = {}
    for one, sent in zip(claimed, results, strict=True):
        if any(blacklisted(notice.failure_reason) for notice in notices.get(sent.provider_id or "", [])):
            listed[one.phone_id] = "delivery report"
        if sent.opted_out:
            listed[one.phone_id] = "refused"
    for phone_id, why in sorted(listed.items()):
        refuse_phone(session, phone_id, why=why, now=now)


def _locked(session: Session, ids: Iterable[int]) -> dict[int, OutboxMessage]:
    rows = (
        select(OutboxMessage)
        .where(OutboxMessage.id.in_(list(ids)))
        .order_by(OutboxMessage.id)
        .with_for_update(key_share=True)
    )
    return {row.id: row for row in session.scalars(rows)}


def _counts(row: OutboxMessage, one: Claimed, sent: Sent) -> bool:
    """Whether this result is about where the text stands. One taken after we gave its sender up is not sent again."""
    if row.attempts != one.attempt:
        return False
    if row.state == OutboxState.SENDING.value:
        return True
    return sent.outcome is SendOutcome.ACCEPTED and row.state in (OutboxState.WAITING.value, OutboxState.UNKNOWN.value)


def _after(row: OutboxMessage, sent: Sent, now: dt.datetime) -> None:
    """Where a text stands once the gateway has answered for it."""
    match sent.outcome:
        case SendOutcome.ACCEPTED:
            row.state, row.reason, row.lease_until = OutboxState.ACCEPTED.value, None, None
            row.cost, row.parts = sent.cost or None, sent.parts
        case SendOutcome.TRY_LATER:
            _was_not_handed_over(row)
            _later(row, sent.reason, now)
        case SendOutcome.NOT_HANDED_OVER:  # no fault of the text: it keeps its place, and no try is counted
            _was_not_handed_over(row)
            _move(row, OutboxState.WAITING, sent.reason)
        case SendOutcome.REFUSED_FOR_GOOD:
            _was_not_handed_over(row)
            _move(row, OutboxState.REFUSED, sent.reason)
        case SendOutcome.UNKNOWN:
            _unknown(row, sent.reason, now)


def _later(row: OutboxMessage, reason: str, now: dt.datetime) -> None:
    """Not taken, and that was said of this very text: tried again less and less often, until it is too old."""
    row.errors += 1
    _move(row, OutboxState.WAITING, reason)
    row.due_at = min(now + min(AGAIN * 2 ** min(row.errors - 1, 10), AGAIN_MOST), row.stale_at)


def _unknown(row: OutboxMessage, reason: str, now: dt.datetime) -> None:
    """Perhaps it went. Once more where twice is better than never; a code is never sent a second time."""
    row.unknowns += 1
    again = row.unknowns == 1 and TERMS[Purpose(row.purpose)].repeatable
    _move(row, OutboxState.WAITING if again else OutboxState.UNKNOWN, reason)
    if again:
        row.due_at = now + REPEAT


def _known_as(
    row: OutboxMessage, gateway: str, sent: Sent, free: set[str], notices: dict[str, list[DeliveryNotice]]
) -> None:
    """Keep the provider's id, unless another text has it, and hear the reports that came before it."""
    if not sent.provider_id or sent.provider_id not in free:
        row.gateway = row.gateway if row.provider_id else gateway
        return
    free.remove(sent.provider_id)
    row.gateway, row.provider_id = gateway, sent.provider_id
    for notice in notices.get(sent.provider_id, []):
        deliveries.apply_status(row, notice.status)
