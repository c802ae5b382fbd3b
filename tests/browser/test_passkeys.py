"""Passkeys with Chromium's own authenticator: made, used to sign in, and useless to anybody else."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.officers import EMAIL, PASSWORD, an_officer, sign_in
from tests.serving import new_client

ACCOUNT = "/console/account"


def authenticator(page: Page) -> tuple[Any, str]:
    """A key that this browser holds from now on."""
    talk = page.context.new_cdp_session(page)
    talk.send("WebAuthn.enable")
    added = talk.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return talk, str(added["authenticatorId"])


def password(page: Page) -> None:
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")


@pytest.fixture
def held(visit: Visit, db: Any) -> tuple[Page, Any, str]:
    """An officer who has just made a passkey, with the keyboard alone. A passkey knows no address of figures."""
    an_officer()
    visit.address = visit.address.replace("127.0.0.1", "localhost")
    talk, key = authenticator(visit.page)
    page = visit.go(ACCOUNT)
    password(page)
    page.wait_for_url(f"**{ACCOUNT}")
    page.focus("#key-old")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.focus("#key-name")
    visit.fits()
    page.keyboard.type("Laptop kantor")
    page.keyboard.press("Enter")
    page.wait_for_selector("#recovery-codes")
    return page, talk, key


def test_a_passkey_is_made_and_signs_in(visit: Visit, held: tuple[Page, Any, str], db: Any) -> None:
    page, _, _ = held
    assert page.locator("#recovery-codes li").count() == 10
    assert "Laptop kantor" in page.content()
    visit.fits()
    page.context.clear_cookies()
    visit.go("/console/tasks")
    password(page)
    page.wait_for_url("**/console/login/code")
    visit.fits()
    page.click("form[data-passkey] button")
    page.wait_for_url("**/console/tasks")
    ways = db.execute("SELECT detail ->> 'by' FROM audit WHERE action = 'signed in' ORDER BY id").fetchall()
    assert ways == [("password",), ("passkey",)]
    assert db.execute("SELECT sign_count > 0, used_at IS NOT NULL FROM passkey").fetchone() == (True, True)
    assert db.execute("SELECT count(*) FROM passkey_challenge WHERE kind = 'make'").fetchone() == (0,)


def test_the_password_alone_does_not_open_an_account_with_a_passkey(held: Any, db: Any) -> None:
    assert sign_in(new_client()).headers["Location"] == "/console/login/code"


def test_a_browser_without_the_passkey_says_so_and_gets_nobody_in(
    visit: Visit, held: tuple[Page, Any, str], db: Any
) -> None:
    page, talk, key = held
    talk.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    page.context.clear_cookies()
    visit.go("/console/tasks")
    password(page)
    page.click("form[data-passkey] button")
    page.wait_for_selector("[data-passkey-failed]:visible")
    visit.fits()
    assert page.url.endswith("/console/login/code")


def test_what_was_signed_once_signs_in_no_second_time(visit: Visit, held: tuple[Page, Any, str], db: Any) -> None:
    """The answer of the authenticator, read off the wire and sent again."""
    page, _, _ = held
    page.context.clear_cookies()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or "") if asked.url.endswith("/login/code") else None)
    visit.go("/console/tasks")
    password(page)
    page.click("form[data-passkey] button")
    page.wait_for_url("**/console/tasks")
    answer = next(body for body in sent if "passkey=" in body)
    page.context.clear_cookies()
    visit.go("/console/tasks")
    password(page)
    page.wait_for_url("**/console/login/code")
    token = page.locator("[name=csrf_token]").first.input_value()
    fields = dict(part.split("=", 1) for part in answer.split("&"))
    status = page.evaluate(
        """async ([token, passkey]) => (await fetch(location.href, {method: "POST", redirect: "manual",
            headers: {"Content-Type": "application/x-www-form-urlencoded"},
            body: "csrf_token=" + encodeURIComponent(token) + "&passkey=" + passkey})).status""",
        [token, fields["passkey"]],
    )
    assert status == 401
    visit.complaints.clear()  # the refusal, as it should be


def test_a_passkey_is_removed_by_its_holder_with_a_code_on_paper(
    visit: Visit, held: tuple[Page, Any, str], db: Any
) -> None:
    page, _, _ = held
    code = page.locator("#recovery-codes code").first.inner_text()
    visit.go(ACCOUNT)
    page.click("#passkeys summary >> nth=0")
    for field, typed in (("old", PASSWORD), ("code", code)):
        page.fill(f"#key-1-{field}", typed)
    page.click("[name=do][value=remove]")
    page.wait_for_selector('[data-figure="passkeys"]:has-text("0")')
    assert db.execute("SELECT passkey_at FROM officer").fetchone() == (None,)
    assert sign_in(new_client()).headers["Location"] == "/console/"
