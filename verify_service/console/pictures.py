"""The dots of a report, ready to be drawn: a picture for each part, a row for each share with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify_service.labels.group_words import PARTS, ROWS, STANDINGS
from verify_service.reports.definition import Line, Report, Value


@dataclass(frozen=True)
class Dot:
    """One share from 0 to 1, its interval, and the share that it is compared with."""

    label: str
    value: float
    low: float
    high: float
    beside: float | None
    tells: str
    lags: bool


def pictures(report: Report, lines: Sequence[Line]) -> list[tuple[str, list[Dot]]]:
    """Each part of a report that has dots, by what it is called, in the order of its lines; without a share, no row."""
    dots = report.dots
    if dots is None:
        return []
    told: dict[str, list[Dot]] = {}
    names = [column.name for column in report.columns]
    for line in lines:
        held = dict(zip(names, line, strict=True))
        if held[dots.value] is None:
            continue
        standing = held[dots.tells] if dots.tells else None
        dot = Dot(
            ROWS[report.name](*(str(held[name]) for name in dots.label)),
            _number(held[dots.value]),
            _number(held[dots.low]),
            _number(held[dots.high]),
            _number(held[dots.beside]) if dots.beside and held[dots.beside] is not None else None,
            str(STANDINGS.get(str(standing), "")),
            standing == "lags",
        )
        part = str(held[dots.part])
        told.setdefault(str(PARTS[report.name].get(part, part)), []).append(dot)
    return list(told.items())


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
