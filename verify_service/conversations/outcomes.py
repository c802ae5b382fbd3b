"""What a finished flow changes, and which flow comes next. Only here does a talk touch the tables."""

from __future__ import annotations

import hmac
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from flows import outcomes as said
from flows.conversation import Outcome
from verify_service.conversations import learning, proposing, reports, rt_heads
from verify_service.conversations.talking import Next, Over, Talking, first_flow
from verify_service.conversations.tries import code_tries
from verify_service.ground.crypto import blind_index, letter_code, reference_number
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, PhoneLink, Reference, Worker
from verify_service.verification.evidence import Statement


def apply(talking: Talking, outcome: Outcome) -> Next | Over:
    """Do what the person meant. Everything happens in the hop's own transaction."""
    match outcome:
        case said.Goodbye(screen, values):
            return Over(screen, dict(values))
        case said.GoTo(flow):
            return Next(flow, talking.caller)
        case said.Back():
            caller = talking.caller if talking.conversation.rt_head_id is None else rt_heads.leave(talking)
            return Next(first_flow(caller), caller)
        case said.ChosePerson(worker):
            talking.conversation.worker_id = worker
            return Next("cover", talking.fresh_caller())
        case said.MorePeople(page):
            return Next("who", talking.fresh_caller(page))
        case said.ChoseLanguage(language):
            return _language(talking, language)
        case said.AcceptedNotice():
            talking.phone.noticed_at = talking.now
            talking.record("data notice accepted")
            return Next("main", talking.fresh_caller())
        case said.FindWorker(nik, code):
            return _find_worker(talking, nik, code)
        case said.Said():
            return _said(talking, outcome)
        case said.Finished():
            return _finished(talking)
        case said.Propose(proposer="rt_head"):
            return rt_heads.apply(talking, outcome)
    if isinstance(outcome, reports.OUTCOMES):
        return reports.apply(talking, outcome)
    if isinstance(outcome, proposing.OUTCOMES):
        return proposing.apply(talking, outcome)
    if isinstance(outcome, learning.OUTCOMES):
        return learning.apply(talking, outcome)
    return rt_heads.apply(talking, outcome)


def _language(talking: Talking, language: str) -> Next:
    talking.phone.language = language
    talking.record("language chosen", language=language)
    caller = talking.fresh_caller()
    return Next(first_flow(caller), caller)


def _find_worker(talking: Talking, nik: str, code: str) -> Next | Over:
    """Link this phone to the worker whose NIK and letter code it gave.

    A wrong NIK and a wrong code take the same steps and end on the same screen, so that nobody learns who is on the
    list; three tries per phone and day, counted in the database.
    """
    if code_tries(talking) > programme().sessions.link_tries_per_day:
        talking.record("linking refused", reason="too many tries")
        return Over("b18.too_many_tries")
    worker = talking.session.scalar(select(Worker).where(Worker.nik_index == blind_index(nik, "nik")))
    number, issue = (worker.id, worker.letter_issue) if worker is not None else (0, 0)
    right = hmac.compare_digest(letter_code("invitation", number, issue).encode(), code.encode())
    if worker is None or not right:
        talking.record("linking failed")
        return Next("not_found", talking.caller)
    link = upsert(PhoneLink).values(phone_id=talking.phone.id, worker_id=worker.id, how="code", linked_at=talking.now)
    talking.session.execute(link.on_conflict_do_nothing())
    talking.conversation.worker_id = worker.id
    talking.record("phone linked", worker=worker.id)
    return Next("cover", talking.fresh_caller())


def _said(talking: Talking, outcome: said.Said) -> Next | Over:
    person = talking.caller.person
    if person is None:  # unlinked meanwhile, by another phone or an officer
        caller = talking.fresh_caller()
        return Next(first_flow(caller), caller)
    statement = Statement(
        source="worker",
        statement=outcome.statement,
        detail=outcome.detail,
        channel=talking.channel,
        inbound=talking.inbound,
        phone_id=talking.phone.id,
        screen=talking.screen,
    )
    talking.say(statement, worker_id=person.worker)
    talking.conversation.worker_id = person.worker
    if outcome.statement == "not_me":
        _unlink(talking, person.worker)
    if reports.is_report(outcome):
        return reports.report_said(talking, outcome, person.worker)
    return Next(outcome.then or "main", talking.caller)


def _unlink(talking: Talking, worker_id: int) -> None:
    """Somebody else has this number now: it no longer answers for, or sees, that worker."""
    talking.session.execute(
        update(PhoneLink)
        .where(
            PhoneLink.phone_id == talking.phone.id, PhoneLink.worker_id == worker_id, PhoneLink.unlinked_at.is_(None)
        )
        .values(unlinked_at=talking.now, unlinked_why="not me")
    )
    talking.conversation.worker_id = None
    talking.record("phone unlinked", worker=worker_id, reason="not me")


def _finished(talking: Talking) -> Next:
    """Give the answers a number the worker can quote."""
    conversation = talking.conversation
    salt = 0
    while conversation.receipt is None:
        number = reference_number(programme().reference_prefix, conversation.id, salt)
        receipt = select(Conversation.id).where(Conversation.receipt == number)
        reference = select(Reference.number).where(Reference.number == number)
        if talking.session.scalar(receipt) is None and talking.session.scalar(reference) is None:
            conversation.receipt = number
        salt += 1
    caller = replace(talking.caller, receipt=conversation.receipt)
    if learning.asked_again(talking):
        return Next("knowledge", reports.about(caller, then="saved"))
    return Next("saved", caller)
