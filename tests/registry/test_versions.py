"""Every import is a version: the list as it stood on any day, what two versions differ in, and taking one back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.people import birth_dates
from tests.registry.test_loading import ANI, BUDI, HEADINGS, count, written
from verify_service.ground.as_of import as_of
from verify_service.ground.database import transaction
from verify_service.registry import loading
from verify_service.registry.differences import differences
from verify_service.registry.loading import RosterTerms
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import ImportReport
from verify_service.registry.roster_shown import roster_on
from verify_service.registry.undo import undo_version
from verify_service.registry.versions import versions
from verify_service.verification.evidence import Statement, record_statement
from verify_service.verification.reconciliation import compute_again, drain, reconcile_batch

JANUARY = dt.date(2026, 1, 1)
CITI = "3275015508900003,Citra Dewi,15-08-1990,3,2,Margahayu,Bekasi Timur,081234567999,"
DAY = dt.timedelta(days=1)
BEGIN = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)


def on(day: int) -> dt.datetime:
    """A moment of that day, counted from the first."""
    return BEGIN + day * DAY


def roster(file: Path, day: int, **more: Any) -> ImportReport:
    with transaction() as session:
        terms = RosterTerms(JANUARY, **more)
        return loading.import_roster(session, file, terms, actor="test", now=on(day))


def ledger(kind: str, file: Path, day: int, period: dt.date = JANUARY) -> ImportReport:
    with transaction() as session:
        report: ImportReport = getattr(loading, f"import_{kind}")(
            session, file, period=period, now=on(day), actor="test"
        )
        return report


def undo(version: int, day: int) -> Any:
    with transaction() as session:
        return undo_version(session, version, now=on(day), actor="test")


def listed(day: int) -> list[tuple[str, str | None, str | None, str, int]]:
    """Name, RT, phone link count, and terms of everybody on the list at the end of that day."""
    with as_of(on(day) + DAY / 2) as session:
        return [
            tuple(row)
            for row in session.execute(
                text(
                    """SELECT worker.name, enrolment.rt, to_char(enrolment.paid_from, 'YYYY-MM'), enrolment.months,
                              (SELECT count(*) FROM phone_link link
                               WHERE link.worker_id = worker.id AND link.unlinked_at IS NULL)
                       FROM enrolment JOIN worker ON worker.id = enrolment.worker_id ORDER BY worker.name"""
                )
            )
        ]


def verdicts(day: int | None = None) -> list[Any]:
    """Everybody's verdicts as they stood on that day, computed anew; or as the table has them now."""
    read = text("SELECT enrolment_id, period, list, insurer, worker, verdict, rupiah FROM verdict ORDER BY 1, 2")
    if day is None:
        with transaction() as session:
            return [tuple(row) for row in session.execute(read)]
    with as_of(on(day) + DAY / 2) as session:
        compute_again(session, premium=16_800, now=on(day))
        return [tuple(row) for row in session.execute(read)]


def reconcile(day: int) -> None:
    def one_batch() -> Any:
        with transaction() as session:
            return reconcile_batch(session, premium=16_800, now=on(day))

    drain(one_batch)


def test_the_list_can_be_seen_as_it_stood_on_every_day(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    roster(written(tmp_path, ANI.replace(",1,2,Marga", ",4,2,Marga"), CITI, name="second.csv"), 5)
    assert listed(-1) == []
    ani, budi = ("Ani Lestari", "001", "2026-01", 12, 1), ("Budi Santoso", "001", "2026-01", 12, 1)
    assert listed(0) == listed(4) == [ani, budi]
    moved, citra = ("Ani Lestari", "004", "2026-01", 12, 1), ("Citra Dewi", "003", "2026-01", 12, 1)
    assert listed(5) == listed(90) == [moved, budi, citra]
    with transaction() as session:
        shown = [line.to_json() for line in roster_on(session, on(9).date())]
    assert shown[0] | {"worker": 1} == {
        "enrolment": 1, "worker": 1, "row": 2, "version": 2, "kelurahan_code": "32.75.01.1002", "rw": "002",
        "rt": "004", "paid_from": "2026-01", "months": 12, "flags": ["place_changed"],
    }  # fmt: skip
    with as_of(on(1)) as session:
        assert [(line.version, line.rt) for line in roster_on(session, on(1).date())] == [(1, "001"), (1, "001")]


def test_looking_back_changes_nothing(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    ledger("insurer", written(tmp_path, "3275014107800001,AKTIF", headings="NIK,STATUS", name="i.csv"), 1)
    before = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("verdict", "audit")}
    assert len(verdicts(3)) == 2
    assert {table: db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in before} == before
    assert count(db, "stale_enrolment") > 0


def test_verdicts_of_a_day_are_those_that_stood_on_it(db: Any, tmp_path: Path) -> None:
    headings = "NIK,STATUS"
    roster(written(tmp_path, ANI, BUDI), 0)
    stood = {}
    ledger("insurer", written(tmp_path, "3275014107800001,AKTIF", headings=headings, name="i.csv"), 1)
    reconcile(1)
    stood[1] = verdicts()
    with transaction() as session:
        said = Statement("worker", "denies", "sms", "message:1")
        record_statement(session, said, worker_id=1, now=on(3))
    reconcile(3)
    stood[3] = verdicts()
    both = written(tmp_path, "3275014107800001,AKTIF", "3275011203750002,NON AKTIF", headings=headings, name="j.csv")
    ledger("insurer", both, 5)
    reconcile(5)
    stood[5] = verdicts()
    undo(3, 7)
    reconcile(7)
    stood[7] = verdicts()
    assert stood[7] == stood[3] != stood[5]
    assert {day: verdicts(day) for day in stood} == stood


def test_a_list_taken_back_leaves_the_list_as_if_it_had_never_come(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    before = listed(0)
    wrong = [ANI.replace("081234567890", "081399999999").replace("01-07-1980", "02-07-1980"), CITI]
    roster(written(tmp_path, *wrong, name="wrong.csv"), 2)
    reconcile(2)
    done = undo(2, 4)
    assert (done.removed, done.restored, done.returned) == (4, 3, 0)
    assert listed(4) == before
    assert birth_dates(db)["Ani Lestari"] == "1980-07-01"
    assert len(listed(3)) == 3  # what was shown in between stays so
    assert count(db, "phone_link", "unlinked_at IS NULL") == 2
    assert count(db, "verdict", "enrolment_id NOT IN (SELECT id FROM enrolment)") == 0
    with transaction() as session:
        told = versions(session)
    assert [(one.id, one.undone_by) for one in told] == [(1, None), (2, "test")]
    with pytest.raises(FileRefused, match="Version 2 was undone on 2026-04-06 by test"):
        undo(2, 5)
    again = roster(tmp_path / "wrong.csv", 6)  # and the same file may come anew
    assert (again.unchanged, again.created, again.updated) == (False, 1, 1)
    assert listed(6) == listed(3)


def test_a_gap_that_nobody_was_told_of_goes_with_the_list_that_brought_its_worker(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI), 0)
    roster(written(tmp_path, CITI.replace("081234567999", ""), name="second.csv"), 1)
    headings = "NIK,STATUS"
    ledger("insurer", written(tmp_path, "3275014107800001,AKTIF", headings=headings, name="i.csv"), 2)
    ledger("payments", written(tmp_path, "3275014107800001,16800", headings="NIK,JUMLAH", name="p.csv"), 2)
    db.execute(
        """INSERT INTO cover_gap (worker_id, unpaid_from, unpaid_to, lapses_on, lapsed, opened_at)
           SELECT id, '2026-01-01', '2026-01-01', '2026-04-01', false, %s FROM worker WHERE name = 'Citra Dewi'""",
        [on(2)],
    )
    assert undo(2, 3).removed == 2
    assert count(db, "cover_gap") == 0


def test_a_version_on_which_something_rests_is_not_taken_back_and_says_what(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    roster(written(tmp_path, BUDI.replace(",1,2,", ",7,2,"), name="second.csv"), 2)
    with pytest.raises(FileRefused, match=r"version 2 came after it and holds 1 of the same \(undo that first\)"):
        undo(1, 3)
    undo(2, 3)
    with transaction() as session:
        record_statement(session, Statement("worker", "confirms", "sms", "message:1"), worker_id=1, now=on(4))
    with pytest.raises(FileRefused, match=r"can no longer be undone, since something rests on it: 1 answers"):
        undo(1, 5)
    with pytest.raises(FileRefused, match="no version 9"):
        undo(9, 5)


def test_a_month_taken_back_is_that_of_the_file_before_or_none(db: Any, tmp_path: Path) -> None:
    headings = "NIK,NAMA,JUMLAH"
    roster(written(tmp_path, ANI, BUDI), 0)
    first = written(
        tmp_path, "3275014107800001,Ani,16800", "3275011203750002,Budi,16800", headings=headings, name="p.csv"
    )
    ledger("payments", first, 1)
    second = written(tmp_path, "3275014107800001,Ani,33600", headings=headings, name="q.csv")
    assert ledger("payments", second, 2).updated == 1
    undo(3, 3)
    assert db.execute("SELECT amount FROM payment ORDER BY id").fetchall() == [(16800,), (16800,)]
    with as_of(on(2) + DAY / 2) as session:
        assert session.execute(text("SELECT amount FROM payment")).all() == [(33600,)]
    undo(2, 4)
    assert count(db, "payment") == 0
    with as_of(on(3) + DAY / 2) as session:
        assert session.execute(text("SELECT amount FROM payment ORDER BY id")).all() == [(16800,), (16800,)]


def test_the_newest_month_taken_back_ends_its_verdicts(db: Any, tmp_path: Path) -> None:
    headings, february = "NIK,STATUS", dt.date(2026, 2, 1)
    roster(written(tmp_path, ANI), 0)
    ledger("insurer", written(tmp_path, "3275014107800001,AKTIF", headings=headings, name="i.csv"), 1)
    ledger("insurer", written(tmp_path, "3275014107800001,NON AKTIF", headings=headings, name="j.csv"), 2, february)
    reconcile(2)
    undo(3, 3)
    reconcile(3)
    assert db.execute("SELECT period::text FROM verdict").fetchall() == [("2026-01-01",)]
    assert count(db, "discrepancy", "closed_at IS NULL AND period = '2026-02-01'") == 0
    assert db.execute("SELECT status FROM insurer_record").fetchall() == [("active",)]


def test_two_versions_differ_by_person_and_field(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    roster(written(tmp_path, CITI, BUDI.replace(",1,2,", ",7,2,").replace("7890,", "7891,"), name="second.csv"), 2)
    with transaction() as session:
        found = differences(session, 1, 2)
    assert [one.to_json() for one in found.added] == [{"name": "Citra Dewi", "row": 2}]
    assert [one.to_json() for one in found.missing] == [{"name": "Ani Lestari", "row_before": 2}]
    (budi,) = found.changed
    assert budi.to_json() == {
        "name": "Budi Santoso",
        "row": 3,
        "row_before": 3,
        "changed": {"phone": ["0812****890", "0812****891"], "rt": ["001", "007"]},
    }
    assert found.same == 0
    with transaction() as session:
        assert differences(session, 1, 1).same == 2


def test_whom_a_whole_list_leaves_out_is_named_and_given_to_the_officers(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI, CITI), 0)
    part = written(tmp_path, ANI, name="part.csv")
    assert roster(part, 1).missing == ()  # it adds
    with pytest.raises(FileRefused, match="would leave out 2 of 3 lines, more than half"):
        roster(written(tmp_path, ANI, "", name="whole.csv"), 2, whole=True)
    report = roster(written(tmp_path, ANI, CITI, name="most.csv"), 3, whole=True)
    assert [(line.name, line.version, line.row) for line in report.missing] == [("Budi Santoso", 1, 3)]
    assert "Budi Santoso, Margahayu RT 001/RW 002 (row 3 of version 1)" in report.to_text()
    assert count(db, "enrolment", "removed_from IS NULL") == 3  # nobody went off the list
    assert db.execute("SELECT kind, subject FROM task WHERE closed_at IS NULL").fetchall() == [
        ("missing_from_list", "enrolment:2")
    ]
    roster(written(tmp_path, BUDI, name="late.csv"), 4)
    assert db.execute("SELECT closed_how FROM task").fetchall() == [("withdrawn",)]


def test_what_a_row_said_is_kept_whole_and_sealed(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, "12345,Budi,,,,,,,", headings=HEADINGS), 0)
    from verify_service.registry.kept_lines import lines_of

    with transaction() as session:
        taken, refused = lines_of(session, 1)
    assert (taken.cells["NAMA"], taken.cells["NO HP"]) == ("Ani Lestari", "081234567890")
    assert (taken.read["phone"], taken.read["birth_date"]) == ("+6281234567890", "1980-07-01")
    assert (refused.rejected, refused.cells["NIK"], refused.read) == (True, "12345", {})
    (line,) = db.execute("SELECT line FROM import_line WHERE row = 2").fetchone()
    assert not any(word in bytes(line) for word in (b"Ani", b"3275014107800001"))


def test_a_list_that_says_the_same_again_changes_nobody(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    roster(written(tmp_path, BUDI, ANI, name="sorted.csv"), 2)
    assert count(db, "worker_before") == 0
    assert count(db, "enrolment_before") == 2  # they rest on the newer list now


def test_a_blank_keeps_what_is_held_and_two_dashes_take_it_away(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI), 0)
    blank = "3275014107800001,Ani Lestari,,,,,,,"
    roster(written(tmp_path, blank, name="blank.csv"), 1)
    held = """SELECT birth_date IS NULL, rt, rw, kelurahan_code, (SELECT count(*) FROM phone_link
              WHERE worker_id = worker.id AND unlinked_at IS NULL)
              FROM worker JOIN enrolment ON worker_id = worker.id WHERE name = 'Ani Lestari'"""
    assert db.execute(held).fetchone() == (False, "001", "002", "32.75.01.1002", 1)
    roster(written(tmp_path, "3275014107800001,Ani Lestari,--,--,,,,--,", name="clear.csv"), 2)
    assert db.execute(held).fetchone() == (True, None, "002", "32.75.01.1002", 0)
    roster(written(tmp_path, "3275014107800001,Ani Lestari,,,,--,,,", name="nowhere.csv"), 3)
    assert db.execute(held).fetchone() == (True, None, None, None, 0)
    undo(4, 4)
    undo(3, 5)
    assert db.execute(held).fetchone() == (False, "001", "002", "32.75.01.1002", 1)
