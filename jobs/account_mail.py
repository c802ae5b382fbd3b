"""Mail holders of accounts: one-time links, and that something was done."""

from __future__ import annotations

import datetime as dt

import structlog

from verify_service.accounts import account_mail
from verify_service.ground import queue
from verify_service.ground.database import transaction

log = structlog.get_logger()


def send_account_mail() -> None:
    """What is due leaves; what the server does not take is tried again later, for three days."""
    queue.started(queue.ACCOUNT_MAIL)
    with transaction() as session:
        waiting = account_mail.due(session)
    if not waiting:
        return
    went = account_mail.send(waiting, now=dt.datetime.now(dt.UTC))
    if len(went) < len(waiting):
        log.error("account mail not sent", waiting=len(waiting) - len(went))
    with transaction() as session:
        account_mail.left(session, went)
