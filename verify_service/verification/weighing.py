"""The weighing rule: which of a source's statements holds for a month.

Nobody's statement is ground truth. Among several of one source the latest valid one holds, by time of first receipt and
then row id; the person's own goes before one given with another's help; "not me" voids the earlier answers of that
phone. A statement counts for the newest insurer month when it was given and for later months, until a newer one.
"""

from __future__ import annotations

from verify_service.verification.decision import RtHeadSays, WorkerSays

# What each statement means in a case. One that is not here is kept beside the case (card received, money asked).
STATEMENTS: dict[str, dict[str, str]] = {
    "worker": {value.value: value.value for value in WorkerSays if value is not WorkerSays.NO_ANSWER},
    "rt_head": {value.value: value.value for value in RtHeadSays if value is not RtHeadSays.NO_ANSWER},
}
VOIDS = "not_me"  # by phone: what that phone said before as this worker; never what it said as RT head

# Which statement holds, strongest first: (column, whether the smaller value wins).
ORDER: tuple[tuple[str, bool], ...] = (("assisted", True), ("received_at", False), ("id", False))


def says_sql() -> str:
    """The rule for a whole batch in one pass, as common table expressions.

    From `batch` (id: enrolments, all of them from :first to :last), `joined_line` (id, other_id: an enrolment of the
    batch, and one of a worker whom a person decided to be the same) and `month` (period) they lead to `says`:
    enrolment_id, period, a column for each source, NULL where it said nothing valid, and whether the worker's was
    given with another's help.
    """
    columns = ", ".join(f"evidence.{column}" for column in _LOOKED_AT)
    known = " OR ".join(
        f"source = '{source}' AND statement = ANY('{{{','.join(words)}}}')" for source, words in STATEMENTS.items()
    )
    strongest = ", ".join(f"valid.{column} {'ASC' if smaller else 'DESC'}" for column, smaller in ORDER)
    each = ", ".join(f"max(statement) FILTER (WHERE source = '{source}') AS {source}" for source in STATEMENTS)
    return f"""
said AS (
    SELECT {columns} FROM batch JOIN evidence ON evidence.enrolment_id = batch.id
    WHERE evidence.enrolment_id BETWEEN :first AND :last
    UNION ALL
    SELECT {columns.replace("evidence.enrolment_id", "joined_line.id")}
    FROM joined_line JOIN evidence ON evidence.enrolment_id = joined_line.other_id
    WHERE evidence.source = 'worker'),  -- an RT head speaks of who lives in his own RT
valid AS (
    SELECT * FROM said
    WHERE ({known}) AND NOT EXISTS (
        SELECT 1 FROM said voids
        WHERE voids.statement = '{VOIDS}' AND voids.enrolment_id = said.enrolment_id AND voids.source = said.source
          AND voids.phone_id = said.phone_id AND (voids.received_at, voids.id) > (said.received_at, said.id))),
holds AS (
    SELECT DISTINCT ON (valid.enrolment_id, month.period, valid.source)
        valid.enrolment_id, month.period, valid.source, valid.statement, valid.assisted
    FROM valid JOIN month ON valid.period IS NULL OR valid.period <= month.period
    ORDER BY valid.enrolment_id, month.period, valid.source, {strongest}),
says AS (SELECT enrolment_id, period, {each}, bool_or(assisted AND source = 'worker') AS assisted
         FROM holds GROUP BY enrolment_id, period)"""  # noqa: S608  # constants


_LOOKED_AT = ("id", "enrolment_id", "source", "statement", "assisted", "phone_id", "period", "received_at")
