"""What is published beside the counts of people: the money, which is exact, and rounds, in whole per cent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Round
from verify_service.proposals.places import listed
from verify_service.publication.rounding import BASE
from verify_service.reports.answers import lines_of
from verify_service.reports.budget import Plan, months_from
from verify_service.reports.definition import Asked
from verify_service.reports.of_the_money import BUDGET
from verify_service.rounds.certificate import certificate
from verify_service.rounds.round_report import report_of

_AREAS = text("SELECT kecamatan_code, kecamatan, kelurahan_code, kelurahan FROM area ORDER BY kelurahan_code")
_MONTHS = text("SELECT count(DISTINCT period) FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL")


def city_figures(session: Session, *, now: dt.datetime) -> dict[str, Any]:
    """Money by month, what the ceiling pays for, and the rounds that are closed, as the page shows them."""
    asked = Asked(now)
    names = [column.name for column in BUDGET.columns]
    months = [dict(zip(names, line, strict=True)) for line in lines_of(BUDGET, session, asked)]
    premium = programme().premium
    year = months_from(asked.sql["year"], 12)
    plan = Plan(listed(session, today=asked.today), tuple(premium.on(month) for month in year), premium.ceiling)
    return {
        "areas": [list(row) for row in session.execute(_AREAS)],
        "months_reported": session.scalar(_MONTHS) or 0,
        "money": {
            "ceiling": premium.ceiling,
            "paid": sum(int(month["paid"] or 0) for month in months),
            "funded_heads": plan.funded_heads,
            "enough": plan.over == 0,
            "months": [
                {name: month[name] for name in ("month", "premium", "planned", "paid", "messaging", "left")}
                for month in months
            ],
        },
        "rounds": [_round(session, held) for held in session.scalars(_CLOSED)],
    }


_CLOSED = select(Round).where(Round.state == "closed", Round.drawn_at.is_not(None)).order_by(Round.closed_at.desc())


def _round(session: Session, held: Round) -> dict[str, Any]:
    """One round: who was drawn and who answered, rounded; the share of the whole list with its interval; the seed."""
    told, drawn = report_of(session, held).overall, certificate(session, held)
    return {
        "name": held.name,
        "month": drawn["insurer_month"],
        "drawn_on": drawn["drawn_at"][:10],
        "closed_on": held.closed_at.date().isoformat() if held.closed_at else None,
        "sampled": _near(told.sampled),
        "answers": _near(told.answers),
        **{name: _percent(getattr(told, name)) for name in ("share", "low", "high")},
        "seed": drawn["seed"],
        "frame_sha256": drawn["frame_sha256"],
        "sample_sha256": drawn["sample_sha256"],
    }


def _near(number: int) -> int:
    return BASE * round(number / BASE)


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)
