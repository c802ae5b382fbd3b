"""The register of breaches: written down at once, told within three times 24 hours, closed when everybody knows."""

from __future__ import annotations

import datetime as dt

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput

from verify_service.accounts.listing import officer_names
from verify_service.console.blueprint import acting, blueprint, may
from verify_service.console.fields import Form, Line, OneOf, Row, Words, options
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Breach
from verify_service.labels import breach_words as words
from verify_service.labels import person_words
from verify_service.persons import breaches as register
from verify_service.persons.breaches import BreachRefused, NewBreach
from verify_service.registry.areas import kelurahan_names, kelurahan_within

_ID = "int(max=999999999999)"


class BreachForm(Form):
    """A breach as it is noticed."""

    noticed_day = Line(lazy_gettext("Noticed on (year-month-day)"), most=10)
    noticed_hour = Line(lazy_gettext("at (hour:minute)"), most=5)
    happened_on = Line(lazy_gettext("Happened on (year-month-day)"), most=10)
    data = SelectMultipleField(
        lazy_gettext("Which data"),
        choices=lambda: list(words.DATA.items()),
        validate_choice=False,
        option_widget=CheckboxInput(),
    )
    people = Line(lazy_gettext("How many people, as far as is known"), most=9)
    scope = OneOf(lazy_gettext("Whose"), choices=lambda: list(words.SCOPES.items()), needed=True)
    kelurahan = OneOf(lazy_gettext("Kelurahan"))
    codes = Words(lazy_gettext("Codes of the people, with blanks between"), most=60_000)
    what = Words(lazy_gettext("What happened, when and how"), most=register.WORDS_LENGTH)
    measures = Words(lazy_gettext("What was done about it"), most=register.WORDS_LENGTH)

    def new(self) -> NewBreach | None:
        """What was filled in; None where a day, an hour or a number cannot be read."""
        try:
            day = dt.date.fromisoformat((self.noticed_day.data or "").strip())
            hour = dt.time.fromisoformat((self.noticed_hour.data or "").strip().replace(".", ":") or "00:00")
            happened = dt.date.fromisoformat((self.happened_on.data or "").strip())
            people = int((self.people.data or "").strip() or "0")
        except ValueError:
            return None
        noticed = dt.datetime.combine(day, hour.replace(tzinfo=None), programme().zone)
        return NewBreach(
            noticed,
            happened,
            self.data.data or [],
            self.what.data or "",
            self.measures.data or "",
            people,
            self.scope.data or "",
            self.kelurahan.data or None,
            self.codes.data or "",
        )


class BreachStepForm(Form):
    """A step on a breach, as the page showed it."""

    do = Line(most=20)
    version = Row()
    words = Words(most=register.WORDS_LENGTH)


@blueprint.route("/people/breaches", methods=["GET", "POST"])
def breaches() -> Response:
    """The register, and the form that writes another down."""
    form = BreachForm()
    if request.method == "GET":
        now = dt.datetime.now(programme().zone)
        form.noticed_day.data, form.noticed_hour.data = f"{now:%Y-%m-%d}", f"{now:%H:%M}"
        form.happened_on.data = form.noticed_day.data
    with acting() as who:
        places = kelurahan_within(who.session, None)
        form.kelurahan.choices = options([("", "–"), *((one.kelurahan_code, one.kelurahan) for one in places)])
        refused: BreachRefused | None = None
        if request.method == "POST":
            new = form.new()
            made = register.open_breach(who, new) if new is not None else BreachRefused.WHEN
            if isinstance(made, Breach):
                flash(gettext("It is written down. The page says what is to be done, and by when."), "done")
                return make_response(redirect(url_for("console.one_breach", number=made.id), 303))
            refused = made
        page = render_template(
            "console/breaches.html",
            rows=register.breaches(who.session),
            counts=register.counts(who.session, now=who.now),
            form=form,
            refused=words.REFUSED[refused] if refused else "",
            words=words,
            now=who.now,
            number_of=register.number_of,
            makes=may("console.breaches", reading=False),
        )
    return make_response(page, 422 if refused else 200)


@blueprint.route(f"/people/breaches/<{_ID}:number>", methods=["GET", "POST"])
def one_breach(number: int) -> Response:
    """One breach: what is known, what is still to be done, and who did what."""
    form = BreachStepForm()
    with acting() as who:
        if register.find_breach(who.session, number) is None:
            abort(404)
        if request.method == "GET":
            return make_response(_page(who, number))
        refused = _take(who, number, form)
        if refused is not None:
            status = 409 if refused in (BreachRefused.CHANGED, BreachRefused.STEP) else 422
            return make_response(_page(who, number, form, refused), status)
    queue.nudge(queue.BREACHES)
    flash(gettext("Done."), "done")
    return make_response(redirect(url_for("console.one_breach", number=number), 303))


def _take(who: Acting, number: int, form: BreachStepForm) -> BreachRefused | None:
    asked, version, said = form.do.data or "", int(form.version.data), form.words.data or ""
    if asked == "measures":
        return register.say_measures(who, number, version, said)
    if asked == "authority":
        return register.authority_told(who, number, version, said)
    if asked == "people":
        return register.tell_people(who, number, version)
    if asked == "others":
        return register.others_told(who, number, version)
    if asked == "close":
        return register.close(who, number, version)
    return abort(400)


def _page(who: Acting, number: int, form: BreachStepForm | None = None, refused: BreachRefused | None = None) -> str:
    held = register.find_breach(who.session, number)
    assert held is not None
    by = (held.made_by, held.authority_by, held.telling_by, held.others_by, held.closed_by)
    reads = who.viewer.reads_words
    return render_template(
        "console/breach.html",
        breach=held,
        reference=register.number_of(held),
        place=kelurahan_names(who.session, [held.kelurahan_code]).get(held.kelurahan_code or "", ""),
        what=unseal_or_blank(held.what, "breach.what") if reads else "",
        measures=unseal_or_blank(held.measures, "breach.measures") if reads else "",
        letter=unseal_or_blank(held.authority_reference, "breach.authority_reference") if reads else "",
        names=officer_names(who.session, by),
        lacks=register.lacks(held),
        form=form or BreachStepForm(formdata=None),
        refused=words.REFUSED[refused] if refused else "",
        late=held.due_at < who.now and (held.authority_at is None or held.told_at is None),
        words=words,
        people_words=person_words,
        does=may("console.one_breach", reading=False),
    )
