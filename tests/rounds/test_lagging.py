"""Groups that lag: exact chances, many groups, many weeks; how often chance alone gives a notice, and how soon a real
gap does. The long form is `python -m tests.soak.weekly_looks`."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rounds.many import many
from tests.soak.weekly_looks import EQUAL, Year, false_notices, weeks_until_noticed
from verify_service.rounds.intervals import hypergeometric_at_most
from verify_service.rounds.lagging import LEAST, LEVEL, LOOKS, YEARLY, Group, holm, lagging


def by_counting(group: Group) -> float:
    """The same chance as a fraction of whole numbers of ways."""
    everybody, have = group.people + group.others, group.yes + group.others_yes
    ways = sum(math.comb(have, k) * math.comb(everybody - have, group.people - k) for k in range(group.yes + 1))
    return ways / math.comb(everybody, group.people)


@many
@given(st.integers(1, 40), st.integers(1, 90), st.data())
def test_the_chance_is_the_share_of_all_ways_to_deal_it(people: int, others: int, data: st.DataObject) -> None:
    group = Group(data.draw(st.integers(0, people)), people, data.draw(st.integers(0, others)), others)
    if group.yes / people >= group.others_yes / others:
        assert group.by_chance == 1.0
    else:
        assert group.by_chance == pytest.approx(by_counting(group), rel=1e-9, abs=1e-300)


def test_a_million_people_are_counted_at_once_and_exactly() -> None:
    # By scipy.stats.hypergeom.cdf; tests/rounds/oracle.py draws others by lot.
    assert hypergeometric_at_most(240_000, 1_000_000, 500_000, 481_000) == pytest.approx(0.02278013397, rel=1e-7)
    assert hypergeometric_at_most(5, 10, 5, 5) == 1.0
    assert hypergeometric_at_most(-1, 10, 5, 5) == 0.0
    assert sum(
        hypergeometric_at_most(k, 60, 20, 30) - hypergeometric_at_most(k - 1, 60, 20, 30) for k in range(21)
    ) == (pytest.approx(1))


def test_holm_asks_most_of_the_smallest() -> None:
    # Holm 1979; the numbers are those of statistics for many looks, by statsmodels "holm".
    told = holm([0.001, 0.008, 0.012, 0.030, 0.041, 0.200, 0.600])
    assert [round(p, 4) for p in told] == [0.007, 0.048, 0.06, 0.12, 0.123, 0.4, 0.6]
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


@many
@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_is_never_bolder_than_each_alone_and_keeps_their_order(chances: list[float]) -> None:
    told = holm(chances)
    assert all(1 >= after >= before for before, after in zip(chances, told, strict=True))
    for one, other in product(range(len(told)), repeat=2):
        assert chances[one] >= chances[other] or told[one] <= told[other]


def test_the_level_of_a_year_is_shared_out_among_its_weeks() -> None:
    assert math.isclose(LEVEL * LOOKS, YEARLY)
    assert YEARLY == 0.05


def test_few_people_are_never_judged() -> None:
    none_of_few = Group(0, LEAST - 1, 9_000, 9_000)
    assert not none_of_few.judged
    assert lagging([none_of_few]) == [False]
    assert lagging([Group(0, LEAST, 9_000, 9_000)]) == [True]
    assert lagging([Group(0, 9_000, LEAST - 1, LEAST - 1)]) == [False], "against few nothing is judged either"


def test_what_is_beyond_chance_and_below_a_point_is_nobodys_errand() -> None:
    small = Group(493_000, 500_000, 497_000, 500_000)
    assert small.by_chance < 1e-20
    assert lagging([small, Group(490_000, 500_000, 497_000, 500_000)]) == [False, True]


def test_a_group_ahead_never_lags_and_a_gap_has_its_sign() -> None:
    ahead, behind = Group(290, 300, 7_000, 9_700), Group(150, 300, 7_000, 9_700)
    assert lagging([ahead, behind]) == [False, True]
    assert ahead.gap is not None
    assert ahead.gap.low > 0
    assert behind.gap is not None
    assert behind.gap.high < 0
    assert ahead.caught_up
    assert not behind.caught_up
    assert Group(0, 0, 5, 10).gap is None
    with pytest.raises(ValueError, match="at most as many"):
        Group(3, 2, 0, 0)


def test_chance_alone_gives_hardly_ever_a_notice_in_a_year_of_looks() -> None:
    assert false_notices(60, seed=1) <= YEARLY * 60
    # As others look: each group at five per cent, each week, or corrected for the groups alone.
    assert false_notices(20, seed=1, rule=lambda groups: [group.by_chance <= 0.05 for group in groups]) == 20
    assert EQUAL.weeks == 52


def test_a_group_of_three_hundred_that_lags_by_fifteen_points_is_noticed_soon() -> None:
    told = [weeks_until_noticed(Year(people=10_000, share=0.60, gap=0.15, small=300), seed) for seed in range(12)]
    assert sum(week is not None and week <= 26 for week in told) >= 10, told
