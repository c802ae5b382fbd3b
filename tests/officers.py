"""An officer in a test: signs in through the real form, and knows only what the pages say."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from verify_service.accounts.officers import add_officer
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
        return add_officer(
            session, email, role, PASSWORD, name, unit=unit, area=area, cleared=cleared, own_password=True, actor="test"
        )


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
