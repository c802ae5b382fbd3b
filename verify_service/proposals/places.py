"""How many more people the programme has money for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme

_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtext("places for proposals")))

# Somebody accepted takes a place from that moment on, and the same one once a decree has put him on the list.
_LISTED = text(
    """
SELECT (SELECT count(DISTINCT worker_id) FROM enrolment WHERE removed_from IS NULL OR removed_from > :today)
     + (SELECT count(DISTINCT nik_index) FROM proposal
        WHERE state = 'accepted'
          AND NOT EXISTS (SELECT 1 FROM enrolment JOIN worker ON worker.id = enrolment.worker_id
                          WHERE worker.nik_index = proposal.nik_index
                            AND (enrolment.removed_from IS NULL OR enrolment.removed_from > :today)))
"""
)
_ACCEPTED = text("SELECT count(*) FROM proposal WHERE state = 'accepted' AND decided_at >= :since")


@dataclass(frozen=True)
class Places:
    """How many places there are and how many are taken; `by_quota`: set by the city for the year, not by the money."""

    all: int
    taken: int
    by_quota: bool

    @property
    def left(self) -> int:
        return max(0, self.all - self.taken)


def places(session: Session, *, today: dt.date) -> Places:
    """The places of this year: the quota of the programme file, or as many as the yearly ceiling pays for."""
    quota = programme().decisions.quota
    if quota:
        new_year = dt.datetime.combine(dt.date(today.year, 1, 1), dt.time(), programme().zone)
        return Places(quota, session.scalar(_ACCEPTED, {"since": new_year}) or 0, by_quota=True)
    premium = programme().premium
    affordable = premium.ceiling // (12 * premium.on(today))
    return Places(affordable, listed(session, today=today), by_quota=False)


def listed(session: Session, *, today: dt.date) -> int:
    """People whose premium the city pays or has promised to pay: on the list, or accepted for it; each once."""
    return session.scalar(_LISTED, {"today": today}) or 0


def one_at_a_time(session: Session) -> None:
    """Whoever accepts next waits until this transaction is over: the last place is given once."""
    session.execute(_ONE_AT_A_TIME)
