"""What people do with texts by hand: take one back that has not left, let one wait again that never left, send one once
more that may have arrived.

Whoever acts is told first how many it concerns and why others are left out. Of two at once one wins: a text is taken in
the state that it is in, and only once. Nothing goes to whoever said STOP, and what grew too old stays ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.messaging.message_list import Sought
from verify_service.messaging.outbox import TERMS
from verify_service.messaging.window import may_write_from

MOST: Final[int] = 50_000  # texts at once
MOST_AGAIN: Final[int] = 1_000  # that may have arrived: each costs, and may be read twice


class Deed(StrEnum):
    """What is done."""

    CANCEL = "cancel"
    REVIVE = "revive"  # it never left: it waits again
    RESEND = "resend"  # it may have arrived: the same words once more, as another text


class Why(StrEnum):
    """Why somebody did it; the same list for all, so that it can be counted."""

    WRONG_PEOPLE = "wrong_people"
    WRONG_WORDS = "wrong_words"
    WRONG_TIME = "wrong_time"
    GATEWAY_MENDED = "gateway_mended"
    NUMBER_MENDED = "number_mended"
    PERSON_ASKED = "person_asked"
    OTHER = "other"


class LeftOut(StrEnum):
    """Why a text is left alone."""

    MOVED_ON = "moved_on"  # it is in no state in which this can be done
    TOO_OLD = "too_old"
    NO_WORDS = "no_words"  # retention has let go of them
    CODE = "code"
    STOPPED = "stopped"
    REFUSED = "refused"
    NOT_THEIRS = "not_theirs"  # the phone is no longer the one of whom it is about
    QUESTION_OVER = "question_over"  # answered, or another took its place
    ASKED_AGAIN = "asked_again"
    AGAIN_ALREADY = "again_already"
    GROUP_OVER = "group_over"  # its ask was stopped, or its round is over


@dataclass(frozen=True)
class Picked:
    """Which texts: those named, or all that match and were written by a certain one, so that none comes in unseen."""

    ids: tuple[int, ...] = ()
    sought: Sought | None = None
    upto: int = 0

    def values(self) -> dict[str, Any]:
        if self.sought is None:
            return {"ids": list(self.ids)}
        return self.sought.values() | {"upto": self.upto}

    def condition(self) -> str:
        """In SQL; constants and names of values."""
        if self.sought is None:
            return "outbox.id = ANY(CAST(:ids AS bigint[]))"
        return f"outbox.id <= :upto AND {self.sought.condition()}"


@dataclass(frozen=True)
class Concerned:
    """How many texts it concerns, how many of these may have arrived, and how many are left out, by reason."""

    texts: int
    perhaps: int = 0
    left_out: Mapping[LeftOut, int] = field(default_factory=dict)

    @property
    def too_many(self) -> bool:
        return self.texts > MOST or self.perhaps > MOST_AGAIN


class Refused(StrEnum):
    """Why nothing was done."""

    NOBODY = "nobody"  # none of them is in such a state: somebody else was quicker, or it has left
    GREW = "grew"  # more than were seen
    TOO_MANY = "too many"
    PERHAPS = "perhaps"  # some may have arrived, and nobody has said that they go all the same
    NO_REASON = "no reason"


# What holds for every text that is to leave after all. A code opens nothing any more.
_UNWANTED = """
    WHEN outbox.body IS NULL THEN 'no_words'
    WHEN outbox.purpose <> ALL(CAST(:repeatable AS text[])) THEN 'code'
    WHEN phone.refused_at IS NOT NULL THEN 'refused'
    WHEN phone.stopped_at IS NOT NULL AND outbox.purpose = ANY(CAST(:stoppable AS text[])) THEN 'stopped'
    WHEN outbox.worker_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM phone_link WHERE phone_link.phone_id = outbox.phone_id
          AND phone_link.worker_id = outbox.worker_id AND phone_link.unlinked_at IS NULL) THEN 'not_theirs'
    WHEN EXISTS (SELECT 1 FROM ask WHERE ask.id = outbox.ask_id AND ask.state = 'stopped')
      OR EXISTS (SELECT 1 FROM round WHERE round.id = outbox.round_id
                   AND round.state IN ('closing', 'closed', 'cancelled')) THEN 'group_over'
    WHEN outbox.conversation_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM conversation WHERE conversation.id = outbox.conversation_id
          AND conversation.ended_at IS NULL) THEN 'question_over'
    WHEN outbox.purpose = ANY(CAST(:stoppable AS text[])) AND EXISTS (
        SELECT 1 FROM outbox later WHERE later.phone_id = outbox.phone_id AND later.id > outbox.id
          AND later.purpose = outbox.purpose AND later.worker_id IS NOT DISTINCT FROM outbox.worker_id
          AND later.state IN ('waiting', 'sending', 'accepted', 'unknown')) THEN 'asked_again'
"""
_WHY_NOT: Final[Mapping[Deed, str]] = {
    Deed.CANCEL: "CASE WHEN outbox.state <> 'waiting' THEN 'moved_on' END",
    Deed.REVIVE: f"""CASE
    WHEN outbox.state = 'stale' THEN 'too_old'
    WHEN NOT (outbox.state = 'failed' OR (outbox.state = 'refused' AND outbox.unknowns = 0)
              OR (outbox.state = 'cancelled' AND coalesce(outbox.acted_how, '') LIKE 'cancel:%')) THEN 'moved_on'
    WHEN outbox.state <> 'failed' AND outbox.stale_at <= :now THEN 'too_old'
    {_UNWANTED} END""",
    Deed.RESEND: f"""CASE
    WHEN NOT (outbox.state IN ('accepted', 'unknown') OR (outbox.state = 'refused' AND outbox.unknowns > 0))
        THEN 'moved_on'
    WHEN outbox.stale_at <= :now THEN 'too_old'
    WHEN EXISTS (SELECT 1 FROM outbox again WHERE again.cause = outbox.cause || '\\:again') THEN 'again_already'
    {_UNWANTED} END""",  # noqa: S608  # constants of our own
}
_CONCERNED = """
SELECT why, count(*) FROM (
    SELECT {why_not} AS why FROM outbox JOIN phone ON phone.id = outbox.phone_id WHERE {picked} LIMIT :limit) AS each
GROUP BY 1
"""
# A text that a sender has in hand at this moment is passed over: it leaves.
_TAKEN = """
WITH taken AS MATERIALIZED (
    SELECT outbox.id FROM outbox JOIN phone ON phone.id = outbox.phone_id
    WHERE {picked} AND {why_not} IS NULL
    FOR NO KEY UPDATE OF outbox SKIP LOCKED)
"""
_DO: Final[Mapping[Deed, str]] = {
    Deed.CANCEL: """UPDATE outbox SET state = 'cancelled', reason = 'by hand', acted_at = :now, acted_by = :by,
        acted_how = :how FROM taken WHERE outbox.id = taken.id RETURNING outbox.id""",
    Deed.REVIVE: """UPDATE outbox SET state = 'waiting', reason = 'revived, was ' || state, errors = 0, due_at = :now,
        stale_at = :stale, acted_at = :now, acted_by = :by, acted_how = :how
        FROM taken WHERE outbox.id = taken.id RETURNING outbox.id""",
    Deed.RESEND: """INSERT INTO outbox (phone_id, worker_id, conversation_id, step, round_id, ask_id, screen, purpose,
            body, body_hash, cause, due_at, stale_at, created_at, acted_at, acted_by, acted_how)
        SELECT phone_id, worker_id, conversation_id, step, round_id, ask_id, screen, purpose, body, body_hash,
               cause || '\\:again', CAST(:now AS timestamptz), :stale, :now, :now, :by, :how
        FROM outbox JOIN taken USING (id) ORDER BY outbox.id ON CONFLICT (cause) DO NOTHING RETURNING id""",
}
_NEWEST = text("SELECT coalesce(max(id), 0) FROM outbox")


def newest(session: Session) -> int:
    """The newest text there is: what is written after it is none of those that somebody sees now."""
    return session.scalar(_NEWEST) or 0


def _statement(template: str, deed: Deed, picked: Picked) -> TextClause:
    return text(template.format(why_not=_WHY_NOT[deed], picked=picked.condition()))


def _values(picked: Picked, now: dt.datetime) -> dict[str, Any]:
    return picked.values() | {
        "now": now,
        "repeatable": sorted(purpose.value for purpose, terms in TERMS.items() if terms.repeatable),
        "stoppable": sorted(purpose.value for purpose, terms in TERMS.items() if terms.stoppable),
    }


def concerned(session: Session, deed: Deed, picked: Picked, *, now: dt.datetime) -> Concerned:
    """How many of them it would be done with, and why not with others. Nothing is changed."""
    values = _values(picked, now) | {"limit": MOST + 1}
    counted: dict[str | None, int] = dict(session.execute(_statement(_CONCERNED, deed, picked), values).all())
    texts = counted.pop(None, 0)
    left_out = {LeftOut(why): number for why, number in counted.items() if why is not None}
    return Concerned(texts, texts if deed is Deed.RESEND else 0, left_out)


@dataclass(frozen=True)
class Said:
    """What somebody says yes to: how many he saw, why, and whether those may go that perhaps arrived."""

    why: str
    seen: int | None = None
    perhaps: bool = False


def do(
    session: Session, deed: Deed, picked: Picked, said: Said, *, now: dt.datetime, by: str
) -> tuple[int, ...] | Refused:
    """Do it; the texts that wait now, or do so no more, by number (nudge the sender after the commit).

    Fewer than were seen is well: others were quicker there. More is asked again.
    """
    if said.why not in set(Why):
        return Refused.NO_REASON
    found = concerned(session, deed, picked, now=now)
    if not found.texts:
        return Refused.NOBODY
    if said.seen is not None and found.texts > said.seen:
        return Refused.GREW
    if found.too_many:
        return Refused.TOO_MANY
    if found.perhaps and not said.perhaps:
        return Refused.PERHAPS
    values = _values(picked, now) | {
        "by": by,
        "how": f"{deed.value}:{said.why}",
        "stale": may_write_from(now) + dt.timedelta(days=programme().texting.stale_days),
    }
    done = tuple(session.scalars(_statement(_TAKEN + _DO[deed], deed, picked), values))
    if not done:
        return Refused.NOBODY
    on = f"outbox:{picked.ids[0]}" if len(picked.ids) == 1 else "outbox"
    audit.record(session, now=now, actor=by, action=f"texts {_PAST[deed]}", on=on, texts=len(done), why=said.why)
    return done


_PAST: Final[Mapping[Deed, str]] = {Deed.CANCEL: "cancelled", Deed.REVIVE: "revived", Deed.RESEND: "sent again"}
