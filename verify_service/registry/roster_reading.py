"""A roster file read to the row, a column at a time, and the rows that can be used held packed."""

from __future__ import annotations

import datetime as dt
import marshal
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import Any

from verify_service.ground.phones import Phone
from verify_service.registry.by_column import Lines, Once
from verify_service.registry.columns import Header, Layout, field_of, looks_like, only_of
from verify_service.registry.grids import Limits, SheetRow
from verify_service.registry.insurers import INSURER
from verify_service.registry.nik import Nik, is_beyond_doubt, is_plain_nik, nik_doubts, read_kk
from verify_service.registry.packed import Unpacking
from verify_service.registry.payments import PAYMENTS
from verify_service.registry.people import Sightings, same_people
from verify_service.registry.problems import FileRefused, Problem
from verify_service.registry.reading import (
    Held,
    Progress,
    Reading,
    RejectedRow,
    Scrutiny,
    cells_of,
    digits_of,
    file_problems,
    suspect_niks,
    with_pairs,
)
from verify_service.registry.rosters import CLEARABLE, FIELDS, ROSTER, ROSTER_LIMITS, Desk, Line, RosterRow, read_nik_of
from verify_service.registry.sheets import Table, read_table

Said = dict[str, list[Any]]  # what lines say, by field

_NAMES = tuple(one.name for one in fields(RosterRow))
_AS_TEXT: dict[str, Callable[[Any], Any]] = {
    "phone": lambda phone: phone and phone.e164,
    "birth_date": lambda day: day and day.toordinal(),
}
_AGAIN: dict[str, Callable[[Any], Any]] = {"phone": lambda said: Phone(said) if said else None, "cleared": frozenset}
_NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RosterRows(Unpacking[RosterRow], Held[RosterRow]):
    """The rows of a roster that can be used, in their order, but for the `gone`; packed, some hundred together."""

    chunks: tuple[tuple[int, bytes], ...] = ()  # number of the last row; columns in the order of RosterRow
    size: int = 0
    gone: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return self.size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __iter__(self) -> Iterator[RosterRow]:
        for said in self.parts():
            yield from _rows(said)

    def parts(self) -> Iterator[Said]:
        """Some hundred rows at a time, by field: phones as E.164, what is cleared as a tuple."""
        for _, packed in self.chunks:
            said = _unpacked(packed)
            if self.gone and not self.gone.isdisjoint(said["row"]):
                stay = [row not in self.gone for row in said["row"]]
                said = {name: list(compress(column, stay)) for name, column in said.items()}
            if said["row"]:
                yield said

    def numbered(self, rows: Collection[int]) -> Iterator[RosterRow]:
        """Those with these numbers."""
        before = 0
        wanted = sorted(rows)
        for last, packed in self.chunks if wanted else ():
            here = [row for row in wanted if before < row <= last]
            before = last
            if here:
                yield from (row for row in _rows(_unpacked(packed)) if row.row in here)

    def without(self, gone: Collection[int]) -> RosterRows:
        """All but these, which are among them."""
        return RosterRows(self.chunks, self.size - len(gone), self.gone | frozenset(gone))


def _packed(said: Said) -> bytes:
    columns = [said[name] if name not in _AS_TEXT else list(map(_AS_TEXT[name], said[name])) for name in _NAMES]
    return zlib.compress(marshal.dumps(columns), 1)


def _unpacked(packed: bytes) -> Said:
    said = dict(zip(_NAMES, marshal.loads(zlib.decompress(packed)), strict=True))  # noqa: S302  # of our own making
    said["birth_date"] = [day and dt.date.fromordinal(day) for day in said["birth_date"]]
    return said


def _rows(said: Said) -> Iterator[RosterRow]:
    columns = [map(_AGAIN[name], said[name]) if name in _AGAIN else said[name] for name in _NAMES]
    return map(RosterRow, *columns)


def read_roster(
    path: Path, desk: Desk, limits: Limits = ROSTER_LIMITS, progress: Progress | None = None, layout: Layout = ROSTER
) -> Reading[RosterRow]:
    """A roster file read to the row; FileRefused when it is none. A row is rejected only when its person is unknown."""
    table = read_table(path, layout, limits)
    _refuse_ledger(table.header)
    course = _Course(table, desk)
    total, done = len(table.rows), 0
    for words, rows in table.rows.parts():
        course.read(Lines(table, words, rows))
        done += len(rows)
        if progress:
            progress(done, total)
    everyone = course.sightings
    doubles = same_people(everyone, table.header.heading("nik"), table.header.heading("name"))
    shown = everyone.niks_of({row for pair in doubles for row in pair.rows})
    reading = Reading[RosterRow](
        total,
        RosterRows(tuple(course.chunks), course.accepted),
        tuple(course.rejected),
        (*file_problems(table), *course.problems),
        notes=table.notes,
        table=table,
    )
    return with_pairs(reading, doubles, shown)


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


@dataclass
class _Course:
    """The reading of one roster: what was read so far, and what has to be remembered for the rest."""

    table: Table
    desk: Desk
    chunks: list[tuple[int, bytes]] = field(default_factory=list)
    accepted: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sightings: Sightings = field(default_factory=Sightings)  # of everybody: a rejected row may be somebody's double too

    def __post_init__(self) -> None:
        kinds = ((cell, read_kk(cell)) for cell in cells_of(self.table, "kk"))
        self._cards = frozenset(card for _, card in kinds if isinstance(card, str))
        self._suspect = suspect_niks(self.table)
        self._empty = Scrutiny(self.table, SheetRow(0, ()))
        self._readers = [(one.name, self._reader(one.name, one.metadata)) for one in FIELDS]

    def _reader(self, name: str, told: Mapping[str, Any]) -> Callable[[Lines, Said], list[Any]]:
        read, follows, desk = told["read"], told["follows"], self.desk
        if name == "nik":
            return self._niks
        if follows:
            derived = lru_cache(maxsize=20_000)(lambda value: read(Line(self._empty, desk, said={follows: value})))
            return lambda _, said: list(map(derived, said[follows]))
        once = Once(self.table, told["of"], lambda row: read(Line(row, desk)))
        return lambda lines, _: lines.read(once, told["plain"], quiet=told["quiet"])

    def read(self, lines: Lines) -> None:
        """Take some hundred lines."""
        said: Said = {}
        for name, reader in self._readers:
            said[name] = reader(lines, said)
        self._doubt(lines, said)
        self._see(lines, said)
        said["row"] = lines.numbers
        said["cleared"] = self._cleared(lines) if lines.clears else [_NOTHING] * len(lines)
        taken = [nik is not None for nik in said["nik"]]
        for place, scrutiny in lines.scrutinies.items():
            taken[place] = taken[place] and not scrutiny.rejected
        if not all(taken):
            self.rejected += [lines.whole(place) for place, is_taken in enumerate(taken) if not is_taken]
            said = {name: list(compress(column, taken)) for name, column in said.items()}
        self.accepted += len(said["row"])
        if said["row"]:
            self.chunks.append((said["row"][-1], _packed(said)))
        self.problems += lines.problems()

    def _niks(self, lines: Lines, said: Said) -> list[Any]:
        cells, cards = lines.column("nik"), said["kk"]
        niks: list[Any] = list(cells)
        for place, cell in enumerate(cells):
            if not is_plain_nik(cell) or cell == cards[place] or cell in self._cards or cell in self._suspect:
                niks[place] = self._nik(lines.scrutiny(place), cards[place])
        return niks

    def _nik(self, row: Scrutiny, card: str | None) -> str | None:
        """One that is no plain number, or is refused for what stands in the rest of the file."""
        row.rounded = bool(self._suspect) and digits_of(row.cell("nik")) in self._suspect
        nik = read_nik_of(Line(row, self.desk, self._cards, {"kk": card}))
        return nik.value if nik else None

    def _doubt(self, lines: Lines, said: Said) -> None:
        eligible, today = self.desk.eligible, self.desk.today
        for place, (nik, born, sex) in enumerate(zip(said["nik"], said["birth_date"], said["sex"], strict=True)):
            if nik is not None and not is_beyond_doubt(nik, born, sex, eligible, today):
                for name, doubt in nik_doubts(Nik(nik), born, sex, eligible, today):
                    lines.scrutiny(place).flag(name, doubt)

    def _see(self, lines: Lines, said: Said) -> None:
        places = zip(said["kelurahan_code"], said["rw"], said["rt"], strict=True)
        numbers = (
            nik if nik is not None else digits_of(cell)
            for nik, cell in zip(said["nik"], lines.column("nik"), strict=True)
        )
        for one in zip(lines.numbers, numbers, said["name_key"], said["birth_date"], places, strict=True):
            self.sightings.add(*one)

    def _cleared(self, lines: Lines) -> list[tuple[str, ...]]:
        return [_cleared(lines.scrutiny(place)) for place in range(len(lines))]


def _cleared(row: Scrutiny) -> tuple[str, ...]:
    """The columns whose value is to go."""
    if not row.clears_any:
        return _NOTHING
    cleared = {name for name in CLEARABLE if row.clears(name)}
    return tuple(sorted(cleared | {"birth_year"} if "birth_date" in cleared else cleared))
