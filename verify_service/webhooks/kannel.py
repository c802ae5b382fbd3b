"""Kannel's two webhooks: texts, posted with their facts in headers, and delivery reports, which come by GET.

Nothing is ever answered in words: Kannel would send them to the person.
"""

from __future__ import annotations

from flask import Blueprint, Response

from verify_service.messaging.gateways import kannel as provider
from verify_service.webhooks.doors import check, keep_reports, keep_texts, raw_request

blueprint = Blueprint(provider.NAME, __name__, url_prefix=f"/webhooks/{provider.NAME}")
blueprint.before_request(check)


@blueprint.post("/<secret>/sms")
def sms(secret: str) -> Response:
    """A text: stored once, handled later; Kannel repeats what is not answered with 200."""
    raw = raw_request("sms")
    return keep_texts(provider.NAME, provider.parse(raw), provider.kept(raw))


@blueprint.route("/<secret>/delivery-reports", methods=["GET", "POST"])
def delivery_reports(secret: str) -> Response:
    """What became of a text of ours, by our own id."""
    return keep_reports(provider.NAME, provider.parse(raw_request("delivery-reports")))
