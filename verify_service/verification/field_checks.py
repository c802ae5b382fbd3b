"""What an officer settles after somebody has looked: a reported death, a resident nobody else speaks for, a locked PIN.

One statement of an RT head is a report, not a fact: no condolence, and no word of a removal, before an officer has had
it confirmed by a call or a certificate.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import in_place
from verify_service.ground.crypto import reference_number, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Conversation, Enrolment, Phone, PhoneLink, RtHead, Task, Worker
from verify_service.messaging.compose import write
from verify_service.messaging.outbox import Purpose
from verify_service.registry.missing import MISSING
from verify_service.registry.names import mask_name
from verify_service.registry.person_keys import opened
from verify_service.registry.residents import Office, enrolments_in
from verify_service.registry.rt_access import reset_pin
from verify_service.registry.rt_terms import TERM_ENDS
from verify_service.tasks import close_task, open_task
from verify_service.verification.decision import RtHeadSays, WorkerSays
from verify_service.verification.evidence import Statement, record_of_enrolments, record_statement
from verify_service.verification.gaps import TASK as COVER_GAP
from verify_service.verification.signals import KIND as CHECK_ANSWERS
from verify_service.verification.signals import AnsweredFor, answered_for

ABOUT_RESIDENTS = ("own_family", "rt_vacant", "visit")  # the kelurahan says what no RT head says
SAYS = tuple(says.value for says in RtHeadSays if says not in (RtHeadSays.NO_ANSWER, RtHeadSays.OWN_FAMILY))
SALT = 7_000_000  # apart from the numbers of talks
HOW_CONFIRMED = ("call", "certificate")
ROUND_VISIT = "round_visit"  # somebody drawn in a round, whom no text and no RT head has reached
BACK_CHECK = "back_check"  # an RT head's answer, drawn by lot to be asked again
# What a visit may find: what the worker says there, with whoever visits; what the kelurahan can say; and neither.
OWN_WORDS = tuple(
    says.value
    for says in (
        WorkerSays.CONFIRMS,
        WorkerSays.WRONG_DATA,
        WorkerSays.DOES_NOT_KNOW,
        WorkerSays.DENIES,
        WorkerSays.NOT_WORKING,
        WorkerSays.NOW_EMPLOYED,
    )
)
MET_NOBODY = ("refused", "absent", "not_found")
OF_RESIDENTS = (RtHeadSays.MOVED.value, RtHeadSays.DECEASED.value)


@dataclass(frozen=True)
class Particulars:
    """Whom a task is about, in clear: shown to an officer who opens it, which the trail records."""

    name: str
    nik_last4: str
    address: str
    phones: tuple[str, ...]
    rt: str
    rw: str
    kelurahan: str


def _place_alone(session: Session, task: Task) -> Particulars:
    area = session.get(Area, task.kelurahan_code) if task.kelurahan_code else None
    return Particulars("", "", "", (), task.rt or "-", task.rw or "-", area.kelurahan if area else "-")


def read(acting: Acting, task: Task) -> tuple[Particulars, list[AnsweredFor]]:
    """Open a task: whom it is about, and for one about answers whose they are; the trail keeps that it was opened.

    Who audits what was done, not to whom, reads the place alone.
    """
    action = "identity looked at" if acting.viewer.reads_words else "task read"
    acting.record(action, task.subject, task=task.id)
    if not acting.viewer.reads_words:
        return _place_alone(acting.session, task), []
    return _particulars(acting.session, task), answered_for(
        acting.session, task.detail
    ) if task.kind == CHECK_ANSWERS else []


MOST_ON_PAPER = 500  # visits on one printed list


@dataclass(frozen=True)
class Visit:
    """Somebody to visit: the number of the task, by which the finding is entered, and whom it is about."""

    task: int
    due_on: dt.date
    about: Particulars


def visits(acting: Acting) -> list[Visit]:
    """The visits of a round that are still to be made in the account's place, RT by RT, as they are printed.

    Names and addresses go onto paper: the trail keeps who printed how many.
    """
    tasks = acting.session.scalars(
        select(Task)
        .where(Task.kind == ROUND_VISIT, Task.closed_at.is_(None), in_place(acting.viewer, Task.kelurahan_code))
        .order_by(Task.kelurahan_code, Task.rw, Task.rt, Task.id)
        .limit(MOST_ON_PAPER)
    ).all()
    acting.record("visit list printed", "task", visits=len(tasks))
    return [Visit(task.id, task.due_on, _particulars(acting.session, task)) for task in tasks]


def _particulars(session: Session, task: Task) -> Particulars:
    area = session.get(Area, task.kelurahan_code) if task.kelurahan_code else None
    place = {"rt": task.rt or "-", "rw": task.rw or "-", "kelurahan": area.kelurahan if area else "-"}
    head = session.get(RtHead, task.rt_head_id) if task.rt_head_id else None
    if task.kind == CHECK_ANSWERS:  # about a phone: who has it is for the officer to find out from the workers
        phone = session.get(Phone, task.detail["phone"])
        number = unseal(phone.number, "phone.number") if phone else ""
        numbers = (Number(number).masked,) if number else ()
        return Particulars(head.name if head else "", "", "", numbers, **place)
    if head is not None:
        phone = session.get(Phone, head.phone_id) if head.phone_id else None
        numbers = (unseal(phone.number, "phone.number"),) if phone else ()
        return Particulars(head.name, "", "", numbers, **place)
    worker = _worker(session, task)
    phones = session.scalars(
        select(Phone).join(PhoneLink).where(PhoneLink.worker_id == worker.id, PhoneLink.unlinked_at.is_(None))
    )
    return Particulars(
        name=worker.name,
        nik_last4=opened(session, worker, "nik")[-4:],
        address=opened(session, worker, "address"),
        phones=tuple(filter(None, (unseal(phone.number, "phone.number") for phone in phones))),
        **place,
    )


def settle(acting: Acting, task: Task, answer: str) -> bool | None:
    """Settle a task with the answer of an officer who has looked.

    False when somebody else has settled it meanwhile, None for an answer that a task of this kind does not have.
    """
    if task.kind == "death_reported" and answer in (*HOW_CONFIRMED, "not_so"):
        return _settle_death(acting, task, confirmed=answer != "not_so", how=answer)
    if task.kind == "rt_head_locked" and answer == "let_in":
        return _let_in_again(acting, task)
    if task.kind in (*ABOUT_RESIDENTS, BACK_CHECK) and answer in SAYS:
        return _settle_resident(acting, task, says=answer)
    if task.kind == ROUND_VISIT and answer in (*OWN_WORDS, *MET_NOBODY):
        return _settle_visit(acting, task, found=answer)
    if task.kind == ROUND_VISIT and answer in OF_RESIDENTS:
        return _settle_resident(acting, task, says=answer)
    if task.kind in (COVER_GAP, TERM_ENDS) and answer == "told":
        return close_task(acting.session, task.kind, task.subject, how="done", by=acting.by, now=acting.now)
    if task.kind == MISSING and answer == "keep":
        return close_task(acting.session, task.kind, task.subject, how="not so", by=acting.by, now=acting.now)
    if task.kind == CHECK_ANSWERS and answer in ("genuine", "not_genuine"):
        return _settle_signal(acting, task, genuine=answer == "genuine")
    return None


def _settle_death(acting: Acting, task: Task, *, confirmed: bool, how: str) -> bool:
    """Close the check of a reported death. Confirmed: the family is guided; not so: the kelurahan's word outranks.

    `how` is call or certificate. False when somebody else has settled it meanwhile.
    """
    if not close_task(
        acting.session,
        task.kind,
        task.subject,
        how="confirmed" if confirmed else "not so",
        by=acting.by,
        now=acting.now,
    ):
        return False
    worker = _worker(acting.session, task)
    _say(
        acting.session,
        task,
        "deceased" if confirmed else "resident",
        f"confirmed by {how}" if confirmed else "",
        acting.now,
    )
    if confirmed:
        task.reference = _number(acting.session, task)
        phones = acting.session.scalars(
            select(Phone).join(PhoneLink).where(PhoneLink.worker_id == worker.id, PhoneLink.unlinked_at.is_(None))
        ).all()
        for phone in phones:
            write(
                acting.session,
                phone,
                "g20.family",
                {"name": mask_name(worker.name), "case": task.reference},
                purpose=Purpose.DECISION,
                cause=f"family:{worker.id}:{phone.id}",  # condolences are said once
                now=acting.now,
                worker_id=worker.id,
            )
    return True


def _settle_resident(acting: Acting, task: Task, *, says: str) -> bool:
    """The kelurahan says of a resident what an RT head would; a death it reports is checked like any other.

    False when somebody else has settled it meanwhile.
    """
    if not close_task(acting.session, task.kind, task.subject, how="done", by=acting.by, now=acting.now):
        return False
    _say(acting.session, task, says, "", acting.now)
    if says == RtHeadSays.DECEASED.value:
        open_task(
            acting.session,
            kind="death_reported",
            subject=f"enrolment:{task.enrolment_id}",
            kelurahan_code=task.kelurahan_code,
            rw=task.rw,
            rt=task.rt,
            enrolment_id=task.enrolment_id,
            due_on=acting.today,
            now=acting.now,
            by=acting.by,
        )
    return True


def _settle_visit(acting: Acting, task: Task, *, found: str) -> bool:
    """What a visit has found: the worker's own word, given with help, or that nobody could be asked.

    False when somebody else has settled it meanwhile.
    """
    if not close_task(acting.session, task.kind, task.subject, how="done", by=acting.by, now=acting.now):
        return False
    own = found in OWN_WORDS
    said = Statement(
        source="worker" if own else "visit",
        statement=found,
        channel="visit",
        inbound=f"task:{task.id}",
        assisted=own,
    )
    if own:
        record_statement(acting.session, said, worker_id=_worker(acting.session, task).id, now=acting.now)
    else:
        record_of_enrolments(acting.session, said, enrolments=[task.enrolment_id or 0], now=acting.now)
    return True


def _settle_signal(acting: Acting, task: Task, *, genuine: bool) -> bool:
    """An officer has looked at whose answers they are; the answers stay as they are, whatever he found.

    False when somebody else has settled it meanwhile.
    """
    return close_task(
        acting.session, task.kind, task.subject, how="not so" if genuine else "confirmed", by=acting.by, now=acting.now
    )


def _let_in_again(acting: Acting, task: Task) -> bool:
    """A locked RT head gets a new letter; False when somebody else has let him in meanwhile."""
    if not close_task(acting.session, task.kind, task.subject, how="done", by=acting.by, now=acting.now):
        return False
    reset_pin(acting.session, task.rt_head_id or 0, now=acting.now, by=acting.by)
    return True


def reset_at_the_desk(acting: Acting, head: int) -> bool:
    """A head who is not locked has forgotten his PIN or lost the phone: a new letter, on the word of an officer of the
    place who has him before the eyes. False where no such head is in office there.
    """
    place = in_place(acting.viewer, RtHead.kelurahan_code)
    there = acting.session.scalar(select(RtHead.id).where(RtHead.id == head, place))
    return there is not None and reset_pin(acting.session, there, now=acting.now, by=acting.by)


def _say(session: Session, task: Task, says: str, detail: str, now: dt.datetime) -> None:
    """Evidence from the desk, beside what the RT head said: the later one holds."""
    channel = "visit" if task.kind == ROUND_VISIT else "console"
    statement = Statement(source="rt_head", statement=says, detail=detail, channel=channel, inbound=f"task:{task.id}")
    enrolment = session.get_one(Enrolment, task.enrolment_id)
    there = []
    if enrolment.rt:  # as the head's word did, it covers every line there
        office = Office(0, enrolment.kelurahan_code or "", "", enrolment.rw or "", enrolment.rt)
        there = enrolments_in(session, office, enrolment.worker_id, now=now)
    record_of_enrolments(session, statement, enrolments=sorted({enrolment.id, *there}), now=now)


def _number(session: Session, task: Task) -> str:
    """A number for the family to name at the hotline, different from every other."""
    for salt in count(SALT):
        number = reference_number(programme().reference_prefix, task.id, salt)
        taken = session.scalar(select(Task.id).where(Task.reference == number)) or session.scalar(
            select(Conversation.id).where(Conversation.receipt == number)
        )
        if taken is None:
            return number
    raise AssertionError("numbers do not end")


def _worker(session: Session, task: Task) -> Worker:
    enrolment = session.get_one(Enrolment, task.enrolment_id)
    return session.get_one(Worker, enrolment.worker_id)
