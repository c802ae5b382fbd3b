"""Writing down what people said. Evidence is only ever added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from verify_service.ground.tables import Enrolment, Evidence, FileImport, StaleEnrolment


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
    return session.scalar(select(func.max(FileImport.period)).where(FileImport.kind == "insurer"))


def record_statement(session: Session, said: Statement, *, worker_id: int, now: dt.datetime) -> int:
    """Add a statement to each of the worker's enrolments and mark them stale; returns how many rows were new."""
    enrolments = session.scalars(select(Enrolment.id).where(Enrolment.worker_id == worker_id)).all()
    if not enrolments:
        return 0
    period = newest_period(session)
    rows = [
        {
            "enrolment_id": enrolment,
            "source": said.source,
            "statement": said.statement,
            "detail": said.detail,
            "assisted": said.assisted,
            "channel": said.channel,
            "phone_id": said.phone_id,
            "period": period,
            "inbound": said.inbound,
            "screen": said.screen,
            "received_at": now,
        }
        for enrolment in enrolments
    ]
    new = session.scalars(upsert(Evidence).on_conflict_do_nothing().returning(Evidence.id), rows).all()
    if new:
        mark_stale(session, enrolments, now=now)
    return len(new)


def mark_stale(session: Session, enrolments: Iterable[int], *, now: dt.datetime) -> None:
    """These enrolments' verdicts must be computed again."""
    rows = [{"enrolment_id": enrolment, "since": now} for enrolment in enrolments]
    if rows:
        session.execute(insert(StaleEnrolment), rows)
