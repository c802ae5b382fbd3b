"""What the money pays for, with numbers of one's own: heads, months, premium, administration; the answer as a curve."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Final

from flask import render_template, request
from flask_babel import lazy_gettext
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from verify_service.console.blueprint import blueprint, page_session
from verify_service.console.fields import Form, Line
from verify_service.ground.programme import programme
from verify_service.proposals.places import listed
from verify_service.reports.budget import MONTHS, BudgetRefused, Plan, curve, months_from

_STEPS: Final = 12  # points of the curve
_MOST: Final = 10_000_000_000_000  # rupiah


class WhatIfForm(Form):
    """A plan to be tried out."""

    heads = IntegerField(lazy_gettext("Workers"), validators=[Optional(), NumberRange(0, 1_000_000_000)])
    months = IntegerField(lazy_gettext("Months"), validators=[Optional(), NumberRange(1, 120)])
    premium = IntegerField(lazy_gettext("Premium, rupiah a worker and month"), [Optional(), NumberRange(1, _MOST)])
    ceiling = IntegerField(lazy_gettext("Ceiling, rupiah"), validators=[Optional(), NumberRange(0, _MOST)])
    administration = Line(lazy_gettext("Administration, in percent of the ceiling"), most=6, default="0")


@blueprint.get("/what-if")
def what_if() -> str:
    """What this year's money pays for, or what another plan would cost."""
    form = WhatIfForm(request.args)
    sound = form.validate()
    today = dt.datetime.now(programme().zone).date()
    with page_session() as session:
        on_the_list = listed(session, today=today)
    plan = _plan(form, on_the_list, today) if sound else None
    points = curve(plan, _around(plan.heads)) if plan is not None else ()
    return render_template(
        "console/what_if.html",
        form=form,
        plan=plan,
        on_the_list=on_the_list,
        points=points,
        dearest=max((cost for _, cost, _ in points), default=1),
        first=months_from(today.replace(month=1, day=1), plan.funded_months + 1)[-1] if plan is not None else None,
    )


def _plan(form: WhatIfForm, on_the_list: int, today: dt.date) -> Plan | None:
    held = programme().premium
    months = months_from(today.replace(month=1, day=1), form.months.data or MONTHS)
    premiums = tuple(form.premium.data or held.on(month) for month in months)
    try:
        share = Decimal((form.administration.data or "0").replace(",", ".")) / 100
        heads = on_the_list if form.heads.data is None else form.heads.data
        ceiling = held.ceiling if form.ceiling.data is None else form.ceiling.data
        return Plan(heads, premiums, ceiling, share)
    except (InvalidOperation, BudgetRefused):
        return None


def _around(heads: int) -> list[int]:
    """Numbers of heads around this one, for the curve."""
    middle = max(heads, _STEPS)
    return sorted({*(middle * step // (_STEPS // 2) for step in range(1, _STEPS + 1)), heads})
