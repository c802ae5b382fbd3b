"""The first page: how the city stands this month and what is open, changing by itself while it is looked at."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, make_response, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import current_user

from verify_service.accounts.officers import Role
from verify_service.console.blueprint import blueprint, page_session
from verify_service.ground.database import snapshot
from verify_service.labels import group_words
from verify_service.labels.amendment_words import VALUES, value_name
from verify_service.labels.codes import OWNERS, VERDICTS, owner_name, reason_text, verdict_name
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import SendingHealth as Sending
from verify_service.messaging.health import if_amiss
from verify_service.operations.first_hour import first_hour
from verify_service.publication.printed import refused_week
from verify_service.reports import inclusion_notices
from verify_service.verification import figures
from verify_service.verification.decision import RULES, Owner

# Values that the programme file alone holds: whoever looks after the server changes them there.
_IN_THE_FILE = {
    "texting.number": lazy_gettext("Number that people text to"),
    "decrees.date": lazy_gettext("Day of the decree"),
}
FRESH = 0.2  # seconds figures are shared among officers: a hundred open pages cost the database no more than a few


@dataclass(frozen=True)
class FirstPage:
    """Everything the page shows that may change."""

    headline: figures.Headline
    verdicts: tuple[figures.VerdictCount, ...]
    districts: tuple[figures.KecamatanCount, ...]
    open: figures.DiscrepancyPage
    sending: Sending | None  # while the gateway is away
    not_printed: dt.date | None  # the week whose public figures were refused
    lagging: tuple[inclusion_notices.Notice, ...]  # groups that lag, which nobody has taken on


class Shared:
    """The last answer to each question, for a moment; one of many who ask at once works it out."""

    def __init__(self) -> None:
        self._held: dict[Any, tuple[float, FirstPage]] = {}
        self._lock = threading.Lock()

    def get(self, question: Any, ask: Callable[[], FirstPage]) -> FirstPage:
        alone = self._lock.acquire(timeout=1)  # behind a database that hangs nobody waits for somebody else's turn
        try:
            at, standing = self._held.get(question, (0.0, None))
            if standing is None or time.monotonic() - at > FRESH:
                at, standing = time.monotonic(), ask()
                kept = {key: held for key, held in tuple(self._held.items()) if at - held[0] <= FRESH}
                self._held = {**kept, question: (at, standing)}
            return standing
        finally:
            if alone:
                self._lock.release()


@blueprint.get("/")
def home() -> str:
    """The whole page; for an administrator of an empty installation with what to do first."""
    begun = None
    if current_user.role is Role.ADMIN:
        with page_session() as session:
            begun = first_hour(session)
    return render_template(
        "console/home.html",
        first=None if begun is None or begun.over else begun,
        unsure=[(path, value_name(path) if path in VALUES else _IN_THE_FILE.get(path, path)) for path in begun.unsure]
        if begun
        else [],
        amendable=VALUES,
        **_contents(),
    )


@blueprint.get("/live")
def live() -> Response:
    """What may change of it; 304 while nothing has."""
    body = render_template("console/live.html", **_contents())
    response = make_response(body)
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    response.make_conditional(request)
    return response


def _contents() -> dict[str, Any]:
    filters, page = _asked()
    shared = current_app.extensions.setdefault("shared_figures", Shared())
    shown = shared.get((filters, page), lambda: _standing(filters, page))
    chosen = {name: value for name, value in vars(filters).items() if value is not None}
    return {
        "standing": shown,
        "filters": filters,
        "districts": [(row.code, row.name) for row in shown.districts if row.code is not None],
        "owners": [(owner.value, OWNERS[owner]) for owner in Owner if owner.acts],
        "verdicts": [(rule.name, VERDICTS[rule.name]) for rule in RULES if rule.owner.acts],
        "group_words": group_words,
        "verdict_name": verdict_name,
        "owner_name": owner_name,
        "reason_text": reason_text,
        "live_url": url_for("console.live", page=page, **chosen),
        "page_url": lambda number: url_for("console.home", page=number, **chosen) + "#open",
    }


def _asked() -> tuple[figures.Filters, int]:
    asked = request.args
    owner = asked.get("owner")
    verdict = asked.get("verdict")
    kecamatan = (asked.get("kecamatan") or "")[:20].replace("\0", "") or None
    page = asked.get("page", default=1, type=int) or 1
    return (
        figures.Filters(
            owner=owner if owner in set(Owner) else None,
            verdict=verdict if verdict in VERDICTS else None,
            kecamatan=kecamatan,
        ),
        min(max(page, 1), 1_000_000),
    )


def _standing(filters: figures.Filters, page: int) -> FirstPage:
    with page_session() as session:
        snapshot(session)
        now = dt.datetime.now(dt.UTC)
        return FirstPage(
            figures.headline(session),
            figures.by_verdict(session),
            figures.by_kecamatan(session),
            figures.open_discrepancies(session, filters, page),
            if_amiss(session, gateway().name, now=now),
            refused_week(session),
            inclusion_notices.to_be_told(session, now=now),
        )
