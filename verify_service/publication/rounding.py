"""Controlled rounding: every count goes to a neighbouring multiple of five, so that all sums still hold.

A mixed-integer program (HiGHS) over all tables at once. A count that is a multiple of five stays; one of 1 to 4 is
printed as 0 or 5. Last week's value stays where it may, so that one more answer does not show. Which way a count goes
else is a matter of chance as well as of nearness: were it the nearest alone, a reader could reckon back.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import highspy
import numpy as np

from verify_service.publication.programs import Rows, solver
from verify_service.publication.tables import BASE, Counts
from verify_service.publication.tallies import Sum

_KEEP = 100.0  # worth more than any nearness
_LUCK = 3.0  # how far chance outweighs nearness, in people
_GAP = 0.02  # of the best: the sums hold in any case
_PATIENCE = 120.0  # seconds


def rounded(
    counts: Counts, sums: Sequence[Sum], last: Mapping[str, int], chance: random.Random
) -> dict[str, int] | None:
    """The counts as they may be printed; None where no table of neighbours adds up."""
    keys = sorted(counts)
    exact = np.array([counts[key] for key in keys])
    below = exact // BASE
    rest = exact - below * BASE
    luck = np.array([chance.uniform(-_LUCK, _LUCK) for _ in keys])
    cost = BASE - 2.0 * rest + luck
    kept = np.array([last.get(key, -1) for key in keys])
    cost += np.where(kept == (below + 1) * BASE, -_KEEP, 0.0) + np.where(kept == below * BASE, _KEEP, 0.0)
    rows = Rows(keys)
    for total, parts in sums:
        place = rows.places
        short = below[place[total]] - sum(below[place[part]] for part in parts)
        rows.add([(total, -1.0), *((part, 1.0) for part in parts)], float(short), float(short))
    program = solver(rows, np.zeros(len(keys)), (rest > 0).astype(float), cost, whole=True)
    program.setOptionValue("mip_rel_gap", _GAP)
    program.setOptionValue("time_limit", _PATIENCE)
    program.run()
    if program.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
        return None
    up = np.rint(np.array(program.getSolution().col_value)).astype(int)
    return {key: int(number) for key, number in zip(keys, BASE * (below + up), strict=True)}
