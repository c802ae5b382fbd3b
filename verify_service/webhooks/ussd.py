"""The USSD webhook of carriers that bring the last input alone; see the README for what they call and what they get.

Several carriers may each have a path of their own (`/webhooks/ussd/SECRET/telkomsel`): ids of sessions are told apart
by it, since two carriers may both count from 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort

from verify_service.conversations.hear import Hop, busy
from verify_service.conversations.last_input import Last
from verify_service.ground.settings import settings
from verify_service.messaging import inbox
from verify_service.messaging.gateways import ussd as provider
from verify_service.messaging.gateways.contract import RawRequest, UssdEnd, UssdHop
from verify_service.webhooks.doors import Headers, check, next_screen, raw_request, stored

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PATH = f"/webhooks/{provider.NAME}/"
HOP = f"{PATH}<secret>"
_CARRIER = re.compile(r"[a-z0-9-]{1,20}")

blueprint = Blueprint(provider.NAME, __name__, url_prefix=f"/webhooks/{provider.NAME}")
blueprint.before_request(check)


@blueprint.post("/<secret>")
@blueprint.post("/<secret>/<carrier>")
def ussd(secret: str, carrier: str = "") -> Response:
    """The end of a session, or a hop that the door in front did not take."""
    if not takes(carrier):
        abort(404)
    gateway = door(carrier)
    raw = raw_request("ussd")
    event = provider.parse(raw, settings().ussd_fields)
    as_json = provider.wants_json(raw)
    if isinstance(event, UssdEnd):
        kept = stored(lambda session, now: inbox.store_session_end(session, gateway, event, now=now))
        return kept if kept.status_code != 200 else _response(provider.answer("", as_json=as_json))
    return _response(provider.answer(_screen(gateway, event), as_json=as_json))


def takes(carrier: str) -> bool:
    """Whether what stands behind the secret is nothing or the name of a carrier."""
    return not carrier or _CARRIER.fullmatch(carrier) is not None


def answer(environ: WSGIEnvironment, carrier: str, body: bytes) -> tuple[Headers, str] | None:
    """A hop, answered in front of Flask; None for anything else."""
    headers = {"Content-Type": environ.get("CONTENT_TYPE") or "", "Accept": environ.get("HTTP_ACCEPT") or ""}
    raw = RawRequest("ussd", headers, body)
    event = provider.parse(raw, settings().ussd_fields)
    if not isinstance(event, UssdHop):
        return None
    reply = provider.answer(_screen(door(carrier), event), as_json=provider.wants_json(raw))
    return (("Content-Type", reply.content_type), *reply.headers.items()), reply.body


def door(carrier: str) -> str:
    """Whose door it is: of this carrier, or of all that have none of their own."""
    return f"{provider.NAME}:{carrier}" if carrier else provider.NAME


def _screen(gateway: str, hop: UssdHop | None) -> str:
    if hop is None or hop.phone is None:
        return busy()
    last = Last(hop.first, hop.sequence)
    return next_screen(Hop(gateway, hop.session, hop.phone, hop.last_input or "", last), HOP)


def _response(reply: provider.Reply) -> Response:
    return Response(reply.body, headers=reply.headers, content_type=reply.content_type)
