"""The rows of a sheet as they are held: packed, some hundred together, since a million in the open are a gigabyte."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar, overload

from verify_service.registry.grids import SheetRow
from verify_service.registry.problems import Cell

T = TypeVar("T")

# A row as the reading process tells it: its number, how many blank cells end it, the cells before them; then, where
# anything of it is hidden or struck out, whether it is hidden and which cells are struck.
Told = list[Any]


@dataclass(frozen=True)
class Chunk:
    """Some hundred rows, packed; `first` is the number of the first of them."""

    first: int
    count: int
    packed: bytes

    @staticmethod
    def of(rows: bytes, count: int) -> Chunk:
        """From the JSON of the rows, which begins with the number of the first."""
        return Chunk(int(rows[2 : rows.index(b",")]), count, zlib.compress(rows, 1))

    def open(self) -> list[Told]:
        """The rows as they were told."""
        return _read(self.words())

    def words(self) -> str:
        """The JSON of the rows."""
        return zlib.decompress(self.packed).decode("utf-8", "surrogatepass")


def _read(words: str) -> list[Told]:
    rows: list[Told] = json.loads(words, object_hook=_moment)
    return rows


class Unpacking(Sequence[T]):
    """Rows that are unpacked one after the other: the one at a place is found by counting."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return tuple(islice(self, *place.indices(len(self))))
        found = next(islice(self, place if place >= 0 else len(self) + place, None), None)
        if found is None:
            raise IndexError(place)
        return found


@dataclass(frozen=True, eq=False)
class PackedRows(Unpacking[SheetRow]):
    """The rows of one sheet in their order, or those behind row `after` that are not among the `gone`."""

    chunks: tuple[Chunk, ...]
    size: int
    after: int = 0
    gone: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[SheetRow]:
        for _, rows in self.parts():
            yield from map(row_of, rows)

    def parts(self) -> Iterator[tuple[str, list[Told]]]:
        """Chunk by chunk: the JSON, in which a sign can be looked for, and the rows as they were told."""
        for chunk in self.chunks:
            words = chunk.words()
            rows = _read(words)
            if chunk.first <= self.after:
                rows = [row for row in rows if row[0] > self.after]
            if self.gone:
                rows = [row for row in rows if row[0] not in self.gone]
            if rows:
                yield words, rows

    def numbered(self, number: int) -> SheetRow:
        """The row of this number; KeyError where there is none."""
        place = bisect_right(self.chunks, number, key=lambda chunk: chunk.first) - 1
        for row in _opened(self.chunks[max(place, 0)]):
            if row[0] == number:
                return row_of(row)
        raise KeyError(number)

    def behind(self, after: int) -> PackedRows:
        """Those behind row `after`."""
        before = 0
        for chunk in self.chunks:
            if chunk.first > after:
                break
            before += sum(row[0] <= after for row in chunk.open())
        return replace(self, after=after, size=self.size - before)

    def without(self, gone: Collection[int]) -> PackedRows:
        """All but these, which are among them."""
        return replace(self, gone=self.gone | frozenset(gone), size=self.size - len(gone)) if gone else self


@dataclass(frozen=True)
class Grid:
    """A sheet with its rows; blank rows left out."""

    name: str
    rows: PackedRows
    hidden: bool = False
    mixed: bool = False


@lru_cache(maxsize=2)
def _opened(chunk: Chunk) -> list[Told]:
    return chunk.open()


def row_of(told: Told) -> SheetRow:
    """A row with its blank end laid out."""
    number, blank, cells, *marks = told
    row = (*cells, *("",) * blank)
    return SheetRow(number, row, marks[0], tuple(marks[1])) if marks else SheetRow(number, row)


_MOMENTS: dict[str, Callable[[str], Cell]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
}


def _moment(said: dict[str, str]) -> Cell:
    ((kind, written),) = said.items()
    if kind == "seconds":
        return dt.timedelta(seconds=float(written))
    read = _MOMENTS.get(kind)
    return read(written) if read else written
