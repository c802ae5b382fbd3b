"""What somebody said of a worker, as evidence keeps it, in words."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

SOURCES: Final = {
    "worker": lazy_gettext("The worker"),
    "rt_head": lazy_gettext("The RT head"),
    "visit": lazy_gettext("A visit"),
}
# Beside a month of the worker, in a narrow column.
BRIEFLY: Final = {
    "confirms": lazy_gettext("confirms"),
    "wrong_data": lazy_gettext("data are wrong"),
    "wrong_field": lazy_gettext("data are wrong"),
    "not_me": lazy_gettext("is somebody else"),
    "does_not_know": lazy_gettext("does not know"),
    "denies": lazy_gettext("says no"),
    "resident": lazy_gettext("lives there and works"),
    "moved": lazy_gettext("has moved away"),
    "deceased": lazy_gettext("has died"),
    "unknown": lazy_gettext("is unknown there"),
    "not_working": lazy_gettext("works no more"),
    "now_employed": lazy_gettext("is an employee now"),
    "own_family": lazy_gettext("own family of the RT head"),
    "refused": lazy_gettext("does not want to answer"),
    "absent": lazy_gettext("lives there, was not met"),
    "not_found": lazy_gettext("was not found"),
}
# As a sentence that begins with who said it: what a removal rests on.
IN_A_SENTENCE: Final = {
    **BRIEFLY,
    "confirms": lazy_gettext("confirms the data"),
    "wrong_data": lazy_gettext("says the data are wrong"),
    "wrong_field": lazy_gettext("says the data are wrong"),
    "not_me": lazy_gettext("says: that is not me"),
    "does_not_know": lazy_gettext("does not know of the cover"),
    "denies": lazy_gettext("knows nothing of the cover"),
    "unknown": lazy_gettext("nobody knows them"),
    "own_family": lazy_gettext("is of the RT head's own family"),
}
SAID_BY: Final = {
    ("worker", "ussd"): lazy_gettext("The worker, by phone"),
    ("worker", "sms"): lazy_gettext("The worker, by text"),
    ("rt_head", "ussd"): lazy_gettext("The RT head, by phone"),
    ("rt_head", "sms"): lazy_gettext("The RT head, by text"),
    ("rt_head", "console"): lazy_gettext("The kelurahan, from the desk"),
    ("worker", "visit"): lazy_gettext("The worker, at a visit"),
    ("rt_head", "visit"): lazy_gettext("The kelurahan, after a visit"),
    ("visit", "visit"): lazy_gettext("A visit"),
}
# What the kelurahan may say of a resident nobody else speaks for.
FINDINGS: Final = {
    "resident": lazy_gettext("Lives there and works"),
    "moved": lazy_gettext("Has moved away"),
    "deceased": lazy_gettext("Has died"),
    "unknown": lazy_gettext("Nobody knows them"),
    "not_working": lazy_gettext("Lives there, works no more"),
    "now_employed": lazy_gettext("Is an employee now"),
}

# What a visit to somebody drawn in a round may find.
FOUND: Final = {
    "confirms": lazy_gettext("Says: yes, covered"),
    "wrong_data": lazy_gettext("Covered, but data are wrong"),
    "does_not_know": lazy_gettext("Does not know of the cover"),
    "denies": lazy_gettext("Says: not covered"),
    "not_working": lazy_gettext("Lives there, works no more"),
    "now_employed": lazy_gettext("Is an employee now"),
    "refused": lazy_gettext("Does not want to answer"),
    "absent": lazy_gettext("Lives there, was not met"),
    "not_found": lazy_gettext("Not found, nobody knows them"),
    "moved": lazy_gettext("Has moved away"),
    "deceased": lazy_gettext("Has died"),
}


def statement_text(source: str, channel: str, statement: str) -> str:
    """Who said what of a worker, as a removal rests on it."""
    who = SAID_BY.get((source, channel), source)
    return f"{who}: {IN_A_SENTENCE.get(statement, statement.replace('_', ' '))}"
