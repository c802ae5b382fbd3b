"""Views of the queue that an officer gave a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from flows.conversation import printable
from verify_service.grievances.acting import Acting
from verify_service.ground.tables import SavedFilter

LONGEST_NAME = 40
MOST = 20  # of one officer: a list of views that needs a search is none


def views_of(acting: Acting) -> Sequence[tuple[int, str, dict[str, str]]]:
    """The views of this officer by name: (id, name, what its address names)."""
    mine = select(SavedFilter).where(SavedFilter.officer_id == acting.viewer.id)
    rows = acting.session.scalars(mine.order_by(SavedFilter.name))
    return [(row.id, row.name, dict(parse_qsl(row.query))) for row in rows]


def keep(acting: Acting, name: str, query: Mapping[str, str]) -> bool:
    """Keep a view under a name, in the place of one of that name; False without a name, or with too many already."""
    session, officer = acting.session, acting.viewer.id
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
    acting.record("view kept", acting.by)
    return True


def forget(acting: Acting, view: int) -> None:
    """Let go of a view; only of one's own."""
    own = delete(SavedFilter).where(SavedFilter.id == view, SavedFilter.officer_id == acting.viewer.id)
    if acting.session.scalar(own.returning(SavedFilter.id)) is not None:
        acting.record("view let go", acting.by)
