"""Texts of ours, queued as a use case queues them."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from tests.people import NOW
from verify_service.ground.database import transaction
from verify_service.messaging.gateways.contract import Gateway, Sent
from verify_service.messaging.outbox import Purpose, queue_text
from verify_service.messaging.sending import Claimed, claim, hand_over, record

_causes = count(1)


def queued(
    phone_id: int,
    *,
    body: str = "Iuran Anda bulan ini sudah dibayar.",
    purpose: Purpose = Purpose.REPLY,
    cause: str | None = None,
    now: dt.datetime = NOW,
    **more: Any,
) -> int | None:
    """One text to this phone, in a transaction of its own; its id, or None when none goes."""
    with transaction() as session:
        return queue_text(
            session,
            phone_id=phone_id,
            screen="s1",
            body=body,
            purpose=purpose,
            cause=cause or f"test:{next(_causes)}",
            now=now,
            **more,
        )


def sent(gateway: Gateway, *, now: dt.datetime = NOW) -> list[Sent]:
    """One call of the sender: what is due is claimed, handed over and recorded; what the gateway said."""
    claimed = taken(gateway, now=now)
    if not claimed:
        return []
    results = hand_over(gateway, claimed)
    with transaction() as session:
        record(session, gateway.name, claimed, results, now=now)
    return results


def all_sent(gateway: Gateway, *, now: dt.datetime = NOW) -> None:
    """Calls until nothing is due."""
    while sent(gateway, now=now):
        pass


def taken(gateway: Gateway, *, now: dt.datetime = NOW) -> tuple[Claimed, ...]:
    """A sender takes what is due, and may die now."""
    with transaction() as session:
        return claim(session, gateway.capabilities, now=now).texts
