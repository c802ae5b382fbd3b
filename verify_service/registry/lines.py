"""Which line of a newer list is which enrolment, and where it says that the person lives."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.registry.staging import changed, make
from verify_service.registry.versions import Version

_LINES = """
CREATE TEMPORARY TABLE staged_line ON COMMIT DROP AS
SELECT staged.*, worker.id AS worker_id, CAST(NULL AS bigint) AS enrolment_id, CAST(NULL AS date) AS removed_from
FROM staged_roster staged JOIN worker USING (nik_index)
"""

_PLANNED = ("row", "worker_id", "enrolment_id", "phone_index", "kelurahan_code", "rw", "rt", "occupation", "source")

# Two lines of one person are told apart by what they say. A list that was sorted anew says the same in another order,
# so the order decides only between lines that say the same, or nothing that is known.
_BY = (
    "CASE WHEN import_id = ANY(:same_file) THEN row END",
    "kelurahan_code, rw, rt, coalesce(occupation, ''), coalesce(source, '')",
    "kelurahan_code, rw, rt",
    "kelurahan_code",
    "true",
)

_MATCH = """
UPDATE staged_line SET enrolment_id = held.id, removed_from = held.removed_from
FROM (SELECT row, ROW(worker_id, {by}) AS says,
             row_number() OVER (PARTITION BY worker_id, {by} ORDER BY row) AS place
      FROM (SELECT *, CAST(:import_id AS bigint) AS import_id FROM staged_line) line WHERE enrolment_id IS NULL) line
JOIN (SELECT id, removed_from, ROW(worker_id, {by}) AS says,
             row_number() OVER (PARTITION BY worker_id, {by} ORDER BY id) AS place
      FROM enrolment
      WHERE worker_id IN (SELECT worker_id FROM staged_line WHERE enrolment_id IS NULL)
        AND NOT EXISTS (SELECT 1 FROM staged_line taken WHERE taken.enrolment_id = enrolment.id)) held
USING (says, place)
WHERE staged_line.row = line.row
"""

# Kelurahan, RW and RT are one value: the old RT of a new kelurahan would ask the head of strangers.
_SETTLE = """
UPDATE staged_line SET kelurahan_code = settled.kelurahan_code, rw = settled.rw, rt = settled.rt
FROM (
    SELECT line.row,
           CASE WHEN says.elsewhere OR 'kelurahan' = ANY(line.cleared)
                THEN line.kelurahan_code ELSE held.kelurahan_code END AS kelurahan_code,
           CASE WHEN says.elsewhere OR says.other_rw OR line.cleared && ARRAY['kelurahan', 'rw']
                THEN line.rw ELSE held.rw END AS rw,
           CASE WHEN says.elsewhere OR says.other_rw OR line.cleared && ARRAY['kelurahan', 'rw', 'rt'] THEN line.rt
                WHEN says.unread THEN held.rt ELSE coalesce(line.rt, held.rt) END AS rt
    FROM staged_line line JOIN enrolment held ON held.id = line.enrolment_id
    CROSS JOIN LATERAL (
        SELECT (line.kelurahan_code IS NULL
                AND line.flags && ARRAY['kelurahan_unknown', 'kecamatan_missing', 'kecamatan_differs'])
               OR 'rw_unreadable' = ANY(line.flags) AS unread) reading
    CROSS JOIN LATERAL (
        SELECT reading.unread,
               coalesce(line.kelurahan_code <> coalesce(held.kelurahan_code, ''), false) AS elsewhere,
               NOT reading.unread AND line.rw IS NOT NULL AND line.rw IS DISTINCT FROM held.rw AS other_rw) says
) settled
WHERE staged_line.row = settled.row
"""

# So is what is written of the street.
_OLD_STREET = """
UPDATE worker SET address = NULL, said = NULL
FROM staged_line line JOIN enrolment held ON held.id = line.enrolment_id
WHERE worker.id = line.worker_id AND line.address IS NULL AND worker.address IS NOT NULL
  AND line.kelurahan_code <> held.kelurahan_code
"""


def match_lines(session: Session, version: Version) -> int:
    """The staged rows as `staged_line`, each with its enrolment if there is one; how many are of people removed."""
    make(session, "staged_line", _LINES, planned=_PLANNED)
    for by in _BY:
        changed(session, _MATCH.format(by=by), import_id=version.id, same_file=list(version.same_file))
    removed = text("SELECT count(*) FROM staged_line WHERE removed_from IS NOT NULL")
    return int(session.execute(removed).scalar_one())


def settle_places(session: Session) -> None:
    """What a matched line leaves open of kelurahan, RW and RT, from what is held, but never half of each."""
    changed(session, _OLD_STREET)
    changed(session, _SETTLE)
