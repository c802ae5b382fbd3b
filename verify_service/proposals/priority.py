"""Who is decided first: points by the published rule of the programme file, then whoever has waited longer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Proposal
from verify_service.registry.nik import Nik, full_years

AGED = 50  # years from which somebody is put forward
FIRST_COMES = (Proposal.points.desc().nulls_last(), Proposal.opened_at, Proposal.id)  # the one order of every list


@dataclass(frozen=True)
class ListPosition:
    """What of a proposal counts for its place: who proposes, which work, whether help is needed, and the age."""

    proposer: str
    job: str
    help_needed: bool
    age: int | None


def points_for(standing: ListPosition) -> dict[str, int]:
    """The points of one proposal, by the part of the rule they come from; only those that were given."""
    rule = programme().decisions.priority
    given = {
        "help_needed": rule.help_needed if standing.help_needed else 0,
        "rt_head": rule.rt_head if standing.proposer == "rt_head" else 0,
        "dangerous_job": rule.dangerous_job if standing.job in rule.dangerous_jobs else 0,
        "age_50": rule.age_50 if standing.age is not None and standing.age >= AGED else 0,
    }
    return {part: points for part, points in given.items() if points}


def standing_of(proposal: Proposal, today: dt.date) -> ListPosition:
    """How a proposal stands today."""
    return ListPosition(proposal.proposer, proposal.job, proposal.help_needed is not None, age_of(proposal.nik, today))


def age_of(sealed: bytes, today: dt.date) -> int | None:
    """Age in full years, as the NIK says; None where it cannot be read."""
    try:
        return full_years(Nik(unseal(sealed, "proposal.nik")).birth_date(today), today)
    except (Unreadable, ValueError):
        return None


_NEW_POINTS = text(
    """
UPDATE proposal SET points = counted.points
FROM unnest(CAST(:ids AS bigint[]), CAST(:points AS smallint[])) AS counted (id, points)
WHERE proposal.id = counted.id
  AND proposal.id IN (SELECT id FROM proposal WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id
                      FOR NO KEY UPDATE SKIP LOCKED)
"""
)


def count_points(session: Session, *, today: dt.date) -> int:
    """Count the points of whoever waits anew: birthdays come, and rules change; how many changed.

    A proposal that somebody is deciding at this moment is counted the next time.
    """
    waiting = session.execute(
        select(
            Proposal.id,
            Proposal.nik,
            Proposal.proposer,
            Proposal.job,
            Proposal.help_needed.is_not(None).label("help_needed"),
            Proposal.points,
        ).where(Proposal.decided_at.is_(None))
    ).all()
    counted = [(row.id, _points(row, today), row.points) for row in waiting]
    changed = [(number, points) for number, points, held in counted if points != held]
    if changed:
        ids, points = zip(*changed, strict=True)
        session.execute(_NEW_POINTS, {"ids": list(ids), "points": list(points)})
    return len(changed)


def _points(row: Row[int, bytes, str, str, bool, int | None], today: dt.date) -> int:
    return sum(points_for(ListPosition(row.proposer, row.job, row.help_needed, age_of(row.nik, today))).values())
