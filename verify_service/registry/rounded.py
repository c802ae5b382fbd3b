"""NIKs that a spreadsheet rounded: each may be somebody's, and only the column gives them away.

Fifteen digits of a number are kept and the last becomes a zero. One NIK in ten ends so by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

_BY_ITSELF = 0.1
# How seldom a sound list may look like a rounded one. The longer the list, the more would be refused for nothing.
_SELDOM = 0.0011
_FEWEST = 3


def rounded(numbers: Iterable[str]) -> frozenset[str]:
    """Those of a column's numbers that end in a zero, where more do, or more in a row, than can be by chance."""
    seen: set[int] = set()  # a number, of which a million take half of what their digits would
    zeros: list[int] = []
    runs: list[list[int]] = []
    zero_before = False
    for number in map(int, numbers):
        if number in seen:
            continue
        seen.add(number)
        zero = number % 10 == 0
        if zero:
            zeros.append(number)
            if zero_before:
                runs[-1].append(number)
            else:
                runs.append([number])
        zero_before = zero
    once = len(seen)
    if len(zeros) < _FEWEST:
        return frozenset()
    if _chance(len(zeros), once) <= _SELDOM / max(1.0, once / 10):
        return frozenset(map(_digits, zeros))
    return frozenset(
        _digits(number)
        for run in runs
        if len(run) >= _FEWEST and once * _BY_ITSELF ** len(run) <= _SELDOM
        for number in run
    )


def _digits(number: int) -> str:
    return f"{number:016}"


def _chance(zeros: int, of: int) -> float:
    """At most how likely so many zeros are among so many numbers (Chernoff's bound)."""
    share = zeros / of
    if share <= _BY_ITSELF:
        return 1.0
    apart = share * math.log(share / _BY_ITSELF)
    if share < 1:
        apart += (1 - share) * math.log((1 - share) / (1 - _BY_ITSELF))
    return math.exp(-of * apart)
