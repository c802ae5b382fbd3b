"""Work lists in words: whose they are, what can be answered, and why an answer was not taken."""

from __future__ import annotations

from typing import Final

from flask_babel import force_locale, lazy_gettext

from verify_service.accounts.officers import LANGUAGES
from verify_service.labels.statements import FINDINGS
from verify_service.verification.owner_answers import LONGEST_NOTE, Refusal
from verify_service.verification.owner_lists import ANSWERS, WorkList

LISTS: Final = {
    WorkList.PROGRAMME: lazy_gettext("Programme office (Disnaker)"),
    WorkList.DINSOS: lazy_gettext("Dinsos: people it put forward"),
    WorkList.INSURER: lazy_gettext("Branch of BPJS Ketenagakerjaan"),
    WorkList.KELURAHAN: lazy_gettext("Kelurahan"),
    WorkList.OFFICER: lazy_gettext("Grievance officer"),
}
WORDS: Final = {
    **FINDINGS,
    "paid": lazy_gettext("Paid"),
    "not_paid": lazy_gettext("Not paid"),
    "data_corrected": lazy_gettext("Data corrected"),
    "to_be_removed": lazy_gettext("Should be taken off the list"),
    "stays": lazy_gettext("Stays on the list"),
    "active": lazy_gettext("Active, premium recorded"),
    "paid_late": lazy_gettext("Premium came late"),
    "refunded": lazy_gettext("Premium was paid back"),
    "not_registered": lazy_gettext("Not registered"),
    "explained": lazy_gettext("Explained to the worker"),
    "case_opened": lazy_gettext("A case was opened"),
    "not_reached": lazy_gettext("Not reached"),
    "other": lazy_gettext("Other, see the note"),
}
WHY_NOT: Final = {
    Refusal.UNKNOWN: lazy_gettext("the number of a line of this list, as the sheet came"),
    Refusal.OWNER: lazy_gettext("a line of this list: this one is somebody else's to answer"),
    Refusal.ANSWER: lazy_gettext("one of the answers of this list"),
    Refusal.NOTE: lazy_gettext("a note that says what was found"),
    Refusal.LONG: lazy_gettext("a note of %(most)s letters at most", most=LONGEST_NOTE),
    Refusal.CHANGED: lazy_gettext("the line as it stands today: it has changed since, take the newest sheet"),
    Refusal.ANSWERED: lazy_gettext("no other answer: this line was answered before"),
    Refusal.OTHER_MONTH: lazy_gettext("the month of this line: rows may have been mixed up"),
    Refusal.OTHER_PERSON: lazy_gettext("the code of this line: rows may have been mixed up"),
    Refusal.TWICE: lazy_gettext("each line once"),
}
COLUMNS: Final = {
    "line": lazy_gettext("Line number"),
    "month": lazy_gettext("Month"),
    "code": lazy_gettext("Code"),
    "answer": lazy_gettext("The answer"),
    "note": lazy_gettext("Note"),
}


def answer_name(answer: str) -> str:
    """What an owner answered, in words."""
    return str(WORDS.get(answer, answer.replace("_", " ")))


def spellings(whose: WorkList) -> dict[str, str]:
    """The answers of a list as a sheet may have them, in small letters: codes, and words of either language."""
    found = {code: code for code in ANSWERS[whose]}
    for language in LANGUAGES:
        with force_locale(language):
            found |= {str(WORDS[code]).casefold(): code for code in ANSWERS[whose]}
    return found
