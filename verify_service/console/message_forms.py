"""What is filled in on the pages of messages and asks; what makes no sense is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from wtforms import BooleanField, DateField
from wtforms.validators import Optional

from verify_service.console.blueprint import row_of
from verify_service.console.fields import Form, Line, OneOf, OneOfFew, Words, options
from verify_service.conversations.asked_group import EVER, SINCE_NEWEST, Whom
from verify_service.conversations.group_asks import BY_TEXT
from verify_service.labels import message_words as words
from verify_service.labels.codes import VERDICTS
from verify_service.messaging.by_hand import Picked, Said
from verify_service.messaging.message_list import Group, Sought
from verify_service.messaging.outbox import Purpose
from verify_service.registry.areas import districts, read_unit
from verify_service.registry.occupations import OCCUPATIONS
from verify_service.rounds.status import closed_rounds

_ALL = lazy_gettext("All")
_MOST_AT_ONCE = 100  # phones of one person, or texts ticked on a page


def _ids(sent: str | None) -> tuple[int, ...]:
    found = (row_of(each) for each in (sent or "").split(".")[:_MOST_AT_ONCE])
    return tuple(number for number in found if number)


def _all_or(named: Mapping[Any, Any], all_of_them: Any = _ALL) -> list[tuple[str, Any]]:
    return [("", all_of_them), *((str(code), said) for code, said in named.items())]


class MessageFilter(Form):
    """Which texts are shown. `phones` are rows of phones: a person is looked for by a form, and is in no address."""

    group = OneOf(lazy_gettext("How it stands"), choices=lambda: _all_or(words.GROUPS))
    purpose = OneOf(lazy_gettext("What for"), choices=lambda: _all_or(words.PURPOSES))
    day = DateField(lazy_gettext("Written on"), validators=[Optional()])

    def sought(self) -> Sought:
        """What was chosen."""
        self.validate()
        day = None if self.day.errors else self.day.data
        if day is not None and not 2000 <= day.year <= 2100:
            day = None
        phones = request.values.get("phones")
        return Sought(
            group=Group(self.group.data) if self.group.data in set(Group) else None,
            purpose=Purpose(self.purpose.data) if self.purpose.data in set(Purpose) else None,
            day=day,
            phones=_ids(phones) if phones else None,
            ask=row_of(request.values.get("ask")) or None,
        )


def address_of(sought: Sought) -> dict[str, Any]:
    """The same as an address has it."""
    told = {
        "group": sought.group.value if sought.group else None,
        "purpose": sought.purpose.value if sought.purpose else None,
        "day": sought.day.isoformat() if sought.day else None,
        "phones": ".".join(map(str, sought.phones)) if sought.phones is not None else None,
        "ask": sought.ask,
    }
    return {name: value for name, value in told.items() if value is not None}


class ActForm(Form):
    """What is done with texts, with which, and why."""

    why = OneOf(
        lazy_gettext("Why"),
        choices=lambda: _all_or(words.WHYS, lazy_gettext("Choose a reason")),
        needed=True,
    )
    perhaps = BooleanField(lazy_gettext("They go although they may have arrived: somebody may read the same twice."))
    seen = Line(most=9)

    def said(self) -> Said:
        return Said(self.why.data or "", row_of(self.seen.data) if self.seen.data else None, bool(self.perhaps.data))


def picked() -> Picked:
    """The texts that a form names: those ticked, or all that match what the page showed."""
    if request.form.get("all"):
        return Picked(sought=MessageFilter(request.form).sought(), upto=row_of(request.form.get("upto")))
    ticked = (row_of(each) for each in request.form.getlist("message")[:_MOST_AT_ONCE])
    return Picked(ids=tuple(sorted({number for number in ticked if number})))


class AskForm(Form):
    """Whom to ask, and what."""

    kelurahan = OneOf(lazy_gettext("Kelurahan"))
    rw = Line(lazy_gettext("RW"), most=5)
    rt = Line(lazy_gettext("RT"), most=5)
    occupation = OneOf(lazy_gettext("Occupation"), choices=lambda: _all_or(OCCUPATIONS))
    verdict = OneOf(lazy_gettext("Verdict of the newest month"), choices=lambda: _all_or(VERDICTS))
    heard = OneOf(
        lazy_gettext("Heard from them"),
        choices=[
            (SINCE_NEWEST, lazy_gettext("nothing since the newest insurer file")),
            ("3", lazy_gettext("nothing for 3 months")),
            ("6", lazy_gettext("nothing for 6 months")),
            ("12", lazy_gettext("nothing for 12 months")),
            (EVER, lazy_gettext("whatever they said")),
        ],
    )
    round = OneOf(lazy_gettext("Drawn for a round, and silent"))
    question = OneOfFew(
        lazy_gettext("Question"),
        choices=lambda: list(words.QUESTIONS.items()),
    )
    most = Line(lazy_gettext("At most so many"), most=6)
    why = Words(lazy_gettext("Why it goes over the budget"), most=500)

    def fill(self, session: Session) -> None:
        """The lists that stand in the database."""
        places = [
            (code, f"{name} ({district.name})") for district in districts(session) for code, name in district.kelurahan
        ]
        by_name = dict(sorted(places, key=lambda place: place[1]))
        self.kelurahan.choices = options(_all_or(by_name, lazy_gettext("The whole city")))
        self.round.choices = options(_all_or(dict(closed_rounds(session)), lazy_gettext("No round")))
        if not self.heard.data:
            self.heard.data = SINCE_NEWEST
        if self.question.data not in words.QUESTIONS:
            self.question.data = BY_TEXT

    def fault(self) -> str:
        """What is said first of a wrong field; "" where nothing is."""
        for field in (self.rw, self.rt):
            if (field.data or "").strip() and not isinstance(read_unit(field.data, field.name), str):
                return str(lazy_gettext("RT and RW: write a number from 1 to 999, or leave it empty."))
        if (self.most.data or "").strip() and not row_of((self.most.data or "").strip()):
            return str(lazy_gettext("At most so many: write a number, or leave it empty."))
        return ""

    def whom(self) -> Whom:
        """The group that was chosen."""

        def one_of(field: OneOf) -> str:
            return str(field.data) if field.data in {choice.value for choice in field.choices} else ""

        def unit(field: Line) -> str:
            read = read_unit(field.data or "", field.name)
            return read if isinstance(read, str) else ""

        heard = self.heard.data if self.heard.data in ("3", "6", "12", EVER) else SINCE_NEWEST
        return Whom(
            one_of(self.kelurahan),
            unit(self.rw),
            unit(self.rt),
            self.occupation.data if self.occupation.data in OCCUPATIONS else "",
            self.verdict.data if self.verdict.data in VERDICTS else "",
            heard,
            row_of(one_of(self.round)) or None,
        )

    def at_most(self) -> int | None:
        return row_of((self.most.data or "").strip()) or None


def address_of_group(whom: Whom, question: str, most: int | None) -> dict[str, Any]:
    """The group as an address has it."""
    told = whom.as_json()
    told |= {"round": told.pop("round_id", None), "question": question, "most": most}
    return {name: value for name, value in told.items() if value is not None}
