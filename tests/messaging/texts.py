"""Texts of ours, queued as a use case queues them."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from tests.people import NOW
from verify_service.ground.database import transaction
from verify_service.messaging.outbox import Purpose, queue_text

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
