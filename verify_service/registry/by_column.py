"""Reading rows a column at a time: what stands in many of them is read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from verify_service.registry.grids import SheetRow
from verify_service.registry.packed import Told, row_of
from verify_service.registry.problems import Cell, Problem
from verify_service.registry.quotes import holds_rows
from verify_service.registry.reading import CLEARS, RejectedRow, Scrutiny, scrutinise
from verify_service.registry.sheets import Table

Key = Any  # a cell or several, such that no two that are read differently are equal

_MOST = 50_000  # different cells of a column that are remembered


class Once(dict[Key, Any]):
    """What is read from the cells of some columns, or from what was said before: each once, however many rows say so.

    `read` is given a row with nothing but these cells. What it finds wrong is told of every row that holds them.
    """

    def __init__(self, table: Table, columns: Sequence[str], read: Callable[[Scrutiny], Any]) -> None:
        self._table, self._read = table, read
        self._places = [table.header.columns[name][0] for name in columns if name in table.header.columns]
        self.columns = tuple(name for name in columns if name in table.header.columns)
        self.faulty: dict[Key, Sequence[Problem]] = {}

    def __missing__(self, key: Key) -> Any:
        cells: list[Cell] = [None] * self._table.header.width
        for place, one in zip(self._places, key if len(self._places) > 1 else (key,), strict=False):
            cells[place] = one[1] if type(one) is tuple else one
        row = Scrutiny(self._table, SheetRow(0, tuple(cells)))
        value = self[key] = self._read(row)
        if row.problems:
            self.faulty[key] = row.problems
        return value

    def make_room(self) -> None:
        """Forget what was read, where that is more than can be met again."""
        if len(self) > _MOST:
            self.clear()
            self.faulty.clear()


class Lines:
    """Some hundred lines of a table under reading, by column; what is wrong with each is gathered in order."""

    def __init__(self, table: Table, words: str, rows: Sequence[Told]) -> None:
        self.table, self.rows = table, rows
        self.numbers: list[int] = [row[0] for row in rows]
        self.scrutinies: dict[int, Scrutiny] = {}
        self.clears = CLEARS in words
        self._columns = self._laid_out()
        self._look_whole(further="\\n" in words)

    def __len__(self) -> int:
        return len(self.rows)

    def _laid_out(self) -> list[Sequence[Cell]]:
        width = self.table.header.width
        cells = [row[2] for row in self.rows]
        if min(map(len, cells)) < width:
            cells = [row[2] if len(row[2]) >= width else _padded(row, width) for row in self.rows]
        columns: list[Sequence[Cell]] = list(zip(*cells, strict=False))
        if self.clears:
            columns = [[None if cell == CLEARS else cell for cell in column] for column in columns]
        return columns

    def _look_whole(self, *, further: bool) -> None:
        """What is wrong with a line as a whole: cells beyond the header, further people in one, what nobody sees."""
        width = self.table.header.width
        for place, told in enumerate(self.rows):
            if len(told) > 3 or len(told[2]) > width or (further and any(map(holds_rows, told[2]))):
                scrutinise(self.scrutiny(place), self.table, row_of(told))

    def scrutiny(self, place: int) -> Scrutiny:
        """The line at this place, to be looked at by itself."""
        found = self.scrutinies.get(place)
        if found is None:
            found = self.scrutinies[place] = Scrutiny(self.table, row_of(self.rows[place]))
        return found

    def problems(self) -> list[Problem]:
        """What is wrong, line by line."""
        return [problem for place in sorted(self.scrutinies) for problem in self.scrutinies[place].problems]

    def whole(self, place: int) -> RejectedRow:
        """The line at this place as it came."""
        return RejectedRow(self.numbers[place], self.table.kept_cells(row_of(self.rows[place])))

    def column(self, name: str) -> Sequence[Cell]:
        """The cells of a field; None where the file has no such column, the row ends, or the value is to go."""
        place = self.table.header.columns.get(name)
        return self._columns[place[0]] if place else (None,) * len(self.rows)

    def read(self, once: Once, plain: Callable[[str], Any] | None = None, *, quiet: bool = False) -> list[Any]:
        """What the lines say by these columns; `plain` is asked first."""
        once.make_room()
        keys = self._keys(once.columns)
        if plain is None:
            said = list(map(once.__getitem__, keys))
        else:
            said = [(plain(key) if type(key) is str else None) or once[key] for key in keys]
        if once.faulty and not quiet:
            for place, key in enumerate(keys):
                if key in once.faulty:
                    self.scrutiny(place).problems += [
                        Problem(self.numbers[place], one.column, one.code, one.found, one.expected, one.level, one.raw)
                        for one in once.faulty[key]
                    ]
        return said

    def _keys(self, columns: Sequence[str]) -> Sequence[Key]:
        if not columns:
            return (None,) * len(self.rows)
        keys = [_told_apart(self.column(name)) for name in columns]
        return list(zip(*keys, strict=True)) if len(keys) > 1 else keys[0]


_WORDS = {str, type(None)}


def _told_apart(cells: Sequence[Cell]) -> Sequence[Key]:
    """Cells as keys: 1, 1.0 and TRUE are one number, and three things to read."""
    if set(map(type, cells)) <= _WORDS:
        return cells
    return [cell if type(cell) is str or cell is None else (type(cell), cell) for cell in cells]


def _padded(row: Told, width: int) -> list[Cell]:
    cells: list[Cell] = [*row[2], *("",) * row[1]][:width]
    return cells + [None] * (width - len(cells))
