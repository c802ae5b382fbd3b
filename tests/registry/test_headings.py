"""A column that we do not know by its heading: asked for, told with --map, and remembered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import document, verify
from tests.registry.test_loading import ANI, roster, written
from verify_service.cli.whoever import whoever
from verify_service.registry.problems import FileRefused

STRANGE = "ID WARGA,NAMA,TGL LAHIR,RT,RW,KELURAHAN,KECAMATAN,NO HP,XYZ"


def test_a_column_without_which_nothing_can_be_read_is_asked_for(db: Any, tmp_path: Path) -> None:
    file = written(tmp_path, ANI, headings=STRANGE)
    refused = verify("import", "roster", str(file))
    assert refused.exit_code == 1
    assert "lacks the column NIK" in refused.output
    assert refused.output.rstrip().endswith("If one of the others is it, say so: --map 'ID WARGA=NIK'")


def test_what_a_column_is_can_be_told_and_is_remembered_for_the_next_file(db: Any, tmp_path: Path) -> None:
    file = written(tmp_path, ANI, headings=STRANGE)
    dry = document("import", "roster", str(file), "--map", "ID WARGA=NIK", "--dry-run", "--json")
    assert (dry["accepted"], dry["rejected"]) == (1, 0)
    assert db.execute("SELECT count(*) FROM told_heading").fetchone() == (0,)
    taken = document("import", "roster", str(file), "--map", "ID WARGA=NIK", "--map", "XYZ=-", "--json")
    assert taken["created"] == 1
    assert "unknown_column" not in taken["counts"]
    told = db.execute("SELECT kind, spelling, field, told_by FROM told_heading ORDER BY spelling").fetchall()
    assert told == [("roster", "idwarga", "nik", whoever()), ("roster", "xyz", "", whoever())]
    assert roster(written(tmp_path, ANI, ANI, headings=STRANGE, name="next.csv")).accepted == 2
    payments = written(tmp_path, "3275014107800001,Ani,16800", headings="ID WARGA,NAMA,JUMLAH", name="p.csv")
    other = verify("import", "payments", str(payments), "--period", "2026-03")
    assert "lacks the column NIK" in other.output  # told of rosters alone


def test_a_column_that_such_a_file_does_not_have_is_refused_with_those_it_has(db: Any, tmp_path: Path) -> None:
    file = written(tmp_path, ANI)
    with pytest.raises(FileRefused, match=r"such a file has no column 'SHOE SIZE'\. Columns: NIK, NAMA_LENGKAP,"):
        roster(file, headings={"NO KK": "SHOE SIZE"})
    assert verify("import", "roster", str(file), "--map", "NIK").exit_code == 2


def test_a_column_can_be_put_aside_for_another(db: Any, tmp_path: Path) -> None:
    headings = "NIK,NAMA,NAMA LENGKAP,TGL LAHIR"
    file = written(tmp_path, "3275014107800001,Ani,Ani Lestari,01-07-1980", headings=headings)
    refused = verify("import", "roster", str(file), "--json")
    assert "two columns for one" in refused.output
    taken = document("import", "roster", str(file), "--map", "NAMA=-", "--json")
    assert taken["created"] == 1
    assert db.execute("SELECT name FROM worker").fetchone() == ("Ani Lestari",)
    assert json.dumps(taken).count("unknown_column") == 0
