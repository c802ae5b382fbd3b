"""What can be reckoned back: nothing from what is printed, most from hiding small counts column by column."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.publication.hiding import suppress
from tests.soak.publications import SEXES, City, a_city, play
from verify_service.publication.attack import LEAST_WIDTH, Narrow, attack
from verify_service.publication.rounding import rounded
from verify_service.publication.tables import ALL, BASE, Sum, outcome_of
from verify_service.publication.weeks import SMALL, Week, bounds_of

HUGE = 1e5


def told_of(counts: Mapping[str, int], sums: list[Sum], printed: Mapping[str, tuple[float, float]]) -> list[Narrow]:
    """What follows from one table, however narrow."""
    return attack([Week(counts, printed, "")], sums, least_width=HUGE)


def interval(found: list[Narrow], key: str, week: int = 0) -> tuple[float, float]:
    held = next(one for one in found if (one.week, one.key) == (week, key))
    return round(held.least, 6), round(held.most, 6)


def test_a_second_table_gives_a_hidden_count_away() -> None:
    counts = {"all": 24, "a": 3, "b": 9, "c": 12}
    sums: list[Sum] = [("all", ("a", "b", "c"))]
    hidden = {"all": (24, 24), "c": (12, 12), "a": (0, HUGE), "b": (0, HUGE)}
    assert interval(told_of(counts, sums, hidden), "a") == (0, 12)
    assert interval(told_of(counts, sums, hidden | {"b": (9, 9)}), "a") == (3, 3)


def test_a_later_week_narrows_what_was_hidden_before() -> None:
    sums: list[Sum] = [("all/all", ("a/confirmed", "b/confirmed", "c/confirmed"))]
    before = {"all/all": 24, "a/confirmed": 3, "b/confirmed": 9, "c/confirmed": 12}
    now = before | {"all/all": 26, "a/confirmed": 5}
    hidden = {"all/all": (24, 24), "c/confirmed": (12, 12), "a/confirmed": (0, HUGE), "b/confirmed": (0, HUGE)}
    shown = {key: (count, count) for key, count in now.items()}
    weeks = [Week(before, hidden, "one month"), Week(now, shown, "one month")]
    assert interval(attack(weeks, sums, least_width=HUGE), "a/confirmed") == (3, 5)
    apart = [weeks[0], Week(now, shown, "another month")]
    assert interval(attack(apart, sums, least_width=HUGE), "a/confirmed") == (0, 12)


def test_each_count_to_its_nearest_five_gives_parts_away_and_kept_sums_do_not() -> None:
    counts = {"all": 8, "a": 2, "b": 2, "c": 2, "d": 2}
    sums: list[Sum] = [("all", ("a", "b", "c", "d"))]
    nearest = {"all": (8, 12)} | dict.fromkeys("abcd", (0, 2))  # printed 10 and four times 0
    assert interval(told_of(counts, sums, nearest), "a") == (2, 2)
    kept = bounds_of({"all": 10, "a": 5, "b": 5, "c": 0, "d": 0}, {})
    assert interval(told_of(counts, sums, kept), "a") == (1, 9)
    assert interval(told_of(counts, sums, kept), "c") == (0, 4)


def hidden_by_column(city: City, counts: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """The tables of kelurahan, occupations and ages as the page hid small counts: every column for itself."""
    printed: dict[str, tuple[float, float]] = {}
    families: dict[str, list[str]] = {}
    for key in counts:
        group, sex, outcome = key.split("/")
        if sex == ALL and group.split(":")[0] in ("kecamatan", "kelurahan", "occupation", "age"):
            families.setdefault(f"{group.split(':')[0]}/{outcome}", []).append(key)
    for keys in families.values():
        column = suppress([counts[key] for key in keys])
        for key, cell in zip(keys, column.cells, strict=True):
            count = counts[key]
            printed[key] = (1, SMALL - 1) if cell.small else (SMALL, HUGE) if cell.value is None else (count, count)
        if column.total.value is not None:
            total = f"city/{ALL}/{outcome_of(keys[0])}"
            printed[total] = (column.total.value, column.total.value)
    return printed


def test_the_attack_recovers_most_of_what_was_hidden_column_by_column() -> None:
    chance = random.Random(5)
    city = a_city(1_500, 8, chance, kecamatan=4)
    counts = {key: count for key, count in city.counts(6).items() if not key.startswith("proposals")}
    printed = hidden_by_column(city, counts)
    small = [key for key in printed if 0 < counts[key] < SMALL]
    found = attack([Week(counts, printed, "")], city.sums, least_width=LEAST_WIDTH)
    recovered = [one for one in found if one.recovered and one.key in printed]
    assert len(small) >= 15
    assert len(recovered) > len(small) / 2, (len(recovered), len(small))


def test_of_what_is_printed_over_weeks_no_small_count_can_be_told() -> None:
    chance = random.Random(2)
    city = a_city(1_500, 6, chance, kecamatan=4)
    told, weeks = play(city, 4, chance)
    assert told.refused == 0
    assert told.broken == 0
    assert max(told.errors) < BASE
    assert attack(weeks, city.sums) == []


def test_a_table_that_gives_a_small_count_away_is_noticed() -> None:
    chance = random.Random(3)
    city = a_city(300, 6, chance, kecamatan=2)
    counts = city.counts(3)
    printed = rounded(counts, city.sums, {}, chance)
    assert printed is not None
    key = next(key for key, count in sorted(counts.items()) if 0 < count < SMALL)
    exact = {key: counts[key]}
    found = attack([Week(counts, bounds_of(printed, exact), "")], city.sums)
    assert key in {one.key for one in found if one.recovered}


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=5), st.integers(0, 99))
def test_a_table_of_rows_and_columns_is_rounded_to_neighbours_that_add_up(table: list[list[int]], seed: int) -> None:
    counts = {f"{row}/{column}": value for row, line in enumerate(table) for column, value in enumerate(line)}
    sums: list[Sum] = [(f"{row}/all", tuple(f"{row}/{column}" for column in range(3))) for row in range(len(table))]
    sums += [(f"all/{column}", tuple(f"{row}/{column}" for row in range(len(table)))) for column in range(3)]
    sums.append(("all/all", tuple(f"{row}/all" for row in range(len(table)))))
    counts |= {total: sum(counts[part] for part in parts) for total, parts in sums[:-1]}
    counts["all/all"] = sum(counts[part] for part in sums[-1][1])
    printed = rounded(counts, sums, {}, random.Random(seed))
    assert printed is not None
    for key, value in printed.items():
        assert value % BASE == 0
        assert abs(value - counts[key]) < BASE
        assert counts[key] % BASE or value == counts[key]
    for total, parts in sums:
        assert printed[total] == sum(printed[part] for part in parts)


@pytest.mark.parametrize("last", [0, 5])
def test_last_weeks_value_stays_where_it_may(last: int) -> None:
    counts = {"all": 103, "a": 3, "b": 100}
    printed = rounded(counts, [("all", ("a", "b"))], {"a": last, "all": 100 + last}, random.Random(1))
    assert printed is not None
    assert printed["a"] == last


def test_every_sum_of_an_invented_city_holds_in_truth() -> None:
    city = a_city(200, 4, random.Random(1), kecamatan=2)
    counts = city.counts(2)
    assert counts[f"city/{ALL}/{ALL}"] == 200
    for total, parts in city.sums:
        assert counts[total] == sum(counts[part] for part in parts), total
    assert {key.split("/")[1] for key in counts} == set(SEXES)
