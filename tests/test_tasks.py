"""What somebody must do is asked for once while it is open, and again once it was closed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.people import NOW, a_worker
from verify_service.ground.database import transaction
from verify_service.tasks import Wanted, close_task, open_task, open_tasks


def _ask(db: Any, subject: str) -> int | None:
    with transaction() as session:
        return open_task(
            session,
            kind="visit",
            subject=subject,
            kelurahan_code="32.75.01.1001",
            rw="011",
            rt="003",
            due_on=dt.date(2026, 12, 7),
            now=NOW,
        )


def test_a_task_is_open_once_and_can_be_opened_again_after_it_was_closed(db: Any) -> None:
    subject = f"worker:{a_worker(db).worker}"
    first = _ask(db, subject)
    assert first is not None
    assert _ask(db, subject) is None
    with transaction() as session:
        assert close_task(session, "visit", subject, how="done", by="officer:1", now=NOW)
        assert not close_task(session, "visit", subject, how="done", by="officer:1", now=NOW)
    assert _ask(db, subject) not in (None, first)
    held = db.execute("SELECT closed_how, closed_by FROM task ORDER BY id").fetchall()
    assert held == [("done", "officer:1"), (None, None)]


def test_opening_and_closing_leave_a_trail(db: Any) -> None:
    subject = f"worker:{a_worker(db).worker}"
    task = _ask(db, subject)
    with transaction() as session:
        close_task(session, "visit", subject, how="withdrawn", by="phone:7", now=NOW)
    trail = db.execute("SELECT actor, action, object, detail FROM audit ORDER BY id").fetchall()
    assert trail == [
        ("clock", "task opened", subject, {"kind": "visit", "task": task}),
        ("phone:7", "task closed", subject, {"kind": "visit", "task": task, "how": "withdrawn"}),
    ]


def test_many_are_opened_together_each_once_and_leave_their_trail(db: Any) -> None:
    people = [a_worker(db, nik=f"327501150190{number:04d}", row=number + 2) for number in range(3)]
    wanted = [
        Wanted(f"enrolment:{one.enrolment}", "32.75.01.1001", "011", "003", one.enrolment, {"round": 7})
        for one in people
    ]
    for asked, opened in ((wanted[:2], 2), (wanted, 1), ([], 0)):
        with transaction() as session:
            assert open_tasks(session, "round_visit", asked, due_on=dt.date(2026, 12, 7), now=NOW) == opened
    tasks = db.execute("SELECT id, subject, enrolment_id, detail FROM task ORDER BY enrolment_id").fetchall()
    assert [(*row[1:3], row[3]["round"]) for row in tasks] == [
        (f"enrolment:{one.enrolment}", one.enrolment, 7) for one in people
    ]
    trail = db.execute(
        "SELECT object, detail ->> 'kind', (detail ->> 'task')::bigint FROM audit WHERE action = 'task opened'"
    ).fetchall()
    assert sorted(trail) == sorted((subject, "round_visit", number) for number, subject, *_ in tasks)
