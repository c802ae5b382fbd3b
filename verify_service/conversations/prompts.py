"""What was asked of a phone by text, and which of it somebody can have read when they wrote.

A prompt is a text of ours that waits for an answer: a screen of a talk, or the programme's question. Nobody answers
what was not handed over yet, nor what came while they typed. Phones get texts late, so that the other way round nothing
is known: what was handed over may not have been read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.messaging import gateways

_AT_ONCE = dt.timedelta(seconds=0.3)  # the simulator's phones show a text as soon as it is handed over
_MOST = 60  # a talk has some thirty screens


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
        return self.handed_at + _time_to_read() <= moment


def _time_to_read() -> dt.timedelta:
    """From handing a text over until somebody can have read it: by a network seconds, in the simulator a glance."""
    return _AT_ONCE if gateways.can().simulated else dt.timedelta(seconds=programme().texting.read_seconds)


@dataclass(frozen=True)
class OfficersText:
    """What an officer wrote to a reporter, an answer or a question: it asks something, though no screen stands behind
    it. Of a report in confidence only that there is news, which asks nothing."""

    grievance: int
    handed_at: dt.datetime
    asks: bool = True


@dataclass(frozen=True)
class Prompts:
    """The prompts of a phone that were handed over, the newest first, the newest text of an officer, and when the
    newest notice was handed over that somebody is to be taken off the list, while one may object."""

    handed: tuple[Prompt, ...] = ()
    officers: OfficersText | None = None
    notice: dt.datetime | None = None
    told: tuple[str, dt.datetime] | None = None  # the newest text that asks nothing and is answered all the same

    def officer_wrote_last(self, moment: dt.datetime) -> OfficersText | None:
        """An officer's text that came behind every prompt, and can have been read by this moment."""
        told = self.officers
        if told is None or not told.asks or told.handed_at + _time_to_read() > moment:
            return None
        return None if any(one.handed_at > told.handed_at and one.read_by(moment) for one in self.handed) else told

    def told_of_a_removal(self, moment: dt.datetime, *, last: bool = False) -> bool:
        """Whether a notice to which one may object can have been read by this moment; with `last`, behind all else."""
        if self.notice is None or self.notice + _time_to_read() > moment:
            return False
        officers = self.officers.handed_at if last and self.officers else None
        others = [one.handed_at for one in self.handed if last and one.read_by(moment)]
        return all(at <= self.notice for at in (*others, *([officers] if officers else [])))

    def told_since(self, prompt: Prompt, moment: dt.datetime) -> str | None:
        """The newest text that may be answered though it asks nothing, where it came behind this prompt, within a day
        of this moment, and can have been read by then."""
        if self.told is None:
            return None
        screen, at = self.told
        long_ago = moment - at > dt.timedelta(hours=programme().texting.talk_hours)
        return screen if at > prompt.handed_at and at + _time_to_read() <= moment and not long_ago else None

    def answered_by(self, conversation: int, moment: dt.datetime) -> Prompt | None:
        """The prompt of this conversation that somebody answers who wrote at this moment; None before the first."""
        theirs = [one for one in self.handed if one.conversation == conversation and one.handed_at <= moment]
        if not theirs:
            return None
        return next((one for one in theirs if one.read_by(moment)), theirs[-1])

    def still_offers(self, screen: str, prompt: Prompt, moment: dt.datetime) -> bool:
        """Whether this prompt, or one before it of its conversation, was this screen, and nothing else was asked since
        that can have been read by this moment: a reminder of a question takes none of its digits away."""
        theirs = (one for one in self.handed if one.conversation == prompt.conversation and one.screen == screen)
        return any(one.handed_at <= prompt.handed_at and not self.asked_since(one, moment) for one in theirs)

    def asked_since(self, prompt: Prompt, moment: dt.datetime) -> bool:
        """Whether another conversation asked something after this prompt that can have been read by this moment."""
        others = (one for one in self.handed if one.conversation != prompt.conversation)
        return any(one.handed_at > prompt.handed_at and one.read_by(moment) for one in others)

    def screens_since(self, prompt: Prompt, moment: dt.datetime) -> bool:
        """Whether a talk showed a screen after this prompt that can have been read by this moment."""
        talks = (one for one in self.handed if one.conversation != prompt.conversation and one.screen[:1] != "s")
        return any(one.handed_at > prompt.handed_at and one.read_by(moment) for one in talks)

    def new_between(self, earlier: dt.datetime, later: dt.datetime, only: frozenset[str] | None = None) -> bool:
        """Whether somebody who wrote twice had something new to answer the second time, one of these screens."""
        if self.notice is not None and earlier < self.notice + _time_to_read() <= later:
            return True
        officers = self.officers.handed_at + _time_to_read() if self.officers and only is None else None
        if officers is not None and earlier < officers <= later:
            return True
        handed = (one for one in self.handed if only is None or one.screen in only)
        return any(one.read_by(later) and not one.read_by(earlier) for one in handed)


# The programme's questions wait for weeks: they are not lost behind the screens of a long talk.
_HANDED = sql(
    """
SELECT asked.phone, handed.conversation_id, handed.step, handed.screen, handed.handed_at
FROM unnest(CAST(:phones AS bigint[])) AS asked (phone)
CROSS JOIN LATERAL (
    SELECT conversation_id, step, screen, handed_at, id FROM outbox
    WHERE phone_id = asked.phone AND conversation_id IS NOT NULL AND handed_at IS NOT NULL
    ORDER BY worker_id IS NOT NULL DESC, handed_at DESC, id DESC LIMIT :most) AS handed
ORDER BY asked.phone, handed.handed_at DESC, handed.id DESC
"""
)


_OFFICERS = sql(
    """
SELECT asked.phone, split_part(written.cause, ':', 2)::bigint, written.handed_at, written.screen = 'answer'
FROM unnest(CAST(:phones AS bigint[])) AS asked (phone)
CROSS JOIN LATERAL (
    SELECT cause, handed_at, screen FROM outbox
    WHERE phone_id = asked.phone AND screen IN ('answer', 'g21.case_news')
      AND cause LIKE 'report:%' AND handed_at IS NOT NULL
    ORDER BY created_at DESC LIMIT 1) AS written
"""
)


_NOTICES = sql(
    """
SELECT told.phone_id, max(told.handed_at) FROM outbox told
JOIN removal ON told.cause IN ('removal:' || removal.id || ':notice:' || told.phone_id,
                               'removal:' || removal.id || ':upheld:' || told.phone_id)
WHERE told.phone_id = ANY(CAST(:phones AS bigint[])) AND told.handed_at IS NOT NULL
  AND removal.state IN ('noticed', 'upheld') GROUP BY told.phone_id
"""
)


# Of the texts that ask nothing, those that people reply to.
_ANSWERABLE = [
    "g1.invite", "g2.remind", "g4.card_ready", "g10.cover_gap", "g13.proposal_no", "g14.rt_task",
    "g15.rt_answer_notice", "g19.antiscam", "g24.proposal_question", "g26.removal_upheld", "g29.rw_task",
]  # fmt: skip
_TOLD = sql(
    """
SELECT asked.phone, told.screen, told.handed_at
FROM unnest(CAST(:phones AS bigint[])) AS asked (phone)
CROSS JOIN LATERAL (
    SELECT screen, handed_at FROM outbox
    WHERE phone_id = asked.phone AND screen = ANY(:screens) AND handed_at IS NOT NULL
    ORDER BY handed_at DESC LIMIT 1) AS told
"""
)


def prompts_of(session: Session, phones: Sequence[int]) -> dict[int, Prompts]:
    """Of each of these phones the prompts that were handed over."""
    handed: dict[int, list[Prompt]] = {phone: [] for phone in phones}
    for phone, conversation, step, screen, handed_at in session.execute(_HANDED, {"phones": phones, "most": _MOST}):
        handed[phone].append(Prompt(conversation, step, screen, handed_at))
    officers = {
        phone: OfficersText(grievance, handed_at, asks)
        for phone, grievance, handed_at, asks in session.execute(_OFFICERS, {"phones": phones})
    }
    notices: dict[int, dt.datetime] = dict(session.execute(_NOTICES, {"phones": phones}).all())
    told = {
        phone: (screen, handed_at)
        for phone, screen, handed_at in session.execute(_TOLD, {"phones": phones, "screens": _ANSWERABLE})
    }
    return {
        phone: Prompts(tuple(prompts), officers.get(phone), notices.get(phone), told.get(phone))
        for phone, prompts in handed.items()
    }
