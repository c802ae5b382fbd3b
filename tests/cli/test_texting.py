"""`verify texts`: how sending stands, and taking up again what was given up."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from click.testing import CliRunner

from tests.messaging.texts import queued
from tests.people import a_phone
from verify_service.cli.outbox import texts
from verify_service.cli.whoever import whoever
from verify_service.ground import queue
from verify_service.messaging.outbox import Purpose


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(texts, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def three(db: Any) -> None:
    now = dt.datetime.now(dt.UTC)
    for place, state in enumerate(("failed", "stale", "waiting")):
        queued(a_phone(db, f"+628123456780{place}"), now=now - dt.timedelta(hours=2))
        db.execute("UPDATE outbox SET state = %s WHERE id = (SELECT max(id) FROM outbox)", [state])


def away(db: Any) -> None:
    db.execute(
        """INSERT INTO gateway_state (gateway, state, since, reason, opened, trial, tries, unknowns, next_at)
           VALUES ('console', 'open', '2026-11-23 03:00Z', 'no connection', 2, 5, 5, 0, now())"""
    )


def test_a_trial_run_changes_nothing(db: Any) -> None:
    three(db)
    assert json.loads(run("revive", "--dry-run", "--json")) == {"failed": 1, "stale": 1, "done": False}
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone() == (1,)
    assert queue.queue().count == 0


def test_texts_wait_again_and_the_sender_is_told(db: Any) -> None:
    three(db)
    assert run("revive") == "1 texts wait again (1 given up, 0 too old).\n"
    assert json.loads(run("revive", "--stale", "--json")) == {"failed": 0, "stale": 1, "done": True}
    assert db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone() == (3,)
    assert db.execute("SELECT DISTINCT actor FROM audit WHERE action = 'texts revived'").fetchall() == [(whoever(),)]
    assert [job.func_name for job in queue.queue().jobs] == [queue.SEND.name]


def test_since_is_a_day_or_an_hour_of_the_city(db: Any) -> None:
    three(db)
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).date().isoformat()
    assert json.loads(run("revive", "--since", tomorrow, "--json"))["failed"] == 0
    assert json.loads(run("revive", "--since", "2026-01-01 08:00", "--json"))["failed"] == 1
    assert CliRunner().invoke(texts, ["revive", "--since", "yesterday"]).exit_code == 2


def test_how_sending_stands_is_said_in_a_sentence_and_as_figures(db: Any) -> None:
    three(db)
    assert "The gateway console is there. 1 texts wait, the oldest since" in run("standing")
    away(db)
    assert "is away since 2026-11-23 10:00 (no connection)" in run("standing")
    told = json.loads(run("standing", "--json"))
    assert (told["up"], told["times_away"], told["waiting"], told["failed"], told["stale"]) == (False, 2, 1, 1, 1)
    assert told["by_age"]["under a day"] == 1


def test_texts_are_taken_back_let_wait_again_and_sent_once_more_by_number(db: Any) -> None:
    text = queued(a_phone(db, "+6281234567890"), purpose=Purpose.REMINDER, now=dt.datetime.now(dt.UTC))
    for command, more, state in (
        ("cancel", [], "cancelled"),
        ("wait-again", [], "waiting"),
    ):
        assert "1 texts." in run(command, "--id", str(text), "--dry-run")
        assert "say --why" in run(command, "--id", str(text), code=1)
        assert "1 texts: done." in run(command, "--id", str(text), "--why", "wrong_time", *more)
        by = "split_part(acted_by, ':', 1)"
        assert db.execute(f"SELECT state, {by} FROM outbox").fetchone() == (state, "command line")
    db.execute("UPDATE outbox SET state = 'unknown'")
    assert "may have arrived" in run("resend", "--id", str(text), "--why", "other", code=1)
    assert "1 texts: done." in run("resend", "--id", str(text), "--why", "other", "--may-have-arrived")
    assert "1 left alone: again already" in run("resend", "--id", str(text), "--dry-run")
    assert db.execute("SELECT state FROM outbox ORDER BY id").fetchall() == [("unknown",), ("waiting",)]


def test_all_that_stand_so_are_taken_back_together(db: Any) -> None:
    for place in range(3):
        queued(a_phone(db, f"+628123456780{place}"), purpose=Purpose.REMINDER, now=dt.datetime.now(dt.UTC))
    assert "Name texts with --id" in run("cancel", "--why", "other", code=2)
    assert "3 texts: done." in run("cancel", "--group", "waiting", "--purpose", "reminder", "--why", "wrong_words")
