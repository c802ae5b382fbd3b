"""Telling a new answer from a repeated hop, where the network brings the last input alone.

A transcript would tell: it grows. Here a number does, or the moment, since networks repeat a hop that they have no
answer to within a breath, and nobody reads a screen and answers it in that time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from verify_service.ground.crypto import keyed_hash
from verify_service.ground.tables import Conversation

SAME_HOP: Final = dt.timedelta(seconds=1)
SESSION_OVER: Final = dt.timedelta(minutes=10)  # of silence; networks end a session after some three minutes
_LARGEST: Final = 2**31 - 2  # what the column holds, less the one that is added


@dataclass(frozen=True)
class Last:
    """What a gateway says beside the last input: whether the hop opens its session (None: it does not say), and which
    of the session's hops it is ("" where nobody counts)."""

    first: bool | None = None
    sequence: str = ""


def is_new(conversation: Conversation, text: str, last: Last, now: dt.datetime) -> bool:
    """Whether it answers the screen that was shown last. A session that we know cannot begin again (vumi issue 304)."""
    if last.first:
        return False
    place = _place(last.sequence)
    if 0 < place <= conversation.heard_length:
        return False
    if _mark(conversation.session, text, last.sequence) != conversation.heard_hash:
        return True
    return not last.sequence and now > conversation.touched_at + SAME_HOP


def heard_last(conversation: Conversation, text: str, last: Last, now: dt.datetime) -> dict[str, Any]:
    """What to write down of a hop, so that a repeat of it is known again.

    Touched is when the answer goes: a repeat that came meanwhile waited behind this hop, and answers no screen.
    """
    return {
        "heard_length": max(_place(last.sequence), conversation.heard_length or 0),
        "heard_hash": _mark(conversation.session, text, last.sequence),
        "touched_at": max(now, dt.datetime.now(dt.UTC)),
    }


def used_again(conversation: Conversation, last: Last, now: dt.datetime) -> bool:
    """Whether the network has given an old session's id to a new one: some count them from 1 each day."""
    return bool(last.first) and conversation.touched_at < now - SESSION_OVER


def _place(sequence: str) -> int:
    """Where in the session a numbered hop stands, from 1; 0 when it has no number."""
    numbered = sequence.isascii() and sequence.isdigit() and len(sequence) <= 10 and int(sequence) <= _LARGEST
    return int(sequence) + 1 if numbered else 0


def _mark(session: str, text: str, sequence: str) -> bytes:
    """With the session in it, so that the same answer, a PIN say, leaves different marks in different sessions."""
    what = f"number {sequence}" if sequence else f"input {text}"
    return keyed_hash(f"{session}\n{what}", "transcript")
