"""What a reader can reckon back from everything that was printed: the least and the most that a small count can be.

A reader knows every printed table, every sum between them, that a printed count is less than five from the true one,
and how counts move while nobody comes or goes. Linear programming finds all that follows from this. More is granted
than a reader has: of each count it is given away whether it rose or fell as answers do.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np

from verify_service.publication.programs import Numbers, Rows, solver
from verify_service.publication.tables import FALLING, GROWING, STEADY, outcome_of
from verify_service.publication.tallies import ALL, Sum
from verify_service.publication.weeks import SMALL, Week

LEAST_WIDTH: Final = 3.0  # from the least to the most that a small count can be: four values
_TOUCH: Final = 1e-6
_MANY: Final = 4  # counts that three programs over all must settle, or those left are asked one by one


@dataclass(frozen=True)
class Narrow:
    """A small count that can be told too closely: its week (0 is the oldest), its name, the least and the most."""

    week: int
    key: str
    least: float
    most: float

    @property
    def recovered(self) -> bool:
        return self.most - self.least < 1 - _TOUCH


def small_counts(weeks: Sequence[Week]) -> list[tuple[int, str]]:
    """Every count of 1 to 4 of these weeks."""
    return [
        (place, key)
        for place, week in enumerate(weeks)
        for key, count in sorted(week.counts.items())
        if 0 < count < SMALL
    ]


def attack(weeks: Sequence[Week], sums: Sequence[Sum], least_width: float = LEAST_WIDTH) -> list[Narrow]:
    """The small counts of any of these weeks that follow from all that was printed to less than this width."""
    targets = small_counts(weeks)
    return _Attack(weeks, sums, targets, least_width).run() if targets else []


class _Attack:
    """One program over all weeks. Each solution shows a value of every count: most need no program of their own."""

    def __init__(
        self, weeks: Sequence[Week], sums: Sequence[Sum], targets: Sequence[tuple[int, str]], least_width: float
    ) -> None:
        self.targets, self.least_width = targets, least_width
        names = _names(weeks)
        rows, low, high = _rows(weeks, sums, names)
        self.program = solver(rows, low, high, np.zeros(len(low)), whole=False)
        self.columns = np.array([rows.places[names[target]] for target in targets], dtype=np.int32)
        truth = np.array([weeks[place].counts[key] for place, key in targets], dtype=float)
        self.least, self.most = truth.copy(), truth.copy()
        self.everywhere = np.arange(len(low), dtype=np.int32)

    def run(self) -> list[Narrow]:
        """Many at once for as long as that settles some; those that are left one by one."""
        chance = random.Random(1)  # noqa: S311  # which way to look first
        way, settled = 1.0, _MANY
        while settled >= _MANY:
            before = self._open()
            for sign in (way, -way):
                self._solve(before, sign * np.array([chance.uniform(0.5, 1.0) for _ in before]))
            self._solve(before, np.array([chance.choice((-1.0, 1.0)) for _ in before]))
            settled = len(before) - len(self._open())
        narrow = []
        while (open_ones := self._open()).size:
            one = open_ones[:1]
            self._solve(one, np.array([1.0]))
            self._solve(one, np.array([-1.0]))
            place = int(one[0])
            if self.most[place] - self.least[place] < self.least_width - _TOUCH:
                week, key = self.targets[place]
                narrow.append(Narrow(week, key, float(self.least[place]), float(self.most[place])))
                self.most[place] = np.inf  # told: not asked again
        return narrow

    def _open(self) -> Any:
        return np.flatnonzero(self.most - self.least < self.least_width - _TOUCH)

    def _solve(self, of: Any, cost: Numbers) -> None:
        costs = np.zeros(len(self.everywhere))
        costs[self.columns[of]] = cost
        self.program.changeColsCost(len(self.everywhere), self.everywhere, costs)
        self.program.run()
        if self.program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"the attack ended as {self.program.getModelStatus().name}")
        shown = np.array(self.program.getSolution().col_value)[self.columns]
        self.least, self.most = np.minimum(self.least, shown), np.maximum(self.most, shown)


def _names(weeks: Sequence[Week]) -> dict[tuple[int, str], str]:
    """What each week's counts are called in the program: one that stays as it is has one name for all those weeks."""
    names: dict[tuple[int, str], str] = {}
    for place, week in enumerate(weeks):
        before = weeks[place - 1] if place else None
        steady = STEADY if before is not None and before.basis == week.basis else {ALL}  # a list outlasts its months
        for key, count in week.counts.items():
            same = before is not None and outcome_of(key) in steady and before.counts.get(key) == count
            names[place, key] = names[place - 1, key] if same else f"{place} {key}"
    return names


def _rows(
    weeks: Sequence[Week], sums: Sequence[Sum], names: Mapping[tuple[int, str], str]
) -> tuple[Rows, Numbers, Numbers]:
    """All sums of all weeks, how answers move from week to week, and between what each count lies."""
    rows = Rows(list(dict.fromkeys(names.values())))
    low, high = np.zeros(len(rows.places)), np.full(len(rows.places), highspy.kHighsInf)
    seen = set()
    for place, week in enumerate(weeks):
        for key in week.counts:
            column = rows.places[names[place, key]]
            least, most = week.printed.get(key, (0.0, highspy.kHighsInf))
            low[column], high[column] = max(low[column], least), min(high[column], most)
        for total, parts in sums:
            held = [part for part in parts if part in week.counts]  # a month that was to come is in no older week
            if total not in week.counts or sum(week.counts[part] for part in held) != week.counts[total]:
                continue
            row = (names[place, total], *(names[place, part] for part in held))
            if row not in seen:
                seen.add(row)
                rows.add([(row[0], -1.0), *((part, 1.0) for part in row[1:])], 0.0, 0.0)
        if place and weeks[place - 1].basis == week.basis:
            _link(rows, names, place, weeks[place - 1], week)
    return rows, low, high


def _link(rows: Rows, names: Mapping[tuple[int, str], str], place: int, before: Week, now: Week) -> None:
    """How answers moved from the week before, where they moved as answers do."""
    for key in now.counts.keys() & before.counts.keys():
        outcome, step = outcome_of(key), now.counts[key] - before.counts[key]
        if outcome in GROWING and step >= 0:
            rows.add([(names[place, key], 1.0), (names[place - 1, key], -1.0)], 0.0, highspy.kHighsInf)
        elif outcome in FALLING and step <= 0:
            rows.add([(names[place, key], 1.0), (names[place - 1, key], -1.0)], -highspy.kHighsInf, 0.0)
