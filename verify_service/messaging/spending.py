"""What texts have cost, what is on its way, and when a number of them will have left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.messaging.window import may_write_from, window_closes

_SPENT = text(
    """
SELECT coalesce(sum(parts) FILTER (WHERE handed_at >= :month), 0),
       coalesce(sum(parts) FILTER (WHERE handed_at < :month), 0)
FROM outbox WHERE handed_at >= :before
"""
)
_ON_THEIR_WAY = text("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")


@dataclass(frozen=True)
class MonthSpent:
    """Parts that the gateway took this month and last month, and texts that wait to leave."""

    parts: int
    before: int
    waiting: int = 0

    @property
    def rupiah(self) -> int:
        return self.parts * programme().texting.part_cost

    @property
    def left(self) -> int | None:
        """Rupiah left of the month's budget once what waits has left, a part each; None without a budget."""
        budget = programme().texting.month_budget
        return budget - self.rupiah - self.waiting * programme().texting.part_cost if budget else None


def month_spent(session: Session, *, now: dt.datetime) -> MonthSpent:
    """This month's texts, by the calendar of the city."""
    first = now.astimezone(programme().zone).date().replace(day=1)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    parts, last = session.execute(_SPENT, {"month": _midnight(first), "before": _midnight(before)}).one()
    return MonthSpent(int(parts), int(last), session.scalar(_ON_THEIR_WAY) or 0)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), programme().zone)


def all_left_by(texts: int, *, now: dt.datetime) -> dt.datetime:
    """When the last of so many texts that we start leaves, at the gateway's rate and within the send window."""
    left = dt.timedelta(minutes=texts / programme().texting.texts_per_minute)
    opens = may_write_from(now)
    while (closes := window_closes(opens)) is not None and opens + left > closes:
        left -= closes - opens
        opens = may_write_from(closes)
    return opens + left
