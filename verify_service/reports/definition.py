"""What a report is: the question it answers, its columns with their units, the rows it rests on, and its figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import TextClause
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme

Value = int | float | str | bool | None
Line = tuple[Value, ...]
_DIGITS: Final = 4  # of a share


@dataclass(frozen=True)
class Column:
    """One column: its name, its unit (workers, rupiah, share 0 to 1, day ...), and what it means."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Asked:
    """The moment that the figures stand at, and the city's day it falls on."""

    at: dt.datetime

    @property
    def today(self) -> dt.date:
        return self.at.astimezone(programme().zone).date()

    @property
    def sql(self) -> dict[str, Any]:
        """For a statement: the moment, the day, the first day of its year, the city's time zone."""
        return {
            "at": self.at,
            "today": self.today,
            "year": self.today.replace(month=1, day=1),
            "zone": str(programme().zone),
        }


@dataclass(frozen=True)
class Dots:
    """Columns of a report to be drawn as a dot with its interval, on a scale from 0 to 1; each names a column.

    `part` makes a picture of its own of each value, `label` names the rows of one. `beside` is a mark to compare with,
    `tells` a column of words that is printed beside the dot.
    """

    part: str
    label: tuple[str, ...]
    value: str
    low: str
    high: str
    beside: str | None = None
    tells: str | None = None


@dataclass(frozen=True)
class Report:
    """One of the auditor's answers. `lines` gives its rows in an order that does not depend on chance."""

    name: str
    question: str  # as an auditor asks it
    answers: str  # what the rows say, in one sentence
    columns: tuple[Column, ...]
    sources: tuple[str, ...]  # the tables that its figures are counted from
    lines: Callable[[Session, Asked], Iterable[Line]] = field(repr=False)
    chart: tuple[str, str] | None = None  # the column that names a bar, and the one that is its length
    dots: Dots | None = None
    narrows: tuple[str, ...] = ()  # columns of which each is a part of the first: drawn as so much of it


def says(sentence: str) -> str:
    """A sentence of a report as written: pages and translators find it by this."""
    return sentence


def by_statement(statement: TextClause, **more: Any) -> Callable[[Session, Asked], list[Line]]:
    """The rows of one statement, which knows :at, :today, :year and :zone."""

    wanted = set(statement.compile().params)

    def lines(session: Session, asked: Asked) -> list[Line]:
        given: Mapping[str, Any] = asked.sql | more
        found = session.execute(statement, {name: given[name] for name in wanted})
        return [tuple(plain(value) for value in row) for row in found]

    return lines


def plain(value: object) -> Value:
    """A figure as it is written: days and moments as ISO 8601 in UTC, bytes as hexadecimal digits."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return int(value) if value == int(value) else float(value)  # type: ignore[call-overload,arg-type]  # Decimal


def share(part: int, whole: int) -> float | None:
    """A share to four digits; None where there is nothing to take a share of: nobody is not 0 %."""
    return round(part / whole, _DIGITS) if whole else None
