"""Reads which amendments are in force today, so that each process serves by them within seconds, without a new start.

The web process looks in a thread of its own, a worker before each job, the clock at its ticks, a command once.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from verify_service.ground import amended
from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.programme import programme

EVERY: Final = 5.0  # seconds: so long a process may still go by what stood before
_PATIENCE: Final = 2.0  # seconds for the database
_IN_FORCE: Final = text(
    "SELECT id, kind, key, value FROM ("
    "  SELECT DISTINCT ON (kind, key) id, kind, key, value FROM amendment"
    "  WHERE state = 'confirmed' AND applies_from <= (now() AT TIME ZONE :zone)::date"
    "  ORDER BY kind, key, applies_from DESC, decided_at DESC, id DESC) newest ORDER BY id"
)

_next_look = [0.0]


def refresh() -> None:
    """Look, if the last look was a while ago. Where the database is away, what was in force stays."""
    now = time.monotonic()
    if now < _next_look[0]:
        return
    _next_look[0] = now + EVERY
    look()


def look() -> bool:
    """Go by what is in force at this moment; whether that is otherwise than before."""
    try:
        with transaction(seconds=_PATIENCE) as session:
            rows = session.execute(_IN_FORCE, {"zone": programme().timezone}).all()
    except ProgrammingError:  # no tables yet, or those of an older release
        return False
    except Unavailable:
        return False
    return amended.hold([amended.Amendment(row.id, amended.Kind(row.kind), row.key, row.value) for row in rows])


def keep_looking() -> None:
    """Look again and again beside the work of this process, as long as it lives."""

    def look_on() -> None:
        while True:
            refresh()
            time.sleep(EVERY)

    threading.Thread(target=look_on, name="in force", daemon=True).start()


def forget() -> None:
    """As after a new start: by the files alone, until the next look."""
    _next_look[0] = 0.0
    amended.hold([])
