"""What a workbook says of its rows beside their values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Marks:
    """Of one sheet: the numbers of hidden or filtered rows, and the columns (0-based) struck out in each row."""

    hidden: set[int] = field(default_factory=set)
    struck: dict[int, set[int]] = field(default_factory=dict)
