"""Rounds by lot: a list whose truth is known is drawn, answers by a rule and is estimated, again and again.

How often do the intervals hold the truth of the list?

    python -m tests.soak.rounds_by_lot [--rounds 2000] [--seed 1]

One line for each kind of round; what others print is among them, and must fail. Exit 0 when all come out as they must,
1 when not. By chance alone another seed breaks one line in some five hundred.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.rounds.wrong import wald
from verify_service.rounds.agreement import at_least, clustered
from verify_service.rounds.allocation import largest_remainder
from verify_service.rounds.estimates import (
    Cell,
    Estimate,
    Part,
    bounds_of,
    distinct,
    members,
    merged,
    part,
    poststratified,
    stratified,
)
from verify_service.rounds.intervals import newcombe, paired, partly_same, wilson, wilson_of, z
from verify_service.rounds.size import contacts

NOMINAL = 0.95
WINDOW = (0.935, 0.965)  # of the whole list
STRATUM_WINDOW = (0.93, 0.97)  # of a stratum of a hundred answers or more
EQUAL = {"Bekasi Timur": 2_000, "Bekasi Barat": 2_000, "Pondok Gede": 2_000, "Jatiasih": 2_000}
UNEQUAL = {"Bekasi Timur": 4_100, "Bekasi Barat": 2_700, "Pondok Gede": 1_100, "Jatiasih": 900}
# So many that by enumeration each stratum of a hundred answers has its 95 %: a test computes it.
COMPLETES = {0.50: 424, 0.90: 488, 0.98: 1_160}


class Person(NamedTuple):
    """One line of the list: what decides the answer, and the truth."""

    woman: bool
    yes: bool
    member: bool = True  # eligible, or not listed a second time


Listed = dict[str, list[Person]]


class Response(NamedTuple):
    """Who answers with which chance, and what is expected of all."""

    name: str
    chance: Callable[[Person], float]
    expected: float


ALL = Response("all answer", lambda person: 1.0, 1.0)
AT_RANDOM = Response("40 % at random", lambda person: 0.4, 0.4)
BY_CLASS = Response("women oftener", lambda person: 0.60 if person.woman else 0.30, 0.45)
BY_ANSWER = Response("yes oftener", lambda person: 0.60 if person.yes else 0.20, 0.45)
FEW_SILENT = Response("few silent", lambda person: 0.99 if person.yes else 0.97, 0.98)


@dataclass
class Tally:
    """How often one thing held, and whether that is as it must be."""

    what: str
    low: float
    high: float
    held: int = 0
    of: int = 0

    def count(self, held: bool) -> None:
        self.held += held
        self.of += 1

    @property
    def share(self) -> float:
        return self.held / self.of

    @property
    def good(self) -> bool:
        return self.of > 0 and self.low <= self.share <= self.high

    def line(self) -> str:
        must = f"{self.low:.3f} to {self.high:.3f}"
        return f"{'as it must' if self.good else 'WRONG'}: {self.what}: {self.share:.4f} of {self.of}, must be {must}"


@dataclass
class Window:
    """What coverage is allowed after so many rounds: the window, and for fewer rounds their own luck as well."""

    rounds: int
    luck: float = field(init=False)

    def __post_init__(self) -> None:
        # At 2,000 rounds the window is three standard errors of them; fewer rounds get as many of theirs.
        self.luck = max(0.0, 3.5 * (mc_se(NOMINAL, self.rounds) - mc_se(NOMINAL, 2_000)))

    def around(self, what: str, window: tuple[float, float] = WINDOW) -> Tally:
        return Tally(what, max(0.0, window[0] - self.luck), min(1.0, window[1] + self.luck))

    def fails(self, what: str) -> Tally:
        return Tally(f"{what}, must fail", 0.0, WINDOW[0] - 1e-9)

    def always(self, what: str) -> Tally:
        return Tally(what, 1.0, 1.0)

    def mostly(self, what: str) -> Tally:
        return Tally(what, NOMINAL - self.luck, 1.0)


def mc_se(coverage: float, rounds: int) -> float:
    """The standard error of a coverage counted over so many rounds."""
    return math.sqrt(coverage * (1 - coverage) / rounds)


def pass_chance(coverage: float, rounds: int, low: float, high: float) -> float:
    """The chance that rounds of this true coverage come out inside the window."""
    first, last = math.ceil(round(low * rounds, 6)), math.floor(round(high * rounds, 6))
    return at_least(first, rounds, coverage) - at_least(last + 1, rounds, coverage)


# --- a list, a draw, the answers ---


def a_list(sizes: dict[str, int], p: float) -> Listed:
    """A list of which some p are covered: unlike from stratum to stratum, and women more than men."""
    made: Listed = {}
    for place, (name, size) in enumerate(sizes.items()):
        made[name] = []
        for woman in (True, False):
            share = p + (1 - p) * p * ((0.10 if woman else -0.10) + (-0.3, -0.1, 0.1, 0.3)[place % 4] / 2)
            people = size // 2
            yes = round(share * people)
            made[name] += [Person(woman, k < yes) for k in range(people)]
    return made


def truth(listed: Sequence[Person]) -> float:
    return sum(person.yes for person in listed) / len(listed)


def everybody(listed: Listed) -> list[Person]:
    return [person for people in listed.values() for person in people]


class Answers(NamedTuple):
    """Of one stratum: who was drawn, and who of these answered, counted by kind of person."""

    drawn: Counter[Person]
    answered: Counter[Person]


def one_round(listed: Listed, n: int, response: Response, chance: random.Random) -> dict[str, Answers]:
    """Draw by the project's own allocation, and let people answer."""
    seats = largest_remainder(n, {name: len(people) for name, people in listed.items()}, least=2)
    told = {}
    for name, people in listed.items():
        drawn = Counter(chance.sample(people, seats[name]))
        answered = Counter({kind: some_of(count, response.chance(kind), chance) for kind, count in drawn.items()})
        told[name] = Answers(drawn, answered)
    return told


def some_of(count: int, rate: float, chance: random.Random) -> int:
    return count if rate >= 1 else sum(chance.random() < rate for _ in range(count))


def strata_of(listed: Listed, told: dict[str, Answers]) -> list[Cell]:
    return [cell(name, len(people), told[name], lambda _: True) for name, people in listed.items()]


def by_class(listed: Listed, told: dict[str, Answers]) -> list[Cell]:
    """Women of each stratum, then men: neighbours answer alike, so that merging does no harm."""
    made = []
    for name, belongs in (("women", lambda who: who.woman), ("men", lambda who: not who.woman)):
        for stratum, people in listed.items():
            made.append(cell(f"{stratum}, {name}", sum(map(belongs, people)), told[stratum], belongs))
    return made


def cell(name: str, population: int, answers: Answers, belongs: Callable[[Person], bool]) -> Cell:
    """Those of a stratum who belong to it."""
    drawn, answered = (
        {who: count for who, count in of.items() if belongs(who)} for of in (answers.drawn, answers.answered)
    )
    yes = sum(count for who, count in answered.items() if who.yes)
    return Cell(name, population, sum(answered.values()), yes, sum(drawn.values()))


def part_of(name: str, people: Sequence[Person], answers: Answers) -> Part:
    inside = cell(name, len(people), answers, lambda who: who.member)
    return Part(name, len(people), answers.answered.total(), inside.answers, inside.yes)


def truth_of_sample(listed: Listed, told: dict[str, Answers]) -> float:
    """What the sample would have said, had everybody answered."""
    return math.fsum(
        len(people) * sum(k for who, k in told[name].drawn.items() if who.yes) / told[name].drawn.total()
        for name, people in listed.items()
    ) / len(everybody(listed))


# --- the kinds of round ---


def crosses(rounds: int, seed: int) -> Iterator[Tally]:
    """p x strata x response, at random or by class: the intervals of the whole and of each large stratum."""
    for p in COMPLETES:
        for strata, sizes in (("equal", EQUAL), ("unequal", UNEQUAL)):
            for response in (ALL, AT_RANDOM, BY_CLASS):
                what = f"{p:.2f} yes, {strata} strata, {response.name}"
                yield from covered(what, a_list(sizes, p), COMPLETES[p], response, Window(rounds), seed)


def covered(
    what: str, listed: Listed, completes: int, response: Response, window: Window, seed: int
) -> Iterator[Tally]:
    """The interval of the whole list, and of each stratum that has a hundred answers in nearly every round."""
    chance, whole = random.Random(f"{seed} {what}"), window.around(what)
    each = {name: window.around(f"{what}, {name}", STRATUM_WINDOW) for name in listed}
    truths = {name: truth(people) for name, people in listed.items()}
    n, of_all = contacts(completes, response.expected, len(everybody(listed))), truth(everybody(listed))
    for _ in range(window.rounds):
        told = one_round(listed, n, response, chance)
        whole.count(holds(told_of(listed, told, response), of_all))
        for name, people in listed.items():
            if told[name].answered.total() >= 100:
                each[name].count(holds(told_of({name: people}, told, response), truths[name]))
    yield whole
    yield from (one for one in each.values() if one.of > 0.9 * window.rounds)


def told_of(listed: Listed, told: dict[str, Answers], response: Response) -> Estimate:
    """What the round prints of these strata: post-stratified where classes answer unlike."""
    if response is BY_CLASS:
        return poststratified(merged(by_class(listed, told)).cells)
    return stratified(strata_of(listed, told))


def small_cells(rounds: int, seed: int) -> Iterator[Tally]:
    """Twelve strata of thirty answers: cells are merged among women and among men, or within a stratum."""
    window, chance = Window(rounds), random.Random(f"{seed} small cells")
    listed = {
        f"kecamatan {place}": [Person(woman, k < yes) for woman, yes in ((True, 399), (False, 349)) for k in range(416)]
        for place in range(12)
    }
    of_all, n = truth(everybody(listed)), contacts(372, BY_CLASS.expected, len(everybody(listed)))
    alike = window.around("12 strata, women oftener, small cells merged with the same sex")
    unlike = window.fails("12 strata, women oftener, small cells merged with the other sex")
    for _ in range(rounds):
        women_first = by_class(listed, one_round(listed, n, BY_CLASS, chance))
        by_stratum = [cell for pair in zip(women_first[:12], women_first[12:], strict=True) for cell in pair]
        for tally, cells in ((alike, women_first), (unlike, by_stratum)):
            tally.count(holds(poststratified(merged(cells).cells), of_all))
    yield from (alike, unlike)


def silent(rounds: int, seed: int) -> Iterator[Tally]:
    """Response that depends on the answer: the bounds hold, and the estimate without the silent does not."""
    window = Window(rounds)
    for p in COMPLETES:
        for strata, sizes in (("equal", EQUAL), ("unequal", UNEQUAL)):
            listed = a_list(sizes, p)
            for response in (BY_ANSWER, FEW_SILENT):
                what = f"{p:.2f} yes, {strata} strata, {response.name}"
                points, outer, deleted = in_bounds(what, listed, COMPLETES[p], response, window, seed)
                yield from (points, outer)
                if response is BY_ANSWER and p < 0.95:  # at 98 % hardly anybody is there to stay silent
                    yield deleted


def in_bounds(
    what: str, listed: Listed, completes: int, response: Response, window: Window, seed: int
) -> tuple[Tally, Tally, Tally]:
    """The sample's truth in the point bounds, the list's in the outer ones, the list's with the silent deleted."""
    chance, of_all = random.Random(f"{seed} {what}"), truth(everybody(listed))
    points, outer = (
        window.always(f"{what}, the sample in the bounds"),
        window.mostly(f"{what}, the list in the outer ones"),
    )
    deleted = window.fails(f"{what}, the silent deleted")
    n = contacts(completes, response.expected, len(everybody(listed)))
    for _ in range(window.rounds):
        told = one_round(listed, n, response, chance)
        cells, of_sample = strata_of(listed, told), truth_of_sample(listed, told)
        found = bounds_of(cells)
        points.count(found.low - 1e-12 <= of_sample <= found.high + 1e-12)
        outer.count(found.outer_low <= of_all <= found.outer_high)
        deleted.count(holds(stratified(cells), of_all))
    return points, outer, deleted


def parts(rounds: int, seed: int) -> Iterator[Tally]:
    """5 % who are not eligible, or 3 % who are listed twice: the share of the others, and how many these are."""
    window = Window(rounds)
    for what, p, outside in (("5 % not eligible", 0.90, 0.05), ("3 % second listings", 0.90, 0.03)):
        chance = random.Random(f"{seed} {what}")
        listed = {
            name: [person._replace(member=chance.random() >= outside) for person in people]
            for name, people in a_list(UNEQUAL, p).items()
        }
        inside = [person for person in everybody(listed) if person.member]
        share, people = window.around(f"{what}, share of the others"), window.around(f"{what}, how many")
        for _ in range(rounds):
            told = one_round(listed, 600, ALL, chance)
            asked = [part_of(name, people_of, told[name]) for name, people_of in listed.items()]
            share.count(holds(part(asked), truth(inside)))
            total = members(asked)
            people.count(total.low <= len(inside) <= total.high)
        yield from (share, people)
    yield twice_listed(window, random.Random(f"{seed} twice"))


def twice_listed(window: Window, chance: random.Random) -> Tally:
    """Lines of a list of which 3 % are second ones, found out only when somebody answers."""
    lines = [1] * 9_400 + [2] * 600
    tally = window.around("3 % listed twice, how many people")
    for _ in range(window.rounds):
        found = distinct(len(lines), Counter(chance.sample(lines, 800)))
        tally.count(found.low <= 9_700 <= found.high)
    return tally


def two_rounds(rounds: int, seed: int) -> Iterator[Tally]:
    """A fall from 92 % to 87 %, seen by two draws, by one panel, and by rounds that share some people."""
    window, chance = Window(rounds), random.Random(f"{seed} two rounds")
    size, n = 20_000, 400
    # Each person's answer before and now: 86 % twice yes.
    pairs = [(True, True)] * 17_200 + [(True, False)] * 1_200 + [(False, True)] * 200 + [(False, False)] * 1_400
    fall = (sum(now for _, now in pairs) - sum(before for before, _ in pairs)) / size
    two, panel, shared = (
        window.around(f"a fall of 5 points, {how}") for how in ("two draws", "a panel", "half a panel")
    )
    for _ in range(rounds):
        before, now = chance.sample(pairs, n), chance.sample(pairs, n)
        y1, y2 = sum(yes for yes, _ in before), sum(yes for _, yes in now)
        difference = newcombe(y2 / n, wilson(y2, n), y1 / n, wilson(y1, n))
        two.count(difference.low <= fall <= difference.high)
        kinds = Counter(before)
        change = paired(kinds[True, True], kinds[False, True], kinds[True, False], kinds[False, False])
        panel.count(abs(change.difference - fall) <= z(NOMINAL) * change.se)
        same = before[: n // 2]
        y2 = sum(yes for _, yes in same) + sum(yes for _, yes in now[n // 2 :])
        both = sum(one and other for one, other in same) / len(same)
        change = partly_same(y2 / n, n, y1 / n, n, len(same), both)
        shared.count(abs(change.difference - fall) <= z(NOMINAL) * change.se)
    yield from (two, panel, shared)


def through_heads(rounds: int, seed: int) -> Iterator[Tally]:
    """35 answers a head, alike by 0.03: with the heads as clusters, and as if they were 1,400 simple ones."""
    window, chance = Window(rounds), random.Random(f"{seed} heads")
    rho, p, size = 0.03, 0.90, 35
    spread = 1 / rho - 1
    heads = [chance.betavariate(p * spread, (1 - p) * spread) for _ in range(1_200)]
    groups = [(some_of(size, rate, chance), size) for rate in heads]
    of_all = sum(yes for yes, _ in groups) / sum(of for _, of in groups)
    with_heads, simple = window.around("answers through heads"), window.fails("answers through heads, as if simple")
    for _ in range(rounds):
        drawn = chance.sample(groups, 40)
        with_heads.count(holds(clustered(drawn), of_all))
        yes, of = (sum(numbers) for numbers in zip(*drawn, strict=True))
        low, high = wilson(yes, of)
        simple.count(low <= of_all <= high)
    yield from (with_heads, simple)


def must_fail(rounds: int, seed: int) -> Iterator[Tally]:
    """What others print: p ± z·se at 98 %, and a finite population that counts invitations as answers."""
    window, chance = Window(rounds), random.Random(f"{seed} must fail")
    people = [True] * 9_800 + [False] * 200
    textbook, ours = window.fails("98 % yes, 100 answers, p ± z·se"), window.around("98 % yes, 100 answers, Wilson")
    for _ in range(rounds):
        yes = sum(chance.sample(people, 100))
        low, high = wald(yes, 100)
        textbook.count(low <= 0.98 <= high)
        ours.count(wilson(yes, 100).low <= 0.98 <= wilson(yes, 100).high)
    yield from (textbook, ours)
    people = [True] * 900 + [False] * 100
    invited = window.fails("600 of 1,000 invited, 245 answered, finite population of the invited")
    answered = window.around("the same, of who answered")
    for _ in range(rounds):
        yes = sum(chance.sample(people, 245))
        for tally, gone in ((invited, 600), (answered, 245)):
            low, high = wilson_of(yes / 245, 245 * 999 / (1_000 - gone))
            tally.count(low <= 0.90 <= high)
    yield from (invited, answered)


def holds(found: Estimate, of_all: float) -> bool:
    return found.low - 1e-12 <= of_all <= found.high + 1e-12


def run(rounds: int, seed: int) -> bool:
    """Whether all comes out as it must; prints a line for each."""
    good = True
    for kind in (crosses, small_cells, silent, parts, two_rounds, through_heads, must_fail):
        for tally in kind(rounds, seed):
            print(tally.line(), flush=True)
            good &= tally.good
    return good


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(0 if run(asked.rounds, asked.seed) else 1)
