"""PostgreSQL's own log holds nothing of anybody, and threads are added to and emptied, never rewritten."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.console.desk import a_case
from verify_service.ground.crypto import seal
from verify_service.ground.database import transaction
from verify_service.ground.schema import QUIET

SPELLED = "rahasia-di-log@bekasi.example"


def log_of_the_server() -> str:
    return (Path(os.environ["VERIFY_DATA_DIR"]) / "postgres.log").read_text(encoding="utf-8", errors="replace")


def test_an_error_of_ours_leaves_no_value_in_the_servers_log(db: Any) -> None:
    """The finding: a row that stood in the way was written out with its values, and the statement with it."""
    say = text(
        "INSERT INTO officer (email, name, role, password_hash, created_at) VALUES (:email, 'x', 'officer', '', now())"
    )
    for _ in range(2):
        try:
            with transaction() as session:
                session.execute(say, {"email": SPELLED})
        except IntegrityError:
            pass
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text(f"SELECT '{SPELLED}'::bigint"))
    written = log_of_the_server()
    assert "uq_officer_email" in written
    assert "STATEMENT:" not in written.rpartition("uq_officer_email")[2]
    assert "DETAIL:" not in written.rpartition("uq_officer_email")[2]
    assert "INSERT INTO officer" not in written


def test_the_application_is_held_to_silence_whatever_the_server_is_set_to(db: Any) -> None:
    with transaction() as session:
        held = {name: session.scalar(text(f"SELECT current_setting('{name}')")) for name in QUIET}
    assert held == QUIET


def test_words_of_a_thread_are_emptied_and_never_changed(db: Any) -> None:
    case = a_case(db)
    db.execute(
        "INSERT INTO grievance_event (id, grievance_id, at, seq, kind, by, channel, words)"
        " VALUES (7, %s, now(), 7, 'heard', 'reporter', 'sms', %s)",
        [case, seal("Kartu belum datang", "grievance_event.words")],
    )
    change = text("UPDATE grievance_event SET words = :words WHERE grievance_id = :case AND words IS NOT NULL")
    with pytest.raises(DBAPIError, match="emptied and not changed"), transaction() as session:
        session.execute(change, {"words": seal("Kartu sudah datang", "grievance_event.words"), "case": case})
    for column in ("at = now()", "kind = 'answer'", "by = 'officer:1'", "seq = 9"):
        with pytest.raises(DBAPIError, match="permission denied"), transaction() as session:
            session.execute(text(f"UPDATE grievance_event SET {column} WHERE grievance_id = :case"), {"case": case})
    with pytest.raises(DBAPIError, match="permission denied"), transaction() as session:
        session.execute(text("DELETE FROM grievance_event"))
    with transaction() as session:
        session.execute(text("UPDATE grievance_event SET words = words WHERE grievance_id = :case"), {"case": case})
        session.execute(change, {"words": None, "case": case})
    assert db.execute("SELECT count(*) FROM grievance_event WHERE words IS NOT NULL").fetchone() == (0,)
