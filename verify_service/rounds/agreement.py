"""What RT heads' answers are worth: beside the workers' own, beside a second asking, and as a channel.

Sources: Cohen 1960; Fleiss, Cohen and Everitt 1969 (standard errors of kappa); Byrt 1993 (PABAK); Gwet 2008 (AC1);
Krippendorff (alpha); Cicchetti and Feinstein 1990 (agreement on yes and on no apart); Benjamini and Hochberg 1995;
IPA's bcstats and DIME (back-checks); Kish 1965 (clusters).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from verify_service.rounds.estimates import Estimate
from verify_service.rounds.intervals import CONFIDENCE, Interval, hypergeometric_at_most, wilson, wilson_of, z

FLAG = 0.05  # of all heads flagged so many are flagged by chance, on average at most


@dataclass(frozen=True)
class Counts:
    """Of how many people head and worker said what; these four are always printed."""

    both_yes: int
    head_yes: int  # and the worker no: what to act on
    worker_yes: int  # and the head no
    both_no: int

    def __post_init__(self) -> None:
        if min(self.both_yes, self.head_yes, self.worker_yes, self.both_no) < 0 or not self.people:
            raise ValueError("Give the four counts of people of whom both spoke, none below 0 and not all 0.")

    @property
    def people(self) -> int:
        return self.both_yes + self.head_yes + self.worker_yes + self.both_no


@dataclass(frozen=True)
class Agreement:
    """How far two raters agree; None where these people cannot tell.

    At 95 % yes, kappa is low or below 0 whatever the head does: act on `pneg` and on "head yes, worker no".
    """

    po: float  # the share of people on whom they agree
    kappa: float | None  # beyond chance: 1 always, 0 as chance would; None where both say one thing of everybody
    se: float | None
    se0: float | None  # only for testing that kappa is 0
    interval: Interval | None  # of kappa; None where se is 0, which is no information, not certainty
    pabak: float
    ac1: float
    alpha: float | None
    ppos: float | None  # agreement on yes
    pneg: float | None  # agreement on no


@dataclass(frozen=True)
class BackCheck:
    """A head's answers that were asked again of somebody else; "not asked" is not compared."""

    name: str
    differing: int
    compared: int

    def __post_init__(self) -> None:
        if not 0 <= self.differing <= self.compared:
            raise ValueError(f"{self.name}: of {self.compared} compared {self.differing} cannot differ.")


@dataclass(frozen=True)
class Errors:
    """How often a head's answers differed from the second asking, and whether that is more than all heads' rate."""

    check: BackCheck
    rate: float
    interval: Interval  # Wilson's
    p: float  # the chance of so many or more at the rate of all heads together
    adjusted: float  # the same, for so many heads looked at
    flagged: bool  # a visit, not guilt


# --- second raters ---


def agreement(counts: Counts, confidence: float = CONFIDENCE) -> Agreement:
    """Raw agreement, kappa with its errors and interval, and the measures beside it.

    With p_o, p_e the shares agreed and agreed by chance: kappa = (p_o - p_e)/(1 - p_e). n₁ = 2a+b+c, n₀ = 2d+b+c,
    m = n₁/2n: PABAK = 2p_o - 1; AC1 = (p_o - g)/(1 - g), g = 2m(1-m); alpha = 1 - (b+c)(2n-1)/(n₁n₀); ppos = 2a/n₁,
    pneg = 2d/n₀.
    """
    n, differ = counts.people, counts.head_yes + counts.worker_yes
    n1, n0 = 2 * counts.both_yes + differ, 2 * counts.both_no + differ
    po, m = (n - differ) / n, n1 / (2 * n)
    chance = 2 * m * (1 - m)
    kappa, se, se0 = _kappa(counts) or (None, None, None)
    return Agreement(
        po=po,
        kappa=kappa,
        se=se,
        se0=se0,
        interval=_around(kappa, se, confidence),
        pabak=2 * po - 1,
        ac1=(po - chance) / (1 - chance),
        alpha=1 - differ * (2 * n - 1) / (n1 * n0) if n1 and n0 else None,
        ppos=2 * counts.both_yes / n1 if n1 else None,
        pneg=2 * counts.both_no / n0 if n0 else None,
    )


def _kappa(counts: Counts) -> tuple[float, float, float] | None:
    """Kappa, se² = [Σp_ii(1 - (p_i. + p_.i)(1-k))² + (1-k)²Σp_ij(p_.i + p_j.)² - (k - p_e(1-k))²]/(n(1-p_e)²), se0."""
    n = counts.people
    p = ((counts.both_yes / n, counts.head_yes / n), (counts.worker_yes / n, counts.both_no / n))
    rows, columns = [sum(row) for row in p], [p[0][i] + p[1][i] for i in (0, 1)]
    by_chance = sum(rows[i] * columns[i] for i in (0, 1))
    if math.isclose(by_chance, 1):
        return None
    k = (p[0][0] + p[1][1] - by_chance) / (1 - by_chance)
    agreed = sum(p[i][i] * (1 - (rows[i] + columns[i]) * (1 - k)) ** 2 for i in (0, 1))
    differed = (1 - k) ** 2 * sum(p[i][1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in (0, 1))
    variance = agreed + differed - (k - by_chance * (1 - k)) ** 2
    of_none = by_chance + by_chance**2 - sum(rows[i] * columns[i] * (rows[i] + columns[i]) for i in (0, 1))
    # What is 0 comes out as a rounding of it, on either side.
    se, se0 = (math.sqrt(v / n) / (1 - by_chance) if v > 1e-14 else 0.0 for v in (variance, of_none))
    return k, se, se0


def _around(kappa: float | None, se: float | None, confidence: float) -> Interval | None:
    if kappa is None or not se:
        return None
    half = z(confidence) * se
    return Interval(max(-1.0, kappa - half), min(1.0, kappa + half))


# --- back-checks ---


def back_checks(checks: Iterable[BackCheck], confidence: float = CONFIDENCE) -> list[Errors]:
    """Every head of whom something was compared, worst first: by the interval's low end, not by the rate.

    p is one-sided binomial against the rate of all heads together; adjusted by Benjamini and Hochberg.
    """
    told = [check for check in checks if check.compared]
    compared = sum(check.compared for check in told)
    rate = sum(check.differing for check in told) / compared if compared else 0.0
    ps = [at_least(check.differing, check.compared, rate) for check in told]
    found = [
        Errors(
            check,
            check.differing / check.compared,
            wilson(check.differing, check.compared, confidence),
            p,
            adjusted,
            adjusted <= FLAG,
        )
        for check, p, adjusted in zip(told, ps, benjamini_hochberg(ps), strict=True)
    ]
    return sorted(found, key=lambda one: (-one.interval.low, -one.rate, one.check.name))


def at_least(seen: int, of: int, rate: float) -> float:
    """The chance of so many or more among so many, each with this rate (binomial)."""
    if not (0 <= seen <= of and 0 <= rate <= 1):
        raise ValueError(f"Give at most as many as were compared, and a rate of 0 to 1, not {seen}, {of} and {rate}.")
    if seen == 0 or rate in (0, 1):
        return float(seen == 0 or rate == 1)
    ways = math.lgamma(of + 1)
    chances = (
        ways - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * math.log(rate) + (of - k) * math.log1p(-rate)
        for k in range(seen, of + 1)
    )
    return min(1.0, math.fsum(math.exp(chance) for chance in chances))


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """Each p for as many looks as there are: p_(i) becomes the least m p_(j)/j of j >= i. In the order given."""
    adjusted, least = [1.0] * len(ps), 1.0
    for rank, place in reversed(list(enumerate(sorted(range(len(ps)), key=ps.__getitem__), 1))):
        least = min(least, ps[place] * len(ps) / rank)
        adjusted[place] = least
    return adjusted


def found(bad: int, of: int, checked: int, least: int = 1) -> float:
    """The chance to find at least so many bad answers when so many of a head's are checked by lot (hypergeometric)."""
    if not (0 <= bad <= of and 0 <= checked <= of):
        raise ValueError(f"Of {of} answers {bad} bad and {checked} checked do not fit: give at most that many.")
    return 1 - hypergeometric_at_most(least - 1, of, bad, checked) if least > 0 else 1.0


# --- answers through heads ---


def clustered(groups: Sequence[tuple[int, int]], confidence: float = CONFIDENCE) -> Estimate:
    """The share of answers that came through heads, (yes, answers) of each: they share their head's error.

    v = k/(k-1)·Σ(y_g - p m_g)²/n², df k - 1 (ultimate clusters, no finite population). n_eff is never more than the
    answers, also where every head has the same share and v is 0. People who answer themselves need none of this.
    """
    told = _heads(groups)
    k, n, yes = len(told), sum(m for _, m in told), sum(y for y, _ in told)
    share = yes / n
    variance = k / (k - 1) * math.fsum((y - share * m) ** 2 for y, m in told) / n**2
    simple = share * (1 - share) / (n - 1)
    n_eff = min(n, share * (1 - share) / variance) if variance else n
    low, high = wilson_of(share, n_eff, confidence, k - 1)
    return Estimate(share, math.sqrt(variance), variance / simple if simple else None, n_eff, k - 1, low, high)


def icc(groups: Sequence[tuple[int, int]]) -> float | None:
    """How alike the answers of one head are, ρ = (MSB - MSW)/(MSB + (m₀-1)MSW); None where all are the same.

    (yes, answers) of each head; m₀ = (n - Σm²/n)/(k-1). 0.03 is typical of interviewers.
    """
    told = _heads(groups)
    k, n = len(told), sum(m for _, m in told)
    if n == k:
        raise ValueError("One answer a head says nothing of how alike they are: give heads with two or more.")
    share = sum(y for y, _ in told) / n
    between = math.fsum(m * (y / m - share) ** 2 for y, m in told) / (k - 1)
    within = math.fsum(y * (1 - y / m) for y, m in told) / (n - k)
    size = (n - sum(m * m for _, m in told) / n) / (k - 1)
    whole = between + (size - 1) * within
    return (between - within) / whole if whole else None


def cluster_deff(rho: float, size: float) -> float:
    """The design effect of answers that come by so many a head: 1 + (m̄-1)ρ (Kish)."""
    return 1 + (size - 1) * rho


def _heads(groups: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    told = [(yes, answers) for yes, answers in groups if answers]
    if len(told) < 2 or any(not 0 <= yes <= answers for yes, answers in told):
        raise ValueError("Give (yes, answers) of two heads or more, at most as many yes as answers.")
    return told
