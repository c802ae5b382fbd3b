"""Every import is a version that is kept: which there are, which of them a file was before, what one changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import FileImport


@dataclass(frozen=True)
class Version:
    """The version that is being made: `same_file` are the ids of all versions of its very file, its own included.

    `earlier_terms` are those on which the newest of the others counts; None where the file is new.
    """

    id: int
    same_file: tuple[int, ...]
    earlier_terms: object = None

    @property
    def again(self) -> bool:
        """Whether the file was imported before, and counts again now."""
        return len(self.same_file) > 1


def of_this_file(session: Session, kind: str, digest: bytes, period: dt.date | None) -> list[FileImport]:
    """The versions of this very file that were not undone, the newest first."""
    return list(
        session.scalars(
            select(FileImport)
            .where(
                FileImport.kind == kind,
                FileImport.sha256 == digest,
                FileImport.period.is_not_distinct_from(period),
                FileImport.undone_at.is_(None),
            )
            .order_by(FileImport.id.desc())
        )
    )


_TELL = text(
    """
SELECT set_config('verify.changed_at', :at, true), set_config('verify.changed_by', :by, true)
"""
)


def changing(session: Session, *, now: dt.datetime, version: int | None = None) -> None:
    """Say when, and by which version, what the rest of this transaction changes stood otherwise before."""
    session.execute(_TELL, {"at": now.isoformat(), "by": "" if version is None else str(version)})


def not_before_others(session: Session, now: dt.datetime) -> dt.datetime:
    """The moment of a new version: a clock that was set back puts none before those that it follows."""
    newest = session.scalar(select(func.max(FileImport.imported_at)))
    return now if newest is None or newest <= now else newest + dt.timedelta(microseconds=1)


# A list put back counts again: another came after it and took over people of its.
_OVERTAKEN = text(
    """
SELECT EXISTS (SELECT 1 FROM file_import later WHERE later.kind = held.kind AND later.id > held.id
                 AND later.undone_at IS NULL)
       AND (held.kind <> 'roster'
            OR (SELECT count(*) FROM enrolment WHERE import_id = held.id) < held.accepted)
FROM file_import held WHERE held.id = :held
"""
)


def is_overtaken(session: Session, held: int) -> bool:
    """Whether a later list took over people of this one."""
    return bool(session.execute(_OVERTAKEN, {"held": held}).scalar_one())


@dataclass(frozen=True)
class VersionTold:
    """One version as its list is shown; `terms` and `period` only where its kind has them."""

    id: int
    kind: str
    filename: str
    sha256: str
    imported_at: dt.datetime
    actor: str
    decree: str | None
    period: dt.date | None
    whole: bool
    rows: int
    accepted: int
    rejected: int
    created: int
    updated: int
    terms: dict[str, Any]
    undone_at: dt.datetime | None
    undone_by: str | None

    def to_json(self) -> dict[str, Any]:
        """The JSON of `verify roster versions`."""
        return {
            "version": self.id,
            "kind": self.kind.replace("_", "-"),
            "file": self.filename,
            "sha256": self.sha256,
            "imported_at": self.imported_at.isoformat(),
            "by": self.actor,
            "decree": self.decree,
            "period": f"{self.period:%Y-%m}" if self.period else None,
            "whole": self.whole,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "created": self.created,
            "updated": self.updated,
            "terms": self.terms,
            "undone_at": self.undone_at.isoformat() if self.undone_at else None,
            "undone_by": self.undone_by,
        }


def versions(session: Session, kind: str | None = "roster") -> list[VersionTold]:
    """All versions of one kind of list, or of all, the oldest first."""
    wanted = select(FileImport).order_by(FileImport.id)
    if kind is not None:
        wanted = wanted.where(FileImport.kind == kind)
    return [_told(held) for held in session.scalars(wanted)]


def _told(held: FileImport) -> VersionTold:
    return VersionTold(
        id=held.id,
        kind=held.kind,
        filename=held.filename,
        sha256=bytes(held.sha256).hex(),
        imported_at=held.imported_at,
        actor=held.actor,
        decree=held.decree,
        period=held.period,
        whole=held.whole,
        rows=held.rows,
        accepted=held.accepted,
        rejected=held.rejected,
        created=held.report.get("created", 0),
        updated=held.report.get("updated", 0),
        terms=held.report.get("terms", {}),
        undone_at=held.undone_at,
        undone_by=held.undone_by,
    )


def find_version(session: Session, version: int) -> VersionTold | None:
    """One version."""
    held = session.get(FileImport, version)
    return _told(held) if held is not None else None


def version_before(session: Session, version: VersionTold) -> int | None:
    """The one to compare this with: the newest before it of its kind, and of a month's files of its month."""
    return session.scalar(
        select(func.max(FileImport.id)).where(
            FileImport.kind == version.kind,
            FileImport.period.is_not_distinct_from(version.period),
            FileImport.undone_at.is_(None),
            FileImport.id < version.id,
        )
    )


@dataclass(frozen=True)
class MonthFiles:
    """A month with the files of it that count: the newest of each kind that was not undone."""

    month: dt.date
    payments: VersionTold | None
    insurer: VersionTold | None


def month_files(session: Session, first: dt.date, today: dt.date) -> list[MonthFiles]:
    """Every month from the first that the city pays to this one, the newest first."""
    wanted = select(FileImport).where(FileImport.period.is_not(None), FileImport.undone_at.is_(None))
    newest = {(held.kind, held.period): _told(held) for held in session.scalars(wanted.order_by(FileImport.id))}
    months = {period for _, period in newest if period} | {_month(at) for at in range(_at(first), _at(today) + 1)}
    return [
        MonthFiles(month, newest.get(("payments", month)), newest.get(("insurer", month)))
        for month in sorted(months, reverse=True)
    ]


def _at(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _month(at: int) -> dt.date:
    return dt.date(at // 12, at % 12 + 1, 1)
