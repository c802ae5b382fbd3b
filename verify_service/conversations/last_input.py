"""Telling a new answer from a repeated hop, where the network brings the last input alone.

A transcript would tell: it grows. Here a number does, or the moment, since networks repeat a hop that they have no
answer to within a breath, and nobody reads a screen and answers it in that time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from verify_service.ground.crypto import keyed_hash
from verify_service.ground.tables import Conversation, SessionEnd

SAME_HOP: Final = dt.timedelta(seconds=1)
SAME_BEGIN: Final = dt.timedelta(seconds=10)  # then networks give up a hop, and nobody has dialled again yet
_MOST_DIGITS: Final = 30  # some networks number all hops of a day, some by the clock; longer is no number


@dataclass(frozen=True)
class Last:
    """What a gateway says beside the last input: whether the hop opens its session (None: it does not say), and which
    of the session's hops it is ("" where nobody counts)."""

    first: bool | None = None
    sequence: str = ""


def is_new(conversation: Conversation, text: str, last: Last, now: dt.datetime) -> bool:
    """Whether it answers the screen that was shown last. A begin never does (vumi issue 304)."""
    if last.first:
        return False
    place = _place(last.sequence)
    if place:
        return place > _heard(conversation)
    return _mark(conversation.session, text) != conversation.heard_hash or now > conversation.touched_at + SAME_HOP


def heard_last(conversation: Conversation, text: str, last: Last, now: dt.datetime) -> dict[str, Any]:
    """What to write down of a hop, so that a repeat of it is known again.

    Touched is when the answer goes: a repeat that came meanwhile waited behind this hop, and answers no screen.
    """
    return {
        "heard_length": 0,
        "heard_number": str(max(_place(last.sequence), _heard(conversation))),
        "heard_hash": _mark(conversation.session, text),
        "touched_at": max(now, dt.datetime.now(dt.UTC)),
    }


def begins_anew(session: Session, conversation: Conversation, last: Last, now: dt.datetime) -> bool:
    """Whether the network has given this session's id to a new one of the same phone: some count them from 1.

    A begin may be repeated, or be told twice (vumi issue 200), as long as the network waits for a screen. After that,
    or once the old session is over by our word or the network's, whoever dials is not shown where another call stood.
    """
    if not last.first:
        return False
    if now > conversation.touched_at + SAME_BEGIN:
        return True
    if conversation.ended_at is not None:
        return conversation.hops > 0  # else it ended with the screen of the begin itself
    over = exists().where(
        SessionEnd.gateway == conversation.gateway,
        SessionEnd.session == conversation.session,
        SessionEnd.received_at >= conversation.touched_at,
    )
    return bool(session.scalar(select(over)))


def _place(sequence: str) -> int:
    """Where in the session a numbered hop stands, from 1; 0 when it has no number.

    What is no number tells nothing: some networks send the same word with every hop.
    """
    digits = sequence.lstrip("0") or sequence[:1]
    return int(digits) + 1 if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else 0


def _heard(conversation: Conversation) -> int:
    """The highest place heard of. Talks begun under an older release have it where transcripts have their length."""
    return int(conversation.heard_number or conversation.heard_length or 0)


def _mark(session: str, text: str) -> bytes:
    """With the session in it, so that the same answer, a PIN say, leaves different marks in different sessions."""
    return keyed_hash(f"{session}\ninput {text}", "transcript")
