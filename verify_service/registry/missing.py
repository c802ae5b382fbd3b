"""Who a whole list leaves out: told by name, and handed to the officers, who alone can take anybody off the list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day, working_days_after
from verify_service.registry.problems import FileRefused
from verify_service.tasks import close_task, open_task

MISSING: Final = "missing_from_list"  # the task


@dataclass(frozen=True)
class MissingLine:
    """One enrolment that the whole list does not name: whose, where, and in which row of which version it stood."""

    enrolment: int
    name: str
    kelurahan_code: str | None
    kelurahan: str | None
    rw: str | None
    rt: str | None
    version: int
    row: int

    def to_json(self) -> dict[str, Any]:
        """One entry of `missing` in the JSON of an import."""
        return {
            "enrolment": self.enrolment,
            "name": self.name,
            "kelurahan": self.kelurahan,
            "rw": self.rw,
            "rt": self.rt,
            "version": self.version,
            "row": self.row,
        }


_MISSING = text(
    """
SELECT enrolment.id, worker.name, enrolment.kelurahan_code, area.kelurahan, enrolment.rw, enrolment.rt,
       enrolment.import_id, enrolment.row
FROM enrolment JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
WHERE enrolment.import_id <> :version AND enrolment.removed_from IS NULL AND worker.erased_at IS NULL
ORDER BY area.kelurahan, worker.name, enrolment.id
"""
)
_LISTED = text("SELECT count(*) FROM enrolment WHERE removed_from IS NULL")


def hand_over_missing(session: Session, version: int, *, actor: str, now: dt.datetime) -> tuple[MissingLine, ...]:
    """Whoever is on the list and not in this version, the whole list: a task each for the officers, while none is open.

    Raises FileRefused when that is more than half of the list: a part was sent as the whole.
    """
    missing = tuple(MissingLine(*row) for row in session.execute(_MISSING, {"version": version}))
    listed = int(session.execute(_LISTED).scalar_one())
    if 2 * len(missing) > listed:
        raise FileRefused(
            f"As the whole list this file would leave out {len(missing):,} of {listed:,} lines, more than half."
            " If it is a part of the list, import it with --adds."
        )
    due_on = working_days_after(city_day(now), programme().decisions.answer_days)
    for line in missing:
        open_task(
            session,
            kind=MISSING,
            subject=subject(line.enrolment),
            kelurahan_code=line.kelurahan_code,
            rw=line.rw,
            rt=line.rt,
            enrolment_id=line.enrolment,
            due_on=due_on,
            now=now,
            by=actor,
            detail={"version": version},
        )
    return missing


def subject(enrolment: int) -> str:
    """What the task is about."""
    return f"enrolment:{enrolment}"


_NAMED_AGAIN = text(
    """
SELECT task.subject FROM task JOIN enrolment ON enrolment.id = task.enrolment_id
WHERE task.kind = :kind AND task.closed_at IS NULL AND enrolment.import_id = :version
"""
)


def take_back_named(session: Session, version: int, *, actor: str, now: dt.datetime) -> None:
    """Whoever the newer list names is missing no longer."""
    for named in session.scalars(_NAMED_AGAIN, {"kind": MISSING, "version": version}).all():
        close_task(session, MISSING, named, how="withdrawn", by=actor, now=now)
