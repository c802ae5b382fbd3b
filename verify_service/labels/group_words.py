"""What groups and measures of inclusion are called, what is to be done where one lags, and how dots are labelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask_babel import gettext, lazy_gettext

from verify_service.labels.grievances import CHANNELS
from verify_service.labels.published import GROUPS as PUBLISHED

MEASURES: Final = {
    "paid": lazy_gettext("Paid for, of those listed"),
    "active": lazy_gettext("Active at the insurer, of those paid for"),
    "answered": lazy_gettext("Have answered, of those listed"),
    "confirmed": lazy_gettext("Confirm the cover, of those active who answered"),
    "reported": lazy_gettext("Reported a problem within a year, of those listed"),
    "answered_in_time": lazy_gettext("Reports answered in time, of those due"),
    "decided_in_time": lazy_gettext("Proposals decided in time, of those due"),
    "accepted": lazy_gettext("Proposals accepted, of those decided"),
}
TO_DO: Final = {
    "paid": lazy_gettext(
        "Ask the programme's team whose premiums were left out, and have them paid with the next month."
    ),
    "active": lazy_gettext(
        "Send the insurer the lines of these people (its work list): look for a batch that was refused."
    ),
    "answered": lazy_gettext(
        "Ask them another way: by their RT heads, by letter, by a visit. Look whether they have a phone, and in which"
        " language they were written to."
    ),
    "confirmed": lazy_gettext(
        "Read what they say instead, by verdict on the first page. Where they do not know of the cover, have it"
        " explained to them."
    ),
    "answered_in_time": lazy_gettext(
        "See at the desk which unit holds their reports, and hand over what is about to be late."
    ),
    "decided_in_time": lazy_gettext("Have the waiting list read in its published order, those overdue first."),
    "accepted": lazy_gettext(
        "Read the reasons of the refusals (Who was left out?), and have a supervisor read some of them again."
    ),
}
DIMENSIONS: Final = {
    "sex": lazy_gettext("Sex"),
    "occupation": lazy_gettext("Work"),
    "age": lazy_gettext("Age"),
    "phone": lazy_gettext("Phone"),
    "channel": lazy_gettext("Channel"),
    "help": lazy_gettext("Help"),
}
_NOT_KNOWN: Final = {
    "sex": lazy_gettext("Sex not known"),
    "occupation": lazy_gettext("Work not known"),
    "age": lazy_gettext("Age not known"),
}
_GROUPS: Final = {
    **PUBLISHED,
    "none": lazy_gettext("Without a linked phone"),
    "linked": lazy_gettext("With a linked phone"),
    "ussd": CHANNELS["ussd"],
    "sms": CHANNELS["sms"],
    "open311": CHANNELS["open311"],
    "rt_head": lazy_gettext("Through the RT head"),
    "field": lazy_gettext("At a visit, a counter or by a call"),
    "needed": lazy_gettext("Told of a wish for help"),
    "not_told": lazy_gettext("Told of none"),
}
STANDINGS: Final = {
    "lags": lazy_gettext("lags behind"),
    "too_few": lazy_gettext("too few to judge"),
}
PURPOSES: Final = {
    "invitation": lazy_gettext("Invitations"),
    "reminder": lazy_gettext("Reminders"),
    "question": lazy_gettext("Questions"),
}
_LANGUAGES: Final = {
    "id": lazy_gettext("Indonesian"),
    "su": lazy_gettext("Sundanese"),
    "en": lazy_gettext("English"),
}
_TOLD: Final = {
    "before": lazy_gettext("before they were told"),
    "after": lazy_gettext("asked again"),
}


def group_name(dimension: str, code: str) -> str:
    """A group as officers call it."""
    return str(_NOT_KNOWN.get(dimension, code) if code == "unknown" else _GROUPS.get(code, code))


def _of_a_group(dimension: str, code: str) -> str:
    return f"{DIMENSIONS.get(dimension, dimension)}: {group_name(dimension, code)}"


def _of_a_version(version: str, told: str) -> str:
    return str(gettext("words %(version)s, %(told)s", version=version, told=_TOLD.get(told, told)))


# Of each report with dots: what a picture is called, and how a row of it is.
PARTS: Final[Mapping[str, Mapping[str, object]]] = {
    "inclusion": MEASURES,
    "before-and-after": _LANGUAGES,
    "messages": PURPOSES,
}
ROWS: Final[Mapping[str, Callable[..., str]]] = {
    "inclusion": _of_a_group,
    "before-and-after": _of_a_version,
    "messages": str,
}
