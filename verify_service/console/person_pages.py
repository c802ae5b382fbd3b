"""A person: found by what somebody can say, shown masked, a number in clear for a reason, a request written down."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console.blueprint import acting, blueprint, may, viewer
from verify_service.console.fields import options
from verify_service.console.person_forms import AskForm, ClearForm, FindForm
from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import from_opaque, opaque
from verify_service.ground.tables import PersonRequest
from verify_service.labels import person_words as words
from verify_service.labels.categories import category_name
from verify_service.labels.codes import verdict_name
from verify_service.labels.grievances import CHANNELS
from verify_service.labels.round_words import DISPOSITIONS
from verify_service.labels.sent_texts import DELIVERIES, OUTBOX
from verify_service.labels.standings import PROPOSALS, REMOVALS, state_name
from verify_service.labels.statements import statement_text
from verify_service.persons import rights
from verify_service.persons.clear import NotShown, Shown, left_today, show_in_clear
from verify_service.persons.erasing import list_anew, paid_until
from verify_service.persons.finding import Wanted, find
from verify_service.persons.group import Group, seen_person
from verify_service.persons.portrait import portrait
from verify_service.persons.rights import RightRefused
from verify_service.registry.areas import kelurahan_within

PURPOSE = "person"  # of the opaque part of an address


def address(worker: int) -> str:
    """The page of a person; its address tells nothing of them."""
    return url_for("console.person", token=opaque(worker, PURPOSE))


@blueprint.route("/people", methods=["GET", "POST"])
def people() -> Response:
    """Look for somebody; what is looked for stands in no address, no log and no trail."""
    form = FindForm()
    hits = None
    with acting() as who:
        places = kelurahan_within(who.session, viewer().area)
        form.kelurahan.choices = options(
            [("", gettext("the whole city") if not viewer().area else gettext("all of them"))]
            + [(place.kelurahan_code, place.kelurahan) for place in places]
        )
        if request.method == "POST":
            known = {place.kelurahan_code for place in places}
            chosen = form.kelurahan.data if form.kelurahan.data in known else None
            only = next(iter(known)) if len(known) == 1 else None
            hits = find(who, Wanted(form.typed.data or "", chosen or only))
    page = render_template("console/people.html", form=form, hits=hits, words=words, address=address)
    return make_response(page)


@blueprint.route("/people/<token>", methods=["GET", "POST"])
def person(token: str) -> Response:
    """One person: what is kept, masked; and what the person asks of it."""
    if request.method == "POST":
        return _do(token)
    with acting() as who:
        return make_response(_page(who, _known(who, token)))


def _known(who: Acting, token: str, *, lock: bool = False) -> Group:
    number = from_opaque(token, PURPOSE)
    group = seen_person(who, number, lock=lock) if number is not None else None
    return group if group is not None else abort(404)


def _page(
    who: Acting,
    group: Group,
    *,
    form: AskForm | None = None,
    clear: ClearForm | None = None,
    shown: Shown | None = None,
    refused: str = "",
) -> str:
    drawn: dict[str, Any] = {
        "shown": portrait(who, group),
        "requests": rights.requests_of(who.session, group),
        "hold": rights.standing_hold(who.session, group),
        "paid_until": paid_until(who, group),
        "left": left_today(who),
    }
    return render_template(
        "console/person.html",
        group=group,
        token=opaque(group.chief.id, PURPOSE),
        form=form or AskForm(formdata=None),
        clear=clear or ClearForm(formdata=None),
        in_clear=shown,
        refused=refused,
        words=words,
        verdict_name=verdict_name,
        statement_text=statement_text,
        category_name=category_name,
        state_name=state_name,
        proposals=PROPOSALS,
        removals=REMOVALS,
        dispositions=DISPOSITIONS,
        outbox=OUTBOX,
        deliveries=DELIVERIES,
        channels=CHANNELS,
        asks=may("console.person", reading=False),
        sees_requests=may("console.one_request"),
        decides=may("console.one_request", reading=False),
        **drawn,
    )


def _do(token: str) -> Response:
    asked = request.form.get("do", "")
    form = AskForm()
    with acting() as who:
        group = _known(who, token)
        refused: RightRefused | None = None
        if asked == "ask":
            made = rights.ask(who, group, form.asked())
            refused = made if isinstance(made, RightRefused) else None
            if isinstance(made, PersonRequest) and may("console.one_request"):
                flash(gettext("The request is written down."), "done")
                return make_response(redirect(url_for("console.one_request", number=made.id), 303))
        elif asked == "hold":
            refused = rights.set_hold(who, group, request.form.get("reason", ""))
        elif asked == "end_hold":
            refused = rights.end_hold(who, group)
        elif asked == "list_anew":
            refused = list_anew(who, group)
        else:
            abort(400)
        if refused is not None:
            said = str(words.NOT_DONE[refused])
            status = 409 if refused in (RightRefused.CHANGED, RightRefused.TWICE) else 422
            return make_response(_page(who, group, form=form if asked == "ask" else None, refused=said), status)
    flash(gettext("Done."), "done")
    return make_response(redirect(url_for("console.person", token=token), 303))


@blueprint.post("/people/<token>/clear")
def person_clear(token: str) -> Response:
    """A number in clear, in the answer to this one request: no address leads to it, and no browser keeps it."""
    form = ClearForm()
    with acting() as who:
        group = _known(who, token)
        shown = show_in_clear(who, group, form.what.data or "", form.reason.data or "", form.note.data or "")
        if isinstance(shown, NotShown):
            page = _page(who, group, clear=form, refused=str(words.NOT_SHOWN[shown]))
            return make_response(page, 429 if shown is NotShown.LIMIT else 422)
        return make_response(_page(who, group, shown=shown))
