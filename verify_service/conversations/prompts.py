"""What was asked of a phone by text, and which of it somebody can have read when they wrote.

A prompt is a text of ours that waits for an answer: a screen of a talk, or the programme's question. Nobody answers
what was not handed over yet, nor what came while they typed. Phones get texts late, so that the other way round nothing
is known: what was handed over may not have been read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import OutboxMessage

_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
_MOST = 40  # of the newest; a talk has some thirty screens


@dataclass(frozen=True)
class Prompt:
    """A text that waits for an answer: the conversation the answer goes to, which of its prompts it is, and when it was
    handed to the gateway."""

    conversation: int
    step: int
    screen: str
    handed_at: dt.datetime

    def read_by(self, moment: dt.datetime) -> bool:
        """Whether there was time to read it before this moment."""
        return self.handed_at + dt.timedelta(seconds=programme().texting.read_seconds) <= moment


@dataclass(frozen=True)
class Prompts:
    """The prompts of a phone that were handed over, the newest first."""

    handed: tuple[Prompt, ...] = ()

    def answered_by(self, conversation: int, moment: dt.datetime) -> Prompt | None:
        """The prompt of this conversation that somebody answers who wrote at this moment; None before the first."""
        theirs = [one for one in self.handed if one.conversation == conversation and one.handed_at <= moment]
        if not theirs:
            return None
        return next((one for one in theirs if one.read_by(moment)), theirs[-1])

    def new_between(self, earlier: dt.datetime, later: dt.datetime) -> bool:
        """Whether somebody who wrote twice had something new to answer the second time."""
        return any(one.read_by(later) and not one.read_by(earlier) for one in self.handed)


_HANDED = (
    select(OutboxMessage.conversation_id, OutboxMessage.step, OutboxMessage.screen, OutboxMessage.handed_at)
    .where(
        OutboxMessage.phone_id == bindparam("phone"),
        OutboxMessage.conversation_id.is_not(None),
        OutboxMessage.handed_at.is_not(None),
    )
    .order_by(OutboxMessage.handed_at.desc(), OutboxMessage.id.desc())
    .limit(_MOST)
)


def prompts_of(session: Session, phone_id: int) -> Prompts:
    """The prompts of this phone that were handed over."""
    rows = session.execute(_HANDED, {"phone": phone_id})
    return Prompts(tuple(Prompt(row[0] or 0, row[1] or 0, row[2], row[3] or _NEVER) for row in rows))
