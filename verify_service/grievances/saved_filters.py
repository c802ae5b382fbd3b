"""Views of the queue that an officer gave a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from flows.conversation import printable
from verify_service import audit
from verify_service.ground.tables import SavedFilter

LONGEST_NAME = 40
MOST = 20  # of one officer: a list of views that needs a search is none


def views_of(session: Session, officer: int) -> Sequence[tuple[int, str, dict[str, str]]]:
    """The views of this officer by name: (id, name, what its address names)."""
    rows = session.scalars(select(SavedFilter).where(SavedFilter.officer_id == officer).order_by(SavedFilter.name))
    return [(row.id, row.name, dict(parse_qsl(row.query))) for row in rows]


def keep(session: Session, officer: int, name: str, query: Mapping[str, str], *, now: dt.datetime) -> bool:
    """Keep a view under a name, in the place of one of that name; False without a name, or with too many already."""
    name = " ".join(printable(name).split())[:LONGEST_NAME]
    mine = select(func.count()).select_from(SavedFilter)
    others = session.scalar(mine.where(SavedFilter.officer_id == officer, SavedFilter.name != name)) or 0
    if not name or others >= MOST:
        return False
    adding = insert(SavedFilter).values(officer_id=officer, name=name, query=urlencode(query))
    session.execute(
        adding.on_conflict_do_update(
            index_elements=[SavedFilter.officer_id, SavedFilter.name], set_={"query": adding.excluded.query}
        )
    )
    who = f"officer:{officer}"
    audit.record(session, now=now, actor=who, action="view kept", on=who)
    return True


def forget(session: Session, officer: int, view: int, *, now: dt.datetime) -> None:
    """Let go of a view; only of one's own."""
    gone = session.scalar(
        delete(SavedFilter).where(SavedFilter.id == view, SavedFilter.officer_id == officer).returning(SavedFilter.id)
    )
    if gone is not None:
        who = f"officer:{officer}"
        audit.record(session, now=now, actor=who, action="view let go", on=who)
