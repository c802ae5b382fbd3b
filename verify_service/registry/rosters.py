"""Rosters: the people whose premium the city pays, as Disnaker and other offices list them.

RosterRow is the one definition of a roster's columns: what each is headed, how it is read, and where it is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from verify_service.ground.phones import Phone, PhoneProblem, plain_mobile, read_phone
from verify_service.registry.areas import AreaTable, area_table, read_rt_rw, read_unit
from verify_service.registry.columns import (
    KECAMATAN,
    KELURAHAN,
    NAME,
    NIK,
    PHONE,
    RT,
    RT_RW,
    RW,
    Column,
    Layout,
)
from verify_service.registry.dates import read_birth, read_birth_date
from verify_service.registry.grids import LIMITS
from verify_service.registry.names import name_key
from verify_service.registry.nik import Eligible, Nik, is_kk, read_kk
from verify_service.registry.occupations import occupation_code
from verify_service.registry.problems import Cell, Fault, text_of, words
from verify_service.registry.reading import LONGEST_TEXT, Scrutiny
from verify_service.registry.staging import Keep, sorted_words

Columns = tuple[Column, ...]


@dataclass(frozen=True)
class Desk:
    """What a reader needs to know beside the file: the city's areas, whom the programme insures, the day."""

    today: dt.date
    eligible: Eligible = field(default_factory=Eligible)
    areas: AreaTable = field(default_factory=area_table)


@dataclass
class Line:
    """One line under reading: its row, the desk, the family cards of the file, what its columns said so far."""

    row: Scrutiny
    desk: Desk
    cards: frozenset[str] = frozenset()
    said: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[str | None, str | None]:
        return read_units(self.row, Scrutiny.flag)


Reader = Callable[[Line], Any]


def _told(
    read: Reader,
    *,
    mandatory: Columns = (),
    wanted: Columns = (),
    optional: Columns = (),
    keep: Keep | None = None,
    plain: Callable[[str], object] | None = None,
    of: tuple[str, ...] = (),
    follows: str = "",
    quiet: bool = False,
) -> dict[str, Any]:
    """How a field of a roster's row is read, from which columns, and where it is kept.

    `plain`: a shorter way for nearly every cell, which gives what `read` gives, or None where it does not know. `of`:
    the columns that tell it, where these are not its own. `follows`: the field from which alone it is derived. `quiet`:
    what is wrong with them was told by another field.
    """
    own = tuple(column.name for column in (*mandatory, *wanted, *optional))
    return {
        "read": read,
        "mandatory": mandatory,
        "wanted": wanted,
        "optional": optional,
        "keep": keep,
        "plain": plain,
        "of": of or own,
        "follows": follows,
        "quiet": quiet,
    }


def _short(name: str, most: int = LONGEST_TEXT) -> Reader:
    return lambda line: line.row.short(name, most)


def _small(name: str, most: int) -> Reader:
    return lambda line: line.row.sound(name, read_small(line.row.cell(name), name, most))


_SIXTEEN = re.compile(r"[0-9]{16}")
_PLAIN_NAME = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]+)*")
_PLAIN_TEXT = re.compile(r"[!-<>-~]+(?: [!-~]+)*")


def _as_it_is(pattern: re.Pattern[str], most: int = LONGEST_TEXT) -> Callable[[str], str | None]:
    """A plain way of reading: a cell that looks so, and is no longer, says what stands there."""
    return lambda cell: cell if len(cell) <= most and pattern.fullmatch(cell) else None


def _kk(line: Line) -> str | None:
    return line.row.sound("kk", read_kk(line.row.cell("kk")))


def read_nik_of(line: Line) -> Nik | None:
    row, kk = line.row, line.said["kk"]
    nik = row.nik()
    if nik is None:
        digits = re.sub(r"\D", "", row.text("nik"))
        if digits and digits == kk:
            # A family card number fails as a NIK in many ways; say which number it is, once.
            row.problems.pop()
            expected = f"the person's NIK, not the number of the family card ({row.heading('kk')})"
            row.reject("nik", Fault("nik_is_kk", expected))
        return None
    card = is_kk(nik, kk, line.cards, row.heading("kk"))
    if card:
        row.reject("nik", card)
        return None
    return nik


def _name(line: Line) -> str:
    name = line.row.person("name")
    if not re.search(r"[^\W\d_]{2}", name):
        line.row.reject("name", Fault("name_missing", "the person's name"))
    return name


def _birth_date(line: Line) -> dt.date | None:
    row, today = line.row, line.desk.today
    written = row.text("birth_date")
    born = read_birth_date(row.cell("birth_date"), today) if written else read_birth(row.cell("birth"), today)
    if born is None and row.has("birth_date") and not written and not row.text("birth"):
        row.flag("birth_date", Fault("birth_date_missing", "a birth date"))
    return row.sound("birth_date", born)


def _kelurahan(line: Line) -> str | None:
    match = line.desk.areas.find(line.row.cell("kelurahan"), line.row.cell("kecamatan"))
    for name, doubt in match.doubts if line.row.has("kelurahan") else ():
        line.row.flag(name, doubt)
    return match.area.kelurahan_code if match.area else None


def _occupation(line: Line) -> str:
    written = line.row.clear("occupation")
    if written and occupation_code(written) is None:
        expected = "an occupation of the programme's list; kept as written"
        line.row.flag("occupation", Fault("occupation_unknown", expected))
    return written


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a roster that can be used; what could not be read is None and named in the problems.

    Fields are read in this order. Those with `keep` are kept in the table that it names, in a column of their name.
    """

    row: int
    kk: str | None = field(
        repr=False,
        metadata=_told(
            _kk,
            plain=_as_it_is(_SIXTEEN),
            optional=(Column("kk", "NO_KK", "nokk kk nomorkk nokartukeluarga nomorkartukeluarga"),),
            keep=Keep("worker", "bytea", label="worker.kk"),
        ),
    )
    nik: str = field(repr=False, metadata=_told(read_nik_of, mandatory=(NIK,)))
    name: str = field(
        metadata=_told(
            _name,
            plain=_as_it_is(_PLAIN_NAME),
            mandatory=(NAME,),
            keep=Keep("worker", "text", renewed=True),
        )
    )
    name_key: str = field(
        metadata=_told(
            lambda line: name_key(line.said["name"]),
            follows="name",
            keep=Keep("worker", "text", sorted_words, renewed=True),
        )
    )
    birth_date: dt.date | None = field(
        metadata=_told(
            _birth_date,
            wanted=(
                Column(
                    "birth_date",
                    "TANGGAL_LAHIR",
                    "tgllahir tanggallahir tgllhr tglahir tgllahirddmmyyyy tanggallahirddmmyyyy lahir dob",
                ),
            ),
            optional=(
                Column(
                    "birth",
                    "TEMPAT_TANGGAL_LAHIR",
                    "ttl tempattgllahir tempattanggallahir tempatdantanggallahir tempatdantgllahir tmpttgllahir",
                    stands_for=("birth_date",),
                ),
            ),
            keep=Keep("worker", "bytea", label="worker.birth_date"),
        )
    )
    birth_year: int | None = field(
        metadata=_told(
            lambda line: line.said["birth_date"].year if line.said["birth_date"] else None,
            follows="birth_date",
            keep=Keep("worker", "int2"),
        )
    )
    sex: str | None = field(
        metadata=_told(
            lambda line: line.row.sound("sex", read_sex(line.row.cell("sex"))),
            wanted=(
                Column(
                    "sex",
                    "JENIS_KELAMIN",
                    "lp jeniskelamin jk jnskelamin jeniskel jenkel kelamin gender sex jeniskelaminlp",
                ),
            ),
            keep=Keep("worker", "text"),
        )
    )
    rt: str | None = field(
        metadata=_told(
            lambda line: line.units[0],
            of=("rt", "rw", "rt_rw"),
            wanted=(RT,),
            optional=(RT_RW,),
            keep=Keep("enrolment", "text", whole=True),
        )
    )
    rw: str | None = field(
        metadata=_told(
            lambda line: line.units[1],
            of=("rt", "rw", "rt_rw"),
            quiet=True,
            wanted=(RW,),
            keep=Keep("enrolment", "text", whole=True),
        )
    )
    kelurahan_code: str | None = field(
        metadata=_told(_kelurahan, wanted=(KELURAHAN, KECAMATAN), keep=Keep("enrolment", "text", whole=True))
    )
    phone: Phone | None = field(
        repr=False, metadata=_told(lambda line: read_phone_cell(line.row), plain=plain_mobile, wanted=(PHONE,))
    )
    occupation: str = field(
        metadata=_told(
            _occupation,
            optional=(
                Column("occupation", "PEKERJAAN", "pekerjaan jenispekerjaan profesi statuspekerjaan namapekerjaan"),
            ),
            keep=Keep("enrolment", "text"),
        )
    )
    address: str = field(
        repr=False,
        metadata=_told(
            _short("address", 400),
            plain=_as_it_is(_PLAIN_TEXT, 400),
            optional=(
                Column(
                    "address",
                    "ALAMAT",
                    "alamat alamatlengkap alamatktp alamatrumah alamatdomisili alamattinggal alamatsesuaiktp",
                ),
            ),
            keep=Keep("worker", "bytea", label="worker.address"),
        ),
    )
    source: str = field(
        metadata=_told(
            lambda line: line.row.clear("source"),
            optional=(Column("source", "SUMBER_DATA", "sumberdata sumber asaldata sumberdatapenerima"),),
            keep=Keep("enrolment", "text"),
        )
    )
    decile: int | None = field(
        metadata=_told(
            _small("decile", 10),
            optional=(Column("decile", "DESIL", "desil desildtsen desildtks desildtsendtks peringkatdesil"),),
            keep=Keep("enrolment", "int2"),
        )
    )
    months: int | None = field(
        metadata=_told(
            _small("months", 60),
            optional=(Column("months", "PERIODE_BULAN", "periodebulan jumlahbulan bulan lamabulan periode jmlbulan"),),
        )
    )
    cleared: frozenset[str] = frozenset()  # columns whose value is to go: "--" stands there


FIELDS = tuple(told for told in fields(RosterRow) if told.metadata)
ROSTER = Layout(
    "roster",
    *(
        tuple(column for told in FIELDS for column in told.metadata[need])
        for need in ("mandatory", "wanted", "optional")
    ),
)
KEPT: Mapping[str, Keep] = {told.name: told.metadata["keep"] for told in FIELDS if told.metadata["keep"]}


# A million rows of a text table take a process some 350 MB. A workbook is held whole by its reader, and bounded by what
# it unpacks to: 100,000 rows and some more.
ROSTER_LIMITS = replace(
    LIMITS,
    rows=1_000_000,
    cells=24_000_000,
    text_bytes=250_000_000,
    unpacked_bytes=100_000_000,
    told_bytes=750_000_000,
)


# What a list may take away as well as say. Without NIK and name nobody would be left.
CLEARABLE = (
    "kk", "birth_date", "sex", "kelurahan", "rw", "rt", "phone", "occupation", "address", "source", "decile"
)  # fmt: skip


def read_units(row: Scrutiny, complain: Callable[[Scrutiny, str, Fault], None]) -> tuple[str | None, str | None]:
    """(RT, RW) as three digits each; `complain` flags or rejects the row for one that is missing or unreadable."""
    cells = {"rt": row.cell("rt"), "rw": row.cell("rw")}
    if not row.text("rt") and row.text("rt_rw"):
        cells["rt"], cells["rw"] = read_rt_rw(row.cell("rt_rw"))
    units: dict[str, str | None] = {}
    for name, cell in cells.items():
        unit = read_unit(cell, name)
        if unit is None and row.has(name):
            unit = Fault(f"{name}_missing", f"the number of the {name.upper()}")
        if isinstance(unit, Fault):
            complain(row, name, unit)
        units[name] = unit if isinstance(unit, str) else None
    return units["rt"], units["rw"]


def read_phone_cell(row: Scrutiny) -> Phone | None:
    """The row's phone; a landline or a mistyped number is no phone, and a flag."""
    text = row.text("phone")
    if text.strip("-0 .") == "":
        if row.has("phone"):
            row.flag("phone", Fault("phone_missing", "a mobile number"))
        return None
    phone = read_phone(text)
    if isinstance(phone, PhoneProblem):
        row.flag("phone", Fault(f"phone_{phone.code}", phone.expected))
        return None
    return phone


_SEXES = {
    **dict.fromkeys(words("l lk laki lakilaki pria cowok m male laki2 1 01"), "L"),
    **dict.fromkeys(words("p pr perempuan wanita w f female cewek 2 02"), "P"),
}


def read_sex(raw: Cell) -> str | Fault | None:
    """L (laki-laki) or P (perempuan) from the words offices use, None when the cell is empty.

    1 and 2 are the codes of the population register, alone or before the word ("1. Laki-laki").
    """
    word = re.sub(r"[^a-z0-9]", "", text_of(raw).lower())
    if not word:
        return None
    code, said = word[:1], word[1:]
    if code in "12" and said in _SEXES and _SEXES[said] == _SEXES[code]:
        word = said
    return _SEXES.get(word, Fault("sex_unreadable", "L or P"))


def read_small(raw: Cell, name: str, most: int) -> int | Fault | None:
    """A small whole number from 1 to `most` ("12", 12.0, "12 bulan", "Desil 3"), None when the cell is empty."""
    text = re.sub(r"\b(bulan|bln|desil)\b\.?", "", text_of(raw).lower()).strip()
    if text in ("", "-"):
        return None
    if not re.fullmatch(r"0*\d{1,2}", text) or not 1 <= int(text) <= most:
        return Fault(f"{name}_unreadable", f"a whole number from 1 to {most}")
    return int(text)
