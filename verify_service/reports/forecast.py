"""Whether this year's money pays for the list as it stands: what is missing, from which month, and for whom first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.reports.answers import lines_of
from verify_service.reports.budget import Plan, months_from
from verify_service.reports.definition import Asked
from verify_service.reports.of_the_money import BUDGET

# The order of the list is the published one: who was listed first is paid first; each person once.
_BEYOND: Final = text(
    """
SELECT enrolment.import_id AS version, enrolment.row FROM enrolment WHERE id = (
    SELECT min(line.id) FROM enrolment line JOIN worker ON worker.id = line.worker_id
    WHERE line.removed_from IS NULL OR line.removed_from > :today
    GROUP BY coalesce(worker.same_as, worker.id) ORDER BY 1 OFFSET :funded LIMIT 1)
"""
)


@dataclass(frozen=True)
class Forecast:
    """The year's premiums: paid where the treasury has paid, planned where it has not. Money is integer rupiah."""

    year: int
    cost: int
    ceiling: int
    funded_heads: int
    ends_in: str | None  # the month, YYYY-MM, that is not paid for to the end
    first_beyond: tuple[int, int] | None  # version of the list, and its row

    @property
    def over(self) -> int:
        """Rupiah that are missing; 0 where the money is enough."""
        return max(0, self.cost - self.ceiling)

    def warning(self) -> str:
        """What to tell whoever is about to accept such a list; "" where it can be paid."""
        if not self.over:
            return ""
        beyond = ""
        if self.first_beyond is not None:
            version, row = self.first_beyond
            beyond = f"; the first beyond is row {row:,} of version {version}"
        return (
            f"WARNING: this list cannot be paid. Premiums of {self.year} come to Rp {self.cost:,}, which is"
            f" Rp {self.over:,} more than the ceiling of Rp {self.ceiling:,}. The money ends in {self.ends_in}; for a"
            f" whole year it pays {self.funded_heads:,} workers{beyond}."
        )


def forecast(session: Session, *, now: dt.datetime) -> Forecast:
    """This year's, by the list as this session sees it."""
    asked = Asked(now)
    names = [column.name for column in BUDGET.columns]
    months: list[dict[str, Any]] = [dict(zip(names, line, strict=True)) for line in lines_of(BUDGET, session, asked)]
    due = [int(month["paid"] or month["planned"]) for month in months]
    premium = programme().premium
    year = months_from(asked.sql["year"], len(months))
    funded = Plan(0, tuple(premium.on(month) for month in year), premium.ceiling).funded_heads
    past = [month["month"] for month, sum_ in zip(months, accumulate(due), strict=True) if sum_ > premium.ceiling]
    row = session.execute(_BEYOND, {"today": asked.today, "funded": funded}).one_or_none() if past else None
    return Forecast(
        asked.today.year,
        sum(due),
        premium.ceiling,
        funded,
        past[0] if past else None,
        (row.version, row.row) if row is not None else None,
    )


def priced(session: Session) -> tuple[int, str]:
    """The rupiah that this year's money is short of for the list as the session sees it, and how that is told."""
    held = forecast(session, now=dt.datetime.now(dt.UTC))
    return held.over, held.warning()
