"""Rosters: the people whose premium the city pays, as Disnaker and other offices list them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from verify_service.ground.phones import Phone, PhoneProblem, read_phone
from verify_service.registry.areas import AreaTable, area_table, read_rt_rw, read_unit
from verify_service.registry.columns import ROSTER
from verify_service.registry.dates import read_birth, read_birth_date
from verify_service.registry.grids import LIMITS, Limits
from verify_service.registry.names import name_key
from verify_service.registry.nik import Eligible, Nik, is_kk, nik_doubts, read_kk
from verify_service.registry.occupations import occupation_code
from verify_service.registry.people import Sighting, same_people
from verify_service.registry.problems import Cell, Fault, text_of, words
from verify_service.registry.reading import (
    Progress,
    Reading,
    RejectedRow,
    Scrutiny,
    file_problems,
    note_pairs,
    scrutinise,
)
from verify_service.registry.sheets import Table, read_table


@dataclass(frozen=True)
class RosterRow:
    """One line of a roster that can be used; what could not be read is None and named in the problems."""

    row: int
    nik: str = field(repr=False)
    name: str
    name_key: str
    birth_date: dt.date | None
    sex: str | None
    address: str = field(repr=False)
    rt: str | None
    rw: str | None
    kelurahan_code: str | None
    phone: Phone | None = field(repr=False)
    occupation: str
    occupation_code: str | None
    decile: int | None
    source: str
    kk: str | None = field(repr=False)
    months: int | None


@dataclass(frozen=True)
class Desk:
    """What a reader needs to know beside the file: the city's areas, whom the programme insures, the day."""

    today: dt.date
    eligible: Eligible = field(default_factory=Eligible)
    areas: AreaTable = field(default_factory=area_table)


def read_roster(
    path: Path, desk: Desk, limits: Limits = LIMITS, progress: Progress | None = None
) -> Reading[RosterRow]:
    """A roster file read to the row; FileRefused when it is none. A row is rejected only when its person is unknown."""
    table = read_table(path, ROSTER, limits)
    cards = _family_cards(table)
    accepted: list[RosterRow] = []
    rejected: list[RejectedRow] = []
    problems = file_problems(table)
    sightings: list[Sighting] = []
    for scrutiny in scrutinise(table, progress):
        row, sighting = _read_row(scrutiny, desk, cards)
        sightings.append(sighting)
        if row is None:
            rejected.append(scrutiny.whole())
        else:
            accepted.append(row)
        problems += scrutiny.problems
    pairs = same_people(sightings, table.header.heading("nik"), table.header.heading("name"))
    note_pairs(problems, pairs, {one.row: one.nik for one in sightings})
    return Reading(len(table.rows), tuple(accepted), tuple(rejected), tuple(problems), tuple(pairs), table.notes)


def _family_cards(table: Table) -> frozenset[str]:
    cards = (read_kk(table.cell(row, "kk")) for row in table.rows)
    return frozenset(card for card in cards if isinstance(card, str))


def _read_row(row: Scrutiny, desk: Desk, cards: frozenset[str]) -> tuple[RosterRow | None, Sighting]:
    kk = row.sound("kk", read_kk(row.cell("kk")))
    nik = _whose(row, kk, cards)
    name = _name(row)
    born = row.sound("birth_date", _birth_date(row, desk.today))
    if born is None and row.has("birth_date") and not row.text("birth_date") and not row.text("birth"):
        row.flag("birth_date", Fault("birth_date_missing", "a birth date"))
    sex = row.sound("sex", read_sex(row.cell("sex")))
    rt, rw = read_units(row, Scrutiny.flag)
    area = desk.areas.find(row.cell("kelurahan"), row.cell("kecamatan"))
    for name_of_field, doubt in area.doubts if row.has("kelurahan") else ():
        row.flag(name_of_field, doubt)
    phone = read_phone_cell(row)
    occupation = row.short("occupation")
    address, source = row.short("address", 400), row.short("source")
    if occupation and occupation_code(occupation) is None:
        row.flag("occupation", Fault("occupation_unknown", "an occupation of the programme's list; kept as written"))
    if nik:
        for name_of_field, doubt in nik_doubts(nik, born, sex, desk.eligible, desk.today):
            row.flag(name_of_field, doubt)
    code = area.area.kelurahan_code if area.area else None
    key = name_key(name)
    told = nik.value if nik else re.sub(r"\D", "", row.text("nik"))
    sighting = Sighting(row.number, told, key, born, (code, rw, rt))
    decile = row.sound("decile", read_small(row.cell("decile"), "decile", 10))
    months = row.sound("months", read_small(row.cell("months"), "months", 60))
    if nik is None or row.rejected:
        return None, sighting
    made = RosterRow(
        row.number, nik.value, name, key, born, sex, address, rt, rw, code, phone, occupation,
        occupation_code(occupation), decile, source, kk, months,
    )  # fmt: skip
    return made, sighting


def _whose(row: Scrutiny, kk: str | None, cards: frozenset[str]) -> Nik | None:
    nik = row.nik()
    if nik is None:
        digits = re.sub(r"\D", "", row.text("nik"))
        if digits and digits == kk:
            # A family card number fails as a NIK in many ways; say which number it is, once.
            row.problems.pop()
            row.reject("nik", Fault("nik_is_kk", "the person's NIK, not the number of the family card (NO_KK)"))
        return None
    card = is_kk(nik, kk, cards)
    if card:
        row.reject("nik", card)
        return None
    return nik


def _name(row: Scrutiny) -> str:
    name = row.person("name")
    if not re.search(r"[^\W\d_]{2}", name):
        row.reject("name", Fault("name_missing", "the person's name"))
    return name


def _birth_date(row: Scrutiny, today: dt.date) -> dt.date | Fault | None:
    if row.text("birth_date"):
        return read_birth_date(row.cell("birth_date"), today)
    return read_birth(row.cell("birth"), today)


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
    **dict.fromkeys(words("l lk laki lakilaki pria cowok m male laki2"), "L"),
    **dict.fromkeys(words("p pr perempuan wanita w f female cewek"), "P"),
}


def read_sex(raw: Cell) -> str | Fault | None:
    """L (laki-laki) or P (perempuan) from the words offices use, None when the cell is empty."""
    word = re.sub(r"[^a-z0-9]", "", text_of(raw).lower())
    if not word:
        return None
    return _SEXES.get(word, Fault("sex_unreadable", "L or P"))


def read_small(raw: Cell, name: str, most: int) -> int | Fault | None:
    """A small whole number from 1 to `most` ("12", 12.0, "12 bulan", "Desil 3"), None when the cell is empty."""
    text = re.sub(r"\b(bulan|bln|desil)\b\.?", "", text_of(raw).lower()).strip()
    if text in ("", "-"):
        return None
    if not re.fullmatch(r"0*\d{1,2}", text) or not 1 <= int(text) <= most:
        return Fault(f"{name}_unreadable", f"a whole number from 1 to {most}")
    return int(text)
