"""An import whose process is killed is whole or absent; two at once take turns."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.conftest import examples
from tests.registry.test_loading import count, roster
from verify_service.ground.database import transaction
from verify_service.registry import loading

HEADINGS = "NIK,NAMA,TGL LAHIR,RT,RW,KELURAHAN,KECAMATAN,NO HP"
ROWS = 500
_ONE_IMPORT = """
import datetime as dt, sys
from pathlib import Path
from verify_service.ground.database import transaction
from verify_service.registry.loading import RosterTerms, import_roster
print("begins", flush=True)
with transaction() as session:
    now = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)
    import_roster(session, Path(sys.argv[1]), RosterTerms(dt.date(2026, 1, 1)), now=now, actor="test")
print("done", flush=True)
"""


def a_list(folder: Path, name: str, area: str, rows: int = ROWS) -> Path:
    lines = [
        f"{area}{1 + place % 28:02}{1 + place % 12:02}80{place + 1:04},Warga {place:05},"
        f"{1 + place % 28:02}-{1 + place % 12:02}-1980,1,2,Margahayu,Bekasi Timur,0812{10_000_000 + place}"
        for place in range(rows)
    ]
    file = folder / name
    file.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
    return file


def begin(file: Path) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", _ONE_IMPORT, str(file)], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "begins\n"
    return started


def test_an_import_killed_at_any_moment_is_whole_or_absent(db: Any, tmp_path: Path) -> None:
    chance = random.Random(7)
    file = a_list(tmp_path, "list.csv", "327501")
    began = time.monotonic()
    with begin(file) as undisturbed:
        assert undisturbed.wait() == 0
    lasts = time.monotonic() - began
    whole = {
        table: count(db, table) for table in ("enrolment", "worker", "phone_link", "import_line", "stale_enrolment")
    }
    assert whole["enrolment"] == whole["import_line"] == ROWS
    for place in range(examples(2)):
        other = a_list(tmp_path, f"{place}.csv", f"3275{place + 10}", ROWS)
        before = {table: count(db, table) for table in whole}
        with begin(other) as killed:
            time.sleep(lasts * chance.random())
            killed.send_signal(signal.SIGKILL)
        _left_alone(db)
        after = {table: count(db, table) - before[table] for table in whole}
        assert set(after.values()) in ({0}, {ROWS}), after
        report = roster(other)
        assert report.unchanged == (after["enrolment"] == ROWS)
        assert count(db, "enrolment") == before["enrolment"] + ROWS


def _left_alone(db: Any) -> None:
    """Wait until the server has noticed that its client is gone."""
    until = time.monotonic() + 30
    busy = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND state <> 'idle' AND application_name = 'verify-service'"""
    while db.execute(busy).fetchone() != (0,):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_two_imports_at_once_take_turns(db: Any, tmp_path: Path) -> None:
    files = [a_list(tmp_path, f"{place}.csv", "327501", rows=400 + place) for place in range(2)]
    now = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)
    barrier = threading.Barrier(2)
    reports: list[Any] = []

    def one(file: Path) -> None:
        barrier.wait()
        with transaction() as session:
            terms = loading.RosterTerms(dt.date(2026, 1, 1))
            reports.append(loading.import_roster(session, file, terms, now=now, actor="test"))

    threads = [threading.Thread(target=one, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((report.created, report.updated) for report in reports) in (
        [(0, 400), (401, 0)],
        [(1, 400), (400, 0)],
    )
    assert count(db, "enrolment") == 401
    assert count(db, "file_import") == 2
