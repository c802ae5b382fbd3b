"""What the answers of a round say of the whole list."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rounds.many import many
from verify_service.rounds.estimates import (
    Cell,
    Crossed,
    Estimate,
    Part,
    Reason,
    apart,
    bounds_of,
    distinct,
    members,
    merged,
    part,
    poststratified,
    publishable,
    rake,
    raked,
    stratified,
)
from verify_service.rounds.intervals import bounds, clopper_pearson, se_of, wilson_fpc

STRATA = [Cell("a", 4100, 150, 144), Cell("b", 2700, 60, 51), Cell("c", 1100, 80, 56)]
CLASSES = [Cell("women", 5000, 240, 228), Cell("men", 5000, 130, 104)]
CROSSED = [
    Crossed(("r0", "c0"), 120, 114),
    Crossed(("r0", "c1"), 80, 72),
    Crossed(("r1", "c0"), 90, 81),
    Crossed(("r1", "c1"), 80, 60),
]
MARGINS = [{"r0": 6000, "r1": 4000}, {"c0": 5500, "c1": 4500}]


@st.composite
def cells(draw: st.DrawFn, least: int = 2, most: int = 6) -> list[Cell]:
    found = []
    for place in range(draw(st.integers(1, most))):
        population = draw(st.integers(max(1, least), 3_000))
        sampled = draw(st.integers(min(least, population), population))
        answers = draw(st.integers(min(least, sampled), sampled))
        found.append(Cell(f"c{place}", population, answers, draw(st.integers(0, answers)), sampled))
    return found


def test_strata_have_their_share_error_and_effective_answers() -> None:
    plain = stratified(STRATA, soft=False)
    assert f"{plain.share:.6f} {plain.se:.6f} {plain.deff:.4f} {plain.n_eff:.2f}" == "0.886203 0.019013 1.0754 278.98"
    assert plain.df == 287
    assert ends(plain) == "0.843374 0.918452"
    soft = stratified(STRATA)
    assert soft.share == plain.share
    assert ends(soft) == "0.843118 0.918597"


def test_one_stratum_is_a_simple_sample() -> None:
    found = stratified([Cell("all", 1000, 370, 340)], soft=False)
    assert found.se == pytest.approx(se_of(340, 370, 1000))
    assert found.deff == pytest.approx(1)
    assert (found.low, found.high) == pytest.approx(wilson_fpc(340, 370, 1000), abs=2e-4), "t for z, r - 1 for r"


def test_a_list_that_answered_to_the_last_has_no_interval_left() -> None:
    found = stratified([Cell("a", 10, 10, 9), Cell("b", 1, 1, 0)])
    assert (found.share, found.se, found.low, found.high) == (9 / 11, 0, 9 / 11, 9 / 11)
    assert math.isinf(found.n_eff)
    assert found.deff is None


def test_a_heavy_stratum_that_is_all_yes_stays_in_the_error() -> None:
    heavy = [Cell("heavy", 2000, 60, 60), Cell("light", 200, 50, 40)]
    plain, soft = stratified(heavy, soft=False), stratified(heavy)
    assert soft.se > 3 * plain.se
    assert soft.low < plain.low


def test_classes_of_the_list_are_weighted_to_their_people() -> None:
    found = poststratified(CLASSES, soft=False)
    assert f"{found.share:.6f} {found.se:.6f}" == "0.875000 0.018690"
    assert f"{poststratified(CLASSES, soft=False, given_counts=False).se:.6f}" == "0.018571"
    assert poststratified(CLASSES, given_counts=False).se > poststratified(CLASSES, soft=False, given_counts=False).se


def test_margins_are_raked_to_the_list() -> None:
    weights = rake(CROSSED, MARGINS)
    assert " ".join(f"{weight:.4f}" for weight in weights) == "28.9253 31.6120 22.5440 24.6380"
    found = raked(CROSSED, MARGINS, soft=False)
    assert f"{found.share:.6f} {found.se:.6f}" == "0.887790 0.015646"
    assert raked(CROSSED, MARGINS).low < found.low


def test_one_margin_alone_is_a_post_stratification() -> None:
    one = [Crossed(("w",), 240, 228), Crossed(("m",), 130, 104)]
    found = raked(one, [{"w": 5000, "m": 5000}])
    assert astuple(found) == pytest.approx(astuple(poststratified(CLASSES, given_counts=False)))


def test_three_margins_are_raked_as_well() -> None:
    three = [Crossed((a, b, c), 20 + 7 * n, 10 + 3 * n) for n, (a, b, c) in enumerate(x for x in _corners())]
    margins = [{"a": 700, "A": 300}, {"b": 400, "B": 600}, {"c": 550, "C": 450}]
    weights = rake(three, margins)
    for place, margin in enumerate(margins):
        for name, people in margin.items():
            held = sum(w * one.answers for w, one in zip(weights, three, strict=True) if one.classes[place] == name)
            assert held == pytest.approx(people)
    assert 0 < raked(three, margins).low < raked(three, margins).share


def _corners() -> list[tuple[str, str, str]]:
    return [(a, b, c) for a in "aA" for b in "bB" for c in "cC"]


def test_a_small_or_heavy_cell_is_joined_to_its_neighbour_whatever_it_said() -> None:
    found = merged([Cell("a", 100, 30, 20), Cell("b", 50, 3, 2), Cell("c", 500, 30, 20), Cell("d", 400, 2, 2)])
    assert found.cells == (Cell("a", 100, 30, 20), Cell("b + c + d", 950, 35, 24))
    assert found.joined == (("b", "c", "d"),)
    heavy = merged([Cell("a", 100, 100, 20), Cell("b", 4000, 25, 2), Cell("c", 500, 300, 20)])
    assert heavy.joined == (("b", "c"),), "160 people an answer, of 10.8 in the mean"
    assert merged(CLASSES) == merged([*CLASSES, Cell("nobody", 0, 0, 0)])
    assert merged(CLASSES).joined == ()
    assert merged([Cell("a", 9, 0, 0), Cell("b", 9, 0, 0)]).cells == (Cell("a + b", 18, 0, 0),)


@many
@given(cells(least=0, most=9))
def test_merging_keeps_everybody_and_leaves_no_small_cell_beside_another(found: list[Cell]) -> None:
    left = merged(found).cells
    assert total(left) == total(found)
    assert len(left) == 1 or all(cell.answers >= 20 for cell in left)
    again = [Cell(cell.name, cell.population, cell.answers, 0, cell.sampled) for cell in found]
    assert [cell.name for cell in merged(again).cells] == [cell.name for cell in left], "answers decide nothing"


def total(found: list[Cell] | tuple[Cell, ...]) -> tuple[int, ...]:
    return tuple(sum(numbers) for numbers in zip(*(astuple(cell)[1:] for cell in found), strict=True))


@many
@given(cells())
def test_an_estimate_lies_in_its_interval_and_in_the_bounds(found: list[Cell]) -> None:
    for one in (stratified(found), stratified(found, soft=False)):
        assert 0 <= one.low <= one.share + 1e-12
        assert one.share <= one.high + 1e-12
        assert one.high <= 1
    silent = bounds_of(found)
    assert silent.outer_low - 1e-12 <= silent.low <= silent.high <= silent.outer_high + 1e-12
    asked_all = stratified([Cell(c.name, c.population, c.sampled or 0, c.yes, None) for c in found])
    assert asked_all.share == pytest.approx(silent.low)


@many
@given(cells())
def test_whatever_the_silent_would_have_said_the_bounds_hold_it(found: list[Cell]) -> None:
    silent = bounds_of(found)
    for places in (2, 3):
        said = [(cell, (cell.yes + ((cell.sampled or 0) - cell.answers) // places)) for cell in found]
        people = sum(cell.population for cell in found)
        share = sum(cell.population * yes / (cell.sampled or 1) for cell, yes in said) / people
        assert silent.low - 1e-12 <= share <= silent.high + 1e-12


@many
@given(cells(), st.integers(2, 5))
def test_more_of_the_same_answers_narrow_an_estimate(found: list[Cell], times: int) -> None:
    more = [Cell(c.name, c.population * 10, c.answers * times, c.yes * times) for c in found]
    fewer = [Cell(c.name, c.population * 10, c.answers, c.yes) for c in found]
    assert stratified(more).se <= stratified(fewer).se + 1e-12


def test_strata_of_which_nobody_was_drawn_may_be_all_no_or_all_yes() -> None:
    drawn = Cell("a", 9400, 370, 340, 925)
    found = bounds_of([drawn, Cell("b", 600, 0, 0, 0)])
    alone = bounds_of([drawn])
    assert found.low == pytest.approx(0.94 * alone.low)
    assert found.high == pytest.approx(0.94 * alone.high + 0.06)
    assert (alone.low, alone.high) == pytest.approx((bounds(340, 370, 925).low, bounds(340, 370, 925).high))


def test_the_eligible_are_a_part_that_only_the_answers_tell() -> None:
    asked = [Part("list", 10_000, 370, 340, 306)]
    found, people = part(asked, soft=False), members(asked, soft=False)
    assert f"{found.share:.6f} {found.se:.6f}" == "0.900000 0.015988"
    assert f"{people.people:.1f} {people.se:.1f}" == "9189.2 139.4"
    assert f"{306 / 370:.6f}" == "0.827027", "yes of everyone listed is another claim"


def test_a_part_that_is_everybody_is_the_list() -> None:
    whole = [Part(c.name, c.population, c.answers, c.answers, c.yes) for c in STRATA]
    ours, theirs = part(whole), stratified(STRATA)
    assert ours.share == pytest.approx(theirs.share)
    assert ours.se == pytest.approx(theirs.se)
    assert ours.df == theirs.df


def test_who_is_listed_more_than_once_counts_once() -> None:
    found = distinct(10_000, {1: 350, 2: 16, 3: 4})
    assert f"{found.people:.1f}" == "9711.7"
    assert 9_500 < found.low < found.people < found.high < 10_000
    assert distinct(10_000, {1: 370}).high == 10_000
    assert distinct(100, {1: 50}) == distinct(100, {1: 60})


def test_assisted_answers_stand_apart() -> None:
    found = apart(255, 300, 69, 70)
    assert f"{found.own:.4f} {found.head:.4f} {found.together:.4f}" == "0.8500 0.9857 0.8757"
    assert apart(0, 0, 0, 0).own is None


def test_a_share_is_printed_or_refused_with_the_number_that_decided() -> None:
    refused = publishable(4, 40, 40)
    assert refused is not None
    assert (refused.reason, f"{refused.value:.4f}", refused.refused) == (Reason.WIDE_FOR_ITS_SIZE, "0.2087", True)
    assert publishable(36, 40, 40) is None
    cases = {
        Reason.FEW_ANSWERS: publishable(29, 29, 40),
        Reason.FEW_EFFECTIVE: publishable(50, 60, 29.9),
        Reason.WIDE: publishable(20, 40, 40),
    }
    assert [doubt and (doubt.reason, doubt.refused) for doubt in cases.values()] == [(one, True) for one in cases]
    review = publishable(900, 1000, 700, df=7)
    assert review is not None
    assert (review.reason, review.refused, review.value) == (Reason.FEW_DEGREES, False, 7)
    assert publishable(900, 1000, 700, df=8) is None
    assert publishable(1, 1000, math.inf) is None, "everybody was asked"


@many
@given(st.integers(30, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_what_is_printed_is_known_to_less_than_thirty_points(counts: tuple[int, int]) -> None:
    yes, answers = counts
    low, high = clopper_pearson(yes, answers)
    if publishable(yes, answers, answers) is None:
        assert high - low < 0.30
        assert high - low <= max(0.05, 1.30 * yes / answers)
    else:
        assert high - low > 0.05


def ends(found: Estimate) -> str:
    return f"{found.low:.6f} {found.high:.6f}"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: Cell("Bekasi Barat", 10, 4, 5), "Bekasi Barat: give yes <= answers"),
        (lambda: Cell("Bekasi Barat", 10, 4, 4, 11), "11 drawn of 10"),
        (lambda: Part("Bekasi Barat", 10, 4, 5, 3), "Bekasi Barat: give yes <= members"),
        (lambda: stratified([]), "No cell has people"),
        (lambda: stratified([*STRATA, Cell("d", 60, 0, 0)]), "merge d with a neighbour first"),
        (lambda: stratified([*STRATA, Cell("d", 60, 1, 1)]), "merge d with a neighbour first"),
        (lambda: poststratified([Cell("d", 60, 0, 0)], given_counts=False), "Nobody answered in d"),
        (lambda: rake(CROSSED, [{"r0": 1, "r1": 2}, {"c0": 1, "c1": 1}]), "add up to its people"),
        (lambda: rake(CROSSED, [{"r0": 1, "r2": 2}, {"c0": 1, "c1": 2}]), "r1, r2: merge it first"),
        (lambda: part([Part("a", 10, 5, 0, 0)]), "Nobody of this part answered"),
        (lambda: part([Part("a", 10, 0, 0, 0)]), "add up a and a neighbour"),
        (lambda: distinct(10, {0: 3}), "each person listed once or oftener"),
        (lambda: bounds_of(STRATA), "how many people were drawn in a, b, c"),
        (lambda: bounds_of([Cell("a", 10, 0, 0, 0)]), "draw first"),
        (lambda: apart(2, 1, 0, 0), "at most as many yes"),
    ],
)
def test_what_says_nothing_of_the_list_is_refused_with_what_to_give(asked: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        asked()
