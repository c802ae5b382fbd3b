"""Intervals around a share and around the difference of two.

Shares and confidences are numbers from 0 to 1. Sources: Wilson 1927; Brown, Cai and DasGupta 2001 (why not p ± z·se);
Clopper and Pearson 1934; Newcombe 1998; Korn and Graubard 1998; Kish 1965 and 1992; Cochran 1977, chapters 4
and 12; Horowitz and Manski 1998 (bounds).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """From low to high, both included."""

    low: float
    high: float


class Difference(NamedTuple):
    """A difference of two shares, and its interval: clear of 0 when both ends have one sign."""

    difference: float
    low: float
    high: float


class Change(NamedTuple):
    """A difference of two shares, and its standard error."""

    difference: float
    se: float


@dataclass(frozen=True)
class Bounds:
    """The share if all the silent said no, and if all said yes.

    `low` and `high` hold for the people drawn, always; the outer ones hold for the list, sampling margin included.
    """

    low: float
    high: float
    outer_low: float
    outer_high: float


# --- quantiles ---


@lru_cache(maxsize=64)
def z(confidence: float) -> float:
    """How many standard errors hold a normal estimate with this confidence on both sides: 0.95 gives 1.959964."""
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence is a share between 0 and 1: give 0.95 for 95 %, not {confidence}.")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


@lru_cache(maxsize=4096)
def student(confidence: float, df: float) -> float:
    """The same for Student's t with df degrees of freedom (above 0): the fewer, the wider."""
    z(confidence)
    if not df > 0:
        raise ValueError(f"Degrees of freedom are above 0: give answers less strata, or heads less one, not {df}.")
    # t²/(df + t²) is distributed as Beta(1/2, df/2).
    part = beta_quantile(confidence, 0.5, df / 2)
    return math.sqrt(df * part / (1 - part))


@lru_cache(maxsize=4096)
def beta_quantile(below: float, a: float, b: float) -> float:
    """The share below which Beta(a, b) lies with this probability; by halving, to some ten digits."""
    low, high = 0.0, 1.0
    while high - low > 1e-14 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _beta_below(middle, a, b) < below:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the fraction is slow
        return 1 - _beta_below(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    above, below = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value, m, step = below, 0, math.inf
    while abs(step - 1) > 1e-15 and m < 10_000:
        m += 1
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            below, above = 1 / (1 + term * below), 1 + term / above
            step = below * above
            value *= step
    return math.exp(front) * value / a


# --- one share ---


def wilson(yes: float, answers: float, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's interval of a simple sample: (p + z²/2n ± z√(pq/n + z²/4n²))/(1 + z²/n)."""
    _of(yes, answers)
    return wilson_of(yes / answers, answers, confidence)


def wilson_of(share: float, n_eff: float, confidence: float = CONFIDENCE, df: float | None = None) -> Interval:
    """Wilson's interval of an estimated share, on its effective sample; with df, Student's t stands for z.

    n_eff = pq/v holds strata, weights and the finite population (R survey, method "wilson"). An infinite one, where
    everybody was asked, gives [p, p].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"A share is 0 to 1, not {share}.")
    if not n_eff > 0:
        raise ValueError(
            f"The effective sample is above 0, not {n_eff}: nobody answered, or the variance is not known."
        )
    quantile = z(confidence) if df is None else student(confidence, df)
    if math.isinf(n_eff):
        return Interval(share, share)
    part = quantile**2 / n_eff
    half = quantile * math.sqrt(share * (1 - share) / n_eff + part / (4 * n_eff))
    low, high = ((share + part / 2 + side) / (1 + part) for side in (-half, half))
    return Interval(low if share > 0 and low > 0 else 0.0, high if share < 1 and high < 1 else 1.0)


def wilson_fpc(yes: float, answers: int, population: int, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's interval of a simple sample from a list: on n* = r(N-1)/(N-r); the whole list gives [p, p].

    r is who answered, not who was asked: asking everybody is no census.
    """
    _of(yes, answers, population)
    effective = answers * (population - 1) / (population - answers) if answers < population else math.inf
    return wilson_of(yes / answers, effective, confidence)


def se_of(yes: int, answers: int, population: int | None = None) -> float:
    """The standard error of a simple sample's share, √((1 - r/N) pq/(r-1)); without N, of an endless list."""
    _of(yes, answers, population)
    left = 1 - answers / population if population else 1.0
    if left and answers < 2:
        raise ValueError("One answer has no variance: join it with its neighbour, or print the count.")
    share = yes / answers
    return math.sqrt(left * share * (1 - share) / (answers - 1)) if left else 0.0


def clopper_pearson(yes: float, answers: float, confidence: float = CONFIDENCE) -> Interval:
    """The exact interval, by beta quantiles: for small counts and promises. Fractions of an answer are allowed."""
    _of(yes, answers)
    z(confidence)
    tail, no = (1 - confidence) / 2, answers - yes
    low = beta_quantile(tail, yes, no + 1) if yes else 0.0
    return Interval(low, beta_quantile(1 - tail, yes + 1, no) if no else 1.0)


def upper(yes: int, answers: int, confidence: float = CONFIDENCE) -> float:
    """What a share is at most with this confidence, exact and one-sided: 0 of 59 is less than 5 %."""
    _of(yes, answers)
    z(confidence)
    return beta_quantile(confidence, yes + 1, answers - yes) if yes < answers else 1.0


def most_no(yes: int, answers: int, population: int, confidence: float = CONFIDENCE) -> int:
    """The most people of a list who can be no, one-sided, after a simple sample in which some or all said yes.

    The largest D with P(at most so many no among r of N | D) above 1 - confidence, hypergeometric.
    """
    _of(yes, answers, population)
    z(confidence)
    seen = answers - yes
    low, high = seen, population - yes  # believable; the most there can be
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeometric_at_most(seen, population, middle, answers) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def hypergeometric_at_most(seen: int, population: int, marked: int, drawn: int) -> float:
    """The chance that a simple sample has at most so many of the marked people.

    From the likeliest number outwards, until what is added tells nothing: of a million people some thousand terms.
    """
    first, last = max(0, drawn - (population - marked)), min(seen, marked, drawn)
    if last < first:
        return 0.0
    start = min(max((drawn + 1) * (marked + 1) // (population + 2), first), last)
    unmarked = population - marked - drawn
    beside = [1.0]  # each number's chance beside that of the start
    for numbers, up in ((range(start, first, -1), False), (range(start + 1, last + 1), True)):
        chance = 1.0
        for k in numbers:
            odds = (marked - k + 1) * (drawn - k + 1) / (k * (unmarked + k))
            chance = chance * odds if up else chance / odds
            if chance < 1e-18:
                break
            beside.append(chance)
    whole = _ways(population, drawn)
    of_start = math.exp(_ways(marked, start) + _ways(population - marked, drawn - start) - whole)
    return min(1.0, of_start * math.fsum(beside))


def korn_graubard_size(answers: int, deff: float, df: float, confidence: float = CONFIDENCE) -> float:
    """The answers that a weighted or clustered sample is worth: (n/deff)(t_{n-1}/t_df)²."""
    if answers < 2 or not deff > 0:
        raise ValueError(f"Give two answers or more and a design effect above 0, not {answers} and {deff}.")
    return answers / deff * (student(confidence, answers - 1) / student(confidence, df)) ** 2


def korn_graubard(share: float, answers: int, deff: float, df: float, confidence: float = CONFIDENCE) -> Interval:
    """Clopper and Pearson's interval on the answers that the sample is worth (R survey, svyciprop "beta")."""
    worth = korn_graubard_size(answers, deff, df, confidence)
    return clopper_pearson(share * worth, worth, confidence)


def kish(weights: Iterable[float]) -> float:
    """The design effect of unequal weights, rΣw²/(Σw)²: for planning alone, since it ignores that strata help."""
    held = list(weights)
    if not held or min(held) < 0 or not sum(held):
        raise ValueError("Give one weight for each answer, none below 0 and not all 0.")
    return len(held) * math.fsum(w * w for w in held) / math.fsum(held) ** 2


# --- two shares ---


def newcombe(first: float, firsts: Interval, second: float, seconds: Interval) -> Difference:
    """First less second, of two independent rounds, from each one's own interval (Newcombe's hybrid).

    d - √((p₁-l₁)² + (u₂-p₂)²), d + √((u₁-p₁)² + (p₂-l₂)²). Two intervals that overlap do not say that nothing changed.
    Not for other questions, channels or weights: those are not comparable.
    """
    difference = first - second
    return Difference(
        difference,
        difference - math.hypot(first - firsts.low, seconds.high - second),
        difference + math.hypot(firsts.high - first, second - seconds.low),
    )


def paired(both: int, first_only: int, second_only: int, neither: int) -> Change:
    """First less second, where the same people answered twice: (b-c)/n, se = √(b + c - (b-c)²/n)/n."""
    if min(both, first_only, second_only, neither) < 0 or not (n := both + first_only + second_only + neither):
        raise ValueError("Give the four counts of people who answered twice, none below 0 and not all 0.")
    net = first_only - second_only
    return Change(net / n, math.sqrt(max(0.0, first_only + second_only - net**2 / n)) / n)


def partly_same(first: float, n1: float, second: float, n2: float, same: float, both: float) -> Change:
    """First less second, where `same` people answered in both rounds, `both` the share of these who said yes twice.

    v = v₁ + v₂ - 2·n₁₂(p₁₁ - p₁p₂)/(n₁n₂); with nobody in both, that of independent rounds.
    """
    if not (n1 > 0 and n2 > 0 and 0 <= same <= min(n1, n2)):
        raise ValueError(f"Of {n1} and {n2} answers {same} cannot be the same people's: give at most the smaller.")
    alone = first * (1 - first) / n1 + second * (1 - second) / n2
    shared = same * (both - first * second) / (n1 * n2)
    return Change(first - second, math.sqrt(max(0.0, alone - 2 * shared)))


def expected_overlap(n1: int, n2: int, population: int) -> float:
    """How many people two draws with different seeds have in common by chance: n₁n₂/N."""
    if not 0 <= max(n1, n2) <= population or not population:
        raise ValueError(f"No draw is larger than its list of {population}: {n1} and {n2} do not fit.")
    return n1 * n2 / population


# --- the silent ---


def bounds(yes: int, answered: int, sample: int, confidence: float = CONFIDENCE) -> Bounds:
    """What a simple sample says whatever the silent would have: [y/n, (y + n - r)/n], outer by Wilson (Manski).

    People without a phone, and whoever else was drawn, stay in n.
    """
    if not 0 <= yes <= answered <= sample or not sample:
        raise ValueError(f"Give yes <= answered <= sample, and a sample, not {yes}, {answered} and {sample}.")
    most = yes + sample - answered
    outer = wilson(yes, sample, confidence).low, wilson(most, sample, confidence).high
    return Bounds(yes / sample, most / sample, outer[0], outer[1])


def with_empty(share: float, weight: float) -> Interval:
    """Where the share of all lies if a stratum of this weight, in which nobody answered, may be all no or all yes."""
    return Interval((1 - weight) * share, (1 - weight) * share + weight)


def _of(yes: float, answers: float, population: int | None = None) -> None:
    if not answers > 0:
        raise ValueError("Nobody answered, so there is no share: print the counts.")
    if not 0 <= yes <= answers:
        raise ValueError(f"Of {answers} answers {yes} cannot be yes: give at most as many as answered.")
    if population is not None and answers > population:
        raise ValueError(
            f"The list has {population} people, so {answers} cannot have answered: count each person once."
        )


def _ways(of: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose."""
    return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)
