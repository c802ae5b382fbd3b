"""Writing to somebody: the words of the catalogue, in the language of the phone, into the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from flows.conversation import Screen, Value
from flows.flow_state import FlowState
from verify_service.ground.programme import programme
from verify_service.ground.tables import Phone
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.outbox import Asks, Purpose, queue_text

_NOTHING: Mapping[str, Value] = {}


def words(phone: Phone, screen: str, values: Mapping[str, Value] = _NOTHING) -> str:
    """One SMS of one part, in the language of this phone."""
    return wordings().sms(
        screen, phone.language, values, standing=programme().standing, free=programme().ussd_zero_rated
    )


def write(
    session: Session,
    phone: Phone,
    screen: str,
    values: Mapping[str, Value] = _NOTHING,
    *,
    purpose: Purpose,
    cause: str,
    now: dt.datetime,
    worker_id: int | None = None,
    not_before: dt.datetime | None = None,
    asks: Asks | None = None,
) -> int | None:
    """Queue one SMS of one part; its outbox id, or None when none will go (they stopped us, or it went before)."""
    return queue_text(
        session,
        phone_id=phone.id,
        screen=screen,
        body=words(phone, screen, values),
        purpose=purpose,
        cause=cause,
        now=now,
        worker_id=worker_id,
        not_before=not_before,
        asks=asks,
    )


def say(
    session: Session,
    phone: Phone,
    screen: Screen,
    talk: FlowState,
    *,
    first: bool,
    cause: str,
    now: dt.datetime,
    asks: Asks,
) -> None:
    """Queue a screen of a talk as the answer to what the person has just sent."""
    body = wordings().text(
        screen,
        phone.language,
        hinted=talk.wrong > 0,
        page=talk.page,
        first=first,
        standing=programme().standing,
        free=programme().ussd_zero_rated,
    )
    _answer(session, phone, screen.screen, body, cause, now, asks)


def say_ending(
    session: Session, phone: Phone, screen: str, values: Mapping[str, Value], *, cause: str, now: dt.datetime
) -> None:
    """Queue the end of a talk as the answer to what the person has just sent."""
    body = wordings().text_ending(
        screen, phone.language, values, standing=programme().standing, free=programme().ussd_zero_rated
    )
    _answer(session, phone, screen, body, cause, now)


def _answer(
    session: Session, phone: Phone, screen: str, body: str, cause: str, now: dt.datetime, asks: Asks | None = None
) -> None:
    queue_text(
        session, phone_id=phone.id, screen=screen, body=body, purpose=Purpose.REPLY, cause=cause, now=now, asks=asks
    )
