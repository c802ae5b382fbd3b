"""Which people of the list a question would go to: chosen by what is known of them, each told whether he can be asked.

Everybody of the group is counted once, as asked or by the reason why not, so that the counts add up to the group.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final, Self

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.conversations.asking import LOST
from verify_service.conversations.asking_many import DIAL, QUESTION
from verify_service.ground.programme import programme
from verify_service.ground.tables import NEWEST_PERIOD
from verify_service.registry.occupations import occupation_code
from verify_service.tasks import death_sql

SINCE_NEWEST, EVER = "newest", "ever"  # heard since the newest insurer file; whoever was heard is asked as well
MOST_MONTHS: Final = 24


class Outcome(StrEnum):
    """What became of one of the group: asked, or why not."""

    ASKED = "asked"
    NO_PHONE = "no_phone"
    STOPPED = "stopped"  # sent STOP
    REFUSED = "refused"  # on the operator's no-texts list
    ASKED_LATELY = "asked_lately"  # within the rest, or the phone has a question that waits for its answer
    SHARED_PHONE = "shared_phone"  # another one of the group is asked on the same phone
    IN_ROUND = "in_round"  # drawn for the round at work, which asks him itself
    DEAD = "dead"  # a death is checked, or was confirmed
    CHANGED = "changed"  # the list says otherwise of him since the ask began: another phone, another person, no longer
    NO_MOBILE = "no_mobile"  # no text can go to this number
    NOT_WANTED = "not_wanted"  # as many were asked as were wanted
    ASK_STOPPED = "ask_stopped"


@dataclass(frozen=True)
class Whom:
    """A part of the list. What is empty is not asked for. `occupation` is a code of the programme's list.

    `heard`: since the newest insurer file nothing ("newest"), for so many months nothing ("6"), or whatever was heard
    ("ever"). `round_id`: of the sample of that round, whoever did not answer.
    """

    kelurahan: str = ""
    rw: str = ""
    rt: str = ""
    occupation: str = ""
    verdict: str = ""
    heard: str = SINCE_NEWEST
    round_id: int | None = None

    @classmethod
    def of(cls, held: dict[str, Any]) -> Self:
        """As it was kept."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in held.items() if name in known})

    def as_json(self) -> dict[str, Any]:
        """What of it was asked for."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def months(self) -> int | None:
        """For so many months nothing was heard of them; None where it is not asked for by months."""
        return int(self.heard) if self.heard.isdecimal() else None


# Rows of one person whom a person decided to be one are asked of the kept one. Of several phones the one linked last is
# asked, of those that want questions. As a constant list of codes, so that each reason is counted once, the first.
_GROUP = f"""
WITH chosen AS MATERIALIZED (
    SELECT DISTINCT enrolment.worker_id
    FROM enrolment JOIN worker ON worker.id = enrolment.worker_id AND worker.same_as IS NULL
    WHERE (:kelurahan = '' OR enrolment.kelurahan_code = :kelurahan)
      AND (:rw = '' OR enrolment.rw = :rw) AND (:rt = '' OR enrolment.rt = :rt)
      AND (CAST(:occupations AS text[]) IS NULL OR enrolment.occupation = ANY(CAST(:occupations AS text[])))
      AND (enrolment.removed_from IS NULL OR enrolment.removed_from > :today)
      AND (:verdict = '' OR EXISTS (
          SELECT 1 FROM verdict WHERE verdict.enrolment_id = enrolment.id AND verdict.period = {NEWEST_PERIOD}
            AND verdict.verdict = :verdict))
      AND (CAST(:round AS bigint) IS NULL OR EXISTS (
          SELECT 1 FROM round_person drawn WHERE drawn.round_id = :round AND drawn.enrolment_id = enrolment.id
            AND drawn.sampled AND drawn.answered_at IS NULL))
      AND NOT EXISTS (
          SELECT 1 FROM evidence said WHERE said.enrolment_id = enrolment.id AND said.source = 'worker'
            AND CASE WHEN :silent THEN said.period IS NULL OR said.period >= {NEWEST_PERIOD}
                     ELSE said.received_at > CAST(:since AS timestamptz) END)
), told AS MATERIALIZED (
    SELECT chosen.worker_id, newest.phone_id, newest.language,
           CASE WHEN {death_sql("chosen.worker_id")} THEN 'dead'
                WHEN newest.phone_id IS NULL THEN 'no_phone'
                WHEN newest.refused THEN 'refused'
                WHEN newest.stopped THEN 'stopped'
                WHEN EXISTS (
                    SELECT 1 FROM round JOIN round_person drawn ON drawn.round_id = round.id
                    JOIN enrolment line ON line.id = drawn.enrolment_id
                    WHERE round.at_work AND drawn.sampled AND line.worker_id = chosen.worker_id) THEN 'in_round'
                WHEN {{rests}} OR EXISTS (
                    SELECT 1 FROM ask JOIN ask_person soon ON soon.ask_id = ask.id
                    WHERE ask.state = 'asking' AND soon.worker_id = chosen.worker_id AND soon.outcome IS NULL)
                THEN 'asked_lately' END AS why
    FROM chosen LEFT JOIN LATERAL (
        SELECT phone.id AS phone_id, phone.language, phone.stopped_at IS NOT NULL AS stopped,
               phone.refused_at IS NOT NULL AS refused
        FROM phone_link JOIN phone ON phone.id = phone_link.phone_id
        WHERE phone_link.worker_id = chosen.worker_id AND phone_link.unlinked_at IS NULL
        ORDER BY phone.stopped_at IS NOT NULL OR phone.refused_at IS NOT NULL, phone_link.linked_at DESC,
                 phone_link.id DESC LIMIT 1) AS newest ON true
), each_phone AS (
    SELECT told.*, CASE WHEN why IS NULL AND row_number() OVER (
        PARTITION BY phone_id, why IS NULL ORDER BY worker_id) > 1 THEN 'shared_phone' ELSE why END AS outcome
    FROM told
)
"""  # noqa: S608  # expressions of our own


def rests_sql(worker: str, phone: str) -> str:
    """Whether this worker was asked within the rest, or the phone has a question that still waits, in SQL. A text that
    came to nothing asked nobody."""
    return f"""(EXISTS (
        SELECT 1 FROM phone_link own JOIN outbox asked ON asked.phone_id = own.phone_id
        WHERE own.worker_id = {worker} AND asked.worker_id = {worker} AND asked.created_at > :rest
          AND asked.screen = ANY(CAST(:screens AS text[]))
          AND (asked.state <> ALL(CAST(:lost AS text[])) OR asked.unknowns > 0))
    OR EXISTS (
        SELECT 1 FROM conversation open WHERE open.phone_id = {phone} AND open.channel = 'sms'
          AND open.ended_at IS NULL AND open.started_at > :old
          AND NOT EXISTS (SELECT 1 FROM outbox gone WHERE gone.cause = 'question:' || open.id
                            AND gone.state = ANY(CAST(:lost AS text[])) AND gone.unknowns = 0)))"""  # noqa: S608  # expressions of our own


_IN_GROUP = _GROUP.format(rests=rests_sql("chosen.worker_id", "newest.phone_id"))
_COUNTED = text(f"{_IN_GROUP} SELECT outcome, language, count(*) FROM each_phone GROUP BY 1, 2")  # noqa: S608  # ours
_KEPT = text(
    f"""{_IN_GROUP} INSERT INTO ask_person (ask_id, worker_id, phone_id, outcome, settled_at)
    SELECT :ask, worker_id, phone_id, outcome, CASE WHEN outcome IS NOT NULL THEN CAST(:now AS timestamptz) END
    FROM each_phone"""  # noqa: S608  # expressions of our own
)


def rest_values(now: dt.datetime) -> dict[str, Any]:
    """What `rests_sql` needs."""
    return {
        "rest": now - dt.timedelta(days=programme().texting.rest_days),
        "old": now - dt.timedelta(days=programme().texting.question_days),
        "screens": [QUESTION, DIAL],
        "lost": sorted(LOST),
    }


_WRITTEN = text(
    """SELECT DISTINCT occupation FROM enrolment
       WHERE occupation IS NOT NULL AND (:kelurahan = '' OR kelurahan_code = :kelurahan)"""
)


def _occupations(session: Session, whom: Whom) -> list[str] | None:
    """What lists wrote for this occupation, each office in its own words; None where none was chosen."""
    if not whom.occupation:
        return None
    written = session.scalars(_WRITTEN, {"kelurahan": whom.kelurahan})
    return [words for words in written if occupation_code(words) == whom.occupation]


def _values(session: Session, whom: Whom, now: dt.datetime) -> dict[str, Any]:
    since = now if whom.heard == EVER else now - dt.timedelta(days=30 * (whom.months or 0))
    return rest_values(now) | {
        "kelurahan": whom.kelurahan,
        "rw": whom.rw,
        "rt": whom.rt,
        "occupations": _occupations(session, whom),
        "verdict": whom.verdict,
        "round": whom.round_id,
        "today": now.astimezone(programme().zone).date(),
        "silent": whom.heard == SINCE_NEWEST,
        "since": since,
    }


@dataclass(frozen=True)
class Counted:
    """A group as it stands: how many can be asked by the language of their phone, and how many not, by reason."""

    reachable: dict[str, int]
    left_out: dict[Outcome, int]

    @property
    def can_be_asked(self) -> int:
        return sum(self.reachable.values())

    @property
    def people(self) -> int:
        return self.can_be_asked + sum(self.left_out.values())


def count_group(session: Session, whom: Whom, *, now: dt.datetime) -> Counted:
    """How many are in the group, and what of them can be asked now."""
    reachable: dict[str, int] = {}
    left_out: dict[Outcome, int] = {}
    for why, language, number in session.execute(_COUNTED, _values(session, whom, now)):
        if why is None:
            spoken = language or programme().languages[0]
            reachable[spoken] = reachable.get(spoken, 0) + number
        else:
            left_out[Outcome(why)] = left_out.get(Outcome(why), 0) + number
    return Counted(reachable, dict(sorted(left_out.items(), key=lambda each: -each[1])))


def keep_group(session: Session, whom: Whom, ask_id: int, *, now: dt.datetime) -> None:
    """Write down everybody of the group for this ask, and of whom cannot be asked why."""
    session.execute(_KEPT, _values(session, whom, now) | {"ask": ask_id, "now": now})
