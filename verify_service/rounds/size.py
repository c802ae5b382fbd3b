"""How many answers a claim needs, and how many people have to be asked for them.

Sources: Cochran, Sampling Techniques, chapter 4 (one share); Fleiss, Statistical Methods for Rates and Proportions,
chapter 4 (two shares); Surveda (contacts that follow the response seen so far).
"""

from __future__ import annotations

import math
from statistics import NormalDist

from verify_service.rounds.intervals import z

_ROUNDING = 1e-12  # relative; 370 / 0.4 is 925 people, whatever a float makes of it


def completes(population: int, confidence: float, margin: float, deff: float = 1.0, inflate: float = 1.0) -> int:
    """Answers needed to know a share within the margin, whatever it is; never more than there are people.

    Cochran: t = deff z²·0.25/margin², answers = ⌈inflate N t/(N + t)⌉. Margin and confidence are shares (0.05, 0.95).
    Leave out who is excluded first: N is who is left. `inflate` is a flat surcharge (HOPE takes 1.5); it repairs no
    bias, so 1 unless a plan demands it. An empty list needs 0. ValueError for anything that is no size, margin or
    confidence.
    """
    _people(population, "The list")
    if not 0 < margin < 1:
        raise ValueError(f"The margin is a share between 0 and 1: give 0.05 for 5 points, not {margin}.")
    if not (deff > 0 and inflate > 0):
        raise ValueError(f"Design effect and inflation are factors above 0: give 1 for none, not {deff} and {inflate}.")
    most = deff * z(confidence) ** 2 * 0.25 / margin**2
    return min(population, _up(inflate * population * most / (population + most)))


def contacts(completes: int, rate: float, population: int) -> int:
    """People to ask for so many answers when this share of them answers: min(N, ⌈completes/rate⌉)."""
    _people(population, "The list")
    _people(completes, "The answers wanted")
    _share_of_answers(rate)
    return min(population, _up(completes / rate))


def two_groups(first: float, second: float, power: float = 0.80, confidence: float = 0.95) -> int:
    """Answers needed in each of two groups to tell their shares apart with this power.

    Fleiss: n = [z√(2p̄q̄) + z_β√(p₁q₁ + p₂q₂)]²/(p₁ - p₂)², p̄ the mean of both. ValueError where both shares are one.
    """
    for share in (first, second):
        if not 0 <= share <= 1:
            raise ValueError(f"A share is 0 to 1: give 0.9 for 90 %, not {share}.")
    if first == second:
        raise ValueError(f"No number of answers tells {first} from {second}: give two different shares.")
    return _up(_each(first, second, power, confidence))


def smallest_fall(share: float, each: int, power: float = 0.80, confidence: float = 0.95) -> float | None:
    """The smallest fall from a share that so many answers in each of two rounds would show; None where none would."""
    _people(each, "The answers of a round")
    if not 0 < share <= 1:
        raise ValueError(f"A share that can fall is above 0 and at most 1: give 0.9 for 90 %, not {share}.")
    low, high = 0.0, share
    if _each(share, 0.0, power, confidence) > each:
        return None
    for _ in range(60):  # halves the doubt each time
        middle = (low + high) / 2
        if _each(share, share - middle, power, confidence) <= each:
            high = middle
        else:
            low = middle
    return high


def rate_now(target: int, done: int, expected: float, seen: float | None = None) -> float:
    """The response to reckon with: what was expected gives way to what is seen as answers come in.

    Surveda: (1-c)·expected + c·seen, c = done/target, at most 1. `seen` is the share of those asked who answered, after
    all their reminders; it may be left out while nobody has.
    """
    if target <= 0:
        raise ValueError(f"A round aims at answers: give a target above 0, not {target}.")
    _people(done, "The answers so far")
    _share_of_answers(expected)
    if done and seen is None:
        raise ValueError(f"{done} people answered: give the share of those asked that did.")
    if seen is not None and not 0 <= seen <= 1:
        raise ValueError(f"The response seen is a share of those asked: give 0 to 1, not {seen}.")
    weight = min(1.0, done / target)
    return (1 - weight) * expected + weight * (seen or 0.0)


def more_contacts(target: int, done: int, rate: float) -> int:
    """People still to ask: (target - done)/rate, cut to a whole number as Surveda does; 0 once the target is met.

    What the cut leaves is asked with the next batch. ValueError when the rate is 0: then look for what is broken, since
    no number of people would do.
    """
    _people(target, "The target")
    _people(done, "The answers so far")
    _share_of_answers(rate)
    return max(0, math.floor((target - done) / rate * (1 + _ROUNDING)))


def _each(first: float, second: float, power: float, confidence: float) -> float:
    if first == second:
        return math.inf
    mean = (first + second) / 2
    error = z(confidence) * math.sqrt(2 * mean * (1 - mean))
    miss = _z_of(power) * math.sqrt(first * (1 - first) + second * (1 - second))
    return ((error + miss) / (first - second)) ** 2


def _z_of(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError(f"The power is a share between 0 and 1: give 0.8 for 80 %, not {power}.")
    return NormalDist().inv_cdf(power)


def _people(count: int, what: str) -> None:
    if count < 0:
        raise ValueError(f"{what} cannot be below 0: give a number of people, not {count}.")


def _share_of_answers(rate: float) -> None:
    if not 0 < rate <= 1:
        raise ValueError(f"The response rate is above 0 and at most 1: give 0.4 for 40 %, not {rate}.")


def _up(people: float) -> int:
    return math.ceil(people * (1 - _ROUNDING))
