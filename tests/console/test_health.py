"""What supervisors and balancers are told, and what every answer carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.officers import an_officer, sign_in
from tests.serving import new_client

DEAD_DATABASE = "postgresql://nobody:nothing@127.0.0.1:1/none"
DEAD_QUEUE = "redis://127.0.0.1:1/0"


@pytest.fixture
def environment(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment to change; afterwards everything is as before."""
    yield monkeypatch
    monkeypatch.undo()
    forget_everything()


def test_the_service_is_ready_when_both_servers_answer(client: FlaskClient) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "queue": "ok", "gateway": "ok"})


def test_without_the_database_it_is_alive_and_not_ready(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VERIFY_DATABASE_URL", DEAD_DATABASE)
    forget_everything()
    client = new_client()
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (503, {"database": "down", "queue": "ok", "gateway": "unknown"})


@pytest.mark.parametrize("path", ["/", "/console/"])
def test_without_the_database_pages_say_that_they_are_busy(environment: pytest.MonkeyPatch, path: str) -> None:
    environment.setenv("VERIFY_DATABASE_URL", DEAD_DATABASE)
    forget_everything()
    client = new_client()
    client.set_cookie("officer", "A" * 43)
    answer = client.get(path)
    assert answer.status_code == 503
    assert "Sedang sibuk sebentar" in answer.get_data(as_text=True)


def test_without_the_queue_it_is_ready_all_the_same(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VERIFY_REDIS_URL", DEAD_QUEUE)
    forget_everything()
    answer = new_client().get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "queue": "down", "gateway": "ok"})


@pytest.mark.parametrize("path", ["/", "/console/login", "/nowhere", "/health/live", "/simulator", "/static/icon.svg"])
def test_every_answer_is_locked_down(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_each_request_has_its_own_nonce(client: FlaskClient) -> None:
    policies = {client.get("/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_outside_the_demo_cookies_need_tls_and_there_is_no_simulator(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VERIFY_DEMO", "0")
    environment.setenv("VERIFY_PUBLIC_URL", "https://localhost")
    environment.setenv("VERIFY_METRICS_TOKEN", "a token of some length")
    forget_everything()
    an_officer()
    client = new_client()
    assert client.get("/simulator").status_code == 404
    assert client.get("/simulator/people").status_code == 404
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a token of some length"}).status_code == 200
    page = client.get("/console/login", base_url="https://localhost")
    assert "max-age=" in page.headers["Strict-Transport-Security"]
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie


def test_metrics_and_logs_know_templates_and_not_secrets(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.post("/webhooks/africastalking/not-the-secret-of-anybody/ussd", data={"text": ""})
    client.get("/console/login?email=somebody@bekasi.example")
    counted = client.get("/metrics").get_data(as_text=True)
    assert 'route="/webhooks/africastalking/<secret>/ussd"' in counted
    for told in (counted, *capsys.readouterr()):
        assert "not-the-secret" not in told
        assert "somebody@" not in told


def test_a_page_that_does_not_exist_says_so_in_the_readers_language(client: FlaskClient) -> None:
    assert "Halaman tidak ditemukan" in client.get("/nowhere").get_data(as_text=True)
    english = client.get("/nowhere?lang=en")
    assert (english.status_code, "Page not found" in english.get_data(as_text=True)) == (404, True)


def test_a_page_with_the_wrong_method_says_which_is_right(client: FlaskClient) -> None:
    answer = client.post("/health/live")
    assert answer.status_code in (400, 405)
    assert client.get("/console/logout").status_code in (302, 405)


def test_a_console_page_is_kept_by_no_cache(client: FlaskClient) -> None:
    an_officer()
    sign_in(client)
    assert client.get("/console/").headers["Cache-Control"] == "no-store"
