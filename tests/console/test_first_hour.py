"""An empty installation leads its administrator through the first hour."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from tests.officers import an_officer, form_token, sign_in
from tests.people import a_worker
from tests.texts import a_text


def _steps(client: FlaskClient) -> dict[str, str]:
    page = client.get("/console/").get_data(as_text=True)
    return {
        code: re.sub(r"<[^>]+>|\s+", " ", words).strip()
        for code, words in re.findall(r'data-step="(\w+)"[^>]*>(.*?)</strong>', page, re.S)
    }


def test_an_empty_installation_says_what_to_do_first_and_where(client: FlaskClient, db: Any) -> None:
    an_officer(role="admin")
    sign_in(client)
    page = client.get("/console/").get_data(as_text=True)
    assert list(_steps(client)) == ["programme", "areas", "roster", "letters", "question"]
    assert [code for code, words in _steps(client).items() if "Selesai" in words] == ["areas"]
    for address in ("/console/rules", "/console/registry", "/console/registry/posts", "/console/rules/ussd_code"):
        assert f'href="{address}"' in page, address


def test_a_step_is_done_when_it_is_and_at_the_end_the_list_goes(client: FlaskClient, db: Any) -> None:
    an_officer(role="admin")
    sign_in(client)
    someone = a_worker(db)
    assert "Selesai" in _steps(client)["roster"]
    token = form_token(client.get("/console/registry/posts").get_data(as_text=True))
    form = {"csrf_token": token, "kelurahan": "Jakasampurna"}
    assert client.post("/console/registry/letters", data=form).status_code == 200
    assert "Selesai" in _steps(client)["letters"]
    assert "Belum" in _steps(client)["question"]
    text = a_text(db, someone.number, "Apakah Anda terdaftar? Balas YA atau TIDAK")
    db.execute("UPDATE outbox SET purpose = 'question' WHERE id = %s", [text])
    assert _steps(client) == {}


def test_nobody_else_is_led(client: FlaskClient, db: Any) -> None:
    an_officer(role="supervisor")
    sign_in(client)
    assert _steps(client) == {}
