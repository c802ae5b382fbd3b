"""What was put right on a person's request, and how it outlives the lists: it stands before what a newer list says.

An office that was told of a mistake goes on sending it for months. So a correction stands until it is corrected again:
a row that says otherwise is taken with the corrected value, and told, so that the office mends its list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import PersonCipher, blind_index, person, seal
from verify_service.registry.kept_lines import said_by
from verify_service.registry.names import name_key
from verify_service.registry.problems import Problem, masked
from verify_service.registry.reading import Reading
from verify_service.registry.rosters import RosterRow
from verify_service.registry.staging import changed, sorted_words

CORRECTABLE = ("name", "birth_date", "sex", "kk", "address", "phone")
_SEALED = {"birth_date", "kk", "address"}

_STANDING = text(
    """
SELECT staged.row, correction.field, correction.value, correction.corrected_at, person_key.wrapped
FROM person_correction correction
JOIN worker ON worker.id = correction.worker_id
JOIN staged_roster staged ON staged.nik_index = worker.nik_index
JOIN person_key ON person_key.nik_index = worker.nik_index AND person_key.wrapped IS NOT NULL
WHERE correction.ended_at IS NULL ORDER BY staged.row, correction.id
"""
)
_ANY = text("SELECT EXISTS (SELECT 1 FROM person_correction WHERE ended_at IS NULL)")


def keep_corrections(session: Session, reading: Reading[RosterRow]) -> list[Problem]:
    """Staged rows that say otherwise than a correction that stands: they go in corrected, and are told of."""
    if not session.scalar(_ANY):
        return []
    found = session.execute(_STANDING).all()
    told = reading.numbered({one.row for one in found})
    problems = []
    for row, name, sealed, when, wrapped in found:
        cipher = person(wrapped)
        value = cipher.open(sealed, "person_correction.value")
        said = said_by(told[row], (name,)).get(name, "")
        if said == value:
            continue
        values = {f"staged_{column}": written for column, written in columns_of(name, value, cipher).items()}
        sets = ", ".join(f"{column} = :staged_{column}" for column in columns_of(name, value, cipher))
        statement = f"UPDATE staged_roster SET {sets}, cleared = array_remove(cleared, :field) WHERE row = :row"  # noqa: S608  # names of our own columns
        changed(session, statement, row=row, field=name, **values)
        expected = f"what was corrected at the person's request on {when:%Y-%m-%d}: it stands; mend the list"
        problems.append(
            Problem(row, reading.heading(name), "correction_kept", masked(said), expected, "flagged", raw=said)
        )
    rows = sorted({problem.row for problem in problems})
    if rows:
        changed(
            session,
            "UPDATE staged_roster SET flags = flags || CAST('correction_kept' AS text) WHERE row = ANY(:rows)",
            rows=rows,
        )
    return problems


def columns_of(name: str, value: str, cipher: PersonCipher) -> Mapping[str, Any]:
    """The columns that a corrected field is kept in, as a worker and a staged row have them (a phone: the latter)."""
    if name == "name":
        return {"name": value, "name_key": sorted_words(name_key(value))}
    if name == "phone":
        return {"phone": seal(value, "phone.number"), "phone_index": blind_index(value, "phone")}
    if name == "birth_date":
        sealed = cipher.seal(value, "worker.birth_date")
        return {"birth_date": sealed, "birth_year": dt.date.fromisoformat(value).year}
    return {name: cipher.seal(value, f"worker.{name}") if name in _SEALED else value}


ERASED: Final = "erased_person"
_ERASED = text(
    """
SELECT staged.row, worker.erased_at FROM worker JOIN staged_roster staged USING (nik_index)
WHERE worker.erased_at IS NOT NULL ORDER BY staged.row
"""
)


def erased_people(session: Session, reading: Reading[RosterRow]) -> list[Problem]:
    """Rows of people whose data were destroyed at their request: taken out of the staged roster, and told of.

    Nothing of such a row can be read afterwards, for it was sealed with a key that nobody has (`person_keys.py`). Whom
    the city goes on insuring must be listed: an administrator says so of the person, and then the list is taken.
    """
    found = session.execute(_ERASED).all()
    problems = []
    for row, when in found:
        expected = (
            f"nobody who was erased on request ({when:%Y-%m-%d}). Whom the city insures all the same is told so,"
            " and listed anew by an administrator on the person's page; then this list is imported again"
        )
        problems.append(Problem(row, reading.heading("nik"), ERASED, "", expected, "rejected"))
    if found:
        changed(session, "DELETE FROM staged_roster WHERE row = ANY(:rows)", rows=[one.row for one in found])
    return problems


def forget_rows(
    session: Session, problems: Sequence[Problem], erased: Collection[int], version: int
) -> tuple[Problem, ...]:
    """What a file said of people who were erased is not kept: neither their rows, nor what was wrong with these."""
    if erased:
        changed(
            session,
            """UPDATE import_line SET rejected = true, said = NULL, line = NULL
               WHERE import_id = :version AND row = ANY(:rows)""",
            version=version,
            rows=sorted(erased),
        )
    return tuple(replace(problem, raw="", found="") if problem.row in erased else problem for problem in problems)
