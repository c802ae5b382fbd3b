"""How imports of other registries failed, by their public bug reports, played on ours."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl

from tests.people import birth_dates
from tests.registry.test_loading import ANI, BUDI, HEADINGS, count, roster, written
from tests.registry.test_versions import BEGIN, CITI, JANUARY, listed, on, undo
from tests.registry.test_versions import roster as roster_on
from verify_service.ground.as_of import as_of
from verify_service.ground.database import transaction
from verify_service.registry.loading import RosterTerms, import_roster
from verify_service.registry.roster_shown import roster_on as shown_on


def test_whoever_has_no_phone_is_not_left_out(db: Any, tmp_path: Path) -> None:
    report = roster(written(tmp_path, ANI.replace("081234567890", ""), BUDI))
    assert (report.rows, report.accepted, report.created) == (2, 2, 2)


def test_rows_without_a_key_are_counted_as_refused_and_not_as_doubles(db: Any, tmp_path: Path) -> None:
    report = roster(written(tmp_path, ",Tanpa NIK,,,,,,,", ANI, ",,,,,,,081299,"))
    assert (report.rows, report.accepted, report.rejected) == (3, 1, 2)
    assert report.counts["nik_missing"] == 2
    assert "same_nik" not in report.counts


def test_a_phone_does_not_run_down_into_the_blank_cell_below(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI, BUDI.replace("081234567890", "")))
    linked = db.execute("SELECT name FROM phone_link JOIN worker ON worker.id = worker_id").fetchall()
    assert linked == [("Ani Lestari",)]


def test_namesakes_are_neither_merged_nor_left_out(db: Any, tmp_path: Path) -> None:
    other = "3275021505850001,Ani Lestari,15-05-1985,4,5,Jatiluhur,Jatiasih,081277776666,"
    report = roster(written(tmp_path, ANI, other))
    assert (report.created, report.rejected, count(db, "worker")) == (2, 0, 2)


def test_what_was_changed_is_undone_as_well_as_what_was_made(db: Any, tmp_path: Path) -> None:
    roster_on(written(tmp_path, ANI, BUDI), 0)
    before = listed(0)
    roster_on(written(tmp_path, ANI.replace("01-07-1980", "").replace("567890", "560000"), CITI, name="b.csv"), 1)
    assert listed(1) != before
    undo(2, 2)
    assert listed(2) == before


def test_a_date_first_seen_in_the_hundredth_row_is_a_date(db: Any, tmp_path: Path) -> None:
    blank = [
        f"3275{place:02}1203750{place:03},Warga {chr(65 + place // 26)}{chr(65 + place % 26)},,1,2,Margahayu,,,"
        for place in range(1, 99)
    ]
    roster(written(tmp_path, *blank, ANI))
    assert birth_dates(db) == {"Ani Lestari": "1980-07-01"}


def test_dates_are_read_in_each_form_of_one_column(db: Any, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS.split(","))
    forms: tuple[object, ...] = (29403, "29403", "01/07/1980", "1980-07-01", dt.datetime(1980, 7, 1), "1 Juli 1980")  # noqa: DTZ001  # a cell has no zone
    for place, born in enumerate(forms, start=1):
        name = "Warga " + "ABCDEF"[place - 1] * 3
        book.active.append([f"327501410780{place:04}", name, born, "1", "2", "Margahayu", "Bekasi Timur", "", ""])
    book.save(tmp_path / "dates.xlsx")
    report = roster(tmp_path / "dates.xlsx")
    assert report.accepted == len(forms)
    born = list(birth_dates(db).values())
    assert set(born) == {"1980-07-01"}
    assert len(born) + report.counts.get("date_unreadable", 0) == len(forms)


def test_a_clock_that_was_set_back_puts_no_version_before_those_it_follows(db: Any, tmp_path: Path) -> None:
    roster_on(written(tmp_path, ANI), 5)
    earlier = written(tmp_path, ANI.replace(",1,2,", ",4,2,"), name="b.csv")
    with transaction() as session:
        import_roster(session, earlier, RosterTerms(JANUARY), now=on(2), actor="test")
    assert [row[1] for row in listed(4)] == []
    assert [row[1] for row in listed(6)] == ["004"]
    with as_of(on(5)) as session:
        assert [line.rt for line in shown_on(session, on(5).date())] == ["001"]


def test_two_changes_and_an_end_in_one_transaction_keep_how_it_stood_before_all_of_them(
    db: Any, tmp_path: Path
) -> None:
    roster_on(written(tmp_path, ANI), 0)
    with transaction() as session:
        connection = session.connection()
        for statement in (
            "UPDATE enrolment SET rt = '007'",
            "UPDATE enrolment SET rt = '008'",
            "DELETE FROM stale_enrolment",
            "DELETE FROM enrolment",
        ):
            connection.exec_driver_sql(statement)
    assert db.execute("SELECT rt FROM enrolment_before").fetchall() == [("001",)]
    with as_of(BEGIN) as session:
        assert [line.rt for line in shown_on(session, BEGIN.date())] == ["001"]


def test_a_list_of_one_heading_twice_is_refused_and_not_read_by_the_last(db: Any, tmp_path: Path) -> None:
    from tests.cli.test_commands import verify

    file = written(tmp_path, "3275014107800001,Ani,Budi", headings="NIK,NAMA,NAMA")
    assert "two columns for one" in verify("import", "roster", str(file)).output
    assert count(db, "file_import") == 0
