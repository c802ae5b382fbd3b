"""`verify ask workers`: everybody silent, in small transactions, whoever cannot be reached."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from psycopg.errors import DeadlockDetected
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.people import a_worker
from verify_service.cli import ask
from verify_service.conversations import asking_a_group


def test_all_silent_workers_are_asked_though_the_first_cannot_be_written_to(db: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(asking_a_group, "AT_ONCE", 2)
    for place in range(5):
        number = f"+62215551000{place}" if place < 2 else f"+62812000000{place}"  # landlines first
        a_worker(db, nik=f"327501150190000{place}", phone=number, row=place + 2)
    for arguments, asked in ((["--most", "2"], 2), ([], 1), ([], 0)):
        done = CliRunner().invoke(ask.workers, [*arguments, "--json"])
        assert (done.exit_code, json.loads(done.output)["asked"]) == (0, asked), done.output
    assert db.execute("SELECT count(*) FROM audit WHERE action = 'group asked'").fetchone() == (3,)


def test_an_ask_is_listed_and_stopped_once(db: Any) -> None:
    a_worker(db)
    assert "Nobody was asked yet" in CliRunner().invoke(ask.ask, ["list"]).output
    CliRunner().invoke(ask.ask, ["workers"])
    assert "1 of 1 people asked, 0 answered" in CliRunner().invoke(ask.ask, ["list"]).output
    assert json.loads(CliRunner().invoke(ask.ask, ["list", "--json"]).output)[0]["asked"] == 1
    for number, said, code in ((1, "1 texts are taken back", 0), (1, "was stopped before", 1), (9, "no ask 9", 1)):
        done = CliRunner().invoke(ask.ask, ["stop", str(number)])
        assert (said in done.output, done.exit_code) == (True, code), done.output
    assert db.execute("SELECT state FROM outbox").fetchone() == ("cancelled",)


def test_a_dry_run_says_whom_and_for_how_much_and_asks_nobody(db: Any) -> None:
    a_worker(db)
    a_worker(db, nik="3275011501900002", phone=None, row=3)
    done = CliRunner().invoke(ask.workers, ["--dry-run"])
    assert "2 people, of whom 1 would be asked for Rp 400." in done.output
    assert "1 not: no phone" in done.output
    told = json.loads(CliRunner().invoke(ask.workers, ["--dry-run", "--json"]).output)
    assert (told["texts"], told["left_out"], set(told["words"])) == (1, {"no_phone": 1}, {"id", "su", "en"})
    assert db.execute("SELECT count(*) FROM ask").fetchone() == (0,)


@pytest.mark.parametrize("deadlocks", [0, 2, 3])
def test_a_transaction_that_postgresql_ended_for_another_is_done_anew(db: Any, deadlocks: int) -> None:
    left = [OperationalError("INSERT", {}, DeadlockDetected())] * deadlocks

    def work(session: Session) -> int:
        workers = session.execute(text("SELECT count(*) FROM worker")).scalar_one()
        if left:
            raise left.pop()
        return int(workers)

    if deadlocks < 3:
        assert ask._in_transaction(work) == 0
    else:
        with pytest.raises(OperationalError):
            ask._in_transaction(work)
