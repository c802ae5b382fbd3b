"""How a sample is divided among the strata of a list.

Each function takes and gives `{stratum: people}` in the order of its input; sums are exact, and no stratum gets more
than it has. Sources: Hamilton's largest remainder; Wright 2012 and 2017 (exact integer Neyman allocation with bounds).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from fractions import Fraction

from verify_service.rounds.size import completes

_TWO = 2  # answers at least, for a variance


def largest_remainder(n: int, sizes: Mapping[str, int], least: int = 0) -> dict[str, int]:
    """n people by the sizes of the strata: floors of n N_h/N, then one each to the largest remainders.

    Exact fractions; of equal remainders the bigger stratum goes first, then the name. A stratum that would get fewer
    than `least` gets min(least, N_h), and the rest is divided again. ValueError when n is more than the list or less
    than the least.
    """
    _fits(n, sizes, least)
    fixed: dict[str, int] = {}
    while True:
        rest = {name: size for name, size in sizes.items() if name not in fixed}
        got = _by_remainder(n - sum(fixed.values()), rest)
        low = {name: min(least, size) for name, size in rest.items() if got[name] < min(least, size)}
        if not low:
            return {name: fixed[name] if name in fixed else got[name] for name in sizes}
        fixed |= low


def equal_precision(sizes: Mapping[str, int], confidence: float, margin: float) -> dict[str, int]:
    """The answers that each stratum needs to be known within the margin by itself; the price of a claim for each."""
    return {name: completes(size, confidence, margin) for name, size in sizes.items()}


def neyman(n: int, sizes: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, int]:
    """n people so that the whole list's share is known best, given what share each stratum had before.

    Wright: everybody starts at min(2, N_h); each next seat goes to the largest N_h S_h/√(k(k+1)), k its seats now, of
    the strata with k < N_h; S_h = √(p_h q_h). Ties: bigger stratum, then name. A share of 0 or 1 would leave a stratum
    at two for ever: give `laplace` of the round before. ValueError when n does not fit or a share is lacking.
    """
    _fits(n, sizes, _TWO)
    if lacking := [name for name in sizes if not 0 <= shares.get(name, -1.0) <= 1]:
        raise ValueError(f"Give a share of 0 to 1 for {', '.join(lacking)}; 0.5 where nothing is known.")
    seats = {name: min(_TWO, size) for name, size in sizes.items()}
    spread = {name: size * math.sqrt(shares[name] * (1 - shares[name])) for name, size in sizes.items()}

    def turn(name: str) -> tuple[float, int, str]:
        return -spread[name] / math.sqrt(seats[name] * (seats[name] + 1)), -sizes[name], name

    queue = [turn(name) for name, size in sizes.items() if size > seats[name]]
    heapq.heapify(queue)
    for _ in range(n - sum(seats.values())):
        name = queue[0][2]
        seats[name] += 1
        if seats[name] < sizes[name]:
            heapq.heapreplace(queue, turn(name))
        else:
            heapq.heappop(queue)
    return seats


def laplace(yes: int, answers: int) -> float:
    """The share to plan with after so many answers, (y+1)/(r+2): never 0 or 1, and 0.5 where nobody answered."""
    if not 0 <= yes <= answers:
        raise ValueError(f"Of {answers} answers {yes} cannot be yes: give at most as many as answered.")
    return (yes + 1) / (answers + 2)


def _by_remainder(n: int, sizes: Mapping[str, int]) -> dict[str, int]:
    total = sum(sizes.values())
    quotas = {name: Fraction(n * size, total) if total else Fraction(0) for name, size in sizes.items()}
    seats = {name: math.floor(quota) for name, quota in quotas.items()}
    left = n - sum(seats.values())
    for name in sorted(sizes, key=lambda name: (seats[name] - quotas[name], -sizes[name], name))[:left]:
        seats[name] += 1
    return seats


def _fits(n: int, sizes: Mapping[str, int], least: int) -> None:
    if wrong := [name for name, size in sizes.items() if size < 0]:
        raise ValueError(f"A stratum has people or none: give 0 or more for {', '.join(wrong)}.")
    total, needed = sum(sizes.values()), sum(min(least, size) for size in sizes.values())
    if n > total:
        raise ValueError(f"The list has {total} people: give at most that, not {n}.")
    if n < needed:
        raise ValueError(f"At least {needed} people are needed, {least} in each stratum that has them: {n} is too few.")
