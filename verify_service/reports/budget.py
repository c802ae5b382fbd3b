"""What the money pays for: premium x months x heads against the ceiling of a year. Money is integer rupiah.

Administration is a share of the ceiling that is kept back before any premium; messaging is no part of it and is told
from the texts that were sent (`spending.py`). Ten thousand workers at 16,800 a month are 2,016,000,000 a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

MONTHS = 12


class BudgetRefused(ValueError):
    """A plan that makes no sense; the message says which number and what it may be."""


@dataclass(frozen=True)
class Plan:
    """So many heads for so many months, at the premium of each month, against a ceiling.

    `premiums`: rupiah a head for each month, in order; `administration`: the share of the ceiling that is kept back.
    """

    heads: int
    premiums: tuple[int, ...]
    ceiling: int
    administration: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.heads < 0:
            raise BudgetRefused("heads: 0 or more")
        if not self.premiums or min(self.premiums) <= 0:
            raise BudgetRefused("premium: more than 0 rupiah, for at least one month")
        if self.ceiling < 0:
            raise BudgetRefused("ceiling: 0 rupiah or more")
        if not 0 <= self.administration < 1:
            raise BudgetRefused("administration: a share from 0 to below 1, such as .05 for 5 %")

    @property
    def available(self) -> int:
        """Rupiah for premiums: the ceiling without administration, rounded down."""
        return int((self.ceiling * (1 - self.administration)).to_integral_value(ROUND_FLOOR))

    @property
    def a_head(self) -> int:
        """Rupiah for one head in all months."""
        return sum(self.premiums)

    @property
    def cost(self) -> int:
        """Rupiah of premiums for all heads in all months."""
        return self.heads * self.a_head

    @property
    def over(self) -> int:
        """Rupiah that are missing; 0 where the money is enough."""
        return max(0, self.cost - self.available)

    @property
    def funded_heads(self) -> int:
        """The most heads that can be paid for all months."""
        return self.available // self.a_head

    @property
    def left_at_funded(self) -> int:
        """Rupiah left when just those are paid."""
        return self.available - self.funded_heads * self.a_head

    @property
    def funded_months(self) -> int:
        """The months, from the first, in which all heads can be paid; of the plan at most."""
        return self._walk()[0]

    @property
    def left_after_months(self) -> int:
        """Rupiah left after those months."""
        return self._walk()[1]

    def _walk(self) -> tuple[int, int]:
        left = self.available
        for paid, premium in enumerate(self.premiums):
            if left < self.heads * premium:
                return paid, left
            left -= self.heads * premium
        return len(self.premiums), left

    def as_json(self) -> dict[str, int]:
        """The figures by name, all integers."""
        return {
            "cost": self.cost,
            "over": self.over,
            "funded_heads": self.funded_heads,
            "left_at_funded": self.left_at_funded,
            "funded_months": self.funded_months,
            "left_after_months": self.left_after_months,
        }


def months_from(first: dt.date, months: int) -> tuple[dt.date, ...]:
    """The first days of so many months."""
    begun = first.year * 12 + first.month - 1
    return tuple(dt.date(each // 12, each % 12 + 1, 1) for each in range(begun, begun + months))


def curve(plan: Plan, heads: Sequence[int]) -> tuple[tuple[int, int, int], ...]:
    """(heads, rupiah of all months, months that are funded) for each of these numbers of heads."""
    others = [Plan(each, plan.premiums, plan.ceiling, plan.administration) for each in heads]
    return tuple((other.heads, other.cost, other.funded_months) for other in others)
