"""Intervals around a share, and around the difference of two."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rounds.many import many
from tests.rounds.wrong import wald
from verify_service.rounds.intervals import (
    Interval,
    beta_quantile,
    bounds,
    clopper_pearson,
    expected_overlap,
    hypergeometric_at_most,
    kish,
    korn_graubard,
    korn_graubard_size,
    most_no,
    newcombe,
    paired,
    partly_same,
    se_of,
    student,
    upper,
    wilson,
    wilson_fpc,
    wilson_of,
    with_empty,
    z,
)


def told(found: tuple[float, ...], digits: int = 6) -> str:
    return " ".join(f"{number:.{digits}f}" for number in found)


def test_quantiles_are_those_of_the_tables() -> None:
    assert f"{z(0.95):.6f} {z(0.90):.6f} {z(0.99):.6f}" == "1.959964 1.644854 2.575829"
    tables = {1: 12.706205, 2: 4.302653, 5: 2.570582, 11: 2.200985, 30: 2.042272, 287: 1.968264, 10**7: 1.959964}
    assert {df: round(student(0.95, df), 6) for df in tables} == tables
    assert student(0.99, 3) == pytest.approx(5.840909, abs=1e-6)
    assert beta_quantile(0.5, 3, 3) == pytest.approx(0.5)
    assert beta_quantile(0.25, 1, 1) == pytest.approx(0.25)


def test_a_simple_share_has_its_interval() -> None:
    assert told(wilson(340, 370)) == "0.886612 0.942617"
    assert told(wilson(0, 370)) == "0.000000 0.010276"
    assert told(wilson(60, 60)) == "0.939828 1.000000"
    assert told(wilson(363, 370)) == "0.961469 0.990806"
    assert told(wilson(2, 30)) == "0.018477 0.213235"
    assert told(wilson(310, 360)) == "0.821560 0.893037"
    assert told(wilson(7, 20), 4) == "0.1812 0.5671"


def test_a_finite_list_narrows_it_until_everybody_answered() -> None:
    assert told(wilson_fpc(340, 370, 1000)) == "0.894011 0.938377"
    assert wilson_fpc(340, 370, 370) == (340 / 370, 340 / 370)
    assert told((se_of(47, 52, 60), se_of(47, 52))) == "0.015074 0.041281"
    assert se_of(1, 1, 1) == 0


def test_the_textbook_interval_claims_too_much() -> None:
    assert told(wald(363, 370)) == "0.967199 0.994963"
    assert told(wald(60, 60), 1) == "1.0 1.0"


def test_small_counts_have_an_exact_interval() -> None:
    assert told(clopper_pearson(2, 30)) == "0.008178 0.220735"
    assert clopper_pearson(0, 30).low == 0
    assert clopper_pearson(30, 30).high == 1


@pytest.mark.parametrize(("answers", "most"), [(59, 0.049508), (93, 0.0317), (299, 0.0100)])
def test_no_error_in_so_many_promises_so_few(answers: int, most: float) -> None:
    assert upper(0, answers) == pytest.approx(most, abs=5e-5)
    assert upper(0, answers) == pytest.approx(1 - 0.05 ** (1 / answers))


def test_all_yes_on_a_short_list_leaves_so_many_no() -> None:
    assert most_no(52, 52, 60) == 1
    assert most_no(52, 52, 52) == 0
    for yes, answers, population in [(52, 52, 60), (50, 52, 60), (20, 20, 200), (0, 5, 9), (19, 20, 1000)]:
        seen = answers - yes
        believable = [
            marked
            for marked in range(seen, population - yes + 1)
            if sum(math.comb(marked, k) * math.comb(population - marked, answers - k) for k in range(seen + 1)) * 20
            > math.comb(population, answers)
        ]
        assert most_no(yes, answers, population) == max(believable)


def test_a_clustered_share_has_the_interval_of_korn_and_graubard() -> None:
    assert f"{korn_graubard_size(370, 1.4, 11):.2f}" == "210.95"
    assert told(korn_graubard(0.92, 370, 1.4, 11)) == "0.874804 0.952812"


def test_unequal_weights_cost_answers() -> None:
    deff = kish([10] * 100 + [20] * 50 + [40] * 20)
    assert f"{deff:.6f} {170 / deff:.2f}" == "1.344388 126.45"


def test_two_rounds_whose_intervals_overlap_differ_all_the_same() -> None:
    first, second = wilson(310, 360), wilson(340, 370)
    assert first.high > second.low
    assert told(newcombe(310 / 360, first, 340 / 370, second)) == "-0.057808 -0.103915 -0.012387"


def test_a_panel_is_compared_by_who_changed_his_answer() -> None:
    assert told(paired(300, 12, 25, 33)) == "-0.035135 0.016338"
    change = partly_same(0.90, 370, 0.86, 370, 200, 0.82)
    assert f"{change.se:.6f}" == "0.020839"
    assert f"{partly_same(0.90, 370, 0.86, 370, 0, 0).se:.6f}" == "0.023846"
    n, b, c = 370, 12, 25
    whole = partly_same((300 + b) / n, n, (300 + c) / n, n, n, 300 / n)
    assert whole.se == pytest.approx(paired(300, b, c, 33).se), "the same people all: a panel"


def test_two_seeds_share_some_people_by_chance() -> None:
    assert expected_overlap(370, 370, 10_000) == pytest.approx(13.69)


def test_the_silent_may_have_said_anything() -> None:
    found = bounds(340, 370, 925)
    assert told((found.low, found.high, found.outer_low, found.outer_high)) == "0.367568 0.967568 0.337104 0.977189"
    assert told(with_empty(0.92, 0.06), 4) == "0.8648 0.9248"


def test_what_is_published_is_said_in_whole_per_cents() -> None:
    low, high = wilson(340, 370)
    silent = bounds(340, 370, 925)
    said = [370 / 925, 340 / 370, low, high, silent.low, silent.high]
    assert [f"{share:.0%}" for share in said] == ["40%", "92%", "89%", "94%", "37%", "97%"]


answered = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@many
@given(answered, confidences)
def test_every_interval_holds_its_share_and_lies_within_0_and_1(counts: tuple[int, int], confidence: float) -> None:
    yes, n = counts
    for interval in (
        wilson(yes, n, confidence),
        clopper_pearson(yes, n, confidence),
        wilson_fpc(yes, n, 3_000, confidence),
        wilson_of(yes / n, n / 1.7, confidence, df=max(1, n - 4)),
    ):
        assert 0 <= interval.low <= yes / n <= interval.high <= 1
    no = wilson(n - yes, n, confidence)
    assert (1 - no.high, 1 - no.low) == pytest.approx(wilson(yes, n, confidence)), "yes and no are mirrored"


@many
@given(answered, st.integers(3_000, 10**7))
def test_more_confidence_is_wider_and_a_list_that_ends_is_narrower(counts: tuple[int, int], population: int) -> None:
    yes, n = counts
    assert width(wilson(yes, n, 0.90)) < width(wilson(yes, n, 0.95)) < width(wilson(yes, n, 0.99))
    assert width(wilson_fpc(yes, n, population)) <= width(wilson(yes, n)) + 1e-12
    assert width(wilson_of(yes / n, n, df=5)) > width(wilson(yes, n))
    assert upper(yes, n) <= clopper_pearson(yes, n).high + 1e-9


@many
@given(answered, st.integers(2, 9))
def test_more_answers_of_the_same_kind_narrow_it(counts: tuple[int, int], times: int) -> None:
    yes, n = counts
    assert width(wilson(yes * times, n * times)) < width(wilson(yes, n))
    assert width(clopper_pearson(yes * times, n * times)) <= width(clopper_pearson(yes, n)) + 1e-12


@many
@given(answered)
def test_one_more_yes_moves_both_ends_up(counts: tuple[int, int]) -> None:
    yes, n = counts
    assume(yes < n)
    for interval in (wilson, clopper_pearson):
        before, after = interval(yes, n), interval(yes + 1, n)
        assert before.low <= after.low
        assert before.high <= after.high


@many
@given(answered, answered)
def test_a_difference_lies_in_its_interval_and_turns_round_with_its_rounds(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    ours = [(yes / n, wilson(yes, n)) for yes, n in (one, other)]
    there = newcombe(*ours[0], *ours[1])
    back = newcombe(*ours[1], *ours[0])
    assert -1 - 1e-9 <= there.low <= there.difference <= there.high <= 1 + 1e-9
    assert (-back.difference, -back.high, -back.low) == pytest.approx(tuple(there))


@many
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=50))
def test_unequal_weights_never_help(weights: list[float]) -> None:
    assert kish(weights) >= 1 - 1e-9


@many
@given(answered, st.integers(0, 5_000))
def test_bounds_hold_the_share_of_those_who_answered_and_every_word_of_the_silent(
    counts: tuple[int, int], silent: int
) -> None:
    yes, n = counts
    found = bounds(yes, n, n + silent)
    assert found.outer_low <= found.low <= yes / n <= found.high <= found.outer_high
    for said in {0, silent // 3, silent}:
        assert found.low <= (yes + said) / (n + silent) <= found.high


def test_the_exact_bounds_are_those_of_the_binomial_they_invert() -> None:
    for yes, n in [(2, 30), (17, 40), (363, 370), (1, 2)]:
        low, high = clopper_pearson(yes, n)
        assert sum(binomial(k, n, low) for k in range(yes, n + 1)) == pytest.approx(0.025)
        assert sum(binomial(k, n, high) for k in range(yes + 1)) == pytest.approx(0.025)


def binomial(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def test_a_million_answers_are_no_harder_than_a_hundred() -> None:
    low, high = clopper_pearson(900_000, 1_000_000)
    assert (low, high) == pytest.approx(wilson(900_000, 1_000_000), abs=1e-5)
    assert most_no(1000, 1000, 1_000_000) == 2989
    assert 0 < hypergeometric_at_most(0, 1_000_000, 2989, 1000) < 1


def width(interval: Interval) -> float:
    return interval.high - interval.low


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: wilson(1, 0), "print the counts"),
        (lambda: wilson(5, 4), "Of 4 answers 5 cannot be yes"),
        (lambda: wilson_fpc(5, 10, 9), "count each person once"),
        (lambda: wilson_of(1.2, 30), "A share is 0 to 1"),
        (lambda: wilson_of(0.5, 0), "above 0"),
        (lambda: wilson_of(0.5, 30, df=0), "answers less strata"),
        (lambda: clopper_pearson(1, 2, 95), "give 0.95 for 95 %"),
        (lambda: se_of(1, 1, 5), "One answer has no variance"),
        (lambda: korn_graubard_size(1, 1, 1), "two answers or more"),
        (lambda: kish([]), "one weight for each answer"),
        (lambda: paired(0, 0, 0, 0), "the four counts"),
        (lambda: partly_same(0.5, 10, 0.5, 20, 11, 0.5), "at most the smaller"),
        (lambda: expected_overlap(11, 5, 10), "No draw is larger"),
        (lambda: bounds(5, 4, 10), "yes <= answered <= sample"),
    ],
)
def test_what_has_no_interval_is_refused_with_what_to_give(asked: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        asked()
