"""Mail officers what waits for them, once a working day."""

from __future__ import annotations

import datetime as dt

import structlog

from verify_service.grievances import digest
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.mail import MailRefused

log = structlog.get_logger()


def mail() -> None:
    """Today's mails that have not gone yet; where the server is not to be had, the clock looks again."""
    queue.started(queue.DIGEST)
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        held = digest.due(session, now=now)
    if not held:
        return
    try:
        went = digest.send(held, now=now)
    except MailRefused as refused:
        log.error("digest not mailed", reason=str(refused), officers=len(held))
        return
    with transaction() as session:
        digest.sent(session, went, now=now)
