"""What files, their reports and their versions are called on pages."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask_babel import gettext, lazy_gettext

from verify_service.registry.report import SENTENCES
from verify_service.registry.uploads import Refusal, UploadState

KINDS: Final = {
    "roster": lazy_gettext("List of workers"),
    "payments": lazy_gettext("Payments of a month"),
    "insurer": lazy_gettext("The insurer's month"),
    "rt_heads": lazy_gettext("Heads of RT and RW"),
}
KIND_HINTS: Final = {
    "roster": lazy_gettext("Whose premium the city pays, as the office wrote it down."),
    "payments": lazy_gettext("What the treasury paid for whom in one month."),
    "insurer": lazy_gettext("What BPJS Ketenagakerjaan sent back for one month."),
    "rt_heads": lazy_gettext("Who heads each RT and RW, with the phone that opens the post."),
}
STATES: Final = {
    UploadState.WAITING: lazy_gettext("being read"),
    UploadState.ASKS: lazy_gettext("asks which column is which"),
    UploadState.CHECKED: lazy_gettext("read, waits for your decision"),
    UploadState.TAKEN: lazy_gettext("accepted, being stored"),
    UploadState.ACCEPTED: lazy_gettext("stored"),
    UploadState.REFUSED: lazy_gettext("refused, deleted"),
    UploadState.FAILED: lazy_gettext("could not be read, deleted"),
}
WHY_NOT: Final = {
    Refusal.MOVED: lazy_gettext(
        "Somebody else decided meanwhile, or it was read anew. Nothing of yours was done: look again."
    ),
    Refusal.REJECTED_ROWS: lazy_gettext("Some rows cannot be used: take only the valid ones, or refuse the file."),
    Refusal.NOTHING_NEW: lazy_gettext("This very file is what counts already: there is nothing to take."),
    Refusal.COLUMN: lazy_gettext("Each column can be chosen once, and only from the list."),
}
FIELDS: Final = {
    "row": lazy_gettext("Row"),
    "nik": "NIK",
    "kk": "KK",
    "kpj": "KPJ",
    "name": lazy_gettext("Name"),
    "birth_date": lazy_gettext("Born"),
    "sex": lazy_gettext("Sex"),
    "rt": "RT",
    "rw": "RW",
    "kelurahan_code": "Kelurahan",
    "phone": lazy_gettext("Phone"),
    "occupation": lazy_gettext("Occupation"),
    "source": lazy_gettext("Source"),
    "decile": lazy_gettext("Decile"),
    "months": lazy_gettext("Months"),
    "amount": lazy_gettext("Amount"),
    "paid_on": lazy_gettext("Paid on"),
    "order_number": lazy_gettext("Payment order"),
    "status": lazy_gettext("Status"),
    "joined": lazy_gettext("Since"),
    "payment_code": lazy_gettext("Payment code"),
    "since": lazy_gettext("Since"),
    "until": lazy_gettext("Until"),
    "address": lazy_gettext("Address"),
}
LEVELS: Final = {
    "file": lazy_gettext("of the file"),
    "rejected": lazy_gettext("row rejected"),
    "flagged": lazy_gettext("row taken, value doubted"),
}
CODED: Final = {  # what a cell of the preview holds in our words
    "sex": {"L": lazy_gettext("man"), "P": lazy_gettext("woman")},
    "status": {
        "active": lazy_gettext("active"),
        "unpaid": lazy_gettext("unpaid"),
        "inactive": lazy_gettext("inactive"),
        "unclear": lazy_gettext("unclear"),
    },
}
WHY_ALIKE: Final = {
    "name": lazy_gettext("name"),
    "birth date": lazy_gettext("birth date"),
    "birth_date": lazy_gettext("birth date"),
    "phone": lazy_gettext("phone"),
    "RT": "RT",
    "rt": "RT",
    "NIK": "NIK",
    "nik": "NIK",
}
RESTS: Final = {  # what keeps a version from being undone
    "answers": lazy_gettext("answers of people it lists"),
    "answers of owners": lazy_gettext("answers of offices"),
    "texts": lazy_gettext("texts sent to people it lists"),
    "calls": lazy_gettext("calls of people it lists"),
    "grievances": lazy_gettext("cases of people it lists"),
    "removals": lazy_gettext("removals"),
    "pairs decided": lazy_gettext("pairs that were decided"),
    "gaps told of": lazy_gettext("gaps that people were told of"),
    "people drawn in a round": lazy_gettext("people drawn in a round"),
    "requests of people about their data": lazy_gettext("requests of people about their data"),
    "numbers seen in clear": lazy_gettext("numbers seen in clear"),
    "people who may not be erased": lazy_gettext("people who may not be erased"),
    "people of a breach": lazy_gettext("people of a breach"),
    "tasks done": lazy_gettext("tasks that were done"),
    "answers about this month": lazy_gettext("answers about this month"),
    "rounds of this month": lazy_gettext("rounds of this month"),
    "removals that rest on this month": lazy_gettext("removals that rest on this month"),
}
POSTS: Final = {  # how the head of an RT can be reached by phone
    "head": lazy_gettext("head active"),
    "rw_stands_in": lazy_gettext("head of the RW stands in"),
    "not_activated": lazy_gettext("not activated yet"),
    "locked": lazy_gettext("locked"),
    "no_phone": lazy_gettext("without a phone"),
    "vacant": lazy_gettext("vacant"),
}
PAIR_ANSWERS: Final = {
    "same": lazy_gettext("one person"),
    "different": lazy_gettext("two people"),
}


def problem_name(code: str) -> str:
    """What is wrong, in a sentence."""
    return str(gettext(SENTENCES[code])) if code in SENTENCES else code


def field_name(field: str) -> Any:
    """What a column of the preview is called."""
    return FIELDS.get(field, field)


def cell_words(field: str, said: str) -> Any:
    """A value of ours in words; anything else as it is."""
    return CODED.get(field, {}).get(said, said)


def megabytes(size: int) -> str:
    """A size as people know it from their desks."""
    return f"{max(1, size // 1000)} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def first_of(month: str) -> dt.date | None:
    """The first day of a month as a form has it, YYYY-MM; None for what is none."""
    try:
        return dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        return None


def no_file() -> str:
    """What is said where nothing was sent."""
    return str(gettext("Choose a file."))


_DONE: Final = {
    "accept": lazy_gettext("Accepted. It is being stored; you may close this page."),
    "accept_valid": lazy_gettext("Accepted without the rejected rows. It is being stored; you may close this page."),
    "refuse": lazy_gettext("Refused. The file was deleted; the list is as it was."),
    "columns": lazy_gettext("The file is read again with these columns, which are remembered for the next one."),
}


def done(asked: str) -> str:
    """What a button did."""
    return str(_DONE[asked])
