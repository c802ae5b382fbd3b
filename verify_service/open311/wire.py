"""How answers are written: JSON, or XML of the same, by the standard's one rule (lists lose their name in JSON)."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, Final
from xml.etree import ElementTree

from flask import Response

from verify_service.ground.programme import programme

FORMATS: Final = ("xml", "json")
_TYPES: Final = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_ONE_OF: Final = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
}
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Open311Refusal(Exception):
    """The request cannot be answered as asked: the status and what the sender should change."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


def answer(name: str, value: Any, form: str, status: int = 200) -> Response:
    """A document of this name in the form that was asked for."""
    if form == "json":
        body = json.dumps(value, ensure_ascii=False)
    else:
        made = ElementTree.Element(name)
        _fill(made, value)
        body = '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(made, encoding="unicode")
    return Response(body, status, content_type=_TYPES[form])


def errors(status: int, description: str, form: str) -> Response:
    """Why not, as the standard wants it said: a list of codes and sentences."""
    return answer("errors", [{"code": status, "description": description}], form, status)


def _fill(element: ElementTree.Element, value: Any) -> None:
    if isinstance(value, dict):
        for name, held in value.items():
            _fill(ElementTree.SubElement(element, name), held)
    elif isinstance(value, list):
        for held in value:
            _fill(ElementTree.SubElement(element, _ONE_OF[element.tag]), held)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    elif value is not None:
        element.text = _NOT_XML.sub("", str(value))


def moment(at: dt.datetime) -> str:
    """A moment as the standard wants it: W3C, with the city's zone, to the second."""
    return at.astimezone(programme().zone).isoformat(timespec="seconds")


def end_of(day: dt.date) -> str:
    """The last second of a day in the city."""
    return moment(dt.datetime.combine(day, dt.time(23, 59, 59), programme().zone))


def read_moment(text: str, name: str) -> dt.datetime | None:
    """A moment that was sent; None where there is none. Without a zone it is the city's own time, a day alone its
    beginning. A + that was sent bare arrives as a blank."""
    if not text:
        return None
    try:
        read = dt.datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        read = None
    if read is not None and read.tzinfo is None:
        read = read.replace(tzinfo=programme().zone)
    if read is None or not 1970 <= read.year <= 2999:  # ninety days on there is a date still
        raise Open311Refusal(400, f"{name} is no W3C date and time, such as 2026-01-31T00:00:00Z")
    return read
