"""Where this door is, and which kinds of report may be filed at it."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request, url_for

from verify_service.ground.addresses import public_address
from verify_service.ground.programme import Category, programme
from verify_service.labels.categories import kind_description, kind_name
from verify_service.open311.door import FORMAT, blueprint
from verify_service.open311.wire import Open311Refusal, answer

CHANGED: Final = "2026-11-29T00:00:00Z"  # when this door last came to answer otherwise than before
_NOT_PUBLIC: Final = (
    "A key is needed to file and to list. Without one a report that was filed here is followed by its "
    "service_request_id. Nobody's name, phone or words are given out, nor what was told in confidence."
)
_STANDARD: Final = "http://wiki.open311.org/GeoReport_v2"


@blueprint.get(f"/discovery.{FORMAT}")
def discovery(form: str) -> Response:
    """What is spoken here, and where."""
    address = public_address(url_for("open311.services", form="xml"), request.host_url).removesuffix("/services.xml")
    endpoint = {
        "specification": _STANDARD,
        "url": address,
        "changeset": CHANGED,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    held = programme()
    document = {
        "changeset": CHANGED,
        "contact": f"{held.brand}, {held.city}: {held.hotline}",
        "key_service": f"{held.brand}, {held.city}: {held.hotline}. {_NOT_PUBLIC}",
        "endpoints": [endpoint],
    }
    return answer("discovery", document, form)


@blueprint.get(f"/services.{FORMAT}")
def services(form: str) -> Response:
    """Every kind of report."""
    listed = [_service(key, category) for key, category in programme().categories.items()]
    return answer("services", listed, form)


@blueprint.get(f"/services/<code>.{FORMAT}")
def service(code: str, form: str) -> Response:
    """What a kind of report asks for beside its words: nothing."""
    if code not in programme().categories:
        raise Open311Refusal(404, "service_code was not found; see services")
    return answer("service_definition", {"service_code": code, "attributes": []}, form)


def _service(key: str, category: Category) -> dict[str, Any]:
    return {
        "service_code": key,
        "service_name": kind_name(key),
        "description": kind_description(key),
        "metadata": False,
        "type": "realtime",
        "keywords": category.code,
        "group": programme().units[category.unit],
    }
