"""Texts of ours: the list, one text with its fate, and what is done with them by hand, one or many."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from verify_service.console.blueprint import acting, blueprint, may
from verify_service.console.message_forms import ActForm, MessageFilter, address_of, picked
from verify_service.console.sheets import Table, sheet_file
from verify_service.conversations.group_asks import find_ask
from verify_service.grievances import messages_seen
from verify_service.grievances.acting import Acting
from verify_service.ground import queue
from verify_service.labels import message_words as words
from verify_service.languages import number as written
from verify_service.messaging import by_hand
from verify_service.messaging.by_hand import Deed, Picked, Refused
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import if_amiss
from verify_service.messaging.message_list import Group, MessageRow, Sought
from verify_service.messaging.one_fate import came_in_at

ON_A_PAGE = 50
LONG = 60.0  # seconds for what is done with very many, and for a file
_ID = "int(max=999999999999)"


@blueprint.get("/messages")
def messages() -> Response:
    """The list, the newest first."""
    form = MessageFilter(request.args)
    sought = form.sought()
    behind = request.args.get("behind", "")[:40]
    with acting() as who:
        rows = messages_seen.page_of(who, sought, most=ON_A_PAGE + 1, behind=behind)
        numbers = messages_seen.numbers_of(who, sought)
        stands = if_amiss(who.session, gateway().name, now=who.now)
        upto = by_hand.newest(who.session)
    shown = rows[:ON_A_PAGE]
    page = render_template(
        "console/messages.html",
        rows=shown,
        more=shown[-1].place if len(rows) > ON_A_PAGE else "",
        behind=behind,
        numbers=numbers,
        stands=stands,
        form=form,
        sought=sought,
        upto=upto,
        address=address_of(sought),
        words=words,
        acts=may("console.act_on_messages", reading=False),
        deeds=_deeds(sought),
    )
    return make_response(page)


def _deeds(sought: Sought) -> list[Deed]:
    """What can be done with texts of this group; of all of them whatever there is."""
    return {
        Group.WAITING: [Deed.CANCEL],
        Group.SENT: [Deed.RESEND],
        Group.UNDELIVERED: [Deed.RESEND],
        Group.PERHAPS: [Deed.RESEND],
        Group.FAILED: [Deed.REVIVE],
        Group.CANCELLED: [Deed.REVIVE],
        None: list(Deed),
    }[sought.group]


@blueprint.post("/messages/find")
def find_messages() -> Response:
    """The texts of a person, by phone, NIK or number of an enrolment: none of these stands in the address then."""
    with acting() as who:
        phones = messages_seen.find_phones(who, request.form.get("wanted", "")[:80])
    if not phones:
        said = gettext("No phone of this person is known. Write a phone number, a NIK or the number of an enrolment.")
        flash(said, "found")
        return make_response(redirect(url_for("console.messages"), 303))
    return make_response(redirect(url_for("console.messages", phones=".".join(map(str, phones))), 303))


@blueprint.get("/messages.csv")
def messages_file() -> Response:
    """What the list shows, as a file; numbers stay masked."""
    sought = MessageFilter(request.args).sought()
    with acting(LONG) as who:
        rows = list(messages_seen.exported(who, sought))
        today = who.today
    return sheet_file(f"sms-{today:%Y%m%d}", "csv", _table(rows))


def _table(rows: list[MessageRow]) -> Table:
    headings = [
        gettext("Number"),
        gettext("Written"),
        gettext("To"),
        gettext("What for"),
        gettext("How it stands"),
        gettext("Why"),
        gettext("Parts"),
        gettext("Rupiah"),
    ]
    return Table(
        gettext("Messages"),
        headings,
        [
            (
                row.id,
                row.created_at,
                row.number,
                str(words.PURPOSES[row.purpose]),
                words.state_words(row.state, row.delivery),
                words.reason_words(row.reason),
                row.parts,
                row.rupiah,
            )
            for row in rows
        ],
    )


@blueprint.get(f"/messages/<{_ID}:number>")
def one_message(number: int) -> Response:
    """One text with all that became of it."""
    with acting() as who:
        return _message(who, number)


def _message(who: Acting, number: int) -> Response:
    opened = messages_seen.open_message(who, number, gateway().name)
    if opened is None:
        abort(404)
    fate, said = opened
    ask = find_ask(who.session, fate.ask, now=who.now) if fate.ask is not None else None
    inbound_at = came_in_at(who.session, fate.inbound) if fate.inbound is not None else None
    concerned = {deed: messages_seen.concerned(who, deed, Picked(ids=(number,))) for deed in Deed}
    page = render_template(
        "console/message.html",
        fate=fate,
        said=said,
        ask=ask,
        inbound_at=inbound_at,
        possible=[deed for deed in Deed if concerned[deed].texts],
        why_not=_why_not(concerned) if not any(found.texts for found in concerned.values()) else "",
        words=words,
        acts=may("console.act_on_messages", reading=False),
    )
    return make_response(page)


def _why_not(concerned: dict[Deed, by_hand.Concerned]) -> str:
    """Why nothing can be done with a text: what speaks against it most nearly."""
    for found in concerned.values():
        for why in found.left_out:
            if why is not by_hand.LeftOut.MOVED_ON:
                return str(words.LEFT_OUT[why])
    return ""


@blueprint.post("/messages/act")
def act_on_messages() -> Response:
    """First the question back, with how many it concerns; then, with a reason, it is done."""
    wanted = request.form.get("do", "")
    if wanted not in set(Deed):
        abort(400)
    deed, form = Deed(wanted), ActForm(request.form)
    which = picked()
    if not request.form.get("sure"):
        return _question(deed, which, form)
    with acting(LONG) as who:
        done = messages_seen.do(who, deed, which, form.said())
    if isinstance(done, Refused):
        return _question(deed, which, form, refused=done)
    queue.nudge(queue.SEND)
    flash(str(words.DONE[deed]) % {"texts": written(len(done))}, "done")
    if deed is Deed.RESEND and len(done) == 1:
        return make_response(redirect(url_for("console.one_message", number=done[0]), 303))
    return make_response(redirect(_back(which), 303))


def _back(which: Picked) -> str:
    if len(which.ids) == 1:
        return url_for("console.one_message", number=which.ids[0])
    return url_for("console.messages", **_address(which))


def _address(which: Picked) -> dict[str, Any]:
    sought = which.sought if which.sought is not None else MessageFilter(request.form).sought()
    return address_of(sought)


def _question(deed: Deed, which: Picked, form: ActForm, refused: Refused | None = None) -> Response:
    with acting(LONG) as who:
        found = messages_seen.concerned(who, deed, which)
    page = render_template(
        "console/message_act.html",
        deed=deed,
        which=which,
        found=found,
        form=form,
        refused=refused,
        address=_address(which),
        back=_back(which),
        most=by_hand.MOST_AGAIN if deed is Deed.RESEND else by_hand.MOST,
        words=words,
    )
    return make_response(page, 409 if refused is not None else 200)
