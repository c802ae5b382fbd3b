"""What is due is handed over once, to people who still want it, and what became of it is written down."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from jobs import send
from tests.messaging.texts import all_sent, queued, sent, taken
from tests.people import NOW, a_phone, a_worker
from tests.standins.africastalking import Provider
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.messaging.consent import stop_phone
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome, Sent
from verify_service.messaging.outbox import TERMS, Purpose
from verify_service.messaging.sending import hand_over, record

NUMBER = "+6281234567890"
MINUTE = dt.timedelta(minutes=1)
STOPPABLE = {purpose for purpose in Purpose if TERMS[purpose].stoppable}


def rows(db: Any, columns: str = "state, reason") -> list[Any]:
    return list(db.execute(f"SELECT {columns} FROM outbox ORDER BY id").fetchall())


def phones(db: Any, count: int) -> list[int]:
    return [a_phone(db, f"+62812345{place:05}") for place in range(count)]


def wib(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+07:00")


def test_an_accepted_text_keeps_what_the_provider_said_of_it(
    db: Any, provider: Provider, gateway: AfricasTalking
) -> None:
    queued(a_phone(db, NUMBER), body="Iuran dibayar.")
    all_sent(gateway)
    assert rows(db, "state, reason, attempts, gateway, provider_id, cost, parts, sent_at, lease_until") == [
        ("accepted", None, 1, "africastalking", "ATXid_34567890", "KES 0.8000", 1, NOW, None)
    ]
    (call,) = provider.calls
    assert (call.numbers, call.form["message"]) == ([NUMBER], ["Iuran dibayar."])


def test_what_is_not_due_is_left_alone(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    queued(a_phone(db, NUMBER), not_before=NOW + MINUTE)
    all_sent(gateway)
    assert rows(db) == [("waiting", None)]
    all_sent(gateway, now=NOW + MINUTE)
    assert rows(db) == [("accepted", None)]


def test_texts_of_the_same_words_go_in_one_call(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    for place, phone in enumerate(phones(db, 6)):
        queued(phone, body=("Iuran dibayar.", "Iuran belum dibayar.")[place % 2])
    all_sent(gateway)
    assert sorted(len(call.numbers) for call in provider.calls) == [3, 3]
    assert {state for (state,) in rows(db, "state")} == {"accepted"}


def test_a_gateway_that_takes_different_words_gets_them_in_one_call(db: Any) -> None:
    for place, phone in enumerate(phones(db, 3)):
        queued(phone, body=f"Kata {place}.")
    assert len(sent(Console())) == 3


def test_a_text_not_taken_is_tried_less_and_less_often_until_it_is_too_old(
    db: Any, provider: Provider, gateway: AfricasTalking
) -> None:
    provider.manner = "code 500"
    queued(a_phone(db, NUMBER))
    tried: list[float] = []
    now = NOW
    while rows(db, "state") == [("waiting",)]:
        before = len(provider.calls)
        all_sent(gateway, now=now)
        if len(provider.calls) > before:
            tried.append((now - NOW) / MINUTE)
        ((now,),) = rows(db, "due_at")
    assert tried[:8] == [0, 5, 15, 35, 75, 155, 315, 635]
    assert tried[8] == tried[7] + 6 * 60
    assert rows(db) == [("stale", "too old")]
    assert now == NOW + dt.timedelta(days=7)


def test_what_a_gateway_did_not_take_costs_no_try(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    queued(a_phone(db, NUMBER), purpose=Purpose.CODE)
    provider.manner = "http 503"
    for minute in range(30):
        sent(gateway, now=NOW + minute * MINUTE)
    assert rows(db, "state, errors, unknowns, reason, due_at") == [("waiting", 0, 0, "HTTP 503", NOW)]
    provider.manner = "well"
    all_sent(gateway, now=NOW + 30 * MINUTE)
    assert rows(db, "state") == [("accepted",)]


def test_a_refused_text_is_not_tried_again(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    provider.manner = "code 403"
    queued(a_phone(db, NUMBER))
    all_sent(gateway)
    all_sent(gateway, now=NOW + 60 * MINUTE)
    assert rows(db) == [("refused", "InvalidPhoneNumber")]
    assert len(provider.calls) == 1


def test_a_number_on_the_no_texts_list_gets_nothing_more(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    someone = a_worker(db)
    phone = a_phone(db, NUMBER)
    queued(phone, purpose=Purpose.WARNING, worker_id=someone.worker)
    queued(phone, purpose=Purpose.CASE, not_before=NOW + MINUTE)
    provider.manner = "code 406"
    all_sent(gateway)
    assert rows(db) == [("refused", "UserInBlacklist"), ("cancelled", "refused")]
    assert db.execute("SELECT refused_at FROM phone").fetchone() == (NOW,)
    assert db.execute("SELECT kind, subject FROM task").fetchone() == ("visit", f"worker:{someone.worker}")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_text_of_unknown_fate_is_repeated_once_and_a_code_never(
    db: Any, provider: Provider, gateway: AfricasTalking, purpose: Purpose
) -> None:
    provider.manner = "broken json"
    queued(a_phone(db, NUMBER), purpose=purpose)
    for minute in range(0, 60, 5):
        all_sent(gateway, now=NOW + minute * MINUTE)
    assert len(provider.calls) == (1 if purpose is Purpose.CODE else 2)
    assert rows(db) == [("unknown", "unreadable answer")]


@pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.CODE])
def test_a_sender_that_dies_leaves_a_text_of_unknown_fate(
    db: Any, provider: Provider, gateway: AfricasTalking, purpose: Purpose
) -> None:
    queued(a_phone(db, NUMBER), purpose=purpose)
    hand_over(gateway, taken(gateway))  # and dies
    all_sent(gateway, now=NOW + dt.timedelta(seconds=119))
    assert rows(db, "state") == [("sending",)]
    all_sent(gateway, now=NOW + 2 * MINUTE)
    all_sent(gateway, now=NOW + 20 * MINUTE)
    assert rows(db, "state, unknowns") == [("accepted" if purpose is Purpose.REPLY else "unknown", 1)]
    assert len(provider.calls) == (2 if purpose is Purpose.REPLY else 1)


def test_a_text_accepted_after_its_sender_was_given_up_is_not_sent_again(
    db: Any, provider: Provider, gateway: AfricasTalking
) -> None:
    queued(a_phone(db, NUMBER))
    claimed = taken(gateway)
    results = hand_over(gateway, claimed)
    all_sent(gateway, now=NOW + 3 * MINUTE)  # another sender looks, and gives the first one up
    with transaction() as session:
        record(session, gateway.name, claimed, results, now=NOW + 4 * MINUTE)
    all_sent(gateway, now=NOW + 60 * MINUTE)
    assert rows(db, "state, provider_id") == [("accepted", "ATXid_34567890")]
    assert len(provider.calls) == 1


def test_a_result_counts_for_its_own_attempt_only(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    queued(a_phone(db, NUMBER))
    old = taken(gateway)
    taken(gateway, now=NOW + 3 * MINUTE)  # given up
    new = taken(gateway, now=NOW + 14 * MINUTE)
    assert [one.attempt for one in (*old, *new)] == [1, 2]
    with transaction() as session:
        record(session, gateway.name, old, [Sent(1, SendOutcome.REFUSED_FOR_GOOD)], now=NOW + 14 * MINUTE)
    assert rows(db, "state, attempts") == [("sending", 2)]


def test_a_late_word_that_nothing_is_known_counts_once(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    provider.manner = "broken json"
    queued(a_phone(db, NUMBER))
    claimed = taken(gateway)
    results = hand_over(gateway, claimed)
    all_sent(gateway, now=NOW + 3 * MINUTE)  # given up
    with transaction() as session:
        record(session, gateway.name, claimed, results, now=NOW + 4 * MINUTE)
    assert rows(db, "state, unknowns, due_at") == [("waiting", 1, NOW + 13 * MINUTE)]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_stop_while_a_text_is_with_a_gateway_that_is_away_holds_when_it_comes_back(
    db: Any, provider: Provider, gateway: AfricasTalking, purpose: Purpose
) -> None:
    phone = a_phone(db, NUMBER)
    queued(phone, purpose=purpose)
    provider.manner = "code 500"
    claimed = taken(gateway)
    results = hand_over(gateway, claimed)
    with transaction() as session:
        stop_phone(session, phone, NOW)
    with transaction() as session:
        record(session, gateway.name, claimed, results, now=NOW)
    provider.manner = "well"
    all_sent(gateway, now=NOW + 5 * MINUTE)
    assert rows(db) == [("cancelled", "stopped") if purpose in STOPPABLE else ("accepted", None)]


def test_a_text_about_somebody_does_not_go_to_a_phone_that_has_let_them_go(
    db: Any, provider: Provider, gateway: AfricasTalking
) -> None:
    someone = a_worker(db)
    phone = a_phone(db, NUMBER)
    queued(phone, worker_id=someone.worker)
    queued(phone)
    db.execute("UPDATE phone_link SET unlinked_at = %s", [NOW])
    all_sent(gateway)
    assert rows(db) == [("cancelled", "no longer their phone"), ("accepted", None)]


def test_a_number_changed_while_the_text_waited_is_the_one_it_goes_to(
    db: Any, provider: Provider, gateway: AfricasTalking
) -> None:
    from verify_service.ground.crypto import seal

    queued(a_phone(db, NUMBER))
    db.execute("UPDATE phone SET number = %s", [seal("+6281234567899", "phone.number")])
    all_sent(gateway)
    assert provider.calls[0].numbers == ["+6281234567899"]


def test_a_text_too_old_is_not_sent(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    queued(a_phone(db, NUMBER))
    all_sent(gateway, now=NOW + dt.timedelta(days=7))
    assert rows(db) == [("stale", "too old")]
    assert provider.calls == []


def test_a_text_due_before_eight_in_the_evening_does_not_go_after(
    db: Any, office_hours: None, provider: Provider, gateway: AfricasTalking
) -> None:
    phone = a_phone(db, NUMBER)
    queued(phone, purpose=Purpose.REMINDER, now=wib("2026-11-23 19:59"))
    queued(phone, purpose=Purpose.REPLY, now=wib("2026-11-23 19:59"), body="Jawaban.")
    all_sent(gateway, now=wib("2026-11-23 20:30"))
    assert rows(db, "state, due_at") == [
        ("waiting", wib("2026-11-24 08:00")),
        ("accepted", wib("2026-11-23 19:59")),
    ]
    all_sent(gateway, now=wib("2026-11-24 08:00"))
    assert rows(db, "state") == [("accepted",), ("accepted",)]


def test_a_text_that_nobody_can_read_waits_for_its_key_and_holds_up_nobody(
    db: Any, provider: Provider, gateway: AfricasTalking
) -> None:
    queued(a_phone(db, NUMBER))
    queued(a_phone(db, "+6281234567891"))
    db.execute("UPDATE outbox SET body = 'k9:lost' WHERE id = 1")
    for minute in (0, 5, 15):
        all_sent(gateway, now=NOW + minute * MINUTE)
    assert rows(db, "state, reason, attempts") == [("waiting", "unreadable", 0), ("accepted", None, 1)]


def test_an_id_given_twice_does_not_break_a_batch(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    phone = a_phone(db, NUMBER)
    for words in ("Satu.", "Dua.", "Tiga."):  # the stand-in makes the id of the number
        queued(phone, body=words)
    all_sent(gateway)
    assert rows(db, "state, provider_id") == [
        ("accepted", "ATXid_34567890"),
        ("accepted", None),
        ("accepted", None),
    ]


def test_an_id_given_twice_in_one_call_is_kept_once(db: Any) -> None:
    class OneId(Console):
        def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
            return [replace(one, provider_id="the same") for one in super().send(batch)]

    for phone in phones(db, 3):
        queued(phone)
    sent(OneId())
    assert sorted(str(provider_id) for (provider_id,) in rows(db, "provider_id")) == ["None", "None", "the same"]


class Faulty(Console):
    """A gateway with a fault of its own."""

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        raise KeyError("Recipients")


class Forgetful(Console):
    """A gateway that answers for strangers, and for all but the first text."""

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        return [Sent(999, SendOutcome.ACCEPTED), *super().send(batch)[:0:-1]]


def test_a_gateway_that_fails_leaves_the_fate_unknown(db: Any) -> None:
    queued(a_phone(db, NUMBER))
    sent(Faulty())
    assert rows(db, "state, unknowns, reason") == [("waiting", 1, "the gateway failed")]


def test_a_text_the_gateway_says_nothing_of_is_of_unknown_fate(db: Any) -> None:
    for phone in phones(db, 3):
        queued(phone)
    sent(Forgetful())
    assert sorted(rows(db, "state, unknowns")) == [("accepted", 0), ("accepted", 0), ("waiting", 1)]


def test_many_senders_hand_each_text_over_once(db: Any, provider: Provider, gateway: AfricasTalking) -> None:
    provider.manner = "numbered"
    for place, phone in enumerate(phones(db, 60)):
        queued(phone, body=f"Kata {place % 20}.")
    threads = [threading.Thread(target=all_sent, args=[gateway]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    handed_over = [number for call in provider.calls for number in call.numbers]
    assert len(handed_over) == len(set(handed_over)) == 60
    assert {state for (state,) in rows(db, "state")} == {"accepted"}


# The job


def test_the_job_sends_what_is_due(db: Any, connected: Provider) -> None:
    now = dt.datetime.now(dt.UTC)
    for phone in phones(db, 250):
        queued(phone, now=now)
    send.send()
    assert [len(call.numbers) for call in connected.calls] == [100, 100, 50]
    assert {state for (state,) in rows(db, "state")} == {"accepted"}


@pytest.mark.parametrize("manner", ["http 503", "http 401", "no balance", "invalid sender", "hang up", "html 200"])
def test_a_provider_that_takes_nothing_is_left_alone(db: Any, connected: Provider, manner: str) -> None:
    connected.manner = manner
    now = dt.datetime.now(dt.UTC)
    for phone in phones(db, 250):
        queued(phone, now=now)
    for _ in range(3):
        send.send()
    assert len(connected.calls) == 1
    assert db.execute("SELECT state FROM gateway_state").fetchone() == ("open",)
    perhaps = 100 if manner in ("hang up", "html 200") else 0
    assert db.execute("SELECT count(*), sum(errors) FROM outbox WHERE unknowns = 0").fetchone() == (250 - perhaps, 0)
    connected.manner = "well"
    db.execute("UPDATE gateway_state SET next_at = now()")
    for _ in range(4):  # on a slow machine a turn is over before all have left
        send.send()
    assert [len(call.numbers) for call in connected.calls[1:3]] == [1, 100]
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'accepted'").fetchone() == (250 - perhaps,)


def test_one_number_that_is_not_taken_holds_up_nobody(db: Any, connected: Provider) -> None:
    connected.manner = "code 409"
    now = dt.datetime.now(dt.UTC)
    for place, phone in enumerate(phones(db, 3)):
        queued(phone, now=now, body=f"Kata {place}.")
    send.send()
    assert len(connected.calls) == 3


def test_a_long_queue_leaves_other_jobs_their_turn(db: Any, connected: Provider) -> None:
    now = dt.datetime.now(dt.UTC)
    for phone in phones(db, 250):
        queued(phone, now=now)
    send.send(turn=0)
    assert len(connected.calls) == 1
    assert [job.func_name for job in queue.queue().jobs] == [queue.SEND.name]
