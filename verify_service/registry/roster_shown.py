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
