"""What a talk with the head of an RT changes: activation, PIN, and one resident at a time."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from dataclasses import replace

from sqlalchemy import select, text

from flows import outcomes as said
from flows.caller import Caller, Decree, Post, Resident, RtDesk
from flows.conversation import Outcome
from flows.talk import FLOWS, Talk
from verify_service.accounts.pins import is_weak, pin_hash, pin_is
from verify_service.conversations.caller import answers_for, short_date
from verify_service.conversations.catalogue import wordings, words_version
from verify_service.conversations.proposing import propose
from verify_service.conversations.talking import Next, Over, Talking
from verify_service.conversations.tries import code_tries
from verify_service.ground.crypto import Unreadable, letter_code, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, RtHead, Worker
from verify_service.registry.letters import ACTIVATION, HELP
from verify_service.registry.residents import ListedResident, Office, enrolments_in, offices_of, residents_of
from verify_service.tasks import close_task, open_task
from verify_service.verification.evidence import Statement, record_of_enrolments, record_statement

RESIDENTS_ON_A_PAGE = 7
FAMILY_DAYS = 14  # for the RW or the kelurahan to speak where a head may not
_RULES = ("f30.decree", "f31.criteria")
# The talks of an RT head that a redial takes up, after the PIN: they may hold an answer half given.
BEHIND_THE_PIN = frozenset({"rt_confirm", "rt_propose"})
# A redial reaches these by itself, and no secret may be asked for out of its order.
REACHED_AGAIN = frozenset(flow for flow in FLOWS if flow.startswith("rt_")) - BEHIND_THE_PIN


def apply(talking: Talking, outcome: Outcome) -> Next | Over:
    """Do what an RT head meant."""
    if isinstance(outcome, said.OpenDesk):
        return _open(talking, talking.caller.rt_head)
    if isinstance(outcome, said.ChosePost):
        talking.conversation.rt_head_id, talking.conversation.pin_at = outcome.head, None  # each RT has its own PIN
        return _desk(talking, "rt_head")
    head = _head(talking)
    if head is None or head.locked_at is not None:
        return Over("f12.not_registered" if head is None else "f11.locked")
    match outcome:
        case said.ReadRules():
            head.rules_at = talking.now
            talking.record("RT head read the rules", rt_head=head.id)
            return _desk(talking, "rt_head")
        case said.ActivateRt(code):
            return _activate(talking, head, code)
        case said.NewPin(pin):
            return _new_pin(talking, head, pin)
        case said.RepeatPin(pin):
            return _repeat_pin(talking, head, pin)
        case said.CheckPin(pin):
            return _check_pin(talking, head, pin)
        case said.ShowRules():
            return _rules(talking, head)
    wish = _WISHES.get(type(outcome))
    if wish is None:
        raise AssertionError(f"no use case for {type(outcome).__name__}")
    if talking.conversation.pin_at is None:
        return _desk(talking, "rt_pin", wish=wish)
    match outcome:
        case said.NextResident(after):
            return _next_resident(talking, after)
        case said.ResidentsPage(page):
            return _page(talking, page)
        case said.ChoseResident(enrolment):
            return _about(talking, enrolment)
        case said.CorrectLast():
            return _correct(talking)
        case said.Attest():
            return _attest(talking, outcome)
        case said.ProposeResident():
            return _desk(talking, "rt_propose")
        case said.Propose():
            return propose(talking, outcome, _office(talking))
        case said.HelpResident(page):
            return _page(talking, page, wish="help")
        case said.ChoseHelped(enrolment):
            return _beside_him(talking, enrolment)
        case said.CheckHelpCode(code):
            return _help_code(talking, code)
        case said.AssistedSays():
            return _assisted(talking, outcome)
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


def leave(talking: Talking) -> Caller:
    """Back at the main menu nobody speaks as head of an RT until he says so again."""
    talking.conversation.rt_head_id, talking.conversation.pin_at = None, None
    desk = talking.caller.rt_head
    return talking.caller if desk is None else replace(talking.caller, rt_head=RtDesk(desk.posts))


def behind_the_pin(talking: Talking, before: Conversation) -> Next | Over:
    """A redial takes up a talk about a resident: the PIN comes first, in this session too."""
    talking.conversation.rt_head_id = before.rt_head_id
    return _desk(talking, "rt_pin", wish="resume") if _head(talking) is not None else Over("f12.not_registered")


def _open(talking: Talking, desk: RtDesk | None) -> Next | Over:
    if desk is None:
        return Over("f12.not_registered")
    if len(desk.posts) == 1:
        talking.conversation.rt_head_id = desk.posts[0].head
        return _desk(talking, "rt_head")
    return Next("rt_head", talking.caller)


# --- who it is, and what there is to ask ---


def _head(talking: Talking) -> RtHead | None:
    """The head this talk is held with, while he is in office and has this phone."""
    return talking.session.scalar(
        select(RtHead).where(
            RtHead.id == talking.conversation.rt_head_id,
            RtHead.phone_id == talking.phone.id,
            RtHead.until.is_(None),
        )
    )


def _office(talking: Talking) -> Office | None:
    offices = offices_of(talking.session, talking.phone.id)
    return next((office for office in offices if office.head == talking.conversation.rt_head_id), None)


def _asked_since(head: RtHead, now: dt.datetime) -> dt.datetime:
    """An answer from before this is asked for again: it is old, or was another head's."""
    old = now - dt.timedelta(days=programme().rt_heads.ask_again_days)
    if head.since is None:
        return old
    return max(old, dt.datetime.combine(head.since, dt.time(), programme().zone))


def _residents(talking: Talking, head: RtHead, office: Office) -> list[ListedResident]:
    today = talking.now.astimezone(programme().zone).date()
    return residents_of(talking.session, office, since=_asked_since(head, talking.now), today=today)


def _desk(talking: Talking, flow: str, **more: object) -> Next | Over:
    """The next flow at the desk of this head, with today's facts."""
    head, office = _head(talking), _office(talking)
    if head is None or office is None:
        return Over("f12.not_registered")
    residents = _residents(talking, head, office)
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
        correctable=_correctable(talking, office),
        month=talking.now.astimezone(programme().zone).strftime("%Y%m"),
    )
    return Next(flow, replace(talking.caller, rt_head=replace(desk, **more)))  # type: ignore[arg-type]


def _shown(resident: ListedResident) -> Resident:
    return Resident(resident.enrolment, resident.name.title()[:24], resident.job, resident.place)


# --- activation and PIN ---


def _activate(talking: Talking, head: RtHead, code: str) -> Next | Over:
    """The code on the letter opens the way to a PIN of his own; a newer letter voids it."""
    if head.activated_at is not None:
        return _desk(talking, "rt_head")
    right = letter_code(ACTIVATION, head.id, head.letter_issue)
    if not hmac.compare_digest(right.encode(), code.encode()):
        return _wrong(talking, head, "rt_activate")
    head.pin_tries, head.pin_hash = 0, None
    talking.record("RT head gave the activation code", rt_head=head.id)
    return _desk(talking, "rt_new_pin")


def _new_pin(talking: Talking, head: RtHead, pin: str) -> Next | Over:
    if head.activated_at is not None:
        return _desk(talking, "rt_head")
    if is_weak(pin, unseal(talking.phone.number, "phone.number")):
        return _desk(talking, "rt_weak_pin")
    head.pin_hash = pin_hash(pin, head.id)  # counts once it was repeated
    return _desk(talking, "rt_repeat_pin")


def _repeat_pin(talking: Talking, head: RtHead, pin: str) -> Next | Over:
    """The PIN holds, and the session ends: whatever was typed in it would be sent along with each further hop."""
    if head.activated_at is not None:
        return _desk(talking, "rt_head")
    if not pin_is(pin, head.id, head.pin_hash):
        head.pin_hash = None
        return _desk(talking, "rt_pin_differs")
    head.activated_at, head.pin_tries = talking.now, 0
    talking.record("RT head activated", rt_head=head.id)
    return Over("f28.activated")


def _check_pin(talking: Talking, head: RtHead, pin: str) -> Next | Over:
    if head.activated_at is None:
        return _desk(talking, "rt_head")
    if not pin_is(pin, head.id, head.pin_hash):
        return _wrong(talking, head, "rt_pin")
    head.pin_tries = 0
    talking.conversation.pin_at = talking.now
    talking.record("RT head gave the PIN", rt_head=head.id)
    wish = talking.caller.rt_head.wish if talking.caller.rt_head else ""
    if wish == "resume":
        return _take_up(talking)
    if wish in ("list", "help"):
        return _page(talking, 0, wish=wish)
    if wish == "propose":
        return _desk(talking, "rt_propose")
    return _correct(talking) if wish == "correct" else _next_resident(talking, 0)


def _wrong(talking: Talking, head: RtHead, flow: str) -> Next | Over:
    """A wrong code or PIN is counted in the database; the fifth locks until the kelurahan resets it."""
    head.pin_tries += 1
    if head.pin_tries < programme().rt_heads.pin_tries:
        wish = talking.caller.rt_head.wish if talking.caller.rt_head else ""
        return _desk(talking, flow, wish=wish)
    head.locked_at = talking.now
    talking.record("RT head locked", rt_head=head.id)
    open_task(
        talking.session,
        kind="rt_head_locked",
        subject=f"rt_head:{head.id}",
        kelurahan_code=head.kelurahan_code,
        rw=head.rw,
        rt=head.rt,
        rt_head_id=head.id,
        due_on=_today(talking) + dt.timedelta(days=1),
        now=talking.now,
        by=talking.actor,
    )
    return Over("f11.locked")


def _take_up(talking: Talking) -> Next | Over:
    """After the PIN: the talk about a resident that was cut off, with the answers half given."""
    before = talking.session.get(Conversation, talking.conversation.resumes_id or 0)
    if before is None or before.ended_at is not None or before.talk is None:
        return _next_resident(talking, 0)
    talk = stored_talk(before)
    before.ended_at, before.ended_how, before.talk = talking.now, "continued elsewhere", None
    resident = talk.caller.rt_head.resident if talk is not None and talk.caller.rt_head else None
    if talk is not None and talk.flow == "rt_propose":
        following = _desk(talking, "rt_propose")
    elif talk is None or resident is None:
        return _next_resident(talking, 0)
    else:
        following = _about(talking, resident.enrolment)
    return replace(following, turns=talk.turns) if isinstance(following, Next) else following


def stored_talk(conversation: Conversation) -> Talk | None:
    """The talk of a conversation, None when this release cannot read it."""
    try:
        return Talk.from_dict(json.loads(unseal(conversation.talk or b"", "conversation.talk")))
    except (Unreadable, KeyError, ValueError, TypeError):
        return None


# --- one resident at a time ---


def _next_resident(talking: Talking, after: int) -> Next | Over:
    """The next resident without an answer, beyond those put off in this talk."""
    head, office = _head(talking), _office(talking)
    if head is None or office is None:
        return Over("f12.not_registered")
    left = [resident for resident in _residents(talking, head, office) if not resident.answered]
    if not left:
        return Over("f9.done", {"rt": office.name})
    following = next((resident for resident in left if resident.enrolment > after), None)
    if following is None:
        return _desk(talking, "rt_put_off", passed=0)
    return _desk(talking, "rt_confirm", resident=_shown(following), passed=after)


def _page(talking: Talking, page: int, wish: str = "list") -> Next | Over:
    head, office = _head(talking), _office(talking)
    if head is None or office is None:
        return Over("f12.not_registered")
    residents = _residents(talking, head, office)
    first = page * RESIDENTS_ON_A_PAGE
    shown = residents[first : first + RESIDENTS_ON_A_PAGE]
    if not shown:
        return _desk(talking, "rt_menu")
    more = len(residents) > first + RESIDENTS_ON_A_PAGE
    listed = tuple(map(_shown, shown))
    return _desk(talking, "rt_residents", listed=listed, more_listed=more, page=page, wish=wish)


def _about(talking: Talking, enrolment: int) -> Next | Over:
    """The talk about one resident of his own RT; anybody else he cannot ask for."""
    resident = _resident(talking, enrolment)
    return _desk(talking, "rt_menu") if resident is None else _desk(talking, "rt_confirm", resident=_shown(resident))


def _resident(talking: Talking, enrolment: int) -> ListedResident | None:
    head, office = _head(talking), _office(talking)
    if head is None or office is None:
        return None
    listed = _residents(talking, head, office)
    return next((resident for resident in listed if resident.enrolment == enrolment), None)


def _attest(talking: Talking, attested: said.Attest) -> Next | Over:
    """Store what he says of one resident before another name is shown."""
    resident, office = _resident(talking, attested.enrolment), _office(talking)
    if resident is None or office is None:  # moved out of this RT on the list meanwhile
        return _desk(talking, "rt_menu")
    if answers_for(talking.session, talking.phone, resident.worker):  # nobody confirms himself
        attested = replace(attested, says="own_family", detail="")
    correcting = _correctable(talking, office) == attested.enrolment
    statement = Statement(
        source="rt_head",
        statement=attested.says,
        detail=attested.detail,
        channel=talking.channel,
        inbound=talking.inbound,
        phone_id=talking.phone.id,
        screen=talking.screen,
    )
    enrolments = enrolments_in(talking.session, office, resident.worker)
    record_of_enrolments(talking.session, statement, enrolments=enrolments, now=talking.now)
    talking.nudge = True
    _tasks_after(talking, office, attested, correcting=correcting)
    flow = "rt_family" if attested.says == "own_family" else "rt_saved"
    return _desk(talking, flow)


def _tasks_after(talking: Talking, office: Office, attested: said.Attest, *, correcting: bool) -> None:
    """A death is for the kelurahan to check today, before anybody is told of it; his own family is for others.

    What he himself has just reported he may take back; what anybody else did, or he did earlier, stays to be checked.
    """
    subject = f"enrolment:{attested.enrolment}"
    for kind, statement, days in (("death_reported", "deceased", 0), ("own_family", "own_family", FAMILY_DAYS)):
        if attested.says == statement:
            open_task(
                talking.session,
                kind=kind,
                subject=subject,
                kelurahan_code=office.kelurahan_code,
                rw=office.rw,
                rt=office.rt,
                enrolment_id=attested.enrolment,
                due_on=_today(talking) + dt.timedelta(days=days),
                now=talking.now,
                by=talking.actor,
            )
        elif correcting:
            since = talking.now - dt.timedelta(minutes=programme().rt_heads.correct_minutes)
            close_task(
                talking.session, kind, subject, how="withdrawn", by=talking.actor, now=talking.now, opened_since=since
            )
    close_task(talking.session, "rt_vacant", subject, how="done", by=talking.actor, now=talking.now)


def _today(talking: Talking) -> dt.date:
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


def _correctable(talking: Talking, office: Office) -> int:
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


def _correct(talking: Talking) -> Next | Over:
    office = _office(talking)
    last = _correctable(talking, office) if office else 0
    return _about(talking, last) if last else _desk(talking, "rt_too_late")


# --- help for a resident without a phone ---


def _rules(talking: Talking, head: RtHead) -> Next | Over:
    """The rules in force; which decree he was shown is logged, so that nobody can say he was told something else."""
    decree = programme().decree_on(_today(talking))
    if decree is None:
        return _desk(talking, "rt_rules_in_force")
    words = words_version(_RULES, wordings().spoken(talking.phone.language))
    talking.record("RT head was shown the rules", rt_head=head.id, decree=decree.number, words=words)
    return _desk(talking, "rt_rules_in_force", decree=Decree(decree.number, short_date(decree.date)))


def _beside_him(talking: Talking, enrolment: int) -> Next | Over:
    """The resident who stands beside him; the code on the card is the sign that it is so."""
    resident = _resident(talking, enrolment)
    if resident is None:
        return _desk(talking, "rt_menu")
    return _desk(talking, "rt_help_code", resident=_shown(resident), tries_left=None)


def _help_code(talking: Talking, code: str) -> Next | Over:
    """The one-time code from that resident's own letter; tries are counted like those of any letter's code."""
    desk = talking.caller.rt_head
    chosen = desk.resident if desk else None
    resident = _resident(talking, chosen.enrolment) if chosen else None
    if resident is None:
        return _desk(talking, "rt_menu")
    worker = talking.session.get_one(Worker, resident.worker)
    if code_tries(talking) > programme().sessions.link_tries_per_day:
        talking.record("help refused", reason="too many tries")
        return Over("f37.help_tries")
    if not hmac.compare_digest(letter_code(HELP, worker.id, worker.help_issue).encode(), code.encode()):
        talking.record("help code wrong")
        return _desk(talking, "rt_help_code", resident=_shown(resident), tries_left=1)
    talking.record("help code given", enrolment=resident.enrolment)
    return _desk(talking, "rt_assisted", resident=_shown(resident))


def _assisted(talking: Talking, spoke: said.AssistedSays) -> Next | Over:
    """What a resident said on this phone: evidence of the worker, given with help, which any own answer outranks."""
    resident = _resident(talking, spoke.enrolment)
    if resident is None:
        return _desk(talking, "rt_menu")
    worker = talking.session.get_one(Worker, resident.worker)
    worker.help_issue += 1
    statement = Statement(
        source="worker",
        statement=spoke.statement,
        detail=spoke.detail,
        channel=talking.channel,
        inbound=talking.inbound,
        phone_id=talking.phone.id,
        screen=talking.screen,
        assisted=True,
    )
    record_statement(talking.session, statement, worker_id=worker.id, now=talking.now)
    talking.nudge = True
    talking.record("resident helped", enrolment=resident.enrolment)
    return _desk(talking, "rt_assisted_saved")
