"""What kinds of report and their states are called, towards other systems, in files and in calendars."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.grievances.states import State
from verify_service.ground.programme import programme

KINDS: Final = {
    "not_active": (
        lazy_gettext("Not active, or no card"),
        lazy_gettext("The cover is not active although the city pays for it, or the worker cannot find it."),
    ),
    "card": (lazy_gettext("Membership card"), lazy_gettext("The card has not come, is lost or is wrong.")),
    "wrong_data": (
        lazy_gettext("Wrong data"),
        lazy_gettext("Name, identity number, address or occupation on the list is wrong."),
    ),
    "duplicate": (lazy_gettext("Listed twice"), lazy_gettext("The same worker is on the list more than once.")),
    "asked_money": (
        lazy_gettext("Money asked for"),
        lazy_gettext("Somebody asked money for what is free. Filed in confidence."),
    ),
    "deceased": (lazy_gettext("Somebody listed has died"), lazy_gettext("A person on the list has died.")),
    "moved": (lazy_gettext("Somebody listed has moved away"), lazy_gettext("A person on the list has left the city.")),
    "claim": (
        lazy_gettext("Claim, accident or death"),
        lazy_gettext("Help with a claim after an accident at work or a death."),
    ),
    "not_listed": (
        lazy_gettext("Left out of the list"),
        lazy_gettext("An informal worker of the city who should be covered and is not."),
    ),
    "wrong_person": (
        lazy_gettext("Wrong person listed"),
        lazy_gettext("Somebody on the list does not do such work or does not exist. Filed in confidence."),
    ),
    "fraud": (lazy_gettext("Fraud"), lazy_gettext("Data or payments were made up. Filed in confidence.")),
    "discrimination": (
        lazy_gettext("Discrimination"),
        lazy_gettext("Somebody was treated worse than others. Filed in confidence."),
    ),
    "conduct": (
        lazy_gettext("Conduct of an officer"),
        lazy_gettext("An officer behaved badly. Filed in confidence."),
    ),
    "rt_conduct": (
        lazy_gettext("Conduct of an RT or RW official"),
        lazy_gettext("An RT or RW official behaved badly. Filed in confidence."),
    ),
    "other": (lazy_gettext("Something else"), lazy_gettext("Anything else about the programme.")),
    "data": (
        lazy_gettext("Request about own data"),
        lazy_gettext("To see, correct or delete one's own data."),
    ),
}
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


def kind_name(category: str) -> str:
    """A kind of report as other systems show it: as the programme file names it, else in our words, else by its key."""
    own = programme().categories.get(category)
    if own is not None and own.name:
        return own.name
    return str(KINDS[category][0]) if category in KINDS else category.replace("_", " ")


def kind_description(category: str) -> str:
    """What belongs under this kind of report."""
    own = programme().categories.get(category)
    if own is not None and own.description:
        return own.description
    return str(KINDS[category][1]) if category in KINDS else ""
