"""An RT head lends his phone to a resident without one, and reads the rules in force."""

from __future__ import annotations

import hmac

from flows import outcomes as said
from flows.caller import Decree
from verify_service.conversations.context import Context, Next, Over
from verify_service.conversations.rt_desk import at_the_desk, resident_of, shown, today
from verify_service.conversations.tries import code_tries, must_wait, not_a_guess, right_code, wrong_code
from verify_service.ground.crypto import letter_code
from verify_service.ground.programme import programme
from verify_service.ground.tables import RtHead, Worker
from verify_service.ground.working_days import short_date
from verify_service.messaging.catalogue import wordings, words_version
from verify_service.registry.letters import HELP
from verify_service.verification.evidence import Statement, record_statement

_RULES = ("f30.decree", "f31.criteria")


def show_rules(context: Context, head: RtHead) -> Next | Over:
    """The rules in force; which decree he was shown is logged, so that nobody can say he was told something else."""
    decree = programme().decree_on(today(context))
    if decree is None:
        return at_the_desk(context, "rt_rules_in_force")
    words = words_version(_RULES, wordings().spoken(context.phone.language))
    context.record("RT head was shown the rules", rt_head=head.id, decree=decree.number, words=words)
    return at_the_desk(context, "rt_rules_in_force", decree=Decree(decree.number, short_date(decree.date)))


def beside_him(context: Context, enrolment: int) -> Next | Over:
    """The resident who stands beside him; the code on the card is the sign that it is so."""
    resident = resident_of(context, enrolment)
    if resident is None:
        return at_the_desk(context, "rt_menu")
    return at_the_desk(context, "rt_help_code", resident=shown(resident), tries_left=None)


def check_code(context: Context, code: str) -> Next | Over:
    """The one-time code from that resident's own letter; tries are counted like those of any letter's code."""
    desk = context.caller.rt_head
    chosen = desk.resident if desk else None
    resident = resident_of(context, chosen.enrolment) if chosen else None
    if resident is None:
        return at_the_desk(context, "rt_menu")
    worker = context.session.get_one(Worker, resident.worker)
    if code_tries(context) > programme().sessions.link_tries_per_day:
        context.record("help refused", reason="too many tries")
        return Over("f37.help_tries")
    if must_wait(context, worker.nik_index):
        context.record("help refused", reason="too many tries at one NIK")
        return at_the_desk(context, "rt_help_code", resident=shown(resident), tries_left=1)
    if not hmac.compare_digest(letter_code(HELP, worker.id, worker.help_issue).encode(), code.encode()):
        wrong_code(context, worker.nik_index)
        context.record("help code wrong")
        return at_the_desk(context, "rt_help_code", resident=shown(resident), tries_left=1)
    not_a_guess(context)
    right_code(context, worker.nik_index)
    context.record("help code given", enrolment=resident.enrolment)
    return at_the_desk(context, "rt_assisted", resident=shown(resident), code_issue=worker.help_issue)


def assisted(context: Context, spoke: said.AssistedSays) -> Next | Over:
    """What a resident said on this phone: evidence of the worker, given with help, which any own answer outranks."""
    resident = resident_of(context, spoke.enrolment)
    if resident is None:
        return at_the_desk(context, "rt_menu")
    worker = context.session.get_one(Worker, resident.worker, with_for_update=True, populate_existing=True)
    desk = context.caller.rt_head
    if desk is None or desk.code_issue != worker.help_issue:  # the code was used in another talk meanwhile
        return at_the_desk(context, "rt_help_code", resident=shown(resident), tries_left=1)
    worker.help_issue += 1
    statement = Statement(
        source="worker",
        statement=spoke.statement,
        detail=spoke.detail,
        channel=context.channel,
        inbound=context.inbound,
        phone_id=context.phone.id,
        screen=context.screen,
        assisted=True,
    )
    record_statement(context.session, statement, worker_id=worker.id, now=context.now)
    context.nudge = True
    context.record("resident helped", enrolment=resident.enrolment)
    return at_the_desk(context, "rt_assisted_saved")
