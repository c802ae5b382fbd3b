"""RT heads beside others: how far they agree with the workers themselves, and with a second asking of their answers.

What is rated is one thing, whether the person lives there and still works for himself: a head says so, the worker's own
answer shows it. Nobody is guilty by a figure; each leads to a visit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.tables import Round, RoundBackCheck
from verify_service.ground.working_days import city_day
from verify_service.rounds.agreement import Agreement, BackCheck, Counts, Errors, agreement, back_checks
from verify_service.rounds.round_states import RoundRefused
from verify_service.tasks import open_task
from verify_service.verification.field_checks import BACK_CHECK

# The person is there and works: so says a head, or whoever answers of himself.
HEAD_YES: Final = ("resident",)
HEAD_NO: Final = ("moved", "deceased", "unknown", "not_working", "now_employed")
WORKER_YES: Final = ("confirms", "wrong_data", "does_not_know", "denies")
WORKER_NO: Final = ("moved", "not_working", "now_employed")
LOOK_AT_FROM: Final = 5  # answers of one head, from which his habits are looked at
QUICK: Final = 5.0  # seconds from one answer of his to the next, at the median
CHECK_DAYS: Final = 14


@dataclass(frozen=True)
class Pair:
    """Heads of one place and the workers who answered themselves: the four counts, and what they come to."""

    place: str
    counts: Counts
    agreement: Agreement


@dataclass(frozen=True)
class Head:
    """One RT: how its head answered."""

    place: str  # kelurahan code, RW, RT
    kelurahan: str
    answers: int
    yes: int
    seconds: float | None  # at the median, from one answer to the next
    denied: int  # said to live there and work, by the head; the worker himself says not

    @property
    def all_yes(self) -> bool:
        return self.answers >= LOOK_AT_FROM and self.yes == self.answers and self.denied > 0

    @property
    def quick(self) -> bool:
        return self.answers >= LOOK_AT_FROM and self.seconds is not None and self.seconds < QUICK


@dataclass(frozen=True)
class Raters:
    """What is told of RT heads in a round."""

    by_kelurahan: tuple[Pair, ...]
    by_rt: tuple[Pair, ...]
    heads: tuple[Head, ...]  # to be looked at: quick, or all yes though a worker says no
    checks: tuple[Errors, ...]  # worst first
    drawn: int  # back-checks
    open: int  # of these, not answered yet


_BOTH = text(
    """
SELECT coalesce(area.kelurahan, '-') AS kelurahan, concat_ws('/', person.kelurahan, line.rw, line.rt) AS rt,
       count(*) FILTER (WHERE head.yes AND own.yes) AS both_yes,
       count(*) FILTER (WHERE head.yes AND NOT own.yes) AS head_yes,
       count(*) FILTER (WHERE NOT head.yes AND own.yes) AS worker_yes,
       count(*) FILTER (WHERE NOT head.yes AND NOT own.yes) AS both_no
FROM round_person person JOIN enrolment line ON line.id = person.enrolment_id
LEFT JOIN area ON area.kelurahan_code = person.kelurahan
JOIN LATERAL (
    SELECT statement = ANY(CAST(:head_yes AS text[])) AS yes FROM evidence
    WHERE enrolment_id = person.enrolment_id AND source = 'rt_head' AND channel IN ('ussd', 'sms')
      AND round_id = person.round_id AND statement = ANY(CAST(:head_says AS text[]))
    ORDER BY received_at DESC, id DESC LIMIT 1) AS head ON true
JOIN LATERAL (
    SELECT statement = ANY(CAST(:worker_yes AS text[])) AS yes FROM evidence
    WHERE enrolment_id = person.enrolment_id AND source = 'worker' AND NOT assisted AND round_id = person.round_id
      AND statement = ANY(CAST(:worker_says AS text[]))
    ORDER BY (statement = ANY(CAST(:worker_yes AS text[]))), received_at DESC, id DESC LIMIT 1) AS own ON true
WHERE person.round_id = :round AND person.sampled
GROUP BY 1, 2
"""
)
_HEADS = text(
    """
SELECT place, kelurahan, count(*) AS answers, count(*) FILTER (WHERE yes) AS yes,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS seconds, count(*) FILTER (WHERE yes AND denied) AS denied
FROM (
    SELECT concat_ws('/', line.kelurahan_code, line.rw, line.rt) AS place, coalesce(area.kelurahan, '-') AS kelurahan,
           said.statement = ANY(CAST(:head_yes AS text[])) AS yes,
           CAST(extract(epoch FROM said.received_at - lag(said.received_at) OVER (
               PARTITION BY said.phone_id ORDER BY said.received_at, said.id)) AS double precision) AS gap,
           EXISTS (SELECT 1 FROM evidence own WHERE own.enrolment_id = said.enrolment_id AND own.source = 'worker'
                     AND NOT own.assisted AND own.round_id = said.round_id
                     AND own.statement = ANY(CAST(:worker_no AS text[]))) AS denied
    FROM evidence said JOIN enrolment line ON line.id = said.enrolment_id
    LEFT JOIN area ON area.kelurahan_code = line.kelurahan_code
    WHERE said.round_id = :round AND said.source = 'rt_head' AND said.channel IN ('ussd', 'sms')
      AND said.statement = ANY(CAST(:head_says AS text[]))) AS told
GROUP BY place, kelurahan ORDER BY place
"""
)
_CHECKED = text(
    """
SELECT checked.head, checked.said,
       coalesce(again.statement, CASE WHEN checked.task_id IS NULL THEN person.statement END) AS again
FROM round_back_check checked
LEFT JOIN round_person person ON person.round_id = checked.round_id AND person.enrolment_id = checked.enrolment_id
LEFT JOIN LATERAL (
    SELECT statement FROM evidence WHERE inbound = 'task:' || checked.task_id AND enrolment_id = checked.enrolment_id
    LIMIT 1) AS again ON true
WHERE checked.round_id = :round ORDER BY checked.head, checked.evidence_id
"""
)
_DRAW = text(
    """
INSERT INTO round_back_check (round_id, evidence_id, enrolment_id, head, said, drawn_at)
SELECT :round, id, enrolment_id, head, statement, :now FROM (
    SELECT said.id, said.enrolment_id, said.statement, concat_ws('/', line.kelurahan_code, line.rw, line.rt) AS head,
           row_number() OVER in_order AS place,
           count(*) OVER (PARTITION BY line.kelurahan_code, line.rw, line.rt) AS answers
    FROM evidence said JOIN enrolment line ON line.id = said.enrolment_id
    WHERE said.round_id = :round AND said.source = 'rt_head' AND said.channel IN ('ussd', 'sms')
      AND said.statement = ANY(CAST(:head_says AS text[]))
    WINDOW in_order AS (PARTITION BY line.kelurahan_code, line.rw, line.rt
                        ORDER BY sha256(convert_to(:begins || said.id, 'UTF8')))) AS told
WHERE place <= ceil(answers * CAST(:share AS double precision))
ON CONFLICT DO NOTHING RETURNING evidence_id
"""
)
_FOR_THE_KELURAHAN = text(
    """
SELECT checked.evidence_id, checked.enrolment_id, line.kelurahan_code, line.rw, line.rt
FROM round_back_check checked JOIN enrolment line ON line.id = checked.enrolment_id
WHERE checked.round_id = :round AND checked.task_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM round_person person WHERE person.round_id = checked.round_id
      AND person.enrolment_id = checked.enrolment_id
      AND person.statement = ANY(CAST(:worker_says AS text[])) AND NOT coalesce(person.assisted, false))
"""
)


def draw_back_checks(session: Session, held: Round, share: float, *, now: dt.datetime, by: str) -> int:
    """Draw this share of each RT head's answers, one of each at least, to be asked again; how many are new.

    In the order of SHA-256 of "SEED:back-check:ID", so that anybody can repeat it and a larger share only adds some.
    Where the worker has answered himself that is the second asking; else the kelurahan gets a task, and is not told
    what the head said. RoundRefused before anybody was asked.
    """
    if not 0 < share <= 1:
        raise RoundRefused(f"--share {share}: give the share of each head's answers to ask again, for example 0.15")
    if held.started_at is None:
        raise RoundRefused(f"Round {held.name} has asked nobody yet, so that there is nothing to ask again.")
    drawn = session.execute(
        _DRAW,
        {
            "round": held.id,
            "begins": f"{held.seed}:back-check:",
            "share": share,
            "now": now,
            "head_says": [*HEAD_YES, *HEAD_NO],
        },
    ).all()
    due_on = city_day(now) + dt.timedelta(days=CHECK_DAYS)
    for row in session.execute(_FOR_THE_KELURAHAN, {"round": held.id, "worker_says": [*WORKER_YES, *WORKER_NO]}).all():
        task = open_task(
            session,
            kind=BACK_CHECK,
            subject=f"enrolment:{row.enrolment_id}",
            kelurahan_code=row.kelurahan_code,
            rw=row.rw,
            rt=row.rt,
            enrolment_id=row.enrolment_id,
            detail={"round": held.id},
            due_on=due_on,
            now=now,
            by=by,
        )
        session.get_one(RoundBackCheck, (held.id, row.evidence_id)).task_id = task
    session.flush()
    audit.record(
        session, now=now, actor=by, action="back-checks drawn", on=f"round:{held.id}", share=str(share), new=len(drawn)
    )
    return len(drawn)


def raters_of(session: Session, held: Round) -> Raters:
    """How RT heads of a drawn round agree with workers, whom of them to look at, and back-checks, worst first."""
    given: dict[str, Any] = {
        "round": held.id,
        "head_yes": list(HEAD_YES),
        "head_says": [*HEAD_YES, *HEAD_NO],
        "worker_yes": list(WORKER_YES),
        "worker_no": list(WORKER_NO),
        "worker_says": [*WORKER_YES, *WORKER_NO],
    }
    rows = session.execute(_BOTH, given).all()
    heads = [Head(*row) for row in session.execute(_HEADS, given)]
    checked = session.execute(_CHECKED, {"round": held.id}).all()
    return Raters(
        by_kelurahan=_pairs((row.kelurahan, row[2:]) for row in rows),
        by_rt=_pairs((row.rt, row[2:]) for row in rows),
        heads=tuple(one for one in heads if one.quick or one.all_yes),
        checks=tuple(back_checks(_compared(checked))),
        drawn=len(checked),
        open=sum(_yes(row.again) is None for row in checked),
    )


def _pairs(rows: Iterable[tuple[str, Any]]) -> tuple[Pair, ...]:
    sums: dict[str, list[int]] = {}
    for place, counts in rows:
        held = sums.setdefault(place, [0, 0, 0, 0])
        for at, number in enumerate(counts):
            held[at] += number
    return tuple(
        Pair(place, counts, agreement(counts))
        for place, counts in ((place, Counts(*held)) for place, held in sorted(sums.items()))
    )


def _yes(said: str | None) -> bool | None:
    """Whether somebody says that the person is there and works; None for what says neither."""
    if said in (*HEAD_YES, *WORKER_YES):
        return True
    return False if said in (*HEAD_NO, *WORKER_NO) else None


def _compared(rows: Iterable[Any]) -> list[BackCheck]:
    counts: dict[str, list[int]] = {}
    for row in rows:
        again = _yes(row.again)
        if again is not None:
            held = counts.setdefault(row.head, [0, 0])
            held[0] += again != _yes(row.said)
            held[1] += 1
    return [BackCheck(head, *held) for head, held in counts.items()]
