"""A second factor, from the first look at the account to a lost phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.officers import EMAIL, PASSWORD, an_officer, form_token, sign_in
from tests.serving import new_client
from verify_service.accounts import second_factor
from verify_service.accounts.sign_in import TRIES, neighbourhood

ACCOUNT, CODE = "/console/account", "/console/login/code"
FACTOR = f"{ACCOUNT}/second-factor"


def send(client: FlaskClient, to: str, page: str = ACCOUNT, **form: str) -> Any:
    """Fill in a form of a page and send it."""
    token = form_token(client.get(page).get_data(as_text=True))
    return client.post(to, data={"csrf_token": token, **form})


def enrol(client: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    """Set the second factor up, as the page says; the phone, and the codes for paper."""
    send(client, FACTOR, do="begin", old=PASSWORD)
    page = client.get(ACCOUNT).get_data(as_text=True)
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert secret, page
    phone = pyotp.TOTP(secret[1].replace(" ", ""))
    # the step before: the codes of now and of the next step are left to sign in with
    shown = send(client, FACTOR, do="confirm", code=phone.at(now() - 30)).get_data(as_text=True)
    return phone, re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", shown)


def now() -> float:
    return dt.datetime.now(dt.UTC).timestamp()


def at_home(client: FlaskClient) -> bool:
    return client.get("/console/").status_code == 200


@pytest.fixture
def enrolled(client: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    """Somebody signed in who has just set it up."""
    an_officer()
    sign_in(client)
    return enrol(client)


@pytest.fixture
def another(enrolled: Any) -> FlaskClient:
    """Another browser, before the page that asks for the code."""
    browser = new_client()
    assert sign_in(browser).headers["Location"] == CODE
    return browser


def test_the_password_alone_opens_nothing_any_more(another: FlaskClient, db: Any) -> None:
    assert another.get_cookie("officer") is None
    assert not at_home(another)
    assert db.execute("SELECT count(*) FROM officer_session").fetchone() == (1,)


def test_password_and_code_open_the_console(another: FlaskClient, enrolled: Any) -> None:
    phone, _ = enrolled
    assert send(another, CODE, CODE, code=phone.now()).headers["Location"] == "/console/"
    assert at_home(another)


def test_a_phone_may_be_a_step_ahead_or_behind_and_no_more(another: FlaskClient, enrolled: Any, db: Any) -> None:
    phone, _ = enrolled
    db.execute("UPDATE officer SET totp_step = NULL")
    for away in (-90, 90):
        assert send(another, CODE, CODE, code=phone.at(now() + away)).status_code == 401
    assert send(another, CODE, CODE, code=phone.at(now() + 30)).status_code == 303


def test_a_code_counts_once(another: FlaskClient, enrolled: Any) -> None:
    phone, _ = enrolled
    code = phone.now()
    assert send(another, CODE, CODE, code=code).status_code == 303
    third = new_client()
    sign_in(third)
    assert send(third, CODE, CODE, code=code).status_code == 401
    assert "tidak berlaku" in send(third, CODE, CODE, code=code).get_data(as_text=True)


@pytest.mark.parametrize("paper", [False, True])
def test_a_code_used_in_several_browsers_at_once_lets_one_in(enrolled: Any, db: Any, paper: bool) -> None:
    phone, codes = enrolled
    browsers = [new_client() for _ in range(4)]
    for place, browser in enumerate(browsers):
        sign_in(browser, environ_base={"REMOTE_ADDR": f"203.0.113.{place}"})
    tokens = [form_token(browser.get(CODE).get_data(as_text=True)) for browser in browsers]
    code = codes[0] if paper else phone.now()

    def knock(place: int) -> int:
        form = {"csrf_token": tokens[place], "code": code}
        answer = browsers[place].post(CODE, data=form, environ_base={"REMOTE_ADDR": f"203.0.113.{place}"})
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as hands:
        assert sorted(hands.map(knock, range(4))) == [303, 401, 401, 401]


def test_a_recovery_code_stands_in_for_the_phone_once(another: FlaskClient, enrolled: Any, db: Any) -> None:
    _, codes = enrolled
    assert len(set(codes)) == 10
    assert send(another, CODE, CODE, recovery=f" {codes[3].upper()} ").status_code == 303
    third = new_client()
    sign_in(third)
    assert send(third, CODE, CODE, recovery=codes[3]).status_code == 401
    assert send(third, CODE, CODE, recovery=codes[4].replace("-", "")).status_code == 303
    assert 'data-figure="codes">8<' in third.get(ACCOUNT).get_data(as_text=True)
    stored = b"".join(bytes(row[0]) for row in db.execute("SELECT code_hash FROM recovery_code"))
    assert not any(code.replace("-", "").encode() in stored for code in codes)


def test_wrong_codes_count_for_the_account_and_no_password_wipes_them(another: FlaskClient, enrolled: Any) -> None:
    phone, _ = enrolled
    for _ in range(TRIES):
        assert send(another, CODE, CODE, code="000000").status_code == 401
    assert send(another, CODE, CODE, code=phone.now()).status_code == 429
    third = new_client()
    assert sign_in(third).headers["Location"] == CODE
    assert send(third, CODE, CODE, code=phone.now()).status_code == 429
    elsewhere = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
    assert sign_in(third, **elsewhere).headers["Location"] == CODE  # and nobody is locked out anywhere else


def test_the_second_page_waits_five_minutes(another: FlaskClient, enrolled: Any) -> None:
    phone, _ = enrolled
    with another.session_transaction() as kept:
        kept["second"]["until"] -= 301
        kept.modified = True
    answer = another.post(CODE, data={"code": phone.now(), "csrf_token": "x"})
    assert answer.status_code == 400  # whoever comes that late has no form either
    assert another.get(CODE).headers["Location"] == "/console/login"
    assert not at_home(another)


def test_a_password_changed_meanwhile_has_to_be_typed_again(another: FlaskClient, enrolled: Any, db: Any) -> None:
    phone, _ = enrolled
    token = form_token(another.get(CODE).get_data(as_text=True))
    db.execute("UPDATE officer SET password_hash = password_hash || 'x'")
    answer = another.post(CODE, data={"csrf_token": token, "code": phone.now()})
    assert answer.headers["Location"] == "/console/login"


def test_without_the_first_page_there_is_no_second(client: FlaskClient) -> None:
    assert client.get(CODE).headers["Location"] == "/console/login"


def test_one_goes_on_to_where_one_wanted(enrolled: Any) -> None:
    phone, _ = enrolled
    browser = new_client()
    sign_in(browser, next="/console/tasks")
    assert send(browser, CODE, CODE, code=phone.now()).headers["Location"] == "/console/tasks"


def test_the_secret_is_sealed_and_never_shown_again(client: FlaskClient, enrolled: Any, db: Any) -> None:
    phone, codes = enrolled
    page = client.get(ACCOUNT).get_data(as_text=True)
    assert phone.secret not in page.replace(" ", "")
    assert not any(code in page for code in codes)
    (kept,) = db.execute("SELECT totp_secret FROM officer").fetchone()
    assert phone.secret.encode() not in bytes(kept)
    trail = str(db.execute("SELECT action, detail FROM audit").fetchall())
    assert "second factor on" in trail
    assert not any(code in trail for code in (*codes, phone.secret))


def test_a_wrong_code_turns_nothing_on(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    send(client, FACTOR, do="begin", old=PASSWORD)
    assert send(client, FACTOR, do="confirm", code="123").status_code == 422
    assert db.execute("SELECT totp_at FROM officer").fetchone() == (None,)
    assert sign_in(new_client()).headers["Location"] == "/console/"


def test_nobody_begins_or_ends_it_from_a_browser_left_open(client: FlaskClient, enrolled: Any, db: Any) -> None:
    phone, _ = enrolled
    assert send(client, FACTOR, do="end", old="wrong", code=phone.now()).status_code == 422
    assert send(client, FACTOR, do="end", old=PASSWORD, code="000000").status_code == 422
    assert send(client, FACTOR, do="codes", old=PASSWORD).status_code == 422
    assert db.execute("SELECT totp_at IS NOT NULL FROM officer").fetchone() == (True,)
    assert send(client, FACTOR, do="end", old=PASSWORD, code=phone.at(now() + 30)).status_code == 303
    assert db.execute("SELECT totp_secret, totp_at, totp_step FROM officer").fetchone() == (None, None, None)
    assert db.execute("SELECT count(*) FROM recovery_code").fetchone() == (0,)


def test_beginning_again_does_not_exchange_a_factor_in_use(client: FlaskClient, enrolled: Any, db: Any) -> None:
    before = db.execute("SELECT totp_secret FROM officer").fetchone()
    send(client, FACTOR, do="begin", old=PASSWORD, code="000000")
    assert db.execute("SELECT totp_secret FROM officer").fetchone() == before


@pytest.fixture
def for_real(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """The service outside the demo, over TLS."""
    monkeypatch.setenv("VERIFY_DEMO", "0")
    monkeypatch.setenv("VERIFY_PUBLIC_URL", "https://localhost")
    forget_everything()
    yield new_client()
    monkeypatch.undo()
    forget_everything()


@pytest.mark.parametrize(("role", "sent"), [("supervisor", True), ("admin", True), ("officer", False)])
def test_a_supervisor_sets_it_up_before_anything_else(for_real: FlaskClient, role: str, sent: bool) -> None:
    an_officer(role=role)
    secure: dict[str, Any] = {"base_url": "https://localhost"}
    headers = {"Referer": "https://localhost/"}
    token = form_token(for_real.get("/console/login", **secure).get_data(as_text=True))
    form = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    for_real.post("/console/login", data=form, headers=headers, **secure)
    answer = for_real.get("/console/tasks", **secure)
    assert (answer.status_code, answer.headers.get("Location")) == ((303, ACCOUNT) if sent else (200, None))
    assert ("faktor kedua. Siapkan" in for_real.get(ACCOUNT, **secure).get_data(as_text=True)) == sent
    asking = for_real.get("/console/live", headers={"HX-Request": "true"}, **secure)
    assert asking.headers.get("HX-Redirect") == (ACCOUNT if sent else None)


def test_codes_from_a_hundred_addresses_of_one_network_are_counted_together(
    client: FlaskClient, enrolled: Any, db: Any
) -> None:
    """The finding: 120 codes in 11 seconds from 120 addresses of one /64 went unhindered."""
    asked: list[int] = []
    for place in range(12):
        browser, there = new_client(), {"REMOTE_ADDR": f"2001:db8:0:1::{place:x}"}
        sign_in(browser, environ_base=there)
        token = form_token(browser.get(CODE).get_data(as_text=True))
        answer = browser.post(CODE, data={"csrf_token": token, "code": f"{place:06d}"}, environ_base=there)
        asked.append(answer.status_code)
    assert asked == [401] * TRIES + [429] * (12 - TRIES)
    told = client.get("/console/notices").get_data(as_text=True)
    assert told.count("mencoba-coba kode") == 1
    elsewhere = new_client()
    assert sign_in(elsewhere, environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 303


def test_codes_are_counted_whichever_network_they_come_from(enrolled: Any, db: Any) -> None:
    answers = []
    for place in range(TRIES + 1):
        browser, there = new_client(), {"REMOTE_ADDR": f"203.0.113.{place}"}
        sign_in(browser, environ_base=there)
        token = form_token(browser.get(CODE).get_data(as_text=True))
        answers.append(browser.post(CODE, data={"csrf_token": token, "code": "000000"}, environ_base=there).status_code)
    assert answers == [401] * TRIES + [429]


def test_nobody_without_the_password_keeps_the_officer_out(enrolled: Any, db: Any) -> None:
    phone, _ = enrolled
    for place in range(40):
        sign_in(new_client(), password="wrong", environ_base={"REMOTE_ADDR": f"2001:db8:{place:x}::1"})
    browser = new_client()
    assert sign_in(browser).headers["Location"] == CODE
    assert send(browser, CODE, CODE, code=phone.now()).status_code == 303


def test_a_right_code_begins_the_count_anew(another: FlaskClient, enrolled: Any, db: Any) -> None:
    phone, _ = enrolled
    for _ in range(TRIES - 1):
        send(another, CODE, CODE, code="000000")
    assert send(another, CODE, CODE, code=phone.now()).status_code == 303
    assert db.execute("SELECT count(*) FROM sign_in_attempt").fetchone() == (0,)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_of_ipv6_the_network_counts(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted


def test_codes_on_paper_are_kept_as_passwords_are(real_hashes: None, enrolled: Any, db: Any) -> None:
    kept = [bytes(row[0]) for row in db.execute("SELECT code_hash FROM recovery_code")]
    assert len(kept) == 10
    assert all(one.startswith(b"$argon2id$") for one in kept)


def test_a_code_on_paper_from_before_still_counts_once(another: FlaskClient, enrolled: Any, db: Any) -> None:
    old = second_factor._digest(1, "abcde-fghjk")
    db.execute("UPDATE recovery_code SET code_hash = %s WHERE id = (SELECT min(id) FROM recovery_code)", [old])
    assert send(another, CODE, CODE, recovery="abcde-fghjk").status_code == 303
    third = new_client()
    sign_in(third)
    assert send(third, CODE, CODE, recovery="abcde-fghjk").status_code == 401


def test_who_is_cleared_needs_a_second_factor_whatever_the_role(for_real: FlaskClient) -> None:
    an_officer(cleared=True)
    secure: dict[str, Any] = {"base_url": "https://localhost"}
    token = form_token(for_real.get("/console/login", **secure).get_data(as_text=True))
    form = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    for_real.post("/console/login", data=form, headers={"Referer": "https://localhost/"}, **secure)
    assert for_real.get("/console/tasks", **secure).headers.get("Location") == ACCOUNT
