"""To erase people changes no figure: what is left of them is what figures rest on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.persons.acts import a_viewer, asked, at_work, step, the_person
from tests.reports.small_city import MIDDLE, SmallCity
from tests.reports.test_recomputed import END_OF_MIDDLE, written
from tests.verification.test_reconciliation import reconcile
from verify_service.ground.as_of import as_of
from verify_service.ground.database import transaction
from verify_service.persons.erasing import Erased, confirm, propose
from verify_service.reports.answers import REPORTS, lines_of
from verify_service.reports.definition import Asked
from verify_service.verification.reconciliation import compute_again

OF_THE_TRAIL = {"audit-log", "data-protection", "reproduction"}  # which tell that somebody was erased


def figures(at: dt.datetime) -> dict[str, list[tuple[str, ...]]]:
    """Every answer of today and of a day before, without those that tell of the trail itself."""
    told = {}
    with transaction() as session:
        told |= {f"{name} today": written(lines_of(report, session, Asked(at))) for name, report in REPORTS.items()}
    with as_of(END_OF_MIDDLE) as session:
        compute_again(session, now=at)
        told |= {
            f"{name} on {MIDDLE}": written(lines_of(report, session, Asked(END_OF_MIDDLE)))
            for name, report in REPORTS.items()
        }
    return {name: rows for name, rows in told.items() if name.split()[0] not in OF_THE_TRAIL}


@pytest.mark.parametrize("seed", [3, 4])
def test_every_figure_is_the_same_before_and_after_people_are_erased(db: Any, seed: int) -> None:
    city = SmallCity(db, seed)
    city.fill()
    reconcile()
    now = dt.datetime.now(dt.UTC)
    first, second = a_viewer(), a_viewer()
    db.execute("UPDATE removal SET closed_at = coalesce(closed_at, opened_at)")
    db.execute("UPDATE proposal SET decided_at = coalesce(decided_at, opened_at)")
    db.execute("UPDATE outbox SET state = 'stale' WHERE state = 'waiting'")  # what waits is taken back, and counted so
    db.execute("UPDATE grievance SET closed_at = coalesce(closed_at, opened_at)")
    before = figures(now)
    gone = 0
    for (worker,) in db.execute("SELECT id FROM worker ORDER BY id").fetchall()[::3]:
        request = asked(first, worker, "erase")
        with at_work(first) as who:
            assert propose(who, the_person(who, worker), step(db, request, "not_needed")) is None
        with at_work(second) as who:
            done = confirm(who, the_person(who, worker), step(db, request))
        gone += isinstance(done, Erased)
    assert gone > 5
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    reconcile()
    after = figures(now)
    differ = {name: (set(before[name]) ^ set(after[name])) for name in before if before[name] != after[name]}
    assert differ == {}
