"""Where rounds stand, in counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round, RoundPerson, RoundStratum
from verify_service.rounds.dispositions import counted
from verify_service.rounds.round_states import find_round


def status_of(session: Session, name: str | None) -> list[dict[str, Any]]:
    """One round by name or number, or all of them, the newest first. Counts only."""
    held = [find_round(session, name)] if name else session.scalars(select(Round).order_by(Round.id.desc())).all()
    return [_told(session, one) for one in held]


def _told(session: Session, held: Round) -> dict[str, Any]:
    people, wanted, sample = session.execute(
        select(
            func.coalesce(func.sum(RoundStratum.population), 0),
            func.coalesce(func.sum(RoundStratum.completes), 0),
            func.coalesce(func.sum(RoundStratum.released), 0),
        ).where(RoundStratum.round_id == held.id)
    ).one()
    mine = (RoundPerson.round_id == held.id, RoundPerson.sampled)
    asked, answered, texts = session.execute(
        select(
            func.count(RoundPerson.asked_at),
            func.count(RoundPerson.answered_at),
            func.coalesce(func.sum(RoundPerson.texts), 0),
        ).where(*mine)
    ).one()
    return {
        "round": held.name,
        "id": held.id,
        "state": held.state,
        "paused": held.paused_at is not None,
        "people": int(people),
        "sample": int(sample),
        "wanted": int(wanted),
        "contacted": asked,
        "answered": answered,
        "texts": int(texts),
        "dispositions": counted(session, held),
        "closes_at": held.closes_at.isoformat(timespec="seconds") if held.closes_at else None,
        "closed_at": held.closed_at.isoformat(timespec="seconds") if held.closed_at else None,
        "closed_how": held.closed_how,
    }


def closed_rounds(session: Session, most: int = 20) -> list[tuple[int, str]]:
    """The newest rounds that are closed, by number and name."""
    rows = session.execute(
        select(Round.id, Round.name).where(Round.state == "closed").order_by(Round.id.desc()).limit(most)
    )
    return [(row.id, row.name) for row in rows]
