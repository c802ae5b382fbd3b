"""The public page and its files: what the city pays for, how much of it is confirmed, and where something is wrong.

All of it is read from the newest publication; nothing is counted for a reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from verify_service import languages
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.labels.published import GROUPS, OUTCOMES
from verify_service.publication import downloads, printed_tables
from verify_service.publication.printed import current
from verify_service.record.heads import newest_head

blueprint = Blueprint("public", __name__)
PATIENCE = 5.0  # seconds for the database before the page says that it is busy
_TILE, _ROW = 88, 62  # pixels from one tile of the map to the next


@blueprint.get("/")
def home() -> Response:
    """The page; ?lang=en or ?lang=id chooses its language and is remembered."""
    with transaction(seconds=PATIENCE) as session:
        held, head = current(session), newest_head(session)
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
    held = printed_tables.BY_NAME.get(name)
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


def _printed() -> tuple[Mapping[str, Any] | None, dt.datetime | None]:
    with transaction(seconds=PATIENCE) as session:
        held = current(session)
        return (None, None) if held is None else (held.printed, held.made_at)


def _file(content: bytes, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"  # anybody's page may read what anybody may read
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
        "by_category": printed_tables.reports(printed, "category"),
        "by_month": printed_tables.reports(printed, "month"),
        "all_reports": printed_tables.all_reports(printed),
        "date_of": dt.date.fromisoformat,
    }


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
