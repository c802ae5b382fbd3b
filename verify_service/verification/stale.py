"""Stale enrolments, and who looks at which: any number of workers share them, and no two look at the same person.

Of two who look at one enrolment at once, the one that read earlier could write later. Of two who look at different ones
neither can: whatever changes what a verdict rests on marks that verdict stale in the same transaction, so that whoever
claims the mark reads the change, and a mark that comes after the claim is somebody's next look. Verdicts are of an
enrolment, gaps in the cover of a worker: both enrolments of one worker are looked at together. Workers of the list with
neighbouring numbers are a block, with a lock of its own: they lie side by side in the tables, which are read by ranges.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session

from verify_service.ground.database import take_turn
from verify_service.ground.tables import JOINED

BLOCK: Final = 16_384  # workers of the list: a tenth of a second of work, and six of them make a whole batch
# Blocks that one run may hold. Of a whole list few, so that others find some as well; where a few marks lie scattered,
# more of them in one run, but not so many that the server's table of locks could overflow.
_TOGETHER: Final = 8
_SCATTERED: Final = 64
_FEW: Final = 1_000  # marks

# Everybody who reconciles shares this one; whoever must be alone takes it for himself, as registry/undo.py does.
_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtext('reconcile'))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('reconcile'))")


def _claim(mine: str, most: str) -> TextClause:
    """The oldest marks behind :after, of which those of the blocks that are `mine`, at `most` so many, are taken.

    A mark is found by its place in the table: whoever took it before us has it, and we pass over it.
    """
    statement = f"""
WITH oldest AS MATERIALIZED (
    SELECT mark.place, mark.id, mark.enrolment_id,
           coalesce((SELECT worker_id FROM enrolment WHERE enrolment.id = mark.enrolment_id), 0) / {BLOCK} AS block
    FROM (SELECT ctid AS place, id, enrolment_id FROM stale_enrolment WHERE id > :after ORDER BY id LIMIT :batch)
        AS mark),
waiting AS MATERIALIZED (SELECT block FROM oldest GROUP BY block ORDER BY min(id)),
mine AS MATERIALIZED (SELECT block FROM waiting WHERE {mine} LIMIT {most}),
claimed AS (
    DELETE FROM stale_enrolment
    WHERE ctid = ANY (ARRAY(SELECT place FROM oldest WHERE block IN (SELECT block FROM mine)))
    RETURNING enrolment_id)
SELECT count(DISTINCT enrolment_id) AS enrolments, CAST(array_agg(DISTINCT enrolment_id) AS text) AS listed,
       min(enrolment_id) AS first, max(enrolment_id) AS last,
       (SELECT min(block) FROM mine) * {BLOCK} AS first_worker,
       (SELECT max(block) + 1 FROM mine) * {BLOCK} - 1 AS last_worker, (SELECT max(id) FROM oldest) AS looked_to
FROM claimed
"""  # noqa: S608  # constants of our own
    return text(statement)


_CLAIM = _claim(
    "pg_try_advisory_xact_lock(hashtext('reconcile'), CAST(block AS int))",
    f"(SELECT CASE WHEN count(*) < {_FEW} THEN {_SCATTERED} ELSE {_TOGETHER} END FROM oldest)",  # noqa: S608  # constants of our own
)
_CLAIM_ALONE = _claim("true", "ALL")


@dataclass(frozen=True)
class Claimed:
    """Enrolments to be looked at, which nobody else looks at: how many, as PostgreSQL writes an array, and between
    which numbers of enrolments and workers they lie."""

    enrolments: int
    listed: str
    first: int
    last: int
    first_worker: int
    last_worker: int


def claim(session: Session, batch: int, *, alone: bool = False) -> Claimed | None:
    """Take some of the oldest `batch` marks that nobody else has; None where there are none.

    `alone`: the tables are this session's own, as in one of `as_of`; no lock is taken.
    """
    if not alone:
        take_turn(session, _SHARED)
    after = 0
    while True:
        row = session.execute(_CLAIM_ALONE if alone else _CLAIM, {"after": after, "batch": batch}).one()
        if row.enrolments:
            return Claimed(*row[:-1])
        if row.looked_to is None:
            return None
        after = row.looked_to  # others have all of these


def be_alone(session: Session) -> None:
    """Wait until everybody who reconciles now has committed; nobody begins before this transaction ends."""
    take_turn(session, _ALONE)


def wait_for_others(session: Session) -> bool:
    """Wait until everybody who reconciles now has committed; whether marks are left. In a transaction of its own."""
    be_alone(session)
    return bool(session.scalar(text("SELECT EXISTS (SELECT 1 FROM stale_enrolment)")))


_MARK = text(
    f"""
WITH {JOINED},
whose AS (SELECT worker_id AS id FROM enrolment WHERE id = ANY(CAST(:enrolments AS bigint[])))
INSERT INTO stale_enrolment (enrolment_id, since)
SELECT enrolment.id, :now FROM enrolment
WHERE worker_id IN (SELECT id FROM whose
                    UNION SELECT they.id FROM whose JOIN joined me ON me.id = whose.id
                          JOIN joined they ON they.person = me.person)
ORDER BY enrolment.id
"""  # noqa: S608  # a constant of our own
)


def mark(session: Session, enrolments: Iterable[int], *, now: dt.datetime) -> None:
    """These enrolments changed: they must be looked at again, and every other of the same person, whose double it may
    be no more."""
    session.execute(_MARK, {"enrolments": list(enrolments), "now": now})


def mark_all(session: Session, *, now: dt.datetime) -> int:
    """Every enrolment must be looked at again."""
    marked = session.execute(
        text("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, :now FROM enrolment ORDER BY id"),
        {"now": now},
    )
    return marked.rowcount if isinstance(marked, CursorResult) else 0
