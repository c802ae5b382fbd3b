"""An officer in a test: signs in through the real form, and knows only what the pages say."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from verify_service.accounts.officers import Position, ready_officer
from verify_service.ground.database import transaction

EMAIL = "petugas@bekasi.example"
PASSWORD = "kuda laut berenang"


def an_officer(
    email: str = EMAIL,
    role: str = "officer",
    *,
    name: str = "Ibu Petugas",
    unit: str = "grievance",
    area: str | None = None,
    cleared: bool = False,
) -> int:
    """Somebody with an account and the usual password."""
    with transaction() as session:
        return ready_officer(session, email, PASSWORD, name, Position(role, unit, area, cleared), actor="test")


def form_token(page: str) -> str:
    """The hidden token of a form on this page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form token"
    return found[1]


def sign_in(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: Any) -> Any:
    """Fill in the sign-in form and send it; `more` goes to the client (environ_base for another address)."""
    following = more.pop("next", "")
    token = form_token(client.get("/console/login").get_data(as_text=True))
    form = {"email": email, "password": password, "csrf_token": token, "next": following}
    return client.post("/console/login", data=form, **more)


def link_in(answer: Any) -> str:
    """The path of the one-time link that the demo shows on a page."""
    found = re.search(r'id="one-time-link" href="https?://[^/"]+(/[^"]+)"', answer.get_data(as_text=True))
    assert found, "the page shows no link"
    return found[1]


def choose_by_link(client: FlaskClient, path: str, password: str, again: str | None = None) -> Any:
    """Open the link and choose a password there."""
    token = form_token(client.get(path).get_data(as_text=True))
    again = password if again is None else again
    return client.post(path, data={"csrf_token": token, "new": password, "again": again})
