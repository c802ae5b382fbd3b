"""Texts a second and worker: what comes in is handled, what goes out handed over, to a gateway that answers at once."""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import text as sql

from tests.people import a_worker
from verify_service.demo.embedded import Servers


def compare(servers: Servers, texts: int = 1500) -> None:
    """Ask so many workers, let each answer YES, handle the answers, send the thanks; print how many a second."""
    from jobs import messages as reading
    from jobs import send

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
    _side_by_side(servers, 10_000)


def _side_by_side(servers: Servers, texts: int) -> None:
    """A backlog handled by one worker, by two, by four, on all cores; then how long the first reply takes."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    _questions(servers, texts)
    print(f"\n{texts:,} answers waiting, {os.cpu_count()} cores for workers and PostgreSQL", flush=True)
    for workers in (1, 2, 4):
        _waiting_again(servers, texts)
        handling = [_worker() for _ in range(workers)]
        for one in handling:
            assert one.stdout is not None
            assert one.stdout.readline() == b"ready\n"
        began = time.perf_counter()
        for one in handling:
            one.communicate(b"go\n")
        seconds = time.perf_counter() - began
        assert [one.returncode for one in handling] == [0] * workers
        print(f"{f'handled by {workers} at once, a second':<48}{texts / seconds:>11.0f}", flush=True)
    _waiting_again(servers, texts)
    print(f"{'the first reply has left after, seconds':<48}{_first_reply():>11.2f}", flush=True)


def _worker() -> subprocess.Popen[bytes]:
    """A process that handles texts once it is told to, so that its start is not counted."""
    return subprocess.Popen([sys.executable, "-m", "tests.bench.texts"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _waiting_again(servers: Servers, texts: int) -> None:
    """The questions are out, and each has an answer that waits."""
    with psycopg.connect(servers.owner_url) as connection:
        connection.execute("TRUNCATE evidence, stale_enrolment, inbound_message CASCADE")
        connection.execute("DELETE FROM outbox WHERE purpose <> 'question'")
        connection.execute(
            "UPDATE outbox SET state = 'accepted', handed_at = now() - interval '1 minute', sent_at = now()"
        )
        connection.execute("UPDATE conversation SET ended_at = NULL, ended_how = NULL, hops = 0")
    _answers(texts)
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # as autovacuum does; else the plans are those of empty tables


def _first_reply() -> float:
    """Seconds from the moment that a worker is back until the first reply was handed over: jobs take turns."""
    from jobs import messages as reading
    from jobs import send
    from verify_service.ground.database import transaction

    began = time.perf_counter()
    while True:
        reading.handle()
        send.send()
        with transaction() as session:
            if session.scalar(sql("SELECT count(*) FROM outbox WHERE purpose = 'reply' AND state = 'accepted'")):
                return time.perf_counter() - began


def _work() -> None:
    """Handle texts until none waits."""
    from jobs import messages as reading
    from verify_service.ground.database import transaction

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with transaction() as session:
        session.execute(sql("SELECT 1"))
    print("ready", flush=True)
    sys.stdin.readline()
    while reading.one_batch().texts:
        pass


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
            text = InboundSms(f"bench-{number}", Phone(phone), phone, "28282", "YA", now, problem="")
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


if __name__ == "__main__":
    _work()
