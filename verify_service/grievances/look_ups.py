"""Looking somebody up by NIK: so often an officer may on one day, and oftener who meets somebody than who guesses."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Date, cast, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from verify_service.grievances.acting import Acting
from verify_service.ground.programme import programme
from verify_service.ground.tables import LookUp

MOST: Final = 200  # a day, more than a full day at a counter
MISSES: Final = 40  # of which nobody had the NIK: slips, and guesses


def may_look_up(acting: Acting) -> bool:
    """Whether this officer may look one more person up today, by the database's clock; who may not is on record."""
    held = select(LookUp.asked < MOST, LookUp.missed < MISSES).where(
        LookUp.officer_id == acting.viewer.id, LookUp.day == _today()
    )
    row = acting.session.execute(held).one_or_none()
    if row is None or all(row):
        return True
    acting.record("look-up refused", acting.by)
    return False


def looked_up(acting: Acting, *, found: bool) -> None:
    """Count it."""
    missed = 0 if found else 1
    first = upsert(LookUp).values(officer_id=acting.viewer.id, day=_today(), asked=1, missed=missed)
    more = {"asked": LookUp.asked + 1, "missed": LookUp.missed + missed}
    acting.session.execute(first.on_conflict_do_update(index_elements=[LookUp.officer_id, LookUp.day], set_=more))


def _today() -> object:
    return cast(func.timezone(programme().timezone, func.now()), Date)
