"""What a newer file says of people who are listed already: another name under their NIK, another place, another NIK."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.registry.names import likeness, masked_name
from verify_service.registry.people import CROWD, SAME_BIRTHDAY, Sighting, are_strangers
from verify_service.registry.problems import Level, Problem, masked
from verify_service.registry.reading import Reading
from verify_service.registry.rosters import RosterRow
from verify_service.registry.staging import changed, make, sorted_words

_UNDER_THE_NIK = """
SELECT staged.row, worker.name, worker.name_key, worker.birth_date
FROM {staged} staged JOIN worker USING (nik_index)
"""


def other_people(session: Session, reading: Reading[RosterRow]) -> list[Problem]:
    """Rows under a NIK that somebody of another name holds: taken out of the staged roster, for a person to decide.

    One mistyped NIK would turn her into him, phone and all.
    """
    told = {row.row: row for row in reading.accepted}
    problems = []
    differs = " WHERE (staged.name_key, staged.birth_date) IS DISTINCT FROM (worker.name_key, worker.birth_date)"
    statement = text(_UNDER_THE_NIK.format(staged="staged_roster") + differs + " ORDER BY staged.row")
    for row, name, held_key, born in session.execute(statement):
        said = told[row]
        new = Sighting(row, said.nik, sorted_words(said.name_key), said.birth_date)
        if are_strangers(new, Sighting(0, said.nik, held_key, born)):
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
    for row, name, held_key, _ in session.execute(text(_UNDER_THE_NIK.format(staged=staged) + " ORDER BY staged.row")):
        key = sorted_words(names.get(row, ""))
        if key != held_key and are_strangers(Sighting(row, "", key), Sighting(0, "", held_key)):
            expected = f"{masked_name(name)}, who is listed under this NIK: mistyped?"
            problems.append(_problem(reading, row, "name", "name_differs", reading.text(row, "name"), expected))
    return problems


_HOUSEHOLD = 10  # a phone that more people share is a clerk's, and would have everybody compared with everybody

# A birth date that so many share is what a form fills in by itself. There everybody would be compared with everybody,
# which takes the square of their number; so only those of the very same name are.
_CROWDS = f"""
CREATE TEMPORARY TABLE staged_crowd ON COMMIT DROP AS
SELECT birth_date FROM worker WHERE birth_date IN (SELECT birth_date FROM staged_roster)
GROUP BY birth_date HAVING count(*) > {CROWD}
UNION
SELECT birth_date FROM staged_roster WHERE birth_date IS NOT NULL GROUP BY birth_date HAVING count(*) > {CROWD}
"""  # noqa: S608  # a number of our own

_NAMESAKES = """
SELECT staged.row, staged.name_key, worker.name_key, 'birth date' AS what
FROM staged_roster staged JOIN worker USING (birth_date)
WHERE worker.nik_index <> staged.nik_index AND birth_date NOT IN (SELECT birth_date FROM staged_crowd) AND {not_here}
UNION ALL
SELECT DISTINCT staged.row, staged.name_key, staged.name_key, 'birth date'
FROM staged_roster staged
JOIN (SELECT birth_date, name_key FROM worker
      WHERE birth_date IN (SELECT birth_date FROM staged_crowd) AND {not_here}
      GROUP BY birth_date, name_key) listed USING (birth_date, name_key)
UNION ALL
SELECT staged.row, staged.name_key, worker.name_key, 'phone'
FROM staged_roster staged JOIN phone ON phone.number_index = staged.phone_index
JOIN (SELECT phone_id FROM phone_link WHERE unlinked_at IS NULL
      GROUP BY phone_id HAVING count(*) <= {household}) shared ON shared.phone_id = phone.id
JOIN phone_link link ON link.phone_id = phone.id AND link.unlinked_at IS NULL
JOIN worker ON worker.id = link.worker_id
WHERE {unlisted} AND {not_here}
UNION ALL
SELECT staged.row, staged.name_key, worker.name_key, 'RT'
FROM staged_roster staged JOIN enrolment USING (kelurahan_code, rw, rt)
JOIN worker ON worker.id = enrolment.worker_id AND worker.name_key = staged.name_key
WHERE {unlisted} AND {not_here}
ORDER BY 1, 4
""".format(  # noqa: S608  # a number and conditions of our own
    household=_HOUSEHOLD,
    not_here="NOT EXISTS (SELECT 1 FROM staged_roster other WHERE other.nik_index = worker.nik_index)",
    unlisted="NOT EXISTS (SELECT 1 FROM worker same WHERE same.nik_index = staged.nik_index)",
)


def perhaps_listed(session: Session, reading: Reading[RosterRow]) -> list[Problem]:
    """Rows that may be somebody listed under another NIK: name and birth date, phone or RT are the same; flags them.

    A NIK that was corrected has mostly been corrected together with the birth date in it.
    """
    told = {row.row: row.name for row in reading.accepted}
    found: dict[int, str] = {}
    make(session, "staged_crowd", _CROWDS)
    for row, one, other, what in session.execute(text(_NAMESAKES)):
        if likeness(one, other) >= SAME_BIRTHDAY:
            found.setdefault(row, what)
    _flag(session, "staged_roster", "same_person_listed", list(found))
    expected = "another person than one listed under another NIK, whose name and {what} are the same"
    return [
        _problem(reading, row, "name", "same_person_listed", told[row], expected.format(what=what))
        for row, what in found.items()
    ]


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
