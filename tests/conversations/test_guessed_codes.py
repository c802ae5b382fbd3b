"""Codes of letters are guessed from many phones no faster than from one."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.handset import Handset
from tests.people import Someone, a_phone, a_worker
from tests.serving import new_client
from verify_service.conversations.tries import FREE, SLOWEST
from verify_service.ground.crypto import letter_code


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


def letter_of(db: Any, someone: Someone) -> str:
    (issue,) = db.execute("SELECT letter_issue FROM worker WHERE id = %s", [someone.worker]).fetchone()
    return letter_code("invitation", someone.worker, issue)


def tried(db: Any, client: FlaskClient, nik: str, code: str, phone: int) -> bool:
    """Whether a phone that nobody knows is linked by this code."""
    number = f"+62812999{phone:05d}"
    a_phone(db, number)
    line = Handset(client, number)
    line.dial()
    line.send("1")
    line.send(nik)
    return "Sulistiaw" in line.send(code)


def waits(db: Any) -> float:
    (seconds,) = db.execute("SELECT extract(epoch FROM not_before - now()) FROM code_guess").fetchone()
    return float(seconds) / 60


def test_wrong_codes_for_one_nik_make_the_next_one_wait_from_any_phone(client: FlaskClient, db: Any) -> None:
    someone = a_worker(db, phone=None)
    right = letter_of(db, someone)
    wrong = "000000" if right != "000000" else "000001"
    for phone in range(FREE + 1):
        assert not tried(db, client, someone.nik, wrong, phone)
    assert not tried(db, client, someone.nik, right, 50), "not even the right one counts while it waits"
    seen = []
    for phone in range(10, 18):
        seen.append(round(waits(db)))
        db.execute("UPDATE code_guess SET not_before = now()")
        tried(db, client, someone.nik, wrong, phone)
    assert seen == [2, 4, 8, 16, 32, SLOWEST, SLOWEST, SLOWEST]
    db.execute("UPDATE code_guess SET not_before = now()")
    assert tried(db, client, someone.nik, right, 51)
    assert db.execute("SELECT count(*) FROM code_guess").fetchone() == (0,)


def test_a_nik_that_nobody_has_is_told_apart_by_nothing(client: FlaskClient, db: Any) -> None:
    a_worker(db, phone=None)
    for phone in range(FREE + 1):
        assert not tried(db, client, "3275010101010001", "123456", phone)
    assert waits(db) > 1


def test_two_slips_and_the_right_code_link_at_once(client: FlaskClient, db: Any) -> None:
    someone = a_worker(db, phone=None)
    right = letter_of(db, someone)
    for phone, slip in enumerate(("111111", "222222")):
        tried(db, client, someone.nik, slip if slip != right else "333333", phone)
    assert tried(db, client, someone.nik, right, 2)
