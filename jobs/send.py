"""Send: hand what is due in the outbox to the gateway."""

from __future__ import annotations

import datetime as dt
import time
from itertools import count
from typing import Final

from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.messaging import breaker, sending
from verify_service.messaging.breaker import Leave
from verify_service.messaging.gateways import gateway
from verify_service.messaging.gateways.contract import Sent

TURN: Final = 1.0  # seconds of sending before other jobs get theirs: verdicts are waited for on a screen
SHARE: Final = 5  # every so many calls begin with what we start: a flood of replies must not starve it

AT_ONCE: Final = (
    1.0  # seconds that a call should take: what was claimed for it counts as handed over from its beginning
)

_calls = count(1)
_pace = 0.0  # seconds that a slow gateway took for a text in the last call


def send(turn: float = TURN) -> None:
    """Send texts that are due, for one turn of so many seconds; with none, do nothing.

    While the gateway is away nothing is handed over; now and then one text tries it.
    """
    queue.started(queue.SEND)
    began = time.monotonic()
    while one_batch():
        if time.monotonic() - began >= turn:
            queue.nudge(queue.SEND)
            return


def one_batch() -> bool:
    """One call of the gateway, with no transaction open; whether there may be more to do."""
    with transaction() as session:
        leave = breaker.ask_leave(session, gateway().name, now=_now())
        if leave is None:
            return False
        if leave.trial is None:
            ours_first = next(_calls) % SHARE == 0
            claim = sending.claim(session, gateway().capabilities, now=_now(), most=_most(), ours_first=ours_first)
    if leave.trial is not None:
        return _trial(leave)
    return _hand_over(leave, claim)


def _trial(leave: Leave) -> bool:
    """One text for a gateway that was away, if somebody answers there; whether it took it.

    Knocking first spares the texts: of one that is given to a gateway that hangs nobody knows whether it went.
    """
    there = gateway().knock(leave.patience)
    with transaction() as session:
        if not there:
            breaker.unanswered(session, gateway().name, leave, now=_now())
            return False
        claim = sending.claim_one(session, gateway().capabilities, now=_now())
        if not claim.texts:
            breaker.answered(session, gateway().name, leave, now=_now())
    return _hand_over(leave, claim)


def _hand_over(leave: Leave, claim: sending.Claim) -> bool:
    if not claim.texts:
        return claim.moved > 0
    global _pace
    began = time.monotonic()
    results = sending.hand_over(gateway(), claim.texts)
    took, tried = time.monotonic() - began, sum(sent.reason != "not tried" for sent in results)
    _pace = took / max(1, tried) if took > AT_ONCE / 2 and breaker.failure_of(results) is None else 0.0
    _record(leave, claim, results)
    return breaker.failure_of(results) is None


def _most() -> int:
    """How many texts a call can be expected to hand over while it lasts, by the last one."""
    most = gateway().capabilities.max_batch
    return most if _pace * most <= AT_ONCE else max(1, int(AT_ONCE / _pace))


def _record(leave: Leave, claim: sending.Claim, results: list[Sent]) -> None:
    """Write the results down. Worth a second try and a third: without them the texts count as perhaps sent."""
    for tries_left in (2, 1, 0):
        try:
            with transaction() as session:
                sending.record(session, gateway().name, claim.texts, results, now=_now())
                breaker.heard(session, gateway().name, leave, results, now=_now())
        except Unavailable:
            if not tries_left:
                raise
            time.sleep(1)
        else:
            return


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
