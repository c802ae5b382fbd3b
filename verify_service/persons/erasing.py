"""Erasing a person: proposed by one administrator, confirmed by another, done in one transaction or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select, text

from verify_service.grievances.acting import Acting
from verify_service.ground.database import take_turn
from verify_service.ground.tables import Enrolment, Grievance, Phone, Proposal, Removal
from verify_service.persons.group import Group, group_of
from verify_service.persons.rights import (
    DECIDES,
    RightRefused,
    Step,
    held_for,
    second_person,
    settle,
    standing_hold,
)
from verify_service.persons.what_goes import destroy
from verify_service.verification.months import add_months

REASONS: Final = ("not_needed", "consent", "unlawful", "left")
# No list may be merged meanwhile, and no row sealed: both would meet a person half there.
_TURNS: Final = (
    text("SELECT pg_advisory_xact_lock(hashtext('verify import'))"),
    text("SELECT pg_advisory_xact_lock(hashtext('verify record'))"),
)


@dataclass(frozen=True)
class Erased:
    """What went, in rows of each table."""

    rows: dict[str, int]


def paid_until(acting: Acting, group: Group) -> dt.date | None:
    """The last month that a list has the city pay for the person, where it is not over: they are told of it before."""
    lines = acting.session.scalars(select(Enrolment).where(Enrolment.id.in_(group.enrolments)))
    ends = [min(add_months(line.paid_from, line.months), line.removed_from or dt.date.max) for line in lines]
    last = max(ends, default=None)
    return add_months(last, -1) if last is not None and last > acting.today.replace(day=1) else None


def obstacle(acting: Acting, group: Group) -> RightRefused | None:
    """Why the person cannot be erased now: a hold, or something about them that is still open. Which report is told to
    nobody here: one told in confidence would betray that there is one."""
    if group.erased:
        return RightRefused.ERASED
    if standing_hold(acting.session, group) is not None:
        return RightRefused.HELD
    report = select(Grievance.id).where(
        Grievance.closed_at.is_(None),
        or_(Grievance.worker_id.in_(group.ids), Grievance.phone_id.in_(group.own_phones)),
    )
    removal = select(Removal.id).where(Removal.enrolment_id.in_(group.enrolments), Removal.closed_at.is_(None))
    proposal = select(Proposal.id).where(Proposal.nik_index.in_(group.indexes), Proposal.decided_at.is_(None))
    waiting = (acting.session.scalar(one.limit(1)) for one in (report, removal, proposal))
    return RightRefused.OPEN if any(found is not None for found in waiting) else None


def propose(acting: Acting, group: Group, step: Step) -> RightRefused | None:
    """The first administrator has looked at it, and says that the law has the person erased."""
    if step.reason not in REASONS:
        return RightRefused.INPUT
    held = held_for(acting, step, ("open",))
    if isinstance(held, RightRefused):
        return held
    if held.kind != "erase":
        return RightRefused.STEP
    refused = obstacle(acting, group)
    if refused is not None:
        return refused
    held.state, held.version = "to_confirm", held.version + 1
    held.proposed_by, held.proposed_at = acting.by, acting.now
    held.reason, held.note = step.reason, group.sealed(step.note, "person_request.note")
    acting.record("erasure proposed", f"worker:{group.chief.id}", request=held.id, reason=step.reason)
    return None


def confirm(acting: Acting, group: Group, step: Step) -> Erased | RightRefused:
    """The second administrator confirms: the key is destroyed, what is in clear is emptied. It cannot be taken back."""
    for turn in _TURNS:
        take_turn(acting.session, turn)
    held = held_for(acting, step, ("to_confirm",))
    if isinstance(held, RightRefused):
        return held
    if not second_person(acting, held.proposed_by):
        return RightRefused.SECOND
    # The phones first, as whoever hears a talk has them; then the person, and all of it as it is by now.
    phones = sorted({*group.phones, *group.own_phones})
    acting.session.scalars(select(Phone.id).where(Phone.id.in_(phones)).order_by(Phone.id).with_for_update()).all()
    group = group_of(acting.session, group.chief.id, lock=True)
    refused = obstacle(acting, group)
    if refused is not None:
        return refused
    settle(acting, held, "done", reason=held.reason or "", note=None)
    rows = destroy(acting.session, group, request=held.id, by=acting.by, now=acting.now)
    acting.record("person erased", f"worker:{group.chief.id}", request=held.id, **rows)
    return Erased(rows)


def list_anew(acting: Acting, group: Group) -> RightRefused | None:
    """The city insures the person again, and they were told: the next list that names them is taken, with a new key.

    Nothing that was destroyed comes back.
    """
    if acting.viewer.role not in DECIDES:
        return RightRefused.ROLE
    if not group.erased:
        return RightRefused.CHANGED
    acting.session.execute(_NEW_KEY, {"indexes": group.indexes})
    for worker in group.workers:
        worker.erased_at = None
    acting.record("listed anew", f"worker:{group.chief.id}")
    return None


_NEW_KEY: Final = text("DELETE FROM person_key WHERE nik_index = ANY(CAST(:indexes AS bytea[])) AND wrapped IS NULL")
