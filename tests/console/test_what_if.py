"""What the money pays for, tried out in the browser."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.console.desk import at_the_desk
from tests.people import a_worker


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-figure="([a-z-]+)">([^<]*)<', page))


def test_the_list_and_the_programme_are_what_it_begins_with(db: Any) -> None:
    a_worker(db)
    shown = figures(at_the_desk(role="supervisor").see("/console/what-if"))
    assert shown["cost"].endswith("201.600")
    assert shown["funded-months"] == "12"


def test_another_plan_is_reckoned(db: Any) -> None:
    page = at_the_desk(role="auditor").see("/console/what-if?heads=11666&months=12&administration=0")
    shown = figures(page)
    assert shown["funded-months"] == "10"
    assert shown["funded-heads"] == "9.920"
    assert "40.112.000" in page


@pytest.mark.parametrize("plan", ["heads=-1", "months=0", "administration=100", "administration=x", "heads=abc"])
def test_a_slip_is_told_and_nothing_breaks(db: Any, plan: str) -> None:
    page = at_the_desk(role="auditor").see(f"/console/what-if?{plan}")
    assert 'role="alert"' in page
    assert figures(page) == {}
