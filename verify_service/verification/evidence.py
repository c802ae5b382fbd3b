"""Writing down what people said. Evidence is only ever added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from verify_service.ground.pipeline import Asked, Command
from verify_service.ground.tables import JOINED, NEWEST_PERIOD, round_of


@dataclass(frozen=True)
class Statement:
    """What was said, by whom, and how it reached us.

    `inbound` names the row it came from ("conversation:17:3"), so that the same answer is never counted twice.
    """

    source: str
    statement: str
    channel: str
    inbound: str
    detail: str = ""
    phone_id: int | None = None
    screen: str | None = None
    assisted: bool = False


def newest_period(session: Session) -> dt.date | None:
    """The newest month for which an insurer file was imported; None before the first."""
    newest: dt.date | None = session.scalar(text(f"SELECT {NEWEST_PERIOD}"))
    return newest


RECORD = Command(
    f"""
    WITH new AS (
        INSERT INTO evidence (enrolment_id, source, statement, detail, assisted, channel, phone_id, period, inbound,
                              screen, round_id, received_at)
        SELECT enrolment.id, :source, :statement, :detail, :assisted, :channel, :phone_id,
               {NEWEST_PERIOD}, :inbound, :screen, {round_of("enrolment.id")}, :now
        FROM enrolment WHERE enrolment.worker_id = :worker_id
        ON CONFLICT DO NOTHING RETURNING enrolment_id),
    {JOINED}
    INSERT INTO stale_enrolment (enrolment_id, since)
    SELECT enrolment_id, CAST(:now AS timestamptz) FROM new
    UNION ALL
    SELECT other.id, :now FROM joined me JOIN joined they ON they.person = me.person AND they.id <> me.id
    JOIN enrolment other ON other.worker_id = they.id
    WHERE me.id = :worker_id AND EXISTS (SELECT 1 FROM new)
    """  # noqa: S608  # constants of our own
)


def recorded(said: Statement, *, worker_id: int, now: dt.datetime) -> Asked:
    """The command that does what `record_statement` does, to be sent together with others."""
    return RECORD(**vars(said), worker_id=worker_id, now=now)


def record_statement(session: Session, said: Statement, *, worker_id: int, now: dt.datetime) -> int:
    """Add a statement to each of the worker's enrolments and mark stale what it counts for; how many those are.

    It counts as well for enrolments of whoever was decided to be the same person.
    """
    new = session.execute(RECORD.alone, {**asdict(said), "worker_id": worker_id, "now": now})
    return new.rowcount if isinstance(new, CursorResult) else 0


_RECORD_OF = text(
    f"""
    WITH new AS (
        INSERT INTO evidence (enrolment_id, source, statement, detail, assisted, channel, phone_id, period, inbound,
                              screen, round_id, received_at)
        SELECT of_enrolment, :source, :statement, :detail, :assisted, :channel, :phone_id,
               {NEWEST_PERIOD}, :inbound, :screen, {round_of("of_enrolment")}, :now
        FROM unnest(CAST(:enrolments AS bigint[])) AS of_enrolment
        ON CONFLICT DO NOTHING RETURNING enrolment_id)
    INSERT INTO stale_enrolment (enrolment_id, since) SELECT enrolment_id, :now FROM new
    """  # noqa: S608  # a constant of our own
)


def record_of_enrolments(session: Session, said: Statement, *, enrolments: Sequence[int], now: dt.datetime) -> int:
    """Add a statement to just these enrolments and mark them stale; returns how many rows were new.

    An RT head speaks of his own RT: where the worker is listed elsewhere as well, that is not his to confirm.
    """
    new = session.execute(_RECORD_OF, {**asdict(said), "enrolments": list(enrolments), "now": now})
    return new.rowcount if isinstance(new, CursorResult) else 0


_RECORD_ANSWERS = text(
    f"""
    WITH new AS (
        INSERT INTO evidence (enrolment_id, source, statement, detail, assisted, channel, period, inbound, round_id,
                              received_at)
        SELECT line.id, 'rt_head', said.answer, '', false, 'console', {NEWEST_PERIOD}, 'answer:' || said.id,
               {round_of("line.id")}, said.answered_at
        FROM discrepancy_answer said JOIN enrolment mine ON mine.id = said.enrolment_id
        JOIN enrolment line ON line.worker_id = mine.worker_id AND (line.id = mine.id OR (
            line.kelurahan_code = mine.kelurahan_code AND line.rw = mine.rw AND line.rt = mine.rt AND mine.rt <> ''))
        WHERE said.id = ANY(CAST(:answers AS bigint[])) ORDER BY said.id, line.id
        ON CONFLICT DO NOTHING RETURNING enrolment_id)
    INSERT INTO stale_enrolment (enrolment_id, since) SELECT enrolment_id, :now FROM new
    """  # noqa: S608  # constants of our own
)


def record_answers(session: Session, answers: Sequence[int], *, now: dt.datetime) -> int:
    """Add what the kelurahan answered (rows of `discrepancy_answer`) as the word of an RT head; how many rows are new.

    It covers, as the head's word would, every line of the worker in that RT.
    """
    new = session.execute(_RECORD_ANSWERS, {"answers": list(answers), "now": now})
    return new.rowcount if isinstance(new, CursorResult) else 0
