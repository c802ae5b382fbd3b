"""Texts that wait for an officer: listed with the number masked, read with a trail, and taken off the list."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import webhook
from tests.officers import an_officer, form_token, sign_in

NUMBER = "+6281234567890"


@pytest.fixture
def officer(client: FlaskClient, db: Any) -> FlaskClient:
    an_officer()
    sign_in(client)
    return client


def texted(client: FlaskClient, db: Any, words: str, sender: str = NUMBER) -> int:
    """A text that came and was kept for a person."""
    form = {"id": f"t{words[:9]}", "from": sender, "to": "28282", "text": words, "date": "2026-11-23 03:00:00"}
    client.post(webhook("sms"), data=form)
    db.execute("UPDATE inbound_message SET handled_as = 'triage', handled_at = now() WHERE quarantined IS NULL")
    (number,) = db.execute("SELECT max(id) FROM inbound_message").fetchone()
    return int(number)


def test_the_list_shows_neither_the_words_nor_the_number(officer: FlaskClient, db: Any) -> None:
    texted(officer, db, "saya kecelakaan")
    page = officer.get("/console/texts").get_data(as_text=True)
    assert "0812****890" in page
    assert NUMBER not in page
    assert "kecelakaan" not in page


def test_a_text_is_read_written_down_and_dealt_with(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "saya <b>kecelakaan</b>")
    page = officer.get(f"/console/texts/{number}").get_data(as_text=True)
    assert "&lt;b&gt;kecelakaan" in page
    assert NUMBER in page
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'text read'").fetchone() == (1,)
    for _ in range(2):
        answer = officer.post(f"/console/texts/{number}", data={"csrf_token": form_token(page), "answer": "done"})
        assert answer.status_code == 303
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'text dealt with'").fetchone() == (1,)
    assert "Tidak ada yang terbuka" in officer.get("/console/texts").get_data(as_text=True)


def test_what_was_set_aside_is_on_the_list_with_the_reason(officer: FlaskClient, db: Any) -> None:
    texted(officer, db, "MENANG HADIAH", sender="UNDIAN")
    page = officer.get("/console/texts").get_data(as_text=True)
    assert "UND***" in page


def test_an_answer_that_was_handled_is_nobodys_to_open(officer: FlaskClient, db: Any) -> None:
    number = texted(officer, db, "YA")
    db.execute("UPDATE inbound_message SET handled_as = 'answer'")
    assert officer.get(f"/console/texts/{number}").status_code == 404
