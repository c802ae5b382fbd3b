"""What a talk knows of the caller survives storage, and an older form is looked up again."""

import json

import pytest

from flows.caller import Caller, StaleCaller
from flows.conversation import Turn
from flows.flow_state import FlowState
from tests.flows.city import CALLERS, KNOWN


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS.keys())
def test_a_caller_comes_back_from_json_as_it_went(caller: Caller) -> None:
    assert Caller.from_dict(json.loads(json.dumps(caller.to_dict()))) == caller


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": 99},
        {"version": None},
        {"shoe_size": 44},
        {"people": None},
        {"person": {"worker": 1}},
        {"cover": {"state": "lapsed", "asof": "", "until": "", "full_death_from": ""}},
        {"cover": {"asof": ""}},
        {"rt_head": {"posts": [], "shoe_size": 44}},
    ],
)
def test_a_caller_of_another_form_is_stale(change: dict[str, object]) -> None:
    with pytest.raises(StaleCaller):
        Caller.from_dict({**KNOWN.to_dict(), **change})


def test_a_talk_comes_back_from_json_as_it_went() -> None:
    talk = FlowState("link", KNOWN, (Turn("b1.ask_nik", "3275010101900001"),), wrong=2, page=1)
    assert FlowState.from_dict(json.loads(json.dumps(talk.to_dict()))) == talk


def test_a_talk_with_a_stale_caller_goes_on_with_a_fresh_one() -> None:
    talk = FlowState("link", KNOWN, (Turn("b1.ask_nik", "3275010101900001"),))
    stored = {**talk.to_dict(), "caller": {"version": 0}}
    with pytest.raises(StaleCaller):
        FlowState.from_dict(stored)
    assert FlowState.from_dict(stored, caller=KNOWN) == talk
