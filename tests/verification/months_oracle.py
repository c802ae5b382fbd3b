"""What a worker's months amount to, told slowly and in other words: no code of the service's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One worker as the files tell it; months are counted 0, 1, 2 from January 2026."""

    lines: tuple[tuple[int, int | None], ...]  # (first month, first month after removal or None)
    insured: Mapping[int, str]  # of months with a row: its status
    paid: Mapping[int, int]  # rupiah
    since: dt.date | None = None  # member since, in each row of the insurer's


def first_day(month: int) -> dt.date:
    return dt.date(2026 + month // 12, month % 12 + 1, 1)


def later(day: dt.date, months: int) -> dt.date:
    """Month by month, then back to a day that exists."""
    year, month = day.year, day.month
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    for wanted in range(day.day, 0, -1):
        try:
            return dt.date(year, month, wanted)
        except ValueError:
            continue
    raise AssertionError


@dataclass(frozen=True)
class Told:
    gap: int
    unpaid_from: dt.date | None
    lapses_on: dt.date | None
    lapsed: bool
    paid_until: dt.date | None
    full_death_from: dt.date | None


def tell(story: Story, insurer: Sequence[int], payments: Sequence[int], *, lapse: int = 3, death: int = 3) -> Told:
    newest = max(insurer)
    first = min([*insurer, *payments])
    begins = min(start for start, _ in story.lines)
    live = [start for start, removed in story.lines if removed is None or removed > newest]

    def fate(month: int) -> str:
        if month in insurer:
            status = story.insured.get(month, "nobody")
            if status == "active":
                return "paid"
            return "unpaid" if status != "unclear" and month >= begins else "?"
        if month in payments:
            return "paid" if month in story.paid else "unpaid" if month >= begins else "?"
        return "?"

    fates = {month: fate(month) for month in range(first, newest + 1)}
    restart = min(live, default=None)

    def run_to(month: int) -> list[int]:
        """The unpaid months in a row that end with this one."""
        run: list[int] = []
        while fates.get(month) == "unpaid":
            run.insert(0, month)
            if month == restart:
                break
            month -= 1
        return run

    def without_cover(month: int) -> bool:
        return fates[month] == "unpaid" and (
            len(run_to(month)) >= lapse or (month in insurer and story.insured.get(month) == "inactive")
        )

    paid = [month for month in fates if fates[month] == "paid"]
    dead = [month for month in fates if without_cover(month)]
    gap = run_to(newest) if restart is not None and restart <= newest else []
    ends = None
    for month in gap:
        if without_cover(month) and ends is None:
            ends = month if story.insured.get(month) == "inactive" and month in insurer else month + 1
    lapses = ends if ends is not None else gap[0] + lapse if gap else None

    since = story.since if any(month in insurer for month in story.insured) else None
    if not dead:
        joined = since or (first_day(paid[0]) if paid else None)
    else:
        after = [month for month in paid if month > dead[-1]]
        joined = max(filter(None, [first_day(after[0]), since])) if after else None
    full = None
    if joined is not None:
        start = (joined.year - 2026) * 12 + joined.month - 1
        good = passed = 0
        while good < death:
            good += fates.get(start + passed, "?") != "unpaid"
            passed += 1
        # Unpaid months right behind the last one needed change nothing.
        full = later(joined, passed if death else 0)
    return Told(
        gap=len(gap),
        unpaid_from=first_day(gap[0]) if gap else None,
        lapses_on=first_day(lapses) if lapses is not None else None,
        lapsed=ends is not None,
        paid_until=first_day(paid[-1]) if paid else None,
        full_death_from=full,
    )
