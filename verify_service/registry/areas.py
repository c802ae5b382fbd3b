"""The city's kecamatan and kelurahan, found by names as offices spell them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Area as AreaRow
from verify_service.registry.problems import Cell, Fault, text_of


@dataclass(frozen=True)
class Area:
    """One kelurahan with its Kemendagri codes (32.75.01.1001), never those of BPS, which look alike."""

    kelurahan_code: str
    kelurahan: str
    kecamatan_code: str
    kecamatan: str


@dataclass(frozen=True)
class Match:
    """A kelurahan found, if any, and the doubts about it as (field, Fault)."""

    area: Area | None
    doubts: tuple[tuple[str, Fault], ...] = ()


@dataclass(frozen=True)
class AreaTable:
    """All kelurahan of the programme's city."""

    areas: tuple[Area, ...]
    _by_name: dict[str, list[Area]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for area in self.areas:
            self._by_name.setdefault(_spelling(area.kelurahan), []).append(area)

    def find(self, kelurahan: Cell, kecamatan: Cell) -> Match:
        """The kelurahan of this name, case and blanks ignored; a misspelt one is suggested, never assumed."""
        name, district = _spelling(text_of(kelurahan)), _spelling(text_of(kecamatan))
        if name in ("", "-"):
            return Match(None, (("kelurahan", Fault("kelurahan_missing", "the kelurahan where the person lives")),))
        named = self._by_name.get(name, [])
        if not named:
            return Match(None, (("kelurahan", Fault("kelurahan_unknown", self._suggestion(name, district))),))
        within = [area for area in named if _spelling(area.kecamatan) == district]
        if within or not district:
            return Match((within or named)[0]) if within or len(named) == 1 else Match(None, (_ambiguous(named),))
        doubt = Fault("kecamatan_differs", f"{named[0].kelurahan} lies in {named[0].kecamatan}")
        return Match(named[0] if len(named) == 1 else None, (("kecamatan", doubt),))

    def _suggestion(self, name: str, district: str) -> str:
        near = process.extractOne(name, list(self._by_name), scorer=fuzz.ratio, score_cutoff=80)
        if near is None:
            return "a kelurahan of this city"
        area = self._by_name[near[0]][0]
        return f"a kelurahan of this city; {area.kelurahan} ({area.kecamatan})?"


def _ambiguous(named: list[Area]) -> tuple[str, Fault]:
    return "kecamatan", Fault("kecamatan_missing", " or ".join(area.kecamatan for area in named))


def _spelling(name: str) -> str:
    plain = re.sub(r"^\s*(kelurahan|kel|desa|kecamatan|kec)\b\.?\s*", "", name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def area_table(path: Path | None = None) -> AreaTable:
    """The programme's area table, or another (columns kelurahan_code, kelurahan, kecamatan_code, kecamatan)."""
    return _read_areas(path or programme().area_table)


@lru_cache(maxsize=4)
def _read_areas(path: Path) -> AreaTable:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return AreaTable(
            tuple(
                Area(row["kelurahan_code"], row["kelurahan"], row["kecamatan_code"], row["kecamatan"])
                for row in csv.DictReader(file)
            )
        )


@lru_cache(maxsize=4_096, typed=True)
def read_unit(raw: Cell, field_name: str) -> str | Fault | None:
    """An RT or RW as three digits ("008" from 8, "08", "RT 8"), None when the cell is empty."""
    text = re.sub(r"^(rt|rw|no)[\s.:]*", "", text_of(raw).strip("'").lower()).replace(" ", "")
    if text.strip("-0.") == "":
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,2}", text):
        return Fault(f"{field_name}_unreadable", f"the number of the {field_name.upper()}, 001-999")
    return text.lstrip("0").zfill(3)


def read_rt_rw(raw: Cell) -> tuple[Cell, Cell]:
    """The two numbers of "008/004" or "RT 8 RW 4"; what cannot be split stays with the RT, to be reported."""
    numbers = re.findall(r"\d+", text_of(raw))
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (raw, None)


class NoSuchKelurahan(Exception):
    """No kelurahan of that name; the message lists those that come close."""


def kelurahan_code(session: Session, name: str) -> str:
    """The code of the kelurahan an operator named; raises NoSuchKelurahan."""
    wanted = name.replace(" ", "").casefold()
    areas = session.scalars(select(AreaRow).order_by(AreaRow.kelurahan)).all()
    for area in areas:
        if area.kelurahan.replace(" ", "").casefold() == wanted:
            return area.kelurahan_code
    close = [area.kelurahan for area in areas if area.kelurahan.casefold().startswith(name[:3].casefold())]
    raise NoSuchKelurahan(f"There is no kelurahan {name!r}; perhaps: {', '.join(close) or 'see the area table'}")


def kelurahan_within(session: Session, place: str | None, *, by_district: bool = False) -> Sequence[AreaRow]:
    """The kelurahan of the city by name, or by kecamatan and name; of one place (the code of a kecamatan or kelurahan)
    those that lie in it."""
    order = (AreaRow.kecamatan, AreaRow.kelurahan) if by_district else (AreaRow.kelurahan,)
    rows = session.scalars(select(AreaRow).order_by(*order)).all()
    return [row for row in rows if place is None or f"{row.kelurahan_code}.".startswith(f"{place}.")]


@dataclass(frozen=True)
class District:
    """One kecamatan with its kelurahan, each as (code, name)."""

    code: str
    name: str
    kelurahan: tuple[tuple[str, str], ...]


def districts(session: Session) -> list[District]:
    """Every kecamatan with its kelurahan, by name."""
    held: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in kelurahan_within(session, None, by_district=True):
        held.setdefault((row.kecamatan_code, row.kecamatan), []).append((row.kelurahan_code, row.kelurahan))
    return [District(code, name, tuple(kelurahan)) for (code, name), kelurahan in held.items()]


def kelurahan_names(session: Session, codes: Iterable[str | None]) -> dict[str, str]:
    """What the kelurahan with these codes are called, by code; None and unknown codes are left out."""
    wanted = {code for code in codes if code}
    rows = session.scalars(select(AreaRow).where(AreaRow.kelurahan_code.in_(wanted))) if wanted else ()
    return {row.kelurahan_code: row.kelurahan for row in rows}


def address_words(session: Session, kelurahan_code: str | None, rt: str | None, rw: str | None) -> str:
    """Where somebody is listed, in one line: kelurahan, RT and RW, with a dash for what is not known."""
    names = kelurahan_names(session, [kelurahan_code])
    return f"{names.get(kelurahan_code or '', '–')} RT {rt or '–'}/RW {rw or '–'}"


def kelurahan_named(session: Session, address: str) -> str | None:
    """The code of the kelurahan that an address names, parted by commas; None where it names none or several."""
    parts = (" ".join(part.split()).lower() for part in address.split(","))
    names = {part.removeprefix("kelurahan ").removeprefix("kel. ") for part in parts}
    found = session.scalars(
        select(AreaRow.kelurahan_code).where(func.lower(AreaRow.kelurahan).in_(names)).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
