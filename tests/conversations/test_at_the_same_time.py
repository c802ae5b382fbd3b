"""What several talks say at the same time: of one phone, or of two phones of one worker."""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.handset import Handset
from tests.people import NOW, a_phone, a_worker, link
from tests.serving import new_client
from verify_service.ground.database import transaction
from verify_service.ground.settings import settings
from verify_service.proposals.waiting_list import NewProposal, place

NUMBER, OTHER = "+6281234567890", "+6281234567891"
NIK = "3275010203040506"


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


def test_who_is_asked_in_two_sessions_what_the_cover_is_for_answers_once(db: Any, client: FlaskClient) -> None:
    a_phone(db, NUMBER)
    first, second = Handset(client, NUMBER), Handset(client, NUMBER)
    for phone in (first, second):
        phone.dial()
    for phone in (first, second):
        assert "Satu pertanyaan" in phone.press("431")
    assert "Yang benar" in first.send("1")
    assert "Benar." in second.send("2")
    assert db.execute("SELECT answer, again FROM knowledge_answer").fetchall() == [("kesehatan", False)]


def test_a_report_told_again_after_it_was_solved_does_not_bar_its_reporter_from_opening_the_first(
    db: Any, client: FlaskClient
) -> None:
    a_worker(db, insurer="inactive")
    phone = Handset(client, NUMBER)
    first = _asks_an_officer(phone)
    assert "ditutup" in _says_of(phone, first, "2")
    second = _asks_an_officer(phone)
    assert second != first
    assert "tetap terbuka" in _says_of(phone, first, "1")
    states = db.execute("SELECT number, state, once IS NULL FROM grievance ORDER BY id").fetchall()
    assert states == [(first, "reopened", True), (second, "received", False)]
    assert _asks_an_officer(phone) == second


def _asks_an_officer(phone: Handset) -> str:
    """Says on the way through the cover that it lapsed; the number of the report."""
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    assert "Laporan dibuat" in phone.press("111")
    return phone.screen.split("Nomor: ")[1].split()[0]


def _says_of(phone: Handset, number: str, digit: str) -> str:
    if "Tadi terputus" in phone.dial():
        phone.send("2")
    phone.press("38")
    phone.send(number)
    return phone.send(digit)


def test_two_phones_that_propose_the_same_person_at_the_same_moment_are_led_together(
    db: Any, client: FlaskClient
) -> None:
    other = a_phone(db, OTHER)
    a_phone(db, NUMBER)
    phone = Handset(client, NUMBER)
    phone.dial()
    phone.press("51")
    for answer in (NIK, "Tono Hartono", "4", "2", "1", "003011", "1"):
        phone.send(answer)
    with transaction() as session:  # the other phone's hop, not committed yet
        place(session, _proposal(other), now=NOW)
        waiting = threading.Thread(target=phone.send, args=("6",))
        waiting.start()
        time.sleep(0.3)
    waiting.join()
    assert "Usulan tersimpan" in phone.screen
    (first, _), (_, same_as) = db.execute("SELECT id, same_as_id FROM proposal ORDER BY id").fetchall()
    assert same_as == first


def _proposal(phone: int) -> NewProposal:
    nobody: dict[str, Any] = dict.fromkeys(("kelurahan_code", "rw", "rt"))
    told = {"proposer": "neighbour", "nik": NIK, "name": "Tono Hartono", "job": "farm", "member": "no"}
    return NewProposal(**told, **nobody, help_needed="", phone_id=phone, channel="ussd", inbound="other")


def test_two_phones_of_one_worker_that_report_the_same_at_the_same_moment_open_one_report(
    db: Any, client: FlaskClient
) -> None:
    someone = a_worker(db, insurer="inactive")
    link(db, OTHER, someone.worker)
    phone = Handset(client, OTHER)
    phone.dial()
    phone.press("11")
    with psycopg.connect(settings().owner_database_url or "") as elsewhere:  # the other phone's hop, not committed yet
        elsewhere.execute("INSERT INTO reference (number, kind) VALUES ('BKS-222222', 'grievance')")
        elsewhere.execute(
            """INSERT INTO grievance (number, category, identity, restricted, origin, channel, inbound, once, opened_at,
                                      verify_by, due_on)
               VALUES ('BKS-222222', 'not_active', 'normal', false, 'cover', 'ussd', 'other', %s, now(), now(), now())
            """,
            [f"cover:worker:{someone.worker}:"],
        )
        waiting = threading.Thread(target=phone.send, args=("1",))
        waiting.start()
        time.sleep(0.3)
    waiting.join()
    assert "BKS-222222" in phone.screen
    assert db.execute("SELECT count(*) FROM grievance").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM evidence WHERE statement = 'asks_officer'").fetchone() == (1,)
