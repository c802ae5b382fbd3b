"""What officers do with a removal: open, agree, tell, hear objections, decide on them; never one alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from flows.references import read_worker_code
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.look_ups import looked_up, may_look_up
from verify_service.grievances.numbers import new_number
from verify_service.grievances.visibility import Viewer, in_place
from verify_service.ground.crypto import blind_index, seal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Decision, Enrolment, Evidence, Payment, Removal, Verdict, Worker
from verify_service.ground.working_days import city_day
from verify_service.proposals.review import (
    NOTE_LENGTH,
    READS_FIRST,
    READS_SECOND,
    DecisionRefusal,
    Opinion,
    held_for,
    not_two,
)
from verify_service.registry.missing import MISSING, subject
from verify_service.registry.names import name_key
from verify_service.removals.notice import give_notice, tell_outcome
from verify_service.removals.states import Death, RemovalState, death_of
from verify_service.removals.window import first_month, last_day, start_window, take_off
from verify_service.tasks import close_task

WAYS: Final = ("call", "letter", "visit", "counter")  # how somebody is told, or says something, where no text does
KEEPS: Final = ("not_so", "not_proved", "changed")  # why an objection is accepted
MONTHS: Final = 12  # so far ahead a removal may be set


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """The removals an account sees (joined with their enrolment): those of its place, all of them for the city."""
    return in_place(viewer, Enrolment.kelurahan_code)


def find(acting: Acting, number: int, *, lock: bool = False) -> Removal | None:
    """The removal, where this account may see it; None otherwise, whether or not there is one."""
    wanted = select(Removal).join(Enrolment).where(Removal.id == number, seen(acting.viewer))
    if lock:  # as it is once the lock is held, whatever was read before
        wanted = wanted.with_for_update(of=Removal).execution_options(populate_existing=True)
    return acting.session.scalar(wanted)


def _open(acting: Acting, opinion: Opinion, states: tuple[RemovalState, ...]) -> Removal | DecisionRefusal:
    removal = held_for(acting, opinion, READS_FIRST, find)
    if isinstance(removal, DecisionRefusal):
        return removal
    return removal if removal.state in states else DecisionRefusal.STEP


# --- opening one ---


@dataclass(frozen=True)
class NewRemoval:
    """Who is to be taken off the list, why, from which month on, and the ids of the evidence it rests on."""

    enrolment: int
    reason: str
    month: dt.date | None
    evidence: tuple[int, ...] = ()
    note: str = ""


def open_removal(acting: Acting, new: NewRemoval) -> Removal | DecisionRefusal:
    """Propose that the city stops paying for somebody; nothing happens to them until a second officer agrees."""
    if acting.viewer.role not in READS_FIRST:
        return DecisionRefusal.ROLE
    enrolment = enrolment_seen(acting, new.enrolment)
    if enrolment is None:
        return DecisionRefusal.UNKNOWN
    if new.reason not in programme().decisions.reasons_remove:
        return DecisionRefusal.REASON
    if enrolment.removed_from is not None:
        return DecisionRefusal.STEP
    if new.month not in months_for(acting.session, enrolment, now=acting.now):
        return DecisionRefusal.MONTH
    if new.reason == "deceased" and death_of(acting.session, enrolment.worker_id) is not Death.CONFIRMED:
        return DecisionRefusal.DEATH
    rests_on = basis(acting.session, enrolment, new.evidence)
    if len(new.note.strip()) > NOTE_LENGTH or not (rests_on["evidence"] or new.note.strip()):
        return DecisionRefusal.NOTE
    row = {
        "number": new_number(acting.session, "removal"),
        "enrolment_id": enrolment.id,
        "reason": new.reason,
        "evidence": rests_on,
        "note": seal(new.note.strip(), "removal.note") if new.note.strip() else None,
        "state": RemovalState.PROPOSED.value,
        "from_month": new.month,
        "opened_by_id": acting.viewer.id,
        "opened_at": acting.now,
    }
    made = acting.session.scalars(insert(Removal).on_conflict_do_nothing().returning(Removal), row).first()
    if made is None:
        return DecisionRefusal.TWICE
    _record(acting, made, "opened", reason=new.reason)
    close_task(acting.session, MISSING, subject(enrolment.id), how="done", by=acting.by, now=acting.now)
    return made


def enrolment_seen(acting: Acting, number: int) -> Enrolment | None:
    """The line of the list, where this account may see it."""
    return acting.session.scalar(
        select(Enrolment).where(Enrolment.id == number, in_place(acting.viewer, Enrolment.kelurahan_code))
    )


def looked_at_line(acting: Acting, number: int) -> Enrolment | None:
    """The line of the list that a form opens, which is a look at an identity; None where this account sees none."""
    line = enrolment_seen(acting, number)
    if line is not None:
        on = f"enrolment:{line.id}"
        acting.record("identity looked at", on)
    return line


def months_for(session: Session, enrolment: Enrolment, *, now: dt.datetime) -> list[dt.date]:
    """The months from which on somebody may no longer be paid for: none that has begun, none that was paid."""
    worker = session.get_one(Worker, enrolment.worker_id)
    paid = session.scalar(select(func.max(Payment.period)).where(Payment.nik_index == worker.nik_index))
    first = first_month(city_day(now))
    if paid is not None:
        first = max(first, first_month(paid + dt.timedelta(1)))
    months = [first]
    while len(months) < MONTHS:
        months.append(first_month(months[-1] + dt.timedelta(1)))
    return months


def usual_month(months: Sequence[dt.date], *, now: dt.datetime) -> dt.date:
    """The month to propose: the first that begins after the days for objecting."""
    window = last_day(now)
    return next((month for month in months if month > window), months[-1])


def basis(session: Session, enrolment: Enrolment, chosen: tuple[int, ...]) -> dict[str, Any]:
    """What a removal rests on, as ids and codes: the statements that were chosen, and the verdict of that day."""
    theirs = select(Evidence.id).where(Evidence.enrolment_id == enrolment.id, Evidence.id.in_(chosen))
    held = newest_verdict(session, enrolment.id)
    verdict = {"period": held.period.isoformat(), "verdict": held.verdict} if held else {}
    return {"evidence": sorted(session.scalars(theirs)) if chosen else [], "verdict": verdict}


def newest_verdict(session: Session, enrolment_id: int) -> Verdict | None:
    """The verdict of the newest month."""
    wanted = select(Verdict).where(Verdict.enrolment_id == enrolment_id).order_by(Verdict.period.desc())
    return session.scalars(wanted.limit(1)).first()


# --- the second reader, and telling them ---


def agree(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """A second officer agrees: the worker is told, and has so many working days to object."""
    removal = _second(acting, opinion)
    if isinstance(removal, DecisionRefusal):
        return removal
    worker = acting.session.get_one(Enrolment, removal.enrolment_id).worker_id
    if death_of(acting.session, worker) is Death.CHECKED:
        return DecisionRefusal.CHECKED
    _say(acting, removal, ("second", "agree"), replace(opinion, reason=removal.reason), RemovalState.NOTICED)
    give_notice(acting.session, removal, now=acting.now)
    return None


def disagree(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """A second officer disagrees, and says why: it is over, and what both said stays on record."""
    removal = _second(acting, opinion)
    if isinstance(removal, DecisionRefusal):
        return removal
    if not opinion.note.strip():
        return DecisionRefusal.NOTE
    _say(acting, removal, ("second", "disagree"), replace(opinion, reason=removal.reason), RemovalState.WITHDRAWN)
    return None


def _second(acting: Acting, opinion: Opinion) -> Removal | DecisionRefusal:
    removal = _open(acting, opinion, (RemovalState.PROPOSED,))
    if isinstance(removal, DecisionRefusal):
        return removal
    if not _of_the_city(acting):
        return DecisionRefusal.NOT_CITY
    why = not_two(acting, [removal.opened_by_id])
    return why if why is not None else removal


def withdraw(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """It was a mistake: who opened it, or the city's office, takes it back; whoever was told is told so."""
    removal = _open(acting, opinion, (RemovalState.PROPOSED, RemovalState.NOTICED))
    if isinstance(removal, DecisionRefusal):
        return removal
    if removal.opened_by_id != acting.viewer.id and not _of_the_city(acting):
        return DecisionRefusal.NOT_CITY
    if not opinion.note.strip():
        return DecisionRefusal.NOTE
    _say(acting, removal, ("second", "withdraw"), replace(opinion, reason=removal.reason), RemovalState.WITHDRAWN)
    if removal.noticed_at is not None:
        tell_outcome(acting.session, removal, now=acting.now)
    return None


def told(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """Where no text reached anybody, an officer writes down how they were told, as the reason: the days run."""
    removal = _open(acting, opinion, (RemovalState.NOTICED, RemovalState.UPHELD))
    if isinstance(removal, DecisionRefusal):
        return removal
    if opinion.reason not in WAYS:
        return DecisionRefusal.REASON
    _say(acting, removal, ("notice", "told"), opinion, RemovalState(removal.state))
    if removal.state == RemovalState.NOTICED:
        start_window(removal, acting.now, now=acting.now)
    else:
        removal.object_by = last_day(acting.now)
    return None


# --- objection and appeal ---


def object_to(acting: Acting, opinion: Opinion) -> DecisionRefusal | None:
    """The worker objects, or appeals, by a way that the reason names: nothing ends before it is decided."""
    removal = _open(acting, opinion, (RemovalState.NOTICED, RemovalState.UPHELD))
    if isinstance(removal, DecisionRefusal):
        return removal
    if opinion.reason not in WAYS:
        return DecisionRefusal.REASON
    if not opinion.note.strip():
        return DecisionRefusal.NOTE
    if removal.state == RemovalState.NOTICED:
        removal.objected_at = acting.now
        _say(acting, removal, ("objection", "objects"), opinion, RemovalState.OBJECTED)
    else:
        removal.appealed_at = acting.now
        _say(acting, removal, ("appeal", "objects"), opinion, RemovalState.APPEALED)
    return None


def decide(acting: Acting, opinion: Opinion, says: str) -> DecisionRefusal | None:
    """Keep the worker, or uphold the removal: on an objection by a third officer, on the appeal by a new supervisor."""
    removal = _open(acting, opinion, (RemovalState.OBJECTED, RemovalState.APPEALED))
    if isinstance(removal, DecisionRefusal):
        return removal
    reasons = {"keep": KEEPS, "uphold": programme().decisions.reasons_remove}.get(says)
    if reasons is None or opinion.reason not in reasons:
        return DecisionRefusal.REASON
    if not opinion.note.strip():
        return DecisionRefusal.NOTE
    refused = may_decide(acting, removal)
    if refused is not None:
        return refused
    appeal = removal.state == RemovalState.APPEALED
    after = RemovalState.KEPT if says == "keep" else RemovalState.REMOVED if appeal else RemovalState.UPHELD
    _say(acting, removal, ("appeal" if appeal else "objection", says), opinion, after)
    if after is RemovalState.REMOVED:
        take_off(acting.session, [removal.id], by=acting.by, now=acting.now)
        acting.session.refresh(removal)
    tell_outcome(acting.session, removal, now=acting.now)
    return None


def may_decide(acting: Acting, removal: Removal) -> DecisionRefusal | None:
    """Why this officer does not decide on the objection or the appeal; None when he may."""
    if not _of_the_city(acting):
        return DecisionRefusal.NOT_CITY
    part = select(Decision.id).where(Decision.removal_id == removal.id, Decision.officer_id == acting.viewer.id)
    if removal.state == RemovalState.APPEALED:
        if acting.viewer.role is not Role.SUPERVISOR:
            return DecisionRefusal.SUPERVISOR
    else:
        part = part.where(Decision.step == "second")
    had = removal.opened_by_id == acting.viewer.id or acting.session.scalar(part.limit(1)) is not None
    if had:
        return DecisionRefusal.OWN
    said = select(Decision.officer_id).where(Decision.removal_id == removal.id)
    if removal.state == RemovalState.OBJECTED:
        said = said.where(Decision.step == "second")
    return not_two(acting, {removal.opened_by_id, *acting.session.scalars(said)})


def _of_the_city(acting: Acting) -> bool:
    return acting.viewer.role in READS_SECOND and not acting.viewer.bound


def _say(acting: Acting, removal: Removal, what: tuple[str, str], opinion: Opinion, after: RemovalState) -> None:
    """What an officer said goes on record as (step, what he says), and the removal stands as that leaves it."""
    step, says = what
    removal.state = after.value
    removal.version += 1
    if after in (RemovalState.WITHDRAWN, RemovalState.KEPT):
        removal.closed_at = acting.now
    said = Decision(
        removal_id=removal.id,
        step=step,
        says=says,
        reason=opinion.reason,
        note=seal(opinion.note.strip(), "decision.note") if opinion.note.strip() else None,
        officer_id=acting.viewer.id,
        at=acting.now,
    )
    acting.session.add(said)
    _record(acting, removal, says, reason=opinion.reason, step=step, state=after.value)


def _record(acting: Acting, removal: Removal, action: str, **detail: str) -> None:
    acting.session.flush()
    acting.record(f"removal: {action}", f"removal:{removal.id}", **detail)


# --- finding whom it is about ---


def search(acting: Acting, wanted: str, *, most: int = 25) -> Sequence[Enrolment] | None:
    """Lines of the list by a name, a NIK, the number of the row in its file, or the worker's code; None where this
    officer has looked up as many people by NIK today as anybody may.

    That the list was searched is kept, and how many were found; not for what.
    """
    by_nik = len("".join(character for character in wanted if character.isdecimal())) == 16
    if by_nik and not may_look_up(acting):
        return None
    found = _found(acting, wanted, most)
    if by_nik:
        looked_up(acting, found=bool(found))
    acting.record("list searched", "roster", found=len(found))
    return found


def _found(acting: Acting, wanted: str, most: int) -> Sequence[Enrolment]:
    words = wanted.strip()
    digits = "".join(character for character in words if character not in " .-")
    lines = select(Enrolment).join(Worker).where(in_place(acting.viewer, Enrolment.kelurahan_code))
    if digits.isascii() and digits.isdecimal():
        if len(digits) == 16:
            lines = lines.where(Worker.nik_index == blind_index(digits, "nik"))
        else:
            row, code = int(digits[:9]), read_worker_code(digits)
            lines = lines.where(or_(Enrolment.row == row, Worker.id == code) if code else Enrolment.row == row)
    else:
        for word in name_key(words).split()[:6]:
            lines = lines.where(Worker.name_key.contains(word, autoescape=True))
    if not words or (not digits.isdecimal() and not name_key(words)):
        return []
    return acting.session.scalars(lines.order_by(Worker.name_key, Enrolment.id).limit(most)).all()
