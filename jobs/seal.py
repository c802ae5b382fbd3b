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

log = structlog.get_logger()


def seal() -> None:
    """Seal once; without a key, or over a record that does not stand, say so and change nothing."""
    queue.started(queue.SEAL)
    try:
        with transaction() as session:
            sealing.seal(session, now=dt.datetime.now(dt.UTC), signer=signer(), keys=verifier_keys())
        with transaction() as session:
            keep_heads(session)
    except (SettingsRefused, sealing.SealRefused) as refused:
        log.error("not sealed", reason=str(refused))
