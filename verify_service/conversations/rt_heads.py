"""What a talk with the head of an RT changes: activation, PIN, and one resident at a time."""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import replace

from flows import outcomes as said
from flows.caller import Caller, RtDesk
from flows.conversation import Outcome
from flows.flow_state import FLOWS
from verify_service.accounts.pins import is_weak, pin_hash, pin_is
from verify_service.conversations import rt_help
from verify_service.conversations.caller import answers_for
from verify_service.conversations.context import Context, Next, Over
from verify_service.conversations.proposing import propose
from verify_service.conversations.rt_desk import (
    at_the_desk,
    correctable,
    head_of,
    office_of,
    resident_of,
    residents_for,
    shown,
    today,
)
from verify_service.conversations.stored_state import restore
from verify_service.ground.crypto import letter_code, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, RtHead
from verify_service.registry.letters import ACTIVATION
from verify_service.registry.residents import Office, enrolments_in
from verify_service.tasks import close_task, open_task
from verify_service.verification.evidence import Statement, record_of_enrolments

RESIDENTS_ON_A_PAGE = 7
STANDS_IN = "RW head"  # in the detail of evidence: who spoke for an RT that nobody heads
FAMILY_DAYS = 14  # for the RW or the kelurahan to speak where a head may not
# The talks of an RT head that a redial takes up, after the PIN: they may hold an answer half given.
BEHIND_THE_PIN = frozenset({"rt_confirm", "rt_propose"})
# A redial reaches these by itself, and no secret may be asked for out of its order.
REACHED_AGAIN = frozenset(flow for flow in FLOWS if flow.startswith("rt_")) - BEHIND_THE_PIN


def apply(context: Context, outcome: Outcome) -> Next | Over:
    """Do what an RT head meant."""
    if isinstance(outcome, said.OpenDesk):
        return _open(context, context.caller.rt_head)
    if isinstance(outcome, said.ChosePost):
        context.conversation.rt_head_id, context.conversation.pin_at = outcome.head, None  # each RT has its own PIN
        return at_the_desk(context, "rt_head")
    head = head_of(context)
    if head is None or head.locked_at is not None:
        return Over("f12.not_registered" if head is None else "f11.locked")
    match outcome:
        case said.ReadRules():
            head.rules_at = context.now
            context.record("RT head read the rules", rt_head=head.id)
            return at_the_desk(context, "rt_head")
        case said.ActivateRt(code):
            return _activate(context, head, code)
        case said.NewPin(pin):
            return _new_pin(context, head, pin)
        case said.RepeatPin(pin):
            return _repeat_pin(context, head, pin)
        case said.CheckPin(pin):
            return _check_pin(context, head, pin)
        case said.ShowRules():
            return rt_help.show_rules(context, head)
    wish = _WISHES.get(type(outcome))
    if wish is None:
        raise AssertionError(f"no use case for {type(outcome).__name__}")
    if head.activated_at is None:  # the kelurahan has reset the PIN meanwhile
        return at_the_desk(context, "rt_head")
    if context.conversation.pin_at is None:
        return at_the_desk(context, "rt_pin", wish=wish)
    match outcome:
        case said.NextResident(after):
            return _next_resident(context, after)
        case said.ResidentsPage(page):
            return _page(context, page)
        case said.ChoseResident(enrolment):
            return _about(context, enrolment)
        case said.CorrectLast():
            return _correct(context)
        case said.Attest():
            return _attest(context, outcome)
        case said.ProposeResident():
            return at_the_desk(context, "rt_propose")
        case said.Propose():
            return propose(context, outcome, office_of(context))
        case said.HelpResident(page):
            return _page(context, page, wish="help")
        case said.ChoseHelped(enrolment):
            return rt_help.beside_him(context, enrolment)
        case said.CheckHelpCode(code):
            return rt_help.check_code(context, code)
        case said.AssistedSays():
            return rt_help.assisted(context, outcome)
    raise AssertionError(f"no use case for {type(outcome).__name__}")


_WISHES: dict[type[Outcome], str] = {
    said.NextResident: "next",
    said.ResidentsPage: "list",
    said.ChoseResident: "list",
    said.CorrectLast: "correct",
    said.Attest: "next",
    said.ProposeResident: "propose",
    said.Propose: "propose",
    said.HelpResident: "help",
    said.ChoseHelped: "help",
    said.CheckHelpCode: "help",
    said.AssistedSays: "help",
}


def leave(context: Context) -> Caller:
    """Back at the main menu nobody speaks as head of an RT until he says so again."""
    context.conversation.rt_head_id, context.conversation.pin_at = None, None
    desk = context.caller.rt_head
    return context.caller if desk is None else replace(context.caller, rt_head=RtDesk(desk.posts))


def behind_the_pin(context: Context, before: Conversation) -> Next | Over:
    """A redial takes up a talk about a resident: the PIN comes first, in this session too."""
    context.conversation.rt_head_id = before.rt_head_id
    return at_the_desk(context, "rt_pin", wish="resume") if head_of(context) is not None else Over("f12.not_registered")


def _open(context: Context, desk: RtDesk | None) -> Next | Over:
    if desk is None:
        return Over("f12.not_registered")
    if len(desk.posts) == 1:
        context.conversation.rt_head_id = desk.posts[0].head
        return at_the_desk(context, "rt_head")
    return Next("rt_head", context.caller)


# --- activation and PIN ---


def _activate(context: Context, head: RtHead, code: str) -> Next | Over:
    """The code on the letter opens the way to a PIN of his own; a newer letter voids it."""
    if head.activated_at is not None:
        return at_the_desk(context, "rt_head")
    right = letter_code(ACTIVATION, head.id, head.letter_issue)
    if not hmac.compare_digest(right.encode(), code.encode()):
        return _wrong(context, head, "rt_activate")
    head.pin_tries, head.pin_hash = 0, None
    context.record("RT head gave the activation code", rt_head=head.id)
    return at_the_desk(context, "rt_new_pin")


def _new_pin(context: Context, head: RtHead, pin: str) -> Next | Over:
    if head.activated_at is not None:
        return at_the_desk(context, "rt_head")
    if is_weak(pin, unseal(context.phone.number, "phone.number")):
        return at_the_desk(context, "rt_weak_pin")
    head.pin_hash = pin_hash(pin, head.id)  # counts once it was repeated
    return at_the_desk(context, "rt_repeat_pin")


def _repeat_pin(context: Context, head: RtHead, pin: str) -> Next | Over:
    """The PIN holds, and the session ends: whatever was typed in it would be sent along with each further hop."""
    if head.activated_at is not None:
        return at_the_desk(context, "rt_head")
    if not pin_is(pin, head.id, head.pin_hash):
        head.pin_hash = None
        return at_the_desk(context, "rt_pin_differs")
    head.activated_at, head.pin_tries = context.now, 0
    context.record("RT head activated", rt_head=head.id)
    return Over("f28.activated" if head.rt else "f45.rw_activated")


def _check_pin(context: Context, head: RtHead, pin: str) -> Next | Over:
    if head.activated_at is None:
        return at_the_desk(context, "rt_head")
    if not pin_is(pin, head.id, head.pin_hash):
        return _wrong(context, head, "rt_pin")
    head.pin_tries = 0
    context.conversation.pin_at = context.now
    context.record("RT head gave the PIN", rt_head=head.id)
    wish = context.caller.rt_head.wish if context.caller.rt_head else ""
    if wish == "resume":
        return _take_up(context)
    if wish in ("list", "help"):
        return _page(context, 0, wish=wish)
    if wish == "propose":
        return at_the_desk(context, "rt_propose")
    return _correct(context) if wish == "correct" else _next_resident(context, 0)


def _wrong(context: Context, head: RtHead, flow: str) -> Next | Over:
    """A wrong code or PIN is counted in the database; the fifth locks until the kelurahan resets it."""
    head.pin_tries += 1
    if head.pin_tries < programme().rt_heads.pin_tries:
        wish = context.caller.rt_head.wish if context.caller.rt_head else ""
        return at_the_desk(context, flow, wish=wish)
    head.locked_at = context.now
    context.record("RT head locked", rt_head=head.id)
    open_task(
        context.session,
        kind="rt_head_locked",
        subject=f"rt_head:{head.id}",
        kelurahan_code=head.kelurahan_code,
        rw=head.rw,
        rt=head.rt,
        rt_head_id=head.id,
        due_on=today(context) + dt.timedelta(days=1),
        now=context.now,
        by=context.actor,
    )
    return Over("f11.locked")


def _take_up(context: Context) -> Next | Over:
    """After the PIN: the talk about a resident that was cut off, with the answers half given."""
    before = context.session.get(Conversation, context.conversation.resumes_id or 0)
    if before is None or before.ended_at is not None or before.talk is None:
        return _next_resident(context, 0)
    standing = restore(before, context.fresh_caller)
    talk = standing.talk if standing.whole else None
    before.ended_at, before.ended_how, before.talk = context.now, "continued elsewhere", None
    resident = talk.caller.rt_head.resident if talk is not None and talk.caller.rt_head else None
    if talk is not None and talk.flow == "rt_propose":
        following = at_the_desk(context, "rt_propose")
    elif talk is None or resident is None:
        return _next_resident(context, 0)
    else:
        following = _about(context, resident.enrolment)
    return replace(following, turns=talk.turns) if isinstance(following, Next) else following


# --- one resident at a time ---


def _next_resident(context: Context, after: int) -> Next | Over:
    """The next resident without an answer, beyond those put off in this talk."""
    head, office = head_of(context), office_of(context)
    if head is None or office is None:
        return Over("f12.not_registered")
    left = [resident for resident in residents_for(context, head, office) if not resident.answered]
    if not left:
        return Over("f41.rw_done" if office.of_rw else "f9.done", {"rt": office.name})
    following = next((resident for resident in left if resident.enrolment > after), None)
    if following is None:
        return at_the_desk(context, "rt_put_off", passed=0)
    return at_the_desk(context, "rt_confirm", resident=shown(following), passed=after)


def _page(context: Context, page: int, wish: str = "list") -> Next | Over:
    head, office = head_of(context), office_of(context)
    if head is None or office is None:
        return Over("f12.not_registered")
    residents = residents_for(context, head, office)
    first = page * RESIDENTS_ON_A_PAGE
    on_page = residents[first : first + RESIDENTS_ON_A_PAGE]
    if not on_page:
        return at_the_desk(context, "rt_menu")
    more = len(residents) > first + RESIDENTS_ON_A_PAGE
    listed = tuple(map(shown, on_page))
    return at_the_desk(context, "rt_residents", listed=listed, more_listed=more, page=page, wish=wish)


def _about(context: Context, enrolment: int) -> Next | Over:
    """The talk about one resident of his own RT; anybody else he cannot ask for."""
    resident = resident_of(context, enrolment)
    return (
        at_the_desk(context, "rt_menu")
        if resident is None
        else at_the_desk(context, "rt_confirm", resident=shown(resident))
    )


def _attest(context: Context, attested: said.Attest) -> Next | Over:
    """Store what he says of one resident before another name is shown."""
    resident, office = resident_of(context, attested.enrolment), office_of(context)
    if resident is None or office is None:  # moved out of this RT on the list meanwhile
        return at_the_desk(context, "rt_menu")
    if answers_for(context.session, context.phone, resident.worker):  # nobody confirms himself
        attested = replace(attested, says="own_family", detail="")
    correcting = correctable(context, office) == attested.enrolment
    statement = Statement(
        source="rt_head",
        statement=attested.says,
        detail="; ".join(filter(None, (STANDS_IN if office.of_rw else "", attested.detail))),
        channel=context.channel,
        inbound=context.inbound,
        phone_id=context.phone.id,
        screen=context.screen,
    )
    enrolments = enrolments_in(context.session, office, resident.worker, now=context.now)
    record_of_enrolments(context.session, statement, enrolments=enrolments, now=context.now)
    context.nudge = True
    _tasks_after(context, office, resident.rt, attested, correcting=correcting)
    flow = "rt_family" if attested.says == "own_family" else "rt_saved"
    return at_the_desk(context, flow)


def _tasks_after(context: Context, office: Office, rt: str, attested: said.Attest, *, correcting: bool) -> None:
    """A death is for the kelurahan to check today, before anybody is told of it; his own family is for others.

    What he himself has just reported he may take back; what anybody else did, or he did earlier, stays to be checked.
    """
    subject = f"enrolment:{attested.enrolment}"
    for kind, statement, days in (("death_reported", "deceased", 0), ("own_family", "own_family", FAMILY_DAYS)):
        if attested.says == statement:
            open_task(
                context.session,
                kind=kind,
                subject=subject,
                kelurahan_code=office.kelurahan_code,
                rw=office.rw,
                rt=rt,
                enrolment_id=attested.enrolment,
                due_on=today(context) + dt.timedelta(days=days),
                now=context.now,
                by=context.actor,
            )
        elif correcting:
            since = context.now - dt.timedelta(minutes=programme().rt_heads.correct_minutes)
            close_task(
                context.session, kind, subject, how="withdrawn", by=context.actor, now=context.now, opened_since=since
            )
    close_task(context.session, "rt_vacant", subject, how="done", by=context.actor, now=context.now)


def _correct(context: Context) -> Next | Over:
    office = office_of(context)
    last = correctable(context, office) if office else 0
    return _about(context, last) if last else at_the_desk(context, "rt_too_late")
