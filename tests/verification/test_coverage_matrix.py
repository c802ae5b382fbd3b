"""The coverage matrix: nobody's month is in two combinations or in none, and every rupiah is somewhere."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import empty, examples
from tests.grievances.worked import acting, staff
from tests.people import NEWEST, a_worker
from tests.verification.test_reconciliation import reconcile, says
from verify_service.ground.database import transaction
from verify_service.verification.coverage_matrix import CoverageMatrix, coverage, months_with_verdicts, people
from verify_service.verification.decision import Owner
from verify_service.verification.weighing import STATEMENTS

ELSEWHERE = "32.75.02.1001"
_WORDS = [(source, word) for source in ("worker", "rt_head") for word in STATEMENTS[source]]


def matrix() -> CoverageMatrix:
    with transaction() as session:
        return coverage(session, NEWEST)


def test_no_month_is_no_matrix(db: Any) -> None:
    with transaction() as session:
        assert coverage(session, None).combinations == ()
        assert months_with_verdicts(session) == ()


def test_a_combination_is_named_owned_and_priced(db: Any) -> None:
    for n in range(2):
        a_worker(db, nik=f"327501150190000{n}", phone=f"+628123456780{n}", row=n, insurer=None)
    a_worker(db, nik="3275011501900009", phone="+6281234567809", row=9)
    reconcile()
    missing, silent = matrix().combinations
    assert (missing.verdict, missing.owner, missing.enrolments, missing.rupiah) == (
        "missing_at_insurer",
        Owner.INSURER,
        2,
        33_600,
    )
    assert missing.reason
    assert (silent.verdict, silent.enrolments, silent.rupiah) == ("unconfirmed", 1, 0)


def test_people_are_masked_and_those_of_another_place_are_not_shown(db: Any) -> None:
    a_worker(db, insurer=None)
    a_worker(db, nik="3275011501900002", phone=None, row=3, insurer=None, kelurahan=ELSEWHERE)
    reconcile()
    officers = staff(db)
    (one,) = matrix().combinations
    with transaction() as session:
        city = people(acting(session, officers["team"]), NEWEST, one)
        here = people(acting(session, officers["kelurahan"]), NEWEST, one)
        beyond = people(acting(session, officers["team"]), NEWEST, one, page=99)
        audited = people(acting(session, officers["auditor"]), NEWEST, one)
    assert (city.total, here.total, beyond.page) == (2, 1, 1)
    assert {row.masked_name for row in city.rows} == {"Sul*** D***"}
    assert all(row.discrepancy for row in city.rows)
    assert {(row.code, row.nik_last4) for row in audited.rows} == {("", "")}


_person = st.fixed_dictionaries(
    {
        "insurer": st.sampled_from(["active", "unpaid", "inactive", None]),
        "paid": st.booleans(),
        "kelurahan": st.sampled_from(["32.75.01.1001", ELSEWHERE]),
    }
)


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(_person, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(_WORDS), st.booleans()), max_size=12),
    st.booleans(),
)
def test_sums_over_combinations_are_the_verdicts_and_the_rupiah_of_the_month(
    db: Any, crowd: list[dict[str, Any]], said: list[tuple[int, tuple[str, str], bool]], twice: bool
) -> None:
    empty()
    rows = [
        a_worker(db, nik=f"327501150190000{n}", phone=f"+628123456780{n}", row=n, **one).enrolment
        for n, one in enumerate(crowd)
    ]
    if twice:
        rows.append(a_worker(db, nik="3275011501900000", phone=None, row=90).enrolment)
    for at, (whom, (source, word), helped) in enumerate(said):
        says(db, rows[whom % len(rows)], word, source=source, at=at, assisted=helped and source == "worker")
    reconcile()
    held = matrix()
    by_verdict = db.execute(
        "SELECT verdict, owner, count(*), sum(rupiah) FROM verdict WHERE period = %s GROUP BY 1, 2 ORDER BY 1, 2",
        [NEWEST],
    ).fetchall()
    summed: dict[tuple[str, str], list[int]] = {}
    for one in held.combinations:
        total = summed.setdefault((one.verdict, one.owner.value), [0, 0])
        total[0] += one.enrolments
        total[1] += one.rupiah
    assert [(*key, *total) for key, total in sorted(summed.items())] == [(*row[:3], int(row[3])) for row in by_verdict]
    assert len({(one.case, one.verdict) for one in held.combinations}) == len(held.combinations)
    assert held.enrolments == len(rows) == sum(share.enrolments for share in held.owners)
    assert held.rupiah == sum(row[3] for row in by_verdict) == sum(share.rupiah for share in held.owners)
    officer = staff(db)["team"]
    with transaction() as session:
        of_each = [people(acting(session, officer), NEWEST, one) for one in held.combinations]
    assert sorted(row.enrolment for page in of_each for row in page.rows) == sorted(rows)
