"""What an administrator fills in about the registry: a file with what it is, and what is decided of two people."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from verify_service.console.fields import Form, Line, OneOf, Row, Words
from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day
from verify_service.labels.registry_words import KINDS, first_of
from verify_service.languages import month
from verify_service.registry.uploads import OF_A_MONTH, Sent

_MOST_MONTHS = 120  # that a list can be paid for
LONGEST_NOTE = 500


def _months(ahead: int) -> list[tuple[str, str]]:
    """From the newest down to the first that the city paid, or three years back where that is less long ago."""
    today = city_day(dt.datetime.now(dt.UTC))
    first = min(programme().premium.effective_from.replace(day=1), dt.date(today.year - 3, 1, 1))
    newest = today.year * 12 + today.month - 1 + ahead
    counted = range(newest, first.year * 12 + first.month - 2, -1)
    days = (dt.date(each // 12, each % 12 + 1, 1) for each in counted)
    return [(f"{day:%Y-%m}", month(day)) for day in days]


def _start() -> str:
    return f"{programme().premium.effective_from:%Y-%m}"


class UploadForm(Form):
    """A file with what its sender says of it; which fields are asked depends on the kind."""

    kind = OneOf(choices=lambda: list(KINDS.items()), needed=True)
    period = OneOf(lazy_gettext("The month that it is about"), choices=lambda: _months(0))
    paid_from = OneOf(lazy_gettext("First month that the city pays"), choices=lambda: _months(12), default=_start)
    months = Line(lazy_gettext("For how many months, where the file does not say"), most=3)
    decree = Line(lazy_gettext("Decree that it rests on"), most=120)
    whole = BooleanField(lazy_gettext("It is the whole list: officers look for whom it leaves out"))

    def fault(self) -> str:
        """What is wrong with what was chosen; "" where nothing is."""
        if self.kind.data not in KINDS:
            return str(gettext("Choose what kind of file it is."))
        if self.kind.data in OF_A_MONTH and first_of(self.period.data or "") is None:
            return str(gettext("Choose the month that the file is about."))
        if self.kind.data == "roster" and first_of(self.paid_from.data or "") is None:
            return str(gettext("Choose the first month that the city pays."))
        if self.kind.data == "roster" and (self.months.data or "").strip() and self._months_given() is None:
            return str(gettext("Months: write a number from 1 to %(most)s, or leave it empty.", most=_MOST_MONTHS))
        return ""

    def _months_given(self) -> int | None:
        written = (self.months.data or "").strip()
        number = int(written) if written.isascii() and written.isdecimal() else 0
        return number if 1 <= number <= _MOST_MONTHS else None

    def sent(self, filename: str) -> Sent:
        """What is said of the file."""
        return Sent(
            self.kind.data,
            filename,
            first_of(self.period.data or ""),
            first_of(self.paid_from.data or ""),
            self._months_given(),
            (self.decree.data or "").strip(),
            bool(self.whole.data),
        )


class PairForm(Form):
    """What is said of two people who may be one."""

    pair = Row()
    answer = Line(most=20)
    note = Words(lazy_gettext("Why: what was asked, and of whom"), most=LONGEST_NOTE)
