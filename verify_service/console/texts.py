"""Texts that only a person can deal with: what answers no question of ours, and what could not be read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.console.access import PATIENCE
from verify_service.console.blueprint import blueprint
from verify_service.console.wording import ROLES
from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone, read_gateway_phone
from verify_service.ground.tables import InboundMessage

ON_A_PAGE = 50
WAITING = (
    or_(InboundMessage.handled_as == "triage", InboundMessage.quarantined.is_not(None)),
    InboundMessage.settled_at.is_(None),
)


@dataclass(frozen=True)
class Shown:
    """One text on the list, its number masked; in full, with its words, on a page of its own."""

    id: int
    received_at: dt.datetime
    number: str
    problem: str
    words: str = field(default="", repr=False)


@blueprint.get("/texts")
def texts() -> str:
    """The list, the oldest first: they have waited longest."""
    page = min(max(request.args.get("page", default=1, type=int) or 1, 1), 100_000)
    with transaction(seconds=PATIENCE) as session:
        total = waiting(session)
        found = session.scalars(
            select(InboundMessage)
            .where(*WAITING)
            .order_by(InboundMessage.id)
            .offset((page - 1) * ON_A_PAGE)
            .limit(ON_A_PAGE)
        ).all()
        rows = [Shown(row.id, row.received_at, _number(row).masked, row.quarantined or "") for row in found]
    return render_template(
        "console/texts.html",
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-total // ON_A_PAGE)),
        role_name=ROLES[current_user.role],
    )


@blueprint.route("/texts/<int(max=999999999999):number>", methods=["GET", "POST"])
def one_text(number: int) -> Response:
    """One text with its words and number, which the trail records; dealt with, it leaves the list."""
    now, who = dt.datetime.now(dt.UTC), f"officer:{current_user.id}"
    with transaction(seconds=PATIENCE) as session:
        held = session.get(InboundMessage, number)
        if held is None or not (held.handled_as == "triage" or held.quarantined):
            abort(404)
        if request.method == "POST":
            _settle(session, number, who, now)
            return make_response(redirect(url_for("console.texts"), 303))
        audit.record(session, now=now, actor=who, action="text read", on=f"message:{number}")
        shown = Shown(held.id, held.received_at, _number(held).clear, held.quarantined or "", _words(held))
    page = render_template(
        "console/text.html", text=shown, settled_at=held.settled_at, role_name=ROLES[current_user.role]
    )
    return make_response(page)


def waiting(session: Session) -> int:
    """How many texts wait for an officer."""
    return session.scalar(select(func.count()).select_from(InboundMessage).where(*WAITING)) or 0


def _settle(session: Session, number: int, who: str, now: dt.datetime) -> None:
    first = session.scalar(
        update(InboundMessage)
        .where(InboundMessage.id == number, InboundMessage.settled_at.is_(None))
        .values(settled_at=now, settled_by=who)
        .returning(InboundMessage.id)
    )
    if first is not None:
        audit.record(session, now=now, actor=who, action="text dealt with", on=f"message:{number}")


@dataclass(frozen=True)
class _Number:
    """Who wrote, for the list and for whoever opens it."""

    masked: str
    clear: str


def _number(row: InboundMessage) -> _Number:
    try:
        raw = unseal(row.sender, "inbound_message.sender") if row.sender else ""
    except Unreadable:
        return _Number("?", "?")
    read = read_gateway_phone(raw)
    if isinstance(read, Phone):
        return _Number(read.masked, read.e164)
    return _Number(raw[:3] + "***" if raw else "–", raw or "–")


def _words(row: InboundMessage) -> str:
    try:
        return unseal(row.body, "inbound_message.body") if row.body else ""
    except Unreadable:
        return ""
