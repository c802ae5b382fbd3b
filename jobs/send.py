"""Send: hand what is due in the outbox to the gateway."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.messaging import sending
from verify_service.messaging.gateways import gateway
from verify_service.messaging.gateways.contract import Sent

TURN: Final = 1.0  # seconds of sending before other jobs get theirs: verdicts are waited for on a screen
PAUSE: Final = 60.0  # seconds without a call after one that the provider did not take at all

_paused_until = 0.0


def send(turn: float = TURN) -> None:
    """Send texts that are due, for one turn of so many seconds; with none, do nothing.

    While the provider is away nothing is tried: each text has three tries, and thousands would lose theirs in a minute.
    """
    queue.started(queue.SEND)
    began = time.monotonic()
    while time.monotonic() >= _paused_until and one_batch():
        if time.monotonic() - began >= turn:
            queue.nudge(queue.SEND)
            return


def one_batch() -> bool:
    """One call of the gateway, with no transaction open; whether there may be more to do."""
    with transaction() as session:
        claim = sending.claim(session, gateway().capabilities, now=dt.datetime.now(dt.UTC))
    if claim.texts:
        results = sending.hand_over(gateway(), claim.texts)
        if sending.out_of_service(results):
            _pause()
        _record(claim, results)
    return claim.moved > 0


def _record(claim: sending.Claim, results: list[Sent]) -> None:
    """Write the results down. Worth a second try and a third: without them the texts count as perhaps sent."""
    for tries_left in (2, 1, 0):
        try:
            with transaction() as session:
                sending.record(session, gateway().name, claim.texts, results, now=dt.datetime.now(dt.UTC))
        except Unavailable:
            if not tries_left:
                raise
            time.sleep(1)
        else:
            return


def _pause() -> None:
    global _paused_until
    _paused_until = time.monotonic() + PAUSE


def resume() -> None:
    """Try the provider again now (tests; an operator's new start does the same)."""
    global _paused_until
    _paused_until = 0.0
