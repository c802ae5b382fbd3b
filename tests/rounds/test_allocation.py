"""How a sample is divided among strata."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rounds.many import many
from verify_service.rounds.allocation import equal_precision, laplace, largest_remainder, neyman


def strata(*sizes: int) -> dict[str, int]:
    return {f"s{place:02}": size for place, size in enumerate(sizes)}


def shares(*of: float) -> dict[str, float]:
    return {f"s{place:02}": share for place, share in enumerate(of)}


lists = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 5_000), min_size=1, max_size=12)


def test_a_sample_is_divided_by_largest_remainder() -> None:
    assert list(largest_remainder(370, strata(4100, 2700, 1100, 900, 1200)).values()) == [152, 100, 41, 33, 44]
    assert list(largest_remainder(20, strata(9000, 800, 150, 50)).values()) == [18, 2, 0, 0]
    assert list(largest_remainder(20, strata(9000, 800, 150, 50), least=2).values()) == [14, 2, 2, 2]


def test_equal_remainders_go_to_the_bigger_stratum_then_by_name() -> None:
    assert largest_remainder(1, {"b": 5, "a": 5}) == {"b": 0, "a": 1}
    assert largest_remainder(2, {"a": 1, "b": 3}) == {"a": 0, "b": 2}, "halves both: the bigger first"


def test_each_area_to_ten_points_is_the_price_of_twelve_claims() -> None:
    alone = equal_precision(strata(*[833] * 12), 0.95, 0.10)
    assert set(alone.values()) == {87}
    assert sum(alone.values()) == 1_044


def test_a_sample_is_divided_for_the_best_share_of_the_whole() -> None:
    sizes, before = strata(4100, 2700, 1100, 900, 60), shares(0.95, 0.90, 0.80, 0.70, 0.50)
    assert list(neyman(370, sizes, before).values()) == [128, 116, 63, 59, 4]
    assert list(neyman(600, strata(80, 60, 2000), shares(0.5, 0.5, 0.99)).values()) == [80, 60, 460]


def test_who_all_said_yes_before_is_drawn_again() -> None:
    assert f"{laplace(40, 40):.4f}" == "0.9762"
    assert laplace(0, 0) == 0.5
    sizes = strata(4000, 4000)
    assert neyman(100, sizes, shares(1.0, 0.9))["s00"] == 2, "a stratum without spread stays at its two"
    assert neyman(100, sizes, shares(laplace(40, 40), 0.9))["s00"] > 20


@many
@given(lists, st.data(), st.integers(0, 3))
def test_a_division_is_exact_keeps_the_order_and_never_exceeds_a_stratum(
    sizes: dict[str, int], data: st.DataObject, least: int
) -> None:
    fewest = sum(min(least, size) for size in sizes.values())
    n = data.draw(st.integers(fewest, sum(sizes.values())))
    got = largest_remainder(n, sizes, least)
    assert list(got) == list(sizes)
    assert sum(got.values()) == n
    assert all(min(least, size) <= got[name] <= size for name, size in sizes.items())


@many
@given(lists, st.data())
def test_without_a_least_nobody_is_a_whole_person_off_his_quota(sizes: dict[str, int], data: st.DataObject) -> None:
    total = sum(sizes.values())
    assume(total)
    n = data.draw(st.integers(0, total))
    assert all(abs(got * total - n * sizes[name]) < total for name, got in largest_remainder(n, sizes).items())


@many
@given(lists, st.data())
def test_the_order_of_the_strata_decides_nothing(sizes: dict[str, int], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, sum(sizes.values())))
    backwards = dict(reversed(sizes.items()))
    assert largest_remainder(n, sizes) == largest_remainder(n, backwards)


@many
@given(lists, st.data())
def test_a_division_for_the_whole_is_exact_and_bounded(sizes: dict[str, int], data: st.DataObject) -> None:
    fewest = sum(min(2, size) for size in sizes.values())
    n = data.draw(st.integers(fewest, min(sum(sizes.values()), fewest + 500)))
    before = {name: data.draw(st.floats(0, 1)) for name in sizes}
    got = neyman(n, sizes, before)
    assert list(got) == list(sizes)
    assert sum(got.values()) == n
    assert all(min(2, size) <= got[name] <= size for name, size in sizes.items())


def test_no_other_division_knows_the_whole_better() -> None:
    cases = [((9, 30, 14), (0.9, 0.6, 0.97)), ((40, 5, 25), (0.5, 0.3, 0.8)), ((12, 12, 3), (0.2, 0.9, 0.5))]
    for sizes, before in cases:
        for n in range(6, sum(sizes), 5):
            best = min(
                variance(sizes, before, seats)
                for seats in product(*(range(2, size + 1) for size in sizes))
                if sum(seats) == n
            )
            got = neyman(n, strata(*sizes), shares(*before))
            assert variance(sizes, before, tuple(got.values())) == pytest.approx(best)


def variance(sizes: tuple[int, ...], before: tuple[float, ...], seats: tuple[int, ...]) -> float:
    return sum(size**2 * p * (1 - p) / k for size, p, k in zip(sizes, before, seats, strict=True))


def test_what_does_not_fit_is_refused_with_what_to_give() -> None:
    with pytest.raises(ValueError, match="The list has 30 people: give at most that, not 31"):
        largest_remainder(31, strata(10, 20))
    with pytest.raises(ValueError, match="At least 4 people are needed"):
        largest_remainder(3, strata(10, 20), least=2)
    with pytest.raises(ValueError, match="0 or more for s00"):
        largest_remainder(3, strata(-1, 20))
    with pytest.raises(ValueError, match="Give a share of 0 to 1 for s01"):
        neyman(10, strata(10, 20), {"s00": 0.5})
    with pytest.raises(ValueError, match="41 cannot be yes"):
        laplace(41, 40)
