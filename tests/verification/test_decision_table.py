"""The decision table, held against a second reading of the programme's rules written as plain questions."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from verify_service.verification.decision import (
    RULES,
    Case,
    Duplicate,
    Insurer,
    Listed,
    Owner,
    RtHeadSays,
    WorkerSays,
    decide,
    decision_table,
)

COMBINATIONS = 4 * 5 * 9 * 8 * 4


def oracle(listed: str, insurer: str, worker: str, head: str, duplicate: str) -> str:
    """What a patient clerk would say, asked in the order in which things matter."""
    if head == "deceased":
        return "reported_deceased"
    if listed == "not_listed":
        if worker in ("confirms", "wrong_data", "denies"):
            return "proposal"
        return "covered_elsewhere" if insurer == "active" else "not_listed"
    if listed == "removed":
        if worker in ("confirms", "wrong_data", "denies", "does_not_know"):
            return "removal_questioned"
        return "removed_still_active" if insurer == "active" else "removed"
    if listed == "paid" and insurer in ("not_found", "inactive", "unpaid"):
        return {
            "not_found": "missing_at_insurer",
            "inactive": "lapsed_at_insurer",
            "unpaid": "payment_not_recorded",
        }[insurer]
    if duplicate != "none":
        return {
            "both": "duplicate_and_other_payer",
            "same_nik": "duplicate_entry",
            "other_payer": "other_payer",
        }[duplicate]
    if insurer in ("not_found", "inactive", "unpaid"):
        return "not_paid_not_covered"
    return _about_the_person(listed, insurer, worker, head)


def _about_the_person(listed: str, insurer: str, worker: str, head: str) -> str:
    if worker == "not_me":
        return "wrong_person_on_phone" if head in ("unknown", "moved") else "phone_not_theirs"
    if worker in ("moved", "now_employed", "not_working"):
        return "moved_away" if worker == "moved" else worker
    if worker in ("denies", "does_not_know"):
        return "unaware" if insurer == "active" else "waiting_and_unaware"
    if worker == "no_answer":
        silent = {
            "moved": "reported_moved",
            "unknown": "unknown_to_rt_head",
            "now_employed": "reported_employed",
            "not_working": "reported_not_working",
        }
        if head in silent:
            return silent[head]
    elif head in ("moved", "unknown"):
        return "residence_disputed"
    elif head in ("not_working", "now_employed"):
        return "work_disputed"
    elif worker == "wrong_data":
        return "data_to_correct"
    if insurer == "no_file":
        return "awaiting_insurer_confirmed" if worker == "confirms" else "awaiting_insurer"
    if listed == "listed_not_paid":
        return "covered_without_payment"
    if worker == "confirms":
        return "confirmed_twice" if head == "resident" else "confirmed"
    return {"resident": "known_to_rt_head", "own_family": "own_family_of_rt_head"}.get(head, "unconfirmed")


def test_the_table_covers_every_combination_once() -> None:
    cases = [case for case, _ in decision_table()]
    assert len(cases) == len(set(cases)) == COMBINATIONS


def test_every_combination_agrees_with_the_oracle() -> None:
    for combination in product(Listed, Insurer, WorkerSays, RtHeadSays, Duplicate):
        assert decide(Case(*combination)).verdict == oracle(*(value.value for value in combination)), combination


def test_every_verdict_has_a_reason_and_an_owner_and_is_reached() -> None:
    reached = {decision.verdict for _, decision in decision_table()}
    assert {rule.name for rule in RULES} == reached
    for _, decision in decision_table():
        assert decision.reason
        assert decision.owner in Owner


def test_money_is_at_risk_only_where_it_was_paid() -> None:
    for case, decision in decision_table():
        if case.list is not Listed.PAID:
            assert not decision.at_risk
        assert decision.rupiah(16_800) in (0, 16_800)
    assert decide(Case(*_case(insurer="not_found"))).rupiah(16_800) == 16_800


def test_nobody_is_declared_dead_or_moved_by_one_statement() -> None:
    for case, decision in decision_table():
        if case.rt_head is RtHeadSays.DECEASED:
            assert decision.owner is Owner.KELURAHAN
        if case.rt_head is RtHeadSays.MOVED and case.worker is WorkerSays.NO_ANSWER:
            assert decision.verdict != "moved_away"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"worker": "denies"}, "unaware"),
        ({"insurer": "not_found"}, "missing_at_insurer"),
        ({"insurer": "not_found", "worker": "denies"}, "missing_at_insurer"),
        ({"rt_head": "deceased", "worker": "confirms"}, "reported_deceased"),
        ({"list": "not_listed", "worker": "confirms"}, "proposal"),
        ({"worker": "confirms"}, "confirmed"),
        ({}, "unconfirmed"),
    ],
)
def test_the_examples_everybody_agreed_on(facts: dict[str, Any], verdict: str) -> None:
    assert decide(Case(*_case(**facts))).verdict == verdict


def _case(
    list: str = "paid",
    insurer: str = "active",
    worker: str = "no_answer",
    rt_head: str = "no_answer",
    duplicate: str = "none",
) -> tuple[Listed, Insurer, WorkerSays, RtHeadSays, Duplicate]:
    return Listed(list), Insurer(insurer), WorkerSays(worker), RtHeadSays(rt_head), Duplicate(duplicate)
