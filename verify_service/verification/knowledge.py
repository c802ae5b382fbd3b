"""Whether workers know what their cover is for: one question, asked again later, scored per version of the words.

A first answer is given after reading, a second one a month later; only the second tells what was remembered.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import KnowledgeAnswer


@dataclass(frozen=True)
class Score:
    """How many of those asked after reading these words were right, and how many of those asked again."""

    words_version: str
    language: str
    again: bool
    answers: int
    correct: int

    @property
    def share(self) -> float:
        """Per cent right."""
        return 100 * self.correct / self.answers


def last_answer(session: Session, phone_id: int) -> dt.datetime | None:
    """When this phone last answered; None when never."""
    return session.scalar(select(func.max(KnowledgeAnswer.answered_at)).where(KnowledgeAnswer.phone_id == phone_id))


def is_due(last: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether to ask: never asked, or long enough ago."""
    return last is None or now - last >= dt.timedelta(days=programme().reports.knowledge_again_days)


def keep_answer(
    session: Session,
    *,
    phone_id: int,
    worker_id: int | None,
    answer: str,
    correct: bool,
    words_version: str,
    language: str,
    channel: str,
    inbound: str,
    now: dt.datetime,
) -> None:
    """Keep one answer, once for each row it came from; a second so soon, from two sessions at once, tells nothing."""
    last = last_answer(session, phone_id)
    if not is_due(last, now):
        return
    row = {
        "phone_id": phone_id,
        "worker_id": worker_id,
        "answer": answer,
        "correct": correct,
        "again": last is not None,
        "words_version": words_version,
        "language": language,
        "channel": channel,
        "inbound": inbound,
        "answered_at": now,
    }
    session.execute(insert(KnowledgeAnswer).on_conflict_do_nothing(), row)


def scores(session: Session) -> list[Score]:
    """The scores of each version of the words, first answers and later ones apart."""
    by = (KnowledgeAnswer.words_version, KnowledgeAnswer.language, KnowledgeAnswer.again)
    rows = session.execute(
        select(*by, func.count(), func.count().filter(KnowledgeAnswer.correct)).group_by(*by).order_by(*by)
    )
    return [Score(*row) for row in rows]
