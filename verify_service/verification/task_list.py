"""The tasks an account sees: those of its place, all of them for the city; names masked until one is opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from flows.references import worker_code
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import in_place
from verify_service.ground.crypto import nik_end
from verify_service.ground.tables import Task
from verify_service.registry.names import masked_name


@dataclass(frozen=True)
class Listed:
    """One task on the list; `nik_last4` and `code` are empty where it is about no worker, or the account reads none."""

    id: int
    kind: str
    due_on: dt.date
    kelurahan: str | None
    rw: str | None
    rt: str | None
    masked_name: str
    nik_last4: str
    code: str
    detail: Mapping[str, Any]


_PAGE = text(
    """
SELECT task.id, task.kind, task.due_on, task.rt, task.rw, area.kelurahan,
       coalesce(worker.name, rt_head.name, '-') AS name, person_key.wrapped,
       worker.nik, worker.id AS worker, task.detail
FROM task
LEFT JOIN area ON area.kelurahan_code = task.kelurahan_code
LEFT JOIN enrolment ON enrolment.id = task.enrolment_id
LEFT JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
LEFT JOIN rt_head ON rt_head.id = task.rt_head_id
WHERE task.closed_at IS NULL AND (CAST(:kind AS text) IS NULL OR task.kind = :kind)
  AND (NOT :bound OR task.kelurahan_code = :area OR starts_with(task.kelurahan_code, :area || '.'))
ORDER BY task.due_on, task.id LIMIT :size OFFSET :skip
"""
)


def open_tasks(acting: Acting, kind: str | None, *, first: int, most: int) -> Sequence[Listed]:
    """A page of what is to be done, of one kind or all, the most urgent first.

    An auditor reads what is to be done, and about nobody.
    """
    place = {"bound": acting.viewer.bound, "area": acting.viewer.area}
    rows = acting.session.execute(_PAGE, {"kind": kind, "size": most, "skip": first} | place)
    return [
        Listed(
            id=row.id,
            kind=row.kind,
            due_on=row.due_on,
            kelurahan=row.kelurahan,
            rw=row.rw,
            rt=row.rt,
            masked_name=masked_name(row.name),
            nik_last4=nik_end(row.wrapped, row.nik) if acting.viewer.reads_words else "",
            code=worker_code(row.worker) if row.worker and acting.viewer.reads_words else "",
            detail=row.detail,
        )
        for row in rows
    ]


def counts(acting: Acting) -> dict[str, int]:
    """How many open tasks of each kind this account sees."""
    mine = (Task.closed_at.is_(None), in_place(acting.viewer, Task.kelurahan_code))
    rows = acting.session.execute(select(Task.kind, func.count()).where(*mine).group_by(Task.kind))
    return {row[0]: row[1] for row in rows}


def find(acting: Acting, number: int) -> Task | None:
    """The task, open or closed, where it lies in this account's place; None otherwise, whether or not there is one."""
    return acting.session.scalar(select(Task).where(Task.id == number, in_place(acting.viewer, Task.kelurahan_code)))
