"""Dates, months, names, places and words as people type them."""

from __future__ import annotations

import datetime as dt

import pytest

from verify_service.registry.areas import area_table, read_rt_rw, read_unit
from verify_service.registry.dates import read_birth, read_birth_date, read_date, read_month
from verify_service.registry.insurers import read_status
from verify_service.registry.names import likeness, name_key
from verify_service.registry.occupations import occupation_code
from verify_service.registry.payments import read_rupiah
from verify_service.registry.problems import Cell, Fault
from verify_service.registry.rosters import read_sex, read_small

TODAY = dt.date(2026, 11, 23)
BORN = dt.date(1980, 3, 12)


def told(value: object) -> object:
    return value.code if isinstance(value, Fault) else value


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        *((raw, BORN) for raw in (
            "12-03-1980", "12/03/1980", "1980-03-12", "12.03.1980", "12 Maret 1980", "12-Mar-1980", "12-Mar-80",
            "12/3/80", "19800312", "1980-03-12 00:00:00", "'12-03-1980",
            dt.datetime(1980, 3, 12, tzinfo=dt.UTC), dt.date(1980, 3, 12),
            29292.0, 29292, "1980/03/12", "12 - 03 - 1980",
        )),
        ("", None),
        ("-", None),
        (None, None),
        ("31-02-1980", "date_impossible"),
        ("03/25/1980", "date_impossible"),  # American order: never guessed
        ("Maret 1980", "date_unreadable"),
        ("tidak tahu", "date_unreadable"),
        ("12-03", "date_unreadable"),
        ("①②-03-1980", "date_unreadable"),
        (True, "date_unreadable"),
        (1e9, "date_unreadable"),
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_offices_use(raw: Cell, read: object) -> None:
    assert told(read_date(raw, TODAY)) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [("12-03-1880", "date_impossible"), ("12-03-2030", "date_impossible"), ("12-03-1980", BORN), ("", None)],
)
def test_a_birth_date_lies_within_a_life(raw: Cell, read: object) -> None:
    assert told(read_birth_date(raw, TODAY)) == read


@pytest.mark.parametrize("raw", ["Bekasi, 12-03-1980", "Jakarta 12 Maret 1980", "BEKASI,12/03/1980", "12-03-1980"])
def test_a_birth_date_is_found_behind_its_place(raw: str) -> None:
    assert told(read_birth(raw, TODAY)) == BORN


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        *((raw, dt.date(2026, 1, 1)) for raw in (
            "2026-01", "01-2026", "1/2026", "202601", "2026/01", "Januari 2026", "JAN-2026", "2026-01-15", "15-01-2026",
            dt.datetime(2026, 1, 15, tzinfo=dt.UTC), "012026",
        )),
        ("", None),
        ("2026-13", "period_unreadable"),
        ("bulan ini", "period_unreadable"),
    ],
)  # fmt: skip
def test_a_month_is_read_in_every_form_offices_use(raw: Cell, read: object) -> None:
    assert told(read_month(raw)) == read


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ani Lestari", "ANI LESTARI"),
        ("  ani   lestari ", "ANI LESTARI"),
        ("H. Jabal Tampubolon", "JABAL TAMPUBOLON"),
        ("Hj. Siti Aminah, S.Pd.", "SITI AMINAH"),
        ("R.M. WAWAN RAJASA", "WAWAN RAJASA"),
        ("DR. RATNA NURDIYANTI", "RATNA NURDIYANTI"),
        ("Prof. Dr. Ir. Budi Santoso, M.Si", "BUDI SANTOSO"),
        ("T. Lutfan Januar", "LUTFAN JANUAR"),
        ("Moch. Yusuf", "MUHAMMAD YUSUF"),
        ("M. Yusuf", "MUHAMMAD YUSUF"),
        ("Abd. Rahman bin Saleh", "ABDUL RAHMAN SALEH"),
        ("CENGKAL PRABOWO BIN", "CENGKAL PRABOWO"),
        ("Ma'ruf", "MARUF"),
        ("José Ximenes", "JOSE XIMENES"),
        ("Haji", "HAJI"),
        ("", ""),
    ],
)
def test_names_are_compared_without_titles_degrees_and_signs(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("PANGERAN GUNARTO", "PANGERAN GOENARTO", True),
        ("YUNITA ASTUTI", "JUNITA ASTUTI", True),
        ("SARAH PERMADI", "SARA PERMADI", True),
        ("LESTARI ANI", "ANI LESTARI", True),
        ("OLIVA KURNIAWAN", "OLYVA KURNIAWAN", True),
        ("ANI LESTARI", "ANITA LESTARI", False),
        ("BUDI SANTOSO", "RUDI SANTOSO", False),
        ("ZIZI HASTUTI", "ZIZI UTAMA", False),
    ],
)
def test_spelling_is_forgiven_and_another_name_is_not(one: str, other: str, alike: bool) -> None:
    assert (likeness(one, other) >= 92) is alike


@pytest.mark.parametrize(
    ("kelurahan", "kecamatan", "code", "doubts"),
    [
        ("Jatiraden", "Jatisampurna", "32.75.10.1005", []),
        ("Jati raden", "JATI SAMPURNA", "32.75.10.1005", []),
        ("KALIABANGTENGAH", "Bekasi Utara", "32.75.03.1001", []),
        ("Kel. Medan Satria", "Kec. Medansatria", "32.75.06.1001", []),
        ("Jatiraden", "", "32.75.10.1005", []),
        ("Jatiraden", "Bekasi Utara", "32.75.10.1005", ["kecamatan_differs"]),
        ("Jatiradin", "Jatisampurna", None, ["kelurahan_unknown"]),
        ("Menteng", "Jakarta Pusat", None, ["kelurahan_unknown"]),
        ("", "Jatisampurna", None, ["kelurahan_missing"]),
        ("-", "Jatisampurna", None, ["kelurahan_missing"]),
    ],
)
def test_a_kelurahan_is_found_and_never_guessed(
    kelurahan: str, kecamatan: str, code: str | None, doubts: list[str]
) -> None:
    match = area_table().find(kelurahan, kecamatan)
    assert (match.area.kelurahan_code if match.area else None) == code
    assert [fault.code for _, fault in match.doubts] == doubts


def test_a_misspelt_kelurahan_is_suggested() -> None:
    assert "Jatiraden" in area_table().find("Jatiradin", "Jatisampurna").doubts[0][1].expected


@pytest.mark.parametrize(
    ("raw", "read"),
    [("8", "008"), ("08", "008"), ("008", "008"), (8.0, "008"), ("RT 8", "008"), ("RT.08", "008"), ("'008", "008"),
     ("", None), ("0", None), ("-", None), ("000", None), ("1000", "rt_unreadable"), ("8A", "rt_unreadable"),
     ("-8", "rt_unreadable"), (8.5, "rt_unreadable")],
)  # fmt: skip
def test_an_rt_has_three_digits(raw: Cell, read: object) -> None:
    assert told(read_unit(raw, "rt")) == read


@pytest.mark.parametrize("raw", ["008/004", "8/4", "RT 8 RW 4", "RT.008/RW.004", "8-4"])
def test_rt_and_rw_are_read_from_one_cell(raw: str) -> None:
    rt, rw = read_rt_rw(raw)
    assert (read_unit(rt, "rt"), read_unit(rw, "rw")) == ("008", "004")


@pytest.mark.parametrize(
    ("raw", "read"),
    [("L", "L"), ("LAKI-LAKI", "L"), ("laki - laki", "L"), ("Pria", "L"), ("P", "P"), ("Perempuan", "P"),
     ("WANITA", "P"), ("", None), ("X", "sex_unreadable"), ("L/P", "sex_unreadable")],
)  # fmt: skip
def test_sex_is_read_from_the_words_offices_use(raw: Cell, read: object) -> None:
    assert told(read_sex(raw)) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [("12", 12), (12.0, 12), ("12 bulan", 12), ("Desil 3", 3), ("", None), ("61", "months_unreadable"),
     ("0", "months_unreadable"), ("satu", "months_unreadable")],
)  # fmt: skip
def test_small_numbers_come_with_words(raw: Cell, read: object) -> None:
    assert told(read_small(raw, "months", 60)) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [("16800", 16800), (16800.0, 16800), ("16.800", 16800), ("Rp 16.800,00", 16800), ("Rp16.800,-", 16800),
     ("16,800", 16800), ("16800.00", 16800), ("1.016.800", 1016800), ("0", "amount_unreadable"),
     ("-16800", "amount_unreadable"), (16800.5, "amount_unreadable"), ("", "amount_unreadable"),
     ("lunas", "amount_unreadable"), (True, "amount_unreadable")],
)  # fmt: skip
def test_rupiah_are_read_with_and_without_their_dots(raw: Cell, read: object) -> None:
    assert told(read_rupiah(raw)) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [("AKTIF", "active"), ("Menunggak", "unpaid"), ("NON AKTIF", "inactive"), ("NON-AKTIF", "inactive"),
     ("nonaktif", "inactive"), ("TIDAK AKTIF", "inactive"), ("", "status_unknown"), ("DIPROSES", "status_unknown")],
)  # fmt: skip
def test_an_unknown_status_is_never_taken_for_cover(raw: Cell, read: object) -> None:
    assert told(read_status(raw)) == read


@pytest.mark.parametrize(
    ("word", "code"),
    [("Ojek Online", "01"), ("OJOL", "01"), ("Tukang Becak", "02"), ("Ojek Pangkalan", "02"), ("Sopir Angkot", "03"),
     ("Pedagang Asongan", "04"), ("Pedagang Pasar", "05"), ("Pemulung", "06"), ("Pekerja Rumah Tangga", "07"),
     ("Buruh Cuci", "08"), ("Buruh Harian Lepas", "09"), ("Kuli Bangunan", "09"), ("Petani", "10"),
     ("Penjahit Rumahan", "11"), ("Juru Parkir", "12"), ("Guru Ngaji", "13"), ("Pengamen", "14"), ("Astronot", None)],
)  # fmt: skip
def test_occupations_map_to_the_programmes_codes(word: str, code: str | None) -> None:
    assert occupation_code(word) == code
