"""The file that a person gets of their own data, in words: parts, sources, columns, and what stands in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import render_template
from flask_babel import gettext, lazy_gettext

from verify_service.ground.phones import Phone
from verify_service.labels.categories import category_name
from verify_service.labels.codes import verdict_name
from verify_service.labels.facts import fact_name
from verify_service.labels.grievances import CHANNELS
from verify_service.labels.owner_words import LISTS, answer_name
from verify_service.labels.person_words import (
    ASKERS,
    BASES,
    BY_ROLE,
    CLEAR,
    FIELDS,
    HOLDS,
    IDENTITIES,
    INSURED,
    LINKED_HOW,
    LOOK_REASONS,
    PURPOSES,
    REQUEST_REASONS,
    REQUEST_STATES,
    REQUESTS,
    SEXES,
    action_name,
)
from verify_service.labels.reasons import JOBS, MEMBERS, PROPOSERS, reason_name
from verify_service.labels.registry_words import KINDS as FILE_KINDS
from verify_service.labels.registry_words import PAIR_ANSWERS, WHY_ALIKE, problem_name
from verify_service.labels.round_words import DISPOSITIONS
from verify_service.labels.sent_texts import DELIVERIES, OUTBOX
from verify_service.labels.standings import AT_THE_DESK, PROPOSALS, REMOVALS
from verify_service.labels.statements import BRIEFLY, SOURCES
from verify_service.languages import day, moment, month
from verify_service.persons.export import Everything

SECTIONS: Final = {
    "identity": lazy_gettext("Who you are on our list"),
    "lines": lazy_gettext("Your lines of the list"),
    "payments": lazy_gettext("What the city paid for you"),
    "insured": lazy_gettext("What BPJS Ketenagakerjaan told us"),
    "verdicts": lazy_gettext("What we concluded of each month"),
    "statements": lazy_gettext("What was said of your cover"),
    "rounds": lazy_gettext("Verification rounds"),
    "tasks": lazy_gettext("What officers had to do about you"),
    "gaps": lazy_gettext("Unpaid months that we noticed"),
    "holds": lazy_gettext("Why your data could not be erased"),
    "comparisons": lazy_gettext("Whether you are listed twice"),
    "known_names": lazy_gettext("Names that you bear, as was decided"),
    "owner_answers": lazy_gettext("What offices answered about you"),
    "problems": lazy_gettext("What was wrong with rows that name you"),
    "file_rows": lazy_gettext("Rows of files that name you, as they came"),
    "phones": lazy_gettext("Phones that answer for you"),
    "texts_out": lazy_gettext("Texts that we wrote"),
    "texts_in": lazy_gettext("Texts from your phone"),
    "reports": lazy_gettext("Reports about you, told by name"),
    "proposals": lazy_gettext("Proposals with your NIK"),
    "removals": lazy_gettext("Removals from the list"),
    "decisions": lazy_gettext("What officers decided"),
    "corrections": lazy_gettext("What was corrected"),
    "requests": lazy_gettext("What you asked of your data"),
    "looks": lazy_gettext("Your numbers seen in clear"),
    "trail": lazy_gettext("What was done with your data"),
}
DATA_SOURCES: Final = {
    "list": lazy_gettext("the lists of Disnaker and its partners"),
    "treasury": lazy_gettext("the treasury's payment files"),
    "insurer": lazy_gettext("the monthly files of BPJS Ketenagakerjaan"),
    "computed": lazy_gettext("computed by this service from the sources above"),
    "said": lazy_gettext("what you or others told us, by phone or text"),
    "office": lazy_gettext("written by officers or by this service"),
    "files": lazy_gettext("the files of the offices, row by row"),
}
COLUMNS: Final = {
    "code": lazy_gettext("code of the worker"),
    "nik": "NIK",
    "name": lazy_gettext("name"),
    "birth_date": lazy_gettext("birth date"),
    "birth_year": lazy_gettext("year of birth"),
    "sex": lazy_gettext("sex"),
    "kk": lazy_gettext("family card"),
    "kpj": "KPJ",
    "address": lazy_gettext("address"),
    "listed_since": lazy_gettext("known since"),
    "filename": lazy_gettext("file"),
    "file_kind": lazy_gettext("kind of file"),
    "imported_at": lazy_gettext("read in"),
    "decree": lazy_gettext("decree"),
    "row": lazy_gettext("row"),
    "kelurahan": "kelurahan",
    "rw": "RW",
    "rt": "RT",
    "occupation": lazy_gettext("work"),
    "decile": lazy_gettext("decile"),
    "source": lazy_gettext("put forward by"),
    "paid_from": lazy_gettext("paid from"),
    "months": lazy_gettext("months"),
    "removed_from": lazy_gettext("no longer paid from"),
    "period": lazy_gettext("month"),
    "amount": lazy_gettext("rupiah"),
    "paid_on": lazy_gettext("paid on"),
    "reference": lazy_gettext("payment order"),
    "insurer": lazy_gettext("the insurer"),
    "member_since": lazy_gettext("member since"),
    "payment_code": lazy_gettext("payment code"),
    "list": lazy_gettext("the list"),
    "worker": lazy_gettext("you"),
    "rt_head": lazy_gettext("the RT head"),
    "duplicate": lazy_gettext("listed twice?"),
    "verdict": lazy_gettext("conclusion"),
    "rupiah": lazy_gettext("rupiah at risk"),
    "computed_at": lazy_gettext("computed"),
    "at": lazy_gettext("when"),
    "by_source": lazy_gettext("who said it"),
    "statement": lazy_gettext("what was said"),
    "detail": lazy_gettext("about what"),
    "channel": lazy_gettext("by"),
    "assisted": lazy_gettext("with an RT head's help"),
    "round": lazy_gettext("round"),
    "sampled": lazy_gettext("drawn"),
    "asked_at": lazy_gettext("asked"),
    "answered_at": lazy_gettext("answered"),
    "disposition": lazy_gettext("what became of it"),
    "task": lazy_gettext("task"),
    "opened_at": lazy_gettext("opened"),
    "due_on": lazy_gettext("due"),
    "closed_at": lazy_gettext("closed"),
    "closed_how": lazy_gettext("how it ended"),
    "unpaid_from": lazy_gettext("unpaid from"),
    "unpaid_to": lazy_gettext("to"),
    "lapses_on": lazy_gettext("cover ends"),
    "lapsed": lazy_gettext("ended"),
    "told_at": lazy_gettext("you were told"),
    "ended_at": lazy_gettext("until"),
    "hold": lazy_gettext("for"),
    "set_at": lazy_gettext("since"),
    "found_at": lazy_gettext("noticed"),
    "alike_in": lazy_gettext("alike in"),
    "compared": lazy_gettext("the answer"),
    "owner": lazy_gettext("which office"),
    "owner_answer": lazy_gettext("the answer"),
    "heading": lazy_gettext("column"),
    "problem": lazy_gettext("what is wrong"),
    "found": lazy_gettext("what stood there"),
    "cells": lazy_gettext("what the row says"),
    "number": lazy_gettext("phone number"),
    "linked_how": lazy_gettext("known from"),
    "linked_at": lazy_gettext("since"),
    "unlinked_at": lazy_gettext("until"),
    "stopped_at": lazy_gettext("STOP"),
    "purpose": lazy_gettext("what for"),
    "outbox": lazy_gettext("how it went"),
    "delivery": lazy_gettext("what the network says"),
    "words": lazy_gettext("words"),
    "answer": lazy_gettext("the answer"),
    "report": lazy_gettext("number of the report"),
    "category": lazy_gettext("kind"),
    "report_state": lazy_gettext("how it stands"),
    "proposal_state": lazy_gettext("how it stands"),
    "removal_state": lazy_gettext("how it stands"),
    "proposer": lazy_gettext("put forward by"),
    "job": lazy_gettext("work"),
    "member": lazy_gettext("covered already?"),
    "decided_for": lazy_gettext("reason"),
    "decided_at": lazy_gettext("decided"),
    "help_needed": lazy_gettext("help needed"),
    "from_month": lazy_gettext("from the month"),
    "noticed_at": lazy_gettext("you were told"),
    "note": lazy_gettext("note"),
    "step": lazy_gettext("step"),
    "says": lazy_gettext("says"),
    "field": lazy_gettext("field"),
    "was": lazy_gettext("what was"),
    "value": lazy_gettext("what is"),
    "basis": lazy_gettext("rests on"),
    "kind": lazy_gettext("request"),
    "requested_at": lazy_gettext("requested"),
    "asker": lazy_gettext("who asked"),
    "identity": lazy_gettext("how the identity was checked"),
    "due_at": lazy_gettext("due"),
    "request_state": lazy_gettext("how it stands"),
    "request_reason": lazy_gettext("reason"),
    "what": lazy_gettext("which number"),
    "look_reason": lazy_gettext("reason"),
    "action": lazy_gettext("what was done"),
    "by_role": lazy_gettext("by whom"),
}
TASKS: Final = {
    "death_reported": lazy_gettext("Check a reported death"),
    "own_family": lazy_gettext("Confirm somebody of the RT head's family"),
    "rt_vacant": lazy_gettext("Confirm where the RT has no head"),
    "visit": lazy_gettext("Visit, since no text can be written"),
    "round_visit": lazy_gettext("Visit for a round"),
    "back_check": lazy_gettext("Ask once more, apart from the RT head"),
    "cover_gap": lazy_gettext("Tell that cover ends"),
    "missing_from_list": lazy_gettext("Ask why the new list leaves them out"),
    "check_answers": lazy_gettext("Check whose answers they were"),
}
ENDED: Final = {
    "confirmed": lazy_gettext("confirmed"),
    "not so": lazy_gettext("not so"),
    "done": lazy_gettext("done"),
    "withdrawn": lazy_gettext("withdrawn"),
}


def _from(words: Mapping[Any, Any]) -> Callable[[Any], str]:
    return lambda value: str(words.get(value, value))


_IN_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "sex": _from(SEXES),
    "birth_date": lambda value: day(dt.date.fromisoformat(value)),
    "period": month,
    "paid_from": month,
    "removed_from": month,
    "from_month": month,
    "unpaid_from": month,
    "unpaid_to": month,
    "insurer": lambda value: str(INSURED[value]) if value in INSURED else fact_name("insurer", value),
    "list": lambda value: fact_name("list", value),
    "worker": lambda value: fact_name("worker", value),
    "rt_head": lambda value: fact_name("rt_head", value),
    "duplicate": lambda value: fact_name("duplicate", value),
    "verdict": verdict_name,
    "by_source": _from(SOURCES),
    "statement": _from(BRIEFLY),
    "channel": _from(CHANNELS),
    "disposition": _from(DISPOSITIONS),
    "task": _from(TASKS),
    "closed_how": _from(ENDED),
    "hold": _from(HOLDS),
    "file_kind": _from(FILE_KINDS),
    "alike_in": lambda value: ", ".join(str(WHY_ALIKE.get(one, one)) for one in value),
    "compared": _from(PAIR_ANSWERS),
    "owner": lambda value: str(LISTS.get(value, value)),
    "owner_answer": answer_name,
    "problem": problem_name,
    "number": lambda value: Phone(value).local if value.startswith("+") else value,
    "linked_how": _from(LINKED_HOW),
    "purpose": _from(PURPOSES),
    "outbox": _from(OUTBOX),
    "delivery": _from(DELIVERIES),
    "category": category_name,
    "report_state": _from(AT_THE_DESK),
    "proposal_state": _from(PROPOSALS),
    "removal_state": _from(REMOVALS),
    "proposer": _from(PROPOSERS),
    "job": _from(JOBS),
    "member": _from(MEMBERS),
    "decided_for": lambda value: reason_name(value),
    "field": _from(FIELDS),
    "basis": _from(BASES),
    "kind": _from(REQUESTS),
    "asker": _from(ASKERS),
    "identity": _from(IDENTITIES),
    "request_state": _from(REQUEST_STATES),
    "request_reason": _from(REQUEST_REASONS),
    "what": _from(CLEAR),
    "look_reason": _from(LOOK_REASONS),
    "action": action_name,
    "by_role": _from(BY_ROLE),
}


def in_words(column: str, value: Any) -> str:
    """A value of the file as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if column in _IN_WORDS:
        return str(_IN_WORDS[column](value))
    if isinstance(value, dt.datetime):
        return moment(value)
    return day(value) if isinstance(value, dt.date) else str(value)


def page_of(made: Everything) -> str:
    """The file to be read, in the language of whoever makes it."""
    return render_template(
        "person_file.html",
        made=made,
        sections=SECTIONS,
        sources=DATA_SOURCES,
        columns=COLUMNS,
        in_words=in_words,
    )
