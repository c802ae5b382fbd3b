"""Making good callbacks that were lost while we were away, by reading the provider's own inbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.tables import FetchCursor
from verify_service.messaging.gateways.contract import Fetched, InboundSms
from verify_service.messaging.inbox import store_message

EVERY: Final = dt.timedelta(minutes=5)
# A provider's inbox reaches back to before us. Who wrote longer ago than that is not answered by a machine.
OLDEST: Final = dt.timedelta(days=7)


def take_turn(session: Session, gateway: str, *, now: dt.datetime) -> int | None:
    """Where to go on reading (an id of the provider's), or None when it was read within five minutes."""
    first = insert(FetchCursor).values(gateway=gateway, after_id=0, fetched_at=now)
    turn = first.on_conflict_do_update(
        index_elements=[FetchCursor.gateway],
        set_={"fetched_at": now},
        where=FetchCursor.fetched_at <= now - EVERY,
    )
    return session.scalar(turn.returning(FetchCursor.after_id))


def keep(session: Session, gateway: str, fetched: Fetched, *, now: dt.datetime) -> tuple[int, int]:
    """Keep fetched texts, each once with the callback it may have had; how many were new, and where to go on."""
    new = sum(store_message(session, gateway, _dated(text, now), _raw(text), now=now) for text in fetched.messages)
    newest = max((int(text.provider_id) for text in fetched.messages if _whole(text.provider_id)), default=0)
    moved = (
        update(FetchCursor)
        .where(FetchCursor.gateway == gateway)
        .values(after_id=func.greatest(FetchCursor.after_id, newest))
    )
    return new, session.scalars(moved.returning(FetchCursor.after_id)).one()


def _dated(text: InboundSms, now: dt.datetime) -> InboundSms:
    """The text, set aside for a person to look at when it is from long ago."""
    if text.sent_at is None or text.sent_at >= now - OLDEST:
        return text
    return replace(text, problem=text.problem or "from long ago")


def _raw(text: InboundSms) -> bytes:
    """What was fetched, in the form of a callback, to be kept with texts that cannot be used."""
    date = "" if text.sent_at is None else text.sent_at.isoformat()
    fields = {"id": text.provider_id, "from": text.sender_raw, "to": text.to, "text": text.text, "date": date}
    return urlencode(fields).encode()


def _whole(provider_id: str) -> bool:
    return provider_id.isascii() and provider_id.isdigit() and len(provider_id) <= 18
