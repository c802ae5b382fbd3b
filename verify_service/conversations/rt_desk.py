"""The desk of an RT head: who he is, what he may see, and which residents still wait for his word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import select, text

from flows.caller import Post, Resident, RtDesk
from verify_service.conversations.talking import Next, Over, Talking
from verify_service.ground.programme import programme
from verify_service.ground.tables import RtHead
from verify_service.registry.residents import ListedResident, Office, offices_of, residents_of


def head_of(talking: Talking) -> RtHead | None:
    """The head this talk is held with, while he is in office and has this phone."""
    return talking.session.scalar(
        select(RtHead).where(
            RtHead.id == talking.conversation.rt_head_id,
            RtHead.phone_id == talking.phone.id,
            RtHead.until.is_(None),
        )
    )


def office_of(talking: Talking) -> Office | None:
    offices = offices_of(talking.session, talking.phone.id)
    return next((office for office in offices if office.head == talking.conversation.rt_head_id), None)


def _asked_since(head: RtHead, now: dt.datetime) -> dt.datetime:
    """An answer from before this is asked for again: it is old, or was another head's."""
    old = now - dt.timedelta(days=programme().rt_heads.ask_again_days)
    if head.since is None:
        return old
    return max(old, dt.datetime.combine(head.since, dt.time(), programme().zone))


def residents_for(talking: Talking, head: RtHead, office: Office) -> list[ListedResident]:
    today = talking.now.astimezone(programme().zone).date()
    return residents_of(talking.session, office, since=_asked_since(head, talking.now), today=today)


def at_the_desk(talking: Talking, flow: str, **more: object) -> Next | Over:
    """The next flow at the desk of this head, with today's facts."""
    head, office = head_of(talking), office_of(talking)
    if head is None or office is None:
        return Over("f12.not_registered")
    residents = residents_for(talking, head, office)
    held = talking.caller.rt_head
    desk = RtDesk(
        posts=held.posts if held else (),
        post=Post(office.head, office.name, office.kelurahan),
        activated=head.activated_at is not None,
        rules_read=head.rules_at is not None,
        locked=head.locked_at is not None,
        tries_left=programme().rt_heads.pin_tries - head.pin_tries if head.pin_tries else None,
        left=sum(not resident.answered for resident in residents),
        residents=len(residents),
        passed=held.passed if held else 0,
        correctable=correctable(talking, office),
        month=talking.now.astimezone(programme().zone).strftime("%Y%m"),
    )
    return Next(flow, replace(talking.caller, rt_head=replace(desk, **more)))  # type: ignore[arg-type]


def shown(resident: ListedResident) -> Resident:
    return Resident(resident.enrolment, resident.name.title()[:24], resident.job, resident.place)


def resident_of(talking: Talking, enrolment: int) -> ListedResident | None:
    head, office = head_of(talking), office_of(talking)
    if head is None or office is None:
        return None
    listed = residents_for(talking, head, office)
    return next((resident for resident in listed if resident.enrolment == enrolment), None)


def today(talking: Talking) -> dt.date:
    return talking.now.astimezone(programme().zone).date()


# --- correcting a mistake ---

_LAST_SAID = text(
    """
SELECT min(enrolment_id) AS enrolment, min(first) AS first FROM (
    SELECT said.enrolment_id, worker_id, min(said.received_at) AS first, max(said.id) AS last
    FROM evidence said JOIN enrolment ON enrolment.id = said.enrolment_id
    WHERE said.source = 'rt_head' AND said.phone_id = :phone AND said.received_at >= :since
      AND enrolment.kelurahan_code = :kelurahan_code AND enrolment.rw = :rw AND enrolment.rt = :rt
    GROUP BY said.enrolment_id, worker_id) AS each
GROUP BY worker_id ORDER BY max(last) DESC LIMIT 1
"""
)


def correctable(talking: Talking, office: Office) -> int:
    """The enrolment he spoke of last, while its first answer is not older than ten minutes; else 0."""
    rules = programme().rt_heads
    values = {
        "phone": talking.phone.id,
        "since": talking.now - dt.timedelta(days=rules.ask_again_days),
        "kelurahan_code": office.kelurahan_code,
        "rw": office.rw,
        "rt": office.rt,
    }
    last = talking.session.execute(_LAST_SAID, values).first()
    if last is None or last.first < talking.now - dt.timedelta(minutes=rules.correct_minutes):
        return 0
    return int(last.enrolment)
