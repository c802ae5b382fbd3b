"""What somebody told us that a column is: remembered for the next file of that kind that heads one so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.tables import ToldHeading
from verify_service.registry.columns import Layout, compact
from verify_service.registry.problems import FileRefused

NOTHING = "-"  # of a column that we have no use for


def with_headings(session: Session, layout: Layout, told: Mapping[str, str]) -> Layout:
    """The layout with what is `told` now (heading -> column, "-" for none) and what was told before.

    Raises FileRefused for a column that such a file does not have.
    """
    held = select(ToldHeading.spelling, ToldHeading.field).where(ToldHeading.kind == layout.kind)
    remembered = {row.spelling: row.field for row in session.execute(held)}
    return replace(layout, told=tuple(sorted((remembered | _meant(layout, told)).items())))


def _meant(layout: Layout, told: Mapping[str, str]) -> dict[str, str]:
    meant = {}
    for heading, name in told.items():
        field = "" if name.strip() == NOTHING else layout.field_meant(name)
        if field is None:
            known = ", ".join(column.title for column in layout.columns)
            raise FileRefused(f"--map: such a file has no column {name!r}. Columns: {known}; - for one of no use.")
        meant[compact(heading)] = field
    return meant


def remember(session: Session, layout: Layout, told: Mapping[str, str], *, actor: str, now: dt.datetime) -> None:
    """Keep what was told for the next file; the newest word holds."""
    for spelling, field in _meant(layout, told).items():
        row = insert(ToldHeading).values(kind=layout.kind, spelling=spelling, field=field, told_at=now, told_by=actor)
        session.execute(
            row.on_conflict_do_update(
                index_elements=[ToldHeading.kind, ToldHeading.spelling],
                set_={"field": field, "told_at": now, "told_by": actor},
            )
        )
