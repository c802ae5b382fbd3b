"""Weekly looks: an invented list is looked at every week of a year, without any difference, and with a group that lags.

How often does chance alone give a notice, and how soon does a real gap?

    python -m tests.soak.weekly_looks [--years 2000] [--seed 1]

One line for each kind of year. Exit 0 when all come out as they must, 1 when not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from verify_service.rounds.agreement import at_least
from verify_service.rounds.lagging import YEARLY, Group, lagging

Rule = Callable[[Sequence[Group]], list[bool]]
JOBS: Final = (0.22, 0.2, 0.06, 0.14, 0.16, 0.05, 0.08, 0.04, 0.05)
AGES: Final = (0.15, 0.3, 0.3, 0.18, 0.07)


@dataclass(frozen=True)
class Year:
    """A list, how many of it will have answered in the end, and how much one small group lags in that."""

    people: int = 1_500
    share: float = 0.6
    gap: float = 0.0
    small: int = 60
    weeks: int = 52


EQUAL: Final = Year()


def members(year: Year, chance: np.random.Generator) -> np.ndarray:
    """Who is of which group, a column each; the last is the small one. Sex and work hang together, as in life."""
    n = year.people
    woman = chance.random(n) < 0.4
    job = np.where(woman, chance.choice(len(JOBS), n, p=JOBS), chance.choice(len(JOBS), n, p=JOBS[::-1]))
    age, no_phone = chance.choice(len(AGES), n, p=AGES), chance.random(n) < 0.2
    columns = [woman, ~woman, no_phone, ~no_phone]
    columns += [job == one for one in range(len(JOBS))] + [age == one for one in range(len(AGES))]
    small = np.zeros(n, dtype=bool)
    small[chance.choice(n, year.small, replace=False)] = True
    return np.stack([*columns, small], axis=1).astype(np.int64)


def looks(year: Year, seed: int) -> list[list[Group]]:
    """The groups of each week's look: paid, active, answered, confirmed. Months change by chance, answers add up."""
    chance = np.random.default_rng(seed)
    of = members(year, chance)
    n, small = year.people, of[:, -1].astype(bool)
    ever = chance.random(n) < np.where(small, year.share - year.gap, year.share)
    week_of = np.where(ever, np.minimum(chance.exponential(8, n), 25.9), np.inf)
    confirms = chance.random(n) < 0.85
    paid = active = np.zeros(n, dtype=bool)
    told = []
    for week in range(year.weeks):
        if week % 4 == 0:  # a new month's files: most stay as they were
            changed = chance.random(n) < (1.0 if week == 0 else 0.1)
            paid = np.where(changed, chance.random(n) < 0.97, paid)
            active = np.where(changed, chance.random(n) < 0.95, active)
        answered = week_of <= week
        everybody = np.ones(n, dtype=bool)
        both = paid & active
        measures = ((everybody, paid), (paid, active), (everybody, answered), (both & answered, confirms))
        told.append([group for base, yes in measures for group in _groups(of, base, base & yes)])
    return told


def _groups(of: np.ndarray, base: np.ndarray, yes: np.ndarray) -> list[Group]:
    people, have, all_people, all_have = base @ of, yes @ of, int(base.sum()), int(yes.sum())
    return [Group(int(y), int(m), all_have - int(y), all_people - int(m)) for y, m in zip(have, people, strict=True)]


def false_notices(years: int, seed: int, rule: Rule = lagging, year: Year = EQUAL) -> int:
    """In how many of so many years without any difference there was a notice."""
    return sum(any(any(rule(groups)) for groups in looks(year, seed * 1_000_003 + one)) for one in range(years))


def weeks_until_noticed(year: Year, seed: int) -> int | None:
    """The look, from 1, that notices that the small group answers less; None where the year does not."""
    groups = members(year, np.random.default_rng(0)).shape[1]
    place = 3 * groups - 1  # the small group, of the third measure
    return next((week for week, held in enumerate(looks(year, seed), 1) if lagging(held)[place]), None)


def by_groups_alone(groups: Sequence[Group]) -> list[bool]:
    """Corrected for the groups of a look, and not for looking each week."""
    return lagging(groups, YEARLY)


def each_alone(groups: Sequence[Group]) -> list[bool]:
    """Every group at five per cent, every week."""
    return [group.judged and group.by_chance <= YEARLY for group in groups]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    good = True
    for people in (400, 1_500):
        began = time.monotonic()
        year = replace(EQUAL, people=people, small=min(60, people // 8))
        false = false_notices(asked.years, asked.seed, year=year)
        # So many or more, were the chance just what is promised: hardly ever.
        holds = false <= YEARLY * asked.years or at_least(false, asked.years, YEARLY) > 0.001
        good &= holds
        print(
            f"{'as it must' if holds else 'WRONG'}: no difference, {people} people, {asked.years} years of 52 looks:"
            f" a notice in {false / asked.years:.2%} of them (at most {YEARLY:.0%}), {time.monotonic() - began:.0f} s",
            flush=True,
        )
    few = max(20, asked.years // 20)
    for name, rule in (("corrected for groups alone", by_groups_alone), ("not corrected", each_alone)):
        false = false_notices(few, asked.seed, rule)
        print(f"beside it: {name}, {few} years: a notice in {false / few:.0%}", flush=True)
    for share, gap in ((0.6, 0.15), (0.9, 0.15), (0.6, 0.2)):
        year = Year(10_000, share, gap, 300)
        told = sorted(weeks_until_noticed(year, asked.seed + one) or 99 for one in range(few))
        within = sum(week <= 26 for week in told) / few
        good &= within >= 0.8
        print(
            f"{'as it must' if within >= 0.8 else 'WRONG'}: 300 of 10,000 answer {gap:.0%} less than {share:.0%},"
            f" {few} years: noticed within 26 weeks in {within:.0%}, half of them by week {told[few // 2]},"
            f" nine in ten by week {told[int(0.9 * few)]}",
            flush=True,
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
