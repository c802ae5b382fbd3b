"""Deaths that were reported: those to be checked, and those confirmed of whom the list still has a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, select

from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import Viewer, in_place
from verify_service.ground.tables import Enrolment, Removal, Task

AFTER_DEATH: Final = dt.timedelta(days=366)  # so long a confirmed death is offered for a removal


def to_check(acting: Acting, *, most: int) -> Sequence[Task]:
    """The deaths in this account's place that nobody has confirmed yet, the overdue first."""
    waiting = _reported(acting.viewer).where(Task.closed_at.is_(None))
    return acting.session.scalars(waiting.order_by(Task.due_on, Task.id).limit(most)).all()


def confirmed_and_listed(acting: Acting, *, most: int) -> Sequence[Task]:
    """The deaths of the past year that were confirmed, where the line is on the list and no removal was opened yet."""
    started = select(Removal.id).where(Removal.enrolment_id == Task.enrolment_id)
    listed = select(Enrolment.id).where(Enrolment.id == Task.enrolment_id, Enrolment.removed_from.is_(None))
    lately = _reported(acting.viewer).where(
        Task.closed_how == "confirmed", Task.closed_at > acting.now - AFTER_DEATH, ~started.exists(), listed.exists()
    )
    return acting.session.scalars(lately.order_by(Task.closed_at, Task.id).limit(most)).all()


def _reported(viewer: Viewer) -> Select[Task]:
    return select(Task).where(Task.kind == "death_reported", in_place(viewer, Task.kelurahan_code))
