"""The life of a report: which step leads from which state to which. Anything else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """How a report stands. "closed" is not "solved": a citizen who says no opens it again."""

    RECEIVED = "received"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting_citizen"
    ANSWERED = "answered"
    CLOSED_CONFIRMED = "closed_confirmed"
    CLOSED_AUTO = "closed_auto"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    REFERRED = "referred_external"
    REJECTED = "rejected"


class Step(StrEnum):
    """What is done with a report."""

    VERIFY = "verify"
    ASSIGN = "assign"
    START = "start"
    ASK = "ask"
    HEARD = "heard"  # the citizen answered, or was silent for too long
    ANSWER = "answer"
    CONFIRM = "confirm"  # the citizen says that it is solved
    LAPSE = "lapse"  # the answer stood, and nothing more was heard
    REOPEN = "reopen"
    ESCALATE = "escalate"
    REFER = "refer"
    REJECT = "reject"
    MERGE = "merge"


@dataclass(frozen=True)
class Way:
    """From which states a step may be taken, and to which one it leads."""

    before: frozenset[State]
    after: State


_NEW = frozenset({State.RECEIVED, State.REOPENED})
_WORKED_ON = frozenset({State.VERIFIED, State.ASSIGNED, State.IN_PROGRESS, State.ESCALATED, State.REOPENED})
OPEN: Final = _NEW | _WORKED_ON | {State.WAITING}
CLOSED: Final = frozenset({State.CLOSED_CONFIRMED, State.CLOSED_AUTO, State.REFERRED, State.REJECTED})

# A report that nobody has looked at can be neither answered nor put to the citizen nor handed to somebody else.
WAYS: Final[Mapping[Step, Way]] = {
    Step.VERIFY: Way(_NEW, State.VERIFIED),
    Step.ASSIGN: Way(_WORKED_ON, State.ASSIGNED),
    Step.START: Way(_WORKED_ON - {State.IN_PROGRESS}, State.IN_PROGRESS),
    Step.ASK: Way(_WORKED_ON, State.WAITING),
    Step.HEARD: Way(frozenset({State.WAITING}), State.IN_PROGRESS),
    Step.ANSWER: Way(_WORKED_ON | {State.WAITING}, State.ANSWERED),
    Step.CONFIRM: Way(OPEN | {State.ANSWERED}, State.CLOSED_CONFIRMED),
    Step.LAPSE: Way(frozenset({State.ANSWERED}), State.CLOSED_AUTO),
    Step.REOPEN: Way(
        frozenset({State.ANSWERED, State.CLOSED_CONFIRMED, State.CLOSED_AUTO, State.REFERRED}), State.REOPENED
    ),
    Step.ESCALATE: Way(OPEN - {State.WAITING}, State.ESCALATED),
    Step.REFER: Way(_WORKED_ON, State.REFERRED),
    Step.REJECT: Way(_NEW | _WORKED_ON, State.REJECTED),
    Step.MERGE: Way(OPEN | {State.ANSWERED}, State.CLOSED_AUTO),
}


def leads_to(step: Step, state: str) -> State | None:
    """The state after this step; None where it may not be taken."""
    way = WAYS[step]
    return way.after if State(state) in way.before else None
