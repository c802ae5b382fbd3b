"""The office's list comes back with what is wrong marked at its cells, and goes in again once it is put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from tests.cli.test_commands import document, verify
from tests.registry.test_loading import ANI, BUDI, HEADINGS, written

BAD = "32750141O7800001,Citra Dewi,01-07-1980,1,2,Margahayu,Bekasi Timur,08123,=1+1"
STRANGE = HEADINGS.replace("NO KK", "KET KHUSUS")


def sheet_of(path: Path) -> Any:
    return openpyxl.load_workbook(path).active


def test_a_list_comes_back_with_its_problems_at_their_cells(db: Any, tmp_path: Path) -> None:
    file, out = written(tmp_path, ANI, BAD, BUDI, headings=STRANGE), tmp_path / "marked.xlsx"
    assert verify("import", "roster", str(file), "--dry-run", "--marked", str(out)).exit_code == 0
    sheet = sheet_of(out)
    assert [cell.value for cell in sheet[1]] == [*STRANGE.split(","), "HASIL_PERIKSA"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["Ani Lestari", "Citra Dewi", "Budi Santoso"]
    nik, formula = sheet["A3"], sheet["I3"]
    assert (nik.value, nik.data_type) == ("32750141O7800001", "s")
    assert "something other than digits" in nik.comment.text
    assert nik.fill.bgColor.rgb == "FFF8C9C4" or nik.fill.fgColor.rgb == "FFF8C9C4"
    assert (formula.value, formula.data_type) == ("=1+1", "s")
    assert sheet["H3"].comment is not None
    assert sheet["J3"].value.startswith("Row 3: [NIK] The NIK holds something other than digits.")
    assert sheet["A2"].comment is None
    assert out.stat().st_mode & 0o777 == 0o600


def test_what_was_refused_is_a_work_list_that_goes_in_once_it_is_put_right(db: Any, tmp_path: Path) -> None:
    file, out = written(tmp_path, ANI, BAD, BUDI), tmp_path / "work.xlsx"
    document("import", "roster", str(file), "--accept-valid", "--json")
    told = verify("roster", "rejected", "1", "--out", str(out))
    assert told.stdout.startswith(f"1 rows in {out}.")
    book = openpyxl.load_workbook(out)
    sheet = book.active
    assert sheet["A2"].value == "32750141O7800001"
    sheet["A2"] = "3275014107800003"
    book.save(out)
    taken = document("import", "roster", str(out), "--json")
    assert (taken["created"], taken["rejected"]) == (1, 0)
    assert "unknown_column" not in taken["counts"]
    assert db.execute("SELECT count(*) FROM enrolment").fetchone() == (3,)
    assert verify("roster", "rejected", "9", "--out", str(out)).exit_code == 1
