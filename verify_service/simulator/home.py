"""The page with the phone, and the invented people one may dial as."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from flask_babel import gettext, lazy_gettext

from verify_service import languages
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings

blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")
ROLES = {"worker": lazy_gettext("worker"), "rt_head": lazy_gettext("RT head"), "unknown": lazy_gettext("not listed")}
AT_ONCE = 40  # people in one answer


@blueprint.before_request
def _only_in_the_demo() -> None:
    # It shows codes and speaks for anybody's number: outside the demo it does not exist.
    if not settings().demo:
        abort(404)


@blueprint.get("", strict_slashes=False)
def home() -> Response:
    """The phone."""
    page = render_template(
        "simulator/home.html",
        code=programme().ussd_code,
        door=f"/webhooks/africastalking/{settings().webhook_secrets[0]}",
        people=found(""),
    )
    return languages.remember(make_response(page), request.args.get("lang"))


@blueprint.get("/people")
def people() -> Response:
    """Invented people whose number, name, role or place contains `q`; the first 40."""
    return jsonify(found(request.args.get("q", "")))


def found(wanted: str) -> list[dict[str, str]]:
    """Search the sample's phones; without a sample there are none."""
    words = wanted.casefold().split()
    matching = (phone for phone in _sample() if all(word in " ".join(phone.values()).casefold() for word in words))
    return [phone for phone, _ in zip(matching, range(AT_ONCE), strict=False)]


def _sample() -> list[dict[str, str]]:
    folder = settings().data_dir
    path = folder / "demo.json" if folder is not None else None
    if path is None or not path.is_file():
        return []
    listed: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")).get("phones", [])
    return [_in_words({key: str(value) for key, value in phone.items() if value is not None}) for phone in listed]


def _in_words(phone: dict[str, str]) -> dict[str, str]:
    role = phone.get("role", "")
    held = ((name, phone.get(key)) for key, name in (("nik", "NIK"), ("code", gettext("code")), ("pin", "PIN")))
    details = [ROLES.get(role, role), *(f"{name} {value}" for name, value in held if value), phone.get("note")]
    return {**phone, "details": " · ".join(str(detail) for detail in details if detail)}
