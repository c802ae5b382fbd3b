"""What RT heads' answers are worth."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rounds.many import many
from verify_service.rounds.agreement import (
    Agreement,
    BackCheck,
    Counts,
    agreement,
    at_least,
    back_checks,
    benjamini_hochberg,
    cluster_deff,
    clustered,
    found,
    icc,
)

HEADS = [(9, 10), (10, 10), (5, 10), (8, 10)]
tables = st.builds(Counts, *[st.integers(0, 60)] * 3, st.integers(1, 60))


def test_two_raters_agree_so_far_beyond_chance() -> None:
    told = agreement(Counts(40, 5, 6, 9))
    assert told.interval is not None
    assert f"{told.kappa:.6f} {told.se:.6f} {told.se0:.6f}" == "0.500000 0.130459 0.128966"
    assert f"{told.interval.low:.4f} {told.interval.high:.4f}" == "0.2443 0.7557"


def test_nine_of_ten_agree_and_kappa_says_less_than_chance() -> None:
    assert said(agreement(Counts(90, 5, 5, 0))) == "0.9000 -0.0526 0.8000 0.8895 -0.0474 0.9474 0.0000"


def test_a_head_who_says_yes_to_everybody_tells_nothing_and_is_not_certain() -> None:
    told = agreement(Counts(90, 10, 0, 0))
    assert said(told) == "0.9000 0.0000 0.8000 0.8895 -0.0474 0.9474 0.0000"
    assert told.se == 0
    assert told.interval is None
    nothing = agreement(Counts(100, 0, 0, 0))
    assert (nothing.po, nothing.kappa, nothing.alpha, nothing.pneg, nothing.ppos) == (1, None, None, None, 1)


def said(told: Agreement) -> str:
    numbers = (told.po, told.kappa, told.pabak, told.ac1, told.alpha, told.ppos, told.pneg)
    return " ".join(f"{number + 0:.4f}" for number in numbers if number is not None)


@many
@given(tables)
def test_it_does_not_matter_who_of_two_raters_comes_first(counts: Counts) -> None:
    turned = Counts(counts.both_yes, counts.worker_yes, counts.head_yes, counts.both_no)
    ours, theirs = agreement(counts), agreement(turned)
    assert [*numbers(ours)] == pytest.approx([*numbers(theirs)])
    mirrored = agreement(Counts(counts.both_no, counts.worker_yes, counts.head_yes, counts.both_yes))
    assert (ours.kappa is None) == (mirrored.kappa is None)
    assert (ours.ppos, ours.pneg) == (mirrored.pneg, mirrored.ppos)


@many
@given(tables)
def test_agreement_lies_within_its_ends(counts: Counts) -> None:
    told = agreement(counts)
    assert all(-1 - 1e-9 <= number <= 1 + 1e-9 for number in (told.po, told.pabak, told.ac1))
    assert told.kappa is None or -1 - 1e-9 <= told.kappa <= told.po + 1e-9
    if told.interval and told.kappa is not None:
        assert told.interval.low <= told.kappa <= told.interval.high


def numbers(told: Agreement) -> list[float]:
    held = (told.po, told.kappa, told.se, told.se0, told.pabak, told.ac1, told.alpha, told.ppos, told.pneg)
    return [number for number in held if number is not None]


def test_a_heads_errors_are_weighed_against_those_of_all_heads() -> None:
    assert f"{at_least(7, 20, 0.10):.6f}" == "0.002386"
    assert at_least(0, 20, 0.1) == at_least(3, 20, 1) == 1
    assert at_least(1, 20, 0) == 0
    told = back_checks(
        [BackCheck("Asep", 1, 2), BackCheck("Budi", 7, 20), BackCheck("Cecep", 2, 60), BackCheck("Dadang", 0, 0)]
    )
    assert [one.check.name for one in told] == ["Budi", "Asep", "Cecep"], "by the low end, so that 1 of 2 is not worst"
    worst = told[0]
    assert f"{worst.rate:.2f} {worst.interval.low:.4f} {worst.interval.high:.4f}" == "0.35 0.1812 0.5671"
    assert worst.p == at_least(7, 20, 10 / 82)
    assert worst.adjusted == pytest.approx(3 * worst.p)
    assert [one.flagged for one in told] == [True, False, False]
    assert back_checks([]) == []


def test_many_looks_flag_fewer() -> None:
    ps = [0.001, 0.008, 0.012, 0.030, 0.041, 0.200, 0.600]
    adjusted = benjamini_hochberg(ps)
    assert " ".join(f"{p:.4f}" for p in adjusted) == "0.0070 0.0280 0.0280 0.0525 0.0574 0.2333 0.6000"
    assert sum(p <= 0.05 for p in adjusted) == 3
    assert sum(p <= 0.05 / len(ps) for p in ps) == 1, "Bonferroni would"
    assert benjamini_hochberg(ps[::-1]) == adjusted[::-1]


@many
@given(st.lists(st.floats(0, 1), max_size=30))
def test_an_adjusted_p_keeps_the_order_and_is_never_smaller(ps: list[float]) -> None:
    adjusted = benjamini_hochberg(ps)
    assert all(p - 1e-12 <= after <= 1 for p, after in zip(ps, adjusted, strict=True))
    by_p = sorted(range(len(ps)), key=ps.__getitem__)
    assert [adjusted[place] for place in by_p] == sorted(adjusted)


def test_ten_checks_of_forty_find_a_head_who_made_up_eight() -> None:
    assert f"{found(8, 40, 10):.4f}" == "0.9239"
    assert found(0, 40, 10) == 0
    assert found(8, 40, 10, least=0) == found(31, 40, 10) == 1
    both = 1 - sum(math.comb(8, k) * math.comb(32, 10 - k) for k in (0, 1)) / math.comb(40, 10)
    assert found(8, 40, 10, least=2) == pytest.approx(both)


def test_answers_through_heads_share_their_error() -> None:
    told, rho = clustered(HEADS), icc(HEADS)
    assert rho is not None
    assert f"{rho:.6f} {cluster_deff(rho, 10):.4f}" == "0.190939 2.7184"
    assert f"{told.share:.4f} {told.se:.6f}" == "0.8000 0.108012"
    assert f"{math.sqrt(0.8 * 0.2 / 40):.6f}" == "0.063246", "as if simple"
    assert told.df == 3
    assert cluster_deff(0.03, 35) == pytest.approx(2.02)


def test_heads_who_are_all_alike_are_worth_no_more_than_their_answers() -> None:
    assert icc([(10, 10), (10, 10)]) is None
    for alike in ([(10, 10), (10, 10)], [(5, 10), (5, 10), (5, 10)]):
        told = clustered(alike)
        assert told.n_eff == sum(answers for _, answers in alike)
        assert told.low < told.share


@many
@given(st.lists(st.integers(1, 20).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), min_size=2))
def test_a_clustered_share_lies_in_its_interval(groups: list[tuple[int, int]]) -> None:
    told = clustered(groups)
    assert 0 <= told.low <= told.share <= told.high <= 1
    if sum(m for _, m in groups) > len(groups):
        rho = icc(groups)
        assert rho is None or rho <= 1 + 1e-9


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (lambda: Counts(0, 0, 0, 0), "the four counts"),
        (lambda: BackCheck("Asep", 3, 2), "Asep: of 2 compared 3 cannot differ"),
        (lambda: at_least(3, 2, 0.5), "at most as many as were compared"),
        (lambda: found(41, 40, 10), "at most that many"),
        (lambda: clustered([(3, 4)]), "two heads or more"),
        (lambda: icc([(1, 1), (0, 1)]), "heads with two or more"),
    ],
)
def test_what_tells_nothing_of_a_head_is_refused_with_what_to_give(asked: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        asked()
