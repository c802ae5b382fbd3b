"""Hops at the same time: networks repeat, phones are shared, and a session may be opened twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import webhook
from tests.people import a_worker
from verify_service.app import create_app

NUMBER = "+6281234567890"
AT_ONCE = 8


def hop(client: FlaskClient, session: str, text: str, number: str = NUMBER) -> str:
    form = {"sessionId": session, "phoneNumber": number, "serviceCode": "*1#", "networkCode": "1", "text": text}
    answer = client.post(webhook("ussd"), data=form)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def at_once(what: Callable[[FlaskClient, int], str]) -> list[str]:
    """Eight of them, each with a client of its own, let go together."""
    app, gate, heard = create_app(), threading.Barrier(AT_ONCE), [""] * AT_ONCE

    def go(number: int) -> None:
        client = app.test_client()
        gate.wait()
        heard[number] = what(client, number)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return heard


@pytest.mark.parametrize("round_", range(3))
def test_a_hop_repeated_at_the_same_time_shows_one_screen_and_has_one_effect(
    db: Any, client: FlaskClient, round_: int
) -> None:
    a_worker(db)
    for text in ("", "1"):
        hop(client, "S1", text)
    (screen,) = set(at_once(lambda client, _: hop(client, "S1", "1*1")))
    assert screen.startswith("CON Apakah kartu")
    assert db.execute("SELECT statement FROM evidence").fetchall() == [("confirms",)]
    assert db.execute("SELECT hops FROM conversation").fetchone() == (2,)


def test_a_first_dial_repeated_at_the_same_time_is_one_conversation(db: Any) -> None:
    (screen,) = set(at_once(lambda client, _: hop(client, "S1", "")))
    assert screen.startswith("CON Pilih bahasa")
    assert db.execute("SELECT count(*) FROM conversation").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM phone").fetchone() == (1,)


def test_one_session_opened_by_several_numbers_at_once_is_one_of_each(db: Any) -> None:
    heard = at_once(lambda client, number: hop(client, "S1", "", f"+62812999900{number:02}"))
    assert all(screen.startswith("CON Pilih bahasa") for screen in heard)
    assert db.execute("SELECT count(*), count(DISTINCT phone_id) FROM conversation").fetchone() == (AT_ONCE, AT_ONCE)


def test_two_sessions_of_one_phone_speak_one_after_the_other(db: Any, client: FlaskClient) -> None:
    a_worker(db)
    for number in range(AT_ONCE):
        hop(client, f"S{number}", "1")
    # Half of them say "not me": from the first of these on, the phone no longer speaks for the worker.
    at_once(lambda client, number: hop(client, f"S{number}", "1*3" if number % 2 else "1*1"))
    said = [row[0] for row in db.execute("SELECT statement FROM evidence ORDER BY id").fetchall()]
    assert said.count("not_me") == 1
    assert said[-1] == "not_me", said
