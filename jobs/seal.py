"""The record: seal what was written since, and keep the signed heads outside the database as well."""

from __future__ import annotations

import datetime as dt

import structlog

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.settings import SettingsRefused
from verify_service.record import sealing
from verify_service.record.heads import keep_heads
from verify_service.record.keys import signer, verifier_keys

A_TURN = 20_000  # leaves, some tenths of a second: replies and verdicts wait no longer behind the first seal of a list

log = structlog.get_logger()


def seal() -> None:
    """Seal a turn; without a key, or over a record that does not stand, say so and change nothing."""
    queue.started(queue.SEAL)
    try:
        with transaction() as session:
            now = dt.datetime.now(dt.UTC)
            head = sealing.seal(session, now=now, signer=signer(), keys=verifier_keys(), most=A_TURN)
        with transaction() as session:
            keep_heads(session)
    except (SettingsRefused, sealing.SealRefused) as refused:
        log.error("not sealed", reason=str(refused))
        return
    if head is not None and head.added >= A_TURN:
        queue.nudge(queue.SEAL)
