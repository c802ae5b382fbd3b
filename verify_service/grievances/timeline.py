"""Everything that was said, done and sent about one report, in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.grievances.acting import Acting
from verify_service.grievances.opening import ANONYMOUS, CITIZENS
from verify_service.grievances.visibility import Viewer
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.tables import Grievance, GrievanceEvent, Officer, OutboxMessage

_OF = "officer:"


@dataclass(frozen=True)
class Entry:
    """One thing of the thread. `hour_known` is False for what an anonymous reporter said: only the day is kept."""

    at: dt.datetime
    kind: str  # an event's kind, or "text" for a text of ours
    by: str  # reporter | somebody with the number | officer | clock | us
    name: str  # of the officer
    channel: str
    words: str = field(default="", repr=False)
    detail: Mapping[str, Any] = field(default_factory=dict)
    hour_known: bool = True
    seq: int = 0
    to: str = ""  # the officer it was given to
    state: str = ""  # of a text of ours: what we did
    delivery: str | None = None  # and what the network says became of it


def chronology(acting: Acting, report: Grievance) -> tuple[Entry, ...]:
    """The thread and our texts, in order; words only for who reads them."""
    events = acting.session.scalars(
        select(GrievanceEvent).where(GrievanceEvent.grievance_id == report.id).order_by(GrievanceEvent.seq)
    ).all()
    names = _names(acting.session, events)
    told = [_event(report, event, names, acting.viewer) for event in events]
    if report.identity == ANONYMOUS:
        return tuple(told)
    return tuple(sorted([*told, *_texts(acting, report)], key=lambda entry: entry.at))


def since(entries: Sequence[Entry], seq: int) -> tuple[Entry, ...]:
    """What was added after this place in the thread."""
    return tuple(entry for entry in entries if entry.seq > seq)


def _event(report: Grievance, event: GrievanceEvent, names: Mapping[int, str], viewer: Viewer) -> Entry:
    by, _, officer = event.by.partition(":")
    words = unseal_or_blank(event.words, "grievance_event.words") if viewer.reads_words else ""
    return Entry(
        at=event.at,
        kind=event.kind,
        by=by,
        name=names.get(int(officer), "") if officer.isdecimal() else "",
        channel=event.channel,
        words=words,
        detail=event.detail,
        hour_known=not (report.identity == ANONYMOUS and event.by in CITIZENS),
        seq=event.seq,
        to=names.get(event.detail.get("to", 0), ""),
    )


def _names(session: Session, events: Sequence[GrievanceEvent]) -> dict[int, str]:
    """The names of the officers who took a step, or were given the report."""
    wanted = {int(event.by.removeprefix(_OF)) for event in events if event.by.startswith(_OF)}
    wanted |= {event.detail["to"] for event in events if isinstance(event.detail.get("to"), int)}
    rows = session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def _texts(acting: Acting, report: Grievance) -> list[Entry]:
    """Our texts about it, by what caused them; whoever has the phone may have got others."""
    if report.phone_id is None:
        return []
    rows = acting.session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.phone_id == report.phone_id, OutboxMessage.cause.startswith(f"report:{report.id}:")
        )
    )
    return [
        Entry(
            at=row.sent_at or row.created_at,
            kind="text",
            by="us",
            name="",
            channel="sms",
            words=unseal_or_blank(row.body, "outbox.body") if acting.viewer.reads_words else "",
            state=row.state,
            delivery=row.delivery,
        )
        for row in rows
    ]
