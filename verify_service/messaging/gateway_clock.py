"""How far a gateway's clock may be believed: it orders the texts of one sender, and decides nothing else.

Gateways have sent 1970, local time called UTC, and clocks minutes behind. By a clock that is wrong every answer would
have been written before its question.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.tables import InboundMessage

RIGHT: Final = dt.timedelta(seconds=90)  # a text takes seconds; one in ten does even on a bad day
LATEST: Final = dt.timedelta(hours=24)  # a text that was under way for longer has a wrong time
_LOOKED_AT: Final = 10  # texts

# The nearest of the last texts: single ones come late, and then their time is true all the same.
_NEAREST = text(
    """
SELECT gateway, min(abs(extract(epoch FROM received_at - sent_at))) AS away, count(*) AS texts,
       count(*) > 2 AND bool_and(extract(second FROM sent_at) = 0) AS whole_minutes
FROM (SELECT DISTINCT gateway FROM inbound_message WHERE id > (SELECT max(id) - 1000 FROM inbound_message)) AS known
CROSS JOIN LATERAL (
    SELECT received_at, sent_at FROM inbound_message told
    WHERE told.gateway = known.gateway AND told.sent_at IS NOT NULL ORDER BY told.id DESC LIMIT :most) AS last
GROUP BY gateway
"""
)


@dataclass(frozen=True)
class Clocks:
    """The gateways whose clock is right, by the texts they brought last, and those that tell whole minutes alone."""

    right: frozenset[str] = frozenset()
    whole_minutes: frozenset[str] = frozenset()

    def told_by(self, message: InboundMessage) -> dt.datetime | None:
        """The gateway's time of a text, where its clock is right; one operator of several behind it may be wrong."""
        if message.sent_at is None or message.gateway not in self.right:
            return None
        lag = message.received_at - message.sent_at
        return message.sent_at if -RIGHT <= lag <= LATEST else None

    def written_at(self, message: InboundMessage) -> dt.datetime:
        """What texts of one sender are ordered by: the gateway's time where it is right, else when it reached us."""
        told = self.told_by(message)
        return message.received_at if told is None else min(told, message.received_at)

    def overtaken(self, message: InboundMessage, by: InboundMessage) -> bool:
        """Whether a text that was heard before was written after this one, as the gateway of both has it."""
        told, told_then = self.told_by(message), self.told_by(by)
        if told is None or told_then is None or message.gateway != by.gateway:
            return False
        return told.replace(microsecond=0) < told_then.replace(microsecond=0)


def clocks(session: Session) -> Clocks:
    """Which gateways' clocks are right now."""
    nearest = session.execute(_NEAREST, {"most": _LOOKED_AT}).all()
    return Clocks(
        frozenset(row.gateway for row in nearest if row.away <= RIGHT.total_seconds()),
        frozenset(row.gateway for row in nearest if row.whole_minutes),
    )


@dataclass(frozen=True)
class Wrong:
    """A gateway whose clock is wrong, and by how many seconds at least."""

    gateway: str
    seconds: int


def wrong_clocks(session: Session) -> list[Wrong]:
    """Gateways whose times are not used, for an operator to see to; after a few texts, since one may come late."""
    nearest = session.execute(_NEAREST, {"most": _LOOKED_AT})
    return [
        Wrong(row.gateway, round(row.away)) for row in nearest if row.texts >= 3 and row.away > RIGHT.total_seconds()
    ]
