"""What is filled in to amend a rule, the words of a screen or a prepared answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext
from wtforms import DateField

from verify_service.amendments.amending import LONGEST, Wanted
from verify_service.console.fields import Form, Line, Row, Words
from verify_service.ground.amended import Kind
from verify_service.ground.working_days import city_day

LONGEST_VALUE = 4000  # letters of a list of days or decrees


def _today() -> dt.date:
    return city_day(dt.datetime.now(dt.UTC))


class AmendmentForm(Form):
    """A new value with why, on what it rests and from which day; of words and answers the value is read apart."""

    value = Words(lazy_gettext("New value"), most=LONGEST_VALUE)
    reason = Words(lazy_gettext("Why"), most=LONGEST)
    source = Line(lazy_gettext("What it rests on: decree, letter, minutes"), most=LONGEST)
    applies_from = DateField(lazy_gettext("In force from"), default=_today)
    seen = Row()

    def wanted(self, kind: Kind, key: str, value: Any) -> Wanted:
        """What is asked for; a day that cannot be read is one before all."""
        day = self.applies_from.data or dt.date.min
        return Wanted(kind, key, value, self.reason.data or "", self.source.data or "", day, self.seen.data or 0)
