"""How a report, a proposal and a removal stand, in words."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.grievances.states import GrievanceState
from verify_service.proposals.review import ProposalState
from verify_service.removals.states import RemovalState

# A report, for the officers who work on it.
AT_THE_DESK: Final = {
    GrievanceState.RECEIVED: lazy_gettext("New, not looked at"),
    GrievanceState.VERIFIED: lazy_gettext("Verified, nobody's yet"),
    GrievanceState.ASSIGNED: lazy_gettext("Assigned"),
    GrievanceState.IN_PROGRESS: lazy_gettext("Being worked on"),
    GrievanceState.WAITING: lazy_gettext("Waiting for the citizen"),
    GrievanceState.ANSWERED: lazy_gettext("Answered"),
    GrievanceState.CLOSED_CONFIRMED: lazy_gettext("Closed: solved, says the reporter"),
    GrievanceState.CLOSED_AUTO: lazy_gettext("Closed: nothing more heard"),
    GrievanceState.REOPENED: lazy_gettext("Opened again"),
    GrievanceState.ESCALATED: lazy_gettext("With a supervisor"),
    GrievanceState.REFERRED: lazy_gettext("Referred to another body"),
    GrievanceState.REJECTED: lazy_gettext("Rejected"),
}
# The same for whoever follows it from outside: other words where the desk's would say too much or too little.
TOLD: Final = {
    **AT_THE_DESK,
    GrievanceState.RECEIVED: lazy_gettext("Received, not looked at yet"),
    GrievanceState.VERIFIED: lazy_gettext("Verified"),
    GrievanceState.ASSIGNED: lazy_gettext("Given to an officer"),
    GrievanceState.WAITING: lazy_gettext("Waiting for the reporter"),
    GrievanceState.ANSWERED: lazy_gettext("Answered; open until the reporter agrees"),
    GrievanceState.CLOSED_CONFIRMED: lazy_gettext("Solved, says the reporter"),
    GrievanceState.CLOSED_AUTO: lazy_gettext("Answered, and nothing more was heard"),
    GrievanceState.REFERRED: lazy_gettext("Handed to another body"),
    GrievanceState.REJECTED: lazy_gettext("Not accepted, with a reason"),
}
MERGED: Final = lazy_gettext("Answered together with another report of the same")
PROPOSALS: Final = {
    ProposalState.RECEIVED: lazy_gettext("Waiting for a first reader"),
    ProposalState.READ: lazy_gettext("Waiting for a second reader"),
    ProposalState.ASKED: lazy_gettext("Asked, waiting for the answer"),
    ProposalState.ACCEPTED: lazy_gettext("Accepted for the next decree"),
    ProposalState.REFUSED: lazy_gettext("Refused"),
}
REMOVALS: Final = {
    RemovalState.PROPOSED: lazy_gettext("Waiting for a second reader"),
    RemovalState.NOTICED: lazy_gettext("Told, may object"),
    RemovalState.OBJECTED: lazy_gettext("Objected: to be decided"),
    RemovalState.UPHELD: lazy_gettext("Objection not accepted, may appeal"),
    RemovalState.APPEALED: lazy_gettext("Appealed: to be decided"),
    RemovalState.KEPT: lazy_gettext("Stays on the list"),
    RemovalState.REMOVED: lazy_gettext("Taken off the list"),
    RemovalState.WITHDRAWN: lazy_gettext("Taken back"),
}


def state_name(state: str) -> str:
    """How a report stands, as the desk has it."""
    return str(AT_THE_DESK[GrievanceState(state)])


def state_words(state: str, *, merged: bool) -> str:
    """How a report stands, as files and other systems have it."""
    return str(MERGED if merged else TOLD[GrievanceState(state)])
