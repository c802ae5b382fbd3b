"""One USSD hop, heard in one transaction: what is new in it, what it means, what the phone shows next.

The gateway repeats the whole transcript at each hop, secrets included, so the transcript is never stored: its length
and a keyed hash tell what is new. What was shown last is kept (sealed), so that a repeated hop sees it again and
nothing happens twice.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import outcomes as said
from flows.caller import Caller, StaleCaller
from flows.conversation import Ask, Menu, Outcome, Pick, Screen
from flows.talk import Talk, answer, current
from verify_service.conversations.caller import answers_for, known_phone, who_calls
from verify_service.conversations.catalogue import wordings
from verify_service.conversations.outcomes import apply
from verify_service.conversations.rt_heads import BEHIND_THE_PIN, REACHED_AGAIN, behind_the_pin
from verify_service.conversations.talking import Over, Talking, first_flow
from verify_service.ground.crypto import Unreadable, keyed_hash, seal, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Phone

_MOST_STEPS = 100  # flows that follow one another without a screen: more is a loop (goflow's limit)
_WORTH_RESUMING = 5  # how many of a phone's newest conversations are looked at
_NOWHERE = {"language", "data_notice", "main", "resume"} | REACHED_AGAIN  # places a redial reaches by itself


@dataclass(frozen=True)
class Hop:
    """One hop, as far as a conversation looks at it; `text` is the whole transcript so far."""

    gateway: str
    session: str
    phone: Number
    text: str


@dataclass(frozen=True)
class Heard:
    """What to answer, prefix included, and whether verdicts are stale now (nudge after the commit)."""

    text: str
    nudge: bool = False


def busy(language: str | None = None) -> str:
    """The last resort, when we cannot listen: polite, final, and free of any look-up."""
    return "END " + _ending("a8.busy", language or programme().languages[0])


def hear(session: Session, hop: Hop, *, now: dt.datetime) -> Heard:
    """Hear one hop. Any repeat of it, however late, gives the same screen and has no second effect."""
    with session.no_autoflush:  # one UPDATE at the end instead of one before each question
        return _hear(session, hop, now)


def _hear(session: Session, hop: Hop, now: dt.datetime) -> Heard:
    phone = known_phone(session, hop.phone, now=now)
    if phone.hops > programme().sessions.hops_per_minute:
        return Heard(busy(phone.language))
    conversation = session.scalar(
        select(Conversation).where(Conversation.gateway == hop.gateway, Conversation.session == hop.session)
    )
    if conversation is None:
        return _begin(session, phone, hop, now)
    if conversation.phone_id != phone.id:  # one session, two numbers: show neither what the other saw
        return Heard(busy(phone.language))
    heard = _new_input(conversation, hop.text)
    if heard is None or conversation.ended_at is not None:
        return Heard(_last_screen(conversation) or busy(phone.language))
    return _go_on(session, phone, conversation, hop, heard, now)


def _new_input(conversation: Conversation, text: str) -> str | None:
    """What this hop adds to what was heard; None for a repeated, stale or branching one.

    Splitting on "*" would lose the star in somebody's free text; cutting off what was heard keeps it.
    """
    length = conversation.heard_length
    if len(text) <= length or keyed_hash(text[:length], "transcript") != conversation.heard_hash:
        return None
    if length == 0:
        return text.removeprefix("*")  # an empty first reply looks like a first dial
    return text[length + 1 :] if text[length] == "*" else None


def _last_screen(conversation: Conversation) -> str | None:
    if conversation.screen is None:
        return None
    try:
        return unseal(conversation.screen, "conversation.screen")
    except Unreadable:
        return None


def _begin(session: Session, phone: Phone, hop: Hop, now: dt.datetime) -> Heard:
    """A session we do not know: a first dial, a shortcut (*123*1#), or one that our side has lost."""
    conversation = Conversation(
        gateway=hop.gateway, session=hop.session, phone_id=phone.id, started_at=now, touched_at=now, hops=0
    )
    session.add(conversation)
    caller = who_calls(session, phone, now=now)
    flow = first_flow(caller)
    dropped = None if hop.text else _dropped(session, phone, now)
    session.flush()  # the id is part of what evidence refers to
    if dropped is not None:
        conversation.resumes_id, flow = dropped.id, "resume"
    talking = Talking(session, conversation, phone, now, caller)
    talk, step = _settle(talking, *current(Talk(flow=flow, caller=caller)))
    if hop.text:
        talk, step = _navigate(talking, talk, step, hop.text.split("*"))
    return _show(talking, talk, step, hop)


def _navigate(
    talking: Talking, talk: Talk | None, step: Screen | Over, pieces: list[str]
) -> tuple[Talk | None, Screen | Over]:
    """Follow a transcript whose story we do not know, through menus only: secrets, free text and effects wait for a
    fresh answer from the person."""
    for piece in pieces:
        if talk is None or not isinstance(step, Menu | Pick):
            break
        after, result = answer(talk, piece, wordings())
        if after.wrong or (isinstance(result, Outcome) and result.effect):
            break
        talk, step = _settle(talking, after, result)
    return talk, step


def _go_on(session: Session, phone: Phone, conversation: Conversation, hop: Hop, heard: str, now: dt.datetime) -> Heard:
    """The next answer of a talk we know."""
    conversation.hops += 1
    conversation.touched_at = now
    talk = _still_theirs(session, phone, conversation, _stored_talk(session, phone, conversation, now), now)
    talk, screen = current(talk)  # after an upgrade the prefix that still holds is kept
    talking = Talking(session, conversation, phone, now, talk.caller)
    if isinstance(screen, Menu | Ask | Pick):
        talking.screen = screen.screen
        talk, screen_or_outcome = answer(talk, heard, wordings())
    else:
        screen_or_outcome = screen
    return _show(talking, *_settle(talking, talk, screen_or_outcome), hop)


def _settle(talking: Talking, talk: Talk, step: Screen | Outcome) -> tuple[Talk | None, Screen | Over]:
    """Apply outcomes until there is something to show."""
    for _ in range(_MOST_STEPS):
        if isinstance(step, Menu | Ask | Pick):
            return talk, step
        talking.caller = talk.caller
        if isinstance(step, said.ContinueTalk):
            taken = _take_up(talking)
            if isinstance(taken, Over):
                return None, taken
            talk = taken
        elif isinstance(step, said.StartAgain):
            _let_go(talking, "started again")
            talk = Talk(flow=first_flow(talking.caller), caller=talking.fresh_caller())
        else:
            after = apply(talking, step)
            if isinstance(after, Over):
                return None, after
            talk = Talk(flow=after.flow, caller=after.caller, turns=after.turns)
        talk, step = current(talk)
    raise RuntimeError(f"the flow {talk.flow} follows itself without a screen")


def _show(talking: Talking, talk: Talk | None, step: Screen | Over, hop: Hop) -> Heard:
    """Write down where the talk stands and what the phone shows."""
    conversation, language = talking.conversation, talking.phone.language
    if isinstance(step, Over):
        text = "END " + _ending(step.screen, language, step.values)
        conversation.ended_at, conversation.ended_how = talking.now, "said goodbye"
        conversation.talk = None
    else:
        assert talk is not None
        said_text = wordings().say(
            step,
            language,
            hinted=talk.wrong > 0,
            page=talk.page,
            standing=programme().standing,
            free=programme().ussd_zero_rated,
        )
        text = "CON " + said_text
        conversation.talk = seal(json.dumps(talk.to_dict(), separators=(",", ":")), "conversation.talk")
    conversation.heard_length = len(hop.text)
    conversation.heard_hash = keyed_hash(hop.text, "transcript")
    conversation.screen = seal(text, "conversation.screen")
    return Heard(text, talking.nudge)


def _ending(screen: str, language: str | None, values: dict[str, str] | None = None) -> str:
    return wordings().ending(
        screen, language, values or {}, standing=programme().standing, free=programme().ussd_zero_rated
    )


def _stored_talk(session: Session, phone: Phone, conversation: Conversation, now: dt.datetime) -> Talk:
    """Where the talk stands; from the beginning when it can no longer be read."""
    fresh: Caller | None = None
    if conversation.talk is not None:
        try:
            stored = json.loads(unseal(conversation.talk, "conversation.talk"))
            try:
                return Talk.from_dict(stored)
            except StaleCaller:  # an older release knew other things of callers
                fresh = who_calls(session, phone, now=now, worker_id=conversation.worker_id)
                return Talk.from_dict(stored, fresh)
        except (Unreadable, KeyError, ValueError, TypeError):
            pass
    fresh = fresh or who_calls(session, phone, now=now, worker_id=conversation.worker_id)
    return Talk(flow=first_flow(fresh), caller=fresh)


def _still_theirs(session: Session, phone: Phone, conversation: Conversation, talk: Talk, now: dt.datetime) -> Talk:
    """The talk, unless this phone was unlinked from its worker meanwhile (in another session, by an officer, by a newer
    list): then it starts again, and neither shows that worker nor speaks for them."""
    person = talk.caller.person
    if person is None or talk.flow == "saved" or answers_for(session, phone, person.worker):
        return talk
    conversation.worker_id = None
    fresh = who_calls(session, phone, now=now)
    return Talk(flow=first_flow(fresh), caller=fresh)


def _dropped(session: Session, phone: Phone, now: dt.datetime) -> Conversation | None:
    """The newest talk of this phone that was cut off where a redial would not get by itself."""
    since = now - dt.timedelta(minutes=programme().sessions.resume_minutes)
    recent = session.scalars(
        select(Conversation)
        .where(Conversation.phone_id == phone.id, Conversation.ended_at.is_(None), Conversation.touched_at >= since)
        .order_by(Conversation.touched_at.desc(), Conversation.id.desc())
        .limit(_WORTH_RESUMING)
    )
    for conversation in recent:
        talk = _stored_talk(session, phone, conversation, now) if conversation.talk else None
        if talk is not None and (talk.flow not in _NOWHERE or talk.turns):
            return conversation
    return None


def _take_up(talking: Talking) -> Talk | Over:
    """Go on under this session where the dropped one stopped, with today's facts."""
    waiting = talking.session.get(Conversation, talking.conversation.resumes_id or 0)
    if (
        waiting is not None
        and _stored_talk(talking.session, talking.phone, waiting, talking.now).flow == BEHIND_THE_PIN
    ):
        asked = behind_the_pin(talking, waiting)
        return asked if isinstance(asked, Over) else Talk(flow=asked.flow, caller=asked.caller)
    before = _let_go(talking, "continued elsewhere")
    if before is None:
        return Talk(flow=first_flow(talking.caller), caller=talking.caller)
    talk = _stored_talk(talking.session, talking.phone, before, talking.now)
    talking.conversation.worker_id = before.worker_id
    caller = talking.fresh_caller(talk.caller.people_page)
    before.talk = None
    return replace(talk, caller=caller, wrong=0)


def _let_go(talking: Talking, how: str) -> Conversation | None:
    before = talking.session.get(Conversation, talking.conversation.resumes_id or 0)
    if before is None or before.ended_at is not None:
        return None
    before.ended_at, before.ended_how = talking.now, how
    return before
