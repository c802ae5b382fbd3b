"""One turn of a talk, by whichever door: where it stands, whose it is, what the answer means, what it comes to.

The doors know how their network tells a new answer from a repeated one; nothing else of a talk is theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from flows import outcomes as said
from flows.caller import Caller
from flows.conversation import Ask, Menu, Outcome, Pick, Screen
from flows.flow_state import FlowState, answer, current
from verify_service.conversations.caller import who_calls
from verify_service.conversations.context import Context, Over, first_flow
from verify_service.conversations.outcomes import apply
from verify_service.conversations.rt_heads import BEHIND_THE_PIN, REACHED_AGAIN, behind_the_pin
from verify_service.conversations.stored_state import (
    RestoredState,
    has_agreed_unnamed,
    restore,
    sealed,
    sealed_grievance,
    sealed_unnamed,
)
from verify_service.ground.tables import Conversation, Phone
from verify_service.messaging.catalogue import wordings

_MOST_STEPS = 100  # flows that follow one another without a screen: more is a loop (goflow's limit)
_NOWHERE = {"language", "data_notice", "main", "resume"}  # places a redial reaches by itself

Shown = tuple[FlowState | None, Screen | Over]


def begin(context: Context, talk: FlowState) -> Shown:
    """The first screen of a talk."""
    return settle(context, *current(talk))


def take(context: Context, text: str, answers_for: Callable[[int], bool]) -> Shown:
    """Take what a person typed or wrote for the answer to what the phone showed; `answers_for` says whether the phone
    answers for a worker still.

    Where another screen stands there now, after an upgrade or because the phone was let go of, it is shown first:
    nobody has answered it.
    """
    standing = restore(context.conversation, context.fresh_caller)
    context.filed = standing.filed
    talk, screen = current(_while_theirs(context, standing.talk, answers_for))
    context.caller = talk.caller
    if isinstance(screen, Outcome):
        return settle(context, talk, screen)
    if not standing.answers(screen):
        return talk, screen
    return give(context, talk, screen, text)


def give(context: Context, talk: FlowState, screen: Screen, text: str) -> Shown:
    """Give an answer to the screen that a talk shows."""
    context.screen, context.asked = screen.screen, screen
    after, step = answer(talk, text, wordings())
    context.understood = not after.wrong
    return settle(context, after, step)


def _while_theirs(context: Context, talk: FlowState, answers_for: Callable[[int], bool]) -> FlowState:
    """The talk, unless this phone was unlinked from its worker meanwhile (in another session, by an officer, by a newer
    list): then it starts again, and neither shows that worker nor speaks for them."""
    person = talk.caller.person
    if person is None or talk.flow == "saved" or answers_for(person.worker):
        return talk
    context.conversation.worker_id = None
    fresh = context.fresh_caller()
    return FlowState(flow=first_flow(fresh), caller=fresh)


def settle(context: Context, talk: FlowState, step: Screen | Outcome) -> Shown:
    """Apply outcomes until there is something to show."""
    for _ in range(_MOST_STEPS):
        if isinstance(step, Menu | Ask | Pick):
            return talk, step
        context.caller = talk.caller
        context.before(step)
        after = _after(context, step)
        if isinstance(after, Over):
            return None, after
        wished = context.wish if isinstance(step, said.AcceptedNotice) else None
        talk, step = (after, wished) if wished is not None else current(after)
    raise RuntimeError(f"the flow {talk.flow} follows itself without a screen")


def _after(context: Context, outcome: Outcome) -> FlowState | Over:
    """The talk that an outcome leads to."""
    if isinstance(outcome, said.ContinueTalk):
        return _take_up(context)
    if isinstance(outcome, said.StartAgain):
        _let_go(context, "started again")
        return FlowState(flow=first_flow(context.caller), caller=context.fresh_caller())
    after = apply(context, outcome)
    return after if isinstance(after, Over) else FlowState(flow=after.flow, caller=after.caller, turns=after.turns)


def left(context: Context, talk: FlowState | None, step: Screen | Over) -> dict[str, Any]:
    """What is written down of a turn: where the talk stands, or that it is over."""
    if talk is None or isinstance(step, Over):
        return {"ended_at": context.now, "ended_how": "said goodbye", "talk": _kept(context)}
    return {"talk": sealed(talk, step, context.filed)}


def _kept(context: Context) -> bytes | None:
    """What is known of a talk for some minutes after its end: its report, or that there was to be one of nobody's."""
    if context.filed is not None:
        return sealed_grievance(context.filed)
    return sealed_unnamed() if has_agreed_unnamed(context.conversation) else None


# --- a talk that was cut off ---


def dropped(session: Session, phone: Phone, recent: Sequence[Conversation], now: dt.datetime) -> Conversation | None:
    """The newest talk of this phone that was cut off where a redial would not get by itself."""
    for conversation in recent:
        talk = restore(conversation, partial(_caller_of, session, phone, conversation, now)).talk
        if _followed_in_confidence(talk):
            continue
        if talk.flow not in REACHED_AGAIN and (talk.flow not in _NOWHERE or talk.turns):
            return conversation
    return None


def _followed_in_confidence(talk: FlowState) -> bool:
    """Whether it shows a report told in confidence: whoever has its number types it again, and nobody else reads it."""
    report = talk.caller.concern.report if talk.caller.concern else None
    return talk.flow == "report_status" and report is not None and report.secret


def _take_up(context: Context) -> FlowState | Over:
    """Go on under this session where the dropped one stopped, with today's facts."""
    waiting = context.session.get(Conversation, context.conversation.resumes_id or 0)
    if waiting is not None and _standing(context, waiting).talk.flow in BEHIND_THE_PIN:
        asked = behind_the_pin(context, waiting)
        return asked if isinstance(asked, Over) else FlowState(flow=asked.flow, caller=asked.caller)
    before = _let_go(context, "continued elsewhere")
    if before is None:
        return FlowState(flow=first_flow(context.caller), caller=context.caller)
    standing = _standing(context, before)
    talk, context.filed = standing.talk, standing.filed
    context.conversation.worker_id = before.worker_id
    caller = replace(context.fresh_caller(talk.caller.people_page), concern=talk.caller.concern)
    before.talk = None
    return replace(talk, caller=caller, wrong=0)


def _standing(context: Context, conversation: Conversation) -> RestoredState:
    return restore(conversation, partial(_caller_of, context.session, context.phone, conversation, context.now))


def _caller_of(session: Session, phone: Phone, conversation: Conversation, now: dt.datetime) -> Caller:
    return who_calls(session, phone, now=now, worker_id=conversation.worker_id)


def _let_go(context: Context, how: str) -> Conversation | None:
    before = context.session.get(Conversation, context.conversation.resumes_id or 0)
    if before is None or before.ended_at is not None:
        return None
    before.ended_at, before.ended_how = context.now, how
    return before
