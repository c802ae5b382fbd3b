"""The web application with one fault put in: a text is acknowledged once it is in the queue, before any row is written.

The crash run has to turn red on it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from verify_service.app import create_app
from verify_service.ground import queue

app: Any = create_app()


def _enqueue_first(secret: str) -> Response:
    queue.queue().enqueue_call(store, (request.get_data().decode("latin-1"),), result_ttl=0, failure_ttl=60)
    return Response("", 200)


def store(body: str) -> None:
    """What the job would do with it, if it were still there."""
    import datetime as dt

    from verify_service.ground.database import transaction
    from verify_service.messaging import inbox
    from verify_service.messaging.gateways.africastalking import webhooks as provider
    from verify_service.messaging.gateways.contract import InboundSms, RawRequest

    raw = body.encode("latin-1")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with transaction() as session:
        for event in provider.parse(RawRequest("sms", "POST", headers, raw)):
            if isinstance(event, InboundSms):
                inbox.store_message(session, "africastalking", event, raw, now=dt.datetime.now(dt.UTC))


app.view_functions["webhooks.sms"] = _enqueue_first
