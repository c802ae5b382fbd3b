"""The draw: in each stratum in ascending order of SHA-256 (hex) of the UTF-8 text "SEED:ID", the first so many.

Sequential sampling with permanent random numbers (Ohlsson): a longer prefix only adds people, the same seed draws the
same people of the same list, and anybody can repeat it in ten lines of any language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

# The same order in PostgreSQL: bytes compare as their hex digits do.
ORDER_SQL = "sha256(convert_to(:seed || ':' || enrolment_id, 'UTF8'))"


def key(seed: str, identifier: str) -> str:
    """What somebody is ordered by: 64 hex digits."""
    return hashlib.sha256(f"{seed}:{identifier}".encode()).hexdigest()


def order(seed: str, identifiers: Iterable[str]) -> list[str]:
    """The identifiers of one stratum in the order in which they are drawn."""
    return sorted(identifiers, key=lambda one: (key(seed, one), one))


def sample(seed: str, frame: Iterable[tuple[str, str]], allocation: Mapping[str, int]) -> list[str]:
    """Who is drawn of a frame of (id, stratum): stratum by stratum as the allocation names them, in their order.

    ValueError where the allocation takes more than a stratum has, or names one that the frame has not.
    """
    strata: dict[str, list[str]] = {}
    for identifier, stratum in frame:
        strata.setdefault(stratum, []).append(identifier)
    drawn: list[str] = []
    for stratum, number in allocation.items():
        held: Sequence[str] = strata.get(stratum, [])
        if number > len(held):
            raise ValueError(f"stratum {stratum!r} has {len(held)} people, and {number} should be drawn of it")
        drawn += order(seed, held)[:number]
    return drawn
