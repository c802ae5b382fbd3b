"""What officers fill in about a person: whom to look for, why a number is needed, what is asked, what is put right."""

from __future__ import annotations

import datetime as dt

from flask_babel import lazy_gettext

from verify_service.console.fields import Form, Line, OneOf, Row, Words
from verify_service.ground.programme import programme
from verify_service.labels import person_words as words
from verify_service.persons.clear import NOTE_LENGTH as LOOK_NOTE
from verify_service.persons.correcting import Correction
from verify_service.persons.rights import NOTE_LENGTH, Asked, Step


class FindForm(Form):
    """Whom to look for; what is typed goes in the body of the request, never in an address."""

    typed = Line(lazy_gettext("Name, NIK, KPJ, phone or code"), most=80)
    kelurahan = OneOf(lazy_gettext("Kelurahan"))


class ClearForm(Form):
    """Which number, and why."""

    what = OneOf(lazy_gettext("What do you need to see?"), choices=lambda: list(words.CLEAR.items()), needed=True)
    reason = OneOf(lazy_gettext("What for"), choices=lambda: list(words.LOOK_REASONS.items()), needed=True)
    note = Line(lazy_gettext("In your own words"), most=LOOK_NOTE)


class AskForm(Form):
    """A request as somebody makes it at the counter or by phone."""

    kind = OneOf(lazy_gettext("What is asked"), choices=lambda: list(words.REQUESTS.items()), needed=True)
    asker = OneOf(lazy_gettext("Who asks"), choices=lambda: list(words.ASKERS.items()), needed=True)
    identity = OneOf(lazy_gettext("How you made sure"), choices=lambda: list(words.IDENTITIES.items()), needed=True)
    day = Line(lazy_gettext("Asked on another day before today (year-month-day)"), most=10)
    hour = Line(lazy_gettext("at (hour:minute)"), most=5)
    words = Words(lazy_gettext("What they said"), most=NOTE_LENGTH)

    def asked(self) -> Asked:
        """The request; the clock runs from when it was made, where that was before now."""
        return Asked(
            self.kind.data or "", self.asker.data or "", self.identity.data or "", self.words.data or "", self.at()
        )

    def at(self) -> dt.datetime | None:
        """When it was asked, where another moment was written down."""
        if not (self.day.data or "").strip():
            return None
        try:
            day = dt.date.fromisoformat((self.day.data or "").strip())
            hour = dt.time.fromisoformat((self.hour.data or "").strip().replace(".", ":") or "00:00")
        except ValueError:
            return None
        return dt.datetime.combine(day, hour.replace(tzinfo=None), programme().zone)


class StepForm(Form):
    """A decision on a request, as the page showed it."""

    do = Line(most=20)
    version = Row()
    reason = Line(most=40)
    field = Line(most=20)
    value = Line(lazy_gettext("What is right"), most=400)
    note = Words(lazy_gettext("Why, and what you looked at"), most=NOTE_LENGTH)

    def step(self, request: int) -> Step:
        return Step(request, int(self.version.data), self.reason.data or "", self.note.data or "")

    def correction(self) -> Correction:
        return Correction(self.field.data or "", self.value.data or "", self.reason.data or "")
