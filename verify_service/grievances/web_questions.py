"""A question that anybody asks on the public page: a case with a number and a day, like any other.

Nobody signs in there, and no address of a browser is kept. What holds a flood back is how many may come in an hour: of
one address few, so that it does not close the form to all others, and of all together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from verify_service.grievances.opening import NewGrievance, Opened, open_grievance
from verify_service.ground.crypto import keyed_hash
from verify_service.ground.phones import Phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import Grievance
from verify_service.messaging.consent import phone_of

CHANNEL: Final = "web"
LONGEST: Final = 2000  # letters
AN_ADDRESS: Final = 20  # an hour; many phones share one address of their operator
AN_HOUR: Final = 300  # questions from everybody together
A_PHONE_A_DAY: Final = 3


@dataclass(frozen=True)
class Question:
    """What was asked. `once` is the form's own token: two clicks are one question; `phone` gets the answer."""

    words: str = field(repr=False)
    phone: Phone | None = field(repr=False)
    language: str
    once: str


@dataclass(frozen=True)
class Busy:
    """Too many questions within the hour, or of one phone within the day: nothing was filed."""


def ask(
    session: Session, question: Question, *, now: dt.datetime, within_share: Callable[[], bool] = lambda: True
) -> Opened | Busy:
    """File it as a question about the programme (G14). The same form sent again is the same case, and costs no share.

    `within_share` counts the sender's address, and says whether it may ask once more.
    """
    told = keyed_hash(f"{question.words}\0{question.phone}", "grievance.form").hex()
    inbound = f"{CHANNEL}:{question.once}:{told}"
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('questions of the public page', 0))"))
    known = session.scalar(select(Grievance.id).where(Grievance.inbound == keyed_hash(inbound, "grievance.inbound")))
    phone_id = phone_of(session, question.phone, now=now) if question.phone else None
    if known is None and (not within_share() or _too_many(session, phone_id, now)):
        return Busy()
    report = NewGrievance(
        "other",
        "report",
        CHANNEL,
        inbound,
        words=question.words,
        identity="normal",
        language=question.language if question.language in programme().languages else None,
        phone_id=phone_id,
    )
    return open_grievance(session, report, now=now)


def _too_many(session: Session, phone_id: int | None, now: dt.datetime) -> bool:
    asked = select(func.count()).where(Grievance.channel == CHANNEL)
    within_hour = session.scalar(asked.where(Grievance.opened_at > now - dt.timedelta(hours=1))) or 0
    of_phone = asked.where(Grievance.phone_id == phone_id, Grievance.opened_at > now - dt.timedelta(days=1))
    return within_hour >= AN_HOUR or (phone_id is not None and (session.scalar(of_phone) or 0) >= A_PHONE_A_DAY)
