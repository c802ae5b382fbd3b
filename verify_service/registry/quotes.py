"""A quote that is never closed: it takes the people below it into one cell, and nobody would be told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from verify_service.registry.problems import FileRefused

_LINE_END = re.compile(r"\r\n|\r|\n")
# An identity number, in the forms that cells hold it; a phone has at most 13 digits with its country.
_IDENTITY = re.compile(r"""(?<!\d)\d(?:[ .\-'"]?\d){13,}""")

# So many records, or records of so many cells, say how wide a file is: a program that writes delimiters to the last
# column of its sheet would have a thousand records fill the memory.
_SAMPLE, _SAMPLE_CELLS = 1_000, 500_000
_FIGURE = re.compile(r"\d{5}")


def refuse_swallowed(name: str, records: Iterable[tuple[int, list[str]]], delimiter: str) -> Iterator[list[str]]:
    """The records of a text table, each given with the line in which it begins, one by one.

    Raises FileRefused, which names the line, at the first that has taken what stood behind it.
    """
    coming = iter(records)
    first = _sample(coming)
    width = _usual_width(record for _, record in first)
    for opened, record in chain(first, coming):
        place = swallowed(record, delimiter, width)
        if place is not None:
            line = opened + sum(len(_LINE_END.findall(cell)) for cell in record[:place])
            raise FileRefused(
                f'{name}, line {line}: a quote (") is opened and not closed in the same cell, so that what stands'
                " behind it would be lost. Take the quote out, or close it, and send the file again."
            )
        yield record


def _sample(coming: Iterator[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    first: list[tuple[int, list[str]]] = []
    cells = 0
    for opened, record in coming:
        first.append((opened, record))
        cells += len(record)
        if len(first) == _SAMPLE or cells >= _SAMPLE_CELLS:
            break
    return first


def _usual_width(records: Iterable[Sequence[str]]) -> int:
    """How many cells the rows of a file have; the few that have swallowed others are outvoted."""
    counts = Counter(len(record) for record in records if record)
    return max(counts, key=lambda width: (counts[width], width), default=1)


def swallowed(record: Sequence[str], delimiter: str, width: int) -> int | None:
    """Which cell of a record has taken what stood behind it, or None; `width`: how many cells a line has.

    A cell of several lines is an address more often than not. What gives the other away: its first line and its last
    end where rows do, a line of it is a row, or the number of another person stands in it.
    """
    if len(record) >= width and _LINE_END.search("".join(record)) is None:
        return None
    for place, cell in enumerate(record):
        first, *further = _LINE_END.split(cell)
        behind, before_end = len(record) - 1 - place, width - 1 - place
        if further:
            closes_in_a_row = behind == 0 or further[-1].count(delimiter) + behind == width - 1
            ends_a_row = first.count(delimiter) == before_end and closes_in_a_row
            ends_a_row = ends_a_row and (before_end >= 1 or behind >= 1)  # the last cell of a row may have lines
            if ends_a_row or any(_is_a_row(line, delimiter, width) for line in further):
                return place
        elif behind < before_end and delimiter in cell and behind + cell.count(delimiter) == before_end:
            return place  # closed on the same line: the cells behind it have moved to the left
    return None


def holds_rows(cell: object) -> bool:
    """Whether a cell of a spreadsheet has further people in it: pasted in whole, or swallowed before it was one."""
    return isinstance(cell, str) and "\n" in cell and any(_IDENTITY.search(line) for line in cell.split("\n")[1:])


def _is_a_row(line: str, delimiter: str, width: int) -> bool:
    """Whether a line inside a cell is a further person: as many cells as a row and a figure, or an identity number."""
    wide = width > 2 and line.count(delimiter) >= width - 1 and _FIGURE.search(line)
    return bool(wide or _IDENTITY.search(line))
