"""The coverage matrix: every combination of what list, insurer, worker, RT head and duplicates say that occurs in a
month, named by its verdict, owned and priced, with the people in it.

A combination is a row of the decision table that somebody's month is in. Sums over combinations are the verdicts and
the rupiah of the month: each verdict is in exactly one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import nik_end
from verify_service.registry.names import masked_name
from verify_service.verification.decision import RULES, Case, Duplicate, Insurer, Listed, Owner, RtHeadSays, WorkerSays

PAGE_SIZE = 25
_REASONS = {rule.name: rule.reason for rule in RULES}


@dataclass(frozen=True)
class Combination:
    """One combination of a month: what it is called, who must act, how many enrolments, rupiah at risk that month."""

    case: Case
    verdict: str
    owner: Owner
    enrolments: int
    assisted: int  # of these: the worker's word was given with an RT head's help
    rupiah: int

    @property
    def reason(self) -> str:
        """Why it is called so; "" for a verdict of an older decision table."""
        return _REASONS.get(self.verdict, "")


@dataclass(frozen=True)
class OwnerShare:
    """What one owner has to do with: combinations, enrolments, rupiah at risk that month."""

    owner: Owner
    combinations: int
    enrolments: int
    rupiah: int


@dataclass(frozen=True)
class CoverageMatrix:
    """One month's combinations, the most money first, then the most people."""

    period: dt.date | None  # None: no month was reported yet
    combinations: tuple[Combination, ...] = ()

    @property
    def enrolments(self) -> int:
        return sum(one.enrolments for one in self.combinations)

    @property
    def rupiah(self) -> int:
        return sum(one.rupiah for one in self.combinations)

    @property
    def owners(self) -> tuple[OwnerShare, ...]:
        """Every owner, in the order of the decision table, those with nothing included."""
        return tuple(_share(owner, (one for one in self.combinations if one.owner is owner)) for owner in Owner)


@dataclass(frozen=True)
class Person:
    """Somebody of a combination. Name masked; of the NIK the last four digits, for accounts that read who it is."""

    enrolment: int
    masked_name: str
    nik_last4: str
    code: str
    rt: str | None
    rw: str | None
    kelurahan: str | None
    rupiah: int
    discrepancy: int | None  # the open one of this month: somebody is asked to act on it


@dataclass(frozen=True)
class People:
    """One page of the people of a combination, by place; `page` counts from 1 and is never beyond the last."""

    rows: tuple[Person, ...]
    total: int  # in the account's place
    page: int
    pages: int


_CASE = "list, insurer, worker, rt_head, duplicate"
_COMBINATIONS = text(
    f"""
SELECT {_CASE}, verdict, owner, count(*) AS enrolments, count(*) FILTER (WHERE assisted) AS assisted,
       sum(rupiah) AS rupiah
FROM verdict WHERE period = :period
GROUP BY {_CASE}, verdict, owner
ORDER BY sum(rupiah) DESC, count(*) DESC, {_CASE}, verdict
"""  # noqa: S608  # a constant of our own
)
_MONTHS = text("SELECT min(period), max(period) FROM verdict")
_OF_THE_COMBINATION = """
FROM verdict JOIN enrolment ON enrolment.id = verdict.enrolment_id
WHERE verdict.period = :period AND verdict.verdict = :verdict AND verdict.owner = :owner
  AND (verdict.list, verdict.insurer, verdict.worker, verdict.rt_head, verdict.duplicate)
      = (:list, :insurer, :worker, :rt_head, :duplicate)
  AND (NOT :bound OR enrolment.kelurahan_code = :area OR starts_with(enrolment.kelurahan_code, :area || '.'))
"""
_PEOPLE = text(
    f"""
SELECT chosen.enrolment, chosen.rt, chosen.rw, chosen.rupiah, area.kelurahan, worker.id AS worker, worker.name,
       worker.nik, person_key.wrapped, discrepancy.id AS discrepancy
FROM (SELECT enrolment.id AS enrolment, enrolment.worker_id, enrolment.kelurahan_code, enrolment.rw, enrolment.rt,
             verdict.period, verdict.rupiah
      {_OF_THE_COMBINATION}
      ORDER BY enrolment.kelurahan_code, enrolment.rw, enrolment.rt, enrolment.id LIMIT :size OFFSET :skip) AS chosen
JOIN worker ON worker.id = chosen.worker_id
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
LEFT JOIN area ON area.kelurahan_code = chosen.kelurahan_code
LEFT JOIN discrepancy ON discrepancy.enrolment_id = chosen.enrolment AND discrepancy.closed_at IS NULL
 AND discrepancy.period = chosen.period
ORDER BY chosen.kelurahan_code, chosen.rw, chosen.rt, chosen.enrolment
"""  # noqa: S608  # a constant of our own
)
_COUNT = text(f"SELECT count(*) {_OF_THE_COMBINATION}")


def months_with_verdicts(session: Session) -> tuple[dt.date, ...]:
    """The months that verdicts are kept of, the newest first."""
    first, last = session.execute(_MONTHS).one()
    if first is None:
        return ()
    numbers = range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1)
    return tuple(dt.date(number // 12, number % 12 + 1, 1) for number in numbers)


def coverage(session: Session, period: dt.date | None) -> CoverageMatrix:
    """The matrix of a month (its first day); of none where no month was reported."""
    if period is None:
        return CoverageMatrix(None)
    rows = session.execute(_COMBINATIONS, {"period": period})
    return CoverageMatrix(period, tuple(_combination(row) for row in rows))


def read_case(written: Mapping[str, str]) -> Case | None:
    """The case that an address names, by its five sources; None where it names none."""
    try:
        return Case(
            Listed(written.get("list", "")),
            Insurer(written.get("insurer", "")),
            WorkerSays(written.get("worker", "")),
            RtHeadSays(written.get("rt_head", "")),
            Duplicate(written.get("duplicate", "")),
        )
    except ValueError:
        return None


def find(matrix: CoverageMatrix, case: Case, verdict: str) -> Combination | None:
    """The combination of this case and verdict in a matrix; None where nobody's month is in it."""
    return next((one for one in matrix.combinations if (one.case, one.verdict) == (case, verdict)), None)


def people(acting: Acting, period: dt.date, one: Combination, page: int = 1, size: int = PAGE_SIZE) -> People:
    """Who is in a combination, of the account's place. Looking is no look at an identity: names are masked here."""
    chosen = {
        "period": period,
        "verdict": one.verdict,
        "owner": one.owner.value,
        **dict(zip(("list", "insurer", "worker", "rt_head", "duplicate"), map(str, astuple(one.case)), strict=True)),
        "bound": acting.viewer.bound,
        "area": acting.viewer.area,
    }
    total = int(acting.session.execute(_COUNT, chosen).scalar_one())
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = acting.session.execute(_PEOPLE, {**chosen, "size": size, "skip": (page - 1) * size})
    told = acting.viewer.reads_words
    return People(tuple(_person(row, told) for row in rows), total, page, pages)


def _combination(row: Row[Any]) -> Combination:
    return Combination(
        case=Case(
            Listed(row.list),
            Insurer(row.insurer),
            WorkerSays(row.worker),
            RtHeadSays(row.rt_head),
            Duplicate(row.duplicate),
        ),
        verdict=row.verdict,
        owner=Owner(row.owner),
        enrolments=row.enrolments,
        assisted=row.assisted,
        rupiah=int(row.rupiah),
    )


def _share(owner: Owner, held: Iterable[Combination]) -> OwnerShare:
    mine = list(held)
    return OwnerShare(owner, len(mine), sum(one.enrolments for one in mine), sum(one.rupiah for one in mine))


def _person(row: Row[Any], told: bool) -> Person:
    return Person(
        enrolment=row.enrolment,
        masked_name=masked_name(row.name),
        nik_last4=nik_end(row.wrapped, row.nik) if told else "",
        code=worker_code(row.worker) if told else "",
        rt=row.rt,
        rw=row.rw,
        kelurahan=row.kelurahan,
        rupiah=row.rupiah,
        discrepancy=row.discrepancy,
    )
