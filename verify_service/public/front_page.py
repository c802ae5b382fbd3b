"""The public page and its files: what the city pays for, how much of it is confirmed, and where something is wrong.

All of it is read from the newest publication; nothing is counted for a reader.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, abort, make_response, render_template, request

from verify_service import languages
from verify_service.grievances.web_questions import AN_ADDRESS, LONGEST, Busy, Question, ask
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone, read_phone
from verify_service.ground.programme import programme
from verify_service.ground.queue import counted
from verify_service.labels.categories import category_name
from verify_service.labels.published import GROUPS, OUTCOMES, SAID_OTHERWISE
from verify_service.labels.reasons import JOBS, reason_name
from verify_service.publication import downloads, open_tables, printed_tables, tallies
from verify_service.publication.printed import brief_of, briefs, current
from verify_service.publication.tallies import FEES, KNOWLEDGE, PROPOSALS, REPORTS, UNKNOWN
from verify_service.record.heads import newest_head

blueprint = Blueprint("public", __name__)
PATIENCE = 5.0  # seconds for the database before the page says that it is busy
_TILE, _ROW = 88, 62  # pixels from one tile of the map to the next


@blueprint.get("/")
def home() -> Response:
    """The page; ?lang=en or ?lang=id chooses its language and is remembered."""
    with transaction(seconds=PATIENCE) as session:
        held, head, months = current(session), newest_head(session), list(briefs(session))
    printed, made_at = (None, None) if held is None else (held.printed, held.made_at)
    shown = {} if printed is None else _shown(printed)
    response = make_response(
        render_template(
            "public/home.html",
            printed=printed,
            made_at=made_at,
            groups=GROUPS,
            outcomes=OUTCOMES,
            category_name=category_name,
            decrees=sorted(programme().decrees, key=lambda decree: decree.date, reverse=True),
            head_of_record=head,
            brief_months=months,
            date_of=dt.date.fromisoformat,
            today=dt.datetime.now(programme().zone).date(),
            **shown,
        )
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return languages.remember(response, request.args.get("lang"))


@blueprint.get("/data/<name>.csv")
def table(name: str) -> Response:
    """One table as CSV; a name that there is not, and any before the first publication, is not found."""
    printed, _ = _printed()
    held = open_tables.BY_NAME.get(name)
    if printed is None or held is None:
        abort(404)
    return _file(downloads.as_csv(held, printed), "text/csv")


@blueprint.get("/data/datapackage.json")
def datapackage() -> Response:
    """What the tables mean, and how they may be used."""
    printed, made_at = _printed()
    if printed is None or made_at is None:
        abort(404)
    return _file(downloads.datapackage(printed, made_at), "application/json")


@blueprint.get("/data/brief-<month>.pdf")
def brief(month: str) -> Response:
    """The monthly brief as it was written from the last publication of that month."""
    with transaction(seconds=PATIENCE) as session:
        content = brief_of(session, month)
    if content is None:
        abort(404)
    return _file(content, "application/pdf")


@blueprint.route("/ask", methods=["GET", "POST"])
def ask_a_question() -> Response:
    """A question to the city: the form; sent, its number and the day by which it is answered."""
    words = request.form.get("words", "").replace("\r\n", "\n").strip()  # a browser counts a line's end as one letter
    phone = request.form.get("phone", "").strip()[:30]
    number = read_phone(phone) if phone else None
    wrong = {}
    if request.method == "POST":
        wrong = {
            "words": not words,
            "long": len(words) > LONGEST,
            "phone": bool(phone) and not isinstance(number, Phone),
        }
        wrong = {name: True for name, is_wrong in wrong.items() if is_wrong}
    if request.method != "POST" or wrong:
        return _question_page(422 if wrong else 200, words=words, phone=phone, wrong=wrong)
    asked = Question(
        words, number if isinstance(number, Phone) else None, languages.chosen(), request.form.get("once", "")[:60]
    )
    with transaction(seconds=PATIENCE) as session:
        done = ask(session, asked, now=dt.datetime.now(dt.UTC), within_share=_within_share)
    if isinstance(done, Busy):
        return _question_page(429, words=words, phone=phone, wrong={}, busy=True)
    return _question_page(200, asked=done, by_phone=asked.phone is not None)


def _within_share() -> bool:
    """Whether this address may ask once more within the hour, so that one flood does not close the form to all.

    Of an address there is a keyed hash, in memory, for an hour; while Valkey is away nobody is counted.
    """
    return counted(f"asked:{blind_index(request.remote_addr or '', 'address').hex()}", seconds=3600) <= AN_ADDRESS


def _question_page(status: int, **shown: Any) -> Response:
    page = render_template("public/ask.html", once=request.form.get("once") or secrets.token_urlsafe(18), **shown)
    return languages.remember(make_response(page, status), request.args.get("lang"))


def _printed() -> tuple[Mapping[str, Any] | None, dt.datetime | None]:
    with transaction(seconds=PATIENCE) as session:
        held = current(session)
        return (None, None) if held is None else (held.printed, held.made_at)


def _file(content: bytes, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = "public, no-cache"  # asked each time: a file of another week fits no hash
    response.add_etag()
    response.headers["Access-Control-Allow-Origin"] = "*"  # anybody's page may read what anybody may read
    response.make_conditional(request)
    return response


def _shown(printed: Mapping[str, Any]) -> dict[str, Any]:
    districts = printed_tables.kecamatan(printed)
    return {
        "period": dt.date.fromisoformat(printed["period"]),
        "totals": printed_tables.totals(printed),
        "city": printed_tables.city(printed),
        "districts": districts,
        "tiles": _tiles({one.code: one for one in districts}),
        "by": (
            ("sex", printed_tables.by_sex(printed)),
            ("occupation", printed_tables.by_occupation(printed)),
            ("age", printed_tables.by_age(printed)),
        ),
        "said_otherwise": printed_tables.said_otherwise(printed),
        "said_names": SAID_OTHERWISE,
        "reports_by": {family: _of(printed, REPORTS, family) for family in ("category", "month")},
        "all_reports": _all(printed, REPORTS),
        "proposals_by": {family: _of(printed, PROPOSALS, family) for family in ("job", "sex", "help")},
        "all_proposals": _all(printed, PROPOSALS),
        "refused_by": printed_tables.tallied(printed, tallies.REFUSED, "reason", ()),
        "fees_by": _of(printed, FEES, "kecamatan"),
        "all_fees": _all(printed, FEES),
        "knowledge_by": _of(printed, KNOWLEDGE, "time"),
        "all_knowledge": _all(printed, KNOWLEDGE),
        "rt_heads": _by_kecamatan(printed.get("rt_heads", ())),
        "job_names": JOBS | {UNKNOWN: GROUPS[UNKNOWN]},
        "reason_name": reason_name,
        "district_names": {one.code: one.name or GROUPS[UNKNOWN] for one in districts},
    }


_OUTCOMES: Final = {
    REPORTS: tallies.REPORT_OUTCOMES,
    PROPOSALS: tallies.PROPOSAL_OUTCOMES,
    FEES: tallies.FEE_OUTCOMES,
    KNOWLEDGE: tallies.KNOWLEDGE_OUTCOMES,
}


def _of(printed: Mapping[str, Any], tally: str, family: str) -> list[printed_tables.TallyGroup]:
    return printed_tables.tallied(printed, tally, family, _OUTCOMES[tally])


def _all(printed: Mapping[str, Any], tally: str) -> printed_tables.TallyGroup:
    return printed_tables.tally_total(printed, tally, _OUTCOMES[tally])


def _by_kecamatan(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Heads of RT and RW: how many there are, and how many of them read the rules."""
    held: dict[str, dict[str, int]] = {}
    for row in rows:
        sums = held.setdefault(row["kecamatan"], {"heads": 0, "with_phone": 0, "rules_read": 0, "activated": 0})
        for name in sums:
            sums[name] += row[name]
    return held


def _tiles(districts: dict[str, printed_tables.Group]) -> dict[str, Any]:
    """The map: a tile for each kecamatan where the programme file puts it, darker where more confirm."""
    rows = programme().publication.map
    placed = [
        {
            "x": across * _TILE,
            "y": down * _ROW,
            "name": districts[code].name,
            "percent": (percent := districts[code].confirmed_percent),
            "shade": 0 if percent is None else 1 + min(4, percent // 20),
        }
        for down, row in enumerate(rows)
        for across, code in enumerate(row)
        if code in districts
    ]
    return {"placed": placed, "width": _TILE * max(map(len, rows), default=0), "height": _ROW * len(rows)}
