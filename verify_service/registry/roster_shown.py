"""The list as it stands: a line for each enrolment that the city pays for, and which version it rests on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class ShownLine:
    """One enrolment: ids and places, nobody's name or number. `paid_from` is a first day of a month."""

    enrolment: int
    worker: int
    row: int
    version: int
    kelurahan_code: str | None
    kelurahan: str | None
    rw: str | None
    rt: str | None
    paid_from: dt.date
    months: int
    flags: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The JSON of `verify roster show`."""
        return {
            "enrolment": self.enrolment,
            "worker": self.worker,
            "row": self.row,
            "version": self.version,
            "kelurahan_code": self.kelurahan_code,
            "rw": self.rw,
            "rt": self.rt,
            "paid_from": f"{self.paid_from:%Y-%m}",
            "months": self.months,
            "flags": list(self.flags),
        }


_LINES = text(
    """
SELECT enrolment.id AS enrolment, enrolment.worker_id AS worker, enrolment.row, enrolment.import_id AS version,
       enrolment.kelurahan_code, area.kelurahan, enrolment.rw, enrolment.rt, enrolment.paid_from,
       enrolment.months, enrolment.flags
FROM enrolment LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
WHERE enrolment.removed_from IS NULL OR enrolment.removed_from > :day
ORDER BY enrolment.id
"""
)


def roster_on(session: Session, day: dt.date) -> list[ShownLine]:
    """Who is on the list on this day of the city; for a day that is over, in a session of `as_of`."""
    rows = session.execute(_LINES, {"day": day})
    return [ShownLine(**{**row._mapping, "flags": tuple(row.flags)}) for row in rows]


def by_kelurahan(lines: Iterable[ShownLine]) -> list[tuple[str, int]]:
    """How many lines each kelurahan has, by name; those without one last."""
    counts = Counter(line.kelurahan or "" for line in lines)
    return sorted(counts.items(), key=lambda pair: (not pair[0], pair[0]))


_COUNTS = text(
    """
SELECT area.kecamatan, area.kelurahan, count(*) AS enrolments, count(DISTINCT worker_id) AS workers
FROM enrolment LEFT JOIN area USING (kelurahan_code)
WHERE enrolment.removed_from IS NULL OR enrolment.removed_from > :day
GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2 NULLS LAST
"""
)


@dataclass(frozen=True)
class PlaceCount:
    """How many lines and people of the list a kelurahan has; without a name, those whose kelurahan is not known."""

    kecamatan: str | None
    kelurahan: str | None
    enrolments: int
    workers: int


def counts_on(session: Session, day: dt.date) -> list[PlaceCount]:
    """The list on this day by kelurahan, as roster_on has its lines."""
    return [PlaceCount(**row._mapping) for row in session.execute(_COUNTS, {"day": day})]
