"""What a newer file says of people who are listed already: another name under their NIK, another place, another NIK."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.registry.names import masked_name
from verify_service.registry.pairs import open_pairs_of_list
from verify_service.registry.people import Sighting, are_strangers
from verify_service.registry.person_keys import born
from verify_service.registry.problems import Level, Problem, masked
from verify_service.registry.reading import Reading
from verify_service.registry.rosters import RosterRow
from verify_service.registry.staging import changed, sorted_words

_UNDER_THE_NIK = """
SELECT staged.row, worker.name, worker.name_key, person_key.wrapped, worker.birth_date
FROM {staged} staged JOIN worker USING (nik_index) LEFT JOIN person_key USING (nik_index)
"""

# What a person has decided of the two names of one NIK is not asked again.
_UNDECIDED = """
WHERE staged.said IS DISTINCT FROM worker.said AND staged.name_key <> worker.name_key
  AND NOT EXISTS (SELECT 1 FROM known_name known
                  WHERE known.nik_index = staged.nik_index AND known.name_key = staged.name_key)
ORDER BY staged.row
"""


def other_people(session: Session, reading: Reading[RosterRow]) -> list[Problem]:
    """Rows under a NIK that somebody of another name holds: taken out of the staged roster, for a person to decide.

    One mistyped NIK would turn her into him, phone and all.
    """
    problems = []
    statement = _UNDER_THE_NIK.format(staged="staged_roster") + _UNDECIDED
    found = session.execute(text(statement)).all()
    told = reading.numbered({one.row for one in found})
    for row, name, held_key, key, sealed in found:
        said = told[row]
        new = Sighting(row, said.nik, sorted_words(said.name_key), said.birth_date)
        if are_strangers(new, Sighting(0, said.nik, held_key, born(key, sealed))):
            expected = f"{masked_name(name)}, who is listed under this NIK; whose it is, only a person can say"
            problems.append(_problem(reading, row, "name", "nik_other_person", said.name, expected, rejected=True))
    gone = [problem.row for problem in problems]
    if gone:
        changed(session, "DELETE FROM staged_roster WHERE row = ANY(:rows)", rows=gone)
    return problems


def other_names(session: Session, staged: str, reading: Reading[Any]) -> list[Problem]:
    """Rows of a payment or insurer file whose name is not that of whoever is listed under the NIK.

    They count for the NIK, which is all that such a file is matched by, and somebody has to look.
    """
    problems = []
    names = {row.row: row.name_key for row in reading.accepted}
    for row, name, held_key, *_ in session.execute(text(_UNDER_THE_NIK.format(staged=staged) + " ORDER BY staged.row")):
        key = sorted_words(names.get(row, ""))
        if key != held_key and are_strangers(Sighting(row, "", key), Sighting(0, "", held_key)):
            expected = f"{masked_name(name)}, who is listed under this NIK: mistyped?"
            problems.append(_problem(reading, row, "name", "name_differs", reading.text(row, "name"), expected))
    return problems


def perhaps_the_same(session: Session, reading: Reading[RosterRow]) -> list[Problem]:
    """Rows of people who may be listed under another NIK as well, or stand in this list twice; flags them.

    Until a person has decided; see registry/pairs.py. What the reading has told of this list is not told again.
    """
    paired = {pair.rows for pair in reading.duplicates}
    problems: dict[int, Problem] = {}
    found = open_pairs_of_list(session)
    told = reading.numbered({row for row, *_ in found})
    for row, twin, why in found:
        if row in problems or (twin is not None and (twin, row) in paired):
            continue
        code = "same_person_listed" if twin is None else "same_person"
        whom = "one listed under another NIK" if twin is None else f"in row {twin}"
        alike = f"{', '.join(why[:-1])} and {why[-1]}" if len(why) > 1 else "".join(why)
        expected = f"another person than {whom}, of like {alike}: `verify roster pairs` asks which"
        problems[row] = _problem(reading, row, "name", code, told[row].name, expected)
    for code in ("same_person_listed", "same_person"):
        _flag(session, "staged_line", code, [row for row, problem in problems.items() if problem.code == code])
    return list(problems.values())


_MOVED = """
SELECT line.row, area.kelurahan, held.rt, held.rw, file.filename, file.imported_at
FROM staged_line line
JOIN enrolment held ON held.id = line.enrolment_id
JOIN area ON area.kelurahan_code = held.kelurahan_code
JOIN file_import file ON file.id = held.import_id
WHERE file.id <> :import_id
  AND (line.kelurahan_code <> held.kelurahan_code
       OR (line.kelurahan_code = held.kelurahan_code AND (line.rw <> held.rw OR line.rt <> held.rt)))
ORDER BY line.row
"""


def moved(session: Session, reading: Reading[RosterRow], import_id: int) -> list[Problem]:
    """Lines that say another place than the list before; the newer holds, and is told. Flags them.

    It is the newer, since people move and it is what an office said last. Where two kelurahan claim one person, the
    flag is all that tells.
    """
    problems = []
    for row, kelurahan, rt, rw, filename, when in session.execute(text(_MOVED), {"import_id": import_id}):
        before = f"{kelurahan}, RT {rt or '-'}/RW {rw or '-'}"
        expected = f"{before}, as {filename} of {when:%Y-%m-%d} has it; this list is the newer, and holds"
        found = next((name for name in ("kelurahan", "rt", "rt_rw") if reading.has(name)), "kelurahan")
        said = reading.text(row, found)
        problems.append(_problem(reading, row, found, "place_changed", said, expected))
    _flag(session, "staged_line", "place_changed", [problem.row for problem in problems])
    return problems


def _flag(session: Session, staged: str, code: str, rows: list[int]) -> None:
    if rows:
        statement = f"UPDATE {staged} SET flags = flags || CAST(:code AS text) WHERE row = ANY(:rows)"  # noqa: S608  # ours
        changed(session, statement, code=code, rows=rows)


def _problem(
    reading: Reading[Any],
    row: int,
    field: str,
    code: str,
    said: str,
    expected: str,
    *,
    rejected: bool = False,
) -> Problem:
    level: Level = "rejected" if rejected else "flagged"
    return Problem(row, reading.heading(field), code, masked(said), expected, level, raw=said)
