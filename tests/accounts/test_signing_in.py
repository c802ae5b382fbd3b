"""Signing in, failing to, and being let go."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.officers import EMAIL, PASSWORD, an_officer, form_token, sign_in
from tests.serving import new_client
from verify_service.accounts import passwords
from verify_service.accounts.officers import OfficerRefused, Position, disable_officer, ready_officer
from verify_service.accounts.sign_in import SUSPICIOUS, TRIES, SignedIn, SignInRefusal
from verify_service.accounts.sign_in import sign_in as from_a_machine
from verify_service.ground.database import transaction

HOME = "/console/"


def at_home(client: FlaskClient) -> bool:
    return client.get(HOME).status_code == 200


def actions(db: Any) -> list[str]:
    return [row[0] for row in db.execute("SELECT action FROM audit ORDER BY id")]


def test_an_officer_signs_in_and_out(client: FlaskClient, db: Any) -> None:
    officer = an_officer()
    assert sign_in(client).headers["Location"] == HOME
    page = client.get(HOME).get_data(as_text=True)
    assert "Ibu Petugas" in page
    client.post("/console/logout", data={"csrf_token": form_token(page)})
    assert not at_home(client)
    assert actions(db) == ["officer added", "signed in", "signed out"]
    trail = db.execute("SELECT actor, object, detail::text FROM audit WHERE action LIKE 'signed%'").fetchall()
    assert {(actor, on) for actor, on, _ in trail} == {(f"officer:{officer}", f"officer:{officer}")}
    assert EMAIL not in str(trail)


def test_the_cookie_is_not_what_is_stored(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    cookie = client.get_cookie("officer")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    (stored,) = db.execute("SELECT token_hash FROM officer_session").fetchone()
    assert len(stored) == 32
    assert cookie.value.encode() not in bytes(stored)


def test_an_address_is_the_same_in_capitals(client: FlaskClient) -> None:
    an_officer()
    assert sign_in(client, f" {EMAIL.upper()} ").status_code == 303


@pytest.mark.parametrize("email", [EMAIL, "nobody@bekasi.example"])
def test_a_wrong_password_and_an_unknown_account_look_the_same(client: FlaskClient, email: str) -> None:
    an_officer()
    answer = sign_in(client, email, "not the password")
    assert answer.status_code == 401
    assert "Alamat email atau kata sandi salah." in answer.get_data(as_text=True)
    assert not at_home(client)


def test_after_five_failures_even_the_right_password_must_wait(client: FlaskClient, db: Any) -> None:
    an_officer()
    for _ in range(TRIES):
        assert sign_in(client, password="wrong").status_code == 401
    assert sign_in(client).status_code == 429
    db.execute("UPDATE sign_in_attempt SET at = at - interval '16 minutes'")
    assert sign_in(client).status_code == 303


def test_a_stranger_cannot_lock_the_officer_out(client: FlaskClient) -> None:
    an_officer()
    for place in range(SUSPICIOUS + 5):
        sign_in(client, password="wrong", environ_base={"REMOTE_ADDR": f"203.0.113.{place}"})
    assert sign_in(client, environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 303


def test_an_account_guessed_at_from_everywhere_leaves_one_try_to_each_address(client: FlaskClient) -> None:
    an_officer()
    for place in range(SUSPICIOUS):
        sign_in(client, password="wrong", environ_base={"REMOTE_ADDR": f"203.0.113.{place}"})
    newcomer = {"REMOTE_ADDR": "198.51.100.9"}
    assert sign_in(client, password="wrong", environ_base=newcomer).status_code == 401
    assert sign_in(client, password="wrong", environ_base=newcomer).status_code == 429


def test_an_address_that_tries_many_accounts_gets_one_try_at_each(client: FlaskClient) -> None:
    an_officer()
    for number in range(SUSPICIOUS):
        sign_in(client, f"someone{number}@bekasi.example", "wrong")
    assert sign_in(client, password="wrong").status_code == 401
    assert sign_in(client, password="wrong").status_code == 429


def test_a_form_without_its_token_is_refused_with_an_explanation(client: FlaskClient, db: Any) -> None:
    an_officer()
    answer = client.post("/console/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 400
    assert "Muat ulang halaman" in answer.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM officer_session").fetchone() == (0,)


@pytest.mark.parametrize(
    ("ages", "open_still"),
    [
        ("seen_at = now() - interval '29 minutes'", True),
        ("seen_at = now() - interval '31 minutes'", False),
        ("expires_at = now() - interval '1 second'", False),
    ],
)
def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_the_day(
    client: FlaskClient, db: Any, ages: str, open_still: bool
) -> None:
    an_officer()
    sign_in(client)
    db.execute(f"UPDATE officer_session SET {ages}")
    assert at_home(client) is open_still


def test_a_session_lasts_twelve_hours_however_busy(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    (length,) = db.execute("SELECT expires_at - created_at FROM officer_session").fetchone()
    assert length == dt.timedelta(hours=12)


def test_an_open_page_asking_by_itself_does_not_keep_a_session_alive(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    db.execute("UPDATE officer_session SET seen_at = now() - interval '20 minutes'")
    client.get("/console/live")
    before = db.execute("SELECT now() - seen_at > interval '19 minutes' FROM officer_session").fetchone()
    client.get(HOME)
    after = db.execute("SELECT now() - seen_at > interval '19 minutes' FROM officer_session").fetchone()
    assert (before, after) == ((True,), (False,))


def test_signing_in_again_ends_the_session_before(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    old = client.get_cookie("officer")
    another = new_client()
    assert old is not None
    another.set_cookie("officer", old.value)
    token = form_token(another.get("/console/").get_data(as_text=True))
    another.post("/console/login", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token})
    assert db.execute("SELECT count(*) FROM officer_session").fetchone() == (1,)
    assert not at_home(client)


def test_a_disabled_officer_is_out_at_once(client: FlaskClient) -> None:
    officer = an_officer()
    sign_in(client)
    assert at_home(client)
    with transaction() as session:
        disable_officer(session, officer, actor="test", now=dt.datetime.now(dt.UTC))
    assert not at_home(client)
    assert sign_in(client).status_code == 401


def test_a_made_up_cookie_opens_nothing(client: FlaskClient) -> None:
    client.set_cookie("officer", "A" * 43)
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/console/?page=2", "/console/?page=2"),
        ("//evil.example/", HOME),
        ("https://evil.example/console/", HOME),
        ("/\\evil.example", HOME),
        ("/console/\r\nX: y", HOME),
        ("javascript:alert(1)", HOME),
        ("/console/../simulator", HOME),
        ("/simulator", HOME),
        ("", HOME),
    ],
)
def test_after_signing_in_one_stays_in_the_console(client: FlaskClient, asked: str, led_to: str) -> None:
    an_officer()
    assert sign_in(client, next=asked).headers["Location"] == led_to


@pytest.mark.parametrize(
    ("email", "role", "password"),
    [
        ("new@bekasi.example", "king", PASSWORD),
        ("not an address", "officer", PASSWORD),
        ("new@bekasi.example", "officer", "short"),
        (EMAIL.upper(), "officer", PASSWORD),
    ],
)
def test_an_account_that_cannot_work_is_refused(db: Any, email: str, role: str, password: str) -> None:
    an_officer()
    with pytest.raises(OfficerRefused), transaction() as session:
        ready_officer(session, email, password, "Somebody", Position(role))


def test_passwords_are_kept_as_argon2id_of_the_recommended_cost(db: Any, real_hashes: None) -> None:
    an_officer()
    (kept,) = db.execute("SELECT password_hash FROM officer").fetchone()
    cost = "$argon2id$v=19$m=19456,t=2,p=1$"
    assert kept.startswith(cost)
    assert passwords._NOBODY.startswith(cost), "who does not exist has to cost as much"


def test_a_clock_a_day_ahead_throws_nobody_out(client: FlaskClient, db: Any) -> None:
    """The finding: one machine a day ahead swept every session away."""
    an_officer()
    sign_in(client)
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    with transaction() as session:
        there = from_a_machine(session, EMAIL, PASSWORD, "192.0.2.1", now=tomorrow)
    assert isinstance(there, SignedIn)
    assert at_home(client)
    other = new_client()
    other.set_cookie("officer", there.token)
    assert at_home(other)
    for _ in range(TRIES):
        sign_in(new_client(), password="wrong")
    with transaction() as session:
        later = from_a_machine(session, EMAIL, PASSWORD, "127.0.0.1", now=tomorrow)
    assert later == SignInRefusal(wait=True), "nor does it shorten the quarter of an hour"
