"""Taking somebody off the list: told first, and nothing ends before the days for objecting do.

A window runs only while somebody was told: a notice that reached no phone starts none, until an officer writes down how
they were told instead. Whatever comes from the worker's phone in that time is an objection.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from flows.conversation import Value
from verify_service import audit
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import Enrolment, Phone, PhoneLink, Removal, Worker
from verify_service.ground.working_days import city_day, short_date, working_days_after
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose
from verify_service.messaging.window import may_write_from
from verify_service.registry.names import mask_name
from verify_service.verification.evidence import mark_stale

CLOCK: Final = "clock"


class Stands(StrEnum):
    """How a removal stands."""

    PROPOSED = "proposed"  # waits for a second reader
    NOTICED = "noticed"  # agreed; the window runs from the day somebody was told
    OBJECTED = "objected"
    UPHELD = "upheld"  # the objection was not accepted; the window for the appeal runs
    APPEALED = "appealed"
    KEPT = "kept"
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"


class Death(StrEnum):
    """What is known of a death of the worker."""

    NONE = "none"
    CHECKED = "checked"  # reported, not confirmed yet
    CONFIRMED = "confirmed"


_DEATH = text(
    """
SELECT bool_or(task.closed_how = 'confirmed'), bool_or(task.closed_at IS NULL)
FROM task JOIN enrolment dead ON dead.id = task.enrolment_id
WHERE dead.worker_id = :worker AND task.kind = 'death_reported'
"""
)


def death_of(session: Session, worker_id: int) -> Death:
    """Whether a death of this worker was confirmed, or is being checked."""
    confirmed, checked = session.execute(_DEATH, {"worker": worker_id}).one()
    return Death.CONFIRMED if confirmed else Death.CHECKED if checked else Death.NONE


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
    if removal.state in (Stands.KEPT, Stands.WITHDRAWN):
        _text(session, removal, "g25.removal_kept", {}, "kept", now)
    elif removal.state == Stands.REMOVED:
        _text(session, removal, "g27.removal_final", {"date": short_date(removal.from_month)}, "final", now)
    else:
        until = last_day(may_write_from(now))
        shown: dict[str, Value] = {"date": short_date(removal.from_month), "until": short_date(until)}
        going = _text(session, removal, "g26.removal_upheld", shown, "upheld", now)
        removal.object_by = until if going else None


def start_window(removal: Removal, told_at: dt.datetime | None, *, now: dt.datetime) -> None:
    """The days for objecting run from the day somebody was told; from none where nobody was."""
    removal.noticed_at = now if told_at is not None else None
    removal.object_by = last_day(told_at) if told_at is not None else None


def last_day(told_at: dt.datetime) -> dt.date:
    """The last day for objecting, for whoever was told then."""
    return working_days_after(city_day(told_at), programme().decisions.objection_days)


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


# A text that is on its way or went, and of which nothing bad was heard; after a death the one that guides the family.
_TEXTED = """EXISTS (
    SELECT 1 FROM phone_link link JOIN outbox ON outbox.cause IN (
        'removal:' || {removal} || ':' || {what} || ':' || link.phone_id, 'family:' || {worker} || ':' || link.phone_id)
    WHERE link.worker_id = {worker} AND outbox.state = ANY(CAST(:states AS text[]))
      AND (outbox.delivery IS NULL OR outbox.delivery NOT IN ('failed', 'rejected', 'expired')))"""
_GOING = "'{waiting,sending,accepted,unknown}'"
_BY_TEXT = text(
    "SELECT "
    + _TEXTED.format(removal=":removal", what=":what", worker="CAST(:worker AS bigint)").replace(":states", _GOING)
)


@dataclass(frozen=True)
class Notice:
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


def notices(session: Session, removal: Removal) -> list[Notice]:
    """What was texted about a removal, and what became of each text."""
    return [_notice(row) for row in session.execute(_NOTICES, {"removal": removal.id})]


def _notice(row: Row[bytes, str, str, str | None, str | None, dt.datetime]) -> Notice:
    read = read_gateway_phone(unseal_or_blank(row.number, "phone.number"))
    number = read.masked if isinstance(read, Number) else "?"
    return Notice(number, row.screen, row.state, row.reason or "", row.delivery or "", row.created_at)


# --- what time brings: objections from phones, and the end of a window ---

_SINCE = """(SELECT max(said.at) FROM decision said WHERE said.removal_id = removal.id
             AND (said.step, said.says) IN (('second', 'agree'), ('objection', 'uphold')))"""
_OBJECTIONS = text(
    f"""
UPDATE removal SET
    state = CASE removal.state WHEN 'noticed' THEN 'objected' ELSE 'appealed' END,
    objected_at = CASE removal.state WHEN 'noticed' THEN heard.opened_at ELSE removal.objected_at END,
    objection_id = CASE removal.state WHEN 'noticed' THEN heard.report ELSE removal.objection_id END,
    appealed_at = CASE removal.state WHEN 'upheld' THEN heard.opened_at END,
    evidence = CASE removal.state WHEN 'upheld' THEN removal.evidence || jsonb_build_object('appeal', heard.report)
                                  ELSE removal.evidence END,
    version = removal.version + 1
FROM (SELECT DISTINCT ON (removal.id) removal.id, report.id AS report, report.opened_at
      FROM removal
      JOIN enrolment ON enrolment.id = removal.enrolment_id
      CROSS JOIN LATERAL (
          SELECT id, category, opened_at FROM grievance WHERE worker_id = enrolment.worker_id
          UNION ALL
          SELECT other.id, other.category, other.opened_at FROM phone_link
          JOIN grievance other ON other.phone_id = phone_link.phone_id AND other.worker_id IS NULL
          WHERE phone_link.worker_id = enrolment.worker_id AND phone_link.unlinked_at IS NULL
          UNION ALL  -- what was said of a report that was open already: the same told twice is one report
          SELECT told.id, told.category, said.at FROM grievance told
          JOIN grievance_event said ON said.grievance_id = told.id
          WHERE said.by = 'reporter' AND said.kind IN ('repeated', 'added', 'still', 'supervisor')
            AND (told.worker_id = enrolment.worker_id OR (told.worker_id IS NULL AND told.phone_id IN (
                SELECT phone_id FROM phone_link
                WHERE phone_link.worker_id = enrolment.worker_id AND phone_link.unlinked_at IS NULL)))) AS report
      WHERE removal.state IN ('noticed', 'upheld') AND report.opened_at > {_SINCE}
        AND NOT (removal.reason = 'deceased' AND report.category = 'claim')  -- the family asks for what is theirs
      ORDER BY removal.id, report.opened_at, report.id) AS heard
WHERE removal.id = heard.id AND removal.state IN ('noticed', 'upheld')
RETURNING removal.id, removal.state, heard.report
"""  # noqa: S608  # constants of our own
)


def link_objections(session: Session, now: dt.datetime) -> int:
    """Take whatever the worker's phone reported since the notice for his objection, or his appeal; how many there were.

    Of what it is about, and in whose words, is for an officer to judge. One that comes late counts as long as nothing
    was removed.
    """
    found = session.execute(_OBJECTIONS).all()
    for row in found:
        audit.record(
            session, now=now, actor=CLOCK, action=f"removal: {row.state}", on=f"removal:{row.id}", report=row.report
        )
    return len(found)


# Told by text that went, or by an officer who wrote down how; after the outcome of an objection told anew.
_OVER = text(
    f"""
SELECT removal.id FROM removal JOIN enrolment ON enrolment.id = removal.enrolment_id
WHERE removal.state IN ('noticed', 'upheld') AND removal.object_by < :today
  AND ({
        _TEXTED.format(
            removal="removal.id",
            what="CASE removal.state WHEN 'noticed' THEN 'notice' ELSE 'upheld' END",
            worker="enrolment.worker_id",
        )
    }
       OR EXISTS (SELECT 1 FROM decision told WHERE told.removal_id = removal.id AND told.step = 'notice'
                  AND told.at >= {_SINCE}))
  AND NOT EXISTS (  -- a text of theirs that nobody has read yet may be the objection
      SELECT 1 FROM phone_link link JOIN phone ON phone.id = link.phone_id
      JOIN inbound_message unread ON unread.sender_index = phone.number_index
      WHERE link.worker_id = enrolment.worker_id AND link.unlinked_at IS NULL
        AND unread.received_at > {_SINCE} AND unread.settled_at IS NULL
        AND (unread.handled_as = 'triage' OR unread.handled_at IS NULL OR unread.quarantined IS NOT NULL))
ORDER BY removal.id FOR UPDATE OF removal SKIP LOCKED
"""  # noqa: S608  # constants of our own
)

# Never a month that has begun, nor one that was paid: it moves on, to the good of the worker.
_TAKE_OFF = text(
    """
WITH gone AS (
    SELECT removal.id, removal.enrolment_id, greatest(removal.from_month, CAST(:floor AS date), (
        SELECT CAST(max(payment.period) + interval '1 month' AS date) FROM payment
        WHERE payment.nik_index = worker.nik_index)) AS month
    FROM removal JOIN enrolment ON enrolment.id = removal.enrolment_id JOIN worker ON worker.id = enrolment.worker_id
    WHERE removal.id = ANY(CAST(:removals AS bigint[]))),
ended AS (
    UPDATE enrolment SET removed_from = gone.month FROM gone WHERE enrolment.id = gone.enrolment_id)
UPDATE removal SET state = 'removed', closed_at = :now, from_month = gone.month, version = removal.version + 1
FROM gone WHERE removal.id = gone.id
RETURNING removal.id, removal.enrolment_id, removal.from_month
"""
)


def end_windows(session: Session, now: dt.datetime) -> int:
    """Take off the list whoever was told and did not object in time; how many.

    Nudge the reconciliation afterwards. What came from their phones meanwhile is looked for first.
    """
    link_objections(session, now)
    over = session.scalars(_OVER, {"today": city_day(now), "states": ["accepted", "unknown"]}).all()
    link_objections(session, now)  # once more, now that they are locked: for whoever objected at this very moment
    still = select(Removal.id).where(Removal.id.in_(over), Removal.state.in_(("noticed", "upheld")))
    return take_off(session, list(session.scalars(still)), by=CLOCK, now=now)


def take_off(session: Session, removals: list[int], *, by: str, now: dt.datetime) -> int:
    """End these enrolments from their month on; the verdicts are worked out again."""
    if not removals:
        return 0
    floor = first_month(city_day(now))
    ended = session.execute(_TAKE_OFF, {"removals": removals, "floor": floor, "now": now}).all()
    for row in ended:
        audit.record(
            session,
            now=now,
            actor=by,
            action="removal: removed",
            on=f"removal:{row.id}",
            month=f"{row.from_month:%Y-%m}",
        )
    mark_stale(session, [row.enrolment_id for row in ended], now=now)
    return len(ended)


def first_month(today: dt.date) -> dt.date:
    """The first month that has not begun before today."""
    if today.day == 1:
        return today
    return dt.date(today.year + today.month // 12, today.month % 12 + 1, 1)
