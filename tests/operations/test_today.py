"""One look at the service: what is well says so, and what is not says what to do."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.cli.test_texting import away
from tests.conftest import forget_everything
from tests.people import a_worker
from tests.publication.test_publishing import a_list, publish
from verify_service.cli import main
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.operations import job_runs
from verify_service.operations.job_runs import Run
from verify_service.operations.one_look import LATE, Standing, TodayLine, today

NOW = dt.datetime.now(dt.UTC)


def looked(now: dt.datetime = NOW) -> dict[str, TodayLine]:
    """The lines by name; those of jobs as job:NAME."""
    with transaction() as session:
        lines = today(session, now=now)
    order = [line.standing for line in lines]
    assert order == sorted(order, key=[Standing.ACT, Standing.LOOK, Standing.WELL].index)
    return {f"job:{line.values['job']}" if line.name == "job" else line.name: line for line in lines}


def ran(job: queue.Job, ago: dt.timedelta, failed: str = "") -> None:
    with transaction() as session:
        job_runs.write(session, Run(job.name, NOW - ago, 0.25, failed))


def all_ran() -> None:
    for job in queue.JOBS:
        ran(job, dt.timedelta(minutes=9))


def test_a_service_at_rest_has_nothing_to_act_on(db: Any) -> None:
    all_ran()
    lines = looked()
    assert {name for name, line in lines.items() if line.standing is Standing.ACT} == set()
    assert lines["job:seal"].values["seconds"] == 0.25


def test_a_job_that_is_due_and_does_not_run_is_told_and_one_that_has_nothing_to_do_is_not(db: Any) -> None:
    assert looked()["job:reconcile"].standing is Standing.WELL
    a_worker(db)  # marks a line
    assert looked()["job:reconcile"].why == "late"
    ran(queue.RECONCILE, LATE / 2)
    assert looked()["job:reconcile"].standing is Standing.WELL
    assert looked(NOW + LATE)["job:reconcile"].standing is Standing.ACT


def test_a_job_that_failed_is_told_until_it_runs_again(db: Any) -> None:
    ran(queue.SEAL, dt.timedelta(minutes=3), "OperationalError")
    told = looked()["job:seal"]
    assert (told.standing, told.why, told.values["failed"]) == (Standing.ACT, "failed", "OperationalError")
    ran(queue.SEAL, dt.timedelta(minutes=2))
    told = looked()["job:seal"]
    assert (told.standing, told.values["failed"]) == (Standing.WELL, None)
    assert told.values["failed_at"] == NOW - dt.timedelta(minutes=3)
    ran(queue.SEAL, dt.timedelta(minutes=4), "OperationalError")  # written late, by another worker
    assert looked()["job:seal"].standing is Standing.WELL


@pytest.mark.parametrize(("minutes", "stands"), [(0, Standing.WELL), (2, Standing.LOOK), (6, Standing.ACT)])
def test_what_waits_is_told_by_its_age(db: Any, minutes: int, stands: Standing) -> None:
    db.execute(
        "INSERT INTO inbound_message (gateway, provider_id, sender, body, received_at) VALUES ('x', '1', '-', '-', %s)",
        [NOW - dt.timedelta(minutes=minutes)],
    )
    told = looked()["inbound"]
    assert (told.standing, told.values["count"]) == (stands, 1)


def test_a_gateway_that_is_away_is_told(db: Any) -> None:
    away(db)
    assert (looked()["gateway"].standing, looked()["gateway"].why) == (Standing.ACT, "away")


def test_public_figures_and_their_age(db: Any) -> None:
    assert looked()["publication"].why == "none"
    a_list(db)
    publish(NOW)
    assert looked()["publication"].standing is Standing.WELL
    assert looked(NOW + dt.timedelta(days=9))["publication"].why == "late"


@pytest.fixture
def backups(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("VERIFY_BACKUP_DIR", str(tmp_path))
    forget_everything()
    yield tmp_path
    monkeypatch.undo()
    forget_everything()


def test_the_age_of_the_last_backup(db: Any, backups: Path) -> None:
    assert (looked()["backup"].standing, looked()["backup"].why) == (Standing.ACT, "none")
    file = backups / "verify.dump"
    file.write_bytes(b"x")
    assert looked()["backup"].standing is Standing.WELL
    old = (NOW - dt.timedelta(days=2)).timestamp()
    os.utime(file, (old, old))
    assert looked()["backup"].why == "old"


def test_the_command_says_it_in_words_and_to_a_monitor(db: Any) -> None:
    all_ran()
    told = CliRunner().invoke(main, ["today"])
    assert told.exit_code == 0, told.output
    assert "Name those who are to hold the city to account" in told.output
    assert CliRunner().invoke(main, ["today", "--check"]).exit_code == 0
    ran(queue.SEAL, dt.timedelta(minutes=3), "OperationalError")
    assert CliRunner().invoke(main, ["today"]).exit_code == 0
    watched = CliRunner().invoke(main, ["today", "--check", "--json"])
    assert watched.exit_code == 1
    first = json.loads(watched.stdout)[0]
    assert (first["name"], first["job"], first["why"]) == ("job", "seal", "failed")
