"""What an erasure destroys changes no leaf: the record holds before, after, and for rows that were not sealed yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.console.desk import a_case
from tests.people import NOW, a_worker
from tests.persons.acts import a_viewer
from tests.persons.test_rights import erase
from tests.record.log import sealed, verified
from verify_service.ground.crypto import seal
from verify_service.persons.erasing import Erased

LATER = dt.datetime.now(dt.UTC)


@pytest.fixture(autouse=True)
def _record(record: Any) -> None:
    """Each of these on a record of its own."""


def a_decision(db: Any, enrolment: int, officer: int, nth: int) -> int:
    """A note of an officer on a removal that is over."""
    db.execute("INSERT INTO reference (number, kind) VALUES (%s, 'removal')", [f"SGP-{nth}"])
    (removal,) = db.execute(
        """INSERT INTO removal (number, enrolment_id, reason, evidence, state, from_month, opened_by_id, opened_at,
                                closed_at)
           VALUES (%s, %s, 'moved', '{}', 'kept', '2026-12-01', %s, %s, %s) RETURNING id""",
        [f"SGP-{nth}", enrolment, officer, NOW, NOW],
    ).fetchone()
    (made,) = db.execute(
        """INSERT INTO decision (removal_id, step, says, reason, note, officer_id, at)
           VALUES (%s, 'first', 'accept', 'moved', %s, %s, %s) RETURNING id""",
        [removal, seal("Ibu Sulistiawati pindah", "decision.note"), officer, NOW],
    ).fetchone()
    return int(made)


@pytest.mark.parametrize("before", [True, False], ids=["sealed before", "sealed after"])
def test_the_record_holds_though_notes_and_words_of_an_erased_person_are_gone(db: Any, before: bool) -> None:
    dewi = a_worker(db)
    case = a_case(db, "Kata Sulistiawati", worker=dewi.worker)
    db.execute("UPDATE grievance SET closed_at = now(), state = 'closed_auto' WHERE id = %s", [case])
    admin = a_viewer()
    a_decision(db, dewi.enrolment, admin.id, 1)
    if before:
        assert sealed(LATER) is not None
    assert not verified().findings
    assert isinstance(erase(db, dewi.worker, first=admin), Erased)
    assert db.execute("SELECT count(*) FROM decision WHERE note IS NOT NULL").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM grievance_event WHERE words IS NOT NULL").fetchone() == (0,)
    assert not verified().findings
    sealed(LATER + dt.timedelta(minutes=1))
    a_decision(db, dewi.enrolment, admin.id, 2)
    sealed(LATER + dt.timedelta(minutes=2))
    assert not verified().findings
