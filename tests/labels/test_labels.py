"""Every code that pages or files show has its words: one of an outcome, a reason or a role without them fails."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import verify_service
from flows.proposal import JOBS
from verify_service.accounts.officers import Role
from verify_service.grievances.actions import Refusal
from verify_service.grievances.allowed import Action
from verify_service.grievances.intake import IDENTITIES
from verify_service.grievances.states import GrievanceState, Step
from verify_service.grievances.worklist import CHANNELS, Tab
from verify_service.ground.programme import Priority, programme
from verify_service.labels import categories, codes, grievances, reasons, sent_texts, standings, statements
from verify_service.messaging.gateways.contract import DeliveryStatus
from verify_service.messaging.outbox import OutboxState as Sent
from verify_service.proposals.criteria import Finding
from verify_service.proposals.review import DecisionRefusal, ProposalState
from verify_service.removals.review import KEEPS, WAYS
from verify_service.removals.states import RemovalState
from verify_service.verification.decision import RULES, Insurer, Listed, Owner
from verify_service.verification.field_checks import SAYS
from verify_service.verification.signals import Signal
from verify_service.verification.weighing import STATEMENTS

ROOMS = Path(verify_service.__file__).parent
SAID = {said for source in STATEMENTS.values() for said in source}
DECISIONS = programme().decisions
LABELLED: dict[str, tuple[Mapping[Any, Any], Iterable[Any]]] = {
    "states of a report, at the desk": (standings.AT_THE_DESK, GrievanceState),
    "states of a report, from outside": (standings.TOLD, GrievanceState),
    "states of a proposal": (standings.PROPOSALS, ProposalState),
    "states of a removal": (standings.REMOVALS, RemovalState),
    "states of a text": (sent_texts.OUTBOX, Sent),
    "states of a notice": (sent_texts.NOTICE_SENT, Sent),
    "deliveries": (sent_texts.DELIVERIES, DeliveryStatus),
    "categories at the desk": (categories.CATEGORIES, programme().categories),
    "categories elsewhere": (categories.KINDS, programme().categories),
    "what belongs under a category": (categories.DESCRIPTIONS, programme().categories),
    "verdicts": (codes.VERDICTS, {rule.name for rule in RULES}),
    "owners": (codes.OWNERS, Owner),
    "roles": (codes.ROLES, Role),
    "signs": (codes.SIGNALS, Signal),
    "identities": (codes.IDENTITIES, IDENTITIES),
    "steps of a report": (codes.STEPS, set(Step)),
    "tabs": (grievances.TABS, Tab),
    "actions": (grievances.ACTIONS, Action),
    "channels": (grievances.CHANNELS, CHANNELS),
    "urgencies": (grievances.URGENCIES, ("accident", "death", "none")),
    "refusals of a step": (grievances.REFUSALS, Refusal),
    "what the clock stands for": (grievances.WAITING_FOR, DECISIONS.waiting_reasons),
    "decisions on a report": (grievances.DECISIONS, {*DECISIONS.closing, *DECISIONS.rejecting, "referred"}),
    "what the list says": (grievances.LISTED, Listed),
    "what the insurer says": (grievances.INSURED, Insurer),
    "sources": (statements.SOURCES, STATEMENTS),
    "statements, briefly": (statements.BRIEFLY, SAID),
    "statements, in a sentence": (statements.IN_A_SENTENCE, SAID),
    "findings of the kelurahan": (statements.FINDINGS, SAYS),
    "refusals of a decision": (reasons.REFUSED, DecisionRefusal),
    "findings on a criterion": (reasons.FINDINGS, Finding),
    "jobs": (reasons.JOBS, JOBS),
    "parts of the priority": (reasons.PRIORITY, set(Priority.model_fields) - {"dangerous_jobs"}),
    "reasons": (
        reasons.REASONS,
        {
            *DECISIONS.reasons_accept,
            *DECISIONS.reasons_refuse,
            *DECISIONS.reasons_ask,
            *DECISIONS.reasons_remove,
            *KEEPS,
            *WAYS,
        },
    ),
}


@pytest.mark.parametrize("what", LABELLED)
def test_every_code_has_its_words(what: str) -> None:
    words, known = LABELLED[what]
    assert {code for code in known if not str(words.get(code, ""))} == set()


def test_every_entry_of_a_thread_has_its_words() -> None:
    written = {kind for call in ("note", "take") for kind in kinds_of(call)}
    assert {"added", "silent", "merged_in", "call"} <= written
    assert written - set(codes.STEPS) == set()


def kinds_of(call: str) -> set[str]:
    """The kinds that the source writes into a thread, where it names them."""
    found: set[str] = set()
    for path in (ROOMS / "grievances").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call:
                named = [one.value for one in node.keywords if one.arg == "kind"]
                named += node.args[2:3] if call == "note" else []
                found |= {one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found | {"call", "note", "still", "solved", "supervisor"}  # these come in by a name


def test_what_an_officer_says_has_its_words() -> None:
    pairs = {("first", "accept"), ("first", "refuse"), ("open", "opened"), ("end", "removed")}
    for room in ("proposals", "removals"):
        for node in ast.walk(ast.parse((ROOMS / room / "review.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple) and len(node.elts) == 2 and all(map(is_word, node.elts)):
                pairs.add(tuple(one.value for one in node.elts))  # type: ignore[attr-defined]  # constants, as the line above sees
    pairs |= {(step, says) for step in ("objection", "appeal") for says in ("keep", "uphold")}
    spoken = {pair for pair in pairs if pair[0] in {one.partition(" ")[0] for one in reasons.STEPS}}
    assert {f"{step} {says}" for step, says in spoken} - set(reasons.STEPS) == set()
    assert ("second", "withdraw") in spoken


def is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.mark.parametrize(
    ("base", "other"),
    [
        (standings.AT_THE_DESK, standings.TOLD),
        (categories.CATEGORIES, categories.KINDS),
        (statements.BRIEFLY, statements.IN_A_SENTENCE),
        (sent_texts.OUTBOX, sent_texts.NOTICE_SENT),
    ],
)
def test_two_sets_of_words_name_the_same_codes(base: Mapping[Any, Any], other: Mapping[Any, Any]) -> None:
    assert set(base) == set(other)
    assert {code for code in base if base[code] is not other[code] and str(base[code]) == str(other[code])} == set()
