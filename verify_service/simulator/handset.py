"""The page with the phones, and the invented people one may dial as."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext, lazy_gettext

from verify_service import languages
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings
from verify_service.simulator.blueprint import blueprint

ROLES = {"worker": lazy_gettext("worker"), "rt_head": lazy_gettext("RT head"), "unknown": lazy_gettext("not listed")}


@blueprint.get("", strict_slashes=False)
def home() -> Response:
    """Two phones: a worker's and an RT head's."""
    people = _sample()
    page = render_template(
        "simulator/home.html",
        code=programme().ussd_code,
        door=f"/webhooks/africastalking/{settings().webhook_secrets[0]}",
        workers=[person for person in people if person.get("role") != "rt_head"],
        rt_heads=[person for person in people if person.get("role") == "rt_head"],
    )
    return languages.remember(make_response(page), request.args.get("lang"))


def _sample() -> list[dict[str, str]]:
    """The sample's phones; without a sample there are none."""
    folder = settings().data_dir
    path = folder / "demo.json" if folder is not None else None
    if path is None or not path.is_file():
        return []
    listed: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")).get("phones", [])
    return [_in_words({key: str(value) for key, value in phone.items() if value is not None}) for phone in listed]


def _in_words(phone: dict[str, str]) -> dict[str, str]:
    """What somebody in this role has at hand when dialling: the letter's code, a PIN, a NIK."""
    role = phone.get("role", "")
    held = ((name, phone.get(key)) for key, name in (("nik", "NIK"), ("code", gettext("code")), ("pin", "PIN")))
    details = [ROLES.get(role, role), *(f"{name} {value}" for name, value in held if value), phone.get("note")]
    return {**phone, "details": " · ".join(str(detail) for detail in details if detail)}
