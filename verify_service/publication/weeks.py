"""What was printed in the weeks before, as whoever reads it all knows it.

Apart from the attack, which loads a solver: every process that looks whether a publication is due has this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from verify_service.publication.tables import BASE, Counts

SMALL: Final = 5  # counts of 1 to 4 are somebody's own affair
WEEKS: Final = 8  # of publications that are held against one another

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Week:
    """One publication as the attack sees it: the true counts, and between what each must lie by what was printed."""

    counts: Counts
    printed: Mapping[str, Bounds] = field(repr=False)
    basis: str


def bounds_of(printed: Mapping[str, int], exact: Mapping[str, int]) -> dict[str, Bounds]:
    """Between what a count must lie: less than five from what is printed, or known where it is printed as it is."""
    held: dict[str, Bounds] = {
        key: (max(0.0, value - BASE + 1), float(value + BASE - 1)) for key, value in printed.items()
    }
    return held | {key: (float(value), float(value)) for key, value in exact.items()}
