"""Texts of ours, put straight into the outbox: what the sender would have left there."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from tests.people import NOW, a_phone
from verify_service.ground.crypto import keyed_hash, seal

_causes = count(1)


def a_text(
    db: Any, number: str, body: str | None, *, state: str = "accepted", sent_at: dt.datetime | None = NOW
) -> int:
    """A text to this number; the gateway took it unless told otherwise."""
    (made,) = db.execute(
        """INSERT INTO outbox (phone_id, screen, purpose, body, body_hash, cause, state, due_at, stale_at, created_at,
                               sent_at)
           VALUES (%s, 'test', 'reply', %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        [
            a_phone(db, number),
            seal(body, "outbox.body") if body is not None else None,
            keyed_hash(body or "", "outbox"),
            f"test:{next(_causes)}",
            state,
            NOW,
            NOW + dt.timedelta(days=1),
            NOW,
            sent_at,
        ],
    ).fetchone()
    return int(made)


_MOMENTS = {
    "evidence": ("received_at",),
    "inbound_message": ("received_at", "sent_at"),
    "outbox": ("handed_at", "sent_at"),
    "conversation": ("touched_at", "ended_at"),
    "phone": ("wish_at", "stopped_at", "refused_at"),
}


_OLDER = "; ".join(
    f"UPDATE {table} SET "
    + ", ".join(f"{moment} = {moment} - make_interval(secs => {{seconds}})" for moment in moments)
    for table, moments in _MOMENTS.items()
)


def time_passes(db: Any, seconds: float = 60) -> None:
    """Everything that was texted is older now: whoever texts next has read what was handed over."""
    db.execute(_OLDER.format(seconds=seconds))  # all in one message: it is said before every text of every talk


def the_sender_runs(db: Any) -> None:
    """Every text that waits is handed to the gateway, which takes it."""
    db.execute(
        """UPDATE outbox SET state = 'accepted', sent_at = now(), handed_at = coalesce(handed_at, now())
           WHERE state = 'waiting'"""
    )
