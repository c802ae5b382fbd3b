"""One text that reaches us twice: called back under one id, and fetched later under another.

A provider's two ids have nothing in common, and the same person may well send the same word twice. So ids are matched
by sender, words and time, and counted: of any number of callbacks and fetched texts with the same words, as few texts
are made as could have led to them. Once all were fetched, that is how many the person sent; before, never more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import InboundMessage

APART: Final = dt.timedelta(minutes=2)  # what a provider's two times of one text may differ
_AROUND: Final = dt.timedelta(hours=1)  # texts in a row that may have to do with one another
_REPEATED: Final = dt.timedelta(seconds=10)  # for how long a callback may be repeated that we answered
MADE_UP: Final = "sha:"  # how an id of ours begins, for a text that came without one
_HOLD = text("SELECT pg_advisory_xact_lock(hashtext('texts of one sender'), hashtext(:sender))")


def one_at_a_time(session: Session, sender_index: bytes) -> None:
    """A callback and a fetch of the same text in the same moment: the second waits until the first is kept."""
    session.execute(_HOLD, {"sender": sender_index.hex()})


def known_by_id(session: Session, gateway: str, sender_index: bytes | None, body_hash: bytes, provider_id: str) -> bool:
    """Whether this text was heard of under this id, as its own or as its other one.

    The same id with other words or from somebody else is another text, whatever the provider meant by it.
    """
    theirs = InboundMessage.provider_id == provider_id
    if sender_index is not None:
        theirs = or_(theirs, InboundMessage.twin == provider_id)
    known = select(InboundMessage.id).where(
        InboundMessage.gateway == gateway,
        InboundMessage.sender_index.is_not_distinct_from(sender_index),
        theirs,
        or_(InboundMessage.body_hash.is_(None), InboundMessage.body_hash == body_hash),
    )
    return session.scalar(known.limit(1)) is not None


def without_id(
    session: Session, gateway: str, sender_index: bytes | None, body_hash: bytes, now: dt.datetime
) -> str | None:
    """The id that the same words without id or time got within seconds: a repeat, as far as anybody can tell."""
    known = select(InboundMessage.provider_id).where(
        InboundMessage.gateway == gateway,
        InboundMessage.sender_index.is_not_distinct_from(sender_index),
        InboundMessage.body_hash == body_hash,
        InboundMessage.provider_id.startswith(MADE_UP),
        InboundMessage.received_at.between(now - _REPEATED, now),
    )
    return session.scalar(known.limit(1))


def pair(
    session: Session, gateway: str, sender_index: bytes, body_hash: bytes, provider_id: str, at: dt.datetime
) -> bool:
    """Whether a text kept before may be this one under its other id; if so the id is kept with it."""
    moment = func.coalesce(InboundMessage.sent_at, InboundMessage.received_at)
    rows = session.scalars(
        select(InboundMessage).where(
            InboundMessage.gateway == gateway,
            InboundMessage.sender_index == sender_index,
            InboundMessage.body_hash == body_hash,
            InboundMessage.quarantined.is_(None),
            moment.between(at - _AROUND, at + _AROUND),
        )
    ).all()
    if _texts(_heard(rows)) < _texts([*_heard(rows), (_fetched(provider_id), at)]):
        return False
    free = [row for row in rows if row.twin is None and _fetched(row.provider_id or "") != _fetched(provider_id)]
    if not free:
        return False
    nearest = min(free, key=lambda row: abs((row.sent_at or row.received_at) - at))
    nearest.twin, nearest.twin_at = provider_id, at
    return True


def _fetched(provider_id: str) -> bool:
    """Fetched ids are whole numbers, and those of callbacks are not."""
    return provider_id.isascii() and provider_id.isdigit()


def _heard(rows: Iterable[InboundMessage]) -> list[tuple[bool, dt.datetime]]:
    """Every id heard so far: whether it was fetched, and its time."""
    own = [(_fetched(row.provider_id or ""), row.sent_at or row.received_at) for row in rows]
    return own + [(_fetched(row.twin), row.twin_at) for row in rows if row.twin and row.twin_at]


def _texts(heard: Sequence[tuple[bool, dt.datetime]]) -> int:
    """The fewest texts that could have led to these ids: each is at most one callback and one fetched."""
    called = sorted(at for fetched, at in heard if not fetched)
    fetched = sorted(at for fetched, at in heard if fetched)
    texts = len(called) + len(fetched)
    while called and fetched:
        if abs(called[-1] - fetched[-1]) <= APART:  # two sorted rows of times: pairing the latest is never worse
            called.pop()
            fetched.pop()
            texts -= 1
        elif called[-1] > fetched[-1]:
            called.pop()
        else:
            fetched.pop()
    return texts
