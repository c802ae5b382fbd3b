"""Workers who may be one person: found when a list comes in, among its people and against everybody ever listed.

Candidates come out of the database by the traits they share; only these are weighed. A pair is a row, found once: what
a person has decided of it is not asked again by a later list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import unseal_of
from verify_service.registry.person_keys import born
from verify_service.registry.same_person import Listed, likeness_of
from verify_service.registry.staging import Staged, changed, copy_into, make
from verify_service.registry.traits import MOST

# What nobody knew of the person so far: the same list again has nothing to look for.
_FRESH = """
CREATE TEMPORARY TABLE fresh_person ON COMMIT DROP AS
WITH several AS (SELECT worker_id FROM staged_line GROUP BY worker_id HAVING count(*) > 1),
told AS (
    SELECT line.worker_id, line.traits FROM staged_line line LEFT JOIN several USING (worker_id)
    WHERE several.worker_id IS NULL
    UNION ALL
    SELECT worker_id, array_agg(DISTINCT trait)
    FROM staged_line JOIN several USING (worker_id) CROSS JOIN LATERAL unnest(traits) AS trait GROUP BY worker_id)
SELECT told.worker_id,
       CASE WHEN held.traits IS NULL THEN told.traits
            ELSE ARRAY(SELECT unnest(told.traits) EXCEPT SELECT unnest(held.traits)) END AS traits
FROM told LEFT JOIN person_traits held USING (worker_id)
WHERE held.traits IS NULL OR NOT told.traits <@ held.traits
"""

_REMEMBERED = """
INSERT INTO person_traits (worker_id, traits) SELECT worker_id, traits FROM fresh_person
ON CONFLICT (worker_id) DO UPDATE SET traits = person_traits.traits || excluded.traits
"""

# A trait of too many people tells nobody apart, and would have each compared with each. Of whom a trait is fresh, the
# number is below zero. Sorted, since hardly two traits are one: a table of them all would not fit the memory.
_BLOCKS = """
CREATE TEMPORARY TABLE trait_block ON COMMIT DROP AS
SELECT trait, array_agg(person) AS people
FROM (SELECT -worker_id AS person, unnest(traits) AS trait FROM fresh_person
      UNION ALL
      SELECT worker_id, trait FROM person_traits CROSS JOIN LATERAL unnest(traits) AS trait {among}) told
GROUP BY trait HAVING count(*) BETWEEN 2 AND :most AND min(person) < 0
"""
_AMONG_FEW = "WHERE trait IN (SELECT unnest(traits) FROM fresh_person)"
_ARE_FEW = "SELECT 4 * (SELECT count(*) FROM fresh_person) < (SELECT count(*) FROM person_traits)"

_CANDIDATES = """
CREATE TEMPORARY TABLE candidate ON COMMIT DROP AS
SELECT abs(one) AS low, abs(other) AS high, bit_or(1 << CAST(trait & 7 AS int)) AS shared
FROM trait_block CROSS JOIN LATERAL unnest(people) AS one CROSS JOIN LATERAL unnest(people) AS other
WHERE abs(one) < abs(other) AND least(one, other) < 0
GROUP BY 1, 2
"""

_WEIGHED = text(
    """
SELECT candidate.low, candidate.high, candidate.shared,
       one.name_key, one.birth_date, ones.kinds, one_key.wrapped, one.nik,
       other.name_key, other.birth_date, others.kinds, other_key.wrapped, other.nik
FROM candidate JOIN worker one ON one.id = candidate.low JOIN worker other ON other.id = candidate.high
JOIN candidate_kinds ones ON ones.worker_id = candidate.low
JOIN candidate_kinds others ON others.worker_id = candidate.high
JOIN person_key one_key ON one_key.nik_index = one.nik_index
JOIN person_key other_key ON other_key.nik_index = other.nik_index
LEFT JOIN person_pair known ON known.low = candidate.low AND known.high = candidate.high
WHERE known.id IS NULL
"""
)

_KINDS = """
CREATE TEMPORARY TABLE candidate_kinds ON COMMIT DROP AS
SELECT worker_id, bit_or(1 << CAST(trait & 7 AS int)) AS kinds
FROM person_traits CROSS JOIN LATERAL unnest(traits) AS trait
WHERE worker_id IN (SELECT low FROM candidate UNION SELECT high FROM candidate)
GROUP BY worker_id
"""


@dataclass(frozen=True)
class Found:
    """A pair of workers who may be one person: what it weighs, and what is alike."""

    low: int
    high: int
    score: int
    why: tuple[str, ...]


def find_pairs(session: Session, version: int, *, now: dt.datetime) -> int:
    """Look for everybody in `staged_line` among those and all who were ever listed; returns how many pairs are new.

    Whoever says nothing new is not looked for again.
    """
    session.execute(text("SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true)"))
    make(session, "fresh_person", _FRESH, planned=("worker_id",))
    among = _AMONG_FEW if session.execute(text(_ARE_FEW)).scalar_one() else ""
    session.execute(text("SET LOCAL enable_hashagg = off"))
    make(session, "trait_block", _BLOCKS.format(among=among), most=MOST, planned=("trait",))
    session.execute(text("SET LOCAL enable_hashagg TO DEFAULT"))
    changed(session, _REMEMBERED)
    make(session, "candidate", _CANDIDATES)
    make(session, "candidate_kinds", _KINDS)
    found = list(_weighed(session))
    session.execute(text("SELECT set_config('work_mem', reset_val, true) FROM pg_settings WHERE name = 'work_mem'"))
    columns: list[Staged[Found]] = [
        Staged("low", "int8", lambda pair: pair.low),
        Staged("high", "int8", lambda pair: pair.high),
        Staged("score", "int2", lambda pair: pair.score),
        Staged("why", "text[]", lambda pair: list(pair.why)),
        Staged("found_at", "timestamptz", lambda _: now),
        Staged("import_id", "int8", lambda _: version),
    ]
    copy_into(session, "person_pair", columns, found)
    return len(found)


def _weighed(session: Session) -> Iterator[Found]:
    rows = session.execute(_WEIGHED, execution_options={"stream_results": True, "max_row_buffer": 10_000})
    for low, high, shared, *said in rows:
        likeness = likeness_of(_listed(*said[:5]), _listed(*said[5:]), shared)
        if likeness is not None:
            yield Found(low, high, likeness.score, likeness.why)


def _listed(name_key: str, sealed: bytes | None, kinds: int, wrapped: bytes | None, nik: bytes) -> Listed:
    return Listed(name_key, partial(born, wrapped, sealed), kinds, partial(unseal_of, wrapped, nik, "worker.nik"))


_OPEN = text(
    """
SELECT line.row, twin.row, pair.why
FROM (SELECT low AS worker_id, high AS other_id, * FROM person_pair
      UNION ALL SELECT high, low, * FROM person_pair) pair
JOIN (SELECT worker_id, min(row) AS row FROM staged_line GROUP BY worker_id) line USING (worker_id)
LEFT JOIN (SELECT worker_id, min(row) AS row FROM staged_line GROUP BY worker_id) twin ON twin.worker_id = other_id
WHERE (decision IS NULL OR taken_back_at IS NOT NULL) AND (twin.row IS NULL OR twin.row < line.row)
ORDER BY line.row, pair.score DESC, pair.id
"""
)


def open_pairs_of_list(session: Session) -> list[tuple[int, int | None, list[str]]]:
    """Rows of the staged list with a pair that nobody has decided: (row, the other's row in this list, what is alike).

    Where both are in the list, the later row is named.
    """
    return [(row, twin, why) for row, twin, why in session.execute(_OPEN)]
