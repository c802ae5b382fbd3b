"""What became of everybody who was drawn, and AAPOR's rates."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rounds.many import many
from verify_service.rounds.rates import AAPOR, Disposition, Letter, by_letter, rates

SAMPLE = {
    Letter.I: 300,
    Letter.P: 30,
    Letter.R: 60,
    Letter.NC: 45,
    Letter.O: 10,
    Letter.UH: 330,
    Letter.UO: 110,
    Letter.NE: 40,
}
counts = st.dictionaries(st.sampled_from(list(Letter)), st.integers(0, 500))


def test_a_sample_has_the_rates_that_aapor_gives_it() -> None:
    found = {name: f"{rate:.4f}" for name, rate in asdict(rates(SAMPLE)).items()}
    assert found == {
        "e": "0.9175",
        "rr1": "0.3390",
        "rr2": "0.3729",
        "rr3": "0.3535",
        "rr4": "0.3888",
        "rr5": "0.6742",
        "rr6": "0.7416",
        "coop1": "0.7500",
        "coop2": "0.8250",
        "coop3": "0.7692",
        "coop4": "0.8462",
        "ref1": "0.0678",
        "ref2": "0.0707",
        "ref3": "0.1348",
        "con1": "0.4520",
        "con2": "0.4713",
        "con3": "0.8989",
    }


def test_every_disposition_has_one_code_and_one_letter() -> None:
    assert {disposition.value: code for disposition, code in AAPOR.items()} == {
        "complete": ("1.1", "I"),
        "partial": ("1.2", "P"),
        "partial_open": ("2.12", "R"),
        "refused": ("2.11", "R"),
        "opted_out": ("2.11", "R"),
        "late": ("2.27", "NC"),
        "no_answer_lives_there": ("2.20", "NC"),
        "no_answer": ("3.19", "UH"),
        "no_phone": ("3.11", "UH"),
        "not_contacted": ("3.11", "UH"),
        "not_me": ("3.91", "UO"),
        "unreachable": ("3.30", "UO"),
        "moved_unknown": ("3.30", "UO"),
        "moved_known": ("3.40", "UO"),
        "deceased_after": ("2.31", "O"),
        "deceased_before": ("4.10", "NE"),
        "not_eligible": ("4.10", "NE"),
        "second_listing": ("4.81", "NE"),
    }
    assert set(AAPOR) == set(Disposition)


@many
@given(st.dictionaries(st.sampled_from(list(Disposition)), st.integers(0, 500)))
def test_nobody_is_lost_between_dispositions_and_letters(found: dict[Disposition, int]) -> None:
    assert sum(by_letter(found).values()) == sum(found.values())


def test_a_rate_of_nobody_is_no_rate_rather_than_none_of_them() -> None:
    assert set(asdict(rates({})).values()) == {None}
    assert rates({Letter.NE: 5}).e == 0
    assert rates({Letter.UH: 5}).rr1 == 0
    assert rates({Letter.UH: 5}).rr3 is None, "nothing tells how many of these are eligible"
    assert rates({Letter.UH: 5}, e=0.5).rr3 == 0
    assert rates({Letter.NC: 5}).coop1 is None


def test_the_e_of_another_source_counts_the_unknown_by_it() -> None:
    assert rates(SAMPLE, e=1).rr3 == rates(SAMPLE).rr1
    assert rates(SAMPLE, e=0).rr3 == rates(SAMPLE).rr5


@many
@given(counts)
def test_rates_lie_in_order_and_within_0_and_1(found: dict[Letter, int]) -> None:
    all_of = asdict(rates(found))
    assert all(rate is None or 0 <= rate <= 1 for rate in all_of.values())
    for lower, higher in [("rr1", "rr3"), ("rr3", "rr5"), ("rr1", "rr2"), ("rr3", "rr4"), ("rr5", "rr6"),
                          ("ref1", "ref2"), ("ref2", "ref3"), ("con1", "con2"), ("con2", "con3"),
                          ("coop1", "coop3"), ("coop1", "coop2"), ("rr2", "con1")]:  # fmt: skip
        if all_of[lower] is not None and all_of[higher] is not None:
            assert all_of[lower] <= all_of[higher] + 1e-12, (lower, higher)


@many
@given(counts)
def test_contact_is_response_refusal_and_the_others_met(found: dict[Letter, int]) -> None:
    all_of = rates(found)
    if all_of.con1 is not None and all_of.rr2 is not None and all_of.ref1 is not None:
        others = found.get(Letter.O, 0) / sum(people for letter, people in found.items() if letter != Letter.NE)
        assert all_of.con1 == pytest.approx(all_of.rr2 + all_of.ref1 + others)


def test_counts_and_e_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="Nobody counts below 0"):
        rates({Letter.I: -1})
    with pytest.raises(ValueError, match=r"give 0 to 1, not 1\.5"):
        rates(SAMPLE, e=1.5)
