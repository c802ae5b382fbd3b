"""What kinds of report are called towards other systems."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

SERVICES: Final = {
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


def service_name(category: str) -> str:
    """A kind of report as other systems show it; its key where a city added one without words."""
    return str(SERVICES[category][0]) if category in SERVICES else category.replace("_", " ")


def service_description(category: str) -> str:
    """What belongs under this kind of report."""
    return str(SERVICES[category][1]) if category in SERVICES else ""
