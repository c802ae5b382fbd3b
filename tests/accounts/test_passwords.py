"""Choosing a password, and having to."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.officers import EMAIL, PASSWORD, an_officer, form_token, sign_in
from tests.serving import new_client
from verify_service.accounts.passwords import is_easy
from verify_service.accounts.sign_in import TRIES

ACCOUNT = "/console/account"
BETTER = "sepeda hujan cangkir biru"


def change(client: FlaskClient, old: str = PASSWORD, new: str = BETTER, again: str | None = None) -> Any:
    token = form_token(client.get(ACCOUNT).get_data(as_text=True))
    form = {"old": old, "new": new, "again": new if again is None else again, "csrf_token": token}
    return client.post(f"{ACCOUNT}/password", data=form)


def test_a_new_password_ends_every_other_session(client: FlaskClient, db: Any) -> None:
    an_officer()
    other = new_client()
    for browser in (client, other):
        sign_in(browser)
    assert change(client).status_code == 303
    assert "sudah diganti" in client.get(f"{ACCOUNT}?done=password").get_data(as_text=True)
    assert client.get("/console/").status_code == 200
    assert other.get("/console/").status_code == 302
    assert sign_in(other).status_code == 401
    assert sign_in(other, password=BETTER).status_code == 303
    actions = [row[0] for row in db.execute("SELECT action FROM audit ORDER BY id")]
    assert "password changed" in actions
    assert "sessions ended" in actions


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", BETTER, None, "Kata sandi lama salah"),
        (PASSWORD, "singkat", None, "terlalu pendek"),
        (PASSWORD, PASSWORD, None, "sama dengan yang lama"),
        (PASSWORD, "bekasi123456", None, "mudah ditebak"),
        (PASSWORD, BETTER, "sepeda hujan", "tidak sama"),
        (PASSWORD, "x" * 1030, None, "terlalu panjang"),
    ],
)
def test_a_password_that_will_not_do_is_explained(
    client: FlaskClient, old: str, new: str, again: str | None, said: str
) -> None:
    an_officer()
    sign_in(client)
    answer = change(client, old, new, again)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert new not in page
    assert sign_in(new_client()).status_code == 303


def test_the_old_password_is_not_guessed_at_from_a_browser_left_open(client: FlaskClient) -> None:
    an_officer()
    sign_in(client)
    for _ in range(TRIES):
        assert "lama salah" in change(client, "wrong").get_data(as_text=True)
    assert "seperempat jam" in change(client).get_data(as_text=True)


def test_a_password_somebody_else_made_up_is_changed_first(client: FlaskClient, db: Any) -> None:
    an_officer()
    db.execute("UPDATE officer SET password_set_at = NULL")
    sign_in(client)
    for page in ("/console/", "/console/tasks", "/console/cases"):
        assert client.get(page).headers["Location"] == ACCOUNT
    assert "dibuat orang lain" in client.get(ACCOUNT).get_data(as_text=True)
    change(client)
    assert client.get("/console/tasks").status_code == 200


def test_an_officer_sees_where_he_is_signed_in_and_signs_out_there(client: FlaskClient, db: Any) -> None:
    an_officer()
    other, third = new_client(), new_client()
    for browser in (client, other, third):
        sign_in(browser)
    page = client.get(ACCOUNT).get_data(as_text=True)
    assert 'data-figure="browsers">3<' in page
    token = form_token(page)
    client.post(f"{ACCOUNT}/sessions", data={"csrf_token": token, "key": "not a key"})
    assert other.get("/console/").status_code == 200
    client.post(f"{ACCOUNT}/sessions", data={"csrf_token": token})
    assert [browser.get("/console/").status_code for browser in (client, other, third)] == [200, 302, 302]


def test_nobody_ends_the_session_of_somebody_else(client: FlaskClient, db: Any) -> None:
    an_officer()
    an_officer("other@bekasi.example", name="Pak Lain")
    other = new_client()
    sign_in(other, "other@bekasi.example")
    (key,) = db.execute("SELECT encode(token_hash, 'hex') FROM officer_session").fetchone()
    sign_in(client)
    token = form_token(client.get(ACCOUNT).get_data(as_text=True))
    client.post(f"{ACCOUNT}/sessions", data={"csrf_token": token, "key": key})
    assert other.get("/console/").status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "1q2w3e4r5t6y",
        "SigapBekasi2026!",
        "petugas-petugas",
        "rahasia banget"[:8] + "12345",
        "indonesiaraya"[:9] + "2025",
        "Bismillah123",
        "kata sandi 99",
        "iloveyou1234",
        "michaeljackson",
        "liverpool123",
        "chocolate123",
        "unbelievable",
        "trustno1trustno1",
        "1qaz2wsx3edc",
        "sunshine2024!",
        "princess1234",
        "spongebob123",
        "manchester123",
        "basketball12",
        "slipknot6666",
        "blink182blink182",
        "christopher1",
        "startrek1234",
    ],
)
def test_what_strangers_try_first_is_easy(password: str) -> None:
    assert is_easy(password, (EMAIL, "Ibu Petugas", "SIGAP Bekasi"))


@pytest.mark.parametrize(
    "password", [PASSWORD, BETTER, "correct horse battery staple", "x8Kq-Zr4_tLw9mPa", "Vf3!kq9Lz#2p"]
)
def test_words_that_do_not_belong_together_are_not(password: str) -> None:
    assert not is_easy(password, (EMAIL, "Ibu Petugas", "SIGAP Bekasi"))
