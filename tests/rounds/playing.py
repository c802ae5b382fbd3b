"""A round played step by step at moments of a test's choice, over the real tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.people import NOW, a_worker
from verify_service.ground.database import transaction
from verify_service.messaging.gateways import gateway
from verify_service.messaging.sending import claim, hand_over, record
from verify_service.rounds import reach, tending
from verify_service.rounds.design import Design
from verify_service.rounds.drawing import draw, open_round
from verify_service.rounds.round_states import find_round
from verify_service.verification.evidence import Statement, record_statement


def a_city(db: Any, people: int = 60) -> list[Any]:
    """People of two kecamatan, every tenth without a phone."""
    return [
        a_worker(
            db,
            nik=f"32750{1 + one % 2}15019{one:05d}",
            name=f"Warga {one:03d}",
            phone=None if one % 10 == 9 else f"+62812345{one:05d}",
            kelurahan="32.75.01.1001" if one % 2 else "32.75.02.1001",
            row=one + 2,
        )
        for one in range(people)
    ]


def a_round(name: str = "tw1", *, seed: str = "bar-77", now: dt.datetime = NOW, **design: Any) -> str:
    """A drawn round."""
    with transaction() as session:
        open_round(session, name, Design(**design), seed=seed, now=now, by="test")
    with transaction() as session:
        draw(session, find_round(session, name, lock=True), now=now, by="test")
    return name


def begin(name: str, now: dt.datetime = NOW) -> int:
    with transaction() as session:
        return reach.start(session, find_round(session, name, lock=True), now=now, by="test")


def contact_all(now: dt.datetime) -> int:
    total = 0
    while True:
        with transaction() as session:
            some = reach.contact(session, now=now, most=7)
        if not some:
            return total
        total += some


def tended(now: dt.datetime) -> None:
    with transaction() as session:
        tending.tend(session, now=now)


def answer(db: Any, someone: Any, statement: str, when: dt.datetime, source: str = "worker") -> None:
    with transaction() as session:
        said = Statement(source, statement, "ussd", f"test:{someone.worker}:{statement}:{when}")
        record_statement(session, said, worker_id=someone.worker, now=when)


def send_all(now: dt.datetime) -> int:
    """The sender hands over what is due; how many texts."""
    total = 0
    while True:
        with transaction() as session:
            claimed = claim(session, gateway().capabilities, now=now)
        if not claimed.moved:
            return total
        results = hand_over(gateway(), claimed.texts)
        with transaction() as session:
            record(session, gateway().name, claimed.texts, results, now=now)
        total += len(claimed.texts)
