"""Cells as people and programs leave them: what can be read is read, and what must be mended is shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from verify_service.registry.columns import NAME, NIK, Layout
from verify_service.registry.nik import Eligible, Nik, read_nik
from verify_service.registry.problems import FileRefused, masked, text_of
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import Desk, read_sex
from verify_service.registry.sheets import read_table

FIELD = Path(__file__).parent / "field"
DESK = Desk(dt.date(2026, 11, 23), Eligible(("3275",), 18, 65))
ANI = "3275050102800001"


@pytest.mark.parametrize("name", ["F14a_equals.csv", "F14b_comma00.csv"])
def test_niks_kept_from_becoming_numbers_are_read(name: str) -> None:
    read = read_roster(FIELD / name, DESK)
    assert [row.nik for row in read.accepted][:2] == [ANI, "3275050304750002"]
    assert (len(read.accepted), read.rejected) == (5, ())
    assert not {problem.code for problem in read.problems if problem.column == "NIK"}


@pytest.mark.parametrize(
    "cell",
    [
        f'="{ANI}"', f'= "{ANI}"', f"{ANI},00", f"{ANI}.00", f"{ANI}.0", f"'{ANI}", f"\u202d{ANI}\u202c",
        "3275\u00ad0501\u00ad0280\u00ad0001", f"{ANI}\ufe0f", "".join(chr(ord(digit) + 0xFEE0) for digit in ANI),
        "".join(chr(0x0660 + int(digit)) for digit in ANI), f"\u2066{ANI}\u2069", f"{ANI}\ufeff", f"\u200e{ANI}",
        "3275 0501 0280 0001",
    ],
)  # fmt: skip
def test_a_nik_behind_marks_that_nobody_sees_is_read(cell: str) -> None:
    assert read_nik(cell) == Nik(ANI)


@pytest.mark.parametrize("cell", [f"{ANI[:-1]}O", f"={ANI}+1", f"{ANI},50", f"{ANI}.000"])
def test_what_is_no_nik_stays_none(cell: str) -> None:
    assert not isinstance(read_nik(cell), Nik)


def test_wide_digits_are_read_in_every_cell() -> None:
    assert text_of("０８１２\u202c－３４") == "0812-34"
    assert text_of("René Zoë") == "René Zoë"
    assert text_of('="001"') == "001"


def test_sex_in_the_codes_of_the_population_register() -> None:
    read = read_roster(FIELD / "F15_sex_codes.csv", DESK)
    assert [row.sex for row in read.accepted] == ["L", "P"]
    assert [problem.code for problem in read.problems] == []


@pytest.mark.parametrize(
    ("cell", "sex"),
    [(1, "L"), (2.0, "P"), ("01", "L"), ("1. Laki-laki", "L"), ("2-Perempuan", "P"), ("1 P", None), ("3", None)],
)
def test_a_code_and_its_word_agree_or_are_asked_about(cell: object, sex: str | None) -> None:
    read = read_sex(cell)  # type: ignore[arg-type]  # any cell
    assert (read if isinstance(read, str) else None) == sex


@pytest.mark.parametrize(
    "cell", ["01-02-1980", "31/12/1980", "1980-07-01", "1980-07-01 00:00:00", "Bekasi, 13-13-1980", "01.02.1980 08:30"]
)
def test_a_date_is_shown_whole(cell: str) -> None:
    assert masked(cell) == cell


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (ANI, "327505******0001"), ("32 75 0501 0280 0001", "327505******0001"), ("0812-10-01-1980", "0812****980"),
        ("01-02-1980 0001", "0102******01"), ("01-02-1980-32750501", "010219******0501"),
        (f"01-02-1980 {ANI}", "010219**************0001"), (f"{ANI}, 01-02-1980", "327505******0001, 01-02-1980"),
        ("081210000001", "0812****001"), ("12-34-5678", "1234**78"),
    ],
)  # fmt: skip
def test_a_number_with_a_date_in_it_is_hidden(cell: str, shown: str) -> None:
    assert masked(cell) == shown


def listed(folder: Path, row: str, headings: str) -> Path:
    file = folder / "list.csv"
    file.write_text(f"{headings}\n{row}\n", encoding="utf-8")
    return file


def test_a_nik_in_a_name_is_never_kept(tmp_path: Path) -> None:
    read = read_roster(listed(tmp_path, f"{ANI},Ani 3275050304750002 Budi", "NIK,NAMA"), DESK)
    assert (read.accepted, [problem.code for problem in read.problems if problem.level == "rejected"]) == (
        (),
        ["name_holds_number"],
    )
    told = read_roster(listed(tmp_path, f"{ANI},Ani,Petani 3275050304750002", "NIK,NAMA,PEKERJAAN"), DESK)
    assert [row.occupation for row in told.accepted] == ["Petani"]
    assert "text_holds_number" in {problem.code for problem in told.problems}


def test_a_message_names_the_files_own_heading(tmp_path: Path) -> None:
    kk = "3275011508120003"
    named = read_roster(listed(tmp_path, f"{kk},Ani,{kk}", "NIK KTP,NAMA,NOMOR KK"), DESK)
    assert [(one.column, one.expected) for one in named.problems if one.level == "rejected"] == [
        ("NIK KTP", "the person's NIK, not the number of the family card (NOMOR KK)")
    ]
    with pytest.raises(FileRefused, match="'NO KTP' and 'NIK' would both be read as NIK"):
        read_table(listed(tmp_path, f"{ANI},{ANI},Ani", "NO KTP,NIK,NAMA"), Layout("roster", (NIK, NAME)))
