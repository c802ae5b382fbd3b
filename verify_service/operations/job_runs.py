"""How each job ran last, as the worker that ran it writes down."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

import structlog
from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.tables import JobRun

APART = 10.0  # seconds between two rows of a job that runs every second and does not fail

log = structlog.get_logger()
_written: dict[str, float] = {}


@dataclass(frozen=True)
class Run:
    """One run of a job: when it began, how long it took, and the kind of error that ended it, "" for none."""

    job: str
    started_at: dt.datetime
    seconds: float
    failed: str = ""


def note(run: Run) -> None:
    """Write a run down in a transaction of its own; where the database is away there is nothing to be told."""
    if not run.failed and time.monotonic() - _written.get(run.job, float("-inf")) < APART:
        return
    try:
        with transaction(seconds=3) as session:
            write(session, run)
    except Unavailable as error:
        log.warning("run not noted", job=run.job, reason=type(error).__name__)
        return
    if run.failed:
        _written.pop(run.job, None)  # that it runs again is to be told at once
    else:
        _written[run.job] = time.monotonic()


def write(session: Session, run: Run) -> None:
    """Replace what is held of the job; of an earlier failure the moment stays."""
    row = insert(JobRun).values(
        job=run.job,
        started_at=run.started_at,
        seconds=run.seconds,
        failed=run.failed or None,
        failed_at=run.started_at if run.failed else None,
    )
    newer = row.excluded
    session.execute(
        row.on_conflict_do_update(
            index_elements=[JobRun.job],
            set_={
                "started_at": newer.started_at,
                "seconds": newer.seconds,
                "failed": newer.failed,
                "failed_at": case((newer.failed.is_not(None), newer.started_at), else_=JobRun.failed_at),
            },
            where=JobRun.started_at <= newer.started_at,
        )
    )


def last_runs(session: Session) -> dict[str, JobRun]:
    """The last run of every job that ever ran, by its dotted name."""
    return {run.job: run for run in session.scalars(select(JobRun))}
