"""Mail the newest signed head, once a day, to those whom the programme file names."""

from __future__ import annotations

import datetime as dt

import structlog

from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.mail import MailRefused
from verify_service.record import mailing

log = structlog.get_logger()


def mail_heads() -> None:
    """Today's mail where it has not gone yet; what the server refuses is tried again when the clock looks next."""
    queue.started(queue.MAIL_HEADS)
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        letter = mailing.letter_of_today(session, now=now)
    if letter is None:
        return
    try:
        went = mailing.send(letter, now=now)
    except MailRefused as refused:
        log.error("head not mailed", reason=str(refused), recipients=len(letter.to))
        return
    if len(went) < len(letter.to):
        log.error("head not mailed", reason="address refused", recipients=len(letter.to) - len(went))
    with transaction() as session:
        mailing.mailed(session, letter, went, now=now)
