"""What somebody writes of the card after a talk asked about it: it takes that answer back, and is none of the cover."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy import bindparam, select

from flows.caller import Caller, Person
from flows.outcomes import WorkerSays
from flows.reading import spoken
from verify_service.conversations.by_message import Message
from verify_service.conversations.context import Context
from verify_service.conversations.copies import HandledAs
from verify_service.conversations.one_phone import Hearing
from verify_service.conversations.outcomes import apply
from verify_service.conversations.question import THANKS, Question, names_the_cover
from verify_service.ground.programme import programme
from verify_service.ground.tables import Enrolment, Evidence
from verify_service.messaging.compose import words
from verify_service.messaging.outbox import answer_to
from verify_service.registry.names import mask_name

_SCREEN = "b9.card"
_NAMES_IT = re.compile(r"\b(?:kartu|kertu|card)(?:nya|na|ne|ku)?\b")
_LAST_SAID_OF_IT = (
    select(Enrolment.worker_id)
    .join(Evidence, Evidence.enrolment_id == Enrolment.id)
    .where(
        Evidence.phone_id == bindparam("phone"),
        Evidence.source == "worker",
        Evidence.statement == "card",
        Evidence.received_at >= bindparam("since"),
    )
    .order_by(Evidence.id.desc())
    .limit(1)
)


def whose_card(hearing: Hearing, said: Message, asked: Question) -> int | None:
    """The worker of whose card a text speaks, which was asked about after the question was; None where it may be of the
    cover: people say "kartunya sudah ada" for "I have it"."""
    if not _NAMES_IT.search(spoken(said.text)) or names_the_cover(said.text):
        return None
    since = max(asked.prompt.handed_at, said.received - dt.timedelta(hours=programme().texting.talk_hours))
    worker: int | None = hearing.session.scalar(_LAST_SAID_OF_IT, {"phone": hearing.phone.id, "since": since})
    return worker


def correct_card(hearing: Hearing, said: Message, asked: Question, worker: int, meant: str) -> HandledAs:
    """Take "kartunya udah ada ding" for the answer about the card; of another worker than the asked one an officer
    reads it."""
    if worker != asked.asked.worker_id or meant not in ("yes", "no"):
        hearing.reply(said, "s5.received")
        return HandledAs.TRIAGE
    session, phone = hearing.session, hearing.phone
    person = Person(worker=worker, name=mask_name(asked.name), nik4=asked.nik4)
    caller = Caller(phone.language, phone.noticed_at is not None, programme().languages, person)
    context = Context(session, asked.asked, phone, said.received, caller, screen=_SCREEN, message=said.first.id)
    context.later = hearing.later.evidence
    apply(context, WorkerSays("card", meant))
    hearing.stale |= context.nudge
    thanks = words(phone, THANKS)
    hearing.later.thanks.append(answer_to(phone, screen=THANKS, body=thanks, cause=said.cause, now=said.received))
    return HandledAs.ANSWER
