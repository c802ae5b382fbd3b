"""Whether the gateway takes texts: a failure of the whole call is a state of the gateway, and costs no text a try.

The state is a row, so that every worker and every page sees the same. While the gateway is away nothing is handed over;
after a moment one sender knocks, and gives one text on trial to whoever answers. What comes of the trial decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import Update, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.tables import GatewayState
from verify_service.messaging.gateways.contract import SendOutcome, Sent

PAUSE: Final = dt.timedelta(seconds=0.5)  # between two knocks: people wait for replies, and a knock costs nothing
UNKNOWN_PAUSE: Final = dt.timedelta(seconds=5)  # after a trial that perhaps sent its text, doubled with each ...
LONGEST_PAUSE: Final = dt.timedelta(seconds=60)  # ... up to this
TRIAL: Final = dt.timedelta(seconds=25)  # longer than a knock and a call; then its sender counts as dead
PATIENCE: Final = 1.0  # seconds that a knock waits for an answer ...
LONG_PATIENCE: Final = 10.0  # ... and now and then: a gateway may be slow and yet there
_LONG_EVERY: Final = 30  # knocks, which is about once a minute

log = structlog.get_logger()


class BreakerState(StrEnum):
    """Of the breaker: closed is when texts flow."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Leave:
    """What a sender may do now: hand over whatever is due, or try the gateway with one text.

    `opened` and `trial` tell its results from those of other senders: what was begun before the gateway went away, or
    came back, says nothing of now.
    """

    opened: int = 0
    trial: int | None = None
    patience: float = PATIENCE


def ask_leave(session: Session, gateway: str, *, now: dt.datetime) -> Leave | None:
    """What this sender may do now; None while the gateway is away and it is not time to try it.

    Of many who ask at once one gets the trial. If it dies, the trial counts as lost after a while.
    """
    held = session.execute(
        select(GatewayState.state, GatewayState.opened).where(GatewayState.gateway == gateway)
    ).first()
    if held is None or held.state == BreakerState.CLOSED.value:
        return Leave(held.opened if held else 0)
    taken = session.execute(
        update(GatewayState)
        .where(GatewayState.gateway == gateway, GatewayState.state != BreakerState.CLOSED.value)
        # A time farther off than any we set was set before the clock was put back.
        .where(or_(GatewayState.next_at <= now, GatewayState.next_at > now + LONGEST_PAUSE))
        .values(
            state=BreakerState.HALF_OPEN.value,
            trial=GatewayState.trial + 1,
            tries=GatewayState.tries + 1,
            next_at=now + TRIAL,
        )
        .returning(GatewayState.opened, GatewayState.trial, GatewayState.tries)
    ).first()
    if taken is None:
        return None
    return Leave(taken.opened, taken.trial, LONG_PATIENCE if taken.tries % _LONG_EVERY == 0 else PATIENCE)


def unanswered(session: Session, gateway: str, leave: Leave, *, now: dt.datetime) -> None:
    """Nobody answered the knock: away as before."""
    _stays_away(session, gateway, leave, "no answer", now + PAUSE)


def answered(session: Session, gateway: str, leave: Leave, *, now: dt.datetime) -> None:
    """Somebody answered the knock, and there was no text to try.

    That is being back only if no text was swallowed before: else the next batch would be swallowed whole.
    """
    if _unknowns(session, gateway):
        _stays_away(session, gateway, leave, "no text to try it with", now + PAUSE)
    else:
        _back(session, gateway, leave, now)


def heard(session: Session, gateway: str, leave: Leave, results: Sequence[Sent], *, now: dt.datetime) -> None:
    """Learn from what came of texts handed over with this leave. Refusing a text for good is being there as well."""
    failure = failure_of(results)
    if failure is None:
        if leave.trial is not None:
            _back(session, gateway, leave, now)
    elif leave.trial is None:
        _goes_away(session, gateway, leave, failure, now)
    else:
        perhaps = failure.outcome is SendOutcome.UNKNOWN
        next_at = now + _pause(failure, _unknowns(session, gateway) if perhaps else 0)
        _stays_away(session, gateway, leave, failure.reason, next_at, perhaps=perhaps)


def failure_of(results: Sequence[Sent]) -> Sent | None:
    """What the next call would meet as well; None when the gateway was there to the end."""
    failures = (SendOutcome.NOT_HANDED_OVER, SendOutcome.UNKNOWN)
    return next((sent for sent in results if sent.whole_call and sent.outcome in failures), None)


def _pause(failure: Sent, unknowns: int) -> dt.timedelta:
    """Short where a trial costs no text anything; longer with each text that perhaps went, and as the provider asks."""
    pause = PAUSE
    if failure.outcome is SendOutcome.UNKNOWN:
        pause = UNKNOWN_PAUSE * 2 ** min(unknowns, 8)
    return min(max(pause, dt.timedelta(seconds=failure.wait)), LONGEST_PAUSE)


def _unknowns(session: Session, gateway: str) -> int:
    return session.scalar(select(GatewayState.unknowns).where(GatewayState.gateway == gateway)) or 0


def _goes_away(session: Session, gateway: str, leave: Leave, failure: Sent, now: dt.datetime) -> None:
    """Open, unless somebody noticed first, or it is back since."""
    fresh = {
        "state": BreakerState.OPEN.value,
        "since": now,
        "reason": failure.reason[:200],
        "tries": 0,
        "unknowns": int(failure.outcome is SendOutcome.UNKNOWN),
        "next_at": now + min(max(PAUSE, dt.timedelta(seconds=failure.wait)), LONGEST_PAUSE),
    }
    first = insert(GatewayState).values(gateway=gateway, opened=leave.opened + 1, trial=0, **fresh)
    opens = first.on_conflict_do_update(
        index_elements=[GatewayState.gateway],
        set_=fresh | {"opened": GatewayState.opened + 1},
        where=(GatewayState.state == BreakerState.CLOSED.value) & (GatewayState.opened == leave.opened),
    )
    if session.scalar(opens.returning(GatewayState.opened)) is not None:
        log.error("gateway away", gateway=gateway, reason=failure.reason)


def _stays_away(
    session: Session, gateway: str, leave: Leave, reason: str, next_at: dt.datetime, *, perhaps: bool = False
) -> None:
    session.execute(
        _own(gateway, leave).values(
            state=BreakerState.OPEN.value,
            reason=reason[:200],
            next_at=next_at,
            unknowns=GatewayState.unknowns + int(perhaps),
        )
    )


def _back(session: Session, gateway: str, leave: Leave, now: dt.datetime) -> None:
    was = select(GatewayState.since).where(GatewayState.gateway == gateway)
    since = session.scalar(was)
    closes = _own(gateway, leave).values(state=BreakerState.CLOSED.value, since=now).returning(GatewayState.gateway)
    if session.scalar(closes) is not None and since is not None:
        log.warning("gateway back", gateway=gateway, seconds_away=round((now - since).total_seconds()))


def _own(gateway: str, leave: Leave) -> Update:
    """The state, while this trial is the one that counts."""
    return update(GatewayState).where(
        GatewayState.gateway == gateway,
        GatewayState.state == BreakerState.HALF_OPEN.value,
        GatewayState.trial == leave.trial,
    )
