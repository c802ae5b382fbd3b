"""The report of a round as rows of one table, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from verify_service.rounds.round_report import RoundReport

COLUMNS: Final = (
    "part", "name", "people", "sampled", "answers", "yes", "share", "low", "high", "worst", "best", "outer_low",
    "outer_high", "deff", "n_eff", "refused", "review",
)  # fmt: skip


def rows_of(told: RoundReport) -> Iterator[list[str]]:
    """A row for each disposition, rate, share and channel; empty where there is no figure. Shares are 0 to 1."""
    for name, _, _, people in told.dispositions:
        yield _row("disposition", name, people=people)
    for name, value in vars(told.rates).items():
        yield _row("rate", name, share=value)
    for part, shares in (("overall", (told.overall,)), *told.domains.items()):
        for one in shares:
            yield [part, *(_written(getattr(one, column)) for column in COLUMNS[1:])]
    for channel in told.channels:
        yield _row("channel", channel.channel, answers=channel.answers, yes=channel.yes)


def _row(part: str, name: str, **figures: Any) -> list[str]:
    return [part, name, *(_written(figures.get(column)) for column in COLUMNS[2:])]


def _written(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
