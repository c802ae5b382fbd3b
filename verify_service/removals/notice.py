"""Taking somebody off the list: told first, and nothing ends before the days for objecting do.

A window runs only while somebody was told: a notice that reached no phone starts none, until an officer writes down how
they were told instead. Whatever comes from the worker's phone in that time is an objection.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from flows.conversation import Value
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.tables import Enrolment, Phone, PhoneLink, Removal, Worker
from verify_service.ground.working_days import short_date
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose
from verify_service.messaging.window import may_write_from
from verify_service.registry.names import mask_name
from verify_service.removals.states import Death, RemovalState, death_of
from verify_service.removals.window import TEXTED, last_day, start_window

# --- telling them, and the days they have ---


def give_notice(session: Session, removal: Removal, *, now: dt.datetime) -> None:
    """Text everybody who answers for the worker; the window runs from the day the text may go.

    After a death nobody is written to about a removal: the family was guided when it was confirmed.
    """
    worker = session.get_one(Worker, session.get_one(Enrolment, removal.enrolment_id).worker_id)
    if removal.reason == "deceased" or death_of(session, worker.id) is not Death.NONE:
        told = session.scalar(_BY_TEXT, {"removal": removal.id, "worker": worker.id, "what": "notice"})
        start_window(removal, now if told else None, now=now)
        return
    going = _text(session, removal, "g11.removed", {"date": short_date(removal.from_month)}, "notice", now)
    start_window(removal, may_write_from(now) if going else None, now=now)


def tell_outcome(session: Session, removal: Removal, *, now: dt.datetime) -> None:
    """Text the outcome of an objection or an appeal; where one may still appeal, the days for it run from then."""
    if removal.state in (RemovalState.KEPT, RemovalState.WITHDRAWN):
        _text(session, removal, "g25.removal_kept", {}, "kept", now)
    elif removal.state == RemovalState.REMOVED:
        _text(session, removal, "g27.removal_final", {"date": short_date(removal.from_month)}, "final", now)
    else:
        until = last_day(may_write_from(now))
        shown: dict[str, Value] = {"date": short_date(removal.from_month), "until": short_date(until)}
        going = _text(session, removal, "g26.removal_upheld", shown, "upheld", now)
        removal.object_by = until if going else None


def _text(
    session: Session, removal: Removal, screen: str, values: dict[str, Value], what: str, now: dt.datetime
) -> bool:
    """Text each phone that answers for the worker, once; whether any of them will get it."""
    worker = session.get_one(Worker, session.get_one(Enrolment, removal.enrolment_id).worker_id)
    queued = [
        write(
            session,
            phone,
            screen,
            {"name": mask_name(worker.name), **values},
            purpose=Purpose.DECISION,
            cause=f"removal:{removal.id}:{what}:{phone.id}",
            now=now,
            worker_id=worker.id,
        )
        for phone in _phones(session, worker.id)
    ]
    return any(text_id is not None for text_id in queued)


def _phones(session: Session, worker_id: int) -> list[Phone]:
    linked = select(Phone).join(PhoneLink).where(PhoneLink.worker_id == worker_id, PhoneLink.unlinked_at.is_(None))
    return list(session.scalars(linked.order_by(Phone.id)))


_GOING = "'{waiting,sending,accepted,unknown}'"
_BY_TEXT = text(
    "SELECT "
    + TEXTED.format(removal=":removal", what=":what", worker="CAST(:worker AS bigint)").replace(":states", _GOING)
)


@dataclass(frozen=True)
class RemovalNotice:
    """One text of a removal: to which number (masked), which words, and what became of it."""

    number: str
    screen: str
    state: str
    reason: str
    delivery: str
    at: dt.datetime

    @property
    def lost(self) -> bool:
        """Whether it certainly reached nobody."""
        return self.state in ("refused", "failed", "cancelled", "stale") or self.delivery in (
            "failed",
            "rejected",
            "expired",
        )


_NOTICES = text(
    """
SELECT phone.number, outbox.screen, outbox.state, outbox.reason, outbox.delivery, outbox.created_at
FROM removal JOIN enrolment ON enrolment.id = removal.enrolment_id
JOIN (SELECT DISTINCT worker_id, phone_id FROM phone_link) link ON link.worker_id = enrolment.worker_id
JOIN phone ON phone.id = link.phone_id
JOIN outbox ON outbox.cause IN ('removal:' || removal.id || ':notice:' || phone.id,
    'removal:' || removal.id || ':upheld:' || phone.id, 'removal:' || removal.id || ':kept:' || phone.id,
    'removal:' || removal.id || ':final:' || phone.id, 'family:' || enrolment.worker_id || ':' || phone.id)
WHERE removal.id = :removal ORDER BY outbox.id
"""
)


def notices(session: Session, removal: Removal) -> list[RemovalNotice]:
    """What was texted about a removal, and what became of each text."""
    return [_notice(row) for row in session.execute(_NOTICES, {"removal": removal.id})]


def _notice(row: Row[bytes, str, str, str | None, str | None, dt.datetime]) -> RemovalNotice:
    read = read_gateway_phone(unseal_or_blank(row.number, "phone.number"))
    number = read.masked if isinstance(read, Number) else "?"
    return RemovalNotice(number, row.screen, row.state, row.reason or "", row.delivery or "", row.created_at)


# --- what time brings: objections from phones, and the end of a window ---
