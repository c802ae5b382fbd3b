"""How many answers and contacts a claim needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rounds.many import many
from verify_service.rounds.size import completes, contacts, more_contacts, rate_now, smallest_fall, two_groups


@pytest.mark.parametrize(
    ("population", "confidence", "margin", "needed"),
    [
        (10_000, 0.95, 0.05, 370),
        (11_666, 0.95, 0.05, 372),
        (2_000, 0.95, 0.05, 323),
        (1_000, 0.95, 0.05, 278),
        (500, 0.95, 0.05, 218),
        (250, 0.95, 0.05, 152),
        (60, 0.95, 0.05, 52),
        (10_000, 0.95, 0.03, 965),
        (1_000_000, 0.95, 0.03, 1066),
        (10_000, 0.99, 0.05, 623),
        (10_000, 0.90, 0.05, 264),
        (833, 0.95, 0.10, 87),
        (0, 0.95, 0.05, 0),
    ],
)
def test_a_claim_needs_so_many_answers(population: int, confidence: float, margin: float, needed: int) -> None:
    assert completes(population, confidence, margin) == needed


def test_a_design_effect_asks_for_more_answers() -> None:
    assert completes(10_000, 0.95, 0.05, deff=1.3) == 476


@pytest.mark.parametrize(
    ("population", "confidence", "margin", "needed"),
    [
        (100, 0.95, 0.05, 100),
        (1_000, 0.95, 0.05, 417),
        (10_000, 0.95, 0.05, 555),
        (2_000, 0.95, 0.05, 484),
        (1_000, 0.99, 0.01, 1_000),
        (1_000, 0.95, 0.5, 6),
        (5, 0.95, 0.05, 5),
        (1, 0.95, 0.05, 1),
    ],
)
def test_a_surcharge_of_half_gives_the_sizes_of_hope(
    population: int, confidence: float, margin: float, needed: int
) -> None:
    assert completes(population, confidence, margin, inflate=1.5) == needed


def test_what_is_excluded_first_is_not_sized_for() -> None:
    assert completes(10_000 - 8_000, 0.95, 0.05) == 323 != completes(10_000, 0.95, 0.05)


@pytest.mark.parametrize(("rate", "asked"), [(0.40, 925), (0.46, 805), (0.26, 1_424), (1, 370), (0.01, 10_000)])
def test_contacts_follow_from_the_expected_response_and_end_with_the_list(rate: float, asked: int) -> None:
    assert contacts(370, rate, 10_000) == asked


def test_two_groups_are_told_apart_by_so_many_answers_each() -> None:
    assert two_groups(0.90, 0.80, power=0.80) == two_groups(0.80, 0.90) == 199


def test_so_many_answers_show_no_smaller_fall_than_that() -> None:
    fall = smallest_fall(0.90, 87)
    assert fall is not None
    assert f"{fall:.3f}" == "0.163"
    assert two_groups(0.90, 0.90 - fall - 1e-9) <= 87 < two_groups(0.90, 0.90 - fall + 0.001)
    assert smallest_fall(0.02, 20) is None


def test_contacts_adapt_to_the_response_that_is_seen() -> None:
    assert rate_now(370, 0, expected=0.40) == 0.40
    assert more_contacts(370, 0, 0.40) == 925
    assert rate_now(370, 185, expected=0.40, seen=0.25) == pytest.approx(0.325)
    assert more_contacts(370, 185, 0.325) == 569
    assert more_contacts(370, 370, 0.3) == more_contacts(370, 400, 0.3) == 0
    assert rate_now(370, 500, expected=0.40, seen=0.25) == 0.25, "past the target only what is seen counts"


@many
@given(st.integers(1, 10**8), st.floats(0.5, 0.999), st.floats(0.001, 0.999))
def test_no_list_is_asked_for_more_answers_than_it_has_people(n: int, confidence: float, margin: float) -> None:
    assert 1 <= completes(n, confidence, margin) <= n


@many
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_longer_list_and_a_smaller_margin_never_need_fewer(n: int, m: int, one: float, other: float) -> None:
    fewer, more = sorted((n, m))
    wide, narrow = max(one, other), min(one, other)
    assert completes(fewer, 0.95, wide) <= completes(more, 0.95, wide) <= completes(more, 0.95, narrow)


@many
@given(st.integers(0, 5_000), st.integers(1, 1000), st.integers(0, 100_000))
def test_so_many_contacts_bring_the_answers_and_one_less_does_not(wanted: int, mille: int, population: int) -> None:
    asked = contacts(wanted, mille / 1000, population)
    assert asked == min(population, -(-wanted * 1000 // mille))


@many
@given(st.integers(1, 1000), st.integers(0, 1000), st.floats(0.01, 1), st.floats(0, 1))
def test_the_response_to_reckon_with_lies_between_the_expected_and_the_seen(
    target: int, done: int, expected: float, seen: float
) -> None:
    rate = rate_now(target, done, expected, seen)
    assert min(expected, seen) - 1e-12 <= rate <= max(expected, seen) + 1e-12


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda: completes(-1, 0.95, 0.05), "cannot be below 0"),
        (lambda: completes(10, 0.95, 0), "give 0.05 for 5 points, not 0"),
        (lambda: completes(10, 0.95, 5), "give 0.05 for 5 points, not 5"),
        (lambda: completes(10, 95, 0.05), "give 0.95 for 95 %, not 95"),
        (lambda: completes(10, 0.95, 0.05, deff=0), "give 1 for none"),
        (lambda: contacts(10, 0, 100), "give 0.4 for 40 %, not 0"),
        (lambda: contacts(10, 40, 100), "give 0.4 for 40 %, not 40"),
        (lambda: two_groups(0.5, 0.5), "give two different shares"),
        (lambda: two_groups(1.5, 0.5), "give 0.9 for 90 %"),
        (lambda: two_groups(0.6, 0.5, power=80), "give 0.8 for 80 %"),
        (lambda: smallest_fall(0, 80), "above 0"),
        (lambda: rate_now(0, 0, 0.4), "a target above 0"),
        (lambda: rate_now(10, 3, 0.4), "give the share of those asked that did"),
        (lambda: rate_now(10, 3, 0.4, 2), "give 0 to 1, not 2"),
        (lambda: more_contacts(10, 3, 0), "above 0 and at most 1"),
    ],
)
def test_what_is_no_size_is_refused_with_what_to_give(asked: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        asked()
