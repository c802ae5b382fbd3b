"""The money: worked by hand for Bekasi, and against a calculation month by month."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.people import a_worker
from verify_service.cli import main
from verify_service.reports.budget import BudgetRefused, Plan, curve, months_from

YEAR = (16_800,) * 12
BEKASI = 2_000_000_000


def test_ten_thousand_cost_sixteen_million_too_much() -> None:
    plan = Plan(10_000, YEAR, BEKASI)
    assert (plan.cost, plan.over) == (2_016_000_000, 16_000_000)
    assert (plan.funded_heads, plan.left_at_funded) == (9_920, 128_000)


def test_administration_is_kept_back_before_any_premium() -> None:
    assert Plan(10_000, YEAR, BEKASI, Decimal(".05")).funded_heads == 9_424


def test_eleven_thousand_are_paid_for_ten_months() -> None:
    plan = Plan(11_666, YEAR, BEKASI)
    assert (plan.funded_months, plan.left_after_months) == (10, 40_112_000)


def test_a_premium_that_changes_is_paid_month_by_month() -> None:
    plan = Plan(1_000, (16_800,) * 6 + (20_000,) * 6, 150_000_000)
    assert plan.cost == 1_000 * (6 * 16_800 + 6 * 20_000)
    assert (plan.funded_months, plan.left_after_months) == (8, 150_000_000 - 140_800_000)


def test_nobody_costs_nothing_and_is_paid_all_year() -> None:
    assert Plan(0, YEAR, 0).as_json() == {
        "cost": 0, "over": 0, "funded_heads": 0, "left_at_funded": 0, "funded_months": 12, "left_after_months": 0,
    }  # fmt: skip


def test_months_go_over_the_new_year() -> None:
    assert months_from(dt.date(2025, 11, 1), 3) == (dt.date(2025, 11, 1), dt.date(2025, 12, 1), dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ((-1, YEAR, 1), "heads"),
        ((1, (), 1), "premium"),
        ((1, (0,), 1), "premium"),
        ((1, YEAR, -1), "ceiling"),
        ((1, YEAR, 1, Decimal(1)), "administration"),
    ],
)
def test_a_plan_without_sense_is_refused_by_name(given_: tuple[Any, ...], says: str) -> None:
    with pytest.raises(BudgetRefused, match=says):
        Plan(*given_)


@given(
    st.integers(0, 20_000),
    st.lists(st.integers(1, 50_000), min_size=1, max_size=24),
    st.integers(0, 10**10),
    st.decimals(0, Decimal(".99"), places=3),
)
def test_whoever_counts_coins_finds_the_same(heads: int, premiums: list[int], ceiling: int, share: Decimal) -> None:
    plan = Plan(heads, tuple(premiums), ceiling, share)
    kept_back = -(-ceiling * int(share * 1000) // 1000)
    purse, months = ceiling - kept_back, 0
    assert plan.available == purse
    for premium in premiums:
        if purse < heads * premium:
            break
        purse, months = purse - heads * premium, months + 1
    assert (plan.funded_months, plan.left_after_months) == (months, purse)
    one = sum(premiums)
    assert plan.funded_heads * one + plan.left_at_funded == plan.available
    assert 0 <= plan.left_at_funded < one
    assert (plan.over == 0) == (plan.cost <= plan.available)


def test_the_curve_ends_the_money_sooner_for_more_heads() -> None:
    told = curve(Plan(10_000, YEAR, BEKASI), range(8_000, 14_000, 1_000))
    assert [heads for heads, _, _ in told] == [8_000, 9_000, 10_000, 11_000, 12_000, 13_000]
    assert [months for _, _, months in told] == [12, 12, 11, 10, 9, 9]


def asked(*arguments: str) -> dict[str, int]:
    done = CliRunner().invoke(main, ["budget", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    held: dict[str, int] = json.loads(done.output)
    return held


def test_the_command_needs_no_list_where_heads_are_given() -> None:
    assert asked("--heads", "10000", "--premium", "16800", "--ceiling", "2000000000", "--months", "12") == {
        "cost": 2_016_000_000, "over": 16_000_000, "funded_heads": 9_920, "left_at_funded": 128_000,
        "funded_months": 11, "left_after_months": 152_000_000,
    }  # fmt: skip
    assert asked("--heads", "11666")["left_after_months"] == 40_112_000
    assert asked("--heads", "1", "--administration", ".05")["funded_heads"] == 9_424


def test_without_heads_the_list_is_counted_each_person_once(db: Any) -> None:
    a_worker(db)
    a_worker(db, nik="3275011501900002", phone=None, row=3)
    assert asked("--months", "2")["cost"] == 2 * 2 * 16_800


def test_a_slip_is_told_by_name() -> None:
    done = CliRunner().invoke(main, ["budget", "--heads", "1", "--administration", "5"])
    assert done.exit_code == 1
    assert "administration" in done.output
