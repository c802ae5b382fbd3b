"""What somebody must do by a day: opened once while it is open, closed by whoever did it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.tables import Task


def death_sql(worker: str) -> str:
    """Whether a death of this worker is being checked or was confirmed: then nobody writes to the phone of it."""
    return f"""EXISTS (
        SELECT 1 FROM task JOIN enrolment dead ON dead.id = task.enrolment_id
        WHERE dead.worker_id = {worker} AND task.kind = 'death_reported'
          AND (task.closed_at IS NULL OR task.closed_how = 'confirmed'))"""  # noqa: S608  # constants of our own


def open_task(
    session: Session,
    *,
    kind: str,
    subject: str,
    kelurahan_code: str | None,
    rw: str | None,
    rt: str | None,
    due_on: dt.date,
    now: dt.datetime,
    enrolment_id: int | None = None,
    rt_head_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    by: str = "clock",
) -> int | None:
    """Ask for something to be done by `due_on` (the city's day); its id, or None when it is asked for already.

    `by` is who gave rise to it, as the audit trail names people: officer:ID, phone:ID, clock. `detail` is what else the
    officer must know: ids and counts, nobody's data.
    """
    row = insert(Task).values(
        kind=kind,
        subject=subject,
        kelurahan_code=kelurahan_code,
        rw=rw,
        rt=rt,
        enrolment_id=enrolment_id,
        rt_head_id=rt_head_id,
        detail=dict(detail or {}),
        due_on=due_on,
        opened_at=now,
    )
    opened = session.scalar(
        row.on_conflict_do_nothing(
            index_elements=[Task.kind, Task.subject], index_where=Task.closed_at.is_(None)
        ).returning(Task.id)
    )
    if opened is not None:
        audit.record(session, now=now, actor=by, action="task opened", on=subject, kind=kind, task=opened)
    return opened


@dataclass(frozen=True)
class Wanted:
    """What must be done, one of many alike; `detail` as of `open_task`."""

    subject: str
    kelurahan_code: str | None
    rw: str | None
    rt: str | None
    enrolment_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


def open_tasks(
    session: Session, kind: str, wanted: Sequence[Wanted], *, due_on: dt.date, now: dt.datetime, by: str = "clock"
) -> int:
    """What `open_task` does for one, for many of one kind in two commands; how many were not asked for already."""
    if not wanted:
        return 0
    rows = [{**asdict(one), "kind": kind, "due_on": due_on, "opened_at": now} for one in wanted]
    asked = insert(Task).on_conflict_do_nothing(
        index_elements=[Task.kind, Task.subject], index_where=Task.closed_at.is_(None)
    )
    opened = session.execute(asked.returning(Task.id, Task.subject), rows).all()
    audit.record_each(
        session,
        [(subject, {"kind": kind, "task": task}) for task, subject in opened],
        now=now,
        actor=by,
        action="task opened",
    )
    return len(opened)


def close_task(
    session: Session,
    kind: str,
    subject: str,
    *,
    how: str,
    by: str,
    now: dt.datetime,
    opened_since: dt.datetime | None = None,
) -> bool:
    """Close the open task of this kind about this subject; False when none is open, or none opened so lately.

    `how` is confirmed, not so, done or withdrawn.
    """
    lately = Task.opened_at >= opened_since if opened_since is not None else true()
    closed = session.scalar(
        update(Task)
        .where(Task.kind == kind, Task.subject == subject, Task.closed_at.is_(None), lately)
        .values(closed_at=now, closed_how=how, closed_by=by)
        .returning(Task.id)
    )
    if closed is not None:
        audit.record(session, now=now, actor=by, action="task closed", on=subject, kind=kind, task=closed, how=how)
    return closed is not None
