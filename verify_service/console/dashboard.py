"""How well reports are answered, as figures and charts, over what this account may see; and whether workers know what
their cover is for."""

from __future__ import annotations

from flask import render_template, request

from verify_service.console.blueprint import acting, blueprint
from verify_service.grievances.performance import WEEKS, performance
from verify_service.ground.database import snapshot
from verify_service.ground.programme import programme
from verify_service.labels.categories import category_name
from verify_service.verification.knowledge import scores


@blueprint.get("/dashboard")
def dashboard() -> str:
    """The last four, twelve or fifty-two weeks, of one unit or all."""
    weeks = request.args.get("weeks", default=12, type=int)
    weeks = weeks if weeks in WEEKS else 12
    unit = request.args.get("unit")
    unit = unit if unit in programme().units else None
    with acting() as who:
        snapshot(who.session)
        figures = performance(who.session, who.viewer, weeks=weeks, unit=unit, now=who.now)
        known = scores(who.session)
    return render_template(
        "console/dashboard.html",
        figures=figures,
        known=known,
        weeks=weeks,
        choices=WEEKS,
        unit=unit,
        units=programme().units,
        category_name=category_name,
    )
