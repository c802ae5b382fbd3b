"""Publishing: once a week the counts are rounded together, attacked with all that was printed before, and kept.

What leaves a small count too narrow is drawn again, and is not printed where no draw will do: then last week's
stands on, with its own date, and officers read why. `ready` and `keep` each need a transaction; `decide`, which takes
the time, needs none.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import Publication
from verify_service.publication.city_figures import city_figures
from verify_service.publication.tables import CITY, Counted, count, outcome_of
from verify_service.publication.tallies import ALL
from verify_service.publication.weeks import SMALL, WEEKS, Week, bounds_of

HOURS: Final = 3  # from the programme's hour on; what was missed waits for the next night
_TRIES: Final = 4  # draws of which one may pass


@dataclass(frozen=True)
class Ready:
    """All that a publication is decided by: what is counted now, and what was printed in the weeks before."""

    counted: Counted
    figures: Mapping[str, Any]
    before: tuple[Week, ...]
    last: Mapping[str, int]
    months: Mapping[str, Any]
    week: dt.date


@dataclass(frozen=True)
class Decided:
    """A publication, or why it may not be printed."""

    ready: Ready
    printed: Mapping[str, int] | None
    exact: Mapping[str, int]
    refused: str | None


def week_of(now: dt.datetime) -> dt.date:
    """The newest day of publication that has come, by the city's calendar."""
    today = now.astimezone(programme().zone).date()
    return today - dt.timedelta(days=(today.isoweekday() - programme().publication.weekday) % 7)


def is_due(session: Session, *, now: dt.datetime) -> bool:
    """Whether this week's publication is to be tried now: in its hours, on its day or a later one."""
    first = programme().publication.hour
    if not first <= now.astimezone(programme().zone).hour < first + HOURS:
        return False
    tried = session.scalar(select(Publication.week).order_by(Publication.id.desc()).limit(1))
    return tried is None or tried < week_of(now)


def ready(session: Session, *, now: dt.datetime) -> Ready | None:
    """What is counted now, beside what was printed; None before the insurer has reported a month."""
    counted = count(session, now=now)
    if counted.period is None:
        return None
    kept = select(Publication).where(Publication.refused.is_(None), Publication.counts.is_not(None))
    held = session.scalars(kept.order_by(Publication.id.desc()).limit(WEEKS - 1)).all()[::-1]
    before = tuple(
        Week(one.counts, bounds_of(one.printed["counts"], one.printed["exact"]), one.basis)
        for one in held
        if one.counts is not None and one.printed is not None
    )
    last = (held[-1].printed or {}) if held else {}
    figures = city_figures(session, now=now)
    return Ready(counted, figures, before, last.get("counts", {}), last.get("months", {}), week_of(now))


def decide(held: Ready, chance: random.Random) -> Decided:
    """Round, attack, and draw again where a small count comes out too narrow."""
    # Solver and arrays, 15 MB and a tenth of a second: once a week one process needs them.
    from verify_service.publication.attack import attack
    from verify_service.publication.rounding import rounded

    counts, sums = held.counted.counts, held.counted.sums
    exact = exact_totals(counts)
    refused = ""
    for _ in range(_TRIES):
        printed = rounded(counts, sums, held.last, chance)
        if printed is None:
            return Decided(held, None, exact, "no table of neighbouring multiples of five adds up")
        week = Week(counts, bounds_of(printed, exact), held.counted.basis)
        try:
            narrow = attack((*held.before, week), sums)
        except ArithmeticError as failed:
            return Decided(held, None, exact, str(failed))
        if not narrow:
            return Decided(held, printed, exact, None)
        recovered = sum(one.recovered for one in narrow)
        refused = f"{len(narrow)} small counts could be told too closely, {recovered} of them exactly"
    return Decided(held, None, exact, refused)


def exact_totals(counts: Mapping[str, int]) -> dict[str, int]:
    """Totals of the whole city as they are, where none of them is small itself."""
    totals = {key: number for key, number in counts.items() if key.startswith(f"{CITY}/{ALL}/")}
    return {} if any(0 < number < SMALL for number in totals.values()) else totals


def keep(session: Session, decided: Decided, *, now: dt.datetime, by: str = "clock") -> bool:
    """Keep what was decided, and empty what the attack needs no longer; False where the week was published already."""
    held, printed = decided.ready, decided.printed
    page, period = None, held.counted.period
    if printed is not None and period is not None:
        month = {outcome_of(key): printed[key] for key in printed if key.startswith(f"{CITY}/{ALL}/")}
        month |= {outcome_of(key): number for key, number in decided.exact.items()}
        months = {**held.months, f"{period:%Y-%m}": month}
        page = {
            "counts": printed,
            "exact": decided.exact,
            "period": period.isoformat(),
            "months": months,  # of each month as it was printed last
            **held.figures,
        }
    row = insert(Publication).values(
        week=held.week,
        made_at=now,
        basis=held.counted.basis,
        counts=dict(held.counted.counts) if page is not None else None,
        printed=page,
        refused=decided.refused,
    )
    made = session.scalar(row.on_conflict_do_nothing().returning(Publication.id))
    if made is None:
        return False
    old = select(Publication.id).where(Publication.counts.is_not(None)).order_by(Publication.id.desc()).offset(WEEKS)
    session.execute(update(Publication).where(Publication.id.in_(old)).values(counts=None))
    action = "figures published" if page is not None else "figures not published"
    audit.record(session, now=now, actor=by, action=action, on=f"publication:{made}", why=decided.refused or "")
    return True
