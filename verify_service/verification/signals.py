"""Signs that somebody answers for others: a look at who answered from which phone, and when.

A sign is no proof: ojek stands share a phone, sons type for their mothers, an operator holds texts and brings them all
at once. So it opens a task for an officer and does nothing else; no answer is refused and no verdict changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service.ground.crypto import nik_end
from verify_service.ground.programme import Signals, programme
from verify_service.registry.names import masked_name
from verify_service.tasks import open_task
from verify_service.verification.decision import RtHeadSays, WorkerSays

KIND = "check_answers"


class Signal(StrEnum):
    """What was noticed about one phone."""

    MANY_WORKERS = "many_workers"  # more workers answered from it within a day than one family has
    RHYTHM = "rhythm"  # different workers' answers came at one rhythm, or all within a minute
    RT_PHONE = "rt_phone"  # an RT head's phone answered for workers of his RT as if it were theirs
    RT_CONFIRMS_ALL = "rt_confirms_all"  # every resident whom an RT head helped to answer confirmed
    RT_QUICK = "rt_quick"  # an RT head said "lives here" of many in a row, within seconds each
    RT_RHYTHM = "rt_rhythm"  # an RT head spoke of many residents at one rhythm


# What one phone said of one worker in one talk or text is one answer, however many rows it is. Whoever says "not me"
# speaks for nobody. What an officer has closed is not looked at again: ids of one phone's evidence are given and
# committed one after the other, since its row is locked by each hop, so the last one known tells old from new.
_ANSWERS = f"""
answer AS MATERIALIZED (
    SELECT evidence.phone_id, enrolment.worker_id, min(enrolment.id) AS enrolment_id,
           CASE WHEN evidence.source = 'rt_head' THEN 'rt_head' WHEN assisted THEN 'helped' ELSE 'own' END AS voice,
           min(received_at) AS at, min(evidence.id) AS id, max(evidence.id) AS newest,
           bool_and(statement = ANY(:confirming)) FILTER (WHERE statement = ANY(:of_the_case)) AS confirms
    FROM evidence JOIN enrolment ON enrolment.id = evidence.enrolment_id
    WHERE evidence.phone_id IS NOT NULL AND received_at > :since
    GROUP BY evidence.phone_id, enrolment.worker_id, voice, split_part(inbound, ':', 1), split_part(inbound, ':', 2)
    HAVING bool_and(statement <> '{WorkerSays.NOT_ME}')),
closed AS (
    SELECT subject, max(CAST(detail ->> 'knew' AS bigint)) AS knew
    FROM task WHERE kind = '{KIND}' AND closed_at IS NOT NULL GROUP BY subject)"""  # noqa: S608  # constants of our own


def _fresh(signal: Signal, voice: str) -> str:
    """Answers of this voice that no closed task of this signal knew."""
    return f"""(
    SELECT answer.* FROM answer LEFT JOIN closed ON closed.subject = '{signal}:phone:' || answer.phone_id
    WHERE voice = '{voice}' AND answer.id > coalesce(closed.knew, 0)) AS fresh"""  # noqa: S608


# An answer counts for so many hours, or until the same worker's next; how many count at once is a running sum.
_MANY_WORKERS = f"""
counting AS (
    SELECT phone_id, worker_id, at,
           least(at + :many_within, lead(at) OVER (PARTITION BY phone_id, worker_id ORDER BY at)) AS until
    FROM {_fresh(Signal.MANY_WORKERS, "own")}),
counted AS (
    SELECT phone_id, at, sum(more) OVER (PARTITION BY phone_id ORDER BY at, more) AS workers
    FROM (SELECT phone_id, at, 1 AS more FROM counting
          UNION ALL SELECT phone_id, until, -1 FROM counting) AS step),
many_workers AS (
    SELECT DISTINCT ON (phone_id) '{Signal.MANY_WORKERS}' AS signal, 'own' AS voice, phone_id, workers,
           CAST(NULL AS double precision) AS seconds, at - :many_within + interval '1 microsecond' AS first, at AS last
    FROM counted WHERE workers >= :many_workers ORDER BY phone_id, workers DESC, at)"""  # noqa: S608


def _in_a_row(signal: Signal, voice: str, length: str, wanted: str, seconds: str) -> str:
    """So many answers of a phone in a row, each about somebody else, whose gaps (in seconds) are as `wanted`."""
    return f"""
{signal}_gap AS (
    SELECT *, CAST(extract(epoch FROM at - lag(at) OVER (PARTITION BY phone_id ORDER BY at, id))
                   AS double precision) AS gap
    FROM {_fresh(signal, voice)}),
{signal}_run AS (
    SELECT phone_id, at AS last, min(at) OVER run AS first, array_agg(worker_id) OVER run AS workers,
           bool_and(confirms) OVER run AS confirms,
           array_agg(gap) OVER (PARTITION BY phone_id ORDER BY at, id
                                ROWS BETWEEN :{length} - 2 PRECEDING AND CURRENT ROW) AS gaps
    FROM {signal}_gap
    WINDOW run AS (PARTITION BY phone_id ORDER BY at, id ROWS BETWEEN :{length} - 1 PRECEDING AND CURRENT ROW)),
{signal} AS (
    SELECT DISTINCT ON (phone_id) '{signal}' AS signal, '{voice}' AS voice, phone_id,
           CAST(:{length} AS bigint) AS workers, {seconds} AS seconds, first, last
    FROM {signal}_run CROSS JOIN LATERAL (
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median, min(gap) AS shortest, max(gap) AS longest,
               sum(gap) AS total
        FROM unnest(gaps) AS gap) AS pace
    WHERE (SELECT count(DISTINCT worker) FROM unnest(workers) AS worker) = :{length} AND ({wanted})
    ORDER BY phone_id, last DESC)"""  # noqa: S608


_EVEN = "median < :rhythm_seconds AND shortest >= (1 - :spread) * median AND longest <= (1 + :spread) * median"

# The head's own answer is no sign: the one worker whom a list or a case gives that phone is himself. A code from a
# letter tells nothing of who typed it.
_RT_PHONE = f"""
rt_phone AS (
    SELECT '{Signal.RT_PHONE}' AS signal, 'own' AS voice, phone_id, count(DISTINCT worker_id) AS workers,
           CAST(NULL AS double precision) AS seconds, min(at) AS first, max(at) AS last
    FROM {_fresh(Signal.RT_PHONE, "own")}
    WHERE EXISTS (
        SELECT 1 FROM rt_head JOIN enrolment lives ON lives.kelurahan_code = rt_head.kelurahan_code
          AND lives.rw = rt_head.rw AND rt_head.rt IN (lives.rt, '')
        WHERE rt_head.phone_id = fresh.phone_id AND rt_head.until IS NULL AND NOT rt_head.announced
          AND lives.worker_id = fresh.worker_id
          AND at >= coalesce(CAST(rt_head.since AS timestamp) AT TIME ZONE :zone, '-infinity'))
      AND worker_id IS DISTINCT FROM (
        SELECT min(listed.worker_id) FROM phone_link listed
        WHERE listed.phone_id = fresh.phone_id AND listed.how <> 'code' AND listed.unlinked_at IS NULL
        HAVING count(*) = 1)
    GROUP BY phone_id)"""  # noqa: S608

_RT_CONFIRMS_ALL = f"""
rt_confirms_all AS (
    SELECT '{Signal.RT_CONFIRMS_ALL}' AS signal, 'helped' AS voice, phone_id, count(DISTINCT worker_id) AS workers,
           CAST(NULL AS double precision) AS seconds, min(at) AS first, max(at) AS last
    FROM {_fresh(Signal.RT_CONFIRMS_ALL, "helped")}
    WHERE confirms IS NOT NULL
    GROUP BY phone_id HAVING bool_and(confirms) AND count(DISTINCT worker_id) >= :rt_answers)"""  # noqa: S608

_EACH = (
    _ANSWERS,
    _MANY_WORKERS,
    _in_a_row(Signal.RHYTHM, "own", "rhythm_answers", f"total < :burst_seconds OR {_EVEN}", "median"),
    _RT_PHONE,
    _RT_CONFIRMS_ALL,
    _in_a_row(Signal.RT_QUICK, "rt_head", "rt_answers", "confirms AND longest <= :rt_quick_seconds", "longest"),
    _in_a_row(Signal.RT_RHYTHM, "rt_head", "rt_answers", _EVEN, "median"),
)

_LOOK = text(
    f"""
WITH {",".join(_EACH)},
found AS ({" UNION ALL ".join(f"SELECT * FROM {signal}" for signal in Signal)})
SELECT found.signal, found.voice, found.phone_id, found.workers, found.seconds,
       said.answers, said.first, said.last, said.knew, said.places,
       (SELECT jsonb_agg(jsonb_build_array(kelurahan_code, rw, rt, id) ORDER BY id) FROM rt_head
        WHERE rt_head.phone_id = found.phone_id AND rt_head.until IS NULL AND NOT rt_head.announced) AS offices
FROM found CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE here) AS answers, min(at) FILTER (WHERE here) AS first,
           max(at) FILTER (WHERE here) AS last, max(newest) AS knew,
           jsonb_agg(DISTINCT jsonb_build_array(kelurahan_code, rw, rt)) FILTER (WHERE here) AS places
    FROM (SELECT *, at BETWEEN found.first AND found.last AS here FROM answer
          WHERE phone_id = found.phone_id AND voice = found.voice) AS mine
    JOIN enrolment ON enrolment.id = mine.enrolment_id) AS said
ORDER BY found.phone_id, found.signal
"""  # noqa: S608
)


Place = tuple[str | None, str | None, str | None]  # kelurahan, RW, RT


@dataclass(frozen=True)
class Noticed:
    """One sign on one phone, and where its workers live: only as far as all of them live there."""

    signal: Signal
    voice: str  # own: as the workers themselves; helped: with an RT head's help; rt_head: as the head
    phone_id: int
    workers: int
    answers: int
    seconds: int | None  # between two answers
    first: dt.datetime
    last: dt.datetime
    knew: int  # the newest evidence that was looked at
    kelurahan_code: str | None
    rw: str | None
    rt: str | None
    rt_head_id: int | None

    @property
    def subject(self) -> str:
        return f"{self.signal}:phone:{self.phone_id}"

    @property
    def detail(self) -> dict[str, object]:
        """What the officer is told, and what tells old evidence from new; nobody's data."""
        return {
            "signal": self.signal.value,
            "phone": self.phone_id,
            "voice": self.voice,
            "workers": self.workers,
            "answers": self.answers,
            "seconds": self.seconds,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "knew": self.knew,
        }


def notice(session: Session, *, now: dt.datetime) -> list[Noticed]:
    """All signs in the evidence of the last days that no officer has closed yet."""
    rules = programme().signals
    return [_noticed(row) for row in session.execute(_LOOK, _thresholds(rules, now))]


def flag(session: Session, *, now: dt.datetime) -> int:
    """Open a task for each sign, once while it is open; returns how many were opened."""
    due_on = now.astimezone(programme().zone).date() + dt.timedelta(days=programme().signals.due_days)
    opened = [
        open_task(
            session,
            kind=KIND,
            subject=noticed.subject,
            kelurahan_code=noticed.kelurahan_code,
            rw=noticed.rw,
            rt=noticed.rt,
            rt_head_id=noticed.rt_head_id,
            due_on=due_on,
            now=now,
            detail=noticed.detail,
        )
        for noticed in notice(session, now=now)
    ]
    return sum(task is not None for task in opened)


_ANSWERED_FOR = text(
    """
SELECT worker.id, worker.name, worker.nik, person_key.wrapped, min(evidence.received_at) AS at
FROM evidence JOIN enrolment ON enrolment.id = evidence.enrolment_id JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
WHERE evidence.phone_id = :phone
  AND evidence.received_at BETWEEN CAST(:first AS timestamptz) AND CAST(:last AS timestamptz)
  AND evidence.source = CASE WHEN :voice = 'rt_head' THEN 'rt_head' ELSE 'worker' END
  AND evidence.assisted = (:voice = 'helped')
GROUP BY worker.id, person_key.wrapped ORDER BY at, worker.id LIMIT :most
"""
)


@dataclass(frozen=True)
class AnsweredFor:
    """A worker whom a flagged phone spoke for or of, and when; never what was said. Name masked."""

    masked_name: str
    nik_last4: str
    code: str
    at: dt.datetime


def answered_for(session: Session, detail: Mapping[str, object], most: int = 50) -> list[AnsweredFor]:
    """The workers behind a sign (`detail` of its task), in the order of their answers: whom an officer goes to ask."""
    asked = {name: detail[name] for name in ("phone", "voice", "first", "last")}
    return [
        AnsweredFor(masked_name(row.name), nik_end(row.wrapped, row.nik), worker_code(row.id), row.at)
        for row in session.execute(_ANSWERED_FOR, {**asked, "most": most})
    ]


def _thresholds(rules: Signals, now: dt.datetime) -> dict[str, object]:
    return {
        "since": now - dt.timedelta(days=rules.window_days),
        "confirming": [WorkerSays.CONFIRMS.value, RtHeadSays.RESIDENT.value],
        "of_the_case": [*WorkerSays, *RtHeadSays],
        "many_workers": rules.many_workers,
        "many_within": dt.timedelta(hours=rules.many_hours),
        "rhythm_answers": rules.rhythm_answers,
        "rhythm_seconds": rules.rhythm_seconds,
        "burst_seconds": rules.burst_seconds,
        "spread": rules.rhythm_spread,
        "rt_answers": rules.rt_answers,
        "rt_quick_seconds": rules.rt_quick_seconds,
        "zone": programme().timezone,
    }


def _noticed(row: Row[tuple[object, ...]]) -> Noticed:
    offices: list[tuple[Place, int]] = [((kelurahan, rw, rt), head) for kelurahan, rw, rt, head in row.offices or []]
    place = _shared([(kelurahan, rw, rt) for kelurahan, rw, rt in row.places])
    office = next((one for one in offices if one[0] == place), offices[0] if offices else None)
    if place[0] is None and office is not None:
        place = office[0]
    return Noticed(
        signal=Signal(row.signal),
        voice=row.voice,
        phone_id=row.phone_id,
        workers=row.workers,
        answers=row.answers,
        seconds=None if row.seconds is None else round(row.seconds),
        first=row.first,
        last=row.last,
        knew=row.knew,
        kelurahan_code=place[0],
        rw=place[1],
        rt=place[2],
        rt_head_id=office[1] if office is not None else None,
    )


def _shared(places: list[Place]) -> Place:
    """What all these places have in common, from the kelurahan down."""
    shared: list[str | None] = []
    for level in zip(*places, strict=True):
        shared.append(level[0] if len(set(level)) == 1 and None not in shared else None)
    return shared[0], shared[1], shared[2]
