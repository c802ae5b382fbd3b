"""One text and all that is known of what became of it, in the order in which it happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from flows.gsm import parts, septets
from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.programme import programme
from verify_service.messaging.health import away_since
from verify_service.messaging.message_list import masked_number, report_of
from verify_service.messaging.outbox import IN_A_TALK, PAUSED, TERMS, Purpose
from verify_service.messaging.window import may_write_from


class Happened(StrEnum):
    """What can happen to a text."""

    QUEUED = "queued"
    HELD_BACK = "held_back"  # at once: it was wanted by nobody
    HANDED = "handed"  # to the gateway, for the first time
    TAKEN = "taken"
    REFUSED = "refused"
    PUT_OFF = "put_off"  # the gateway wants it later
    PERHAPS = "perhaps"
    REPORTED = "reported"  # a delivery report
    BY_HAND = "by_hand"
    ENDED = "ended"
    AGAIN = "again"  # it was sent once more
    ANSWERED = "answered"


class Waits(StrEnum):
    """Why a text has not left."""

    WINDOW = "window"
    TALK = "talk"
    ROUND = "round"
    GATEWAY = "gateway"
    LATER = "later"  # the gateway said so of this text
    SENDING = "sending"
    TURN = "turn"


@dataclass(frozen=True)
class FateStep:
    """One thing that happened; `code` is the provider's or our own word for why."""

    at: dt.datetime
    what: Happened
    code: str = ""
    by: str = ""
    other: int | None = None


@dataclass(frozen=True)
class Fate:
    """One text as its page shows it. Of the words only the length is here: who may read them is for others to say."""

    id: int
    number: str
    phone: int
    language: str | None
    purpose: Purpose
    screen: str
    state: str
    delivery: str | None
    reason: str | None
    created_at: dt.datetime
    due_at: dt.datetime
    stale_at: dt.datetime
    parts: int | None
    cost: str | None
    letters: int | None
    ask: int | None
    round: int | None
    cause: str = field(repr=False)
    report_seen: bool = False  # whether whoever looks sees the report that it is about
    waits: Waits | None = None
    waits_until: dt.datetime | None = None
    attempts: int = 0
    errors: int = 0
    unknowns: int = 0
    steps: tuple[FateStep, ...] = ()

    @property
    def report(self) -> int | None:
        return report_of(self.cause)

    @property
    def rupiah(self) -> int | None:
        return self.parts * programme().texting.part_cost if self.parts is not None else None

    @property
    def inbound(self) -> int | None:
        """The text of somebody's that it answers."""
        kind, _, rest = self.cause.partition(":")
        number = rest.partition(":")[0]
        return int(number) if kind == "message" and number.isdecimal() else None


_ONE = text(
    """
SELECT outbox.*, phone.number, phone.language, coalesce(officer.name, outbox.acted_by) AS actor,
       earlier.id AS earlier, again.id AS again, again.created_at AS again_at
FROM outbox JOIN phone ON phone.id = outbox.phone_id
LEFT JOIN officer ON outbox.acted_by = 'officer:' || officer.id
LEFT JOIN outbox again ON again.cause = outbox.cause || '\\:again'
LEFT JOIN outbox earlier ON outbox.cause LIKE '%\\:again' AND earlier.cause = left(outbox.cause, -6)
WHERE outbox.id = :id
"""
)
_REPORTS = text(
    """SELECT received_at, status, failure_reason FROM delivery_notice
       WHERE gateway = :gateway AND provider_id = :provider ORDER BY received_at, id"""
)
# Only of the programme's own question: how often somebody wrote in a talk would tell what it came to.
_ANSWERS = text(
    """
SELECT heard.id, heard.received_at, heard.handled_as,
       (SELECT statement FROM evidence WHERE evidence.inbound = 'message:' || heard.id
        ORDER BY evidence.id LIMIT 1) AS statement
FROM inbound_message heard
WHERE heard.conversation_id = :conversation AND heard.step IS NOT DISTINCT FROM :step
ORDER BY heard.received_at LIMIT 5
"""
)
_INBOUND = text("SELECT received_at FROM inbound_message WHERE id = :id")
_ENDS: Final = frozenset({"failed", "stale", "cancelled"})


def fate_of(session: Session, message: int, gateway: str, *, now: dt.datetime) -> Fate | None:
    """One text with what became of it; None where there is none with this number."""
    row = session.execute(_ONE, {"id": message}).first()
    if row is None:
        return None
    words = words_of(session, message)
    waits, until = _waits(session, row, gateway, now)
    return Fate(
        id=row.id,
        number=masked_number(row.number),
        phone=row.phone_id,
        language=row.language,
        purpose=Purpose(row.purpose),
        screen=row.screen,
        state=row.state,
        delivery=row.delivery,
        reason=row.reason,
        created_at=row.created_at,
        due_at=row.due_at,
        stale_at=row.stale_at,
        parts=row.parts if row.parts is not None else (parts(words) if words else None),
        cost=row.cost,
        letters=septets(words) if words else None,
        ask=row.ask_id,
        round=row.round_id,
        cause=row.cause,
        waits=waits,
        waits_until=until,
        attempts=row.attempts,
        errors=row.errors,
        unknowns=row.unknowns,
        steps=tuple(sorted(_steps(session, row), key=lambda step: step.at)),
    )


def words_of(session: Session, message: int) -> str | None:
    """The words as they were sent; None where they are let go of, or a key is missing."""
    body = session.scalar(text("SELECT body FROM outbox WHERE id = :id"), {"id": message})
    try:
        return unseal(body, "outbox.body") if body else None
    except Unreadable:
        return None


def _waits(session: Session, row: Any, gateway: str, now: dt.datetime) -> tuple[Waits | None, dt.datetime | None]:
    if row.state == "sending":
        return Waits.SENDING, None
    if row.state != "waiting":
        return None, None
    if row.reason == PAUSED:
        return Waits.ROUND, None
    if row.due_at > now:
        if row.reason == IN_A_TALK:
            return Waits.TALK, row.due_at
        if row.errors or row.unknowns:
            return Waits.LATER, row.due_at
        return Waits.WINDOW, row.due_at
    away = away_since(session, gateway)
    if away is not None:
        return Waits.GATEWAY, None
    opens = may_write_from(now) if TERMS[Purpose(row.purpose)].ours else now
    return (Waits.WINDOW, opens) if opens > now else (Waits.TURN, None)


def _steps(session: Session, row: Any) -> list[FateStep]:
    steps = [FateStep(row.created_at, Happened.QUEUED, other=row.earlier)]
    if row.handed_at is not None:
        steps.append(FateStep(row.handed_at, Happened.HANDED))
    if row.sent_at is not None:
        what = {
            "accepted": Happened.TAKEN,
            "refused": Happened.REFUSED,
            "unknown": Happened.PERHAPS,
        }.get(row.state, Happened.PERHAPS if row.unknowns else Happened.PUT_OFF)
        steps.append(FateStep(row.sent_at, what, row.reason or ""))
    if row.acted_at is not None:
        steps.append(FateStep(row.acted_at, Happened.BY_HAND, row.acted_how or "", row.actor or ""))
    if row.again is not None:
        steps.append(FateStep(row.again_at, Happened.AGAIN, other=row.again))
    if row.provider_id is not None:
        reports = session.execute(_REPORTS, {"gateway": row.gateway, "provider": row.provider_id})
        for at, status, failure in reports:
            steps.append(FateStep(at, Happened.REPORTED, f"{status}:{failure or ''}"))
    if row.state in _ENDS and not (row.acted_how or "").startswith("cancel:"):
        at = max(step.at for step in steps)
        first = row.state == "cancelled" and not row.attempts
        steps.append(FateStep(at, Happened.HELD_BACK if first else Happened.ENDED, row.reason or row.state))
    if row.worker_id is not None and row.conversation_id is not None:
        heard = session.execute(_ANSWERS, {"conversation": row.conversation_id, "step": row.step})
        for number, at, handled, statement in heard:
            steps.append(FateStep(at, Happened.ANSWERED, statement or handled or "", other=number))
    return steps


def came_in_at(session: Session, inbound: int) -> dt.datetime | None:
    """When the text came in that ours answers."""
    at: dt.datetime | None = session.scalar(_INBOUND, {"id": inbound})
    return at
