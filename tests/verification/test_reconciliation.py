"""From rows of evidence to verdicts: the set-based job against the rule told row by row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import empty, examples
from tests.people import NEWEST, NOW, a_file, a_phone, a_worker
from tests.verification.weighed import EvidenceRow, holds, weigh
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import transaction
from verify_service.verification import figures
from verify_service.verification.reconciliation import Reconciled, drain, forget_verdicts, reconcile_batch
from verify_service.verification.weighing import STATEMENTS


def reconcile(batch: int = 5000) -> Reconciled:
    def one_batch() -> Reconciled:
        with transaction() as session:
            return reconcile_batch(session, premium=16_800, now=NOW, batch=batch)

    return drain(one_batch)


def says(
    db: Any,
    enrolment: int,
    statement: str,
    *,
    source: str = "worker",
    at: int = 0,
    phone: int | None = None,
    assisted: bool = False,
    period: dt.date | None = NEWEST,
) -> None:
    """A statement `at` minutes after the start, and the mark that goes with it."""
    when = NOW + dt.timedelta(minutes=at)
    (number,) = db.execute("SELECT count(*) FROM evidence").fetchone()
    db.execute(
        """INSERT INTO evidence (enrolment_id, source, statement, assisted, channel, phone_id, period,
                                 inbound, received_at)
           VALUES (%s, %s, %s, %s, 'ussd', %s, %s, %s, %s)""",
        [enrolment, source, statement, assisted, phone, period, f"test:{number}", when],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [enrolment, NOW])


def held(db: Any, enrolment: int, period: dt.date = NEWEST) -> str:
    row = db.execute(
        "SELECT verdict FROM verdict WHERE enrolment_id = %s AND period = %s", [enrolment, period]
    ).fetchone()
    return str(row[0])


@pytest.mark.parametrize(
    ("someone", "verdict"),
    [
        ({}, "unconfirmed"),
        ({"insurer": "unpaid"}, "payment_not_recorded"),
        ({"insurer": "inactive"}, "lapsed_at_insurer"),
        ({"insurer": None}, "missing_at_insurer"),
        ({"paid": False}, "covered_without_payment"),
        ({"paid": False, "insurer": None}, "not_paid_not_covered"),
    ],
)
def test_the_files_alone_give_a_verdict(db: Any, someone: dict[str, Any], verdict: str) -> None:
    enrolment = a_worker(db, **someone).enrolment
    reconcile()
    assert held(db, enrolment) == verdict


def test_a_reply_changes_the_verdict_and_closes_what_was_open(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    says(db, enrolment, "denies")
    assert reconcile().opened == 1
    assert held(db, enrolment) == "unaware"
    says(db, enrolment, "confirms", at=5)
    assert reconcile().closed == 1
    assert held(db, enrolment) == "confirmed"
    assert db.execute("SELECT count(*) FROM discrepancy WHERE closed_at IS NULL").fetchone() == (0,)


def test_an_answer_given_with_help_is_marked_until_the_worker_answers_alone(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    says(db, enrolment, "confirms", assisted=True)
    reconcile()
    assert db.execute("SELECT verdict, assisted FROM verdict").fetchall() == [("confirmed", True)]
    says(db, enrolment, "confirms", at=5)
    assert reconcile().verdicts == 1
    says(db, enrolment, "confirms", at=9, assisted=True)  # later, and still outranked
    assert reconcile().verdicts == 0
    assert db.execute("SELECT verdict, assisted FROM verdict").fetchall() == [("confirmed", False)]


def test_reconciling_twice_changes_nothing(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    says(db, enrolment, "denies")
    reconcile()
    before = db.execute("SELECT * FROM verdict").fetchall(), db.execute("SELECT * FROM discrepancy").fetchall()
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, %s)", [enrolment, NOW])
    done = reconcile()
    assert (done.verdicts, done.opened, done.updated, done.closed) == (0, 0, 0, 0)
    assert before == (
        db.execute("SELECT * FROM verdict").fetchall(),
        db.execute("SELECT * FROM discrepancy").fetchall(),
    )


def test_a_rebuild_from_evidence_gives_the_same_rows(db: Any) -> None:
    people = [
        a_worker(db, nik=f"32750115019000{n:02}", phone=f"+62812345678{n:02}", row=n).enrolment for n in range(1, 9)
    ]
    for n, statement in enumerate(STATEMENTS["worker"]):
        says(db, people[n % len(people)], statement, at=n)
    reconcile(batch=3)
    columns = (
        "enrolment_id, period, list, insurer, worker, rt_head, duplicate, assisted, paid_by, verdict, owner, rupiah"
    )
    before = db.execute(f"SELECT {columns} FROM verdict ORDER BY 1, 2").fetchall()
    with transaction() as session:
        forget_verdicts(session, now=NOW)
    reconcile()
    assert db.execute(f"SELECT {columns} FROM verdict ORDER BY 1, 2").fetchall() == before


def test_months_after_the_newest_insurer_file_are_not_reported(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    a_file(db, "payments", dt.date(2026, 11, 1))
    reconcile()
    assert db.execute("SELECT max(period) FROM verdict WHERE enrolment_id = %s", [enrolment]).fetchone() == (NEWEST,)


def test_a_month_without_a_file_between_two_is_told_apart(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    a_file(db, "insurer", dt.date(2026, 8, 1))
    reconcile()
    rows = db.execute("SELECT period, insurer FROM verdict WHERE enrolment_id = %s ORDER BY 1", [enrolment]).fetchall()
    assert [(f"{period:%m}", insurer) for period, insurer in rows] == [
        ("08", "not_found"),
        ("09", "no_file"),
        ("10", "active"),
    ]


def test_a_reply_counts_for_its_month_and_later_ones_only(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    a_file(db, "insurer", dt.date(2026, 9, 1))
    says(db, enrolment, "confirms", period=NEWEST)
    reconcile()
    workers = db.execute("SELECT worker FROM verdict WHERE enrolment_id = %s ORDER BY period", [enrolment]).fetchall()
    assert workers == [("no_answer",), ("confirms",)]


def test_not_me_takes_nothing_from_the_rt_head_who_has_the_phone(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    phone = a_phone(db, "+6281200000009")
    says(db, enrolment, "resident", source="rt_head", phone=phone)
    says(db, enrolment, "confirms", at=1, phone=phone)
    says(db, enrolment, "not_me", at=2, phone=phone)
    reconcile()
    assert db.execute("SELECT worker, rt_head FROM verdict").fetchone() == ("not_me", "resident")


def test_the_same_nik_twice_is_a_duplicate_on_both_lines(db: Any) -> None:
    first, second = a_worker(db, row=2).enrolment, a_worker(db, row=3, phone=None).enrolment
    reconcile()
    assert held(db, first) == held(db, second) == "duplicate_entry"
    db.execute("UPDATE enrolment SET removed_from = '2026-01-01' WHERE id = %s", [second])
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    reconcile()
    assert (held(db, first), held(db, second)) == ("unconfirmed", "removed_still_active")


def priced(db: Any, *lines: int) -> list[int]:
    """Rupiah at risk of the newest month, line by line, as verdicts and as what is open of them."""
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
    reconcile()
    of = dict(db.execute("SELECT enrolment_id, rupiah FROM verdict WHERE period = %s", [NEWEST]).fetchall())
    open_ = dict(db.execute("SELECT enrolment_id, rupiah FROM discrepancy WHERE closed_at IS NULL").fetchall())
    assert all(of[line] == open_[line] for line in open_)
    return [of[line] for line in lines]


def test_of_two_lines_with_one_nik_one_premium_is_at_risk(db: Any) -> None:
    first, second = a_worker(db, row=2).enrolment, a_worker(db, row=3, phone=None).enrolment
    assert priced(db, first, second) == [16_800, 0]
    db.execute("UPDATE enrolment SET paid_from = '2027-01-01', earlier_from = NULL WHERE id = %s", [first])
    assert priced(db, second) == [16_800]  # the first is not to be paid for yet
    db.execute("UPDATE enrolment SET earlier_from = '2026-01-01', earlier_months = 12 WHERE id = %s", [first])
    assert priced(db, first, second) == [16_800, 0]  # it was, by the terms before
    db.execute("UPDATE enrolment SET removed_from = %s WHERE id = %s", [NEWEST, first])
    assert priced(db, first, second) == [0, 0]  # and is off the list: one line, nothing double
    third = a_worker(db, row=4, phone=None).enrolment
    assert priced(db, first, second, third) == [0, 16_800, 0]


def test_of_two_lines_whose_nik_the_treasury_paid_one_premium_is_at_risk(db: Any) -> None:
    first, second = a_worker(db, row=2).enrolment, a_worker(db, row=3, phone=None).enrolment
    other = a_worker(db, nik="3275011501900002", phone=None, row=4).enrolment
    made = a_file(db, "payments", NEWEST)
    for nik in ("3275011501900001", "3275011501900002"):
        db.execute(
            "INSERT INTO payment (import_id, period, row, nik_index, amount) VALUES (%s, %s, 2, %s, 16800)",
            [made, NEWEST, blind_index(nik, "nik")],
        )
    db.execute("UPDATE enrolment SET paid_from = '2027-01-01' WHERE id = %s", [first])  # the treasury knows better
    says(db, other, "moved")
    assert priced(db, first, second, other) == [16_800, 0, 16_800]
    assert headline() == 2 * 16_800


def headline() -> int:
    with transaction() as session:
        return figures.headline(session).rupiah_at_risk


def test_the_application_cannot_change_evidence_or_the_trail(db: Any) -> None:
    enrolment = a_worker(db).enrolment
    says(db, enrolment, "confirms")
    import os

    with psycopg.connect(os.environ["VERIFY_DATABASE_URL"], autocommit=True) as application:
        for attempt in (
            "UPDATE evidence SET statement = 'denies'",
            "DELETE FROM evidence",
            "TRUNCATE evidence CASCADE",
            "UPDATE audit SET actor = 'x'",
            "DELETE FROM audit",
            "DELETE FROM decision_row",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(attempt)


_said = st.lists(
    st.tuples(
        st.sampled_from(["worker", "worker", "rt_head"]),
        st.integers(0, 9),
        st.integers(0, 4),  # minutes: few, so that times tie
        st.sampled_from([None, 1, 2]),
        st.booleans(),
        st.sampled_from([None, dt.date(2026, 9, 1), NEWEST]),
    ),
    max_size=8,
)


@pytest.mark.long
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_said)
def test_sql_weighs_as_the_rule_does(db: Any, rows: list[tuple[Any, ...]]) -> None:
    empty()
    enrolment = a_worker(db, phone=None).enrolment
    a_file(db, "insurer", dt.date(2026, 9, 1))
    phones = {None: None, 1: a_phone(db, "+6281200000001"), 2: a_phone(db, "+6281200000002")}
    for source, statement, minute, phone, assisted, period in rows:
        words = [*STATEMENTS[source], "card", "still_working"]
        says(
            db,
            enrolment,
            words[statement % len(words)],
            source=source,
            at=minute,
            phone=phones[phone],
            assisted=assisted,
            period=period,
        )
    reconcile()
    told = [
        EvidenceRow(*row)
        for row in db.execute(
            "SELECT id, source, statement, assisted, phone_id, period, received_at FROM evidence"
        ).fetchall()
    ]
    for period in (dt.date(2026, 9, 1), NEWEST):
        computed = db.execute(
            "SELECT worker, rt_head, assisted FROM verdict WHERE enrolment_id = %s AND period = %s", [enrolment, period]
        ).fetchone()
        said = holds("worker", told, period)
        helped = said is not None and said.assisted
        assert computed == (weigh("worker", told, period), weigh("rt_head", told, period), helped)
