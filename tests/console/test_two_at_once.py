"""Two officers who press at the very same moment: one of them is told, and nothing is answered twice."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.console.desk import Desk, a_case, at_the_desk, state_of

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def answers(officer: Desk, case: int, page: str) -> int:
    sent = officer.step(case, "answer", page=page, decision="explained", words=f"Selesai, kata {officer.name}")
    return int(sent.status_code)


def both_wait(db: Any) -> None:
    for _ in range(500):
        if db.execute(_WAITING).fetchone() == (2,):
            return
        time.sleep(0.02)
    raise AssertionError("the two did not come to wait for the case")


def test_of_two_who_answer_at_the_same_moment_one_is_told(db: Any) -> None:
    one, other = at_the_desk(), at_the_desk()
    case = a_case(db, state="in_progress", assignee_id=one.id)
    pages = one.open(case), other.open(case)
    with ThreadPoolExecutor(2) as crowd:
        with db.transaction():  # both have read the case before either may write
            db.execute("SELECT 1 FROM grievance WHERE id = %s FOR UPDATE", [case])
            sent = [
                crowd.submit(answers, officer, case, page) for officer, page in zip((one, other), pages, strict=True)
            ]
            both_wait(db)
        assert sorted(answer.result() for answer in sent) == [303, 409]
    assert state_of(db, case) == "answered"
    assert db.execute("SELECT count(*) FROM grievance_event WHERE kind = 'answer'").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM outbox WHERE screen = 'answer'").fetchone() == (1,)
