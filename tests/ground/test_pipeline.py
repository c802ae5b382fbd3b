"""Commands sent together: what goes in comes out, what fails is told without values, and nobody else is held up."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from verify_service.ground.pipeline import Command, ConnectionLost, hop_connection
from verify_service.verification.decision import RtHeadSays

NOW = dt.datetime(2026, 11, 23, 3, 0, 0, 120, tzinfo=dt.UTC)
EVERYTHING = Command(
    """SELECT CAST(:whole AS bigint), CAST(:small AS smallint), CAST(:word AS text), CAST(:octets AS bytea),
              CAST(:day AS date), CAST(:moment AS timestamptz), CAST(:yes AS boolean), CAST(:nothing AS text),
              CAST(:word AS text)""",
    returns=(int, int, str, bytes, dt.date, dt.datetime, bool, str, str),
)
DIVIDE = Command("SELECT 10 / CAST(:by AS bigint)", returns=(int,))
SLEEP = Command("SELECT 1 FROM pg_sleep(CAST(:seconds AS text)::float)", returns=(int,))


def test_every_kind_of_value_comes_back_as_it_went(db: Any) -> None:
    values = (-5, 7, "dua\u2019 \n*:'\"", b"\x00\xff1", dt.date(2026, 10, 1), NOW, True)
    asked = EVERYTHING(**dict(zip(EVERYTHING.values, (*values, None), strict=True)))
    with hop_connection(3) as open_line:
        (rows,) = open_line.begin(asked)
        assert rows == [[*values, None, values[2]]]
        assert open_line.send(asked, DIVIDE(by=5)) == [rows, [[2]]]
        assert EVERYTHING.through(open_line.session, **asked[1]) == rows


def test_a_word_of_an_enumeration_is_its_text(db: Any) -> None:
    with hop_connection(3) as open_line:
        ((row,),) = open_line.begin(EVERYTHING(**{**dict.fromkeys(EVERYTHING.values), "word": RtHeadSays.MOVED}))
    assert row[2] == "moved"


def test_what_fails_is_told_without_values_and_the_line_is_good_again(db: Any) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS kept (word text); GRANT ALL ON kept TO verify_app")
    keep = Command("INSERT INTO kept (word) VALUES (:word)")
    for _ in range(2):  # what was prepared before the failure stays prepared
        with pytest.raises(psycopg.errors.DivisionByZero) as told, hop_connection(3) as open_line:
            open_line.begin(keep(word="a secret"), DIVIDE(by=0), DIVIDE(by=1))
        assert "secret" not in str(told.value)
    with hop_connection(3) as open_line:
        assert open_line.begin(DIVIDE(by=1)) == [[[10]]]
        open_line.commit()
    assert db.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    db.execute("DROP TABLE kept")


@pytest.mark.parametrize("rolled_back", [False, True], ids=["left open", "rolled back, as a flush does"])
def test_lines_hear_on_after_a_hop_that_failed_late_in_the_session(db: Any, rolled_back: bool) -> None:
    for _ in range(8):  # often enough for psycopg to prepare what the session does
        with hop_connection(3) as open_line:
            open_line.begin(DIVIDE(by=1))
            open_line.session.execute(text("SELECT 1"))
            open_line.commit()
    with pytest.raises(DBAPIError):
        _fail_late(rolled_back)
    with hop_connection(3) as open_line:
        assert open_line.begin(DIVIDE(by=1)) == [[[10]]]


def _fail_late(rolled_back: bool) -> None:
    with hop_connection(3) as open_line:
        open_line.begin(DIVIDE(by=1))
        try:
            open_line.session.execute(text("SELECT 1 / 0"))
        finally:
            if rolled_back:
                open_line.session.rollback()


def test_what_is_not_committed_is_not_kept(db: Any) -> None:
    keep = Command("INSERT INTO sign_in_attempt (email_index, address_index, at) VALUES (:a, :a, :now)")
    with hop_connection(3) as open_line:
        open_line.begin(keep(a=b"x", now=NOW))
    assert db.execute("SELECT count(*) FROM sign_in_attempt").fetchone() == (0,)


def test_a_line_that_takes_too_long_is_cut(db: Any) -> None:
    began = time.monotonic()
    with pytest.raises(ConnectionLost), hop_connection(0.3) as open_line:
        open_line.begin(SLEEP(seconds="20"))
    assert time.monotonic() - began < 5


def test_other_threads_go_on_while_one_waits(db: Any) -> None:
    def wait() -> None:
        with hop_connection(10) as open_line:
            open_line.begin(SLEEP(seconds="1"))

    waiting = threading.Thread(target=wait)
    waiting.start()
    ticks = 0
    while waiting.is_alive():
        ticks += 1
        time.sleep(0.01)
    assert ticks > 20
