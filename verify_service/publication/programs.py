"""Linear programs over counts that have names, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


class Rows:
    """The rows of a program: sums of named counts between two bounds."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.places = {key: place for place, key in enumerate(keys)}
        self.start: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, terms: Iterable[tuple[str, float]], low: float, high: float) -> None:
        """One more row: low <= the terms together <= high."""
        for key, factor in terms:
            self.index.append(self.places[key])
            self.value.append(factor)
        self.start.append(len(self.index))
        self.low.append(low)
        self.high.append(high)


def solver(rows: Rows, low: Numbers, high: Numbers, cost: Numbers, *, whole: bool) -> Any:
    """HiGHS with this program: each count between its bounds, in whole numbers or not; it minimises the cost."""
    program = highspy.HighsLp()
    program.num_col_ = len(rows.places)
    program.num_row_ = len(rows.low)
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, low, high
    program.row_lower_, program.row_upper_ = np.array(rows.low), np.array(rows.high)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.array(rows.start)
    program.a_matrix_.index_ = np.array(rows.index)
    program.a_matrix_.value_ = np.array(rows.value)
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(rows.places)
    made = highspy._Highs()  # type: ignore[attr-defined]  # without its callbacks, and without a greeting on standard output
    made.setOptionValue("output_flag", False)
    made.setOptionValue("threads", 1)
    made.passModel(program)
    return made
