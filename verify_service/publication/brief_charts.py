"""The four charts of the monthly brief as SVG: bars with their numbers, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

FONT: Final = "DejaVu Sans"
_WIDTH, _LABEL, _NUMBER, _ROW, _BAR = 480, 150, 78, 22, 14
COLOURS: Final = ("#0b5d4e", "#8aa7a0", "#a3300f")


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, how long it is, what is written beside it, and which colour of `COLOURS`."""

    label: str
    length: int
    shown: str
    colour: int = 0


def bars(each: Sequence[Bar]) -> str:
    """Horizontal bars from nought, the longest as wide as there is room."""
    longest = max((bar.length for bar in each), default=0) or 1
    room = _WIDTH - _LABEL - _NUMBER
    lines = [_line(bar, place, bar.length * room / longest) for place, bar in enumerate(each)]
    height = max(1, len(each)) * _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' font-family="{FONT}" font-size="10.5">{"".join(lines)}</svg>'
    )


def _line(bar: Bar, place: int, width: float) -> str:
    top, base = place * _ROW + (_ROW - _BAR) / 2, place * _ROW + _ROW / 2 + 3.5
    return (
        f'<text x="{_LABEL - 6}" y="{base:.1f}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{_LABEL}" y="{top:.1f}" width="{width:.2f}" height="{_BAR}" fill="{COLOURS[bar.colour]}"/>'
        f'<text x="{_LABEL + width + 5:.2f}" y="{base:.1f}">{escape(bar.shown)}</text>'
    )


def told(each: Sequence[Bar]) -> str:
    """The same in words, for whoever does not see the chart."""
    return "; ".join(f"{bar.label}: {bar.shown}" for bar in each)
