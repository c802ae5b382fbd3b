"""Publications: an invented city is counted, rounded and printed week after week, and everything printed is attacked.

Can a count of 1 to 4 be reckoned back?

    python -m tests.soak.publications [--people 10000] [--kecamatan 12] [--weeks 26] [--seed 1]

One line. Exit 0 when no small count is recovered, or told more closely than the gate allows; 1 when one is.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from verify_service.publication.attack import LEAST_WIDTH, Narrow, attack, small_counts
from verify_service.publication.rounding import rounded
from verify_service.publication.tables import CITY, SAID, SAYS, filled, sums_of_people
from verify_service.publication.tallies import ALL, PROPOSAL_OUTCOMES, PROPOSALS, UNKNOWN, Sum, Tally
from verify_service.publication.weeks import WEEKS, Week, bounds_of
from verify_service.reports.groups import AGES, OCCUPATIONS

SEXES = (ALL, "L", "P")
JOBS = ("driver", "trader", "waste_picker", "domestic", "other")
FATES = (("confirmed", 80), ("assisted", 6), ("otherwise", 14))


@dataclass(frozen=True)
class Person:
    """Somebody on the list: the groups that he is counted in, when he answers, and what comes of it."""

    kecamatan: str
    kelurahan: str
    sex: str
    occupation: str
    age: str
    week: int
    fate: str
    says: str  # where that is something else
    stuck: str  # not paid for, or unknown to the insurer: no answer changes that

    def outcome(self, week: int) -> str:
        return self.stuck or (self.fate if self.week <= week else "not_reached")


@dataclass
class City:
    """The people of an invented city, whose kelurahan and occupations are of unlike size."""

    people: list[Person]
    areas: list[tuple[str, str]]
    proposed: list[tuple[int, int, str, str, str]]  # week, week of the decision, work, help, what was decided
    sums: tuple[Sum, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.sums = (
            *sums_of_people(self.areas, SEXES),
            (f"{CITY}/{ALL}/otherwise", tuple(f"{SAID}/{ALL}/{said}" for said in SAYS)),
            *self.proposals(0).sums(),
        )

    def proposals(self, week: int) -> Tally:
        """People put forward by then: some a week, decided some weeks later."""
        counts: Counter[tuple[str, str]] = Counter()
        for begun, ended, job, helped, decided in self.proposed:
            if begun <= week:
                for group in (f"job:{job}", f"help:{helped}"):
                    counts[group, decided if ended <= week else "waiting"] += 1
        return Tally(PROPOSALS, PROPOSAL_OUTCOMES, {"job": JOBS, "help": ("yes", "no")}, counts)

    def counts(self, week: int) -> dict[str, int]:
        leaves: Counter[str] = Counter()
        for one in self.people:
            outcome = one.outcome(week)
            leaves[f"kelurahan:{one.kelurahan}/{ALL}/{outcome}"] += 1
            for group in (f"kecamatan:{one.kecamatan}", f"occupation:{one.occupation}", f"age:{one.age}"):
                leaves[f"{group}/{one.sex}/{outcome}"] += 1
            if outcome == "otherwise":
                leaves[f"{SAID}/{ALL}/{one.says}"] += 1
        leaves.update(dict(self.proposals(week).leaves()))
        return filled(leaves, self.sums)


def a_city(people: int, weeks: int, chance: random.Random, kecamatan: int = 12) -> City:
    """So many people; a third of them never answers."""
    areas = [(f"{place:02}", f"{place:02}.{one}") for place in range(kecamatan) for one in range(4 + place % 3)]
    places = [chance.lognormvariate(0, 0.6) for _ in areas]
    jobs = {job: chance.lognormvariate(0, 0.8) for job in (*OCCUPATIONS, UNKNOWN)}
    ages = [name for _, name in AGES]
    made = []
    for where in chance.choices(areas, places, k=people):
        stuck = chance.choices(("", "not_paid", "not_active"), (95, 2, 3))[0]
        fate = chance.choices([name for name, _ in FATES], [share for _, share in FATES])[0]
        job = chance.choices(list(jobs), list(jobs.values()))[0]
        age = chance.choices(ages, (15, 30, 30, 18, 7))[0]
        answers, says = chance.randint(1, weeks + weeks // 2), chance.choice(SAYS)
        made.append(Person(*where, chance.choice("LP"), job, age, answers, fate, says, stuck))
    proposed = []
    for _ in range(people // 20):
        begun = chance.randint(1, weeks)
        helped, decided = chance.choices(("yes", "no"), (1, 6))[0], chance.choice(PROPOSAL_OUTCOMES[1:])
        proposed.append((begun, begun + chance.randint(1, 8), chance.choice(JOBS), helped, decided))
    return City(made, areas, proposed)


@dataclass
class Told:
    """What came of the weeks."""

    small: int = 0
    narrow: list[Narrow] = field(default_factory=list)
    refused: int = 0
    tries: int = 0
    errors: list[int] = field(default_factory=list)
    broken: int = 0

    @property
    def recovered(self) -> int:
        return sum(one.recovered for one in self.narrow)


def play(city: City, weeks: int, chance: random.Random, *, gate: bool = True) -> tuple[Told, list[Week]]:
    """Publish week after week as the service does: what leaves a small count too narrow is drawn again."""
    told, printed_weeks = Told(), []
    last: dict[str, int] = {}
    for week in range(1, weeks + 1):
        counts = city.counts(week)
        for _ in range(3):
            told.tries += 1
            printed = rounded(counts, city.sums, last, chance)
            assert printed is not None, "no rounding"
            held = [*printed_weeks[-WEEKS + 1 :], Week(counts, bounds_of(printed, {}), "one month")]
            if not gate or not attack(held, city.sums):
                break
        else:
            told.refused += 1
            continue
        last = printed
        printed_weeks.append(held[-1])
        told.errors += [abs(printed[key] - counts[key]) for key in counts]
        told.broken += sum(printed[total] != sum(printed[part] for part in parts) for total, parts in city.sums)
    return told, printed_weeks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--kecamatan", type=int, default=12)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, chance = time.monotonic(), random.Random(asked.seed)
    city = a_city(asked.people, asked.weeks, chance, asked.kecamatan)
    told, printed = play(city, asked.weeks, chance)
    told.small, told.narrow = len(small_counts(printed)), attack(printed, city.sums)
    good = not told.narrow and not told.broken
    print(
        f"{'as it must' if good else 'WRONG'}: {asked.people} people, {asked.weeks} weeks,"
        f" {len(city.counts(1))} counts, {told.small} small ones attacked over all weeks at once:"
        f" {told.recovered} recovered, {len(told.narrow)} narrower than {LEAST_WIDTH:g},"
        f" {told.broken} sums broken, {told.refused} weeks refused, {told.tries} tries,"
        f" mean error {sum(told.errors) / len(told.errors):.2f}, worst {max(told.errors)}, seed {asked.seed},"
        f" {time.monotonic() - began:.0f} s"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
