"""The auditor's answers: each is there, says what its columns mean, and gives the same bytes for the same day."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.people import NEWEST, a_worker
from tests.verification.test_reconciliation import reconcile, says
from verify_service.cli import main
from verify_service.reports.answers import REPORTS
from verify_service.reports.publication import DICTIONARY, MANIFEST

NAMES = [
    "roster-versions",
    "funnel",
    "money-at-risk",
    "budget",
    "months",
    "gaps",
    "harm",
    "grievance-sla",
    "fees-asked",
    "comprehension",
    "before-and-after",
    "left-out",
    "rt-reliability",
    "representativeness",
    "inclusion",
    "audit-log",
    "data-protection",
    "complainant-protection",
    "rules-shown",
    "decisions",
    "messages",
    "reproduction",
    "escalation-told",
]


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["report", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(name: str, *arguments: str) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = json.loads(run(name, *arguments))["rows"]
    return held


def test_every_question_of_an_auditor_has_its_name() -> None:
    assert sorted(REPORTS) == sorted(NAMES)


def test_each_says_what_it_answers_and_what_its_columns_mean() -> None:
    for report in REPORTS.values():
        assert report.question.endswith("?"), report.name
        assert report.answers.endswith("."), report.name
        assert report.sources, report.name
        names = [column.name for column in report.columns]
        assert len(set(names)) == len(names), report.name
        assert all(column.unit and column.meaning for column in report.columns), report.name
        assert report.chart is None or set(report.chart) <= set(names), report.name


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_city_has_an_answer(db: Any, name: str) -> None:
    document = json.loads(run(name))
    assert document["report"] == name
    heading = run(name, "--format", "csv").splitlines()[0]
    assert heading.split(",") == [column["name"] for column in document["columns"]]


def test_the_funnel_narrows(db: Any) -> None:
    both = a_worker(db)
    a_worker(db, nik="3275011501900002", phone=None, row=3)
    a_worker(db, nik="3275011501900003", phone=None, row=4, insurer=None)
    says(db, both.enrolment, "confirms")
    says(db, both.enrolment, "resident", source="rt_head")
    reconcile()
    (one,) = rows("funnel")
    assert one["listed"] == 3
    assert one["active"] == 2
    assert (one["worker_confirmed"], one["rt_confirmed"], one["both_confirmed"], one["not_reached"]) == (1, 1, 1, 2)


def test_each_premium_is_at_risk_once(db: Any) -> None:
    someone = a_worker(db)
    db.execute(
        """INSERT INTO enrolment (worker_id, import_id, row, kelurahan_code, rw, rt, paid_from, months, created_at)
           SELECT worker_id, import_id, 99, kelurahan_code, rw, rt, paid_from, months, created_at
           FROM enrolment WHERE id = %s""",
        [someone.enrolment],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    reconcile()
    (one,) = [row for row in rows("money-at-risk") if row["verdict"] == "duplicate_entry"]
    assert (one["workers"], one["months"]) == (1, one["rupiah"] // 16_800)


_WHEN = {
    "file_import": "imported_at", "worker": "created_at", "enrolment": "created_at", "evidence": "received_at",
    "insurer_record": "created_at", "payment": "created_at", "audit": "at",
}  # fmt: skip


def later(db: Any, change: Callable[[], object]) -> None:
    """What this changes came in today."""
    before = {table: db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0] for table in _WHEN}
    change()
    db.execute("SET session_replication_role = replica")  # no earlier state of them is kept: there was none
    for table, moment in _WHEN.items():
        db.execute(f"UPDATE {table} SET {moment} = now() WHERE id > %s", [before[table]])
    db.execute("SET session_replication_role = origin")


def test_the_same_day_gives_the_same_bytes_after_later_changes(db: Any, tmp_path: Path) -> None:
    someone = a_worker(db)
    says(db, someone.enrolment, "confirms")
    reconcile()
    day = (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).date().isoformat()
    first, second = tmp_path / "first", tmp_path / "second"
    run("all", "--out", str(first), "--as-of", day)
    later(db, lambda: a_worker(db, nik="3275011501900002", phone=None, row=3))
    later(db, lambda: says(db, someone.enrolment, "moved"))
    later(db, reconcile)
    run("all", "--out", str(second), "--as-of", day)
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted([MANIFEST, DICTIONARY, *(f"{name}.{form}" for name in NAMES for form in ("csv", "json"))])
    for name in [*names[1:], names[0]]:  # the manifest last: it differs wherever another does
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_manifest_has_the_fingerprint_of_every_file(db: Any, tmp_path: Path) -> None:
    a_worker(db)
    run("all", "--out", str(tmp_path), "--as-of", f"{NEWEST:%Y-%m-%d}")
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest, name
    told = list(csv.reader(io.StringIO((tmp_path / "reproduction.csv").read_text())))
    assert ["funnel", manifest["files"]["funnel.csv"]] in [[row[0], row[2]] for row in told]


def test_a_day_to_come_is_a_slip() -> None:
    done = CliRunner().invoke(main, ["report", "funnel", "--as-of", "2999-01-01"])
    assert done.exit_code == 2
    assert "is to come" in done.output
