"""All answers as files: CSV and JSON of each, a data dictionary, and a manifest with the fingerprint of every file."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.record.heads import newest_head
from verify_service.reports.answers import REPORTS, as_csv, as_json, json_bytes, lines_of
from verify_service.reports.definition import Asked

MANIFEST: Final = "MANIFEST.json"
DICTIONARY: Final = "dictionary.csv"
_VERSIONS = text(
    """SELECT kind, max(id) AS version FROM file_import
       WHERE imported_at <= :at AND (undone_at IS NULL OR undone_at > :at) GROUP BY kind ORDER BY kind"""
)


def write_all(session: Session, asked: Asked, folder: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Write every answer below the folder, and last the manifest, which it returns.

    The same database, programme and day give the same bytes, on any machine. `progress` is told each name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, bytes] = {DICTIONARY: _dictionary()}
    for name, report in REPORTS.items():
        progress(name)
        lines = lines_of(report, session, asked)
        files[f"{name}.csv"] = as_csv(report, lines)
        files[f"{name}.json"] = json_bytes(as_json(report, lines, asked.today))
    manifest = _manifest(session, asked, files)
    for name, content in sorted(files.items()):
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_bytes(json_bytes(manifest))
    return manifest


def _dictionary() -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["report", "column", "unit", "meaning"])
    for name, report in REPORTS.items():
        rows.writerows([name, column.name, column.unit, column.meaning] for column in report.columns)
    return out.getvalue().encode()


def _manifest(session: Session, asked: Asked, files: Mapping[str, bytes]) -> dict[str, Any]:
    # Of the day before: the clock seals each minute, and the same day has to give the same bytes.
    head = newest_head(session, before=dt.datetime.combine(asked.today, dt.time(), programme().zone))
    return {
        "as_of": asked.today.isoformat(),
        "programme": programme().name,
        "lists": {row.kind: row.version for row in session.execute(_VERSIONS, {"at": asked.at})},
        "record_head": head.note if head else None,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
