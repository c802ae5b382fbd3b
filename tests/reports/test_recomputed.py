"""Every answer, row by row, against the same figures from whole tables by plain loops, for cities drawn by lot."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import empty
from tests.reports.recomputed import OF_TABLES, ZONE, Sheets
from tests.reports.recomputed_groups import OF_GROUPS
from tests.reports.small_city import MIDDLE, SmallCity
from tests.verification.test_reconciliation import reconcile
from verify_service.ground.as_of import as_of
from verify_service.ground.database import transaction
from verify_service.reports.answers import REPORTS, lines_of
from verify_service.reports.definition import Asked, Report
from verify_service.verification.reconciliation import compute_again

RECOMPUTED = OF_TABLES | OF_GROUPS
CITIES = 15
NEVER = {("budget", "administration")}  # none is inside the premium
WORDS = {"reason": "money-at-risk"}  # text beside a code
END_OF_MIDDLE = dt.datetime.combine(MIDDLE + dt.timedelta(days=1), dt.time(), ZONE) - dt.timedelta(microseconds=1)


def test_every_answer_is_named() -> None:
    assert {*RECOMPUTED, "reproduction"} == set(REPORTS)


def test_every_figure_is_the_one_that_plain_loops_come_to(db: Any) -> None:
    differ: list[str] = []
    counted: set[tuple[str, str]] = set()
    for seed in range(CITIES):
        empty()
        city = SmallCity(db, seed)
        city.fill()
        reconcile()
        city.answers()
        now = dt.datetime.now(dt.UTC)
        with transaction() as session:
            differ += compared(db, session, now, f"city {seed} today")
            counted |= told_apart(session, now)
        with as_of(END_OF_MIDDLE) as session:
            compute_again(session, now=now)
            differ += compared(db, session, END_OF_MIDDLE, f"city {seed} on {MIDDLE}")
    assert not differ, "\n".join(differ)
    every = {(name, column.name) for name in RECOMPUTED for column in REPORTS[name].columns}
    assert every - counted == NEVER


def told_apart(session: Session, at: dt.datetime) -> set[tuple[str, str]]:
    """The columns that say something somewhere: a city in which nothing happens agrees with any statement."""
    return {
        (name, column.name)
        for name in RECOMPUTED
        for line in lines_of(REPORTS[name], session, Asked(at))
        for column, value in zip(REPORTS[name].columns, line, strict=True)
        if value
    }


def compared(db: Any, session: Session, at: dt.datetime, when: str) -> list[str]:
    """Every row in which a report and its recomputation differ."""
    verdicts = [dict(row) for row in session.execute(text("SELECT * FROM verdict")).mappings()]
    sheets = Sheets(db, at, verdicts)
    differ = []
    for name, compute in RECOMPUTED.items():
        report = REPORTS[name]
        ours = written(figures(report, lines_of(report, session, Asked(at))))
        theirs = written(compute(sheets))
        differ += [f"{when}, {name}: the report has   {row}" for row in ours if row not in theirs]
        differ += [f"{when}, {name}: recomputed it is {row}" for row in theirs if row not in ours]
        assert len(ours) == len(theirs) or differ, (when, name)
    return differ


def figures(report: Report, lines: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Without words that only repeat a code."""
    kept = [place for place, column in enumerate(report.columns) if WORDS.get(column.name) != report.name]
    return [tuple(line[place] for place in kept) for line in lines]


def written(lines: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """As a table has them: what is empty is empty, 7.0 is 7; in one order."""
    return sorted(
        tuple("" if value is None else f"{value + 0.0:g}" if isinstance(value, float) else str(value) for value in line)
        for line in lines
    )
