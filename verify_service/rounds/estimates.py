"""What the answers of a round say of the whole list, and how surely.

Strata and cells are `Cell`s: their people are counted on the list, their answers in the round. An estimate holds for
the list if the silent are like those who answered in their cell; `bounds_of` says what holds whatever the silent think.
Sources: Cochran 1977, chapters 5 and 6; Valliant 1993 and Little and Vartivarian 2005 (post-stratification);
Deville, Särndal and Sautory 1993 (raking); Kish 1965 (second listings); NCHS (what may be published). The soft
variance, 20 answers a cell and 3 x the mean weight are ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from verify_service.rounds.intervals import CONFIDENCE, Bounds, clopper_pearson, wilson_of, z

LEAST_ANSWERS = 30  # of a share that is printed
_LEAST_DF = 8
_WIDE, _NARROW, _RELATIVE = 0.30, 0.05, 1.30  # widths of the exact interval


@dataclass(frozen=True)
class Cell:
    """One stratum or class: its people on the list, how many answered, how many of these said yes."""

    name: str
    population: int
    answers: int
    yes: int
    sampled: int | None = None  # people drawn; only `bounds_of` asks for it

    def __post_init__(self) -> None:
        if not 0 <= self.yes <= self.answers <= (self.population if self.sampled is None else self.sampled):
            raise ValueError(f"{self.name}: give yes <= answers <= sampled <= population, none below 0, not {self}.")
        if self.sampled is not None and self.sampled > self.population:
            raise ValueError(f"{self.name}: {self.sampled} drawn of {self.population}: count the frame of the draw.")


@dataclass(frozen=True)
class Part:
    """What a stratum says of a part of the list whose people are not counted there: the eligible, say."""

    name: str
    population: int
    answers: int
    members: int  # of these answers, those that belong to the part
    yes: int  # of these members

    def __post_init__(self) -> None:
        if not 0 <= self.yes <= self.members <= self.answers <= self.population:
            raise ValueError(f"{self.name}: give yes <= members <= answers <= population, none below 0, not {self}.")


@dataclass(frozen=True)
class Estimate:
    """A share of the list, 0 to 1, and what it is worth."""

    share: float
    se: float  # standard error of the share
    deff: float | None  # its variance beside that of a simple sample of so many; None where everybody answered
    n_eff: float  # answers of an endless list worth as much; infinite where everybody answered
    df: float  # degrees of freedom
    low: float  # Wilson's interval on n_eff, with Student's t
    high: float


@dataclass(frozen=True)
class Total:
    """A number of people, its standard error and its interval."""

    people: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class Merged:
    """Cells that are large enough, and the names of those that were joined into one."""

    cells: tuple[Cell, ...]
    joined: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Modes:
    """Shares by who answered; None for nobody. The difference is not the head's doing: who needs help differs."""

    own: float | None  # those who answered themselves
    head: float | None  # those helped by an RT head
    together: float | None


class Reason(StrEnum):
    """Why a share is not simply printed."""

    FEW_ANSWERS = "few_answers"  # under 30
    FEW_EFFECTIVE = "few_effective"  # an effective sample under 30
    WIDE = "wide"  # an exact interval of 30 points or more
    WIDE_FOR_ITS_SIZE = "wide_for_its_size"  # one above 5 points and wider than 1.3 times the share
    FEW_DEGREES = "few_degrees"  # under 8: a person looks first


@dataclass(frozen=True)
class Doubt:
    """Why a share is refused, or has to be reviewed, with the number that decided it."""

    reason: Reason
    value: float

    @property
    def refused(self) -> bool:
        """Whether the share must not be printed at all; its counts may be."""
        return self.reason is not Reason.FEW_DEGREES


# --- cells whose people are counted ---


def stratified(cells: Sequence[Cell], confidence: float = CONFIDENCE, *, soft: bool = True) -> Estimate:
    """The share of the list from a simple sample in each stratum: ΣW_h p_h, v = ΣW_h²(1 - f_h)p_h q_h/(r_h - 1).

    n_eff = pq/v, with the finite population in it; df = Σr_h - H. Soft puts (y+1)/(r+2) for p_h inside v and n_eff,
    the share itself unchanged: a heavy stratum that is all yes would drop out of v otherwise. Every stratum needs two
    answers, or all of its people: merge others first, none may be left out.
    """
    asked = _asked(cells)
    if lacking := [cell.name for cell in asked if cell.answers < min(2, cell.population)]:
        raise ValueError(f"Too few answers for a variance: merge {', '.join(lacking)} with a neighbour first.")
    total = sum(cell.population for cell in asked)
    variance = math.fsum(
        (cell.population / total) ** 2 * (1 - cell.answers / cell.population) * p * (1 - p) / (cell.answers - 1)
        for cell, p in ((cell, _p(cell.yes, cell.answers, soft)) for cell in asked)
        if cell.answers < cell.population
    )
    return _weighted(asked, variance, confidence, soft=soft)


def poststratified(
    cells: Sequence[Cell], confidence: float = CONFIDENCE, *, soft: bool = True, given_counts: bool = True
) -> Estimate:
    """The share of the list from one simple sample, its classes weighted to their people on the list, w = N_c/r_c.

    The variance given the answers of each class is that of `stratified` (Valliant 1993). Without `given_counts` it is
    the linearised one: e = y - p_c, u = w e, v = (1 - f) r/(r-1) Σ(u - ū)²/N². Choose classes that predict the answer,
    and give them to `merged` first.
    """
    if given_counts:
        return stratified(cells, confidence, soft=soft)
    asked = _asked(cells)
    if lacking := [cell.name for cell in asked if not cell.answers]:
        raise ValueError(f"Nobody answered in {', '.join(lacking)}: merge with a neighbour first.")
    # Within a class the residuals sum to 0, so that ū is 0.
    spread = math.fsum(
        (cell.population / cell.answers) ** 2 * cell.answers * p * (1 - p)
        for cell, p in ((cell, _p(cell.yes, cell.answers, soft)) for cell in asked)
    )
    total, answers = _counted(asked)
    return _weighted(asked, _residual(spread, answers, total), confidence, soft=soft)


def merged(cells: Sequence[Cell], least: int = 20, most_weight: float = 3.0) -> Merged:
    """The cells, with each that is too small or too heavy joined to its neighbour, by a rule fixed before the answers.

    The first cell, in the given order, with fewer answers than `least` or people per answer above `most_weight` times
    the mean of all is joined to the one after it, the last to the one before; then again, until none is left. The rule
    looks at people and answers, never at what they said: order cells so that neighbours answer alike. Cells without
    people are left out.
    """
    held = [([cell.name], cell) for cell in cells if cell.population]
    limit = most_weight * sum(c.population for _, c in held) / max(1, sum(c.answers for _, c in held))
    while len(held) > 1:
        poor = (
            place
            for place, (_, cell) in enumerate(held)
            if cell.answers < least or cell.population > limit * cell.answers
        )
        if (place := next(poor, None)) is None:
            break
        first = min(place, len(held) - 2)
        (names, one), (others, other) = held[first : first + 2]
        held[first : first + 2] = [([*names, *others], together(one, other))]
    return Merged(tuple(cell for _, cell in held), tuple(tuple(names) for names, _ in held if len(names) > 1))


# --- raking ---


@dataclass(frozen=True)
class Crossed:
    """The answers of those who are in one class of every margin: ("women", "Pondok Gede")."""

    classes: tuple[str, ...]
    answers: int
    yes: int


def rake(cells: Sequence[Crossed], margins: Sequence[Mapping[str, int]]) -> list[float]:
    """People of the list per answer, for each cell, so that every margin is the list's: `{class: people}` each.

    Fits the margins in turn until nothing moves. ValueError where they differ in their sums or cannot all be met.
    """
    total = _agreed(cells, margins)
    answers = sum(cell.answers for cell in cells)
    weights = [total / answers] * len(cells)
    for _ in range(1000):
        moved = 0.0
        for place, margin in enumerate(margins):
            for name, people in margin.items():
                members = [at for at, cell in enumerate(cells) if cell.classes[place] == name]
                factor = people / math.fsum(weights[at] * cells[at].answers for at in members)
                moved = max(moved, abs(factor - 1))
                for at in members:
                    weights[at] *= factor
        if moved < 1e-12:
            return weights
    raise ValueError("The margins cannot all be met by these answers: merge classes with few answers.")


def raked(
    cells: Sequence[Crossed], margins: Sequence[Mapping[str, int]], confidence: float = CONFIDENCE, *, soft: bool = True
) -> Estimate:
    """The share of the list from one simple sample whose margins were raked to the list's, where cells are too many.

    v = (1 - f) r/(r-1) Σ(u - ū)²/N², u = w e, e the residual of y on the margins with base weights, w raked. df = r
    less one less the free classes. Soft as in `stratified`.
    """
    weights = rake(cells, margins)
    total, answers = sum(margins[0].values()), sum(cell.answers for cell in cells)
    yes = [cell.answers * _p(cell.yes, cell.answers, soft) for cell in cells]
    told = list(zip(weights, cells, yes, _fitted(cells, yes, margins), strict=True))
    mean = math.fsum(w * (y - cell.answers * fit) for w, cell, y, fit in told) / answers
    spread = math.fsum(
        y * (w * (1 - fit) - mean) ** 2 + (cell.answers - y) * (w * fit + mean) ** 2 for w, cell, y, fit in told
    )
    share = math.fsum(w * cell.yes for w, cell, _, _ in told) / total
    inside = math.fsum(w * y for w, _, y, _ in told) / total
    df = answers - 1 - sum(len(margin) - 1 for margin in margins)
    simple = _simple(inside, answers, total)
    return _estimate((share, inside), _residual(spread, answers, total), simple, df, confidence)


# --- parts of the list whose people are not counted there ---


def part(parts: Sequence[Part], confidence: float = CONFIDENCE, *, soft: bool = True) -> Estimate:
    """The share of yes in a part of the list: the eligible, or another domain that only the answers tell.

    R = ŷ/x̂; v = ΣN_h²(1 - f_h)Σ(e - ē_h)²/(r_h(r_h - 1))/x̂², e = y - R for members, 0 for others. Who is not of the
    part stays in the sample: never replace, never shrink n. A domain whose people the list counts is `stratified` over
    its own cells.
    """
    asked = [(one, one.population / one.answers, _p(one.yes, one.members, soft)) for one in _enough(parts)]
    people, n = math.fsum(w * one.members for one, w, _ in asked), sum(one.members for one, _, _ in asked)
    if not people:
        raise ValueError("Nobody of this part answered, so there is no share: print the counts.")
    share = math.fsum(w * one.yes for one, w, _ in asked) / people
    inside = math.fsum(w * one.members * p for one, w, p in asked) / people

    def spread(one: Part) -> float:
        p = _p(one.yes, one.members, soft)
        squares = one.members * (p * (1 - inside) ** 2 + (1 - p) * inside**2)
        return squares - (one.members * (p - inside)) ** 2 / one.answers

    variance = _between([one for one, _, _ in asked], spread) / people**2
    df = n - sum(one.members > 0 for one, _, _ in asked)
    return _estimate((share, inside), variance, _simple(inside, n, people), df, confidence)


def members(parts: Sequence[Part], confidence: float = CONFIDENCE, *, soft: bool = True) -> Total:
    """How many people of the list belong to the part: N times the `stratified` share of those who do."""
    share = stratified([Cell(p.name, p.population, p.answers, p.members) for p in parts], confidence, soft=soft)
    total = sum(one.population for one in parts)
    return Total(total * share.share, total * share.se, total * share.low, total * share.high)


def distinct(population: int, found: Mapping[int, int], confidence: float = CONFIDENCE) -> Total:
    """How many people a list of so many lines holds, from answers by how often their person is listed: N·mean(1/m).

    `{1: 350, 2: 16}` is 350 people listed once and 16 twice; each answer weighs 1/m. A shared phone is not a second
    listing. Remove second listings before the draw where they are known.
    """
    answers = sum(found.values())
    if answers < 2 or min(found) < 1 or answers > population:
        raise ValueError("Give two answers or more, each person listed once or oftener, and a list that holds them.")
    mean = math.fsum(people / times for times, people in found.items()) / answers
    spread = math.fsum(people * (1 / times - mean) ** 2 for times, people in found.items()) / (answers - 1)
    se = math.sqrt((1 - answers / population) * spread / answers)
    low, high = (mean + side * z(confidence) * se for side in (-1, 1))
    return Total(population * mean, population * se, population * low, population * min(1.0, high))


# --- the silent, and those who were helped ---


def bounds_of(cells: Sequence[Cell], confidence: float = CONFIDENCE) -> Bounds:
    """What a drawn list says whatever the silent would have, each stratum weighted by its people (`intervals.bounds`).

    The outer ends are those of `stratified` over everybody drawn.

    A stratum of which nobody was drawn may be all no or all yes.
    """
    asked = [cell for cell in cells if cell.population]
    if untold := [cell.name for cell in asked if cell.sampled is None]:
        raise ValueError(f"Give how many people were drawn in {', '.join(untold)}: the silent are counted from it.")
    drawn = [(cell, cell.sampled) for cell in asked if cell.sampled]
    if not drawn:
        raise ValueError("Nobody was drawn, so there is nothing to bound: draw first.")
    worst = stratified([Cell(cell.name, cell.population, n, cell.yes) for cell, n in drawn], confidence)
    best = stratified(
        [Cell(cell.name, cell.population, n, cell.yes + n - cell.answers) for cell, n in drawn], confidence
    )
    reached = sum(cell.population for cell, _ in drawn) / sum(cell.population for cell in asked)
    ends = worst.share, best.share, worst.low, best.high
    return Bounds(*(reached * end + (1 - reached) * (place % 2) for place, end in enumerate(ends)))


def apart(own_yes: int, own: int, head_yes: int, head: int) -> Modes:
    """Assisted answers beside own ones: another mode, to be printed apart. Strict bounds count them as silent."""
    if not (0 <= own_yes <= own and 0 <= head_yes <= head):
        raise ValueError("Of each mode give at most as many yes as answers.")
    return Modes(
        own_yes / own if own else None,
        head_yes / head if head else None,
        (own_yes + head_yes) / (own + head) if own + head else None,
    )


# --- what may be printed ---


def publishable(yes: float, answers: int, n_eff: float, df: float | None = None) -> Doubt | None:
    """Why this share is not printed, or None when it is; a doubt that is not `refused` asks for a person's look.

    Refused under 30 answers or effective ones, or by NCHS: an exact interval (on n_eff) as wide as 30 points, or wider
    than 5 points and than 1.3 times the share; reviewed under 8 degrees of freedom. A weighted share p is yes = p·r.
    """
    if answers < LEAST_ANSWERS:
        return Doubt(Reason.FEW_ANSWERS, answers)
    if n_eff < LEAST_ANSWERS:
        return Doubt(Reason.FEW_EFFECTIVE, n_eff)
    share = min(1.0, yes / answers)
    if not math.isinf(n_eff):
        low, high = clopper_pearson(share * n_eff, n_eff)
        if high - low >= _WIDE:
            return Doubt(Reason.WIDE, high - low)
        if high - low > _NARROW and high - low > _RELATIVE * share:
            return Doubt(Reason.WIDE_FOR_ITS_SIZE, high - low)
    return Doubt(Reason.FEW_DEGREES, df) if df is not None and df < _LEAST_DF else None


# --- what the above share ---


def _p(yes: float, answers: int, soft: bool) -> float:
    """A cell's share; soft is never 0 or 1."""
    return (yes + 1) / (answers + 2) if soft else yes / answers if answers else 0.0


def _estimate(shares: tuple[float, float], variance: float, simple: float, df: float, confidence: float) -> Estimate:
    """From (the share, the one that stands for it inside v and n_eff), v, and v of a simple sample of so many."""
    share, inside = min(1.0, shares[0]), shares[1]
    n_eff = inside * (1 - inside) / variance if variance > 0 else math.inf
    low, high = wilson_of(share, n_eff, confidence, max(1, df))
    return Estimate(share, math.sqrt(variance), variance / simple if simple > 0 else None, n_eff, max(1, df), low, high)


def _weighted(cells: Sequence[Cell], variance: float, confidence: float, *, soft: bool) -> Estimate:
    total, answers = _counted(cells)
    share, inside = (
        math.fsum(cell.population * _p(cell.yes, cell.answers, way) for cell in cells) / total for way in (False, soft)
    )
    return _estimate((share, inside), variance, _simple(inside, answers, total), answers - len(cells), confidence)


def _simple(share: float, answers: int, population: float) -> float:
    """The variance of a share from a simple sample; 0 where everybody answered."""
    return (1 - answers / population) * share * (1 - share) / (answers - 1) if 1 < answers < population else 0.0


def _residual(spread: float, answers: int, population: int) -> float:
    """The variance of a share from Σ(u - ū)², u a weight times a residual."""
    if answers < 2:
        raise ValueError("One answer has no variance: print the count.")
    return (1 - answers / population) * answers / (answers - 1) * spread / population**2


def _asked(cells: Sequence[Cell]) -> list[Cell]:
    if not (asked := [cell for cell in cells if cell.population]):
        raise ValueError("No cell has people, so there is no share: give the cells of the list.")
    return asked


def _counted(cells: Sequence[Cell]) -> tuple[int, int]:
    return sum(cell.population for cell in cells), sum(cell.answers for cell in cells)


def together(one: Cell, other: Cell) -> Cell:
    """Two cells as one."""
    drawn = None if one.sampled is None or other.sampled is None else one.sampled + other.sampled
    sums = one.population + other.population, one.answers + other.answers, one.yes + other.yes
    return Cell(f"{one.name} + {other.name}", *sums, drawn)


def _enough(parts: Sequence[Part]) -> list[Part]:
    asked = [one for one in parts if one.population]
    if lacking := [one.name for one in asked if one.answers < min(2, one.population)]:
        raise ValueError(f"Too few answers for a variance: add up {', '.join(lacking)} and a neighbour first.")
    return asked


def _between(parts: Sequence[Part], spread: Callable[[Part], float]) -> float:
    """The variance of a total from Σ(e - ē)² of each stratum."""
    return math.fsum(
        one.population**2 * (1 - one.answers / one.population) * spread(one) / (one.answers * (one.answers - 1))
        for one in parts
        if one.answers < one.population
    )


def _agreed(cells: Sequence[Crossed], margins: Sequence[Mapping[str, int]]) -> int:
    """The people of the list, by every margin."""
    totals = {sum(margin.values()) for margin in margins}
    if len(totals) != 1 or not all(totals):
        raise ValueError(f"Margins of one list add up to its people, all to the same: {sorted(totals)} do not.")
    for place, margin in enumerate(margins):
        answered = {cell.classes[place] for cell in cells if cell.answers}
        if differ := answered ^ {name for name, people in margin.items() if people}:
            raise ValueError(f"Only the answers or only the list know {', '.join(sorted(differ))}: merge it first.")
    return totals.pop()


def _fitted(cells: Sequence[Crossed], yes: Sequence[float], margins: Sequence[Mapping[str, int]]) -> list[float]:
    """Least squares of y on the margins, by taking the mean residual of each class out until nothing moves."""
    fitted = [0.0] * len(cells)
    for _ in range(10_000):
        moved = 0.0
        for place, margin in enumerate(margins):
            for name in margin:
                inside = [at for at, cell in enumerate(cells) if cell.classes[place] == name]
                answers = sum(cells[at].answers for at in inside)
                left = math.fsum(yes[at] - cells[at].answers * fitted[at] for at in inside) / (answers or 1)
                moved = max(moved, abs(left))
                for at in inside:
                    fitted[at] += left
        if moved < 1e-13:
            break
    return fitted
