"""What kinds of report are called: at the desk, and towards other systems, in files and in calendars."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.ground.programme import programme

CATEGORIES: Final = {
    "not_active": lazy_gettext("Not active, or no card"),
    "wrong_data": lazy_gettext("Wrong data"),
    "asked_money": lazy_gettext("Money asked for"),
    "claim": lazy_gettext("Claim, accident or death"),
    "wrong_person": lazy_gettext("Wrong person listed"),
    "conduct": lazy_gettext("Conduct of an officer"),
    "rt_conduct": lazy_gettext("Conduct of an RT or RW official"),
    "other": lazy_gettext("Something else"),
    "data": lazy_gettext("Request about own data"),
    "card": lazy_gettext("Card not received"),
    "duplicate": lazy_gettext("Listed twice"),
    "deceased": lazy_gettext("Listed, but has died"),
    "moved": lazy_gettext("Listed, but has moved away"),
    "not_listed": lazy_gettext("Not on the list, but should be"),
    "fraud": lazy_gettext("Fraud or a broker"),
    "discrimination": lazy_gettext("Refused or treated worse than others"),
}
# Where the city's other systems have other words for it than the desk.
_ELSEWHERE: Final = {
    "card": lazy_gettext("Membership card"),
    "deceased": lazy_gettext("Somebody listed has died"),
    "moved": lazy_gettext("Somebody listed has moved away"),
    "not_listed": lazy_gettext("Left out of the list"),
    "fraud": lazy_gettext("Fraud"),
    "discrimination": lazy_gettext("Discrimination"),
}
KINDS: Final = {**CATEGORIES, **_ELSEWHERE}
DESCRIPTIONS: Final = {
    "not_active": lazy_gettext("The cover is not active although the city pays for it, or the worker cannot find it."),
    "card": lazy_gettext("The card has not come, is lost or is wrong."),
    "wrong_data": lazy_gettext("Name, identity number, address or occupation on the list is wrong."),
    "duplicate": lazy_gettext("The same worker is on the list more than once."),
    "asked_money": lazy_gettext("Somebody asked money for what is free. Filed in confidence."),
    "deceased": lazy_gettext("A person on the list has died."),
    "moved": lazy_gettext("A person on the list has left the city."),
    "claim": lazy_gettext("Help with a claim after an accident at work or a death."),
    "not_listed": lazy_gettext("An informal worker of the city who should be covered and is not."),
    "wrong_person": lazy_gettext("Somebody on the list does not do such work or does not exist. Filed in confidence."),
    "fraud": lazy_gettext("Data or payments were made up. Filed in confidence."),
    "discrimination": lazy_gettext("Somebody was treated worse than others. Filed in confidence."),
    "conduct": lazy_gettext("An officer behaved badly. Filed in confidence."),
    "rt_conduct": lazy_gettext("An RT or RW official behaved badly. Filed in confidence."),
    "other": lazy_gettext("Anything else about the programme."),
    "data": lazy_gettext("To see, correct or delete one's own data."),
}


def category_name(category: str) -> str:
    """A kind of report in plain words: as the programme file names it, else in ours, else by its key."""
    return _named(category) or str(CATEGORIES.get(category, category.replace("_", " ")))


def kind_name(category: str) -> str:
    """A kind of report as other systems show it: as the programme file names it, else in our words, else by its key."""
    return _named(category) or str(KINDS.get(category, category.replace("_", " ")))


def kind_description(category: str) -> str:
    """What belongs under this kind of report; nothing where a city added one without words."""
    own = programme().categories.get(category)
    return own.description if own is not None and own.description else str(DESCRIPTIONS.get(category, ""))


def _named(category: str) -> str:
    """The programme file's own name for it; "" where it has none."""
    own = programme().categories.get(category)
    return own.name if own is not None else ""
