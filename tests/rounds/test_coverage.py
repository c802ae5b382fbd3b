"""How often an interval holds the truth of the list, by going through every sample there is."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import pytest

from tests.rounds.wrong import wald
from verify_service.rounds.estimates import Cell, stratified
from verify_service.rounds.intervals import Interval, clopper_pearson, wilson, wilson_fpc, wilson_of

Way = Callable[[int, int, int], Interval]
WAYS: dict[str, Way] = {
    "wald": lambda yes, n, population: wald(yes, n, fpc=(population - n) / (population - 1)),
    "wilson": wilson_fpc,
    "clopper-pearson": lambda yes, n, _: clopper_pearson(yes, n),
}


def chances(population: int, marked: int, drawn: int) -> list[float]:
    """Of each number of marked people in a simple sample (hypergeometric)."""

    def ways(of: int, chosen: int) -> float:
        if not 0 <= chosen <= of:
            return -math.inf
        return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)

    whole = ways(population, drawn)
    return [math.exp(ways(marked, k) + ways(population - marked, drawn - k) - whole) for k in range(drawn + 1)]


def holds(interval: tuple[float, float], truth: float) -> bool:
    return interval[0] - 1e-12 <= truth <= interval[1] + 1e-12


def coverage(population: int, yes: int, n: int, way: Way) -> float:
    return sum(
        chance
        for k, chance in enumerate(chances(population, yes, n))
        if chance > 1e-13 and holds(way(k, n, population), yes / population)
    )


@pytest.mark.parametrize(
    ("n", "covered"),
    [
        (100, {"wald": 0.8649, "wilson": 0.9501, "clopper-pearson": 0.9850}),
        (370, {"wald": 0.9346, "wilson": 0.9460, "clopper-pearson": 0.9641}),
    ],
)
def test_at_98_of_100_only_the_textbook_interval_misses(n: int, covered: dict[str, float]) -> None:
    assert {name: round(coverage(10_000, 9_800, n, way), 4) for name, way in WAYS.items()} == covered


def test_the_exact_interval_never_covers_less_than_it_says() -> None:
    for yes in (1, 5, 40, 150, 199):
        assert coverage(200, yes, 30, lambda k, n, _: clopper_pearson(k, n)) >= 0.95


def two_strata(sizes: tuple[int, int], yes: tuple[int, int], n: tuple[int, int], how: str) -> float:
    truth, covered = sum(yes) / sum(sizes), 0.0
    each = [chances(*one) for one in zip(sizes, yes, n, strict=True)]
    for first, second in product(range(n[0] + 1), range(n[1] + 1)):
        chance = each[0][first] * each[1][second]
        if chance > 1e-9:
            cells = [Cell("a", sizes[0], n[0], first), Cell("b", sizes[1], n[1], second)]
            found = stratified(cells, soft=how == "soft")
            by_z = wilson_of(found.share, found.n_eff)
            half = 1.959964 * found.se
            covered += chance * holds((found.share - half, found.share + half) if how == "wald" else by_z, truth)
    return covered


@pytest.mark.parametrize(
    ("sizes", "yes", "n", "covered"),
    [
        ((2000, 200), (1960, 150), (60, 50), {"wald": 0.7265, "plain": 0.7268, "soft": 0.9811}),
        ((4000, 500), (3800, 350), (150, 100), {"wald": 0.9302, "plain": 0.9399, "soft": 0.9475}),
    ],
)
def test_a_heavy_stratum_that_is_all_yes_is_covered_by_the_soft_interval_alone(
    sizes: tuple[int, int], yes: tuple[int, int], n: tuple[int, int], covered: dict[str, float]
) -> None:
    assert {how: round(two_strata(sizes, yes, n, how), 4) for how in covered} == covered


def test_deleting_the_silent_misses_the_truth_for_sure() -> None:
    truth, yes_answer, no_answer = 0.80, 0.60, 0.20
    seen = truth * yes_answer / (truth * yes_answer + (1 - truth) * no_answer)
    assert f"{seen:.6f}" == "0.923077"
    n = 370
    covered = sum(math.comb(n, k) * seen**k * (1 - seen) ** (n - k) for k in range(n + 1) if holds(wilson(k, n), truth))
    assert f"{covered:.4f}" == "0.0000"
