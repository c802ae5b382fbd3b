"""What one phone has texted us, heard in order: STOP and MULAI first, then each text for what its writer can have read.

Copies of a text are one, and parts that come together are read joined.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from flows.reading import beside_stop, command, spoken, without_courtesies
from verify_service.conversations.copies import HandledAs, is_copy, is_part, words_of
from verify_service.conversations.known import Known
from verify_service.conversations.one_message import hear
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.question import Later
from verify_service.conversations.stopping import stop
from verify_service.ground.tables import InboundMessage, Phone
from verify_service.messaging.consent import welcome_back
from verify_service.messaging.gateway_clock import Clocks
from verify_service.messaging.inbox import empty_message


def hear_phone(
    session: Session,
    phone: Phone,
    waiting: Sequence[InboundMessage],
    known: Known,
    clocks: Clocks,
    later: Later,
    *,
    now: dt.datetime,
) -> bool:
    """Hear what waits of a phone, whose row is locked; whether verdicts are stale now. What is `later` is the caller's
    to write.

    STOP overtakes all that waits: whoever sends it is written to no more. What was written before it counts all the
    same, and a talk ends where it came. What is said counts from when it was first received.
    """
    hearing = Hearing(
        session,
        phone,
        clocks,
        now,
        later,
        before=list(known.before.get(phone.number_index, ())),
        prompts=known.prompts[phone.id],
        asked=known.questions.get(phone.id),
        talk=known.talks.get(phone.id),
        people=known.people.get(phone.id, ()),
    )
    ordered = sorted(waiting, key=lambda row: (clocks.written_at(row).replace(microsecond=0), row.id))
    stopped = phone.stopped_at is not None
    wishes = [row for row in ordered if _is_wish(words_of(row)) or (stopped and _again(words_of(row)))]
    for row in wishes:
        _hear_wish(hearing, row)
    for rows in _together(hearing, [row for row in ordered if row not in wishes]):
        hear(hearing, rows)
    stops = [row for row in wishes if row.handled_as == HandledAs.STOP]
    if stops and not _waits_before(session, stops[-1]):
        hearing.end_talks(stops[-1].received_at)
    _follow_originals(hearing)
    return hearing.stale


def _is_wish(text: str) -> bool:
    """Whether a text is STOP or MULAI and nothing else: "2 stop" answers as well."""
    return command(text) in ("stop", "start") and beside_stop(text) is None


def _again(text: str) -> bool:
    """Whether somebody who stopped us wants our texts again in the words of our own: "aktifkan lagi"."""
    return without_courtesies(spoken(text)) in ("aktifkan lagi", "aktifin lagi", "diaktifkan lagi", "hidupkan lagi")


_BEFORE_IT = (
    select(InboundMessage.id)
    .where(
        InboundMessage.sender_index == bindparam("sender"),
        InboundMessage.id < bindparam("stop"),
        InboundMessage.handled_at.is_(None),
        InboundMessage.quarantined.is_(None),
    )
    .limit(1)
)


def _waits_before(session: Session, stop: InboundMessage) -> bool:
    """Whether a text that came before this STOP is still to be heard: it may be the last of a talk."""
    return session.scalar(_BEFORE_IT, {"sender": stop.sender_index, "stop": stop.id}) is not None


def _hear_wish(hearing: Hearing, row: InboundMessage) -> None:
    """STOP or MULAI; one that was written before the other, and came later, is over."""
    hearing.begin_handling([row])
    how = HandledAs(command(words_of(row)) or "start")
    said = hearing.said([row])
    if not hearing.overtaken(row, lambda one: one.handled_as in (HandledAs.STOP, HandledAs.START)):
        if how is HandledAs.STOP:
            stop(hearing, said, alone=True)
        elif welcome_back(hearing.session, hearing.phone.id, said.received) is not None:
            hearing.reply(said, "s7.welcome_back")
    hearing.handled([row], how)


# --- copies and parts ---


def _together(hearing: Hearing, rows: Sequence[InboundMessage]) -> Iterator[list[InboundMessage]]:
    """The texts one after the other; those that came together as one, without copies."""
    parts: list[InboundMessage] = []
    for row in rows:
        if _is_copy(hearing, row, parts):
            continue
        if parts and is_part(row, parts[-1], hearing.prompts):
            parts.append(row)
            continue
        if parts:
            yield parts
        parts = [] if _is_copy(hearing, row, ()) else [row]  # of what was heard meanwhile
    if parts:
        yield parts


_NO_WORDS = (HandledAs.COPY, HandledAs.STOP, HandledAs.START)  # nothing that another text could come behind


def _is_copy(hearing: Hearing, row: InboundMessage, parts: Sequence[InboundMessage]) -> bool:
    """Whether this text was brought before under another id; then it is done with."""
    heard = [one for one in hearing.before if one.handled_as not in _NO_WORDS]
    # The parts of one text count as one: two copies of it may come interleaved.
    behind = next((place for place, one in enumerate(heard) if one.handled_as != HandledAs.PART), -1) + 1
    last = (*parts, *(() if parts else heard[:behind]))
    known = (*parts, *heard)
    original = next(
        (one for one in known if is_copy(row, one, hearing.clocks, hearing.prompts, last=one in last)), None
    )
    if original is None:
        return False
    hearing.handled([row], HandledAs.COPY)
    hearing.copies.append((row, original))
    return True


def _follow_originals(hearing: Hearing) -> None:
    """A copy belongs where its original does, once that was heard, and is kept no longer."""
    hearing.session.flush()
    for copy, original in hearing.copies:
        copy.conversation_id, copy.step = original.conversation_id, original.step
        if original.body is None:
            empty_message(copy)
