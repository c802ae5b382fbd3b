"""Texts whose callbacks were lost are fetched, and each text a person sent is one row, whichever way it came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from jobs import clock
from jobs.fetch import fetch
from tests.conftest import examples
from tests.people import NOW
from tests.standins.africastalking import Provider
from verify_service.ground import queue
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging.gateways.contract import Fetched, InboundSms
from verify_service.messaging.inbox import store_message
from verify_service.messaging.missed_messages import keep, take_turn

NUMBER = "+6281234567890"
MINUTE = dt.timedelta(minutes=1)


def text(provider_id: str, words: str = "YA", at: dt.datetime = NOW, number: str = NUMBER) -> InboundSms:
    return InboundSms(provider_id, Phone(number), number, "28282", words, at, "")


def called_back(message: InboundSms, now: dt.datetime = NOW) -> bool:
    with transaction() as session:
        return store_message(session, "africastalking", message, b"raw", now=now)


def fetched(*messages: InboundSms, now: dt.datetime = NOW) -> int:
    with transaction() as session:
        take_turn(session, "africastalking", now=now)
        return keep(session, "africastalking", Fetched(messages), now=now)[0]


def kept(db: Any) -> list[Any]:
    return list(db.execute("SELECT provider_id, twin, quarantined FROM inbound_message ORDER BY id").fetchall())


def test_a_text_called_back_and_then_fetched_is_one(db: Any) -> None:
    assert called_back(text("uuid-1"))
    for _ in range(2):
        assert fetched(text("1101")) == 0
    assert not called_back(text("uuid-1"), NOW + 12 * 60 * MINUTE)
    assert kept(db) == [("uuid-1", "1101", None)]


def test_a_text_fetched_and_then_called_back_late_is_one(db: Any) -> None:
    assert fetched(text("1101")) == 1
    for hours in (1, 12):
        assert not called_back(text("uuid-1"), NOW + hours * 60 * MINUTE)
    assert fetched(text("1101")) == 0
    assert kept(db) == [("1101", "uuid-1", None)]


def test_the_same_word_sent_twice_is_two_texts(db: Any) -> None:
    assert called_back(text("uuid-1"))
    assert called_back(text("uuid-2", at=NOW + MINUTE))
    assert fetched(text("1101"), text("1102", at=NOW + MINUTE)) == 0
    assert kept(db) == [("uuid-1", "1101", None), ("uuid-2", "1102", None)]


def test_of_two_texts_one_may_have_lost_its_callback(db: Any) -> None:
    assert called_back(text("uuid-2", at=NOW + MINUTE))
    assert fetched(text("1101"), text("1102", at=NOW + MINUTE)) == 1
    assert not called_back(text("uuid-1"))
    assert len(kept(db)) == 2


@pytest.mark.parametrize(
    "other",
    [
        text("1101", "TIDAK"),
        text("1101", number="+6281234567891"),
        text("1101", at=NOW + 2 * MINUTE + dt.timedelta(seconds=1)),
    ],
    ids=["other words", "another person", "another time"],
)
def test_a_different_text_is_another(db: Any, other: InboundSms) -> None:
    called_back(text("uuid-1"))
    assert fetched(other) == 1
    assert len(kept(db)) == 2


def test_times_and_blanks_that_differ_a_little_do_not_make_a_text_new(db: Any) -> None:
    called_back(text("uuid-1", "YA  sudah\n"))
    assert fetched(text("1101", "YA sudah", NOW + 2 * MINUTE)) == 0


def test_a_text_from_long_ago_is_kept_for_a_person_to_look_at(db: Any) -> None:
    called_back(text("uuid-1", "Lama", NOW - dt.timedelta(days=30)), NOW - dt.timedelta(days=30))
    old = NOW - dt.timedelta(days=8)
    assert fetched(text("1", "Lama", NOW - dt.timedelta(days=30)), text("2", at=old), text("3")) == 2
    assert kept(db) == [("uuid-1", "1", None), ("2", None, "from long ago"), ("3", None, None)]


def test_a_text_that_came_crippled_is_made_good_by_the_fetched_one(db: Any) -> None:
    crippled = InboundSms("", Phone(NUMBER), NUMBER, "", "YA", NOW, "missing: id")
    called_back(crippled)
    assert fetched(text("1101")) == 1
    assert [quarantined for _, _, quarantined in kept(db)] == ["missing: id", None]


@dataclass(frozen=True)
class Heard:
    """One way in which a text reaches us."""

    text: int
    fetched: bool


@pytest.mark.long
@tried(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=6),  # when the person sent YA, in seconds
    st.data(),
)
def test_each_text_is_one_row_however_it_came(db: Any, moments: list[int], data: st.DataObject) -> None:
    db.execute("TRUNCATE inbound_message, fetch_cursor")
    lost = data.draw(st.sets(st.sampled_from(range(len(moments)))))
    ways = [Heard(place, False) for place in range(len(moments)) if place not in lost]
    ways += [Heard(place, True) for place in range(len(moments))]
    ways += data.draw(st.lists(st.sampled_from(ways), max_size=4))  # repeats
    for way in data.draw(st.permutations(ways)):
        at = NOW + dt.timedelta(seconds=moments[way.text])
        if way.fetched:
            fetched(text(str(1000 + way.text), at=at))
        else:
            called_back(text(f"uuid-{way.text}", at=at))
        assert len(kept(db)) <= len(moments), "one text became two"
    assert len(kept(db)) == len(moments)


# The job


def entry(place: int, words: str = "YA") -> dict[str, Any]:
    at = dt.datetime.now(dt.UTC) - (100 - place) * 5 * MINUTE
    return {"id": place, "from": NUMBER, "to": "28282", "text": words, "date": at.isoformat()}


@pytest.fixture
def reading(connected: Provider) -> Provider:
    """A provider whose inbox comes ten at a time."""
    connected.page = 10
    return connected


def test_lost_texts_are_fetched_page_by_page(db: Any, reading: Provider) -> None:
    reading.inbox = [entry(place, f"Teks {place}") for place in range(1, 36)]
    fetch()
    assert len(kept(db)) == 35
    assert db.execute("SELECT after_id FROM fetch_cursor").fetchone() == (35,)
    bodies = db.execute("SELECT body FROM inbound_message ORDER BY id").fetchall()
    assert unseal(bodies[-1][0], "inbound_message.body") == "Teks 35"


def test_the_inbox_is_read_every_five_minutes_and_not_more_often(db: Any, reading: Provider) -> None:
    assert queue.FETCH in clock.tick()
    fetch()
    assert queue.FETCH not in clock.tick()
    fetch()
    assert len(reading.calls) == 1
    reading.inbox = [entry(1)]
    db.execute("UPDATE fetch_cursor SET fetched_at = fetched_at - interval '5 minutes'")
    assert queue.FETCH in clock.tick()
    fetch()
    assert len(kept(db)) == 1


@pytest.mark.parametrize("manner", ["http 500", "broken json"])
def test_a_provider_that_cannot_say_is_asked_again_in_five_minutes(db: Any, reading: Provider, manner: str) -> None:
    reading.inbox, reading.manner = [entry(1)], manner
    fetch()
    fetch()
    assert len(reading.calls) == 1
    assert kept(db) == []


def test_an_inbox_that_never_ends_is_left(db: Any, reading: Provider) -> None:
    reading.page = None  # the same page, whatever was read
    reading.inbox = [entry(1), entry(2, "Lagi"), {"id": "x", "from": NUMBER, "text": "Tanpa nomor"}]
    fetch()
    assert len(reading.calls) == 2
    assert len(kept(db)) == 3


def test_where_the_gateway_cannot_be_read_nobody_tries(db: Any) -> None:
    assert queue.FETCH not in clock.tick()
    fetch()
    assert db.execute("SELECT count(*) FROM fetch_cursor").fetchone() == (0,)
