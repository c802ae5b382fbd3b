"""The short form of rounds by lot, and what its long form rests on."""

from __future__ import annotations

from itertools import product

import pytest

from tests.rounds.test_coverage import chances
from tests.soak.rounds_by_lot import (
    COMPLETES,
    EQUAL,
    STRATUM_WINDOW,
    UNEQUAL,
    WINDOW,
    a_list,
    mc_se,
    pass_chance,
    run,
)
from verify_service.rounds.allocation import largest_remainder
from verify_service.rounds.estimates import Cell, stratified


def test_rounds_by_lot_come_out_as_they_must(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(rounds=100, seed=1), capsys.readouterr().out
    told = capsys.readouterr().out
    assert told.count("must fail") == 8, "what others print is among them"


def test_so_many_rounds_tell_right_from_wrong() -> None:
    assert f"{mc_se(0.95, 2_000):.6f}" == "0.004873"
    assert f"{pass_chance(0.95, 2_000, *WINDOW):.4f}" == "0.9982"
    assert f"{pass_chance(0.93, 2_000, *WINDOW):.4f}" == "0.2036"


def test_the_true_coverage_of_every_large_stratum_lies_inside_the_window() -> None:
    # A small sample steps: were it outside, the run would have to change p or n, never the window.
    for (p, n), sizes in product(COMPLETES.items(), (EQUAL, UNEQUAL)):
        listed, seats = a_list(sizes, p), largest_remainder(n, sizes)
        for name, people in listed.items():
            if seats[name] >= 100:
                yes = sum(person.yes for person in people)
                assert STRATUM_WINDOW[0] < covered(len(people), yes, seats[name]) < STRATUM_WINDOW[1], (p, name)


def covered(population: int, yes: int, n: int) -> float:
    total = 0.0
    for k, chance in enumerate(chances(population, yes, n)):
        if chance > 1e-9:
            found = stratified([Cell("all", population, n, k)])
            total += chance * (found.low <= yes / population <= found.high)
    return total
