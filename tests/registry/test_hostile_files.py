"""Files that hurt: each is answered within a second, in a sentence, whatever becomes of its reader."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from tests import warm_reader
from tests.conftest import EXAMPLES
from tests.registry import files, hostile
from verify_service.registry.grids import Limits
from verify_service.registry.insurers import read_insurer
from verify_service.registry.nik import Eligible
from verify_service.registry.opening import open_grids
from verify_service.registry.payments import LEDGER_LIMITS, read_payments
from verify_service.registry.problems import FileRefused
from verify_service.registry.reading import Reading
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.rosters import Desk
from verify_service.registry.rt_heads import read_rt_heads

TODAY = dt.date(2026, 11, 23)
JANUARY = dt.date(2026, 1, 1)
DESK = Desk(TODAY, Eligible(("3275",), 18, 65))
SEED, PORTIONS = 13, 4
ROWS = [["NIK", "NAMA", "RT"], ["3275014107800001", "Ani", "1"], ["3275011203750002", "Budi", "2"]]


@cache
def corpus() -> tuple[tuple[str, bytes], ...]:
    """Two hundred files with their names: made when first read, not in every process that looks for tests."""
    return tuple(hostile.corpus(SEED, 200))


def answered(file: Path) -> str | None:
    """The sentence by which a file is refused, or None if it is read; then no row of it was lost."""
    try:
        read = read_roster(file, DESK)
    except FileRefused as refused:
        return str(refused)
    assert read.rows == len(read.accepted) + len(read.rejected)
    assert read.rows
    return None


def worked() -> float:
    """Seconds at work of this process and those that read; waiting for whoever tests beside us is left out."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system + warm_reader.spent[0]


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_each_of_two_hundred_is_answered_within_a_second(
    tmp_path: Path, portion: int, request: pytest.FixtureRequest
) -> None:
    if portion == 0:
        request.getfixturevalue("cold_reader")
    slow = {}
    for name, content in corpus()[portion::PORTIONS]:
        file = written(tmp_path, name, content)
        for _ in range(3):  # the machine has other things to do as well
            began = worked()
            said = answered(file)
            took = worked() - began
            if took < 1:
                break
        else:
            slow[name] = took
        assert said is None or said.endswith("."), name
        assert said is None or "sound" not in name, said
    assert slow == {}


def test_the_corpus_is_the_same_each_time_and_holds_every_kind() -> None:
    assert tuple(hostile.corpus(SEED, 20)) == corpus()[:20]
    assert len(corpus()) == 200
    assert {name[4:].split(".")[0] for name, _ in corpus()} == {make.__name__ for make in hostile.KINDS}


FAR = 'table:number-columns-repeated="16000"'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("far.xlsx", files.zipped(files.xlsx_parts(files.sheet_xml(ROWS, (199_999, 701)))), "column 702: delete"),
        ("pre.xlsx", files.zipped(files.xlsx_parts(files.sheet_xml(ROWS, (199_999, 701), p="x:"))), "column 702"),
        ("far.xls", files.xls(ROWS, (65_535, 255)), "cells far from the list"),
        ("far.xlsb", files.xlsb(ROWS, (1_048_575, 16_383)), "cells far from the list"),
        ("lost.xlsb", files.xlsb(ROWS, sheet_id="rId9"), "is damaged"),
        ("old.xls", files.xls(ROWS, password=True), "protected by a password"),
        ("new.xlsx", files.container("EncryptedPackage", b"x"), "protected by a password"),
        ("open.ods", files.ods(manifest="<x><manifest:encryption-data/></x>"), "protected by a password"),
        ("a.xml", b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
         "is an XML Spreadsheet 2003. Open it, then save the list as .xlsx"),
        ("a.fods", b'<?xml version="1.0"?>\n<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office'
         b':1.0">', "is a flat OpenDocument spreadsheet (.fods). Open it, then save"),
        ("wide.csv", (",".join(["NIK", "NAMA", *map(str, range(2000))]) + "\n").encode(), "reaches to column 2,002"),
        ("long.csv", lambda: b"NIK,NAMA\n" + b"1,Ani\n" * 60_000, "more than 50,000 rows; at most 25,000"),
        ("many.xlsx", lambda: files.zipped({f"{n}": b"" for n in range(30_000)}), "far more files than a spreadsheet"),
    ],
)  # fmt: skip
def test_what_hurts_is_refused_with_what_to_do(
    tmp_path: Path, name: str, content: bytes | Callable[[], bytes], said: str
) -> None:
    file = written(tmp_path, name, content() if callable(content) else content)  # large ones are made when needed
    with pytest.raises(FileRefused) as refused:
        open_grids(file)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("paths.xlsx", files.zipped({path.replace("/", "\\"): part for path, part in
                                     files.xlsx_parts(files.sheet_xml(ROWS)).items()})),
        ("prefixed.xlsx", files.zipped(files.xlsx_parts(files.sheet_xml(ROWS, p="x:")))),
        ("macros.xlsm", files.zipped(files.xlsx_parts(files.sheet_xml(ROWS)) | {"xl/vbaProject.bin": b"Sub"})),
        ("binary.xlsb", files.xlsb(ROWS)),
        ("old.xls", files.xls(ROWS)),
        ("open.ods", files.ods(*map(files.ods_row, ROWS), '<table:table-row table:number-rows-repeated="1048570">'
                               f"<table:table-cell {FAR}/></table:table-row>")),
        ("blank.csv", "\n".join(",".join(row) + "," * 16_381 for row in ROWS).encode()),
        ("x.jpg", "\n".join(",".join(row) for row in ROWS).encode()),
    ],
)  # fmt: skip
def test_what_only_looks_strange_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    (grid,) = open_grids(written(tmp_path, name, content))
    assert [list(row.cells[:3]) for row in grid.rows] == ROWS


def test_a_file_too_large_is_refused_without_a_byte_of_it_read(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as held:
        held.truncate(2_000_000_000)
    began = time.perf_counter()
    with pytest.raises(FileRefused, match="larger than 20 MB"):
        open_grids(file)
    assert time.perf_counter() - began < 0.1


_MEASURED = """
import resource, subprocess, sys
with open(sys.argv[1], "rb") as file:
    subprocess.run(sys.argv[2:], stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.parametrize("kind", ["far_cell", "bomb", "huge"])
def test_no_file_that_hurts_takes_more_than_200_mb(tmp_path: Path, kind: str) -> None:
    limits = '["x", {}]'
    # A small process between, since a process is said to have used what the one before it in its place had used.
    reader = [sys.executable, "-S", "-s", "-P", "-m", "verify_service.registry.reading_process", limits]
    found = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])}
    took = {}
    for name, content in corpus():
        if kind in name:
            used = subprocess.run(
                [sys.executable, "-S", "-c", _MEASURED, str(written(tmp_path, name, content)), *reader],
                env=found,
                capture_output=True,
                text=True,
                check=True,
            )
            took[name] = int(used.stdout)
    assert took
    assert {name: megabytes for name, megabytes in took.items() if not 0 < megabytes < 200} == {}


@pytest.mark.usefixtures("cold_reader")
def test_the_reader_knows_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(f"import os, sys\nopen({str(tmp_path / 'seen')!r}, 'w').write(repr(sorted(os.environ)))\n")
    spy.write_text(f"#!{sys.executable}\n" + spy.read_text())
    spy.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(spy))
    with pytest.raises(FileRefused):
        open_grids(written(tmp_path, "a.csv", b"NIK,NAMA\n1,Ani\n"))
    assert not any(name.startswith("VERIFY") for name in eval((tmp_path / "seen").read_text()))  # noqa: S307


@pytest.mark.usefixtures("cold_reader")
def test_a_reader_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "a.csv", b"NIK,NAMA\n1,Ani\n")
    said = {}
    for end in (
        "kill -KILL $$",
        "kill -PROF $$",
        "kill -SEGV $$",
        "exit 3",
        'echo "[\\"sheet\\",\\"a\\",false,false]"',
    ):
        shell = tmp_path / "shell"
        shell.write_text(f"#!/bin/sh\n{end}\n")
        shell.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(shell))
        with pytest.raises(FileRefused) as refused:
            open_grids(file)
        said[end] = str(refused.value)
    assert "memory" in said["kill -KILL $$"]
    assert "longer to read" in said["kill -PROF $$"]
    assert all("is damaged" in words for end, words in said.items() if "KILL" not in end and "PROF" not in end)


MORNING = dt.datetime(1980, 7, 1, 10, 30)  # noqa: DTZ001  # a cell has no zone


def test_cells_come_over_as_they_stood(tmp_path: Path) -> None:
    file = tmp_path / "kinds.xlsx"
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["text", 3275014107800001, 1.5, True])
        sheet.write_datetime(1, 0, MORNING.replace(hour=0, minute=0), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_datetime(1, 1, MORNING, book.add_format({"num_format": "d/m/yy hh:mm"}))
        sheet.write_datetime(1, 2, dt.time(10, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write_datetime(1, 3, dt.timedelta(hours=30), book.add_format({"num_format": "[hh]:mm"}))
    (grid,) = open_grids(file)
    assert [row.cells for row in grid.rows] == [
        ("text", 3275014107800001, 1.5, True),
        (MORNING.date(), MORNING, dt.time(10, 30), dt.timedelta(hours=30)),
    ]


READERS: tuple[Callable[[Path], Reading[Any]], ...] = (
    lambda file: read_roster(file, DESK),
    lambda file: read_payments(file, JANUARY, TODAY, 16_800),
    lambda file: read_insurer(file, JANUARY, TODAY),
    lambda file: read_rt_heads(file, DESK),
)
_HEADINGS = st.sampled_from(
    ["NIK", "NAMA", "TGL LAHIR", "RT", "RW", "RT/RW", "KELURAHAN", "KECAMATAN", "NO HP", "NO KK", "STATUS", "JUMLAH",
     "PERIODE", "KPJ", "NAMA_KETUA_RT", "MULAI_JABATAN", "ALAMAT", "Desil", "Nama Ibu", "", "x"]
)  # fmt: skip
_CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["3275014107800001", "01-07-1980", "JUMLAH", "1", "-", "Margahayu", "081234567890", "\u200b", "2026-01"]
    ),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
_TABLES = st.tuples(st.lists(_HEADINGS, min_size=2, max_size=9), st.lists(st.lists(_CELLS, max_size=10), max_size=8))


@settings(max_examples=40, deadline=None)
@given(_TABLES, st.sampled_from(["xlsx", ",", ";", "\t"]), st.sampled_from(READERS))
def test_any_table_of_cells_gives_a_report(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[list[object]]],
    delimiter: str,
    read: Callable[[Path], Reading[Any]],
) -> None:
    headings, rows = table
    file = tmp_path_factory.mktemp("any") / "any"
    if delimiter != "xlsx":
        lines = [delimiter.join("" if cell is None else str(cell) for cell in row) for row in [headings, *rows]]
        file.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    else:
        with Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([headings, *rows]):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, column, cell)
    with contextlib.suppress(FileRefused):
        reading = read(file)
        assert reading.rows == len(reading.accepted) + len(reading.rejected)


def test_limits_can_be_narrower(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", b"NIK,NAMA\n1,Ani\n")
    with pytest.raises(FileRefused, match="larger than 0 MB"):
        open_grids(file, Limits(text_bytes=10))


def test_as_many_payments_as_a_city_has_are_read(tmp_path: Path) -> None:
    """With more columns than such a file has, and each delimiter in it once, so that it is read anew for each."""
    rows = 200_000 if EXAMPLES else 40_000  # of the time and memory that a file may take, each row has its part
    said = ";SITI AMINAH;16800;2026-01-10" + ";" * 30
    lines = ("NIK;NAMA;JUMLAH;TANGGAL_BAYAR" + ";" * 30, *(f"{3275014107800001 + n}{said}" for n in range(rows)))
    file = written(tmp_path, "payments.csv", "\n".join((*lines, "a,b|c\td")).encode())
    assert {len(grid.rows) for grid in open_grids(file, LEDGER_LIMITS)} == {rows + 2}


def test_delimiters_to_the_last_column_of_a_sheet_are_passed_over(tmp_path: Path) -> None:
    blank = ";" * 16_382
    file = written(tmp_path, "wide.csv", "\n".join(f"{number};Ani{blank}" for number in range(1_000)).encode())
    (grid,) = open_grids(file)
    assert len(grid.rows) == 1_000
    assert {len(row.cells) for row in grid.rows} == {100}
