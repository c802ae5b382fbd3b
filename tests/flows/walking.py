"""Walks a flow as every possible caller: each option of each menu, one answer of each kind, and back."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flows.caller import Caller
from flows.conversation import Ask, Menu, Outcome, Screen
from flows.flow_state import FlowState, answer, current
from flows.references import check_letter

NIK, CODE = "3275010101900001", "123456"
NUMBER = f"7K2M9{check_letter('7K2M9')}"
_TYPED = {
    "nik": NIK,
    "code": CODE,
    "text": "Kartu hilang",
    "words": "Kartu hilang",
    "month": "032026",
    "rt_rw": "003011",
    "reference": NUMBER,
    "name": "Tono Hartono",
}
DEPTH = 12  # more answers than any flow asks


@dataclass(frozen=True)
class Path:
    """One way through one flow: the screens seen, what was answered, how it ended."""

    screens: tuple[Screen, ...]
    answers: tuple[str, ...]
    outcome: Outcome


@cache  # several tests walk the same flows as the same callers
def paths(flow: str, caller: Caller) -> tuple[Path, ...]:
    """Every way through this flow, dialled."""
    return tuple(_follow(*current(FlowState(flow, caller)), (), ()))


def _follow(
    talk: FlowState, said: Screen | Outcome, screens: tuple[Screen, ...], answers: tuple[str, ...]
) -> Iterator[Path]:
    """Every way on from here."""
    if isinstance(said, Outcome):
        yield Path(screens, answers, said)
        return
    assert len(answers) < DEPTH, f"{talk.flow} never ends: {answers}"
    for text in _possible(talk, said):
        after, following = answer(talk, text)
        assert after.wrong == 0, f"{said.screen} does not take {text}"
        yield from _follow(after, following, (*screens, said), (*answers, text))


def _possible(talk: FlowState, screen: Screen) -> Iterator[str]:
    """What can be dialled here; back is walked from the first screen only, where it leaves the flow."""
    if isinstance(screen, Ask):
        yield _TYPED[screen.shape]
    elif isinstance(screen, Menu):
        yield from screen.digits().values()
    else:
        yield from screen.dialled(talk.page)
        if talk.page < len(screen.pages()) - 1:
            yield "9"
    if screen.back and not talk.turns and talk.page == 0:
        yield "0"
