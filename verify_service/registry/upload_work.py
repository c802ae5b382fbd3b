"""What a worker does with a file that somebody brought: read and report it, and import it once it is accepted.

A worker holds a file for some seconds and says again and again that it is still there. One that was killed is missed
then, and another takes the file up; what it had not committed never was.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PosixPath
from typing import Any, Final

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from verify_service.ground.tables import Upload
from verify_service.registry import loading
from verify_service.registry.names import masked_name
from verify_service.registry.orders import Priced, RosterTerms
from verify_service.registry.problems import FileRefused, TableMissing
from verify_service.registry.reading import Progress
from verify_service.registry.report import ImportReport
from verify_service.registry.uploads import UploadState, content_of, document_of, forget_content, sealed_document

LEASE: Final = dt.timedelta(seconds=20)
TRIES: Final = 5
SHOWN_OF_A_KIND, SHOWN = 30, 600  # problems kept for the page
_MISSING_SHOWN = 50
_WORK = (UploadState.WAITING.value, UploadState.TAKEN.value)


class LeaseLost(Exception):
    """Another worker has the file, or somebody decided meanwhile: what was done with it is to be rolled back."""


@dataclass(frozen=True)
class Work:
    """A file that this worker holds, as it stood when it was taken up."""

    id: int
    state: UploadState
    step: int
    tries: int


def claim(session: Session, *, now: dt.datetime) -> Work | None:
    """The oldest file that waits for a worker, held for a while; None where there is none.

    One at which five workers died is given up.
    """
    while True:
        held = session.scalars(
            select(Upload)
            .where(Upload.state.in_(_WORK), or_(Upload.leased_until.is_(None), Upload.leased_until < now))
            .order_by(Upload.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if held is None:
            return None
        if held.tries < TRIES:
            held.tries, held.leased_until = held.tries + 1, now + LEASE
            held.rows_read = held.rows_all = 0
            session.flush()
            return Work(held.id, UploadState(held.state), held.step, held.tries)
        held.state, held.report = UploadState.FAILED.value, sealed_document({"gave_up": True})
        forget_content(session, held.id)
        session.flush()


def beat(session: Session, work: Work, read: int, of: int, *, now: dt.datetime) -> bool:
    """Say how far it is, and that this worker is still at it; False where it no longer has the file."""
    done = session.execute(
        update(Upload).where(*_held(work)).values(rows_read=read, rows_all=of, leased_until=now + LEASE)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def _held(work: Work) -> tuple[Any, ...]:
    return (
        Upload.id == work.id,
        Upload.state == work.state.value,
        Upload.step == work.step,
        Upload.tries == work.tries,
    )


class SentFile(PosixPath):
    """A file under a path of ours that people know by what its sender calls it."""

    shown = ""

    @property
    def name(self) -> str:
        return self.shown or super().name


@contextmanager
def opened(parts: Iterable[bytes], shown: str) -> Iterator[Path]:
    """The file at a path, in memory alone: of a worker that is killed nothing is left on any disk."""
    with os.fdopen(os.memfd_create("upload"), "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        path = SentFile(f"/proc/{os.getpid()}/fd/{file.fileno()}")
        path.shown = shown
        yield path


def do(session: Session, work: Work, *, priced: Priced, progress: Progress, now: dt.datetime) -> bool:
    """Read and report the file, or import it where it was accepted; whether the list changed.

    All of it is one transaction of the caller: an import is whole, and so is what the page says of it. Raises
    LeaseLost.
    """
    held = session.get_one(Upload, work.id, populate_existing=True)
    with opened(content_of(session, work.id), held.filename) as path:
        try:
            if work.state is UploadState.TAKEN:
                return _import(session, work, held, path, priced, progress, now)
            report = _load(session, held, path, priced, progress, now, dry_run=True)
        except TableMissing as missing:
            if not (missing.lacking and missing.unknown):
                _refuse(session, work, held, missing)
                return False
            told = {"said": str(missing), "lacking": missing.lacking, "unknown": missing.unknown}
            told |= _kind_of(missing)
            _settle(session, work, UploadState.ASKS, told)
        except FileRefused as refused:
            _refuse(session, work, held, refused)
        else:
            _settle(session, work, UploadState.CHECKED, _document(report))
    return False


def _refuse(session: Session, work: Work, held: Upload, refused: FileRefused) -> None:
    """It cannot be read; where that may be for the columns that were told, they are asked for again."""
    told: dict[str, Any] = {"said": str(refused), "wrongly": True} | _kind_of(refused)
    before = document_of(held.report)
    if held.headings and before.get("unknown"):
        held.headings = {}
        told |= {"unknown": before["unknown"], "lacking": before.get("lacking", [])}
        _settle(session, work, UploadState.ASKS, told)
    else:
        _settle(session, work, UploadState.FAILED, told)


def _kind_of(refused: FileRefused) -> dict[str, Any]:
    """Which other kind of ours the file looks like."""
    kind = refused.looks_like if isinstance(refused, TableMissing) else ""
    return {"looks_like": kind.replace("-", "_")} if kind else {}


def _import(
    session: Session, work: Work, held: Upload, path: Path, priced: Priced, progress: Progress, now: dt.datetime
) -> bool:
    """Import it, or give it back to be decided anew where the list has moved so that it no longer can be taken so."""
    try:
        with session.begin_nested() as stored:
            report = _load(session, held, path, priced, progress, now, dry_run=False)
            if not held.valid_only:
                report = report.all_or_nothing()
            if report.refused:
                stored.rollback()
    except FileRefused as refused:
        _settle(session, work, UploadState.CHECKED, document_of(held.report) | {"said": str(refused)})
        return False
    if report.refused:
        _settle(session, work, UploadState.CHECKED, _document(replace(report, refused=False)) | {"moved": True})
        return False
    _settle(session, work, UploadState.ACCEPTED, _document(report), import_id=report.import_id)
    return not report.unchanged


def _load(
    session: Session,
    held: Upload,
    path: Path,
    priced: Priced,
    progress: Progress,
    now: dt.datetime,
    *,
    dry_run: bool,
) -> ImportReport:
    """The import that the command line calls too, as this file's sender wants it."""
    told: dict[str, Any] = {
        "headings": held.headings,
        "dry_run": dry_run,
        "progress": progress,
        "now": now,
        "actor": held.uploaded_by if dry_run else held.decided_by,
    }
    if held.kind == "roster":
        asked = held.terms
        start = dt.date.fromisoformat(asked["paid_from"])
        terms = RosterTerms(start, asked["months"], asked["decree"], asked["whole"], priced)
        return loading.import_roster(session, path, terms, **told)
    if held.kind == "rt_heads":
        return loading.import_rt_heads(session, path, **told)
    assert held.period is not None
    load = loading.import_payments if held.kind == "payments" else loading.import_insurer
    return load(session, path, period=held.period, **told)


def _document(report: ImportReport) -> dict[str, Any]:
    """The report as its page needs it: of each kind of problem the first, nobody unmasked."""
    seen: Counter[str] = Counter()
    shown: list[dict[str, object]] = []
    for problem in report.problems:
        seen[problem.code] += 1
        if seen[problem.code] <= SHOWN_OF_A_KIND and len(shown) < SHOWN:
            shown.append(problem.to_json())
    told = report.to_json() | {
        "problems": shown,
        "duplicates": [],
        "missing": [line.to_json() | {"name": masked_name(line.name)} for line in report.missing[:_MISSING_SHOWN]],
        "missing_count": len(report.missing),
    }
    unknown = [problem.column for problem in report.problems if problem.code == "unknown_column"]
    return {"report": told, "unknown": unknown, "lacking": []}


def _settle(
    session: Session, work: Work, state: UploadState, told: dict[str, Any], import_id: int | None = None
) -> None:
    """What came of it, where this worker still has the file."""
    values = {
        "state": state.value,
        "report": sealed_document(told),
        "leased_until": None,
        "tries": 0,
        "import_id": import_id,
    }
    done = session.execute(update(Upload).where(*_held(work)).values(**values, step=Upload.step + 1))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise LeaseLost
    if state.over:
        forget_content(session, work.id)
