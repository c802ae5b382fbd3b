"""Words for an anonymous report as they may be kept: without what leads to the phone they came from."""

from __future__ import annotations

from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from flows.unnamed import without_its_maker
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Phone

_NAMES = sql(
    """SELECT worker.name FROM phone_link JOIN worker ON worker.id = phone_link.worker_id
       WHERE phone_link.phone_id = :phone AND phone_link.unlinked_at IS NULL"""
)


def nameless(session: Session, phone: Phone, words: str) -> str:
    """These words without the names of those whom the phone answers for, its number, and what somebody tells of
    himself."""
    names = list(session.scalars(_NAMES, {"phone": phone.id}))
    return without_its_maker(words, names, unseal_or_blank(phone.number, "phone.number"))
