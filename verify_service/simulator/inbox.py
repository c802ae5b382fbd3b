"""The texts a phone in the demo has received, and the button that makes the programme ask it something."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import unquote

from flask import Response, jsonify, request
from flask_babel import gettext

from flows.gsm import is_gsm, parts, septets
from verify_service.conversations.asking import ask_phone
from verify_service.ground import queue
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import PhoneProblem, read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import OutboxMessage
from verify_service.messaging.outbox import texts_taken_for
from verify_service.simulator.blueprint import blueprint

AT_ONCE = 50  # texts; an old phone keeps fewer


@blueprint.get("/inbox")
def inbox() -> Response:
    """The newest texts of the number in the header `Phone-Number` (percent-encoded), newest first; 304 for whoever has
    them already.

    A text is in the inbox once the gateway took it. The number is in a header because addresses end up in logs.
    """
    number = read_gateway_phone(unquote(request.headers.get("Phone-Number", "")))
    if isinstance(number, PhoneProblem):  # half a number, while somebody types it
        return jsonify(number=None, expected=number.expected, texts=[])
    with transaction() as session:
        received = texts_taken_for(session, number, most=AT_ONCE)
    # A cursor by id would skip a text that was sent later than a younger one: tell the lists apart instead.
    mark = hashlib.sha256(f"{number.e164} {[text.id for text in received]}".encode()).hexdigest()[:16]
    if request.if_none_match.contains(mark):
        return Response(status=304)
    response = jsonify(number=number.e164, texts=[_shown(text) for text in received])
    response.set_etag(mark)
    return response


@blueprint.post("/ask")
def ask() -> Response:
    """The programme asks this number by SMS; answers why it does not, or that it will."""
    number = read_gateway_phone(request.form.get("number"))
    if isinstance(number, PhoneProblem):
        return jsonify(why_not=gettext("This is not a mobile number."))
    with transaction() as session:
        why_not = ask_phone(session, number, now=dt.datetime.now(dt.UTC))
    if why_not is None:
        queue.nudge(queue.SEND)
    return jsonify(why_not=why_not)


def _shown(text: OutboxMessage) -> dict[str, Any]:
    assert text.body is not None
    body = unseal(text.body, "outbox.body")
    return {
        "id": text.id,
        "from": programme().texting.number,
        "text": body,
        "at": (text.sent_at or text.created_at).isoformat(timespec="milliseconds"),
        "septets": septets(body) if is_gsm(body) else None,
        "parts": parts(body),
    }
