"""What officers fill in: each form's fields, how much fits into them, what can be chosen, what is said of a wrong one.

A page draws a field from here, and what was sent is read by the same field. What only the database can tell (an
address that is taken, a NIK on no list) the rooms say.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, SelectMultipleField, StringField
from wtforms.validators import Optional, ValidationError

from flows.conversation import printable
from verify_service.console.blueprint import row_of
from verify_service.console.fields import Form, Line, OneOf, OneOfFew, Row, Words, options
from verify_service.grievances import unsorted
from verify_service.grievances.actions import Triage
from verify_service.grievances.exports import Chosen, Which
from verify_service.grievances.intake import LONGEST, Asked
from verify_service.grievances.opening import ANONYMOUS
from verify_service.ground.phones import Phone, read_phone
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.labels.codes import IDENTITIES
from verify_service.labels.grievances import URGENCIES
from verify_service.labels.reasons import reason_name
from verify_service.messaging.catalogue import wordings
from verify_service.proposals.review import NOTE_LENGTH, Opinion
from verify_service.registry.nik import Nik, read_nik
from verify_service.removals.review import KEEPS, WAYS
from verify_service.rounds.design import STRATA, Design, checked
from verify_service.rounds.plan import DEFAULT as DEFAULT_PLAN
from verify_service.rounds.round_states import RoundRefused
from verify_service.verification.owner_answers import LONGEST_NOTE


def _plain(typed: str | None) -> str:
    return (typed or "").replace("\0", "").strip()


# --- cases ---


def _categories() -> list[tuple[str, Any]]:
    named = sorted(((key, category_name(key)) for key in programme().categories), key=lambda pair: pair[1])
    return [("", lazy_gettext("choose …")), *named]


class NewCaseForm(Form):
    """What an officer writes down for somebody who calls or comes."""

    once = Line(most=60)
    channel = OneOfFew(
        choices=[("call", lazy_gettext("By a phone call")), ("counter", lazy_gettext("At the counter"))], needed=True
    )
    identity = OneOfFew(
        choices=[
            ("normal", lazy_gettext("By name")),
            ("secret", lazy_gettext("In confidence")),
            ("anonymous", lazy_gettext("Anonymous")),
        ],
        needed=True,
    )
    category = OneOf(lazy_gettext("Category"), choices=_categories, needed=True)
    urgency = OneOf(
        lazy_gettext("Urgency"),
        choices=[("", lazy_gettext("none")), *((code, words) for code, words in URGENCIES.items() if code != "none")],
    )
    phone = Line(lazy_gettext("Phone (optional)"), most=40)
    name = Line(lazy_gettext("Name (optional)"), most=80)
    nik = Line(lazy_gettext("NIK of the worker (optional)"), most=30)
    kelurahan = OneOf(lazy_gettext("Where, if no worker is named"))
    language = OneOf(
        lazy_gettext("Language"),
        choices=lambda: [
            ("", lazy_gettext("not asked")),
            *((language, spoken.name) for language, spoken in wordings().common.items()),
        ],
    )
    contact = OneOf(
        lazy_gettext("Wants to hear"),
        choices=[
            ("", lazy_gettext("not asked")),
            ("call", lazy_gettext("by a call")),
            ("sms", lazy_gettext("by SMS")),
            ("none", lazy_gettext("nothing: no call, no text")),
        ],
    )
    words = Words(lazy_gettext("What happened, in the reporter's words"), most=LONGEST)
    anyway = BooleanField(lazy_gettext("It is another thing: file it all the same"))

    def within(self, places: list[tuple[str, str]]) -> NewCaseForm:
        """The form with the kelurahan that this account may file for."""
        self.kelurahan.choices = options([("", lazy_gettext("unknown")), *places])
        return self

    def validate_words(self, field: Words) -> None:
        if not printable(field.data).strip():
            raise ValidationError(lazy_gettext("Write down what happened."))

    def validate_phone(self, field: Line) -> None:
        if self._is_read(field) and not isinstance(read_phone(field.data), Phone):
            raise ValidationError(
                lazy_gettext("This is no Indonesian mobile number. Write it like 081234567890, or leave it empty.")
            )

    def validate_nik(self, field: Line) -> None:
        if self._is_read(field) and not isinstance(read_nik(field.data), Nik):
            raise ValidationError(lazy_gettext("A NIK has 16 digits. Correct it, or leave it empty."))

    def _is_read(self, field: Line) -> bool:
        """Of an anonymous report nothing is kept that could be wrong."""
        return self.identity.data != ANONYMOUS and bool(field.data.strip())

    def asked(self) -> Asked:
        """What was typed, as the case is opened with it."""
        return Asked(**{name: typed for name, typed in self.data.items() if name != "anyway"})


class StepForm(Form):
    """What comes with a step of a case. The page draws it: what is asked and offered differs from step to step."""

    step = StringField(filters=[_plain])
    version = Row()
    seen = Row()
    once = Line(most=40)
    words = Words(most=LONGEST)
    reason = Line(most=300)
    decision = Line(most=80)
    to = Row()
    into = Line(most=40)
    referred_to = Line(most=80)
    external = Line(most=80)
    phone = Line(most=40)
    category = Line(most=80)
    urgency = Line(most=80)
    about_unit = Line(most=80)
    restricted = BooleanField()

    @property
    def triage(self) -> Triage:
        """Under what it is filed."""
        return Triage(self.category.data, self.urgency.data, self.about_unit.data, self.restricted.data)


# --- texts ---


class TextForm(Form):
    """What is done with one text; which of it is read depends on the button."""

    look = OneOf(
        lazy_gettext("Why the number is needed; replying needs none"),
        choices=[
            ("", lazy_gettext("choose")),
            ("call", lazy_gettext("I have to call this person")),
            ("not_ours", lazy_gettext("I check whether the sender is real")),
        ],
    )
    words = Words(lazy_gettext("Your words; they are sent at once and the text is done"), most=600)
    case = Line(lazy_gettext("Number of the report"), most=20)
    category = OneOf(
        lazy_gettext("About"),
        choices=lambda: [
            ("", lazy_gettext("choose")),
            *((code, category_name(code)) for code in programme().categories),
        ],
    )
    identity = OneOf(lazy_gettext("Told"), choices=[(code, IDENTITIES[code]) for code in unsorted.IDENTITIES])
    urgency = OneOf(
        lazy_gettext("Urgent"),
        choices=[
            ("", lazy_gettext("not urgent")),
            ("accident", lazy_gettext("an accident")),
            ("death", lazy_gettext("a death")),
        ],
    )
    dismissed = OneOf(
        lazy_gettext("Reason"),
        choices=[
            ("", lazy_gettext("choose")),
            ("thanks", lazy_gettext("Thanks, or nothing that asks for anything")),
            ("by_phone", lazy_gettext("Dealt with by a call")),
            ("wrong_number", lazy_gettext("Meant for somebody else")),
            ("spam", lazy_gettext("Advertising or fraud")),
            ("unreadable", lazy_gettext("Cannot be read")),
        ],
    )


# --- decisions ---


def _reasons(label: Any, codes: Callable[[], Sequence[str]]) -> OneOf:
    """A list of reason codes; where there is one alone it is chosen already."""
    blank = [("", lazy_gettext("choose"))]
    return OneOf(
        label,
        choices=lambda: [*(blank if len(codes()) > 1 else ()), *((code, reason_name(code)) for code in codes())],
    )


class OpinionForm(Form):
    """What an officer says of a proposal or a removal; the reason that counts stands beside the button pressed."""

    says = StringField(filters=[_plain])
    version = Row()
    note = Words(most=NOTE_LENGTH)

    def opinion(self, number: int) -> Opinion:
        """What was said of the one with this number."""
        says = self.says.data
        beside = getattr(self, f"reason_{says}", None) or getattr(self, f"how_{says}", None)
        return Opinion(number, self.version.data, beside.data if beside else "", self.note.data)


class ProposalForm(OpinionForm):
    """The same of a proposal."""

    reason_accept = _reasons(lazy_gettext("Why accept"), lambda: programme().decisions.reasons_accept)
    reason_refuse = _reasons(lazy_gettext("Why refuse"), lambda: programme().decisions.reasons_refuse)
    reason_ask = _reasons(lazy_gettext("What to ask"), lambda: programme().decisions.reasons_ask)


class RemovalForm(OpinionForm):
    """The same of a removal."""

    reason_keep = _reasons(lazy_gettext("Why they stay"), lambda: KEEPS)
    reason_uphold = _reasons(lazy_gettext("Why not"), lambda: programme().decisions.reasons_remove)
    how_told = _reasons(lazy_gettext("How they were told"), lambda: WAYS)
    how_objects = _reasons(lazy_gettext("How the objection came"), lambda: WAYS)


class NewRemovalForm(Form):
    """Why somebody is to be taken off the list, from which month, and what it rests on."""

    reason = OneOf(
        lazy_gettext("Reason"),
        choices=lambda: [
            ("", lazy_gettext("choose")),
            *((code, reason_name(code)) for code in programme().decisions.reasons_remove),
        ],
    )
    month = OneOf(lazy_gettext("First month no longer paid"))
    evidence = SelectMultipleField(coerce=row_of, validate_choice=False)
    note = Words(lazy_gettext("Note"), most=NOTE_LENGTH)

    def first_month(self) -> dt.date | None:
        """The month that was chosen; None for what is none."""
        try:
            return dt.date.fromisoformat(f"{self.month.data}-01")
        except ValueError:
            return None


# --- exports ---


class ExportForm(Form):
    """Which reports are taken out, and why who reported them goes with them; what makes no sense is left out."""

    which = OneOf(
        lazy_gettext("Which"),
        choices=[
            (Which.LAPOR.value, lazy_gettext("Handed to LAPOR")),
            (Which.OPEN.value, lazy_gettext("Open")),
            (Which.LATE.value, lazy_gettext("Open and overdue")),
            (Which.CLOSED.value, lazy_gettext("Closed")),
            (Which.ALL.value, lazy_gettext("All of them")),
        ],
    )
    category = OneOf(
        lazy_gettext("Kind"),
        choices=lambda: [
            ("", lazy_gettext("All")),
            *((key, f"{kind.code} · {category_name(key)}") for key, kind in programme().categories.items()),
        ],
    )
    since = DateField(lazy_gettext("Received from"), validators=[Optional()])
    until = DateField(lazy_gettext("to"), validators=[Optional()])
    reason = Words(lazy_gettext("Why LAPOR needs to know who reported"), most=500)

    def chosen(self) -> Chosen:
        """What was chosen, as reports are looked for by it."""
        self.validate()
        which, category, since, until = (
            None if field.errors else field.data for field in (self.which, self.category, self.since, self.until)
        )
        return Chosen(Which(which) if which else Which.LAPOR, category or "", since, until)

    def validate_since(self, field: DateField) -> None:
        """A year that somebody was still typing would be far from any report."""
        if field.data is None or not 2000 <= field.data.year <= 2100:
            raise ValidationError

    validate_until = validate_since


# --- rounds ---

_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{1,3})?")


class RoundForm(Form):
    """A round to open: how surely, of whom, and by which contacts. Percents, as people write them."""

    name = Line(lazy_gettext("Name"), most=60)
    way = OneOfFew(
        lazy_gettext("Who is asked"),
        choices=[("sample", lazy_gettext("People drawn by lot")), ("everyone", lazy_gettext("Everybody"))],
        default="sample",
    )
    margin = Line(lazy_gettext("To how many points the share shall be known"), most=5, default="5")
    confidence = Line(lazy_gettext("How surely, in percent"), most=5, default="95")
    response = Line(lazy_gettext("How many percent will answer"), most=5, default="40")
    strata = SelectMultipleField(
        lazy_gettext("Drawn apart by"),
        choices=lambda: options(
            [
                ("kecamatan", lazy_gettext("kecamatan")),
                ("sex", lazy_gettext("sex")),
                ("occupation", lazy_gettext("occupation")),
                ("source", lazy_gettext("who put them forward")),
                ("no-phone", lazy_gettext("people without a phone")),
            ]
        ),
        validate_choice=False,
    )
    allocation = OneOf(
        lazy_gettext("Answers of each part"),
        choices=[
            ("proportional", lazy_gettext("as many as it has people")),
            ("equal", lazy_gettext("each part known to that margin by itself")),
        ],
        default="proportional",
    )
    seed = Line(lazy_gettext("Seed, best of a public event; none: drawn"), most=100)
    plan = Line(lazy_gettext("Contacts, with the time after the start"), most=120, default=DEFAULT_PLAN)

    def name_of(self) -> str:
        return _plain(self.name.data)

    def seed_of(self) -> str | None:
        return _plain(self.seed.data) or None

    def design(self) -> Design:
        """What is designed; RoundRefused with what to write where a number cannot be read."""
        return checked(
            Design(
                confidence=_share(self.confidence),
                margin=_share(self.margin),
                response_rate=_share(self.response),
                strata=tuple(one for one in STRATA if one in (self.strata.data or [])),
                allocation=self.allocation.data or "proportional",
                everyone=self.way.data == "everyone",
                plan=_plain(self.plan.data),
            )
        )


def _share(field: Line) -> float:
    written = _plain(field.data).removesuffix("%").strip()
    if _NUMBER.fullmatch(written) is None:
        raise RoundRefused(gettext("%(field)s: write a number, for example 5 or 2,5", field=field.label.text))
    return float(written.replace(",", ".")) / 100


# --- work lists ---


class AnswerForm(Form):
    """What an owner answers of one line, as the line stood on the page."""

    number = Line(most=40)
    answer = Line(most=40)
    note = Words(lazy_gettext("Note"), most=LONGEST_NOTE)
