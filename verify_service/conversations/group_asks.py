"""The programme's question put to a group: what it would ask and cost, the yes to it, how far it is, and its end.

A yes keeps everybody of the group as rows; `asking_a_group.py` asks them, some in each transaction. The console and the
command line call the same steps.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from flows.gsm import parts, septets
from verify_service import audit
from verify_service.conversations.asked_group import Counted, Outcome, Whom, count_group, keep_group
from verify_service.conversations.asking_many import DIAL, QUESTION
from verify_service.ground.crypto import seal, unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Ask, AskPerson
from verify_service.messaging import gateways
from verify_service.messaging.catalogue import wordings
from verify_service.messaging.outbox import take_back_ask
from verify_service.messaging.spending import all_left_by, month_spent
from verify_service.registry.names import mask_name

BY_TEXT, BY_DIAL = "text", "dial"
QUESTIONS: Final = (BY_TEXT, BY_DIAL)
SHORTEST_WHY: Final = 10  # letters of why it goes over the budget
_LONGEST_NAME: Final = "Kartiningsih Wulandari"  # nine letters of a name are shown, so that no name makes a text longer


@dataclass(frozen=True)
class InALanguage:
    """The question as a phone of this language gets it: its words, letters (septets) and parts, and how many get it."""

    language: str
    words: str
    letters: int
    parts: int
    people: int

    @property
    def rupiah(self) -> int:
        return self.people * self.parts * programme().texting.part_cost


@dataclass(frozen=True)
class AskPreview:
    """What an ask would do, told before anything is stored. `left` is of the month's budget; None: no budget."""

    counted: Counted
    texts: int
    languages: tuple[InALanguage, ...]
    rupiah: int
    begins: dt.datetime
    ends: dt.datetime
    spent: int
    left: int | None

    @property
    def over_budget(self) -> int:
        """Rupiah by which it would exceed what is left of the month's budget; 0 where it does not."""
        return max(0, self.rupiah - max(0, self.left)) if self.left is not None else 0


class AskRefusal(StrEnum):
    """Why a group is not asked, or an ask not stopped."""

    NOBODY = "nobody"
    CHANGED = "changed"  # the group or the cost is no longer what was seen
    OVER_BUDGET = "over budget"  # to be confirmed once more, with words
    OVER = "over"  # it was stopped already, or all its texts have left


@dataclass(frozen=True)
class Seen:
    """What somebody saw and said yes to."""

    texts: int
    rupiah: int
    over_why: str = field(default="", repr=False)


def preview(session: Session, whom: Whom, question: str, *, now: dt.datetime, most: int | None = None) -> AskPreview:
    """How many, in which words, for how much, until when, and what is left of the month. Nothing is stored."""
    counted = count_group(session, whom, now=now)
    asked = _first(counted.reachable, most)
    languages = tuple(_in(language, question, asked.get(language, 0)) for language in programme().languages)
    texts = sum(asked.values())
    spent = month_spent(session, now=now)
    begins = all_left_by(0, now=now)
    ends = all_left_by(texts + spent.waiting, now=now)
    rupiah = sum(one.rupiah for one in languages)
    return AskPreview(counted, texts, languages, rupiah, begins, ends, spent.rupiah, spent.left)


def _first(reachable: dict[str, int], most: int | None) -> dict[str, int]:
    """So many of them at most; whose phones they are is not known before they are asked, so each language by its share.

    The parts are equal in nearly every programme, and then the cost is exact.
    """
    total = sum(reachable.values())
    if most is None or most >= total:
        return reachable
    shares = {language: number * most // total for language, number in reachable.items()}
    largest = max(reachable, key=lambda language: reachable[language])
    shares[largest] += most - sum(shares.values())
    return shares


def _in(language: str, question: str, people: int) -> InALanguage:
    words = wordings().sms(
        screen_of(question),
        language,
        {"name": mask_name(_LONGEST_NAME)},
        standing=programme().standing,
        free=programme().ussd_zero_rated,
    )
    return InALanguage(language, words, septets(words), parts(words), people)


def screen_of(question: str) -> str:
    """Which words of the catalogue it is; a gateway that brings no answers asks to dial."""
    return QUESTION if question == BY_TEXT and gateways.can().two_way else DIAL


def begin(
    session: Session,
    whom: Whom,
    question: str,
    *,
    seen: Seen | None,
    now: dt.datetime,
    by: str,
    most: int | None = None,
) -> Ask | AskRefusal:
    """Say yes to an ask: everybody of the group is kept, and a worker asks them (nudge after the commit).

    `seen` is what the yes was said to: where the group has grown or the cost risen since, nothing is asked; None where
    whoever asks wants whatever there is. One beginning at a time, so that two at once count each other's people.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('begin an ask'))"))
    found = preview(session, whom, question, now=now, most=most)
    if not found.texts:
        return AskRefusal.NOBODY
    if seen is not None and (seen.texts, seen.rupiah) != (found.texts, found.rupiah):
        return AskRefusal.CHANGED
    why = seen.over_why.strip() if seen else ""
    if seen is not None and found.over_budget and len(why) < SHORTEST_WHY:
        return AskRefusal.OVER_BUDGET
    held = Ask(
        question=BY_TEXT if screen_of(question) == QUESTION else BY_DIAL,
        whom=whom.as_json(),
        most=most,
        state="asking",
        made_at=now,
        made_by=by,
        people=found.counted.people,
        rupiah=found.rupiah,
        over_budget=found.over_budget or None,
        over_why=seal(why, "ask.over_why") if why else None,
        heard={},
    )
    session.add(held)
    session.flush()
    keep_group(session, whom, held.id, now=now)
    detail: dict[str, Any] = {"people": held.people, "texts": found.texts, "rupiah": found.rupiah}
    detail |= {"over_budget": found.over_budget} if found.over_budget else {}
    audit.record(session, now=now, actor=by, action="group asked", on=f"ask:{held.id}", **detail)
    return held


_WITH_SENDERS = text("SELECT EXISTS (SELECT 1 FROM outbox WHERE ask_id = :ask AND state = 'sending')")


def stop(session: Session, ask_id: int, *, now: dt.datetime, by: str) -> int | AskRefusal | None:
    """Ask nobody more, and take back what has not left; how many texts. None: there is no such ask.

    What has left has left, and its answers count. Waits for the batch that is at work, and holds what it queued.
    """
    held = session.get(Ask, ask_id, with_for_update=True, populate_existing=True)
    if held is None:
        return None
    if held.state == "stopped":
        return AskRefusal.OVER
    back = take_back_ask(session, ask_id)
    if held.state == "done" and not back and not session.scalar(_WITH_SENDERS, {"ask": ask_id}):
        return AskRefusal.OVER
    held.state, held.ended_at, held.ended_by, held.taken_back = "stopped", now, by, back
    session.flush()
    session.execute(
        text("UPDATE ask_person SET outcome = :how, settled_at = :now WHERE ask_id = :ask AND outcome IS NULL"),
        {"how": Outcome.ASK_STOPPED.value, "now": now, "ask": ask_id},
    )
    audit.record(session, now=now, actor=by, action="ask stopped", on=f"ask:{ask_id}", taken_back=back)
    return back


@dataclass(frozen=True)
class AskTold:
    """One ask as its page and the list show it."""

    id: int
    question: str
    whom: Whom
    most: int | None
    state: str
    made_at: dt.datetime
    made_by: str
    people: int
    rupiah: int
    over_budget: int | None
    asked: int
    ended_at: dt.datetime | None
    ended_by: str
    taken_back: int | None
    heard: dict[str, int]
    heard_at: dt.datetime | None
    over_why: str = field(default="", repr=False)
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)  # by state, "delivered" and "undelivered" apart
    ends: dt.datetime | None = None
    to_ask: int = 0

    @property
    def answers(self) -> int:
        return sum(self.heard.values())

    @property
    def waiting(self) -> int:
        return self.texts.get("waiting", 0) + self.texts.get("sending", 0)

    @property
    def left(self) -> int:
        """Texts that have left, perhaps or surely."""
        gone = ("accepted", "delivered", "undelivered", "unknown")
        return sum(self.texts.get(state, 0) for state in gone)

    @property
    def moves(self) -> bool:
        """Whether there is still something to come by itself."""
        return self.state == "asking" or self.waiting > 0

    @property
    def can_stop(self) -> bool:
        return self.state != "stopped" and self.moves


_LISTED = text(
    """
SELECT ask.id, question, whom, most, state, made_at, coalesce(maker.name, ask.made_by) AS made_by, people, rupiah,
       over_budget, asked, ended_at, coalesce(ender.name, ask.ended_by, '') AS ended_by, taken_back, heard, heard_at,
       CASE WHEN CAST(:ask AS bigint) IS NOT NULL THEN over_why END AS over_why
FROM ask
LEFT JOIN officer maker ON ask.made_by = 'officer:' || maker.id
LEFT JOIN officer ender ON ask.ended_by = 'officer:' || ender.id
WHERE (CAST(:ask AS bigint) IS NULL OR ask.id = :ask) AND (CAST(:before AS bigint) IS NULL OR ask.id < :before)
ORDER BY ask.id DESC LIMIT :most
"""
)
_TEXTS = text(
    """
SELECT CASE WHEN state <> 'accepted' THEN state WHEN delivery = 'delivered' THEN 'delivered'
            WHEN delivery IN ('expired', 'failed', 'rejected') THEN 'undelivered' ELSE 'accepted' END, count(*)
FROM outbox WHERE ask_id = :ask GROUP BY 1
"""
)


def asks(session: Session, *, most: int = 20, before: int | None = None) -> list[AskTold]:
    """The newest asks; `before` begins behind that one."""
    rows = session.execute(_LISTED, {"ask": None, "before": before, "most": most})
    return [_told(row) for row in rows]


def find_ask(session: Session, ask_id: int, *, now: dt.datetime) -> AskTold | None:
    """One ask with what became of its people and its texts."""
    row = session.execute(_LISTED, {"ask": ask_id, "before": None, "most": 1}).first()
    if row is None:
        return None
    counted = session.execute(
        select(AskPerson.outcome, func.count()).where(AskPerson.ask_id == ask_id).group_by(AskPerson.outcome)
    ).all()
    to_ask = sum(number for outcome, number in counted if outcome is None)
    texts: dict[str, int] = dict(session.execute(_TEXTS, {"ask": ask_id}).all())
    waiting = texts.get("waiting", 0) + texts.get("sending", 0)
    outcomes = {Outcome(outcome): number for outcome, number in counted if outcome is not None}
    return _told(
        row,
        outcomes=dict(sorted(outcomes.items(), key=lambda each: -each[1])),
        texts=texts,
        to_ask=to_ask,
        ends=all_left_by(waiting + to_ask, now=now) if waiting or to_ask else None,
    )


def _told(row: Any, **more: Any) -> AskTold:
    held = dict(row._mapping)
    why = unseal_or_blank(held.pop("over_why"), "ask.over_why")
    return AskTold(**held | {"whom": Whom.of(held["whom"])}, over_why=why, **more)
