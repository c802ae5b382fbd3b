"""Rosters: the people whose premium the city pays, as Disnaker and other offices list them.

RosterRow is the one definition of a roster's columns: what each is headed, how it is read, and where it is kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from verify_service.ground.phones import Phone, PhoneProblem, read_phone
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
    Header,
    Layout,
    field_of,
    looks_like,
    only_of,
)
from verify_service.registry.dates import read_birth, read_birth_date
from verify_service.registry.grids import LIMITS, Limits
from verify_service.registry.insurers import INSURER
from verify_service.registry.names import name_key
from verify_service.registry.nik import Eligible, Nik, is_kk, nik_doubts, read_kk
from verify_service.registry.occupations import occupation_code
from verify_service.registry.payments import PAYMENTS
from verify_service.registry.people import Sighting, same_people
from verify_service.registry.problems import Cell, Fault, FileRefused, text_of, words
from verify_service.registry.reading import LONGEST_TEXT, Pairs, Progress, Reading, Scrutiny, read_rows
from verify_service.registry.sheets import read_table
from verify_service.registry.staging import Keep, sorted_words

Columns = tuple[Column, ...]


@dataclass(frozen=True)
class Desk:
    """What a reader needs to know beside the file: the city's areas, whom the programme insures, the day."""

    today: dt.date
    eligible: Eligible = field(default_factory=Eligible)
    areas: AreaTable = field(default_factory=area_table)


@dataclass
class _Line:
    """One line under reading: its row, the desk, the family cards of the file, what its columns said so far."""

    row: Scrutiny
    desk: Desk
    cards: frozenset[str]
    said: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[str | None, str | None]:
        return read_units(self.row, Scrutiny.flag)


Reader = Callable[[_Line], Any]


def _told(
    read: Reader,
    *,
    mandatory: Columns = (),
    wanted: Columns = (),
    optional: Columns = (),
    keep: Keep | None = None,
) -> dict[str, Any]:
    """How a field of a roster's row is read, from which columns, and where it is kept."""
    return {"read": read, "mandatory": mandatory, "wanted": wanted, "optional": optional, "keep": keep}


def _short(name: str, most: int = LONGEST_TEXT) -> Reader:
    return lambda line: line.row.short(name, most)


def _small(name: str, most: int) -> Reader:
    return lambda line: line.row.sound(name, read_small(line.row.cell(name), name, most))


def _kk(line: _Line) -> str | None:
    return line.row.sound("kk", read_kk(line.row.cell("kk")))


def _nik(line: _Line) -> Nik | None:
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


def _name(line: _Line) -> str:
    name = line.row.person("name")
    if not re.search(r"[^\W\d_]{2}", name):
        line.row.reject("name", Fault("name_missing", "the person's name"))
    return name


def _birth_date(line: _Line) -> dt.date | None:
    row, today = line.row, line.desk.today
    written = row.text("birth_date")
    born = read_birth_date(row.cell("birth_date"), today) if written else read_birth(row.cell("birth"), today)
    if born is None and row.has("birth_date") and not written and not row.text("birth"):
        row.flag("birth_date", Fault("birth_date_missing", "a birth date"))
    return row.sound("birth_date", born)


def _kelurahan(line: _Line) -> str | None:
    match = line.desk.areas.find(line.row.cell("kelurahan"), line.row.cell("kecamatan"))
    for name, doubt in match.doubts if line.row.has("kelurahan") else ():
        line.row.flag(name, doubt)
    return match.area.kelurahan_code if match.area else None


def _occupation(line: _Line) -> str:
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
            optional=(Column("kk", "NO_KK", "nokk kk nomorkk nokartukeluarga nomorkartukeluarga"),),
            keep=Keep("worker", "bytea", label="worker.kk"),
        ),
    )
    nik: str = field(repr=False, metadata=_told(_nik, mandatory=(NIK,)))
    name: str = field(metadata=_told(_name, mandatory=(NAME,), keep=Keep("worker", "text", renewed=True)))
    name_key: str = field(
        metadata=_told(
            lambda line: name_key(line.said["name"]), keep=Keep("worker", "text", sorted_words, renewed=True)
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
            lambda line: line.units[0], wanted=(RT,), optional=(RT_RW,), keep=Keep("enrolment", "text", whole=True)
        )
    )
    rw: str | None = field(
        metadata=_told(lambda line: line.units[1], wanted=(RW,), keep=Keep("enrolment", "text", whole=True))
    )
    kelurahan_code: str | None = field(
        metadata=_told(_kelurahan, wanted=(KELURAHAN, KECAMATAN), keep=Keep("enrolment", "text", whole=True))
    )
    phone: Phone | None = field(repr=False, metadata=_told(lambda line: read_phone_cell(line.row), wanted=(PHONE,)))
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


_FIELDS = tuple(told for told in fields(RosterRow) if told.metadata)
ROSTER = Layout(
    "roster",
    *(
        tuple(column for told in _FIELDS for column in told.metadata[need])
        for need in ("mandatory", "wanted", "optional")
    ),
)
KEPT: Mapping[str, Keep] = {told.name: told.metadata["keep"] for told in _FIELDS if told.metadata["keep"]}


# A row takes about 4 kB while it is read; a larger list is divided, and each part adds to those before.
ROSTER_LIMITS = replace(LIMITS, rows=100_000, cells=8_000_000, unpacked_bytes=100_000_000)


def read_roster(
    path: Path, desk: Desk, limits: Limits = ROSTER_LIMITS, progress: Progress | None = None, layout: Layout = ROSTER
) -> Reading[RosterRow]:
    """A roster file read to the row; FileRefused when it is none. A row is rejected only when its person is unknown."""
    table = read_table(path, layout, limits)
    _refuse_ledger(table.header)
    cards = frozenset(card for row in table.rows if isinstance(card := read_kk(table.cell(row, "kk")), str))
    sightings: list[Sighting] = []  # of everybody: a rejected row may be somebody's double too

    def pairs(_accepted: Sequence[RosterRow], header: Header) -> Pairs:
        doubles = same_people(sightings, header.heading("nik"), header.heading("name"))
        return doubles, {one.row: one.nik for one in sightings}

    def read(row: Scrutiny) -> RosterRow | None:
        return _read_row(_Line(row, desk, cards), sightings)

    return read_rows(table, read, pairs, progress)


# Payment and insurer files name these as well: they do not make a list of people one.
_EVERYWHERE = {"kelurahan", "kecamatan", "source", "months", "kk"}


def _refuse_ledger(header: Header) -> None:
    """Whoever was paid for is not enrolled by that: a file of payments or of the insurer is no roster."""
    for other, telling in ((PAYMENTS, 1), (INSURER, 2)):
        ours, theirs = only_of(header, other)
        ours -= _EVERYWHERE
        named = {column.name for column in other.mandatory} - set(header.columns)
        if named <= theirs and len(theirs) >= max(telling, 3 * len(ours)):
            raise FileRefused(f"This is no roster: it has a column {_headed(header, other)}. {looks_like(other)}")


def _headed(header: Header, other: Layout) -> str:
    return " and ".join(heading for heading in header.unknown if field_of(heading, other) is not None)


def _read_row(line: _Line, sightings: list[Sighting]) -> RosterRow | None:
    row, said, desk = line.row, line.said, line.desk
    for told in _FIELDS:
        said[told.name] = told.metadata["read"](line)
    nik: Nik | None = said["nik"]
    if nik:
        for name, doubt in nik_doubts(nik, said["birth_date"], said["sex"], desk.eligible, desk.today):
            row.flag(name, doubt)
    number = nik.value if nik else re.sub(r"\D", "", row.text("nik"))
    place = (said["kelurahan_code"], said["rw"], said["rt"])
    sightings.append(Sighting(row.number, number, said["name_key"], said["birth_date"], place))
    if nik is None or row.rejected:
        return None
    cleared = frozenset(name for name in _CLEARABLE if row.clears(name)) if row.clears_any else _NOTHING
    if "birth_date" in cleared:
        cleared |= {"birth_year"}
    return RosterRow(row.number, **said | {"nik": nik.value, "cleared": cleared})


_NOTHING: frozenset[str] = frozenset()
# What a list may take away as well as say. Without NIK and name nobody would be left.
_CLEARABLE = (
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
