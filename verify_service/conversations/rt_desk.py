"""The desk of an RT head: who he is, what he may see, and which residents still wait for his word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import select, text

from flows.caller import Resident, RtDesk
from verify_service.conversations.caller import post_of
from verify_service.conversations.context import Context, Next, Over
from verify_service.ground.programme import programme
from verify_service.ground.tables import RtHead
from verify_service.registry.residents import ListedResident, Office, offices_of, residents_of


def head_of(context: Context) -> RtHead | None:
    """The head this talk is held with, while he is in office and has this phone."""
    return context.session.scalar(
        select(RtHead).where(
            RtHead.id == context.conversation.rt_head_id,
            RtHead.phone_id == context.phone.id,
            RtHead.until.is_(None),
            ~RtHead.announced,
        )
    )


def office_of(context: Context) -> Office | None:
    offices = offices_of(context.session, context.phone.id)
    return next((office for office in offices if office.head == context.conversation.rt_head_id), None)


def _asked_since(head: RtHead, now: dt.datetime) -> dt.datetime:
    """An answer from before this is asked for again: it is old, or was another head's.

    The head of an RW stands in where nobody speaks, so that what the RT's last head said is not asked for again.
    """
    old = now - dt.timedelta(days=programme().rt_heads.ask_again_days)
    if head.since is None or not head.rt:
        return old
    return max(old, dt.datetime.combine(head.since, dt.time(), programme().zone))


def residents_for(context: Context, head: RtHead, office: Office) -> list[ListedResident]:
    return residents_of(context.session, office, since=_asked_since(head, context.now), now=context.now)


def at_the_desk(context: Context, flow: str, **more: object) -> Next | Over:
    """The next flow at the desk of this head, with today's facts."""
    head, office = head_of(context), office_of(context)
    if head is None or office is None:
        return Over("f12.not_registered")
    residents = residents_for(context, head, office)
    held = context.caller.rt_head
    desk = RtDesk(
        posts=held.posts if held else (),
        post=post_of(office),
        activated=head.activated_at is not None,
        rules_read=head.rules_at is not None,
        locked=head.locked_at is not None,
        tries_left=programme().rt_heads.pin_tries - head.pin_tries if head.pin_tries else None,
        left=sum(not resident.answered for resident in residents),
        residents=len(residents),
        passed=held.passed if held else 0,
        correctable=correctable(context, office),
        month=context.now.astimezone(programme().zone).strftime("%Y%m"),
    )
    return Next(flow, replace(context.caller, rt_head=replace(desk, **more)))  # type: ignore[arg-type]  # fields by name


def shown(resident: ListedResident) -> Resident:
    return Resident(resident.enrolment, resident.name.title()[:24], resident.job, resident.place, resident.rt)


def resident_of(context: Context, enrolment: int) -> ListedResident | None:
    head, office = head_of(context), office_of(context)
    if head is None or office is None:
        return None
    listed = residents_for(context, head, office)
    return next((resident for resident in listed if resident.enrolment == enrolment), None)


def today(context: Context) -> dt.date:
    return context.now.astimezone(programme().zone).date()


# --- correcting a mistake ---

_LAST_SAID = text(
    """
SELECT min(enrolment_id) AS enrolment, min(first) AS first FROM (
    SELECT said.enrolment_id, worker_id, min(said.received_at) AS first, max(said.id) AS last
    FROM evidence said JOIN enrolment ON enrolment.id = said.enrolment_id
    WHERE said.source = 'rt_head' AND said.phone_id = :phone AND said.received_at >= :since
      AND enrolment.kelurahan_code = :kelurahan_code AND enrolment.rw = :rw AND :rt IN (enrolment.rt, '')
    GROUP BY said.enrolment_id, worker_id) AS each
GROUP BY worker_id ORDER BY max(last) DESC LIMIT 1
"""
)


def correctable(context: Context, office: Office) -> int:
    """The enrolment he spoke of last, while its first answer is not older than ten minutes; else 0."""
    rules = programme().rt_heads
    values = {
        "phone": context.phone.id,
        "since": context.now - dt.timedelta(days=rules.ask_again_days),
        "kelurahan_code": office.kelurahan_code,
        "rw": office.rw,
        "rt": office.rt,
    }
    last = context.session.execute(_LAST_SAID, values).first()
    if last is None or last.first < context.now - dt.timedelta(minutes=rules.correct_minutes):
        return 0
    return int(last.enrolment)
