"""Breaches on pages: whose data, which, what is still to be done, and why a step was not taken."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.persons.breaches import BreachRefused

STATES: Final = {
    "open": lazy_gettext("open"),
    "told": lazy_gettext("people are told"),
    "closed": lazy_gettext("closed"),
}
DATA: Final = {
    "name": lazy_gettext("names"),
    "nik": "NIK",
    "phone": lazy_gettext("phone numbers"),
    "address": lazy_gettext("addresses"),
    "kk": lazy_gettext("numbers of family cards"),
    "birth": lazy_gettext("birth dates"),
    "cover": lazy_gettext("payments and cover"),
    "report": lazy_gettext("words of reports"),
}
SCOPES: Final = {
    "all": lazy_gettext("everybody on the list"),
    "kelurahan": lazy_gettext("everybody of a kelurahan"),
    "people": lazy_gettext("certain people, by their codes"),
}
TO_DO: Final = {
    "measures": lazy_gettext("Close the hole, and write down what was done."),
    "authority": lazy_gettext("Tell the authority in writing (Komdigi until there is a body of its own)."),
    "people": lazy_gettext("Have the people told by text."),
    "queued": lazy_gettext("The texts are being queued. Look again in a minute."),
    "others": lazy_gettext("Tell those whom no text reaches: by letter, by the RT head, or in public."),
}
REFUSED: Final = {
    BreachRefused.ROLE: lazy_gettext("Only an administrator does that."),
    BreachRefused.INPUT: lazy_gettext(
        "Something is missing: what happened (ten letters or more), which data, and whose. Choose from the lists."
    ),
    BreachRefused.WHEN: lazy_gettext("Write days and hours that are over, as 2026-11-29 and 14:30."),
    BreachRefused.CODES: lazy_gettext("One of the codes is no worker's. They stand on letters and pages of people."),
    BreachRefused.UNKNOWN: lazy_gettext("It is not there."),
    BreachRefused.CHANGED: lazy_gettext(
        "Somebody else was quicker. Nothing of yours was done: look at how it stands now."
    ),
    BreachRefused.STEP: lazy_gettext("That cannot be done as it stands now. The page shows what can."),
    BreachRefused.MEASURES: lazy_gettext(
        "The text says that the hole is closed. Write down first what was done about it."
    ),
}
