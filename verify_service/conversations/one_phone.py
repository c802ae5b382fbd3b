"""One phone whose messages are being heard: what is known of it, and what was heard of it lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from verify_service.conversations import by_message, question
from verify_service.conversations.by_message import Message
from verify_service.conversations.copies import HandledAs, words_of
from verify_service.conversations.known import Named, look_up
from verify_service.conversations.prompts import Prompts
from verify_service.conversations.question import Later, Question
from verify_service.ground.tables import Conversation, InboundMessage, Phone
from verify_service.messaging.compose import write
from verify_service.messaging.gateway_clock import Clocks
from verify_service.messaging.outbox import Purpose


@dataclass
class Hearing:
    """The texts of one phone that are heard now, and those that were heard of it lately, the newest first."""

    session: Session
    phone: Phone
    clocks: Clocks
    now: dt.datetime
    later: Later
    before: list[InboundMessage]
    prompts: Prompts
    asked: Conversation | None  # the newest question
    talk: Conversation | None  # the talk by text, as it was before any of these
    people: Sequence[Named]
    stale: bool = False  # whether verdicts are after it
    moved: bool = False  # whether a text was heard since it was looked up
    stopping: bool = False  # whether the text that is being heard says STOP as well: nothing is asked back
    copies: list[tuple[InboundMessage, InboundMessage]] = field(default_factory=list)  # each with what it is a copy of

    def look_again(self) -> None:
        """What a text came to may have ended a talk, begun another, or let go of a worker."""
        self.session.flush()
        known = look_up(self.session, [self.phone.id], ())
        self.asked, self.talk = known.questions.get(self.phone.id), known.talks.get(self.phone.id)
        self.people, self.moved = known.people.get(self.phone.id, ()), False

    def said(self, rows: Sequence[InboundMessage]) -> Message:
        return Message(rows, " ".join(words_of(row) for row in rows), self.clocks.written_at(rows[0]))

    def overtaken(self, row: InboundMessage, counts: Callable[[InboundMessage], bool]) -> bool:
        """Whether one of these that was heard before was written after this text: texts overtake one another."""
        return any(counts(one) and self.clocks.overtaken(row, by=one) for one in self.before)

    def begin_handling(self, rows: Sequence[InboundMessage]) -> None:
        """Only what was handled may be emptied, and it may be in the course of it."""
        for row in rows:
            row.handled_at = self.now

    def handled(self, rows: Sequence[InboundMessage], how: HandledAs) -> None:
        """Note what became of a text; further parts of it are parts."""
        for place, row in enumerate(rows):
            row.handled_at = self.now
            row.handled_as = how if place == 0 or how in (HandledAs.TRIAGE, HandledAs.COPY) else HandledAs.PART
        self.before[:0] = reversed([row for row in rows if row not in self.before])

    def reply(self, said: Message, screen: str) -> None:
        write(self.session, self.phone, screen, purpose=Purpose.REPLY, cause=said.cause, now=said.received)

    def answer(self, asked: Question, said: Message, meant: str) -> None:
        """Take an option for the worker's answer to our question."""
        self.stale |= question.answer(self.session, self.phone, asked, said, meant, self.later)

    def end_talks(self, at: dt.datetime) -> None:
        """STOP ends the talk that the phone is in."""
        by_message.end_talks(self.session, self.phone, question.STOPPED, at)
