"""Who of those on the list is said to live in an RT, and for whom its head, or that of the RW, still has to speak."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, RtHead
from verify_service.registry.occupations import OCCUPATIONS


@dataclass(frozen=True)
class Office:
    """One RT whose head has a certain phone; without an `rt` an RW, whose head stands in where nobody heads an RT."""

    head: int
    kelurahan_code: str
    kelurahan: str
    rw: str
    rt: str

    @property
    def of_rw(self) -> bool:
        return not self.rt

    @property
    def name(self) -> str:
        """RT and RW as people write them, 003/011; or the RW alone."""
        return self.rw if self.of_rw else f"{self.rt}/{self.rw}"


@dataclass(frozen=True)
class ListedResident:
    """One worker of the RT: the first of the worker's enrolments there, and whether the head has answered."""

    enrolment: int
    worker: int
    name: str
    job: str
    place: int
    answered: bool
    rt: str


def offices_of(session: Session, phone_id: int) -> list[Office]:
    """The RT (or RW) that the owner of this phone heads now."""
    rows = session.execute(
        select(RtHead.id, RtHead.kelurahan_code, Area.kelurahan, RtHead.rw, RtHead.rt)
        .join(Area, Area.kelurahan_code == RtHead.kelurahan_code)
        .where(RtHead.phone_id == phone_id, RtHead.until.is_(None), ~RtHead.announced)
        .order_by(RtHead.id)
    )
    return [Office(*row) for row in rows]


def unheaded_sql(place: str) -> str:
    """Whether no head speaks for the RT of this row: there is none, or he has no phone that opens his menu, is locked
    out, or has not activated his phone though he was listed before `:inactive`.
    """
    return f"""NOT EXISTS (
    SELECT 1 FROM rt_head speaks
    WHERE speaks.kelurahan_code = {place}.kelurahan_code AND speaks.rw = {place}.rw AND speaks.rt = {place}.rt
      AND speaks.until IS NULL AND NOT speaks.announced AND speaks.phone_id IS NOT NULL AND speaks.locked_at IS NULL
      AND (speaks.activated_at IS NOT NULL
           OR greatest(speaks.created_at, CAST(speaks.since AS timestamptz)) > :inactive))"""  # noqa: S608  # ours


def inactive_before(now: dt.datetime) -> dt.datetime:
    """Who was listed before this, and has not activated his phone, does not speak for his RT."""
    return now - dt.timedelta(days=programme().rt_heads.inactive_days)


# Where a head speaks: in his own RT, or in those RT of his RW for which nobody does.
_HIS = f"""enrolment.kelurahan_code = :kelurahan_code AND enrolment.rw = :rw AND enrolment.rt <> ''
  AND CASE WHEN :rt <> '' THEN enrolment.rt = :rt ELSE {unheaded_sql("enrolment")} END"""


def _where(office: Office, now: dt.datetime) -> dict[str, object]:
    return {
        "kelurahan_code": office.kelurahan_code,
        "rw": office.rw,
        "rt": office.rt,
        "inactive": inactive_before(now),
    }


_RESIDENTS = text(
    f"""
SELECT DISTINCT ON (worker.id) enrolment.id AS enrolment, worker.id AS worker, worker.name,
       coalesce(enrolment.occupation, '') AS occupation, enrolment.rt,
       EXISTS (SELECT 1 FROM evidence JOIN enrolment same ON same.id = evidence.enrolment_id
               WHERE same.worker_id = worker.id AND same.kelurahan_code = enrolment.kelurahan_code
                 AND same.rw = enrolment.rw AND same.rt = enrolment.rt
                 AND evidence.source = 'rt_head' AND evidence.channel NOT IN ('console', 'visit')
                 AND evidence.received_at >= :since) AS answered
FROM enrolment JOIN worker ON worker.id = enrolment.worker_id
WHERE {_HIS} AND worker.erased_at IS NULL
  AND (enrolment.removed_from IS NULL OR enrolment.removed_from > :today)
  AND NOT EXISTS (SELECT 1 FROM task JOIN enrolment dead ON dead.id = task.enrolment_id
                  WHERE dead.worker_id = worker.id AND task.kind = 'death_reported' AND task.closed_how = 'confirmed')
ORDER BY worker.id, enrolment.id
"""  # noqa: S608  # constants of our own
)


def residents_of(session: Session, office: Office, *, since: dt.datetime, now: dt.datetime) -> list[ListedResident]:
    """The workers listed where this head speaks, each once, in an order that stays; answered: he spoke after `since`.

    What the worker said is not looked at: a head who learns who has answered learns something of the answer. Nor does
    it show what the kelurahan said in his place. A death that was confirmed is no longer his to speak of.
    """
    today = now.astimezone(programme().zone).date()
    rows = session.execute(_RESIDENTS, {**_where(office, now), "since": since, "today": today}).all()
    ordered = sorted(rows, key=lambda row: row.enrolment)
    return [
        ListedResident(
            row.enrolment,
            row.worker,
            row.name,
            OCCUPATIONS.get(row.occupation, row.occupation) or "-",
            place,
            row.answered,
            row.rt,
        )
        for place, row in enumerate(ordered, start=1)
    ]


def enrolments_in(session: Session, office: Office, worker_id: int, *, now: dt.datetime) -> list[int]:
    """This worker's enrolments where this head speaks: what he says is about these, not about a listing elsewhere."""
    found = session.scalars(
        text(f"SELECT id FROM enrolment WHERE worker_id = :worker AND {_HIS} ORDER BY id"),  # noqa: S608  # ours
        {**_where(office, now), "worker": worker_id},
    )
    return list(found)
