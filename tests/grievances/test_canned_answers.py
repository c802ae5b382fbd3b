"""Prepared answers: in every language, in letters that every phone shows, and never more than two SMS."""

from __future__ import annotations

import pytest

from flows import gsm
from flows.conversation import one_line
from verify_service.grievances.canned_answers import ANY, offered, written
from verify_service.grievances.notify import ANSWER_SEPTETS, size_of
from verify_service.ground.programme import programme

NUMBER = "WXYZ-WWWWWW"  # as long as any
ALL = [(group, code) for group, codes in written().items() for code in codes]


@pytest.mark.parametrize(("group", "code"), ALL)
def test_a_prepared_answer_fits_two_texts_in_each_language(group: str, code: str) -> None:
    for language in programme().languages:
        words = written()[group][code][language]
        assert one_line(words) == words, "in the basic table, on one line"
        assert gsm.septets(words) == len(words)
        assert size_of(words, NUMBER)[0] <= ANSWER_SEPTETS


def test_there_is_one_for_every_decision_and_reason() -> None:
    decisions = programme().decisions
    assert {*decisions.closing, *decisions.rejecting, *decisions.waiting_reasons} <= set(written()[ANY])


def test_each_is_for_a_category_and_a_code_that_exist() -> None:
    assert set(written()) - {ANY} <= set(programme().categories)
    assert {code for _, code in ALL} <= set(written()[ANY])


def test_a_categorys_own_answer_goes_before_the_general_one() -> None:
    assert offered("claim", "id")["helped_claim"] == written()["claim"]["helped_claim"]["id"]
    assert offered("claim", "id")["abuse"] == written()[ANY]["abuse"]["id"]
    assert offered("claim", "xx")["abuse"] == written()[ANY]["abuse"]["id"]
