"""Who of those on the list is said to live in an RT, and for whom its head still has to speak."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Area, RtHead
from verify_service.registry.occupations import OCCUPATIONS


@dataclass(frozen=True)
class Office:
    """One RT whose head has a certain phone."""

    head: int
    kelurahan_code: str
    kelurahan: str
    rw: str
    rt: str

    @property
    def name(self) -> str:
        """RT and RW as people write them: 003/011."""
        return f"{self.rt}/{self.rw}"


@dataclass(frozen=True)
class ListedResident:
    """One worker of the RT: the first of the worker's enrolments there, and whether the head has answered."""

    enrolment: int
    worker: int
    name: str
    job: str
    place: int
    answered: bool


def offices_of(session: Session, phone_id: int) -> list[Office]:
    """The RT that the owner of this phone heads now."""
    rows = session.execute(
        select(RtHead.id, RtHead.kelurahan_code, Area.kelurahan, RtHead.rw, RtHead.rt)
        .join(Area, Area.kelurahan_code == RtHead.kelurahan_code)
        .where(RtHead.phone_id == phone_id, RtHead.until.is_(None))
        .order_by(RtHead.id)
    )
    return [Office(*row) for row in rows]


_RESIDENTS = text(
    """
SELECT DISTINCT ON (worker.id) enrolment.id AS enrolment, worker.id AS worker, worker.name,
       coalesce(enrolment.occupation, '') AS occupation,
       EXISTS (SELECT 1 FROM evidence JOIN enrolment same ON same.id = evidence.enrolment_id
               WHERE same.worker_id = worker.id AND same.kelurahan_code = enrolment.kelurahan_code
                 AND same.rw = enrolment.rw AND same.rt = enrolment.rt
                 AND evidence.source = 'rt_head' AND evidence.channel <> 'console'
                 AND evidence.received_at >= :since) AS answered
FROM enrolment JOIN worker ON worker.id = enrolment.worker_id
WHERE enrolment.kelurahan_code = :kelurahan_code AND enrolment.rw = :rw AND enrolment.rt = :rt
  AND (enrolment.removed_from IS NULL OR enrolment.removed_from > :today)
  AND NOT EXISTS (SELECT 1 FROM task JOIN enrolment dead ON dead.id = task.enrolment_id
                  WHERE dead.worker_id = worker.id AND task.kind = 'death_reported' AND task.closed_how = 'confirmed')
ORDER BY worker.id, enrolment.id
"""
)


def residents_of(session: Session, office: Office, *, since: dt.datetime, today: dt.date) -> list[ListedResident]:
    """The workers listed in this RT, each once, in an order that stays; answered: the head spoke after `since`.

    What the worker said is not looked at: a head who learns who has answered learns something of the answer. Nor does
    it show what the kelurahan said in his place. A death that was confirmed is no longer his to speak of.
    """
    area = {"kelurahan_code": office.kelurahan_code, "rw": office.rw, "rt": office.rt}
    rows = session.execute(_RESIDENTS, {**area, "since": since, "today": today}).all()
    ordered = sorted(rows, key=lambda row: row.enrolment)
    return [
        ListedResident(
            row.enrolment,
            row.worker,
            row.name,
            OCCUPATIONS.get(row.occupation, row.occupation) or "-",
            place,
            row.answered,
        )
        for place, row in enumerate(ordered, start=1)
    ]


def enrolments_in(session: Session, office: Office, worker_id: int) -> list[int]:
    """This worker's enrolments in this RT: what its head says is about these, not about a listing elsewhere."""
    found = session.scalars(
        text(
            """SELECT id FROM enrolment WHERE worker_id = :worker AND kelurahan_code = :kelurahan_code AND rw = :rw
               AND rt = :rt ORDER BY id"""
        ),
        {"worker": worker_id, "kelurahan_code": office.kelurahan_code, "rw": office.rw, "rt": office.rt},
    )
    return list(found)
