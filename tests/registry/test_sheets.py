"""Files as they come: other kinds under a spreadsheet's name, letterheads, totals, strange delimiters."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from verify_service.registry.columns import field_of
from verify_service.registry.grids import Limits
from verify_service.registry.insurers import INSURER
from verify_service.registry.payments import PAYMENTS
from verify_service.registry.problems import FileRefused
from verify_service.registry.reading import file_problems
from verify_service.registry.rosters import ROSTER
from verify_service.registry.rt_heads import RT_HEADS
from verify_service.registry.sheets import Table, read_table

PEOPLE = [["3275014107800001", "Ani Lestari", "Margahayu"], ["3275011203750002", "Budi Santoso", "Kranji"]]
HEADINGS = ["NIK", "NAMA", "KELURAHAN"]


def text_file(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def workbook(folder: Path, fill: Callable[[Workbook], None], name: str = "list.xlsx") -> Path:
    book = Workbook()
    fill(book)
    book.save(folder / name)
    return folder / name


def sheet_of(folder: Path, *rows: list[object]) -> Path:
    def fill(book: Workbook) -> None:
        assert book.active is not None
        for row in rows:
            book.active.append(row)

    return workbook(folder, fill)


def niks(table: Table) -> list[tuple[int, str]]:
    return [(row.number, str(table.cell(row, "nik"))) for row in table.rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_text_tables_are_read_with_any_delimiter_and_encoding(
    tmp_path: Path, delimiter: str, encoding: str, ending: str
) -> None:
    lines = [delimiter.join(row) for row in (HEADINGS, ["3275014107800001", "René Lestari", "Kranji"])]
    table = read_table(text_file(tmp_path, (ending.join(lines) + ending).encode(encoding)), ROSTER)
    assert niks(table) == [(2, "3275014107800001")]
    assert table.cell(table.rows[0], "name") == "René Lestari"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_lines_of_two_encodings_pasted_together_are_each_read_in_their_own(
    tmp_path: Path, mark: bytes, ending: bytes
) -> None:
    people = ["3275014107800001;René", "3275011203750002;Zoë"]
    lines = [b"NIK;NAMA", people[0].encode(), people[1].encode("cp1252")]
    table = read_table(text_file(tmp_path, mark + ending.join(lines)), ROSTER)
    assert [table.cell(row, "name") for row in table.rows] == ["René", "Zoë"]
    assert [fault.code for fault in table.faults] == ["mixed_encoding"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_one_encoding_is_no_mixture(tmp_path: Path, encoding: str) -> None:
    content = "NIK;NAMA\n3275014107800001;René\n3275011203750002;Budi\n".encode(encoding)
    assert read_table(text_file(tmp_path, content), ROSTER).faults == ()


def test_commas_in_addresses_do_not_make_it_a_comma_file(tmp_path: Path) -> None:
    lines = "NIK;NAMA;ALAMAT\n" + "".join(
        f"327501410780000{n};Ani, S.Pd;Jl. A, No. 1, RT 2, RW 3\n" for n in range(1, 9)
    )
    assert len(read_table(text_file(tmp_path, lines), ROSTER).rows) == 8


def test_a_line_naming_the_separator_and_blank_lines_are_counted_and_passed_over(tmp_path: Path) -> None:
    file = text_file(tmp_path, "sep=;\n\nNIK;NAMA\n;\n3275014107800001;Ani\n\n")
    assert niks(read_table(file, ROSTER)) == [(5, "3275014107800001")]


def test_quoted_cells_may_hold_delimiters_and_line_breaks(tmp_path: Path) -> None:
    file = text_file(tmp_path, 'NIK,NAMA,ALAMAT\n3275014107800001,"Lestari, Ani","Jl. A, 1,\nKel. B, Kec. C, Kota D"\n')
    table = read_table(file, ROSTER)
    assert table.cell(table.rows[0], "name") == "Lestari, Ani"


def test_a_quote_never_closed_swallows_nobody_silently(tmp_path: Path) -> None:
    lines = ["NIK,NAMA,RT,RW", '3275014107800001,"Ani,1,2', "3275011203750002,Budi,1,2", "3275011203750003,Cici,1,2"]
    with pytest.raises(FileRefused, match="line 2: a quote"):
        read_table(text_file(tmp_path, "\n".join(lines)), ROSTER)


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\xef\xbb\xbf\r\n  \r\n", "is empty"),
        ("a.xlsx", b"\xff\xd8\xff\xe0 a photo", "a JPEG picture"),
        ("a.xlsx", b"%PDF-1.7", "a PDF document"),
        ("a.csv", b"\x89PNG\r\n", "a PNG picture"),
        ("a.xls", b"<html><table><tr><td>NIK</td></tr></table></html>", "web page"),
        ("a.csv", b"NIK,NAMA\n327501\x00,Ani\n", "NUL"),
        ("a.csv", bytes(range(1, 9)) * 40, "not a text table"),
        ("a.xlsx", encrypted(), "password"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "cannot be opened"),
        ("a.xlsx", b"PK\x03\x04 broken", "damaged"),
        ("a.xlsx", zipped("letter.txt", b"hello"), "not a spreadsheet"),
        ("a.xlsx", zipped("xl/workbook.xml", b"<no/>"), "cannot be opened"),
        ("a.xlsx", lambda: zipped("xl/workbook.xml", bytes(60_000_000)), "unpacks to 60 MB"),
        ("a.xlsx", lambda: zipped("xl/workbook.xml", bytes(5_000_000)), "zip bomb"),
        ("a.csv", "Yth. Bapak Lurah\nmohon data segera dikirim\n", "No header row"),
        ("a.csv", "NAMA,ALAMAT,RT\nAni,Jl. A,1\n", "lacks the column NIK"),
        ("a.csv", "NIKK,NAMA,RT\n1,Ani,1\n", "did you mean 'NIKK'"),
        ("a.csv", "NIK,NAMA,No. HP,Telepon\n3275014107800001,Ani,1,2\n", "two columns for one: 'No. HP' and 'Telepon'"),
        ("a.csv", "NIK,NAMA,RT\n", "no row follows"),
        ("a.csv", "NIK,NAMA,RT\nJUMLAH,0,\n", "no row follows"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_send_instead(
    tmp_path: Path, name: str, content: str | bytes | Callable[[], bytes], said: str
) -> None:
    file = text_file(tmp_path, content() if callable(content) else content, name)
    with pytest.raises(FileRefused) as refused:
        read_table(file, ROSTER)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"no file gone\.csv"):
        read_table(tmp_path / "gone.csv", ROSTER)


def test_only_a_letterhead_is_refused_without_telling_who_is_in_it(tmp_path: Path) -> None:
    file = text_file(tmp_path, "PEMERINTAH KOTA BEKASI\nDAFTAR;;\n3275014107800001;Ani;Kranji\n")
    with pytest.raises(FileRefused) as refused:
        read_table(file, ROSTER)
    assert "Expected columns like NIK, NAMA_LENGKAP" in str(refused.value)
    assert "4107" not in str(refused.value)


def test_too_many_rows_are_refused_with_their_number(tmp_path: Path) -> None:
    file = text_file(tmp_path, "NIK,NAMA\n" + "3275014107800001,Ani\n" * 11)
    assert len(read_table(file, ROSTER, Limits(rows=11)).rows) == 11
    with pytest.raises(FileRefused, match="11 rows; at most 10"):
        read_table(file, ROSTER, Limits(rows=10))


def test_a_stray_cell_at_the_far_corner_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        assert book.active is not None
        book.active.append(HEADINGS)
        book.active["XFD1048576"] = "x"

    with pytest.raises(FileRefused, match="1,048,576"):
        read_table(workbook(tmp_path, fill), ROSTER)


def test_letterhead_total_signature_and_column_numbers_are_no_people(tmp_path: Path) -> None:
    rows: list[list[object]] = [["PEMERINTAH KOTA BEKASI"], [], HEADINGS, ["(1)", "(2)", "(3)"], *PEOPLE]
    rows += [["Sub Total", 2], HEADINGS, ["3275011203750003", "Total Wijaya", "Kranji"], ["JUMLAH", 3]]
    rows += [["", "Bekasi, 2 Januari 2026"], ["", "Kepala Dinas"], ["", "NIP. 196805121990031002"]]
    table = read_table(sheet_of(tmp_path, *rows), ROSTER)
    assert [number for number, _ in niks(table)] == [5, 6, 9]
    assert len(table.notes) == 7


def test_people_below_a_total_are_still_people(tmp_path: Path) -> None:
    table = read_table(sheet_of(tmp_path, HEADINGS, PEOPLE[0], ["TOTAL", 1], PEOPLE[1]), ROSTER)
    assert [number for number, _ in niks(table)] == [2, 4]


@pytest.mark.parametrize(
    ("row", "person"),
    [
        (["", "", "Cici Lestari", ""], True),  # people follow below: no signature can stand here
        (["3", "", "Cici Lestari", ""], True),
        (["", "", "Cici Lestari", "Kranji"], True),
        (["", "12345", "", ""], True),
        (["1", "", "Total Budiman", ""], True),
        (["1", "", "Total Budiman", "Kranji"], True),
        (["", "", "Total Budiman", ""], True),
        (["", "", "JUMLAH", "3"], False),
        (["JUMLAH", "", "", "3"], False),
        (["", "", "Sub Total Kel. Margahayu", "120"], False),
        (["Total Margahayu", "", "", "120"], False),
        (["JUMLAH KESELURUHAN", "", "", "120 orang"], False),
        (["Grand Total : ", "Rp 16.800", "", ""], False),
    ],
)
def test_a_row_without_a_nik_in_the_middle_of_the_list_is_a_person_unless_it_is_a_total(
    tmp_path: Path, row: list[str], person: bool
) -> None:
    headings, others = ["No", *HEADINGS], [["1", *PEOPLE[0]], ["2", *PEOPLE[1]]]
    table = read_table(sheet_of(tmp_path, headings, others[0], ["SUB TOTAL", "", "", 1], row, others[1]), ROSTER)
    assert [number for number, _ in niks(table)] == ([2, 4, 5] if person else [2, 5])
    assert len(table.notes) == (1 if person else 2)


@pytest.mark.parametrize(
    ("row", "person"),
    [
        (["3", "", "Cici Lestari", ""], True),
        (["", "", "Cici Lestari", "Kranji"], True),
        (["", "12345", "", ""], True),
        (["1", "", "Total Budiman", ""], True),
        (["", "", "Bekasi, 2 Januari 2026", ""], False),
        (["", "", "Mengetahui,", "Bekasi, 2 Januari 2026"], False),
        (["", "", "NIP. 196805121990031002", ""], False),
        (["", "", "Drs. Ahmad", ""], False),
    ],
)
def test_below_the_last_total_people_are_told_from_signatures(tmp_path: Path, row: list[str], person: bool) -> None:
    table = read_table(sheet_of(tmp_path, ["No", *HEADINGS], ["1", *PEOPLE[0]], ["JUMLAH", "", "", 1], row), ROSTER)
    assert [number for number, _ in niks(table)] == ([2, 4] if person else [2])
    assert len(table.notes) == (1 if person else 2)


def test_a_header_of_three_rows_is_read_as_one(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["DATA DIRI", "", "", "ALAMAT", "", ""],
        ["NIK", "NAMA", "TANGGAL", "RUMAH", "", ""],
        ["", "LENGKAP", "LAHIR", "RT", "RW", "KELURAHAN"],
        ["3275014107800001", "Ani", "01-07-1980", "1", "2", "Kranji"],
    ]
    table = read_table(sheet_of(tmp_path, *rows), ROSTER)
    assert (table.header.row, table.header.last_row) == (1, 3)
    assert niks(table) == [(4, "3275014107800001")]
    assert table.cell(table.rows[0], "birth_date") == "01-07-1980"
    assert table.cell(table.rows[0], "kelurahan") == "Kranji"


def test_a_value_merged_over_rows_belongs_to_each(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        assert book.active is not None
        for row in (HEADINGS, PEOPLE[0], [PEOPLE[1][0], PEOPLE[1][1], None]):
            book.active.append(row)
        book.active.merge_cells("C2:C3")

    table = read_table(workbook(tmp_path, fill), ROSTER)
    assert [table.cell(row, "kelurahan") for row in table.rows] == ["Margahayu", "Margahayu"]


def test_the_sheet_with_the_list_is_found_and_hidden_ones_are_left(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        assert book.active is not None
        book.active.append(["lihat sheet DATA"])
        for name, state in (("DATA", "visible"), ("LAMA", "hidden")):
            sheet = book.create_sheet(name)
            sheet.sheet_state = state
            for row in (HEADINGS, *PEOPLE):
                sheet.append(row)

    assert read_table(workbook(tmp_path, fill), ROSTER).sheet == "DATA"


def sheets(folder: Path, *more: tuple[str, str, list[list[str]]]) -> Path:
    def fill(book: Workbook) -> None:
        assert book.active is not None
        for row in (HEADINGS, *PEOPLE):
            book.active.append(row)
        for name, state, rows in more:
            sheet = book.create_sheet(name)
            sheet.sheet_state = state
            for row in rows:
                sheet.append(row)

    return workbook(folder, fill)


@pytest.mark.parametrize("nik", ["3275011203750003", "3275 0112 0375 0003", "'3275011203750003"])
def test_a_list_that_goes_on_in_a_sheet_without_a_header_is_refused(tmp_path: Path, nik: str) -> None:
    file = sheets(tmp_path, ("Sheet2", "visible", [[nik, "Cici", "Kranji"]]))
    with pytest.raises(FileRefused, match=r"Sheet 'Sheet2' of list\.xlsx holds 1 rows with a number of 16 digits"):
        read_table(file, ROSTER)


def test_every_other_sheet_with_anything_in_it_is_named(tmp_path: Path) -> None:
    file = sheets(
        tmp_path,
        ("REKAP", "visible", [["lihat DATA"]]),
        ("LAMA", "hidden", [HEADINGS, *PEOPLE]),
        ("SANGAT LAMA", "veryHidden", PEOPLE),
        ("KOSONG", "visible", []),
    )
    table = read_table(file, ROSTER)
    assert len(table.rows) == 2
    assert [(fault.code, fault.level, fault.found) for fault in file_problems(table) if fault in table.faults] == [
        ("sheet_not_read", "file", "sheet REKAP (1 rows) was not read"),
        ("sheet_not_read", "file", "hidden sheet LAMA (3 rows) was not read"),
        ("sheet_not_read", "file", "hidden sheet SANGAT LAMA (2 rows) was not read"),
    ]


def test_two_sheets_of_people_are_refused_unless_one_is_named(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        for name in ("UTARA", "TIMUR"):
            sheet = book.create_sheet(name)
            for row in (HEADINGS, *PEOPLE):
                sheet.append(row)

    file = workbook(tmp_path, fill)
    with pytest.raises(FileRefused, match=r"'UTARA' \(2 rows\), 'TIMUR' \(2 rows\)"):
        read_table(file, ROSTER)
    assert read_table(file, ROSTER, sheet="TIMUR").sheet == "TIMUR"


def test_numbers_and_dates_of_a_workbook_keep_their_kind(tmp_path: Path) -> None:
    file = sheet_of(tmp_path, ["NIK", "NAMA", "TGL LAHIR"], [3275014107800001, "Ani", dt.date(1980, 7, 1)])
    table = read_table(file, ROSTER)
    assert table.cell(table.rows[0], "nik") == 3275014107800001
    assert table.cell(table.rows[0], "birth_date") == dt.date(1980, 7, 1)


def test_unknown_and_missing_columns_are_reported_and_the_mothers_name_is_not_even_named(tmp_path: Path) -> None:
    table = read_table(
        text_file(tmp_path, "No;NIK;NAMA;Warna;Nama Ibu Kandung\n1;3275014107800001;Ani;biru;SITI\n"), ROSTER
    )
    told = {(problem.code, problem.column) for problem in file_problems(table)}
    assert ("unknown_column", "Warna") in told
    assert ("missing_column", "NO_HP") in told
    assert not any("Ibu" in column for _, column in told)
    assert "SITI" not in table.kept_cells(table.rows[0]).values()


@pytest.mark.parametrize(
    ("heading", "layout", "field"),
    [
        ("NIK", ROSTER, "nik"), ("No. KTP", ROSTER, "nik"), ("nama_lengkap", ROSTER, "name"),
        ("Nama Peserta", ROSTER, "name"), ("Tgl. Lahir", ROSTER, "birth_date"), ("TANGGAL_LAHIR", ROSTER, "birth_date"),
        ("Tanggal Lahir (DD-MM-YYYY)", ROSTER, "birth_date"), ("Tempat, Tgl Lahir", ROSTER, "birth"),
        ("L/P", ROSTER, "sex"), ("Jenis Kelamin", ROSTER, "sex"), ("JENIS_KELAMIN (L/P)", ROSTER, "sex"),
        ("RT/RW", ROSTER, "rt_rw"), ("Desa/Kelurahan", ROSTER, "kelurahan"), ("Kec.", ROSTER, "kecamatan"),
        ("No. HP", ROSTER, "phone"), ("No. WA", ROSTER, "phone"), ("Telepon", ROSTER, "phone"),
        ("No HP/WA", ROSTER, "phone"), ("Periode (bulan)", ROSTER, "months"), ("No KK", ROSTER, "kk"),
        ("Nama Ibu Kandung", ROSTER, None), ("No.", ROSTER, None), ("", ROSTER, None), (None, ROSTER, None),
        ("TMT_KEPESERTAAN", INSURER, "joined"), ("KODE_IURAN", INSURER, "payment_code"), ("KPJ", INSURER, "kpj"),
        ("JUMLAH", PAYMENTS, "amount"), ("No. SP2D", PAYMENTS, "order_number"),
        ("NAMA_KETUA_RT", RT_HEADS, "head"), ("MULAI JABATAN", RT_HEADS, "since"),
    ],
)  # fmt: skip
def test_headings_are_known_in_the_spellings_offices_use(
    heading: str | None, layout: object, field: str | None
) -> None:
    assert field_of(heading, layout) == field  # type: ignore[arg-type]
