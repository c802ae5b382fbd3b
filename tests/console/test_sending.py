"""Officers see that texts wait and since when, and those who answer for the city take up again what was given up."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cli.test_texting import away
from tests.messaging.texts import queued
from tests.officers import an_officer, form_token, sign_in
from tests.people import a_phone
from verify_service.console.home import FRESH


def texts_wait(db: Any, count: int = 3, state: str = "waiting") -> None:
    for place in range(count):
        queued(a_phone(db, f"+628123456780{place}"), now=dt.datetime(2026, 11, 23, 3, 30 + place, tzinfo=dt.UTC))
    db.execute("UPDATE outbox SET state = %s", [state])


@pytest.mark.parametrize("path", ["/console/", "/console/live", "/console/texts", "/console/sending"])
def test_while_the_gateway_is_away_pages_say_since_when_and_how_many_wait(
    client: FlaskClient, db: Any, path: str
) -> None:
    an_officer()
    sign_in(client)
    texts_wait(db)
    assert 'id="away"' not in client.get(path).get_data(as_text=True)
    away(db)
    time.sleep(FRESH)  # so long the first page is shared among officers
    page = client.get(path).get_data(as_text=True)
    assert "gateway tidak menjawab sejak 23 Nov 2026 10.00" in page
    assert "SMS yang menunggu: 3, yang terlama sejak 23 Nov 2026 10.30" in page
    db.execute("UPDATE gateway_state SET state = 'half_open'")  # being tried is not being back
    assert 'id="away"' in client.get("/console/sending").get_data(as_text=True)


def test_an_english_reader_reads_it_in_english(client: FlaskClient, db: Any) -> None:
    an_officer()
    sign_in(client)
    away(db)
    db.execute("UPDATE officer SET language = 'en'")
    assert "the gateway has been away since" in client.get("/console/sending").get_data(as_text=True)


@pytest.mark.parametrize("which", ["failed", "stale"])
def test_a_supervisor_takes_up_again_what_ended_and_the_trail_knows(client: FlaskClient, db: Any, which: str) -> None:
    officer = an_officer(role="supervisor")
    sign_in(client)
    texts_wait(db, state=which)
    token = form_token(client.get("/console/sending").get_data(as_text=True))
    assert client.post("/console/sending", data={"which": which}).status_code == 400  # no token of ours
    answer = client.post("/console/sending", data={"which": which, "csrf_token": token}, follow_redirects=True)
    assert "SMS yang menunggu lagi: 3" in answer.get_data(as_text=True)
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone() == (3,)
    assert db.execute("SELECT actor, detail->>%s FROM audit WHERE action = 'texts revived'", [which]).fetchall() == [
        (f"officer:{officer}", "3"),
    ]  # fmt: skip


def test_the_button_for_the_given_up_leaves_old_ones_alone(client: FlaskClient, db: Any) -> None:
    an_officer(role="supervisor")
    sign_in(client)
    texts_wait(db, state="stale")
    token = form_token(client.get("/console/sending").get_data(as_text=True))
    client.post("/console/sending", data={"which": "failed", "csrf_token": token})
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'stale'").fetchone() == (3,)


@pytest.mark.parametrize(("role", "shown"), [("officer", False), ("auditor", False), ("supervisor", True)])
def test_only_who_may_press_it_sees_the_button(client: FlaskClient, db: Any, role: str, shown: bool) -> None:
    an_officer(role=role)
    sign_in(client)
    texts_wait(db, state="failed")
    assert ('name="which"' in client.get("/console/sending").get_data(as_text=True)) is shown


def test_metrics_and_the_health_check_know_it_and_the_service_is_ready_all_the_same(
    client: FlaskClient, db: Any
) -> None:
    texts_wait(db)
    counted = client.get("/metrics").get_data(as_text=True)
    assert 'verify_gateway_up{gateway="console"} 1.0' in counted
    assert 'verify_texts_waiting{age="older"} 3.0' in counted
    away(db)
    counted = client.get("/metrics").get_data(as_text=True)
    assert 'verify_gateway_up{gateway="console"} 0.0' in counted
    assert 'verify_gateway_opened_total{gateway="console"} 2.0' in counted
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "queue": "ok", "gateway": "away"})
