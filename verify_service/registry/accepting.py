"""A row that was refused for its name, let in by a person: somebody under one NIK who has another name now."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.tables import FileImport, ImportProblem
from verify_service.registry.kept_lines import LineKept, lines_of
from verify_service.registry.loading import RosterTerms, import_roster, read_one
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import ImportReport
from verify_service.registry.staging import changed, sorted_words

_FOR_THE_NAME = {"nik_other_person", "nik_shared"}

# Both names are the person's: a list that comes with the old one again is not refused for it either.
_KNOWN = """
INSERT INTO known_name (nik_index, name_key, decided_at, decided_by, note)
SELECT CAST(:nik AS bytea), name_key, :now, :actor, :note
FROM (SELECT CAST(:name AS text) AS name_key
      UNION SELECT worker.name_key FROM worker WHERE worker.nik_index = :nik) AS name
ON CONFLICT DO NOTHING
"""


def accept_row(session: Session, version: int, row: int, *, note: str, now: dt.datetime, actor: str) -> ImportReport:
    """Let a row in that was refused since its NIK is held, or stood in its file, under another name.

    A version of its own, on the terms of the one that refused it. Raises FileRefused for a row that is not there, was
    refused for something else, or that an office must put right. Never commits.
    """
    held, line = _refused(session, version, row)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{Path(held.filename).stem} row {row}.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([line.cells.keys(), line.cells.values()])
        said = read_one(session, file, now=now)
        if said is None:
            raise FileRefused(f"Row {row} cannot be read as it stands. Have the office put it right, and import it.")
        nik = blind_index(said.nik, "nik")
        name = sorted_words(said.name_key)
        given = {"nik": nik, "name": name, "now": now, "actor": actor, "note": seal(note, "known_name.note")}
        changed(session, _KNOWN, **given)
        report = import_roster(session, file, _terms(held), now=now, actor=actor)
    if report.unchanged or not report.accepted:
        raise FileRefused(f"Row {row} of version {version} is in already." if report.unchanged else report.to_text())
    changed(
        session,
        "UPDATE known_name SET import_id = :version WHERE nik_index = :nik AND decided_at = :now",
        version=report.import_id,
        nik=nik,
        now=now,
    )
    audit.record(session, now=now, actor=actor, action="row accepted", on=f"file_import:{version}", row=row)
    return report


def _refused(session: Session, version: int, row: int) -> tuple[FileImport, LineKept]:
    held = session.get(FileImport, version)
    if held is None or held.kind != "roster":
        raise FileRefused(f"There is no roster {version}. `verify roster versions` lists them.")
    if held.undone_at is not None:
        raise FileRefused(f"Version {version} was undone; import the list again.")
    line = next(lines_of(session, version, [row]), None)
    if line is None or not line.rejected:
        raise FileRefused(f"Version {version} refused no row {row}. `verify roster rejected` writes those it did.")
    if not line.cells:
        raise FileRefused(f"The rows of version {version} are past their retention and were emptied.")
    why = set(
        session.scalars(
            select(ImportProblem.code).where(
                ImportProblem.import_id == version, ImportProblem.row == row, ImportProblem.rejected
            )
        )
    )
    if not why or why - _FOR_THE_NAME:
        told = ", ".join(sorted(why - _FOR_THE_NAME)) or "nothing that is kept"
        raise FileRefused(f"Row {row} was refused for {told}: have the office put it right, and import it.")
    return held, line


def _terms(held: FileImport) -> RosterTerms:
    terms = held.report.get("terms", {})
    return RosterTerms(dt.date.fromisoformat(f"{terms['paid_from']}-01"), terms.get("months"), held.decree)
