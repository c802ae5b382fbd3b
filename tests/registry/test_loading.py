"""Files into the tables: whole or not at all, once, and nobody lost."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.people import birth_dates
from verify_service.ground.crypto import blind_index, unseal, unseal_of
from verify_service.ground.database import transaction
from verify_service.ground.tables.base import Base
from verify_service.registry import loading
from verify_service.registry.loading import RosterTerms
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import ImportReport
from verify_service.registry.rosters import KEPT

SAMPLE = Path(__file__).parents[2] / "verify_service" / "data" / "sample"
NOW = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)
JANUARY = dt.date(2026, 1, 1)
TERMS = {field.name for field in fields(RosterTerms)}
HEADINGS = "NIK,NAMA,TGL LAHIR,RT,RW,KELURAHAN,KECAMATAN,NO HP,NO KK"
ANI = "3275014107800001,Ani Lestari,01-07-1980,1,2,Margahayu,Bekasi Timur,081234567890,"
BUDI = "3275011203750002,Budi Santoso,12-03-1975,1,2,Margahayu,Bekasi Timur,081234567890,"


def written(folder: Path, *lines: str, name: str = "list.csv", headings: str = HEADINGS) -> Path:
    file = folder / name
    file.write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
    return file


def roster(file: Path, now: dt.datetime = NOW, **more: Any) -> ImportReport:
    terms = {"paid_from": JANUARY} | {name: more.pop(name) for name in (*more,) if name in TERMS}
    with transaction() as session:
        return loading.import_roster(session, file, RosterTerms(**terms), actor="test", now=now, **more)


def ledger(kind: str, file: Path, period: dt.date = JANUARY, **more: Any) -> ImportReport:
    with transaction() as session:
        importer = getattr(loading, f"import_{kind}")
        report: ImportReport = importer(session, file, period=period, now=NOW, actor="test", **more)
        return report


def heads(file: Path, now: dt.datetime = NOW) -> ImportReport:
    with transaction() as session:
        return loading.import_rt_heads(session, file, now=now, actor="test")


def count(db: Any, table: str, where: str = "true") -> int:
    return int(db.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])


def test_the_sample_city_loads_as_its_offices_send_it(db: Any) -> None:
    first = roster(SAMPLE / "roster_part1.xlsx")
    second = roster(SAMPLE / "roster_part2.csv")
    assert (first.rows, first.created, first.updated) == (1030, first.accepted, 0)
    assert second.rows == second.accepted + second.rejected == 1030
    assert second.created + second.updated == second.accepted
    # 27 people stand in both files; some of them with a NIK that cannot be used in one of the two.
    assert 15 <= second.updated <= 27
    assert count(db, "enrolment") == first.created + second.created
    assert count(db, "import_line", "rejected") == first.rejected + second.rejected
    assert count(db, "import_line") == first.rows + second.rows
    assert count(db, "worker") < count(db, "enrolment")  # the same NIK twice in one file
    assert count(db, "audit", "action = 'import roster'") == 2


def test_a_file_of_gigabytes_is_refused_without_a_byte_of_it_read(db: Any, tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as held:
        held.truncate(20_000_000_000)
    with pytest.raises(FileRefused, match=r"large\.csv is larger than 250 MB"):
        roster(tmp_path / "large.csv")


def test_a_birth_date_that_a_form_fills_in_compares_nobody_with_everybody(db: Any, tmp_path: Path) -> None:
    def born_by_default(area: str, *names: str) -> list[str]:
        return [
            f"{area}010170{place:04},{name},01-01-1970,1,2,Margahayu,Bekasi Timur,,"
            for place, name in enumerate(names, start=1)
        ]

    listed = [f"Warga {chr(65 + place // 26)}{chr(65 + place % 26)}" for place in range(300)]
    roster(written(tmp_path, *born_by_default("327501", *listed)))
    others = [f"Orang {chr(65 + place // 26)}{chr(65 + place % 26)}" for place in range(300)]
    others[7] = "AA Warga"
    report = roster(written(tmp_path, *born_by_default("327502", *others), name="other.csv"))
    assert (report.accepted, report.created) == (300, 300)
    assert [problem.row for problem in report.problems if problem.code == "same_person_listed"] == [9]


def test_payments_and_insurer_files_find_their_people_and_count_the_others(db: Any) -> None:
    roster(SAMPLE / "roster_clean.csv")
    assert count(db, "enrolment") == count(db, "worker") == 2000
    paid = ledger("payments", SAMPLE / "payments_2026-01.csv")
    returned = ledger("insurer", SAMPLE / "insurer_2026-01.csv")
    assert (paid.rows, paid.accepted, paid.unmatched) == (1972, 1972, 0)
    assert (returned.rows, returned.accepted, returned.unmatched) == (1891, 1891, 0)
    assert count(db, "payment", "amount = 16800") == 1972
    assert count(db, "insurer_record", "status = 'active'") == 1810
    assert count(db, "worker", "kpj_index IS NOT NULL") == 1891
    assert db.execute("SELECT count(DISTINCT enrolment_id) FROM stale_enrolment").fetchone()[0] == 2000


def test_rt_heads_load_with_their_phones(db: Any) -> None:
    report = heads(SAMPLE / "rt_heads.csv")
    assert (report.rows, report.accepted, report.created) == (1659, 1659, 1659)
    assert count(db, "rt_head", "until IS NULL AND phone_id IS NOT NULL") == 1659


def test_the_same_file_twice_changes_nothing_and_says_so(db: Any) -> None:
    for load in (
        lambda: roster(SAMPLE / "roster_part2.csv"),
        lambda: ledger("payments", SAMPLE / "payments_2026-01.csv"),
        lambda: heads(SAMPLE / "rt_heads.csv"),
    ):
        once = load()
        before = _everything(db)
        twice = load()
        assert (once.unchanged, twice.unchanged) == (False, True)
        assert (twice.rows, twice.accepted, twice.rejected) == (once.rows, once.accepted, once.rejected)
        assert "imported before" in twice.to_text()
        assert _everything(db) == before


def _everything(db: Any) -> list[Any]:
    tables = ("worker", "enrolment", "phone", "phone_link", "payment", "rt_head", "file_import", "audit")
    return [db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in (*tables, "import_problem")]


def test_a_dry_run_tells_the_figures_and_stores_nothing(db: Any) -> None:
    dry = roster(SAMPLE / "roster_part1.xlsx", dry_run=True)
    assert all(rows == [] for rows in _everything(db))
    real = roster(SAMPLE / "roster_part1.xlsx")
    assert (dry.created, dry.flagged, dry.rejected) == (real.created, real.flagged, real.rejected)
    assert dry.to_json() == real.to_json() | {"dry_run": True, "version": None}
    assert "dry run" in dry.to_text()


def test_a_refused_file_leaves_no_trace_and_the_callers_transaction_goes_on(db: Any, tmp_path: Path) -> None:
    with transaction() as session:
        headless = written(tmp_path, headings="A,B,C")
        with pytest.raises(FileRefused):
            loading.import_roster(session, headless, RosterTerms(JANUARY), now=NOW, actor="test")
        loading.import_roster(session, written(tmp_path, ANI), RosterTerms(JANUARY), now=NOW, actor="test")
    assert count(db, "file_import") == 1


def test_a_fault_halfway_through_leaves_nothing_half_written(db: Any, tmp_path: Path) -> None:
    with pytest.raises(DBAPIError):
        _import_then_fail(written(tmp_path, ANI))
    assert all(rows == [] for rows in _everything(db))


def _import_then_fail(file: Path) -> None:
    with transaction() as session:
        loading.import_roster(session, file, RosterTerms(JANUARY), now=NOW, actor="test")
        session.execute(text("SELECT 1 / 0"))


def test_a_new_version_of_the_list_updates_the_same_enrolment(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI))
    again = roster(written(tmp_path, ANI.replace("Margahayu", "Durenjaya"), BUDI, name="second.csv"))
    assert (again.created, again.updated) == (1, 1)
    assert count(db, "enrolment", "kelurahan_code = '32.75.01.1003'") == 1
    assert (count(db, "worker"), count(db, "enrolment")) == (2, 2)


def test_a_blank_in_a_new_version_keeps_what_was_known(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI))
    roster(written(tmp_path, "3275014107800001,Ani Lestari,,,,,,,", name="second.csv"))
    assert db.execute(
        "SELECT birth_year, rt, rw, kelurahan_code FROM worker JOIN enrolment ON worker_id = worker.id"
    ).fetchall() == [(1980, "001", "002", "32.75.01.1002")]
    assert birth_dates(db) == {"Ani Lestari": "1980-07-01"}
    assert count(db, "phone_link", "unlinked_at IS NULL") == 1


@pytest.mark.parametrize(
    ("paid_from", "months", "then"),
    [
        ("2027-01", 12, ("2026-01-01", 24)),  # follows on: one unbroken cover
        ("2026-07", 12, ("2026-01-01", 18)),
        ("2026-01", 6, ("2026-01-01", 6)),  # a correction may shorten
        ("2028-01", 12, ("2028-01-01", 12)),  # after a gap: months nobody paid are not planned
        ("2025-11", 12, ("2025-11-01", 12)),
    ],
)
def test_a_later_list_prolongs_cover_only_when_it_follows_on(
    db: Any, tmp_path: Path, paid_from: str, months: int, then: tuple[str, int]
) -> None:
    roster(written(tmp_path, ANI))
    first = dt.date.fromisoformat(f"{paid_from}-01")
    roster(written(tmp_path, ANI, BUDI, name="second.csv"), paid_from=first, months=months)
    found = db.execute("SELECT paid_from::text, months FROM enrolment ORDER BY id LIMIT 1").fetchone()
    assert found == then


def test_a_nik_twice_in_one_file_is_one_worker_with_two_enrolments_the_second_flagged(db: Any, tmp_path: Path) -> None:
    report = roster(written(tmp_path, ANI, BUDI, ANI))
    assert [(pair.rows, pair.kind) for pair in report.duplicates] == [((2, 4), "same_nik")]
    assert (count(db, "worker"), count(db, "enrolment")) == (2, 3)
    assert db.execute("SELECT row FROM enrolment WHERE 'same_nik' = ANY(flags)").fetchall() == [(4,)]


def test_a_person_listed_already_under_another_nik_is_flagged(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI))
    report = roster(written(tmp_path, ANI.replace("800001", "800007").replace("Ani", "Any"), name="second.csv"))
    assert [problem.code for problem in report.problems if problem.level == "flagged"] == ["same_person_listed"]
    assert report.flagged == 1
    assert count(db, "enrolment", "'same_person_listed' = ANY(flags)") == 1


def test_families_share_a_phone(db: Any, tmp_path: Path) -> None:
    report = roster(written(tmp_path, ANI, BUDI))
    assert report.duplicates == ()
    assert (count(db, "phone"), count(db, "phone_link", "how = 'roster'")) == (1, 2)


def test_a_new_number_replaces_the_old_but_a_refused_one_never_comes_back(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI))
    roster(written(tmp_path, ANI.replace("081234567890", "081311112222"), name="second.csv"))
    assert db.execute("SELECT unlinked_why FROM phone_link ORDER BY id").fetchall() == [("newer list",), (None,)]
    roster(written(tmp_path, ANI, BUDI, name="third.csv"))  # back to the first number: linked again
    ani = "worker_id = (SELECT id FROM worker WHERE name = 'Ani Lestari')"
    assert count(db, "phone_link", f"unlinked_at IS NULL AND {ani}") == 1
    db.execute(
        f"UPDATE phone_link SET unlinked_at = now(), unlinked_why = 'not_me' WHERE unlinked_at IS NULL AND {ani}"
    )
    roster(written(tmp_path, BUDI, ANI, name="fourth.csv"))
    assert count(db, "phone_link", f"unlinked_at IS NULL AND {ani}") == 0


def test_people_removed_by_decision_stay_removed(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, ANI))
    db.execute("UPDATE enrolment SET removed_from = '2026-03-01'")
    report = roster(written(tmp_path, ANI, BUDI, name="second.csv"))
    assert any("removed by decision" in note for note in report.notes)
    assert count(db, "enrolment", "removed_from IS NOT NULL") == 1


def test_identities_are_stored_sealed_and_found_by_blind_index(db: Any, tmp_path: Path) -> None:
    kk = "3275011508120003"
    roster(written(tmp_path, ANI + kk))
    row = db.execute(
        "SELECT nik, kk, name_key, wrapped FROM worker JOIN person_key USING (nik_index) WHERE nik_index = %s",
        (blind_index("3275014107800001", "nik"),),
    ).fetchone()
    assert unseal_of(row[3], row[0], "worker.nik") == "3275014107800001"
    assert unseal_of(row[3], row[1], "worker.kk") == kk
    assert row[2:3] == ("ANI LESTARI",)
    phone = db.execute("SELECT number FROM phone WHERE number_index = %s", (blind_index("+6281234567890", "phone"),))
    assert unseal(phone.fetchone()[0], "phone.number") == "+6281234567890"


def test_a_rejected_row_is_kept_whole_but_for_the_mothers_name(db: Any, tmp_path: Path) -> None:
    file = written(tmp_path, "12345,Ani Lestari,SITI AMINAH,Catatan", headings="NIK,NAMA,NAMA IBU KANDUNG,XYZ")
    report = roster(file)
    assert (report.accepted, report.rejected) == (0, 1)
    (sealed,) = db.execute("SELECT line FROM import_line WHERE rejected").fetchone()
    kept = json.loads(unseal(sealed, "import_line.line"))
    assert kept == {"cells": {"NIK": "12345", "NAMA": "Ani Lestari", "XYZ": "Catatan"}}
    assert "AMINAH" not in json.dumps(report.to_json())


def test_two_payments_for_one_nik_are_one_sum_and_flagged(db: Any, tmp_path: Path) -> None:
    lines = ("3275014107800001,Ani,16.800", "3275014107800001,Ani,16.800", "3275011203750002,Budi,16800")
    report = ledger("payments", written(tmp_path, *lines, headings="NIK,NAMA,JUMLAH"))
    assert db.execute("SELECT amount FROM payment ORDER BY amount").fetchall() == [(16800,), (33600,)]
    assert (report.unmatched, report.flagged, [pair.kind for pair in report.duplicates]) == (2, 1, ["same_nik"])


def test_the_best_of_two_memberships_counts(db: Any, tmp_path: Path) -> None:
    lines = ("3275014107800001,26000000001,NON AKTIF", "3275014107800001,26000000002,AKTIF")
    ledger("insurer", written(tmp_path, *lines, headings="NIK,KPJ,STATUS"))
    row = db.execute("SELECT status, kpj_index FROM insurer_record").fetchall()
    assert row == [("active", blind_index("26000000002", "kpj"))]


@pytest.mark.parametrize(
    ("rows", "status", "refused"),
    [
        ([("", "AKTIF"), ("", "AKTIF")], "active", [(3, "row_repeated")]),
        ([("26000000001", "AKTIF"), ("26000000001", "AKTIF")], "active", [(3, "row_repeated")]),
        ([("26000000001", "NON AKTIF"), ("26000000002", "AKTIF")], "active", [(2, "membership_other")]),
        ([("26000000001", "MENUNGGAK"), ("26000000002", "MENUNGGAK")], "unpaid", [(3, "membership_other")]),
        ([("", "AKTIF"), ("", "MENUNGGAK")], "unclear", [(2, "status_disputed"), (3, "status_disputed")]),
        ([("26000000001", "AKTIF"), ("", "NON AKTIF")], "unclear", [(2, "status_disputed"), (3, "status_disputed")]),
        (
            [("26000000001", "AKTIF"), ("26000000001", "NON AKTIF"), ("26000000002", "AKTIF")],
            "unclear",
            [(2, "status_disputed"), (3, "status_disputed"), (4, "status_disputed")],
        ),
        ([("26000000001", "DIPROSES")], "unclear", [(2, "status_unknown")]),
        ([("26000000001", "DIPROSES"), ("26000000001", "AKTIF")], "active", [(2, "status_unknown")]),
    ],
)
def test_the_insurers_file_has_one_word_on_each_nik(
    db: Any, tmp_path: Path, rows: list[tuple[str, str]], status: str, refused: list[tuple[int, str]]
) -> None:
    lines = [f"3275014107800001,{kpj},{said}" for kpj, said in rows]
    report = ledger("insurer", written(tmp_path, *lines, headings="NIK,KPJ,STATUS"))
    assert db.execute("SELECT status FROM insurer_record").fetchall() == [(status,)]
    found = [(problem.row, problem.code) for problem in report.problems if problem.level == "rejected"]
    assert sorted(found) == refused
    assert report.rows == report.accepted + report.rejected
    assert report.created == report.accepted


def test_an_unknown_status_is_named_and_whom_the_file_leaves_out_is_counted(db: Any, tmp_path: Path) -> None:
    roster(written(tmp_path, "3275014107800001,Ani", "3275011203750002,Budi", f"{CICI},Cici", headings="NIK,NAMA"))
    lines = ("3275014107800001,DIPROSES", "3275011203750002,AKTIF", "3275011203750009,DIPROSES")
    report = ledger("insurer", written(tmp_path, *lines, headings="NIK,STATUS", name="second.csv"))
    assert "Unknown statuses: 'DIPROSES' (2 rows)." in report.to_text()
    assert report.to_json()["absent"] == 1
    assert "On a list for this month and not in this file: 1." in report.notes
    paid = ledger("payments", written(tmp_path, "3275014107800001,16800", headings="NIK,JUMLAH", name="third.csv"))
    assert (paid.absent, paid.unmatched, report.unmatched) == (2, 0, 0)


def test_two_columns_that_could_be_matched_by_are_refused(db: Any, tmp_path: Path) -> None:
    file = written(tmp_path, "3275014107800001,3275011203750002,AKTIF", headings="NIK,NO KTP,STATUS")
    with pytest.raises(FileRefused, match="two columns for one"):
        ledger("insurer", file)


def test_a_newer_file_of_the_month_brings_its_people_up_to_date(db: Any, tmp_path: Path) -> None:
    headings = "NIK,KPJ,STATUS"
    ledger("insurer", written(tmp_path, "3275014107800001,26000000001,MENUNGGAK", headings=headings))
    again = written(tmp_path, "3275014107800001,26000000001,AKTIF", headings=headings, name="second.csv")
    report = ledger("insurer", again)
    assert (report.created, report.updated) == (0, 1)
    assert db.execute("SELECT status FROM insurer_record").fetchall() == [("active",)]


CICI = "3275011203750003"
NIKS = ("3275014107800001", "3275011203750002", CICI)
LEDGERS = {
    "payments": ("payment", "JUMLAH", "16800", "not paid"),
    "insurer": ("insurer_record", "STATUS", "AKTIF", "not found"),
}


def of_month(folder: Path, kind: str, name: str, *niks: str) -> Path:
    _, heading, cell, _ = LEDGERS[kind]
    return written(folder, *(f"{nik},{cell}" for nik in niks), headings=f"NIK,{heading}", name=name)


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_corrected_file_takes_people_out_of_the_month_and_the_first_may_come_back(
    db: Any, tmp_path: Path, kind: str
) -> None:
    table, _, _, gone = LEDGERS[kind]
    first, second = of_month(tmp_path, kind, "a.csv", *NIKS), of_month(tmp_path, kind, "b.csv", *NIKS[:2])
    ledger(kind, of_month(tmp_path, kind, "other.csv", *NIKS), dt.date(2026, 2, 1))
    ledger(kind, first)
    dry = ledger(kind, second, dry_run=True)
    assert count(db, table, "period = '2026-01-01'") == 3
    corrected = ledger(kind, second)
    assert corrected.notes == dry.notes
    assert corrected.notes[-1] == (
        f"1 people of the earlier file of this month are not in this one; they count as {gone} now."
    )
    assert count(db, table, "period = '2026-01-01'") == 2
    assert count(db, table, "period = '2026-02-01'") == 3
    back = ledger(kind, first)
    assert (back.unchanged, back.created, back.updated) == (False, 1, 2)
    assert count(db, table, "period = '2026-01-01'") == 3
    assert ledger(kind, first).unchanged
    assert count(db, "file_import") == 4  # the first file counts again, as a version of its own
    assert count(db, "audit", f"action = 'import {kind}'") == 4


@pytest.mark.parametrize("kind", LEDGERS)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_partial_file_of_a_month_is_refused_with_the_counts(
    db: Any, tmp_path: Path, kind: str, dry_run: bool
) -> None:
    ledger(kind, of_month(tmp_path, kind, "a.csv", *NIKS))
    before = _everything(db)
    with transaction() as session:
        importer = getattr(loading, f"import_{kind}")
        with pytest.raises(FileRefused, match="names 1 of the 3 people whom the file of 2026-01 had"):
            importer(
                session, of_month(tmp_path, kind, "b.csv", CICI), period=JANUARY, now=NOW, actor="test", dry_run=dry_run
            )
    assert _everything(db) == before


@pytest.mark.parametrize("kind", LEDGERS)
@pytest.mark.parametrize(("period", "taken"), [
    ("2014-12", False), ("2015-01", True), ("2026-04", True), ("2026-05", False), ("2062-01", False),
])  # fmt: skip
def test_a_month_that_cannot_be_is_refused_with_the_range(
    db: Any, tmp_path: Path, kind: str, period: str, taken: bool
) -> None:
    file, month = of_month(tmp_path, kind, "a.csv", *NIKS), dt.date.fromisoformat(f"{period}-01")
    if taken:
        assert ledger(kind, file, month).accepted == 3
        return
    with pytest.raises(FileRefused, match=f"no file for {period}: give a month from 2015-01 to 2026-04"):
        ledger(kind, file, month)
    assert count(db, "file_import") == 0


def test_the_current_month_is_that_of_the_programmes_zone(tmp_path: Path, db: Any) -> None:
    file = of_month(tmp_path, "insurer", "a.csv", *NIKS)
    with transaction() as session:  # in Bekasi it is May already
        eve = dt.datetime(2026, 4, 30, 18, 0, tzinfo=dt.UTC)
        assert loading.import_insurer(session, file, period=dt.date(2026, 5, 1), now=eve, actor="test").accepted == 3


def test_the_same_list_with_other_terms_corrects_the_enrolments_that_rest_on_it(db: Any, tmp_path: Path) -> None:
    file = written(tmp_path, ANI, BUDI)
    roster(file)
    roster(written(tmp_path, BUDI, name="second.csv"))  # Budi's enrolment rests on the second list now
    corrected = roster(file, paid_from=dt.date(2026, 2, 1), months=6)
    assert (corrected.unchanged, corrected.created, corrected.updated) == (False, 0, 1)
    terms = db.execute("SELECT paid_from::text, months FROM enrolment ORDER BY id").fetchall()
    assert terms == [("2026-02-01", 6), ("2026-01-01", 12)]
    assert roster(file, paid_from=dt.date(2026, 2, 1), months=6).unchanged
    assert db.execute("SELECT report -> 'terms' FROM file_import ORDER BY id DESC LIMIT 1").fetchone() == (
        {"paid_from": "2026-02", "months": 6},
    )
    assert (count(db, "worker"), count(db, "enrolment"), count(db, "file_import")) == (2, 2, 3)


def test_one_cell_with_a_page_in_it_does_not_refuse_the_list(db: Any, tmp_path: Path) -> None:
    page = "Lestari " * 2000
    headings = "NIK,NAMA,PEKERJAAN,SUMBER DATA,ALAMAT"
    long = f"3275014107800001,{page},,,"
    report = roster(written(tmp_path, long, f"3275011203750002,Budi Santoso,{page},{page},{page}", headings=headings))
    assert (report.accepted, report.rejected) == (1, 1)
    codes = [(problem.row, problem.column, problem.code) for problem in report.problems]
    assert (2, "NAMA", "name_too_long") in codes
    assert [code for code in codes if code[2] == "text_too_long"] == [
        (3, "PEKERJAAN", "text_too_long"), (3, "ALAMAT", "text_too_long"), (3, "SUMBER DATA", "text_too_long"),
    ]  # fmt: skip
    assert db.execute("SELECT length(occupation), length(source) FROM enrolment").fetchall() == [(120, 120)]
    post = f"Bekasi Timur,Margahayu,1,2,{page},081234567890,"
    headings = "KECAMATAN,KELURAHAN,RW,RT,NAMA_KETUA_RT,NO_HP,MULAI_JABATAN"
    listed = heads(written(tmp_path, post, headings=headings, name="rt.csv"))
    assert [problem.code for problem in listed.problems if problem.level == "rejected"] == ["name_too_long"]
    paid = ledger("payments", written(tmp_path, f"{CICI},{page},16800,{page}", headings="NIK,NAMA,JUMLAH,NO_SP2D"))
    assert (paid.accepted, paid.counts["text_too_long"]) == (1, 1)
    known = ledger("insurer", written(tmp_path, f"{CICI},{page},AKTIF,{page}", headings="NIK,NAMA,STATUS,KODE_IURAN"))
    assert (known.accepted, known.counts["text_too_long"]) == (1, 1)


def test_a_file_of_another_month_is_refused(db: Any) -> None:
    with pytest.raises(FileRefused, match="for 2026-02, not for 2026-01"):
        ledger("insurer", SAMPLE / "insurer_2026-02.csv")
    assert count(db, "file_import") == 0


def test_a_new_head_ends_the_term_of_the_one_before(db: Any, tmp_path: Path) -> None:
    headings = "KECAMATAN,KELURAHAN,RW,RT,NAMA_KETUA_RT,NO_HP,MULAI_JABATAN"
    post = "Bekasi Timur,Margahayu,1,2"
    heads(written(tmp_path, f"{post},Pak Joko,081234567890,2024-01-01", headings=headings))
    heads(written(tmp_path, f"{post},H. Joko,081234567891,2024-01-01", headings=headings, name="b.csv"))
    assert count(db, "rt_head") == 1  # the same man, with another number
    heads(written(tmp_path, f"{post},Ibu Rina,081234567892,2026-02-01", headings=headings, name="c.csv"))
    terms = db.execute("SELECT name, until::text FROM rt_head ORDER BY id").fetchall()
    assert terms == [("H. Joko", "2026-02-01"), ("Ibu Rina", None)]
    old = heads(written(tmp_path, f"{post},Joko,081234567891,2024-01-01", headings=headings, name="d.csv"))
    assert (old.created, old.updated) == (0, 0)  # an older list displaces nobody
    heads(written(tmp_path, f"{post},KOSONG,,", headings=headings, name="e.csv"))
    assert count(db, "rt_head", "until IS NULL") == 0


def test_progress_counts_to_the_last_row(db: Any) -> None:
    seen: list[tuple[int, int]] = []
    roster(SAMPLE / "roster_part2.csv", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (1030, 1030)
    assert seen == sorted(seen)


def test_what_a_roster_keeps_is_a_column_of_the_table_it_names() -> None:
    for name, keep in KEPT.items():
        assert name in Base.metadata.tables[keep.table].columns, name


def test_a_long_payment_file_given_as_a_roster_says_what_it_is(db: Any, tmp_path: Path) -> None:
    rows = "".join(f"32750{place:011},{place},16800\n" for place in range(30_000))
    (tmp_path / "p.csv").write_text("NIK,XYZ,JUMLAH\n" + rows)
    with pytest.raises(FileRefused, match="It looks like a payment file"):
        roster(tmp_path / "p.csv")
