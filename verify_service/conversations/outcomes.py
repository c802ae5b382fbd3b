"""What a finished flow changes, and which flow comes next. Only here does a talk touch the tables."""

from __future__ import annotations

import hmac
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from flows import outcomes as said
from flows.conversation import Outcome
from verify_service.conversations import filing, learning, proposing, rt_heads
from verify_service.conversations.asking import LET_GO
from verify_service.conversations.context import Context, Next, Over, first_flow
from verify_service.conversations.tries import code_tries, must_wait, right_code, wrong_code
from verify_service.ground.crypto import blind_index, letter_code, reference_number
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, PhoneLink, Reference, Worker
from verify_service.verification.evidence import Statement


def apply(context: Context, outcome: Outcome) -> Next | Over:
    """Do what the person meant. Everything happens in the hop's own transaction."""
    match outcome:
        case said.Goodbye(screen, values):
            return Over(screen, dict(values))
        case said.GoTo(flow):
            return Next(flow, context.caller)
        case said.Back():
            caller = context.caller if context.conversation.rt_head_id is None else rt_heads.leave(context)
            return Next(first_flow(caller), caller)
        case said.ChosePerson(worker):
            context.conversation.worker_id = worker
            return Next("cover", context.fresh_caller())
        case said.MorePeople(page):
            return Next("who", context.fresh_caller(page))
        case said.ChoseLanguage(language):
            return _language(context, language)
        case said.AcceptedNotice():
            context.phone.noticed_at = context.now
            context.record("data notice accepted")
            return Next("main", context.fresh_caller())
        case said.FindWorker(nik, code):
            return _find_worker(context, nik, code)
        case said.WorkerSays():
            return _said(context, outcome)
        case said.Finished():
            return _finished(context)
        case said.Propose(proposer="rt_head"):
            return rt_heads.apply(context, outcome)
    if isinstance(outcome, filing.OUTCOMES):
        return filing.apply(context, outcome)
    if isinstance(outcome, proposing.OUTCOMES):
        return proposing.apply(context, outcome)
    if isinstance(outcome, learning.OUTCOMES):
        return learning.apply(context, outcome)
    return rt_heads.apply(context, outcome)


def _language(context: Context, language: str) -> Next:
    context.phone.language = language
    context.record("language chosen", language=language)
    caller = context.fresh_caller()
    return Next(first_flow(caller), caller)


def _find_worker(context: Context, nik: str, code: str) -> Next | Over:
    """Link this phone to the worker whose NIK and letter code it gave.

    A wrong NIK and a wrong code take the same steps and end on the same screen, so that nobody learns who is on the
    list; three tries per phone and day, counted in the database, and for each NIK slower each time.
    """
    if code_tries(context) > programme().sessions.link_tries_per_day:
        context.record("linking refused", reason="too many tries")
        return Over("b18.too_many_tries")
    index = blind_index(nik, "nik")
    if must_wait(context, index):
        context.record("linking refused", reason="too many tries at one NIK")
        return Next("not_found", context.caller)
    worker = context.session.scalar(select(Worker).where(Worker.nik_index == index))
    number, issue = (worker.id, worker.letter_issue) if worker is not None else (0, 0)
    right = hmac.compare_digest(letter_code("invitation", number, issue).encode(), code.encode())
    if worker is None or not right:
        wrong_code(context, index)
        context.record("linking failed")
        return Next("not_found", context.caller)
    right_code(context, index)
    link = upsert(PhoneLink).values(phone_id=context.phone.id, worker_id=worker.id, how="code", linked_at=context.now)
    context.session.execute(link.on_conflict_do_nothing())
    context.conversation.worker_id = worker.id
    context.record("phone linked", worker=worker.id)
    return Next("cover", context.fresh_caller())


def _said(context: Context, outcome: said.WorkerSays) -> Next | Over:
    person = context.caller.person
    if person is None:  # unlinked meanwhile, by another phone or an officer
        caller = context.fresh_caller()
        return Next(first_flow(caller), caller)
    statement = Statement(
        source="worker",
        statement=outcome.statement,
        detail=outcome.detail,
        channel=context.channel,
        inbound=context.inbound,
        phone_id=context.phone.id,
        screen=context.screen,
    )
    context.say(statement, worker_id=person.worker)
    context.conversation.worker_id = person.worker
    if outcome.statement == "not_me":
        _unlink(context, person.worker)
    if filing.is_report(outcome):
        return filing.report_said(context, outcome, person.worker)
    return Next(outcome.then or "main", context.caller)


def _unlink(context: Context, worker_id: int) -> None:
    """Somebody else has this number now: it no longer answers for, or sees, that worker."""
    context.session.execute(
        update(PhoneLink)
        .where(
            PhoneLink.phone_id == context.phone.id, PhoneLink.worker_id == worker_id, PhoneLink.unlinked_at.is_(None)
        )
        .values(unlinked_at=context.now, unlinked_why="not me")
    )
    context.session.execute(  # nobody can answer it any more, and another of this phone may be asked
        update(Conversation)
        .where(
            Conversation.phone_id == context.phone.id,
            Conversation.worker_id == worker_id,
            Conversation.channel == "sms",
            Conversation.ended_at.is_(None),
            Conversation.id != context.conversation.id,
        )
        .values(ended_at=context.now, ended_how=LET_GO)
    )
    context.conversation.worker_id = None
    context.record("phone unlinked", worker=worker_id, reason="not me")


def _finished(context: Context) -> Next:
    """Give the answers a number the worker can quote."""
    conversation = context.conversation
    salt = 0
    while conversation.receipt is None:
        number = reference_number(programme().reference_prefix, conversation.id, salt)
        receipt = select(Conversation.id).where(Conversation.receipt == number)
        reference = select(Reference.number).where(Reference.number == number)
        if context.session.scalar(receipt) is None and context.session.scalar(reference) is None:
            conversation.receipt = number
        salt += 1
    caller = replace(context.caller, receipt=conversation.receipt)
    if learning.asked_again(context):
        return Next("knowledge", filing.about(caller, then="saved"))
    return Next("saved", caller)
