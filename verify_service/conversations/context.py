"""What an outcome is applied to, and where a talk goes after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from flows.caller import Caller
from flows.conversation import Outcome, Screen, Turn
from verify_service import audit
from verify_service.conversations.caller import who_calls
from verify_service.ground.pipeline import Asked
from verify_service.ground.tables import Conversation, Phone
from verify_service.verification.evidence import Statement, record_statement, recorded

NOBODY = Caller(language=None, noticed=False)  # before anything was looked up


@dataclass
class Context:
    """The talk an outcome belongs to. `message` is the text it was said in, None on the phone's own screen.

    `later` are commands that go with the last of a hop, in its transaction; None where there is no such last. `asked`
    is what was answered in this turn and `understood` whether that was an answer to it; `filed` the report that was
    made in this talk; `wish` what the data notice delays.
    """

    session: Session
    conversation: Conversation
    phone: Phone
    now: dt.datetime
    caller: Caller
    screen: str = ""  # the question that was on the phone
    nudge: bool = field(default=False)  # whether verdicts are stale after this
    message: int | None = None
    later: list[Asked] | None = None
    asked: Screen | None = None
    understood: bool = False
    filed: int | None = None
    wish: Outcome | None = None

    def before(self, outcome: Outcome) -> None:
        """What a door has to do before an outcome may touch tables."""

    @property
    def actor(self) -> str:
        return f"phone:{self.phone.id}"

    @property
    def channel(self) -> str:
        return "ussd" if self.message is None else "sms"

    @property
    def inbound(self) -> str:
        """The row this was said in, so that the same words never count twice."""
        if self.message is not None:
            return f"message:{self.message}"
        return f"conversation:{self.conversation.id}:{self.conversation.hops}"

    def fresh_caller(self, page: int = 0) -> Caller:
        """What we know now, after something changed."""
        caller = who_calls(self.session, self.phone, now=self.now, worker_id=self.conversation.worker_id, page=page)
        return replace(caller, receipt=self.conversation.receipt or "")

    def say(self, statement: Statement, *, worker_id: int) -> None:
        """Keep what was said about a worker as evidence."""
        self.nudge = True
        if self.later is None:
            record_statement(self.session, statement, worker_id=worker_id, now=self.now)
        else:
            self.later.append(recorded(statement, worker_id=worker_id, now=self.now))

    def record(self, action: str, **detail: str | int | bool | None) -> None:
        """Write to the trail what this phone did."""
        audit.record(self.session, now=self.now, actor=self.actor, action=action, on=f"phone:{self.phone.id}", **detail)


@dataclass(frozen=True)
class Next:
    """The flow that comes next, what it may know, and answers already given to it."""

    flow: str
    caller: Caller
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Over:
    """The talk is over: the last screen."""

    screen: str
    values: dict[str, str] = field(default_factory=dict)


def first_flow(caller: Caller) -> str:
    """Where a talk begins: language, then the data notice, then the menu."""
    if caller.language is None:
        return "language"
    return "main" if caller.noticed else "data_notice"
