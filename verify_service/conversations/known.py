"""What there is to know of the phones whose texts are heard together: looked up once for all of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from verify_service.conversations.prompts import Prompts, prompts_of
from verify_service.ground.crypto import nik_end
from verify_service.ground.tables import Conversation, InboundMessage, PersonKey, PhoneLink, Worker

LOOKED_BACK = dt.timedelta(hours=24)  # how long a text may be a copy of another


@dataclass(frozen=True)
class Named:
    """A worker whom a phone answers for."""

    worker: int
    name: str
    nik: bytes = field(repr=False)
    key: bytes | None = field(repr=False)

    @property
    def nik4(self) -> str:
        """The last four digits of the NIK."""
        return nik_end(self.key, self.nik)


@dataclass(frozen=True)
class Known:
    """Of each phone (by its row): what was handed over, its talk by text, its newest question, whom it answers for; and
    of each sender (by index) what was heard lately, the newest first."""

    prompts: Mapping[int, Prompts] = field(default_factory=dict)
    talks: Mapping[int, Conversation] = field(default_factory=dict)
    questions: Mapping[int, Conversation] = field(default_factory=dict)
    people: Mapping[int, Sequence[Named]] = field(default_factory=dict)
    before: Mapping[bytes | None, Sequence[InboundMessage]] = field(default_factory=dict)


# A flood from one phone is not read again with each of its texts.
_LATELY = select(InboundMessage).from_statement(
    sql(
        """
        SELECT lately.* FROM unnest(CAST(:senders AS bytea[]), CAST(:sinces AS timestamptz[])) AS asked (sender, since)
        CROSS JOIN LATERAL (
            SELECT * FROM inbound_message
            WHERE sender_index = asked.sender AND handled_as <> 'copy' AND received_at >= asked.since
            ORDER BY received_at DESC, id DESC LIMIT 20) AS lately
        """
    )
)
_TALKS = (
    select(Conversation)
    .where(
        Conversation.phone_id.in_(bindparam("phones", expanding=True)),
        Conversation.channel == "talk",
        Conversation.ended_at.is_(None),
    )
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
)
_QUESTIONS = (
    select(Conversation)
    .where(Conversation.id.in_(bindparam("asked", expanding=True)), Conversation.channel == "sms")
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
)
_PEOPLE = (
    select(PhoneLink.phone_id, Worker.id, Worker.name, Worker.nik, PersonKey.wrapped)
    .join(Worker, Worker.id == PhoneLink.worker_id)
    .outerjoin(PersonKey, PersonKey.nik_index == Worker.nik_index)
    .where(
        PhoneLink.phone_id.in_(bindparam("phones", expanding=True)),
        PhoneLink.unlinked_at.is_(None),
        Worker.same_as.is_(None),
    )
    .order_by(PhoneLink.phone_id, Worker.id)
)


def look_up(session: Session, phones: Sequence[int], firsts: Iterable[InboundMessage]) -> Known:
    """Look up these phones, of which these texts are the first that wait. Talks and questions are locked."""
    waiting = list(firsts)
    prompts = prompts_of(session, phones)
    asked = {prompt.conversation for handed in prompts.values() for prompt in handed.handed}
    before: dict[bytes | None, list[InboundMessage]] = defaultdict(list)
    values = {
        "senders": [row.sender_index for row in waiting],
        "sinces": [row.received_at - LOOKED_BACK for row in waiting],
    }
    for row in session.scalars(_LATELY, values):
        before[row.sender_index].append(row)
    people: dict[int, list[Named]] = defaultdict(list)
    for phone, worker, name, nik, key in session.execute(_PEOPLE, {"phones": phones}):
        people[phone].append(Named(worker, name, nik, key))
    # The newest of each phone: rows come in the order of their ids.
    talks = {talk.phone_id: talk for talk in session.scalars(_TALKS, {"phones": phones})}
    questions = session.scalars(_QUESTIONS, {"asked": sorted(asked)}) if asked else ()
    return Known(prompts, talks, {one.phone_id: one for one in questions}, people, before)
