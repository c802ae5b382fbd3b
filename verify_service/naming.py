"""How a report stands, in words: the same on pages, in files and towards other systems."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.grievances.life import State

STATES: Final = {
    State.RECEIVED: lazy_gettext("Received, not looked at yet"),
    State.VERIFIED: lazy_gettext("Verified"),
    State.ASSIGNED: lazy_gettext("Given to an officer"),
    State.IN_PROGRESS: lazy_gettext("Being worked on"),
    State.WAITING: lazy_gettext("Waiting for the reporter"),
    State.ANSWERED: lazy_gettext("Answered; open until the reporter agrees"),
    State.CLOSED_CONFIRMED: lazy_gettext("Solved, says the reporter"),
    State.CLOSED_AUTO: lazy_gettext("Answered, and nothing more was heard"),
    State.REOPENED: lazy_gettext("Opened again"),
    State.ESCALATED: lazy_gettext("With a supervisor"),
    State.REFERRED: lazy_gettext("Handed to another body"),
    State.REJECTED: lazy_gettext("Not accepted, with a reason"),
}
MERGED: Final = lazy_gettext("Answered together with another report of the same")


def state_words(state: str, *, merged: bool) -> str:
    """How a report stands, in plain words."""
    return str(MERGED if merged else STATES[State(state)])
