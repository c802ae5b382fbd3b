"""One USSD hop, heard in one transaction: what is new in it, what it means, what the phone shows next.

A gateway repeats the whole transcript at each hop, secrets included, so the transcript is never stored: its length
and a keyed hash tell what is new. Others give the last input alone; there a number or the moment tells. What was shown
last is kept (sealed), so that a repeated hop sees it again and nothing happens twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session

from flows import outcomes as said
from flows.caller import Caller
from flows.conversation import Menu, Outcome, Pick, Screen
from flows.flow_state import FlowState, answer
from verify_service.conversations import engine
from verify_service.conversations.caller import Linked, caller_of, counted, people, who_calls
from verify_service.conversations.context import NOBODY, Context, Over, first_flow
from verify_service.conversations.filing import is_report
from verify_service.conversations.last_input import Last, begins_anew, heard_last, is_new
from verify_service.conversations.report_talk import told_by_call
from verify_service.ground.crypto import Unreadable, blind_index, keyed_hash, seal, unseal
from verify_service.ground.phones import Phone as Number
from verify_service.ground.pipeline import Command, HopConnection, as_read, belong, columns_of, types_of
from verify_service.ground.programme import programme
from verify_service.ground.tables import Conversation, Phone
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.consent import phone_of
from verify_service.registry.residents import offices_of

_WORTH_RESUMING = 5  # how many of a phone's newest conversations are looked at


@dataclass(frozen=True)
class Hop:
    """One hop, as far as a conversation looks at it; `text` is the whole transcript so far, with `last` only what was
    typed last (at the first hop a shortcut, if any)."""

    gateway: str
    session: str
    phone: Number
    text: str = field(repr=False)
    last: Last | None = None


class Call(Context):
    """A talk on the phone's own screen. Phone and conversation were read by hand: the session gets them only where an
    outcome goes through it."""

    def before(self, outcome: Outcome) -> None:
        if not self._is_light(outcome):
            self.belong()
        if isinstance(outcome, said.FileGrievance):
            told_by_call(self.session, self.phone, outcome, self.now)

    def _is_light(self, outcome: Outcome) -> bool:
        """Whether it touches no table, or only by evidence that goes with the hop's last commands."""
        if isinstance(outcome, said.WorkerSays):
            return self.conversation.id is not None and not is_report(outcome)
        return isinstance(outcome, said.Goodbye | said.GoTo | said.Back)

    def belong(self) -> None:
        """Give phone and conversation to the session, which will write what changes in them."""
        for held in (self.phone, self.conversation):
            belong(self.session, held)
        self.session.flush()  # a new conversation gets its id


@dataclass(frozen=True)
class Heard:
    """What to answer, prefix included, and whether verdicts are stale now (nudge after the commit)."""

    text: str
    nudge: bool = False


def busy(language: str | None = None) -> str:
    """The last resort, when we cannot listen: polite, final, and free of any look-up."""
    return "END " + _ending("a8.busy", language or programme().languages[0])


def hear(line: HopConnection, hop: Hop, *, now: dt.datetime) -> Heard:
    """Hear one hop and commit it. Any repeat of it, however late, gives the same screen and has no second effect (of a
    hop with neither transcript nor number: a repeat within a second).

    Two round trips: what there is to know comes with the lock on the phone's row, and what became of it goes with the
    commit. What is rarer (a language chosen, a phone linked, an RT head) takes its own through the session in between.
    """
    known = _look_up(line, hop, now)
    phone, conversation = known.phone, known.conversation
    if phone.hops > programme().sessions.hops_per_minute:
        return _nothing_new(line, busy(phone.language))
    if conversation is None:
        return _begin(line, known, hop, now)
    heard = _new_input(conversation, hop.text) if hop.last is None else _new_last(conversation, hop, now)
    if heard is None or conversation.ended_at is not None:
        return _nothing_new(line, _last_screen(conversation) or busy(phone.language))
    return _go_on(line, known, conversation, hop, heard, now)


def _nothing_new(line: HopConnection, screen: str) -> Heard:
    line.commit()  # the hop is counted all the same
    return Heard(screen)


# A session is one of a phone: some networks count the sessions of each from 1, and nobody is shown another's.
_CONVERSATION = Command(
    f"""
SELECT {columns_of(Conversation)},
       (SELECT string_agg(CAST(worker_id AS text), ' ') FROM phone_link
        WHERE phone_link.phone_id = conversation.phone_id AND phone_link.unlinked_at IS NULL)
FROM conversation WHERE gateway = :gateway AND session = :session
AND phone_id = (SELECT id FROM phone WHERE number_index = :number)
""",  # noqa: S608  # constants of our own
    returns=(*types_of(Conversation), str),
)

_DROPPED = Command(
    f"""
SELECT {columns_of(Conversation)} FROM conversation JOIN phone ON phone.id = conversation.phone_id
WHERE phone.number_index = :number AND conversation.channel = 'ussd' AND conversation.ended_at IS NULL
  AND conversation.touched_at >= :since AND conversation.talk IS NOT NULL
ORDER BY conversation.touched_at DESC, conversation.id DESC LIMIT {_WORTH_RESUMING}
""",  # noqa: S608  # constants of our own
    returns=types_of(Conversation),
)


@dataclass(frozen=True)
class _Known:
    """What there is to know before a hop is understood; `caller` and `dropped` are looked up for a dial alone."""

    phone: Phone
    conversation: Conversation | None
    answers_for: frozenset[int] = frozenset()  # workers, by the conversation's phone
    caller: Caller | None = None
    dropped: Sequence[Conversation] = ()


def _look_up(line: HopConnection, hop: Hop, now: dt.datetime) -> _Known:
    """Count the hop and lock the phone's row; then, as they stand behind that lock, the talk and whose phone it is."""
    number = blind_index(hop.phone.e164, "phone")
    asked = [_CONVERSATION(gateway=hop.gateway, session=hop.session, number=number)]
    if not hop.text:
        since = now - dt.timedelta(minutes=programme().sessions.resume_minutes)
        asked += [people(number), _DROPPED(number=number, since=since)]
    phones, *found = line.begin(counted(number, now=now), *asked)
    if not phones:
        phone_of(line.session, hop.phone, now=now)
        phones, *found = line.send(counted(number, now=now), *asked)
    ((*row, heads_an_rt),) = phones
    phone = as_read(Phone, row)
    if found[0]:
        ((*row, links),) = found[0]
        conversation = as_read(Conversation, row)
        if hop.last is None or not begins_anew(line.session, conversation, hop.last, now):
            return _Known(phone, conversation, frozenset(map(int, (links or "").split())))
        _give_up_name(line.session, conversation)
    if hop.text:
        return _Known(phone, None)
    offices = offices_of(line.session, phone.id) if heads_an_rt else []
    caller = caller_of(phone, [Linked(*one) for one in found[1]], offices, now=now)
    return _Known(phone, None, caller=caller, dropped=[as_read(Conversation, one) for one in found[2]])


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


def _new_last(conversation: Conversation, hop: Hop, now: dt.datetime) -> str | None:
    assert hop.last is not None
    return hop.text if is_new(conversation, hop.text, hop.last, now) else None


def _give_up_name(session: Session, conversation: Conversation) -> None:
    """Leave the session's id to the new session that the network gave it to."""
    name = f"{conversation.session}:{conversation.id}"
    session.execute(update(Conversation).where(Conversation.id == conversation.id).values(session=name))


def _last_screen(conversation: Conversation) -> str | None:
    if conversation.screen is None:
        return None
    try:
        return unseal(conversation.screen, "conversation.screen")
    except Unreadable:
        return None


def _begin(line: HopConnection, known: _Known, hop: Hop, now: dt.datetime) -> Heard:
    """A session we do not know: a first dial, a shortcut (*123*1#), or one that our side has lost."""
    phone = known.phone
    conversation = Conversation(
        gateway=hop.gateway, session=hop.session, phone_id=phone.id, started_at=now, touched_at=now, hops=0
    )
    caller = known.caller or who_calls(line.session, phone, now=now)
    flow = first_flow(caller)
    dropped = engine.dropped(line.session, phone, known.dropped, now)
    if dropped is not None:
        conversation.resumes_id, flow = dropped.id, "resume"
    call = Call(line.session, conversation, phone, now, caller, later=[])
    talk, step = engine.begin(call, FlowState(flow=flow, caller=caller))
    if hop.text and (hop.last is None or hop.last.first):  # else an answer to a screen that we do not know
        talk, step = _navigate(call, talk, step, hop.text.split("*"))
    return _show(line, call, talk, step, hop)


def _navigate(
    call: Call, talk: FlowState | None, step: Screen | Over, pieces: list[str]
) -> tuple[FlowState | None, Screen | Over]:
    """Follow a transcript whose story we do not know, through menus only: secrets, free text and effects wait for a
    fresh answer from the person."""
    for piece in pieces:
        if talk is None or not isinstance(step, Menu | Pick):
            break
        after, result = answer(talk, piece, wordings())
        if after.wrong or (isinstance(result, Outcome) and result.effect):
            break
        talk, step = engine.settle(call, after, result)
    return talk, step


def _go_on(
    line: HopConnection, known: _Known, conversation: Conversation, hop: Hop, heard: str, now: dt.datetime
) -> Heard:
    """The next answer of a talk we know."""
    conversation.hops += 1
    conversation.touched_at = now
    call = Call(line.session, conversation, known.phone, now, NOBODY, later=[])
    return _show(line, call, *engine.take(call, heard, known.answers_for.__contains__), hop)


def _show(line: HopConnection, call: Call, talk: FlowState | None, step: Screen | Over, hop: Hop) -> Heard:
    """Write down where the talk stands and what the phone shows."""
    language = call.phone.language
    changes = engine.left(call, talk, step)
    if isinstance(step, Over):
        text = "END " + _ending(step.screen, language, step.values)
    else:
        assert talk is not None
        text = "CON " + wordings().say(
            step,
            language,
            hinted=talk.wrong > 0,
            page=talk.page,
            standing=programme().standing,
            free=programme().ussd_zero_rated,
        )
    if hop.last is None:
        # At the end it tells no repeat any more, only how many letters somebody wrote of whom.
        changes["heard_length"] = 0 if isinstance(step, Over) else len(hop.text)
        changes["heard_hash"] = keyed_hash(hop.text, "transcript")
    else:
        changes |= heard_last(call.conversation, hop.text, hop.last, call.now)
    changes["screen"] = seal(text, "conversation.screen")
    _commit(line, call, changes)
    return Heard(text, call.nudge)


# What an ordinary hop changes; the rest of a conversation changes with outcomes that go through the session.
_HEARD = ("heard_length", "heard_number", "heard_hash")
_CHANGES = (*_HEARD, "hops", "talk", "screen", "worker_id", "touched_at", "ended_at", "ended_how")
_FIRST = ("gateway", "session", "phone_id", "resumes_id", "started_at")
_ORDINARY = frozenset((*_FIRST, *_CHANGES))
_ADD = Command(
    f"INSERT INTO conversation ({', '.join((*_FIRST, *_CHANGES))})"  # noqa: S608  # constants of our own
    f" VALUES ({', '.join(f':{column}' for column in (*_FIRST, *_CHANGES))})"
)
_CHANGE = Command(
    f"UPDATE conversation SET {', '.join(f'{column} = :{column}' for column in _CHANGES)}"  # noqa: S608
    " WHERE id = :id"
)


def _commit(line: HopConnection, call: Call, changes: dict[str, Any]) -> None:
    """Write everything and commit: in one round trip, unless something rarer went through the session already."""
    conversation, later = call.conversation, call.later or []
    if line.session.in_transaction() or not _ORDINARY.issuperset(inspect(conversation).committed_state):
        for column, value in changes.items():
            setattr(conversation, column, value)
        call.belong()
        line.commit(*later)
        return
    values = dict.fromkeys(_ADD.values) | vars(conversation) | changes
    line.commit((_CHANGE if "id" in values else _ADD, values), *later)


def _ending(screen: str, language: str | None, values: dict[str, str] | None = None) -> str:
    return wordings().ending(
        screen, language, values or {}, standing=programme().standing, free=programme().ussd_zero_rated
    )
