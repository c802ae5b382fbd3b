"""What each kind of file accepts, flags and rejects, and how it is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from verify_service.registry.insurers import read_insurer
from verify_service.registry.nik import Eligible
from verify_service.registry.payments import read_payments
from verify_service.registry.people import Sighting, same_people
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import report_of
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import Desk
from verify_service.registry.rt_heads import read_rt_heads

TODAY = dt.date(2026, 11, 23)
JANUARY = dt.date(2026, 1, 1)
DESK = Desk(TODAY, Eligible(("3275",), 18, 65))
ANI, BUDI = "3275014107800001", "3275011203750002"
ROSTER = "NIK,NAMA,TGL LAHIR,L/P,RT,RW,KELURAHAN,KECAMATAN,NO HP"
POSTS = "KECAMATAN,KELURAHAN,RW,RT,NAMA_KETUA_RT,NO_HP,MULAI_JABATAN"


def written(folder: Path, *lines: str) -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("line", "accepted", "codes"),
    [
        (f"{ANI},Ani,01-07-1980,P,1,2,Margahayu,Bekasi Timur,081234567890", True, []),
        (f"{ANI},Ani,,P,1,2,Margahayu,Bekasi Timur,081234567890", True, ["birth_date_missing"]),
        (f"{ANI},Ani,kapan,P,1,2,Margahayu,Bekasi Timur,081234567890", True, ["date_unreadable"]),
        (f"{ANI},Ani,01-07-1980,?,1,2,Margahayu,Bekasi Timur,081234567890", True, []),
        (f"{ANI},Ani,01-07-1980,Z,1,2,Margahayu,Bekasi Timur,081234567890", True, ["sex_unreadable"]),
        (f"{ANI},Ani,01-07-1980,P,,2,Margahayu,Bekasi Timur,081234567890", True, ["rt_missing"]),
        (f"{ANI},Ani,01-07-1980,P,x,2,Margahayu,Bekasi Timur,081234567890", True, ["rt_unreadable"]),
        (f"{ANI},Ani,01-07-1980,P,1,2,,Bekasi Timur,081234567890", True, ["kelurahan_missing"]),
        (f"{ANI},Ani,01-07-1980,P,1,2,Margahayu,Jatiasih,081234567890", True, ["kecamatan_differs"]),
        (f"{ANI},Ani,01-07-1980,P,1,2,Margahayu,Bekasi Timur,", True, ["phone_missing"]),
        (f"{ANI},Ani,01-07-1980,P,1,2,Margahayu,Bekasi Timur,0218832284", True, ["phone_not_mobile"]),
        (f"{ANI},Ani,01-07-1980,P,1,2,Margahayu,Bekasi Timur,O8123456789O", True, ["phone_letters"]),
        (f"{ANI},,01-07-1980,P,1,2,Margahayu,Bekasi Timur,081234567890", False, ["name_missing"]),
        (f"{ANI},-,01-07-1980,P,1,2,Margahayu,Bekasi Timur,081234567890", False, ["name_missing"]),
        (",Ani,01-07-1980,P,1,2,Margahayu,Bekasi Timur,081234567890", False, ["nik_missing"]),
        (f"{ANI},Ani,01-07-1980,P,Jl. A,No. 3,1,2,Margahayu,Bekasi Timur,0812", False, ["row_shifted"]),
    ],
)
def test_a_roster_row_is_rejected_only_when_its_person_is_unknown(
    tmp_path: Path, line: str, accepted: bool, codes: list[str]
) -> None:
    read = read_roster(written(tmp_path, ROSTER, line), DESK)
    assert len(read.accepted) == int(accepted)
    assert len(read.rejected) == int(not accepted)
    found = [problem.code for problem in read.problems]
    assert [code for code in found if code in codes] == codes
    if accepted:
        assert found == codes


def test_faults_name_the_row_and_the_heading_as_they_stand_in_the_file(tmp_path: Path) -> None:
    read = read_roster(written(tmp_path, "DAFTAR PENERIMA", ROSTER, "12345,Ani,,,1,2,Kranji,Bekasi Barat,08"), DESK)
    places = {problem.code: (problem.row, problem.column, problem.found) for problem in read.problems}
    assert places["nik_length"] == (3, "NIK", "12345")
    assert places["phone_too_short"] == (3, "NO HP", "08")
    assert places["birth_date_missing"][:2] == (3, "TGL LAHIR")


def test_combined_columns_are_taken_apart(tmp_path: Path) -> None:
    file = written(tmp_path, "NIK;NAMA;Tempat, Tgl Lahir;RT/RW", f"{ANI};Ani;Bekasi, 01-07-1980;008/004")
    (row,) = read_roster(file, DESK).accepted
    assert (row.birth_date, row.rt, row.rw) == (dt.date(1980, 7, 1), "008", "004")
    file = written(tmp_path, "NIK;NAMA;RT/RW", f"{ANI};Ani;sebelah masjid")
    problems = [(problem.column, problem.code) for problem in read_roster(file, DESK).problems if problem.row == 2]
    assert problems == [("RT/RW", "rt_unreadable"), ("RT/RW", "rw_missing")]


def test_a_list_with_only_nik_and_name_is_read_and_says_what_it_lacks(tmp_path: Path) -> None:
    read = read_roster(written(tmp_path, "NIK,NAMA", f"{ANI},Ani"), DESK)
    assert len(read.accepted) == 1
    assert {problem.code for problem in read.problems} == {"missing_column"}
    assert report_of("roster", "list.csv", read).flagged == 0


DAY = dt.date(1980, 7, 1)
HOME = ("32.75.01.1002", "002", "001")
AWAY = ("32.75.01.1003", "002", "001")


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (Sighting(2, ANI, "ANI LESTARI", DAY, HOME), Sighting(3, ANI, "ANI LESTARI", DAY, HOME), "same_nik"),
        (Sighting(2, ANI, "ANI LESTARI", DAY, HOME), Sighting(3, ANI, "BUDI", None, AWAY), "same_nik"),
        (Sighting(2, ANI, "ANI LESTARI", DAY), Sighting(3, "3275014107800007", "LESTARI ANI", DAY), "same_person"),
        (Sighting(2, ANI, "ANI LESTARI", DAY, HOME), Sighting(3, "", "ANY LESTARI", DAY, HOME), "same_person"),
        (
            Sighting(2, ANI, "ANI LESTARI", DAY, HOME),
            Sighting(3, "3275010701800001", "ANI LESTARI", dt.date(1980, 1, 7), HOME),
            "same_person",  # day and month swapped, in one RT
        ),
        (Sighting(2, ANI, "ANI LESTARI", DAY, HOME), Sighting(3, BUDI, "BUDI SANTOSO", DAY, HOME), None),
        (
            Sighting(2, ANI, "ANI LESTARI", DAY, HOME),
            Sighting(3, "3216074107800003", "ANI LESTARI", DAY, AWAY),
            None,  # a common name and one birthday, registered and living elsewhere
        ),
        (
            Sighting(2, ANI, "ANI LESTARI", DAY, HOME),
            Sighting(3, "3275016211550001", "ANI LESTARI", dt.date(1955, 11, 22), HOME),
            None,  # grandmother and granddaughter
        ),
    ],
)
def test_the_same_person_twice_is_told_from_namesakes_and_families(
    one: Sighting, other: Sighting, kind: str | None
) -> None:
    pairs = same_people([one, other], "NIK", "NAMA")
    assert [(pair.kind, pair.rows) for pair in pairs] == ([(kind, (2, 3))] if kind else [])


def test_one_birthday_for_everybody_is_a_default_and_accuses_nobody() -> None:
    everyone = [Sighting(row, f"32750101018{row:05}", "SITI", dt.date(1980, 1, 1)) for row in range(2, 300)]
    assert same_people(everyone, "NIK", "NAMA") == []


@pytest.mark.parametrize(
    ("line", "accepted", "codes"),
    [
        (f"{ANI},Ani,16800,10-01-2026", True, []),
        (f"{ANI},Ani,33.600,10-01-2026", True, ["amount_several"]),
        (f"{ANI},Ani,36800,10-01-2026", True, ["amount_unusual"]),
        (f"{ANI},Ani,16800,kemarin", True, ["date_unreadable"]),
        (f"{ANI},Ani,0,10-01-2026", False, ["amount_unreadable"]),
        ("123,Ani,16800,10-01-2026", False, ["nik_length"]),
    ],
)
def test_a_payment_needs_a_nik_and_an_amount(tmp_path: Path, line: str, accepted: bool, codes: list[str]) -> None:
    read = read_payments(written(tmp_path, "NIK,NAMA,JUMLAH,TGL_BAYAR", line), JANUARY, TODAY, 16_800)
    assert len(read.accepted) == int(accepted)
    assert [problem.code for problem in read.problems if problem.row > 1] == codes


@pytest.mark.parametrize(
    ("line", "accepted", "codes"),
    [
        (f"{ANI},26000000001,2026-01,AKTIF", True, []),
        (f"{ANI},,2026-01,AKTIF", True, ["kpj_missing"]),
        (f"{ANI},0001234567890,2026-01,AKTIF", True, ["kpj_length"]),
        (f"{ANI},26000000001,2026-02,AKTIF", False, ["period_differs"]),
        (f"{ANI},26000000001,2026-01,DIPROSES", False, ["status_unknown"]),
        (",26000000001,2026-01,AKTIF", False, ["nik_missing"]),
    ],
)
def test_an_insurer_row_needs_a_nik_a_status_and_the_month_of_its_file(
    tmp_path: Path, line: str, accepted: bool, codes: list[str]
) -> None:
    headings, other = "NIK,KPJ,PERIODE_IURAN,STATUS", f"{BUDI},26000000002,2026-01,AKTIF"
    read = read_insurer(written(tmp_path, headings, other, line), JANUARY, TODAY)
    assert len(read.accepted) == 1 + int(accepted)
    assert [problem.code for problem in read.problems if problem.row > 1] == codes


def test_one_membership_under_two_niks_is_flagged(tmp_path: Path) -> None:
    lines = (f"{ANI},26000000001,AKTIF", f"{BUDI},26000000001,AKTIF")
    read = read_insurer(written(tmp_path, "NIK,KPJ,STATUS", *lines), JANUARY, TODAY)
    assert [(pair.kind, pair.rows) for pair in read.duplicates] == [("same_kpj", (2, 3))]


def test_a_payment_file_of_another_month_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="for 2026-02, not for 2026-01"):
        read_payments(written(tmp_path, "NIK,JUMLAH,PERIODE", f"{ANI},16800,Februari 2026"), JANUARY, TODAY)


@pytest.mark.parametrize(
    ("line", "accepted", "codes"),
    [
        ("Bekasi Timur,Margahayu,1,2,Joko,081234567890,2024-01-01", True, []),
        ("Bekasi Timur,Margahayu,1,2,Joko,,2024-01-01", True, ["phone_missing"]),
        ("Jatiasih,Margahayu,1,2,Joko,081234567890,2024-01-01", True, ["kecamatan_differs"]),
        ("Bekasi Timur,Margahayu,1,2,KOSONG,,", True, ["post_vacant"]),
        ("Bekasi Timur,Margahayu,1,2,,,", True, ["post_vacant"]),
        ("Bekasi Timur,Entah,1,2,Joko,081234567890,2024-01-01", False, ["kelurahan_unknown"]),
        ("Bekasi Timur,Margahayu,1,,Joko,081234567890,2024-01-01", False, ["rt_missing"]),
        ("Bekasi Timur,Margahayu,x,2,Joko,081234567890,2024-01-01", False, ["rw_unreadable"]),
    ],
)
def test_an_rt_head_row_needs_its_rt(tmp_path: Path, line: str, accepted: bool, codes: list[str]) -> None:
    read = read_rt_heads(written(tmp_path, POSTS, line), DESK)
    assert len(read.accepted) == int(accepted)
    assert [problem.code for problem in read.problems] == codes


def test_one_rt_or_one_phone_twice_is_flagged(tmp_path: Path) -> None:
    lines = (
        "Bekasi Timur,Margahayu,1,2,Joko,081234567890,2024-01-01",
        "Bekasi Timur,Margahayu,1,2,Rina,081234567891,2025-01-01",
        "Bekasi Timur,Margahayu,1,3,Tono,081234567892,2025-01-01",
        "Bekasi Timur,Margahayu,1,4,Tono,081234567892,2026-01-01",
    )
    read = read_rt_heads(written(tmp_path, POSTS, *lines), DESK)
    assert {(pair.kind, pair.rows) for pair in read.duplicates} == {("same_post", (2, 3)), ("same_phone", (5, 4))}


def test_the_report_tells_counts_then_faults_in_plain_sentences(tmp_path: Path) -> None:
    lines = (f"{ANI},Ani,01-07-1980,P,1,2,Margahayu,Bekasi Timur,", "3.27508E+15,Budi,,L,1,2,,,081234567890")
    report = report_of("roster", "list.csv", read_roster(written(tmp_path, ROSTER, *lines), DESK))
    told = report.to_text()
    assert told.startswith("list.csv: 2 rows, 1 accepted (1 of them flagged), 1 rejected.")
    assert "The spreadsheet turned the NIK into a number" in told
    assert "row 3, NIK: nik_scientific; found '3.27508E+15'" in told
    held = report.to_json()
    assert {"rows", "accepted", "flagged", "rejected", "problems", "duplicates"} <= set(held)
    assert held["problems"][0].keys() >= {"row", "column", "code", "found", "expected"}
