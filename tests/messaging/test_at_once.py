"""What happens in the same moment is neither lost nor done twice, and nobody waits for ever."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from tests.conftest import examples
from tests.messaging.texts import queued, sent, taken
from tests.people import NOW, a_phone, a_worker, link
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging.consent import refuse_phone, stop_phone, welcome_back
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import (
    DeliveryReport,
    DeliveryStatus,
    InboundSms,
    OptOut,
    Outgoing,
    SendOutcome,
    Sent,
)
from verify_service.messaging.inbox import store_delivery_report, store_message, store_opt_out
from verify_service.messaging.outbox import Purpose
from verify_service.messaging.sending import record

NUMBERS = [f"+62812345678{place:02}" for place in range(12)]


def at_once(*works: Callable[[], object]) -> None:
    """Do all of it in the same moment; whatever fails, fails the test."""
    faults: list[BaseException] = []
    ready = threading.Barrier(len(works))

    def do(work: Callable[[], object]) -> None:
        ready.wait()
        try:
            work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=do, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def report(provider_id: str, status: DeliveryStatus, reason: str = "") -> None:
    with transaction() as session:
        heard = DeliveryReport(provider_id, status, status.value + reason, reason, None)
        store_delivery_report(session, "console", heard, now=NOW)


def test_no_report_falls_between_our_answer_and_its_own(db: Any) -> None:
    gateway = Console()
    for _ in range(10):
        db.execute("TRUNCATE outbox, delivery_notice RESTART IDENTITY")
        for number in NUMBERS:
            queued(a_phone(db, number))
        claimed = taken(gateway)
        results = gateway.send([one.text for one in claimed])

        def answered(claimed: Any = claimed, results: Any = results) -> None:
            with transaction() as session:
                record(session, "console", claimed, results, now=NOW)

        def reported(results: Any = results) -> None:
            for one in results:
                report(one.provider_id, DeliveryStatus.DELIVERED)

        at_once(answered, reported)
        assert db.execute("SELECT DISTINCT state, delivery FROM outbox").fetchall() == [("accepted", "delivered")]


def test_a_text_called_back_and_fetched_in_the_same_moment_is_one(db: Any) -> None:
    for place in range(20):
        words = f"Teks {place}"

        def comes(provider_id: str, words: str = words) -> None:
            message = InboundSms(provider_id, Phone(NUMBERS[0]), NUMBERS[0], "28282", words, NOW, "")
            with transaction() as session:
                store_message(session, "africastalking", message, b"", now=NOW)

        at_once(
            lambda place=place, comes=comes: comes(f"uuid-{place}"),
            lambda place=place, comes=comes: comes(str(1000 + place)),
        )
    assert db.execute("SELECT count(*), count(twin) FROM inbound_message").fetchone() == (20, 20)


def test_two_phones_of_one_worker_refused_in_the_same_moment_ask_for_a_visit(db: Any) -> None:
    someone = a_worker(db, phone=NUMBERS[0])
    link(db, NUMBERS[1], someone.worker)
    phones = [a_phone(db, number) for number in NUMBERS[:2]]

    def refused(phone: int) -> None:
        with transaction() as session:
            refuse_phone(session, phone, why="opt-out", now=NOW)

    for _ in range(10):
        db.execute("TRUNCATE task CASCADE")
        db.execute("UPDATE phone SET refused_at = NULL")
        at_once(*(lambda phone=phone: refused(phone) for phone in phones))
        assert db.execute("SELECT count(*) FROM task").fetchone() == (1,)


class Moody(Console):
    """A provider whose answer is anybody's guess."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        return [self._one(one) for one in super().send(batch)]

    def _one(self, one: Sent) -> Sent:
        outcome = self._chance.choice(list(SendOutcome))
        return Sent(one.our_id, outcome, one.provider_id, opted_out=self._chance.random() < 0.1)


@pytest.mark.long
def test_everything_at_once_ends_without_anybody_waiting_for_another(db: Any) -> None:
    chance = Random(7)
    gateway = Moody(chance)
    workers = [a_worker(db, nik=f"327501150190{place:04}", row=place, phone=NUMBERS[place]) for place in range(6)]
    for place, someone in enumerate(workers):
        link(db, NUMBERS[place + 6], someone.worker)
    phones = [a_phone(db, number) for number in NUMBERS]

    def one_of_many(steps: int, seed: int) -> None:
        mine = Random(seed)
        for step in range(steps):
            now = NOW + dt.timedelta(minutes=step)
            phone, number = mine.choice(list(zip(phones, NUMBERS, strict=True)))
            what = mine.randrange(7)
            if what == 0:
                queued(phone, purpose=mine.choice(list(Purpose)), cause=f"{seed}:{step}", body=f"Kata {step}.", now=now)
            elif what in (1, 2):
                sent(gateway, now=now)
            elif what == 3:
                listed = mine.choice(["", "UserInBlackList"])
                report(f"console-{mine.randrange(1, 60)}", mine.choice(list(DeliveryStatus)), listed)
            elif what == 4:
                with transaction() as session:
                    stop_phone(session, phone, now)
            elif what == 5:
                with transaction() as session:
                    welcome_back(session, phone, now)
            else:
                with transaction() as session:
                    store_opt_out(session, "console", OptOut("BEKASI", Phone(number)), now=now)

    steps = examples(40)
    at_once(*(lambda seed=seed: one_of_many(steps, seed) for seed in range(5)))
    doubled = (
        "SELECT count(*) FROM (SELECT FROM task WHERE closed_at IS NULL GROUP BY subject HAVING count(*) > 1) AS s"
    )
    assert db.execute(doubled).fetchone() == (0,)
