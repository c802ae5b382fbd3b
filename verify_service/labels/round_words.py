"""Verification rounds in words: states, dispositions, why a share is refused, by what the list is cut."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.labels.reasons import JOBS

STATES: Final = {
    "draft": lazy_gettext("Draft"),
    "drawn": lazy_gettext("Drawn"),
    "sending": lazy_gettext("Sending"),
    "open": lazy_gettext("Open for answers"),
    "closing": lazy_gettext("Closing"),
    "closed": lazy_gettext("Closed"),
    "cancelled": lazy_gettext("Cancelled"),
}
DISPOSITIONS: Final = {
    "complete": lazy_gettext("Answered"),
    "partial": lazy_gettext("Answered in part, the main question too"),
    "partial_open": lazy_gettext("Began, the main question open"),
    "refused": lazy_gettext("Did not want to answer"),
    "opted_out": lazy_gettext("Wants no texts (STOP)"),
    "late": lazy_gettext("Answered after the close"),
    "no_answer_lives_there": lazy_gettext("No answer, lives there"),
    "no_answer": lazy_gettext("No answer"),
    "no_phone": lazy_gettext("No phone, reached no other way"),
    "not_contacted": lazy_gettext("Not contacted"),
    "not_me": lazy_gettext("Somebody else has the phone"),
    "unreachable": lazy_gettext("Cannot be reached"),
    "moved_unknown": lazy_gettext("Has moved, nobody knows where to"),
    "moved_known": lazy_gettext("Has moved, not asked there"),
    "deceased_after": lazy_gettext("Reported dead"),
    "deceased_before": lazy_gettext("Had died before"),
    "not_eligible": lazy_gettext("No longer on the list"),
    "second_listing": lazy_gettext("Listed twice"),
    "pending": lazy_gettext("Not settled yet"),
}
REFUSED: Final = {
    "few_answers": lazy_gettext("fewer than 30 answers"),
    "few_effective": lazy_gettext("worth fewer than 30 answers"),
    "wide": lazy_gettext("not known to 30 points"),
    "wide_for_its_size": lazy_gettext("not known well enough for its size"),
    "few_degrees": lazy_gettext("few answers behind each part: look first"),
}
DOMAINS: Final = {
    "kecamatan": lazy_gettext("By kecamatan"),
    "sex": lazy_gettext("By sex"),
    "occupation": lazy_gettext("By occupation"),
    "age": lazy_gettext("By age"),
}
VALUES: Final = {
    "L": lazy_gettext("men"),
    "P": lazy_gettext("women"),
    "-": lazy_gettext("not known"),
    "all": lazy_gettext("the whole list"),
    "no phone": lazy_gettext("no phone"),
}
CHANNELS: Final = {
    "sms": lazy_gettext("By text"),
    "ussd": lazy_gettext("By call"),
    "visit": lazy_gettext("At a visit"),
}
CLOSED_HOW: Final = {
    "plan over": lazy_gettext("the plan was over"),
    "quota": lazy_gettext("enough had answered"),
    "by hand": lazy_gettext("closed by an officer"),
    "cancelled": lazy_gettext("cancelled"),
}


def part_name(name: str) -> str:
    """A part of the list as people call it: "Bekasi Barat, women" for Bekasi Barat/P."""
    pieces = [name] if name in VALUES else name.split("/")
    return ", ".join(str(JOBS.get(piece) or VALUES.get(piece, piece)) for piece in pieces)
