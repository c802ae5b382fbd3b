"""The frame of a round: one line of the list for each person, less whoever is left out, cut into strata.

Left out, in this order: lines that were removed, lines of a month to come, people whose death was confirmed, whose data
were destroyed, whom the
administrator leaves out, and every second listing of a person. Whoever said STOP or has no phone stays: silence is a
finding.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round
from verify_service.rounds.design import Design

_EXCLUDED = """
CASE WHEN line.removed_from <= :month THEN 'removed'
     WHEN least(line.paid_from, line.earlier_from) > :month THEN 'not_yet_listed'
     WHEN EXISTS (SELECT 1 FROM task JOIN enrolment dead ON dead.id = task.enrolment_id
                  WHERE dead.worker_id = line.worker_id AND task.kind = 'death_reported'
                    AND task.closed_how = 'confirmed') THEN 'deceased'
     WHEN worker.erased_at IS NOT NULL THEN 'erased'
     WHEN lower(area.kecamatan) = ANY(:kecamatan) THEN 'kecamatan'
     WHEN line.kelurahan_code = ANY(:kelurahan) OR lower(area.kelurahan) = ANY(:kelurahan) THEN 'kelurahan'
     WHEN lower(worker.sex) = ANY(:sex) THEN 'sex'
     WHEN lower(line.occupation) = ANY(:occupation) THEN 'occupation'
     WHEN lower(line.source) = ANY(:source) THEN 'source'
     WHEN EXISTS (SELECT 1 FROM round_person drawn WHERE drawn.round_id = ANY(:round) AND drawn.sampled
                    AND drawn.worker_id = line.worker_id) THEN 'round' END"""

_REACHABLE = """EXISTS (
    SELECT 1 FROM phone_link JOIN phone ON phone.id = phone_link.phone_id AND phone.refused_at IS NULL
    WHERE phone_link.worker_id = coalesce(worker.same_as, worker.id) AND phone_link.unlinked_at IS NULL)"""

_VALUES = {
    "kecamatan": "coalesce(area.kecamatan, '-')",
    "sex": "coalesce(worker.sex, '-')",
    "occupation": "coalesce(line.occupation, '-')",
    "source": "coalesce(line.source, '-')",
}
_AGES = ((18, 29), (30, 39), (40, 49), (50, 59))


def _stratum_sql(strata: tuple[str, ...]) -> str:
    values = [_VALUES[key] for key in strata if key in _VALUES]
    label = "concat_ws('/', " + ", ".join(values) + ")" if values else "'all'"
    return f"CASE WHEN NOT {_REACHABLE} THEN 'no phone' ELSE {label} END" if "no-phone" in strata else label


def _age_sql() -> str:
    age = "(CAST(extract(year FROM CAST(:month AS date)) AS int) - worker.birth_year)"
    bands = " ".join(f"WHEN {age} <= {last} THEN '{first}-{last}'" for first, last in _AGES)
    return f"CASE {bands} WHEN {age} > {_AGES[-1][1]} THEN '{_AGES[-1][1] + 1}+' END"


@dataclass(frozen=True)
class Frame:
    """How many people each stratum holds, how many of them have no phone, and how many lines were left out, and why."""

    strata: dict[str, int]
    no_phone: dict[str, int]
    excluded: dict[str, int]

    @property
    def people(self) -> int:
        return sum(self.strata.values())


def build_frame(session: Session, design: Design, month: dt.date) -> Frame:
    """Lay the frame as it stands now into the temporary table `frame_now`, for this transaction."""
    excluded = design.excluded()
    values = {key: [value.lower() for value in given] for key, given in excluded.items() if key != "round"}
    numbers = [int(value) for value in excluded["round"]]
    session.execute(text("DROP TABLE IF EXISTS pg_temp.frame_now"))
    session.execute(
        text(
            f"""
            CREATE TEMPORARY TABLE frame_now ON COMMIT DROP AS
            SELECT line.id AS enrolment_id, line.worker_id, {_stratum_sql(design.strata)} AS stratum, area.kecamatan,
                   line.kelurahan_code AS kelurahan, concat(line.rt, '/', line.rw) AS rt, worker.sex, line.occupation,
                   {_age_sql()} AS age, line.source, {_REACHABLE} AS phone,
                   coalesce({_EXCLUDED}, CASE WHEN row_number() OVER (
                       PARTITION BY coalesce(worker.same_as, worker.id), {_EXCLUDED} IS NULL
                       ORDER BY worker.same_as IS NOT NULL, line.id) > 1 THEN 'second_listing' END) AS excluded
            FROM enrolment line JOIN worker ON worker.id = line.worker_id
            LEFT JOIN area ON area.kelurahan_code = line.kelurahan_code
            """  # noqa: S608  # expressions of our own; values are bound
        ),
        {**values, "round": numbers, "month": month},
    )
    rows = session.execute(
        text(
            """SELECT coalesce(stratum, '-') AS stratum, excluded, count(*) AS people,
                      count(*) FILTER (WHERE NOT phone) AS no_phone
               FROM frame_now GROUP BY 1, 2 ORDER BY 1, 2"""
        )
    ).all()
    left_out: dict[str, int] = {}
    for row in rows:
        if row.excluded is not None:
            left_out[row.excluded] = left_out.get(row.excluded, 0) + row.people
    kept = [row for row in rows if row.excluded is None]
    return Frame({row.stratum: row.people for row in kept}, {row.stratum: row.no_phone for row in kept}, left_out)


def frame_csv(session: Session, held: Round) -> Iterator[bytes]:
    """The frame of a drawn round as a CSV of id and stratum, in the order of the ids: nobody's data."""
    driver = session.connection().connection.driver_connection
    assert driver is not None
    yield b"id,stratum\n"
    with (
        driver.cursor() as cursor,
        cursor.copy(
            f"COPY (SELECT enrolment_id, stratum FROM round_person WHERE round_id = {held.id} ORDER BY enrolment_id)"  # noqa: S608  # a number
            " TO STDOUT WITH (FORMAT csv)"
        ) as rows,
    ):
        for block in rows:
            yield bytes(block)


def frame_hash(session: Session, held: Round) -> str:
    """SHA-256 of that file, in hex."""
    digest = hashlib.sha256()
    for block in frame_csv(session, held):
        digest.update(block)
    return digest.hexdigest()
