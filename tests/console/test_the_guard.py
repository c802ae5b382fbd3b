"""Nothing of the console opens without a signed-in officer, whatever is added to it later."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.officers import EMAIL, PASSWORD, an_officer, form_token, sign_in
from verify_service.accounts.officers import Role
from verify_service.console.rules import RULES, Scope

OPEN = {endpoint for endpoint, rule in RULES.items() if rule.scope is Scope.OPEN}
PLACE = "32.75.01.1001"


def _address(rule: Rule) -> str:
    address: str = rule.rule
    for argument in rule.arguments:
        address = re.sub(rf"<[^<>]*\b{argument}>", "1", address)
    return address


def _console(app: Flask) -> list[tuple[str, str]]:
    return [
        (method, _address(rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/console") and rule.endpoint not in OPEN
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}
    ]


def test_every_page_of_the_console_asks_who_is_there(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = _console(client.application)  # type: ignore[arg-type]
    assert ("GET", "/console/") in walked
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", False)  # so that the guard alone answers
    for method, address in walked:
        answer = client.open(address, method=method)
        assert answer.status_code in (302, 303), address
        assert answer.headers["Location"].startswith("/console/login"), address


def test_only_signing_in_the_holder_s_link_and_stopping_a_mail_are_open() -> None:
    assert {"console.login", "console.second", "console.welcome", "console.stop_digest"} == OPEN


def test_every_page_has_a_rule_and_every_rule_a_page(client: FlaskClient) -> None:
    pages = {rule.endpoint for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/console")}
    assert pages == set(RULES)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says_and_nothing_else(
    client: FlaskClient, db: Any, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, area = ("kelurahan", PLACE) if role is Role.KELURAHAN else ("grievance", None)
    an_officer(role=role.value, unit=unit, area=area)
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", False)
    sign_in_without_token(client)
    for rule in client.application.url_map.iter_rules():
        if not rule.rule.startswith("/console") or rule.endpoint in OPEN | {"console.logout"}:
            continue
        held = RULES[rule.endpoint]
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            allowed = held.lets(role, reading=method == "GET") and not (held.scope in (Scope.CITY, Scope.TEAM) and area)
            answer = client.open(_address(rule), method=method)
            assert (answer.status_code != 403) == allowed, (rule.rule, method)


def sign_in_without_token(client: FlaskClient) -> None:
    client.post("/console/login", data={"email": EMAIL, "password": PASSWORD})


def test_a_page_refreshing_itself_is_taken_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.get("/console/live", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/console/login?next=/console/")
    here = {"HX-Request": "true", "HX-Current-URL": "https://city.example/console/cases/7?did=take"}
    back = client.get("/console/cases/7/live", headers=here)
    assert back.headers["HX-Redirect"] == "/console/login?next=/console/cases/7"


def test_the_language_an_officer_chooses_is_remembered_in_the_account(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    page = client.get("/console/").get_data(as_text=True)
    assert '<html lang="id">' in page
    client.post("/console/language", data={"csrf_token": form_token(page), "language": "en", "next": "/console/"})
    client.delete_cookie("language")
    assert "Overview" in client.get("/console/").get_data(as_text=True)
    assert db.execute("SELECT language FROM officer").fetchone() == ("en",)


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=x", "?page=99999999999", "?owner=%00", "?kecamatan=%00'", "?verdict=x"]
)
def test_damaged_questions_still_get_a_page(client: FlaskClient, query: str) -> None:
    an_officer()
    sign_in(client)
    assert client.get(f"/console/{query}").status_code == 200


def test_looking_at_the_sign_in_page_is_no_attempt(client: FlaskClient, db: Any) -> None:
    assert client.head("/console/login").status_code == 200
    assert db.execute("SELECT count(*) FROM sign_in_attempt").fetchone() == (0,)
