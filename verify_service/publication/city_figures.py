"""What is published beside the counts of people: money and heads of RTs, which are exact, rounds, the sealed record.

Whoever heads an RT holds an office: of them nothing is rounded.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Round
from verify_service.proposals.places import listed
from verify_service.publication.tables import BASE
from verify_service.record.heads import newest_head
from verify_service.reports.answers import lines_of
from verify_service.reports.budget import Plan, months_from
from verify_service.reports.definition import Asked, Report
from verify_service.reports.of_the_answers import MESSAGES
from verify_service.reports.of_the_house import RULES_SHOWN
from verify_service.reports.of_the_money import BUDGET, MONEY_AT_RISK
from verify_service.rounds.certificate import certificate
from verify_service.rounds.round_report import report_of

RT_HEADS: Final = ("kecamatan", "kelurahan", "heads", "with_phone", "rules_read", "activated")
MESSAGE_STEPS: Final = ("written", "handed_over", "accepted", "acted_upon", "rupiah")
_AREAS = text("SELECT kecamatan_code, kecamatan, kelurahan_code, kelurahan FROM area ORDER BY kelurahan_code")
_MONTHS = text("SELECT count(DISTINCT period) FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL")


def city_figures(session: Session, *, now: dt.datetime) -> dict[str, Any]:
    """Money by month, what the ceiling pays for, and the rounds that are closed, as the page shows them."""
    asked = Asked(now)
    months = _rows(BUDGET, session, asked)
    risk, head = _rows(MONEY_AT_RISK, session, asked), newest_head(session)
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
        "at_risk": sum(row["rupiah"] for row in risk),
        "recovered": sum(row["rupiah_recovered"] for row in risk),
        "rt_heads": [{name: row[name] for name in RT_HEADS} for row in _rows(RULES_SHOWN, session, asked)],
        "messages": _messages(_rows(MESSAGES, session, asked)),
        "rounds": [_round(session, held) for held in session.scalars(_CLOSED)],
        "record": None if head is None else {"size": head.size, "root": head.root, "note": head.note},
    }


def _rows(report: Report, session: Session, asked: Asked) -> list[dict[str, Any]]:
    names = [column.name for column in report.columns]
    return [dict(zip(names, line, strict=True)) for line in lines_of(report, session, asked)]


def _messages(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts by the month they were written in, for whatever purpose: how many were taken says nothing of anybody."""
    held: dict[str, dict[str, Any]] = {}
    for row in rows:
        month = held.setdefault(row["month"], {"month": row["month"], **dict.fromkeys(MESSAGE_STEPS, 0)})
        for step in MESSAGE_STEPS:
            month[step] += row[step]
    return [held[name] for name in sorted(held)]


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
