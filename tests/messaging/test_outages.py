"""While the gateway is away every text waits and none pays for it; when it is back, who waits for a reply has it first.

Each is a way in which senders of others lost texts, or never came back (their trackers: jasmin 425 and 1251, courier
233, mailroom 692, OmniRoute 13836, nora 585, httpbin 642).
"""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from jobs import clock, send
from tests.messaging.texts import queued
from tests.people import a_phone
from tests.standins.kannel import Box
from verify_service.ground.crypto import keyed_hash, seal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging import breaker, sending
from verify_service.messaging.gateways import gateway
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome
from verify_service.messaging.gateways.kannel import Kannel
from verify_service.messaging.gateways.wire import addresses_of
from verify_service.messaging.outbox import Purpose

N, U = SendOutcome.NOT_HANDED_OVER, SendOutcome.UNKNOWN
TEXT = Outgoing(7, Phone("+6281234567890"), "Kode Anda rahasia.")
SECOND = dt.timedelta(seconds=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def waits(db: Any, count: int = 12, purpose: Purpose = Purpose.REPLY) -> None:
    for place in range(count):
        queued(a_phone(db, f"+62812345{place:05}"), purpose=purpose, now=now())


def states(db: Any) -> dict[str, int]:
    return dict(db.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())


def held(db: Any, columns: str = "state, opened") -> Any:
    return db.execute(f"SELECT {columns} FROM gateway_state").fetchone()


def after_a_pause(db: Any) -> None:
    """As if the time until the next trial had gone by."""
    db.execute("UPDATE gateway_state SET next_at = now() WHERE state <> 'closed'")


def sends(db: Any, times: int = 1) -> None:
    for _ in range(times):
        after_a_pause(db)
        send.send()


def kannel(url: str, whole_call: float = 0.6) -> Kannel:
    given = {"public_url": "https://verify.example.org", "secret": "known-to-kannel"}
    return Kannel(url, "verify", "word", timeout=(1, 1), whole_call=whole_call, **given)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


# Nobody is there


def test_a_gateway_that_is_away_for_any_number_of_tries_loses_nobody_a_text(db: Any, box: Box) -> None:
    waits(db)
    box.away()
    sends(db, 20)
    assert states(db) == {"waiting": 12}
    assert db.execute("SELECT sum(errors), sum(unknowns) FROM outbox").fetchone() == (0, 0)
    assert held(db, "state, opened, reason") == ("open", 1, "no answer")
    box.back()
    sends(db)
    assert states(db) == {"accepted": 12}
    assert held(db) == ("closed", 1)


def test_while_it_is_away_not_one_text_is_handed_over(db: Any, box: Box) -> None:
    waits(db)
    box.manner = "http 503"
    sends(db, 10)
    assert len(box.asked) == 1  # the one that found out
    assert box.knocks == 9


def test_what_smsbox_cannot_pass_on_costs_nothing_and_tries_with_another_text_each_time(db: Any, box: Box) -> None:
    waits(db)
    box.manner = "texts: away behind"  # smsbox is there, bearerbox behind it is not
    sends(db, 13)
    assert len(set(box.asked)) == 12
    assert states(db) == {"waiting": 12}
    assert db.execute("SELECT DISTINCT errors, unknowns, reason FROM outbox").fetchall() == [
        (0, 0, "temporal failure"),
    ]  # fmt: skip


def test_a_provider_that_asks_to_be_left_alone_is(db: Any, box: Box) -> None:
    waits(db, 2)
    box.manner, box.headers = "http 503", "Retry-After: 7\r\n"
    send.send()
    (pause,) = held(db, "next_at - now()")
    assert 6 * SECOND < pause <= 7 * SECOND
    box.headers = "Retry-After: 99999\r\n"
    box.manner = "texts: http 503"
    sends(db)
    (pause,) = held(db, "next_at - now()")
    assert 59 * SECOND < pause <= 60 * SECOND
    asked = len(box.asked) + box.knocks
    send.send()
    assert len(box.asked) + box.knocks == asked


@pytest.mark.parametrize("url", ["http://nobody.internal:13013", "http://" + "x" * 64 + ":1"])
def test_a_name_that_nobody_has_hands_nothing_over(db: Any, url: str) -> None:
    with within(5):
        (sent,) = kannel(url).send([TEXT])
        assert not kannel(url).knock(1)
    assert (sent.outcome, sent.whole_call) == (N, True)


def test_those_who_ask_for_a_name_that_hangs_wait_for_one_look_up_which_ends() -> None:
    names = [thread.name for thread in threading.enumerate()]
    for _ in range(5):
        with suppress(OSError):
            addresses_of("nobody-at-all.invalid", 0.0)
    looking = [thread for thread in threading.enumerate() if thread.name == "look up"]
    assert len(looking) <= 1 + names.count("look up")
    for thread in looking:
        thread.join(30)
        assert not thread.is_alive()


def test_a_door_that_speaks_no_tls_is_told_no_word(box: Box) -> None:
    provider = AfricasTalking("sandbox", "the-key", box.url.replace("http", "https"), timeout=(2, 2), whole_call=0.8)
    with within(5):
        (sent,) = provider.send([TEXT])
    assert (sent.outcome, sent.reason, sent.whole_call) == (N, "no connection", True)
    assert box.asked == []


def test_a_door_at_which_the_handshake_hangs_hands_nothing_over() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        url = f"https://127.0.0.1:{door.getsockname()[1]}"
        with within(3):
            (sent,) = AfricasTalking("sandbox", "the-key", url, timeout=(9, 9), whole_call=0.6).send([TEXT])
    assert (sent.outcome, sent.reason) == (N, "no connection")


# Somebody is there, and does not say what became of it


@pytest.mark.parametrize("manner", ["hang", "drip", "drip body", "half", "half 202", "reset"])
def test_a_call_is_over_in_time_and_its_fate_unknown(box: Box, manner: str) -> None:
    box.manner = manner
    before = set(threading.enumerate())
    with within(3):
        first, second = kannel(box.url).send([TEXT, TEXT])
    assert (first.outcome, second.outcome, second.reason) == (U, N, "not tried")
    left = {thread for thread in threading.enumerate() if thread.is_alive()} - before
    assert not [thread for thread in left if isinstance(thread, threading.Timer)]
    with within(3):
        assert kannel(box.url).knock(0.6) is False


@pytest.mark.parametrize("manner", ["hang", "drip", "drip body"])
def test_a_provider_s_inbox_that_crawls_is_read_no_longer_than_a_call_takes(box: Box, manner: str) -> None:
    box.manner = manner
    provider = AfricasTalking("sandbox", "the-key", box.url, timeout=(2, 9), whole_call=0.6)
    with within(4):
        assert provider.fetch().problem.startswith("no answer")
        assert provider.knock(0.6) is False
        assert [sent.outcome for sent in provider.send([TEXT])] == [U]


def test_a_gateway_that_swallows_texts_is_given_few_and_ever_fewer(db: Any, box: Box) -> None:
    waits(db, 12)
    box.manner = "texts: half"
    send.send()
    pauses = []
    for _ in range(5):
        sends(db)
        pauses.append(round(held(db, "extract(epoch FROM next_at - now())")[0]))
    assert pauses == [10, 20, 40, 60, 60]
    assert db.execute("SELECT unknowns, count(*) FROM outbox GROUP BY unknowns ORDER BY 1").fetchall() == [
        (0, 6), (1, 6),
    ]  # fmt: skip


def test_a_knock_alone_does_not_open_the_door_to_a_batch_once_texts_were_swallowed(db: Any, box: Box) -> None:
    waits(db, 1)
    box.manner = "texts: half"
    send.send()
    sends(db, 3)  # nothing is due: the one text waits for a late report
    assert held(db) == ("open", 1)
    waits(db, 5)
    sends(db)
    assert (len(box.asked), held(db, "state")) == (2, ("open",))


def test_a_slow_gateway_is_let_in_after_a_while(db: Any, box: Box) -> None:
    patience = []
    with transaction() as session:
        breaker.heard(session, "kannel", breaker.Leave(), [no_connection()], now=now())
    for _ in range(60):
        after_a_pause(db)
        with transaction() as session:
            leave = breaker.ask_leave(session, "kannel", now=now())
            assert leave is not None
            breaker.unanswered(session, "kannel", leave, now=now())
            patience.append(leave.patience)
    assert (patience.count(1.0), patience.count(10.0)) == (58, 2)


def no_connection() -> Any:
    return sending.Sent(1, N, reason="no connection", whole_call=True)


# The trial


def test_a_trial_that_is_refused_for_good_says_that_the_gateway_is_there(db: Any, box: Box) -> None:
    waits(db)
    box.away()
    send.send()
    box.back()
    box.manner = "texts: no route"
    sends(db)
    assert states(db) == {"refused": 12}
    assert held(db) == ("closed", 1)


def test_a_trial_that_is_put_off_says_so_too_and_is_not_the_gateway_s_fault(db: Any, box: Box) -> None:
    waits(db, 2)
    box.away()
    send.send()
    box.back()
    box.manner = "texts: not this one"
    sends(db)
    assert (states(db), held(db)) == ({"waiting": 2}, ("closed", 1))
    assert db.execute("SELECT DISTINCT errors FROM outbox").fetchall() == [(1,)]


def test_two_workers_who_try_at_once_send_one_text(db: Any, box: Box) -> None:
    waits(db)
    box.away()
    send.send()
    box.back()
    box.manner = "texts: http 503"
    after_a_pause(db)
    asked = len(box.asked)
    threads = [threading.Thread(target=send.one_batch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(box.asked) - asked, box.knocks) == (1, 1)


def test_a_sender_that_dies_while_it_tries_holds_nobody_up_for_long(db: Any, box: Box) -> None:
    waits(db)
    box.away()
    send.send()
    box.back()
    after_a_pause(db)
    with transaction() as session:
        died = breaker.ask_leave(session, "kannel", now=now())
        sending.claim_one(session, gateway().capabilities, now=now())
    assert died is not None
    assert held(db, "state") == ("half_open",)
    send.send()
    assert states(db) == {"sending": 1, "waiting": 11}
    db.execute("UPDATE gateway_state SET next_at = next_at - %s", [breaker.TRIAL])
    send.send()
    assert states(db) == {"sending": 1, "accepted": 11}
    with transaction() as session:  # it was not dead, only slow: its word comes too late
        breaker.heard(session, "kannel", died, [no_connection()], now=now())
    assert held(db) == ("closed", 1)


def test_what_was_begun_before_it_went_away_neither_brings_it_back_nor_sends_it_away_again(db: Any, box: Box) -> None:
    with transaction() as session:
        slow = breaker.ask_leave(session, "kannel", now=now())
    assert slow is not None
    waits(db, 1)
    box.away()
    send.send()
    with transaction() as session:
        breaker.heard(session, "kannel", slow, [sending.Sent(1, SendOutcome.ACCEPTED)], now=now())
    assert held(db) == ("open", 1)
    box.back()
    sends(db)
    with transaction() as session:
        breaker.heard(session, "kannel", slow, [no_connection()], now=now())
    assert held(db) == ("closed", 1)


@pytest.mark.parametrize("jump", [dt.timedelta(hours=3), -dt.timedelta(hours=3)])
def test_a_clock_that_jumps_keeps_nobody_waiting(db: Any, box: Box, jump: dt.timedelta) -> None:
    waits(db)
    box.away()
    send.send()
    box.back()
    db.execute("UPDATE gateway_state SET next_at = next_at - %s, since = since - %s", [jump, jump])
    time.sleep(breaker.PAUSE.total_seconds())
    send.send()
    assert states(db) == {"accepted": 12}


def test_a_gateway_that_comes_and_goes_gets_each_text_once(db: Any, box: Box) -> None:
    waits(db, 30)
    coming = threading.Event()

    def come_and_go() -> None:
        while not coming.wait(0.05):
            box.manner = "http 503" if box.manner == "well" else "well"

    flapping = threading.Thread(target=come_and_go)
    flapping.start()
    until = time.monotonic() + 20
    while states(db) != {"accepted": 30} and time.monotonic() < until:
        sends(db)
    coming.set()
    flapping.join()
    numbers = [number for _, number in box.taken]
    assert len(numbers) == len(set(numbers)) == 30
    assert db.execute("SELECT sum(errors), sum(unknowns) FROM outbox").fetchone() == (0, 0)


def test_a_gateway_with_nothing_to_send_is_noticed_to_be_back(db: Any, box: Box) -> None:
    waits(db, 1)
    box.away()
    send.send()
    db.execute("UPDATE outbox SET state = 'cancelled', reason = 'stopped'")
    box.back()
    after_a_pause(db)
    assert clock.queue.SEND in clock.tick()
    send.send()
    assert held(db, "state") == ("closed",)


# Who goes first


def wait_in_thousands(db: Any, texts: int, purpose: str = "question") -> None:
    """So many texts that wait since yesterday, on two hundred phones: +62813... are asked, +62814... answered."""
    network = "813" if purpose == "question" else "814"
    phones = [a_phone(db, f"+62{network}000{place:05}") for place in range(200)]
    body = seal("Apakah Anda terdaftar dan terlindungi?", "outbox.body")
    db.execute(
        """INSERT INTO outbox (phone_id, screen, purpose, body, body_hash, cause, due_at, stale_at, created_at)
           SELECT %(phones)s[1 + place %% 200], 's1', %(purpose)s, %(body)s, %(hash)s, %(purpose)s || place,
                  now() - interval '1 day', now() + interval '6 days', now() - interval '1 day'
           FROM generate_series(1, %(texts)s) AS place""",
        {"phones": phones, "body": body, "hash": keyed_hash("?", "outbox.body"), "texts": texts, "purpose": purpose},
    )
    db.execute("ANALYZE outbox")


def test_who_waits_for_an_answer_has_it_before_ten_thousand_are_asked(db: Any, box: Box) -> None:
    wait_in_thousands(db, 10_000)
    reply, receipt = a_phone(db, "+6281299999991"), a_phone(db, "+6281299999992")
    first = 0
    for _ in range(send.SHARE):  # in whichever of these calls what we start has its turn
        queued(reply, purpose=Purpose.REPLY, now=now())
        queued(receipt, purpose=Purpose.CASE, now=now())
        box.asked.clear()
        send.send(turn=0)
        first += box.asked[:2] == ["+6281299999991", "+6281299999992"]
        assert len(box.asked) == 50
    assert first == send.SHARE - 1


def test_a_flood_of_answers_does_not_starve_what_we_start(db: Any, box: Box) -> None:
    wait_in_thousands(db, 700, "reply")
    wait_in_thousands(db, 60)
    for _ in range(send.SHARE):
        send.one_batch()
    asked = [number.startswith("+62813") for number in box.asked]
    assert sum(asked) == 50


@pytest.mark.parametrize(
    ("goes", "comes"), [("away", "back"), ("away behind", "well"), ("texts: away behind", "well"), ("drip", "well")]
)
def test_the_first_reply_leaves_within_three_seconds_of_the_end_of_an_outage(
    db: Any, box: Box, goes: str, comes: str
) -> None:
    wait_in_thousands(db, 10_000)
    over = threading.Event()
    took: list[float] = []

    def work() -> None:
        """The worker and the clock, as often as they look."""
        while True:
            if clock.queue.SEND in clock.tick():
                began = time.monotonic()
                send.send()
                took.append(time.monotonic() - began)
            if over.wait(clock.EVERY.total_seconds()):
                return

    if goes == "away":
        box.away()
    else:
        box.manner = goes
    working = threading.Thread(target=work)
    working.start()
    until = time.monotonic() + 30
    while (held(db, "tries") or (0,))[0] < 2 and time.monotonic() < until:
        time.sleep(0.05)
        if took and goes == "drip":  # a call that never ends is over after ten seconds, as the service is set
            box.manner = "hang"
    written, reply = now(), "+6281299999999"
    queued(a_phone(db, reply), purpose=Purpose.REPLY, now=written)
    ended = time.monotonic()
    if comes == "back":
        box.back()
    else:
        box.manner = comes
    while reply not in [number for _, number in box.taken] and time.monotonic() < until:
        time.sleep(0.01)
    over.set()
    working.join()
    left = next((at for at, number in box.taken if number == reply), float("inf"))
    assert left - ended < 3.0
    (tried,) = db.execute("SELECT min(handed_at) FROM outbox WHERE state = 'accepted'").fetchone()
    assert box.taken[0][1] == reply or tried < written  # what was on its way already could not wait for the reply
    assert max(took) < 11.5
    unknown = db.execute("SELECT count(*), max(unknowns) FROM outbox WHERE unknowns > 0").fetchone()
    assert unknown == ((1, 1) if goes == "drip" else (0, None))
    print(f"outage {goes!r}: the first reply left {left - ended:.2f} s after its end")
