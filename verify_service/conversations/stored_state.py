"""Where a talk stands, as it is kept between two of its turns: sealed, with what the phone showed last."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flows.caller import Caller, StaleCaller
from flows.conversation import Outcome, Screen
from flows.flow_state import FlowState
from verify_service.conversations.context import first_flow
from verify_service.ground.crypto import Unreadable, seal, unseal
from verify_service.ground.tables import Conversation

_compact = json.JSONEncoder(separators=(",", ":")).encode
_PURPOSE = "conversation.talk"
_NOWHERE = ("", "")  # shown where nobody can tell what was: no answer fits it


@dataclass(frozen=True)
class RestoredState:
    """A talk as it was left. `shown` is the screen that was on the phone and whom it was about, None in a talk of an
    older release; `filed` the report that was made in it; `whole` is False where it could not be read and begins anew.
    """

    talk: FlowState
    shown: tuple[str, str] | None = None
    filed: int | None = None
    whole: bool = True

    def answers(self, screen: Screen) -> bool:
        """Whether an answer to what was shown is one to this screen."""
        return self.shown is None or self.shown == (screen.screen, screen.about)


def restore(conversation: Conversation, look_up: Callable[[], Caller]) -> RestoredState:
    """Where the talk stands, by whichever door it is held; from the beginning when it can no longer be read.

    A talk of another release keeps its answers, and its caller is looked up again.
    """

    def fresh() -> FlowState:
        caller = look_up()
        return FlowState(flow=first_flow(caller), caller=caller)

    try:
        stored = json.loads(unseal(conversation.talk or b"", _PURPOSE))
        shown = tuple(stored["shown"]) if stored.get("shown") else None
        filed = stored.get("filed")
        try:
            return RestoredState(FlowState.from_dict(stored), shown, filed)
        except StaleCaller:  # an older release knew other things of callers
            begun = fresh()
            talk = FlowState.from_dict(stored, begun.caller)
            if talk.flow.startswith("rt_"):  # of which RT he spoke was known to the old caller alone
                return RestoredState(begun, _NOWHERE, filed, whole=False)
            return RestoredState(talk, shown, filed)
    except (Unreadable, KeyError, ValueError, TypeError):
        return RestoredState(fresh(), _NOWHERE, whole=False)


def sealed(talk: FlowState, screen: Screen | Outcome, filed: int | None, *, unnamed: bool = False) -> bytes:
    """The talk as it is kept, with the screen it shows, and whether its words are to be nobody's by wish."""
    kept: dict[str, Any] = talk.to_dict()
    if unnamed:
        kept["unnamed"] = True
    if not isinstance(screen, Outcome):
        kept["shown"] = [screen.screen, screen.about]
    if filed is not None:
        kept["filed"] = filed
    return seal(_compact(kept), _PURPOSE)


def sealed_grievance(filed: int) -> bytes:
    """What is kept of a talk that is over, for some minutes: which report its last words belong to."""
    return seal(_compact({"filed": filed}), _PURPOSE)


def grievance_of(conversation: Conversation) -> int | None:
    """The report that was made in this talk, while that is known."""
    filed = _left(conversation).get("filed")
    return filed if isinstance(filed, int) else None


def sealed_unnamed() -> bytes:
    """What is kept of a talk that broke off, for some minutes: that its words were to be nobody's."""
    return seal(_compact({"unnamed": True}), _PURPOSE)


def note_unnamed(conversation: Conversation) -> None:
    """Note in an open talk that what it comes to is to be nobody's: somebody asked for that before telling anything."""
    conversation.talk = seal(_compact(_left(conversation) | {"unnamed": True}), _PURPOSE)


def is_unnamed(conversation: Conversation) -> bool:
    """Whether somebody asked in this talk, in words, not to be named, or agreed to it before it broke off."""
    return _left(conversation).get("unnamed") is True


# Whoever chose not to be named is not, though the note about it was not answered yet.
_UNNAMED = {("c4.identity", "anonymous"), ("c5.anonymous_note", "agree")}
_NAMED = {("c5.anonymous_note", "change")}


def has_agreed_unnamed(conversation: Conversation) -> bool:
    """Whether somebody is on the way to report anonymously in this talk, and has not written the words yet."""
    turns = {(turn[0], turn[1]) for turn in _left(conversation).get("turns", ())}
    return not turns.isdisjoint(_UNNAMED) and turns.isdisjoint(_NAMED)


def _left(conversation: Conversation) -> dict[str, Any]:
    try:
        left = json.loads(unseal(conversation.talk or b"", _PURPOSE))
    except (Unreadable, ValueError):
        return {}
    return left if isinstance(left, dict) else {}
