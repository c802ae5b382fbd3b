"""Texts a second and worker: what comes in is handled, what goes out handed over, to a gateway that answers at once."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable

import psycopg
import structlog

from tests.people import a_worker
from verify_service.ground.embedded import Servers


def compare(servers: Servers, texts: int = 1500) -> None:
    """Ask so many workers, let each answer YES, handle the answers, send the thanks; print how many a second."""
    from jobs import send
    from jobs import texts as reading

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _questions(servers, texts)
    print(f"\n{texts:,} questions by SMS, each answered", flush=True)
    print(f"{'':<48}{'a second':>11}{'CPU us':>9}")
    _print("questions handed to the gateway", texts, _drained(send.one_batch))
    _answers(texts)

    def answers() -> None:
        while reading.one_batch().texts:
            pass

    _print("answers handled (evidence, thanks queued)", texts, _timed(answers))
    _print("thanks handed to the gateway", texts, _drained(send.one_batch))
    with psycopg.connect(servers.owner_url) as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM evidence WHERE channel = 'sms'),"
            " (SELECT count(*) FROM outbox WHERE state = 'accepted')"
        ).fetchone()
    assert counted == (texts, 2 * texts), counted


def _questions(servers: Servers, texts: int) -> None:
    from verify_service.conversations.asking import ask_phone
    from verify_service.ground.database import transaction
    from verify_service.ground.phones import Phone

    with psycopg.connect(servers.owner_url) as connection:
        connection.execute(
            "TRUNCATE worker, phone, file_import, evidence, stale_enrolment, conversation, outbox CASCADE"
        )
        for number in range(texts):
            a_worker(connection, nik=str(3275_0101_0190_0000 + number), phone=_number(number), row=number)
    with transaction() as session:
        for number in range(texts):
            assert ask_phone(session, Phone(_number(number)), now=dt.datetime.now(dt.UTC)) is None


def _answers(texts: int) -> None:
    from verify_service.ground.database import transaction
    from verify_service.ground.phones import Phone
    from verify_service.messaging.gateways.contract import InboundSms
    from verify_service.messaging.inbox import store_message

    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        for number in range(texts):
            phone = _number(number)
            text = InboundSms(f"bench-{number}", Phone(phone), phone, "28282", "YA", now, "", "", problem="")
            store_message(session, "africastalking", text, b"", now=now)


def _number(number: int) -> str:
    return f"+62812{10_000_000 + number}"


def _drained(one_batch: Callable[[], bool]) -> tuple[float, float]:
    def all_of_it() -> None:
        while one_batch():
            pass

    return _timed(all_of_it)


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds by the clock and of this process's CPU."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _print(name: str, texts: int, cost: tuple[float, float]) -> None:
    wall, cpu = cost
    print(f"{name:<48}{texts / wall:>11.0f}{cpu / texts * 1e6:>9.0f}", flush=True)
