"""Hiding small counts so that nobody can be found in a table, not even by subtracting what is shown.

A count of 1 to 4 is shown as "<5". If the column's total and the counts beside it would give a hidden one away, the
smallest shown counts of the column are hidden too, shown as a dash, until each "<5" could be at least two numbers.
Where that is not enough the total itself is hidden. Columns are safe one by one: no column is the sum of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 5


@dataclass(frozen=True)
class Cell:
    """A count as the public sees it: `value` is None when it is hidden; `small` when it is known to be 1 to 4."""

    value: int | None
    small: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table and its total."""

    cells: tuple[Cell, ...]
    total: Cell


def suppress(counts: Sequence[int]) -> Column:
    """The column as it may be published; `counts` are what its rows hold, none below nought."""
    total = sum(counts)
    small = [place for place, count in enumerate(counts) if 0 < count < SMALL]
    if not small:
        return Column(tuple(Cell(count) for count in counts), Cell(total))
    hidden: list[int] = []
    shown_total = not 0 < total < SMALL
    if shown_total:
        large = sorted((place for place in range(len(counts)) if counts[place] >= SMALL), key=lambda p: (counts[p], p))
        while not _safe(counts, small, hidden):
            if len(hidden) == len(large):
                shown_total = False
                break
            hidden.append(large[len(hidden)])
    cells = tuple(
        Cell(None, small=True) if place in small else Cell(None if place in hidden else count)
        for place, count in enumerate(counts)
    )
    return Column(cells, Cell(total) if shown_total else Cell(None, small=0 < total < SMALL))


def _safe(counts: Sequence[int], small: Sequence[int], hidden: Sequence[int]) -> bool:
    """Whether each "<5" could be two numbers at least, for somebody who subtracts what is shown from the total."""
    left = sum(counts[place] for place in (*small, *hidden))
    fewest = (len(small) - 1) + SMALL * len(hidden)  # what the other hidden counts are at least
    most = None if hidden else (SMALL - 1) * (len(small) - 1)
    lowest = 1 if most is None else max(1, left - most)
    return min(SMALL - 1, left - fewest) > lowest
