"""The public page: what the city pays for, how much of it is confirmed, and where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request

from verify_service import languages
from verify_service.ground.database import transaction
from verify_service.public.suppression import Cell, suppress
from verify_service.record.heads import newest_head
from verify_service.verification import figures

blueprint = Blueprint("public", __name__)
PATIENCE = 5.0  # seconds for the database before the page says that it is busy


@dataclass(frozen=True)
class DistrictRow:
    """One district as the public sees it; `name` is None for enrolments without a known kelurahan.

    Confirmations given with an RT head's help stand beside those of the workers alone. Their sum is shown nowhere: it
    would say more than either, and would give a hidden count away.
    """

    name: str | None
    enrolled: Cell
    confirmed: Cell
    assisted: Cell
    needs_action: Cell


@dataclass(frozen=True)
class PublicFigures:
    """What may be shown: no rupiah, no verdicts, no person."""

    headline: figures.Headline
    enrolled: Cell
    confirmed: Cell
    assisted: Cell
    needs_action: Cell
    districts: tuple[DistrictRow, ...]


@blueprint.get("/")
def home() -> Response:
    """The page; ?lang=en or ?lang=id chooses its language and is remembered."""
    with transaction(seconds=PATIENCE) as session:
        shown = public_figures(figures.headline(session), figures.by_kecamatan(session))
        head = newest_head(session)
    response = make_response(render_template("public/home.html", figures=shown, head_of_record=head))
    response.headers["Cache-Control"] = "private, no-cache"
    return languages.remember(response, request.args.get("lang"))


def public_figures(headline: figures.Headline, counted: tuple[figures.KecamatanCount, ...]) -> PublicFigures:
    """The figures with every small count hidden; totals are those of the rows, so that they can be added up."""
    enrolled = suppress([row.enrolled for row in counted])
    confirmed = suppress([row.own for row in counted])
    assisted = suppress([row.assisted for row in counted])
    needs_action = suppress([row.needs_action for row in counted])
    rows = zip(counted, enrolled.cells, confirmed.cells, assisted.cells, needs_action.cells, strict=True)
    return PublicFigures(
        headline,
        enrolled.total,
        confirmed.total,
        assisted.total,
        needs_action.total,
        tuple(DistrictRow(row.name, *cells) for row, *cells in rows),
    )
