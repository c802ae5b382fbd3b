"""The life of a report: which step leads from which state to which. Anything else is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class GrievanceState(StrEnum):
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

    before: frozenset[GrievanceState]
    after: GrievanceState


_NEW = frozenset({GrievanceState.RECEIVED, GrievanceState.REOPENED})
_WORKED_ON = frozenset(
    {
        GrievanceState.VERIFIED,
        GrievanceState.ASSIGNED,
        GrievanceState.IN_PROGRESS,
        GrievanceState.ESCALATED,
        GrievanceState.REOPENED,
    }
)
OPEN: Final = _NEW | _WORKED_ON | {GrievanceState.WAITING}
CLOSED: Final = frozenset(
    {GrievanceState.CLOSED_CONFIRMED, GrievanceState.CLOSED_AUTO, GrievanceState.REFERRED, GrievanceState.REJECTED}
)

# A report that nobody has looked at can be neither answered nor put to the citizen nor handed to somebody else.
WAYS: Final[Mapping[Step, Way]] = {
    Step.VERIFY: Way(_NEW, GrievanceState.VERIFIED),
    Step.ASSIGN: Way(_WORKED_ON, GrievanceState.ASSIGNED),
    Step.START: Way(_WORKED_ON - {GrievanceState.IN_PROGRESS}, GrievanceState.IN_PROGRESS),
    Step.ASK: Way(_WORKED_ON, GrievanceState.WAITING),
    Step.HEARD: Way(frozenset({GrievanceState.WAITING}), GrievanceState.IN_PROGRESS),
    Step.ANSWER: Way(_WORKED_ON | {GrievanceState.WAITING}, GrievanceState.ANSWERED),
    Step.CONFIRM: Way(OPEN | {GrievanceState.ANSWERED}, GrievanceState.CLOSED_CONFIRMED),
    Step.LAPSE: Way(frozenset({GrievanceState.ANSWERED}), GrievanceState.CLOSED_AUTO),
    Step.REOPEN: Way(
        frozenset(
            {
                GrievanceState.ANSWERED,
                GrievanceState.CLOSED_CONFIRMED,
                GrievanceState.CLOSED_AUTO,
                GrievanceState.REFERRED,
            }
        ),
        GrievanceState.REOPENED,
    ),
    Step.ESCALATE: Way(OPEN - {GrievanceState.WAITING}, GrievanceState.ESCALATED),
    Step.REFER: Way(_WORKED_ON, GrievanceState.REFERRED),
    Step.REJECT: Way(_NEW | _WORKED_ON, GrievanceState.REJECTED),
    Step.MERGE: Way(OPEN | {GrievanceState.ANSWERED}, GrievanceState.CLOSED_AUTO),
}


def leads_to(step: Step, state: str) -> GrievanceState | None:
    """The state after this step; None where it may not be taken."""
    way = WAYS[step]
    return way.after if GrievanceState(state) in way.before else None
