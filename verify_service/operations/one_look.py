"""One look at the service: each thing that can be wrong, how it stands, and whether somebody has to act.

The page and `verify today` show the same lines; what they are called and what to do is in `labels/today_words.py`.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from verify_service.grievances.worklist import orphaned
from verify_service.ground import queue
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings
from verify_service.ground.tables import AuditEntry, Grievance, Publication
from verify_service.messaging import reviving
from verify_service.messaging.gateways import can_fetch, gateway
from verify_service.messaging.health import standing
from verify_service.operations.job_runs import last_runs
from verify_service.publication.printed import refused_week
from verify_service.record.heads import newest_head
from verify_service.record.mailing import MAILED, OBJECT

_MINUTE: Final = dt.timedelta(minutes=1)
LATE: Final = 10 * _MINUTE  # a job that is due and has not run for so long
_DAY: Final = dt.timedelta(hours=26)  # what happens daily, with room for a slow night


class Standing(StrEnum):
    """How a line stands: nothing to do, worth a look, or somebody has to act now."""

    WELL = "well"
    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True)
class TodayLine:
    """One thing: its name, how it stands, why where several can be wrong, and the values that its words need."""

    name: str
    standing: Standing
    why: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


_WAITING = text(
    """
SELECT (SELECT count(*) FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL),
       (SELECT min(received_at) FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL),
       (SELECT count(DISTINCT enrolment_id) FROM stale_enrolment), (SELECT min(since) FROM stale_enrolment),
       (SELECT count(*) FROM inbound_message
        WHERE (handled_as = 'triage' OR quarantined IS NOT NULL) AND settled_at IS NULL),
       (SELECT min(received_at) FROM inbound_message
        WHERE (handled_as = 'triage' OR quarantined IS NOT NULL) AND settled_at IS NULL)
"""
)
_SPENT = text(
    """
SELECT coalesce(sum(parts) FILTER (WHERE handed_at >= :month), 0),
       coalesce(sum(parts) FILTER (WHERE handed_at < :month), 0)
FROM outbox WHERE handed_at >= :before
"""
)


def today(session: Session, *, now: dt.datetime) -> list[TodayLine]:
    """Everything, what has to be acted on first."""
    lines = [
        *_jobs(session, now),
        *_waiting(session, now),
        *_texts(session, now),
        *_promised(session, now),
        *_machine(session, now),
    ]
    order = [Standing.ACT, Standing.LOOK, Standing.WELL]
    return sorted(lines, key=lambda line: order.index(line.standing))


def _jobs(session: Session, now: dt.datetime) -> Iterator[TodayLine]:
    runs = last_runs(session)
    for job in queue.JOBS:
        if job is queue.FETCH and not can_fetch():
            continue
        run, name = runs.get(job.name), job.name.split(".")[1]
        values = {
            "job": name,
            "at": run.started_at if run else None,
            "seconds": run.seconds if run else None,
            "failed": run.failed if run else None,
            "failed_at": run.failed_at if run else None,
        }
        if run is not None and run.failed:
            yield TodayLine("job", Standing.ACT, "failed", values)
            continue
        late = run is None or now - run.started_at > LATE + dt.timedelta(seconds=job.apart)
        if late and session.scalar(text(job.due)):
            yield TodayLine("job", Standing.ACT, "late", values)
        else:
            yield TodayLine("job", Standing.WELL, "", values)


def _waiting(session: Session, now: dt.datetime) -> Iterator[TodayLine]:
    heard, heard_since, stale, stale_since, unread, unread_since = session.execute(_WAITING).one()
    yield _by_age("inbound", heard, heard_since, now, look=_MINUTE, act=5 * _MINUTE)
    yield _by_age("verdicts", stale, stale_since, now, look=LATE, act=60 * _MINUTE)
    yield _by_age("unread", unread, unread_since, now, look=dt.timedelta(days=1), act=dt.timedelta(days=3))
    left = select(func.count()).where(Grievance.closed_at.is_(None), Grievance.answered_at.is_(None), orphaned())
    behind = session.scalar(left) or 0
    yield TodayLine("orphaned", Standing.ACT if behind else Standing.WELL, "", {"count": behind, "since": None})


def _by_age(
    name: str, count: int, since: dt.datetime | None, now: dt.datetime, *, look: dt.timedelta, act: dt.timedelta
) -> TodayLine:
    age = now - since if since is not None else dt.timedelta()
    stands = Standing.ACT if age > act else Standing.LOOK if age > look else Standing.WELL
    return TodayLine(name, stands, "", {"count": count, "since": since})


def _texts(session: Session, now: dt.datetime) -> Iterator[TodayLine]:
    sending = standing(session, gateway().name, now=now)
    held = {"gateway": sending.gateway, "since": sending.away.since if sending.away else None}
    yield TodayLine("gateway", Standing.ACT if sending.away else Standing.WELL, "away" if sending.away else "", held)
    yield _by_age("outbox", sending.waiting, sending.oldest, now, look=60 * _MINUTE, act=dt.timedelta(hours=12))
    clocks = ", ".join(sorted(wrong.gateway for wrong in sending.clocks))
    yield TodayLine(
        "clocks", Standing.ACT if clocks else Standing.WELL, "wrong" if clocks else "", {"gateways": clocks}
    )
    ended = reviving.count(session)
    given_up = ended.failed + ended.stale
    yield TodayLine("given_up", Standing.LOOK if given_up else Standing.WELL, "", {"count": given_up})
    first = now.astimezone(programme().zone).date().replace(day=1)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    this_month, last_month = session.execute(_SPENT, {"month": _midnight(first), "before": _midnight(before)}).one()
    each = programme().texting.part_cost
    spent = {"parts": this_month, "rupiah": this_month * each, "before": last_month * each}
    yield TodayLine("spent", Standing.WELL, "", spent)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), programme().zone)


def _promised(session: Session, now: dt.datetime) -> Iterator[TodayLine]:
    """What was promised to people outside: public figures each week, heads of the record each day."""
    printed = session.scalar(select(func.max(Publication.made_at)).where(Publication.refused.is_(None)))
    refused = refused_week(session)
    late = printed is not None and now - printed > dt.timedelta(days=8)
    why = "refused" if refused else "none" if printed is None else "late" if late else ""
    stands = Standing.ACT if refused or late else Standing.LOOK if printed is None else Standing.WELL
    yield TodayLine("publication", stands, why, {"at": printed, "week": refused})
    head = newest_head(session)
    mailed = session.scalar(
        select(func.max(AuditEntry.at)).where(AuditEntry.object == OBJECT, AuditEntry.action == MAILED)
    )
    if not programme().record.heads_to:
        why, stands = "nobody", Standing.LOOK
    elif head is not None and (mailed is None or now - mailed > _DAY):
        why, stands = "not_mailed", Standing.ACT
    else:
        why, stands = "", Standing.WELL
    yield TodayLine("record", stands, why, {"at": head.at if head else None, "mailed": mailed})


def _machine(session: Session, now: dt.datetime) -> Iterator[TodayLine]:
    answers = queue.healthy()
    yield TodayLine("queue", Standing.WELL if answers else Standing.ACT, "" if answers else "away")
    size = session.scalar(text("SELECT pg_database_size(current_database())"))
    yield TodayLine("database", Standing.WELL, "", {"bytes": size})
    disk = shutil.disk_usage(settings().data_dir or Path("/"))
    free = 100 * disk.free // disk.total
    stands = Standing.ACT if free < 5 else Standing.LOOK if free < 15 else Standing.WELL
    yield TodayLine(
        "disk", stands, "full" if stands is not Standing.WELL else "", {"percent": free, "bytes": disk.free}
    )
    yield _backup(now)


def _backup(now: dt.datetime) -> TodayLine:
    folder = settings().backup_dir
    if folder is None:
        return TodayLine("backup", Standing.LOOK, "unknown", {"at": None})
    try:
        newest = max((file.stat().st_mtime for file in folder.iterdir() if file.is_file()), default=None)
    except OSError:
        newest = None
    made = None if newest is None else dt.datetime.fromtimestamp(newest, dt.UTC)
    if made is None or now - made > _DAY:
        return TodayLine("backup", Standing.ACT, "old" if made else "none", {"at": made})
    return TodayLine("backup", Standing.WELL, "", {"at": made})
