"""The statistics of a round beside those of independent libraries: statsmodels, svy and scipy, on numbers drawn by lot.

They are 700 MB and no dependency of ours, so they live in an environment of their own:

    python3.11 -m venv .oracle && .oracle/bin/pip install --require-hashes -r requirements/oracle.txt
    .oracle/bin/python -m tests.rounds.oracle [--cases 200] [--seed 1]

One line for each formula: how many cases, and the largest difference. Exit 0 when all agree, 1 when not.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import polars
import svy
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
)

from verify_service.rounds.agreement import Counts, agreement, at_least, benjamini_hochberg, clustered, found
from verify_service.rounds.allocation import largest_remainder
from verify_service.rounds.estimates import (
    Cell,
    Crossed,
    Estimate,
    Part,
    members,
    part,
    poststratified,
    rake,
    raked,
    stratified,
)
from verify_service.rounds.intervals import (
    Interval,
    clopper_pearson,
    korn_graubard,
    most_no,
    newcombe,
    paired,
    student,
    upper,
    wilson,
    wilson_of,
)
from verify_service.rounds.lagging import Group, holm
from verify_service.rounds.size import two_groups

Row = dict[str, Any]


class Pair(NamedTuple):
    """What we compute, and what another library does."""

    ours: Sequence[float]
    theirs: Sequence[float]


class Comparison(NamedTuple):
    what: str
    of: str
    within: float
    pairs: Callable[[random.Random, int], Iterator[Pair]]


# --- statsmodels and scipy ---


def some(chance: random.Random, most: int = 2_000) -> tuple[int, int]:
    answers = chance.randint(1, most)
    return chance.randint(0, answers), answers


def one_share(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        counts, alpha = some(chance), chance.choice((0.01, 0.05, 0.2))
        yield Pair(wilson(*counts, 1 - alpha), proportion_confint(*counts, alpha, "wilson"))


def one_exact_share(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        counts, alpha = some(chance), chance.choice((0.01, 0.05, 0.2))
        yield Pair(clopper_pearson(*counts, 1 - alpha), proportion_confint(*counts, alpha, "beta"))
        yes, answers = counts
        most = stats.beta.ppf(1 - alpha, yes + 1, answers - yes) if yes < answers else 1.0
        yield Pair([upper(*counts, 1 - alpha)], [most])


def two_shares(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        (y1, n1), (y2, n2) = some(chance), some(chance)
        ours = newcombe(y1 / n1, wilson(y1, n1), y2 / n2, wilson(y2, n2))
        yield Pair(ours[1:], confint_proportions_2indep(y1, n1, y2, n2, method="newcomb", compare="diff"))


def one_panel(chance: random.Random, cases: int) -> Iterator[Pair]:
    """The mean of the differences, -1, 0 or 1, and its error, divided by n as the multinomial has it."""
    for _ in range(cases):
        both, first, second, neither = (chance.randint(1, 90) for _ in range(4))
        told = [0] * (both + neither) + [1] * first + [-1] * second
        yield Pair(paired(both, first, second, neither), (stats.tmean(told), stats.sem(told, ddof=0)))


def two_sizes(chance: random.Random, cases: int) -> Iterator[Pair]:
    """The smallest group whose power is enough."""
    for _ in range(min(cases, 40)):
        first, fall = chance.uniform(0.5, 0.95), chance.uniform(0.05, 0.3)
        n = two_groups(first, first - fall)
        powers = [power_proportions_2indep(fall, first - fall, n + k).power for k in (0, -1)]
        # The other tail of the test, which ours leaves out, is less than this.
        yield Pair([1, 1], [int(powers[0] >= 0.8 - 1e-9), int(powers[1] < 0.8 + 1e-4)])


def quantiles(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        df, confidence = chance.choice((1, 2, 3, 7, 11.5, 30, 287, 5_000)), chance.uniform(0.5, 0.999)
        theirs = stats.t.ppf(0.5 + confidence / 2, df)
        yield Pair([student(confidence, df) / theirs], [1.0])


def raters(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        a, b, c, d = (chance.randint(1, 200) for _ in range(4))
        ours, theirs = agreement(Counts(a, b, c, d)), cohens_kappa([[a, b], [c, d]])
        yield Pair([ours.kappa or 0, ours.se or 0, ours.se0 or 0], [theirs.kappa, theirs.std_kappa, theirs.std_kappa0])


def looks(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        ps = [chance.random() ** 3 for _ in range(chance.randint(1, 40))]
        yield Pair(benjamini_hochberg(ps), list(multipletests(ps, method="fdr_bh")[1]))
        yield Pair(holm(ps), list(multipletests(ps, method="holm")[1]))


def groups_that_lag(chance: random.Random, cases: int) -> Iterator[Pair]:
    """Fisher's exact test, one-sided, also of many people; and the interval of the gap."""
    for _ in range(cases):
        (y1, n1), (y2, n2) = some(chance, chance.choice((60, 2_000, 400_000))), some(chance, 400_000)
        group = Group(y1, n1, y2, n2)
        fewer = stats.fisher_exact([[y1, n1 - y1], [y2, n2 - y2]], alternative="less")[1] if y1 * n2 < y2 * n1 else 1.0
        gap = confint_proportions_2indep(y1, n1, y2, n2, method="newcomb", compare="diff")
        assert group.gap is not None
        yield Pair((group.by_chance, *group.gap[1:]), (fewer, *gap))


def by_lot(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        of, rate = chance.randint(1, 300), chance.random()
        bad, checked, least = chance.randint(0, of), chance.randint(0, of), chance.randint(1, 4)
        yield Pair([at_least(bad, of, rate)], [stats.binom.sf(bad - 1, of, rate)])
        yield Pair([found(bad, of, checked, least)], [stats.hypergeom.sf(least - 1, of, bad, checked)])


def whole_lists(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        population = chance.randint(1, 400)
        answers = chance.randint(1, population)
        no = chance.randint(0, min(3, answers))
        believable = [
            d
            for d in range(no, population - answers + no + 1)
            if stats.hypergeom.cdf(no, population, d, answers) > 0.05
        ]
        yield Pair([most_no(answers - no, answers, population)], [max(believable)])


# --- svy ---


def surveyed(rows: list[Row], **design: Any) -> Any:
    return svy.Sample(data=polars.DataFrame(rows), design=svy.Design(wgt="w", pop_size="N", **design))


def people(yes: int, answers: int, **same: Any) -> list[Row]:
    return [same | {"y": int(k < yes)} for k in range(answers)]


def cells(chance: random.Random) -> list[Cell]:
    made = []
    for place in range(chance.randint(2, 6)):
        answers = chance.randint(5, 120)
        made.append(Cell(f"h{place}", chance.randint(answers, 4_000), answers, chance.randint(1, answers - 1)))
    return made


def in_strata(made: list[Cell]) -> Any:
    rows = [row for c in made for row in people(c.yes, c.answers, h=c.name, w=c.population / c.answers, N=c.population)]
    return surveyed(rows, stratum="h")


def strata(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        made = cells(chance)
        sample, ours = in_strata(made), stratified(made, soft=False)
        answers = sum(cell.answers for cell in made)
        theirs = sample.estimation.prop(y="y", ci_method="wilson", deff="wor").estimates[1]
        assert ours.deff is not None
        yield Pair(
            [ours.share, ours.se, ours.deff, *wilson_of_svy(ours, answers)],
            [theirs.est, theirs.se, theirs.deff, theirs.lci, theirs.uci],
        )
        theirs = sample.estimation.prop(y="y", ci_method="beta").estimates[1]  # R's; "korn-graubard" cuts at n
        ci = korn_graubard(ours.share, answers, answers / ours.n_eff, ours.df)
        yield Pair(ci, [theirs.lci, theirs.uci])


def wilson_of_svy(ours: Estimate, answers: int) -> Interval:
    """svy pays for few degrees of freedom twice: by Student's t, as we do, and by fewer effective answers."""
    fewer = (student(0.95, answers - 1) / student(0.95, ours.df)) ** 2
    return wilson_of(ours.share, ours.n_eff * fewer, df=ours.df)


def classes(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        made = cells(chance)
        total, answers = sum(c.population for c in made), sum(c.answers for c in made)
        rows = [row for c in made for row in people(c.yes, c.answers, g=c.name, w=total / answers, N=total)]
        weighted = surveyed(rows).weighting.poststratify(controls={c.name: c.population for c in made}, cells="g")
        theirs = weighted.estimation.mean(y="y").estimates[0]
        yield Pair(told(poststratified(made, soft=False, given_counts=False)), [theirs.est, theirs.se])


def margins(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        made = []
        for classes_of in [
            (f"r{i}", f"c{j}") for i in range(chance.randint(2, 4)) for j in range(chance.randint(2, 2))
        ]:
            answers = chance.randint(15, 90)
            made.append(Crossed(classes_of, answers, chance.randint(1, answers - 1)))
        total = 40 * sum(cell.answers for cell in made)
        wanted = [shifted(made, place, total, chance) for place in (0, 1)]
        rows = [
            row
            for cell in made
            for row in people(
                cell.yes, cell.answers, r=cell.classes[0], c=cell.classes[1], w=40.0, N=total, at="/".join(cell.classes)
            )
        ]
        weighted = surveyed(rows).weighting.rake(controls={"r": wanted[0], "c": wanted[1]}, tol=1e-13, max_iter=5_000)
        theirs = weighted.estimation.mean(y="y").estimates[0]
        yield Pair(told(raked(made, wanted, soft=False)), [theirs.est, theirs.se])
        share = sum(w * cell.yes for w, cell in zip(rake(made, wanted), made, strict=True)) / total
        yield Pair([share], [theirs.est])


def shifted(made: list[Crossed], place: int, total: int, chance: random.Random) -> dict[str, int]:
    """What a margin of the list might be: that of the answers, moved a little."""
    names = sorted({cell.classes[place] for cell in made})
    sums = {name: sum(cell.answers for cell in made if cell.classes[place] == name) for name in names}
    moved = {name: round(40 * answers * chance.uniform(0.8, 1.25)) for name, answers in sums.items()}
    return largest_remainder(total, {name: people * 100 for name, people in moved.items()})


def domains(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        made, rows = [], []
        for c in cells(chance):
            inside = chance.randint(1, c.answers - 1)
            yes = chance.randint(0, inside)
            made.append(Part(c.name, c.population, c.answers, inside, yes))
            same = {"h": c.name, "w": c.population / c.answers, "N": c.population}
            rows += people(yes, inside, **same, x=1, d="in") + people(0, c.answers - inside, **same, x=0, d="out")
        sample = surveyed(rows, stratum="h")
        theirs = sample.estimation.ratio(y="y", x="x").estimates[0]
        yield Pair(told(part(made, soft=False)), [theirs.est, theirs.se])
        theirs = sample.estimation.total(y="x").estimates[0]
        ours = members(made, soft=False)
        yield Pair([ours.people / theirs.est, ours.se / theirs.se], [1.0, 1.0])


def heads(chance: random.Random, cases: int) -> Iterator[Pair]:
    for _ in range(cases):
        groups = [some(chance, 30) for _ in range(chance.randint(3, 20))]
        if sum(yes for yes, _ in groups) in (0, sum(m for _, m in groups)):
            continue
        rows = [row for g, (yes, m) in enumerate(groups) for row in people(yes, m, g=g, w=1.0)]
        sample = svy.Sample(data=polars.DataFrame(rows), design=svy.Design(wgt="w", psu="g"))
        theirs = sample.estimation.prop(y="y", ci_method="wilson").estimates[1]
        ours, answers = clustered(groups), sum(m for _, m in groups)
        yield Pair(told(ours), [theirs.est, theirs.se])
        if ours.n_eff < answers:  # ours is never more
            yield Pair(wilson_of_svy(ours, answers), [theirs.lci, theirs.uci])


def told(estimate: Estimate) -> list[float]:
    return [estimate.share, estimate.se]


COMPARISONS = (
    Comparison("Wilson", "statsmodels", 1e-9, one_share),
    Comparison("Clopper-Pearson, one-sided too", "statsmodels, scipy", 1e-8, one_exact_share),
    Comparison("Newcombe", "statsmodels", 1e-9, two_shares),
    Comparison("a panel's difference", "scipy", 1e-9, one_panel),
    Comparison("two groups", "statsmodels", 0, two_sizes),
    Comparison("Student's t, relative", "scipy", 1e-8, quantiles),
    Comparison("kappa, se, se0", "statsmodels", 1e-9, raters),
    Comparison("Benjamini-Hochberg, Holm", "statsmodels", 1e-12, looks),
    Comparison("Fisher, one-sided; the gap", "scipy, statsmodels", 1e-7, groups_that_lag),
    Comparison("back-checks", "scipy", 1e-9, by_lot),
    Comparison("most no of a list", "scipy", 0, whole_lists),
    Comparison("strata: share, se, deff, Wilson; Korn-Graubard", "svy", 1e-9, strata),
    Comparison("post-stratified share, se", "svy", 1e-9, classes),
    Comparison("raked share, se", "svy", 1e-7, margins),
    Comparison("ratio and size of a domain", "svy", 1e-9, domains),
    Comparison("clusters: share, se, Wilson", "svy", 1e-9, heads),
)


def run(cases: int, seed: int) -> bool:
    """Whether all agree; prints a line for each."""
    good = True
    for what, of, within, pairs in COMPARISONS:
        chance, count, worst = random.Random(f"{seed} {what}"), 0, 0.0
        for ours, theirs in pairs(chance, cases):
            count += 1
            worst = max(worst, *(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
        agrees = count > 0 and worst <= within
        good &= agrees
        print(f"{'agrees' if agrees else 'DIFFERS'}: {what} ({of}), {count} cases, at most {worst:.1e} apart")
    return good


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(0 if run(asked.cases, asked.seed) else 1)
