"""How sending stands: is the gateway there, how much waits, and since when. For pages, metrics and the health check."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import GatewayState
from verify_service.messaging.breaker import BreakerState
from verify_service.messaging.gateway_clock import Wrong, wrong_clocks
from verify_service.messaging.outbox import IN_A_TALK

# A text is that old, counted from when it might have gone; the last has no end.
AGES: Final = (
    ("under a minute", dt.timedelta(minutes=1)),
    ("under ten minutes", dt.timedelta(minutes=10)),
    ("under an hour", dt.timedelta(hours=1)),
    ("under a day", dt.timedelta(days=1)),
    ("older", dt.timedelta.max),
)

# Said again as the index has it.
_WAITING = text(
    """
SELECT coalesce(sum(texts), 0)::bigint, min(oldest),
       coalesce(sum(texts) FILTER (WHERE age = 0), 0)::bigint, coalesce(sum(texts) FILTER (WHERE age = 1), 0)::bigint,
       coalesce(sum(texts) FILTER (WHERE age = 2), 0)::bigint, coalesce(sum(texts) FILTER (WHERE age = 3), 0)::bigint,
       coalesce(sum(texts) FILTER (WHERE age = 4), 0)::bigint
FROM (
    SELECT width_bucket(extract(epoch FROM CAST(:now AS timestamptz) - due_at), ARRAY[60, 600, 3600, 86400]) AS age,
           count(*) AS texts, min(due_at) AS oldest
    FROM outbox WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND due_at <= :now
    GROUP BY 1
) AS ages
"""
)


_PAUSED = text("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND reason = :reason")


@dataclass(frozen=True, slots=True)
class Away:
    """Since when the gateway is away, and the last thing that went wrong there."""

    since: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SendingHealth:
    """One moment: `away` None while the gateway takes texts, `ages` the waiting texts by age, in the order of AGES,
    `paused` what we would ask of people who are in a talk by text, `clocks` the gateways whose clock is wrong."""

    gateway: str
    away: Away | None
    opened: int  # times the gateway went away
    waiting: int
    oldest: dt.datetime | None
    ages: tuple[int, ...]
    paused: int = 0
    clocks: tuple[Wrong, ...] = ()


def away_since(session: Session, gateway: str) -> Away | None:
    """Whether the gateway is away; None while it takes texts."""
    return _away(_state(session, gateway))


def standing(session: Session, gateway: str, *, now: dt.datetime) -> SendingHealth:
    """How sending stands now: texts that might have gone by now and did not."""
    held = _state(session, gateway)
    total, oldest, *ages = session.execute(_WAITING, {"now": now}).one()
    paused = session.scalar(_PAUSED, {"reason": IN_A_TALK}) or 0
    away, opened = _away(held), held.opened if held else 0
    return SendingHealth(gateway, away, opened, total, oldest, tuple(ages), paused, tuple(wrong_clocks(session)))


def if_amiss(session: Session, gateway: str, *, now: dt.datetime) -> SendingHealth | None:
    """How sending stands while a gateway is away or has the wrong time; None, for little, while nothing is amiss."""
    amiss = away_since(session, gateway) or wrong_clocks(session)
    return standing(session, gateway, now=now) if amiss else None


def _state(session: Session, gateway: str) -> GatewayState | None:
    return session.scalar(select(GatewayState).where(GatewayState.gateway == gateway))


def _away(held: GatewayState | None) -> Away | None:
    return None if held is None or held.state == BreakerState.CLOSED.value else Away(held.since, held.reason)
