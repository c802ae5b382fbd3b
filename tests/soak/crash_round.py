"""A verification round in the crash run: opened, drawn, sent and closed while everything dies; what it must come to."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

from tests.soak.crowd import Texter
from tests.soak.house import House
from tests.soak.population import CALLERS
from tests.soak.reckoning import Verdict
from verify_service.ground import queue
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import Unavailable, transaction
from verify_service.rounds import reach, steering
from verify_service.rounds.design import Design
from verify_service.rounds.drawing import draw, open_round
from verify_service.rounds.round_states import RoundRefused, find_round

NAME: Final = "storm"


def ask_by_round(house: House, texters: list[Texter], seconds: float, give_up: Callable[[], bool]) -> None:
    """Have a round ask everybody who texts, spread over so many seconds; each learns the number of his question."""
    per_minute = max(1, round(60 * len(texters) / seconds))
    design = Design(everyone=True, exclude=(f"source={CALLERS}",), plan="sms 0, close 1d", per_minute=per_minute)
    _insist(
        lambda session: open_round(session, NAME, design, seed="storm", now=_now(), by="crash run"), "draft", give_up
    )
    _insist(
        lambda session: draw(session, find_round(session, NAME, lock=True), now=_now(), by="crash run"),
        "drawn",
        give_up,
    )
    _insist(
        lambda session: reach.start(session, find_round(session, NAME, lock=True), now=_now(), by="c"),
        "sending",
        give_up,
    )
    queue.nudge(queue.ROUNDS)
    waiting = [texter for texter in texters if texter.does("wait")]  # others want no text before their question comes
    while waiting and not give_up():
        for texter in waiting:
            texter.question = _question(house, texter)
        waiting = [texter for texter in waiting if not texter.question]
        time.sleep(0.2)


def _question(house: House, texter: Texter) -> int:
    rows = house.look(
        """SELECT outbox.id FROM outbox JOIN phone ON phone.id = phone_id
           WHERE number_index = %s AND purpose = 'question' ORDER BY outbox.id LIMIT 1""",
        [blind_index(texter.number, "phone")],
    )
    return int(rows[0][0]) if rows else 0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _insist(work: Callable[[Session], object], until: str, give_up: Callable[[], bool]) -> None:
    """Do it, again while the database is away. Where nobody knows whether it was done, the state tells."""
    while not give_up():
        try:
            with transaction() as session:
                work(session)
        except Unavailable:
            time.sleep(0.2)
        except RoundRefused as refused:
            if f"cannot become {until}" not in str(refused) and "already" not in str(refused):
                raise
            return  # it was done, and the word of it was lost
        else:
            return


def close_and_reckon(house: House, texters: list[Texter], verdict: Verdict) -> None:
    """Close the round and hold what it says against the rows: everybody once, everybody's answer counted."""
    _insist(
        lambda session: steering.begin_closing(
            session, find_round(session, NAME, lock=True), how=steering.BY_HAND, now=_now(), by="crash run"
        ),
        "closing",
        lambda: False,
    )
    until = time.monotonic() + 30
    while house.look("SELECT state FROM round") != [("closed",)] and time.monotonic() < until:
        time.sleep(0.2)
    state = house.look("SELECT state FROM round")
    if state != [("closed",)]:
        verdict.faults.append(f"the round did not close: {state}")
    people = house.look(
        "SELECT enrolment_id, worker_id, disposition, asked_at IS NOT NULL FROM round_person WHERE sampled"
    )
    if {row[0] for row in people} != {texter.enrolment for texter in texters}:
        verdict.faults.append(f"the round drew {len(people)} people, and there are {len(texters)}")
    texts = Counter(row[0] for row in house.look("SELECT worker_id FROM outbox WHERE round_id IS NOT NULL"))
    verdict.blame(f"asked {count} times by the round: worker {worker}" for worker, count in texts.items() if count > 1)
    waited = {texter.enrolment for texter in texters if texter.does("wait")}
    verdict.blame(f"never asked by the round: enrolment {row[0]}" for row in people if not row[3] and row[0] in waited)
    said = {
        row[0]: row[1] == "not_me"
        for row in house.look(
            """SELECT DISTINCT ON (enrolment_id) enrolment_id, statement FROM evidence
               WHERE source = 'worker' AND statement IN ('confirms', 'denies', 'does_not_know', 'not_me')
               ORDER BY enrolment_id, received_at, id"""
        )
    }
    for enrolment, _, disposition, _ in people:
        counted = disposition in ("complete", "not_me", "late")
        if counted != (enrolment in said):
            verdict.blame([f"enrolment {enrolment} {'answered' if enrolment in said else 'is silent'}: {disposition}"])
    unplaced = house.look(
        """SELECT count(*) FROM evidence JOIN round_person person USING (enrolment_id)
           WHERE evidence.channel = 'sms' AND evidence.source = 'worker' AND evidence.round_id IS NULL
             AND evidence.received_at >= person.asked_at"""
    )
    if unplaced != [(0,)]:
        verdict.faults.append(f"{unplaced[0][0]} answers name no round that had asked")
    verdict.facts["round"] = len(people)
