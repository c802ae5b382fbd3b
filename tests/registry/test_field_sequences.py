"""What a year of files does to people who are listed: nobody is turned into another, moved or shortened unsaid."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.people import birth_dates
from tests.registry.test_loading import count, heads, ledger, roster, written
from verify_service.ground.crypto import unseal, unseal_of
from verify_service.ground.database import transaction
from verify_service.registry.report import ImportReport
from verify_service.verification.reconciliation import drain, reconcile_batch
from verify_service.verification.stale import mark_all

FIELD = Path(__file__).parent / "field"
NOW = dt.datetime(2026, 4, 2, 3, 0, tzinfo=dt.UTC)
MARCH = dt.date(2026, 3, 1)
APRIL = dt.date(2026, 4, 1)
HEADINGS = "NIK,NAMA,TGL LAHIR,RT,RW,KELURAHAN,KECAMATAN,NO HP"
ANI = "3275014107800001,Ani Lestari,01-07-1980,1,2,Margahayu,Bekasi Timur,081234567890"
BUDI = "3275011203750002,Budi Santoso,12-03-1975,1,2,Margahayu,Bekasi Timur,081234567891"


def listed(folder: Path, *lines: str, name: str = "list.csv", **more: Any) -> ImportReport:
    return roster(written(folder, *lines, name=name, headings=HEADINGS), **more)


def codes(report: ImportReport, level: str = "flagged") -> list[tuple[int, str]]:
    return [(problem.row, problem.code) for problem in report.problems if problem.level == level]


def places(db: Any) -> list[tuple[Any, ...]]:
    return list(db.execute("SELECT kelurahan_code, rw, rt FROM enrolment ORDER BY id").fetchall())


def phones(db: Any, name: str) -> list[str]:
    sealed = db.execute(
        "SELECT phone.number FROM phone JOIN phone_link ON phone_id = phone.id JOIN worker ON worker.id = worker_id"
        " WHERE unlinked_at IS NULL AND name = %s ORDER BY phone.id",
        [name],
    ).fetchall()
    return [unseal(number, "phone.number") for (number,) in sealed]


def terms(db: Any) -> list[tuple[str, int]]:
    return list(db.execute("SELECT paid_from::text, months FROM enrolment ORDER BY id").fetchall())


def verdicts(db: Any, name: str) -> dict[str, str]:
    def one() -> Any:
        with transaction() as session:
            return reconcile_batch(session, premium=16_800, now=NOW)

    drain(one)
    rows = db.execute(
        "SELECT to_char(period, 'YYYY-MM'), verdict FROM verdict JOIN enrolment ON enrolment.id = enrolment_id"
        " JOIN worker ON worker.id = worker_id WHERE name = %s",
        [name],
    ).fetchall()
    return dict(rows)


# --- another person under her NIK


def test_one_persons_nik_typed_for_another_changes_nothing_of_hers(db: Any) -> None:
    roster(FIELD / "F2_a.csv")
    before = places(db)
    report = roster(FIELD / "F2_b.csv")
    assert (report.rows, report.accepted, report.rejected, report.created, report.updated) == (1, 0, 1, 0, 0)
    assert codes(report, "rejected") == [(2, "nik_other_person")]
    assert "A*** W***" in next(one.expected for one in report.problems if one.code == "nik_other_person")
    assert db.execute("SELECT name FROM worker ORDER BY name").fetchall() == [("Ani Wijaya",), ("Budi Hartono",)]
    assert (places(db), phones(db, "Ani Wijaya")) == (before, ["+6281210000001"])
    assert (
        count(
            db,
            "import_problem JOIN import_line USING (import_id, row)",
            "code = 'nik_other_person' AND import_line.rejected AND line IS NOT NULL",
        )
        == 1
    )
    assert db.execute("SELECT accepted, rejected FROM file_import ORDER BY id DESC LIMIT 1").fetchone() == (0, 1)


@pytest.mark.parametrize(
    "name", ["Any Lestari", "ANI LESTARI", "Hj. Ani Lestari, S.Pd", "Ani Lestarie", "Lestari Ani", "Ani L.", "Ani"]
)
def test_a_respelt_name_is_hers(db: Any, tmp_path: Path, name: str) -> None:
    listed(tmp_path, ANI)
    name = f'"{name}"' if "," in name else name
    report = listed(tmp_path, ANI.replace("Ani Lestari", name), name="b.csv")
    assert (report.rejected, report.updated) == (0, 1)


def test_a_half_name_with_another_birth_date_is_another_persons(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, ANI)
    report = listed(tmp_path, ANI.replace("Ani Lestari,01-07-1980", "Ani,22-11-1955"), name="b.csv")
    assert codes(report, "rejected") == [(2, "nik_other_person")]


def test_a_payment_and_a_membership_under_another_name_are_told(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, ANI, BUDI)
    niks = [line.split(",")[0] for line in (ANI, BUDI)]
    paid = ledger(
        "payments",
        written(tmp_path, f"{niks[0]},Slamet Riyadi,16800", f"{niks[1]},B. Santoso,16800", headings="NIK,NAMA,JUMLAH"),
    )
    assert (codes(paid), paid.accepted) == ([(2, "name_differs")], 2)
    rows = (f"{niks[0]},26000000001,Slamet Riyadi,AKTIF", f"{niks[1]},26000000002,Budi Santoso,AKTIF")
    known = ledger("insurer", written(tmp_path, *rows, headings="NIK,KPJ,NAMA,STATUS"))
    assert codes(known) == [(2, "name_differs")]
    assert db.execute("SELECT name FROM worker WHERE kpj_index IS NOT NULL").fetchall() == [("Budi Santoso",)]
    assert count(db, "insurer_record") == 2


# --- the same person under another NIK, or in another place


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ("3275014207800001,Any Lestari,02-07-1980,1,2,Margahayu,Bekasi Timur,081234567890", "phone, RT and NIK"),
        ("3275014207800001,Ani Lestari,02-07-1980,1,2,Margahayu,Bekasi Timur,", "RT and NIK"),
        ("3275014107800007,Any Lestari,01-07-1980,5,5,Kranji,Bekasi Barat,", "NIK"),
        ("3275014207800001,Ani Lestari,02-07-1980,5,5,Kranji,Bekasi Barat,", "NIK"),
        ("3275014207800001,Siti Rahayu,02-07-1980,1,2,Margahayu,Bekasi Timur,081234567890", None),  # one household
        ("3275094207800044,Ani Lestari,02-07-1980,5,5,Kranji,Bekasi Barat,", None),  # a common name
    ],
)
def test_a_nik_and_a_birth_date_corrected_together_are_told(
    db: Any, tmp_path: Path, other: str, what: str | None
) -> None:
    listed(tmp_path, ANI)
    report = listed(tmp_path, other, name="b.csv")
    told = [problem.expected for problem in report.problems if problem.code == "same_person_listed"]
    begins = "another person than one listed under another NIK, of like name, birth date"
    expected = f"{begins}{' and' if what == 'NIK' else ','} {what}"
    assert [sentence.split(":")[0] for sentence in told] == ([expected] if what else [])
    assert count(db, "enrolment", "'same_person_listed' = ANY(flags)") == len(told)


def test_two_kelurahan_that_list_one_person_are_told_of_each_other(db: Any) -> None:
    roster(FIELD / "F10_kel_a.csv")
    report = roster(FIELD / "F10_kel_b.csv")
    told = [problem for problem in report.problems if problem.code == "place_changed"]
    assert [(one.row, one.column, one.found, one.level) for one in told] == [(2, "KELURAHAN", "Arenjaya", "flagged")]
    assert told[0].expected == (
        "Jatiluhur, RT 001/RW 002, as F10_kel_a.csv of 2026-04-02 has it; this list is the newer, and holds"
    )
    assert "The list before had the person in another place; this one holds." in report.to_text()
    flagged = "SELECT name FROM worker JOIN enrolment ON worker_id = worker.id WHERE 'place_changed' = ANY(flags)"
    assert db.execute(flagged).fetchall() == [("Ani Wijaya",)]


# --- an address is one value


def test_a_new_kelurahan_without_an_rt_does_not_keep_the_old_rt(db: Any) -> None:
    roster(FIELD / "F4_a.csv")
    roster(FIELD / "F4_b_new_kelurahan_no_rt.csv")
    arenjaya = db.execute("SELECT kelurahan_code FROM area WHERE kelurahan = 'Arenjaya'").fetchone()[0]
    jatiluhur = db.execute("SELECT kelurahan_code FROM area WHERE kelurahan = 'Jatiluhur'").fetchone()[0]
    assert places(db) == [(arenjaya, None, None), (jatiluhur, "002", "001")]


@pytest.mark.parametrize(
    ("rt", "rw", "kelurahan", "then"),
    [
        ("", "", "", ("32.75.01.1002", "002", "001")),  # nothing said
        ("", "", "Margahayu", ("32.75.01.1002", "002", "001")),
        ("7", "", "Margahayu", ("32.75.01.1002", "002", "007")),
        ("7", "", "", ("32.75.01.1002", "002", "007")),
        ("", "9", "Margahayu", ("32.75.01.1002", "009", None)),  # an RT is one of its RW
        ("", "9", "", ("32.75.01.1002", "009", None)),
        ("7", "9", "Margahayu", ("32.75.01.1002", "009", "007")),
        ("7", "x", "Margahayu", ("32.75.01.1002", "002", "001")),  # of an RW that cannot be read
        ("7", "9", "Durenjaya", ("32.75.01.1003", "009", "007")),
        ("", "9", "Durenjaya", ("32.75.01.1003", "009", None)),
        ("7", "9", "Nowhere", ("32.75.01.1002", "002", "001")),  # of a kelurahan that cannot be read
    ],
)
def test_kelurahan_rw_and_rt_are_one_value(
    db: Any, tmp_path: Path, rt: str, rw: str, kelurahan: str, then: tuple[str | None, ...]
) -> None:
    listed(tmp_path, ANI)
    listed(tmp_path, f"3275014107800001,Ani Lestari,01-07-1980,{rt},{rw},{kelurahan},,", name="b.csv")
    assert places(db) == [then]


def test_the_street_of_the_old_kelurahan_goes_with_it(db: Any, tmp_path: Path) -> None:
    headings = "NIK,NAMA,KELURAHAN,ALAMAT"
    roster(written(tmp_path, "3275014107800001,Ani,Margahayu,Jl. Lama 1", headings=headings))
    roster(written(tmp_path, "3275014107800001,Ani,,", headings=headings, name="b.csv"))
    assert count(db, "worker", "address IS NOT NULL") == 1
    roster(written(tmp_path, "3275014107800001,Ani,Durenjaya,", headings=headings, name="c.csv"))
    assert count(db, "worker", "address IS NOT NULL") == 0


# --- two lines of one person


def test_two_lines_of_one_person_are_told_apart_by_what_they_say(db: Any) -> None:
    roster(FIELD / "F9_a.csv")
    before = db.execute("SELECT id, kelurahan_code, rw, rt FROM enrolment ORDER BY id").fetchall()
    report = roster(FIELD / "F9_b_resorted.csv")
    assert db.execute("SELECT id, kelurahan_code, rw, rt FROM enrolment ORDER BY id").fetchall() == before
    assert (report.created, report.updated) == (0, 2)
    assert "place_changed" not in report.counts


def test_the_second_line_alone_is_the_second_enrolment(db: Any, tmp_path: Path) -> None:
    away = ANI.replace(",1,2,Margahayu", ",5,5,Durenjaya")
    listed(tmp_path, ANI, away)
    listed(tmp_path, away.replace("Ani", "Any"), name="b.csv", months=6)
    assert terms(db) == [("2026-01-01", 12), ("2026-01-01", 6)]
    listed(tmp_path, away.replace("5,5", "6,6"), ANI, name="c.csv")  # one moved within its kelurahan, and stands first
    assert places(db) == [("32.75.01.1002", "002", "001"), ("32.75.01.1003", "006", "006")]


# --- terms


def test_correcting_a_renewals_terms_takes_no_paid_month_away(db: Any) -> None:
    roster(FIELD / "F3_a.csv")
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2027, 1, 1))
    ledger("insurer", FIELD / "F3_c_insurer.csv", MARCH)
    assert terms(db) == [("2026-01-01", 24), ("2026-01-01", 12), ("2027-01-01", 12)]
    before = verdicts(db, "Ani Wijaya")
    assert before == {"2026-03": "lapsed_at_insurer"}
    corrected = roster(FIELD / "F3_b.csv", paid_from=dt.date(2027, 1, 1), months=6)
    assert (corrected.created, corrected.updated) == (0, 2)
    assert terms(db) == [("2026-01-01", 18), ("2026-01-01", 12), ("2027-01-01", 6)]
    assert verdicts(db, "Ani Wijaya") == before == verdicts(db, "Budi Hartono")
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2026, 7, 1), months=12)
    assert terms(db)[0] == ("2026-01-01", 18)
    assert roster(FIELD / "F3_b.csv", paid_from=dt.date(2026, 7, 1), months=12).unchanged
    assert verdicts(db, "Ani Wijaya") == before


def test_a_renewal_given_the_wrong_year_first_leaves_the_months_before_it(db: Any) -> None:
    roster(FIELD / "F3_a.csv")
    ledger("insurer", FIELD / "F3_c_insurer.csv", MARCH)
    before = verdicts(db, "Ani Wijaya")
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2028, 1, 1))  # after a gap, that nobody pays
    assert verdicts(db, "Ani Wijaya") == before
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2027, 1, 1))
    assert terms(db)[0] == ("2026-01-01", 24)
    assert verdicts(db, "Ani Wijaya") == before


def test_terms_of_renewals_older_than_what_is_kept_of_them_are_corrected_as_well(db: Any) -> None:
    roster(FIELD / "F3_a.csv")
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2027, 1, 1))
    db.execute("UPDATE enrolment SET earlier_from = NULL, earlier_months = NULL")
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2026, 10, 1), months=6)
    assert terms(db)[0] == ("2026-01-01", 15)


# --- the good list back


def test_the_good_list_can_be_put_back_after_a_wrong_one(db: Any) -> None:
    roster(FIELD / "F7_good.csv")
    good = db.execute("SELECT name, address IS NULL FROM worker ORDER BY id").fetchall(), birth_dates(db)
    roster(FIELD / "F7_wrong.csv")
    assert phones(db, "Budi Hartono") == ["+6281399999999"]
    dry = roster(FIELD / "F7_good.csv", dry_run=True)
    back = roster(FIELD / "F7_good.csv")
    assert (back.unchanged, back.created, back.updated) == (False, 0, 3) == (dry.unchanged, dry.created, dry.updated)
    assert "It counts again" in back.to_text()
    assert phones(db, "Budi Hartono") == ["+6281210000002"]
    now = db.execute("SELECT name, address IS NULL FROM worker ORDER BY id LIMIT 3").fetchall(), birth_dates(db)
    assert now == (good[0], now[1] | good[1])
    address = "SELECT wrapped, address FROM worker JOIN person_key USING (nik_index) WHERE name = 'Budi Hartono'"
    assert unseal_of(*db.execute(address).fetchone(), "worker.address") == "Jl. Melati 1"
    assert roster(FIELD / "F7_good.csv").unchanged
    wrong = roster(FIELD / "F7_wrong.csv")  # and the other way round
    assert (wrong.unchanged, phones(db, "Budi Hartono")) == (False, ["+6281399999999"])
    assert count(db, "file_import") == 4  # each time a file counts again, it is a version


def test_a_list_put_back_keeps_the_months_that_a_renewal_added(db: Any) -> None:
    roster(FIELD / "F3_a.csv")
    roster(FIELD / "F3_b.csv", paid_from=dt.date(2027, 1, 1))
    roster(FIELD / "F3_a.csv")
    assert terms(db) == [("2026-01-01", 24), ("2026-01-01", 12), ("2027-01-01", 12)]


def test_a_list_of_other_people_leaves_the_same_file_twice_without_effect(db: Any, tmp_path: Path) -> None:
    listed(tmp_path, ANI)
    listed(tmp_path, BUDI, name="b.csv")
    assert listed(tmp_path, ANI).unchanged


def test_a_list_of_heads_can_be_put_back(db: Any, tmp_path: Path) -> None:
    headings = "KECAMATAN,KELURAHAN,RW,RT,NAMA_KETUA_RT,NO_HP,MULAI_JABATAN"
    good = written(tmp_path, "Bekasi Timur,Margahayu,1,2,Joko,081234567890,", headings=headings)
    heads(good)
    heads(written(tmp_path, "Bekasi Timur,Margahayu,1,2,Rina,081234567891,", headings=headings, name="b.csv"))
    assert not heads(good).unchanged
    assert db.execute("SELECT name FROM rt_head WHERE until IS NULL").fetchall() == [("Joko",)]
    assert heads(good).unchanged


# --- from when somebody is listed


def test_who_is_listed_from_april_has_no_discrepancy_in_march(db: Any) -> None:
    roster(FIELD / "F16_a.csv")
    roster(FIELD / "F16_b.csv", paid_from=APRIL)
    ledger("payments", FIELD / "F16_payments_2026-03.csv", MARCH)
    ledger("insurer", FIELD / "F16_insurer_2026-03.csv", MARCH)
    assert list(verdicts(db, "Ani Wijaya")) == ["2026-03"]
    assert verdicts(db, "Citra Dewi") == {}
    assert count(db, "discrepancy", "closed_at IS NULL") == 0


def test_terms_corrected_to_april_take_march_and_its_discrepancy_back(db: Any) -> None:
    roster(FIELD / "F16_b.csv")
    ledger("insurer", FIELD / "F16_insurer_2026-03.csv", MARCH)
    assert verdicts(db, "Citra Dewi") == {"2026-03": "missing_at_insurer"}
    assert count(db, "discrepancy", "closed_at IS NULL") == 1
    roster(FIELD / "F16_b.csv", paid_from=APRIL)
    assert verdicts(db, "Citra Dewi") == {}
    assert count(db, "discrepancy", "closed_at IS NULL") == 0
    with transaction() as session:
        mark_all(session, now=NOW)
    assert verdicts(db, "Citra Dewi") == {}


def test_a_month_that_the_city_paid_before_counts(db: Any, tmp_path: Path) -> None:
    roster(FIELD / "F16_b.csv", paid_from=APRIL)
    paid = written(tmp_path, "3275054506900003,Citra Dewi,16800", headings="NIK,NAMA,JUMLAH")
    ledger("payments", paid, MARCH)
    ledger("insurer", FIELD / "F16_insurer_2026-03.csv", MARCH)
    assert verdicts(db, "Citra Dewi") == {"2026-03": "missing_at_insurer"}
