"""The round that the demo plays: opened, drawn and begun like any other, and held against the truth at its end."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round, RoundStratum
from verify_service.rounds import reach
from verify_service.rounds.design import Design
from verify_service.rounds.drawing import draw, open_round
from verify_service.rounds.round_report import report_of
from verify_service.rounds.round_states import RoundState, find_round

NAME: Final = "demo"
SEED: Final = "demo"  # of everything that is drawn here: a round played twice goes much the same way
PLAN: Final = "sms 0m, sms 2m, rt 4m, visit 6m, close 9m"  # a minute stands for an hour
DESIGN: Final = Design(strata=("kecamatan", "no-phone"), response_rate=0.6, plan=PLAN, adapt=False)
ENDED: Final = frozenset({RoundState.CLOSED.value, RoundState.CANCELLED.value})
_BY: Final = "demo"


def begin(session: Session, *, now: dt.datetime) -> tuple[Round, int]:
    """The round that is played from now on, and how many people are drawn: one that is at work goes on."""
    held = session.scalar(select(Round).where(Round.at_work.is_(True)))
    if held is not None:
        return held, session.scalar(
            select(func.sum(RoundStratum.released)).where(RoundStratum.round_id == held.id)
        ) or 0
    name = _free_name(session)
    open_round(session, name, DESIGN, seed=f"{SEED}-{name}", now=now, by=_BY)
    draw(session, find_round(session, name, lock=True), now=now, by=_BY)
    held = find_round(session, name, lock=True)
    return held, reach.start(session, held, now=now, by=_BY)


def page_of(held: Round) -> str:
    """The path of the console's page on which it is watched."""
    return f"/console/rounds/{held.id}"


def _free_name(session: Session) -> str:
    taken = set(session.scalars(select(Round.name)))
    return next(name for name in (f"{NAME}-{place}" for place in count(1)) if name not in taken)


def outcome(session: Session, held: Round, truth: float) -> str:
    """The simulated truth beside what the report of the round prints."""
    if held.state == RoundState.CANCELLED.value:
        return f"Round {held.name} was cancelled: there is nothing to compare."
    report = report_of(session, held)
    one = report.overall
    known = f"Of the invented people {100 * truth:.1f} % know of their cover and would confirm it."
    if one.share is None or one.low is None or one.high is None:
        return f"{known} Round {held.name} prints no share: {one.refused}."
    inside = "inside" if one.low <= truth <= one.high else "OUTSIDE"
    return (
        f"{known} Round {held.name} says {100 * one.share:.1f} %, {100 * report.confidence:.0f} % interval"
        f" {100 * one.low:.1f}-{100 * one.high:.1f} %: the truth is {inside}."
    )
