"""What is printed beside the list: counted as the reports count it, in groups that always add up."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.people import NOW
from tests.reports.small_city import SmallCity
from tests.verification.test_reconciliation import reconcile
from verify_service.ground.database import transaction
from verify_service.publication.tables import SAYS, count
from verify_service.publication.tallies import Tally


def counted(db: Any, seed: int) -> dict[str, int]:
    SmallCity(db, seed).fill()
    reconcile()
    with transaction() as session:
        held = count(session, now=NOW)
    for total, parts in held.sums:
        assert held.counts[total] == sum(held.counts[part] for part in parts), total
    return dict(held.counts)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_are_the_rows_counted_one_by_one(db: Any, seed: int) -> None:
    told = counted(db, seed)
    people = db.execute("SELECT DISTINCT nik_index FROM proposal WHERE opened_at <= %s", [NOW]).fetchall()
    assert told["proposals/all/all"] == len(people)
    decided = """SELECT DISTINCT ON (nik_index) state, reason, help_needed IS NOT NULL FROM proposal
                 WHERE opened_at <= %(now)s AND decided_at <= %(now)s ORDER BY nik_index, decided_at DESC"""
    rows = db.execute(decided, {"now": NOW}).fetchall()
    states = Counter(state for state, _, _ in rows)
    assert told["proposals/all/accepted"] == states["accepted"]
    assert told["proposals/all/refused"] == told["refused/all/all"] == states["refused"]
    assert told["proposals/all/waiting"] == len(people) - len(rows)
    for helped, name in ((True, "yes"), (False, "no")):
        assert told[f"proposals:help:{name}/all/refused"] == sum(
            helped is row[2] for row in rows if row[0] == "refused"
        )
    right, answers = db.execute(
        "SELECT count(*) FILTER (WHERE correct), count(*) FROM knowledge_answer WHERE answered_at <= %s AND again",
        [NOW],
    ).fetchone()
    assert (told["knowledge:time:later/all/right"], told["knowledge:time:later/all/all"]) == (right, answers)
    assert told["city/all/otherwise"] == sum(told[f"said/all/{said}"] for said in SAYS)


def test_a_group_is_named_before_anybody_is_in_it(db: Any) -> None:
    with transaction() as session:
        held = count(session, now=NOW)
    for name in (
        "proposals:job:waste_picker/all/all",
        "refused:reason:twice/all/people",
        "fees:kecamatan:32.75.06/all/said_yes",
    ):
        assert held.counts[name] == 0


def test_every_family_of_a_tally_adds_up_to_the_whole() -> None:
    tally = Tally("t", ("a", "b"), {"x": ("1", "2"), "y": ("3",)}, {("x:1", "a"): 2, ("x:2", "b"): 1, ("y:3", "a"): 2})
    assert dict(tally.leaves()) == {"t:x:1/all/a": 2, "t:x:2/all/b": 1, "t:y:3/all/a": 2}
    sums = list(tally.sums())
    assert ("t:x:1/all/all", ("t:x:1/all/a", "t:x:1/all/b")) in sums
    assert ("t/all/b", ("t:x:1/all/b", "t:x:2/all/b")) in sums
    assert ("t/all/b", ("t:y:3/all/b",)) in sums
    assert sums[-1] == ("t/all/all", ("t/all/a", "t/all/b"))
