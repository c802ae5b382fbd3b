"""What the phones of the demo receive, and how the programme is made to ask."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.people import NOW, a_phone, a_worker
from tests.serving import new_client
from tests.texts import a_text
from verify_service.ground import queue

NUMBER = "+6281234567890"


def texts(client: FlaskClient, number: str = NUMBER) -> list[str]:
    """The words of the texts in this phone, newest first."""
    answer = client.get("/simulator/inbox", headers={"Phone-Number": quote(number)})
    assert answer.status_code == 200
    return [text["text"] for text in (answer.json or {})["texts"]]


@pytest.fixture
def real(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """The service as it runs for real."""
    monkeypatch.setenv("VERIFY_DEMO", "0")
    monkeypatch.setenv("VERIFY_PUBLIC_URL", "https://localhost")
    forget_everything()
    client = new_client()
    client.application.config["WTF_CSRF_ENABLED"] = False  # so that the guard alone answers
    yield client
    monkeypatch.undo()
    forget_everything()


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/inbox"), ("POST", "/ask")])
def test_outside_the_demo_there_is_no_simulator(real: FlaskClient, method: str, path: str) -> None:
    assert real.open(f"/simulator{path}", method=method, data={"number": NUMBER}).status_code == 404


@pytest.mark.parametrize(
    ("state", "received"),
    [("accepted", True)]
    + [(s, False) for s in ("waiting", "sending", "refused", "failed", "unknown", "cancelled", "stale")],
)
def test_a_text_is_received_once_the_gateway_took_it(client: FlaskClient, db: Any, state: str, received: bool) -> None:
    a_text(db, NUMBER, "Balas YA", state=state)
    assert texts(client) == (["Balas YA"] if received else [])


def test_texts_come_newest_first_and_only_those_of_this_number(client: FlaskClient, db: Any) -> None:
    a_text(db, NUMBER, "sent last", sent_at=NOW + dt.timedelta(minutes=5))
    a_text(db, NUMBER, "sent first")
    a_text(db, "+6281299990009", "somebody else's")
    a_text(db, NUMBER, None)  # retention emptied it
    assert texts(client) == ["sent last", "sent first"]


@pytest.mark.parametrize("written", ["081234567890", "+62 812-3456-7890", "6281234567890", "０８１２３４５６７８９０"])
def test_the_number_may_be_written_as_people_do(client: FlaskClient, db: Any, written: str) -> None:
    a_text(db, NUMBER, "Halo")
    assert texts(client, written) == ["Halo"]


@pytest.mark.parametrize("written", ["", "08", "nobody", "%00", "+62%", "9" * 500])
def test_half_a_number_has_no_texts(client: FlaskClient, db: Any, written: str) -> None:
    a_text(db, NUMBER, "Halo")
    assert texts(client, written) == []


def test_a_text_says_what_it_costs_on_the_air(client: FlaskClient, db: Any) -> None:
    a_text(db, NUMBER, "Balas YA {1}")
    a_text(db, NUMBER, "👍" * 36)
    answer = client.get("/simulator/inbox", headers={"Phone-Number": NUMBER})
    assert answer.headers["Cache-Control"] == "no-store"
    foreign, plain = (answer.json or {})["texts"]
    assert (plain["septets"], plain["parts"], plain["from"]) == (14, 1, "28282")
    assert (foreign["septets"], foreign["parts"]) == (None, 2)
    assert dt.datetime.fromisoformat(plain["at"]) == NOW


def test_whoever_has_all_texts_is_told_so_until_another_comes(client: FlaskClient, db: Any) -> None:
    a_text(db, NUMBER, "younger, sent first", sent_at=NOW + dt.timedelta(seconds=1))
    late = a_text(db, NUMBER, "older, sent last", state="waiting", sent_at=None)
    headers = {"Phone-Number": NUMBER}
    mark = client.get("/simulator/inbox", headers=headers).headers["ETag"]
    again = client.get("/simulator/inbox", headers=headers | {"If-None-Match": mark})
    assert (again.status_code, again.data) == (304, b"")
    db.execute("UPDATE outbox SET state = 'accepted', sent_at = %s WHERE id = %s", [NOW, late])
    assert client.get("/simulator/inbox", headers=headers | {"If-None-Match": mark}).status_code == 200
    other = client.get("/simulator/inbox", headers={"Phone-Number": "081200000009", "If-None-Match": mark})
    assert other.status_code == 200


def test_looking_for_texts_is_not_logged_each_second(
    client: FlaskClient, db: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    texts(client)
    assert "simulator" not in "".join(capsys.readouterr())


def ask(client: FlaskClient, number: str) -> Any:
    page = client.get("/simulator").get_data(as_text=True)
    token = re.search(r'data-token="([^"]+)"', page)
    assert token is not None
    return client.post("/simulator/ask", data={"number": number}, headers={"X-CSRFToken": token[1]})


def test_the_programme_asks_and_the_sender_is_nudged(client: FlaskClient, db: Any) -> None:
    someone = a_worker(db)
    answer = ask(client, someone.number)
    assert answer.status_code == 200
    queued = answer.json["why_not"] is None
    assert bool(queue.connection().exists(f"nudged:{queue.SEND.name}")) is queued


def test_a_number_that_is_none_is_not_asked(client: FlaskClient, db: Any) -> None:
    assert ask(client, "halo").json == {"why_not": "Ini bukan nomor HP."}
    assert not queue.connection().exists(f"nudged:{queue.SEND.name}")


def test_asking_needs_the_pages_own_token(client: FlaskClient, db: Any) -> None:
    a_phone(db, NUMBER)
    assert client.post("/simulator/ask", data={"number": NUMBER}).status_code == 400
