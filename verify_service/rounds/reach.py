"""Contacting the people of a round, step by step of its plan.

A step is due at a moment of its own for each person. Whoever has answered meanwhile, has died or is off the list is
contacted no more; who said STOP gets no text; who has no phone is met at the first step that needs none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from verify_service.conversations.asking import HeadToRemind, remind_head
from verify_service.conversations.asking_many import ToAsk, ask_many
from verify_service.ground.database import by_index
from verify_service.ground.programme import programme
from verify_service.ground.tables import Round
from verify_service.ground.working_days import city_day
from verify_service.messaging.outbox import of_round
from verify_service.registry.residents import inactive_before, unheaded_sql
from verify_service.rounds.design import design_of
from verify_service.rounds.plan import Channel, Plan, read_plan
from verify_service.rounds.round_states import RoundState, move, refuse_others_at_work
from verify_service.tasks import Wanted, death_sql, open_tasks
from verify_service.verification.field_checks import ROUND_VISIT

AT_ONCE: Final = 1_000  # people in one transaction: less than the two seconds for which others wait for a row
WAIT: Final = dt.timedelta(hours=1)  # while the phone has a question of somebody else

_ROUND = text(
    """SELECT id FROM round WHERE at_work AND state IN ('sending', 'open') AND paused_at IS NULL
       FOR SHARE"""  # whoever pauses or cancels waits for the batch, and then holds what it queued
)
_DUE = text(
    f"""
WITH due AS MATERIALIZED (
    SELECT enrolment_id, worker_id, step, due_at, asked_at, rt, kelurahan FROM round_person
    WHERE round_id = :round AND due_at <= :now AND (wait_until IS NULL OR wait_until <= :now)
    ORDER BY due_at, enrolment_id LIMIT :most
    FOR NO KEY UPDATE SKIP LOCKED)
SELECT due.*, worker.name, newest.phone_id, newest.language, newest.stopped, question.id AS question,
       question.worker_id AS questioned, line.kelurahan_code, line.rw, line.rt AS own_rt,
       line.removed_from <= :today OR worker.same_as IS NOT NULL AS gone, {death_sql("due.worker_id")} AS dead,
       EXISTS (
           SELECT 1 FROM enrolment same JOIN evidence said ON said.enrolment_id = same.id
           WHERE same.worker_id = due.worker_id AND said.source = 'worker' AND said.received_at >= :drawn_at
             AND said.statement = ANY(CAST(:answers AS text[]))) AS answered,
       EXISTS (
           SELECT 1 FROM evidence said WHERE said.enrolment_id = due.enrolment_id AND said.source = 'rt_head'
             AND said.received_at >= :rt_since) AS head_spoke
FROM due JOIN worker ON worker.id = due.worker_id JOIN enrolment line ON line.id = due.enrolment_id
LEFT JOIN LATERAL (
    SELECT phone.id AS phone_id, phone.language, phone.stopped_at IS NOT NULL AS stopped
    FROM phone_link JOIN phone ON phone.id = phone_link.phone_id AND phone.refused_at IS NULL
    WHERE phone_link.worker_id = due.worker_id AND phone_link.unlinked_at IS NULL
    ORDER BY phone.stopped_at IS NOT NULL, phone_link.linked_at DESC, phone_link.id DESC LIMIT 1) AS newest ON true
LEFT JOIN LATERAL (
    SELECT id, worker_id FROM conversation WHERE phone_id = newest.phone_id AND channel = 'sms' AND ended_at IS NULL
      AND started_at > :old LIMIT 1) AS question ON true
ORDER BY due.due_at, due.enrolment_id
"""  # noqa: S608  # constants of our own
)
# What counts as the person's own answer to a round.
ANSWERS: Final = (
    "confirms", "wrong_data", "not_me", "does_not_know", "denies", "moved", "not_working", "now_employed",
)  # fmt: skip

# The round is a column of those who moved: as a constant, it would be looked up alone where nobody has counted it yet.
_MOVE_ON = text(
    """
WITH moved AS MATERIALIZED (
    SELECT CAST(:round AS bigint) AS round_id, each.*
    FROM unnest(CAST(:people AS bigint[]), CAST(:steps AS int[]), CAST(:dues AS timestamptz[]), CAST(:texts AS int[]),
                CAST(:asked AS boolean[]), CAST(:waits AS timestamptz[]))
         AS each (enrolment_id, step, due_at, texts, asked, wait_until))
UPDATE round_person SET step = moved.step, due_at = moved.due_at, wait_until = moved.wait_until,
       texts = round_person.texts + moved.texts,
       asked_at = coalesce(round_person.asked_at, CASE WHEN moved.asked THEN CAST(:now AS timestamptz) END)
FROM moved WHERE round_person.round_id = moved.round_id AND round_person.enrolment_id = moved.enrolment_id
"""
)


@dataclass
class _Moved:
    """Where a person stands after a look: the next step and its moment, and whether this one contacted them."""

    person: int
    step: int
    due_at: dt.datetime | None
    texts: int = 0
    asked: bool = False
    wait_until: dt.datetime | None = None


def start(session: Session, held: Round, *, now: dt.datetime, by: str) -> int:
    """Begin to contact a drawn round, which is locked; how many people are drawn. RoundRefused while another one asks.

    First contacts are due evenly, so many a minute as designed; those drawn first in each stratum come first.
    """
    design = design_of(held.design)
    plan = read_plan(design.plan)
    refuse_others_at_work(session, held)
    move(session, held, RoundState.SENDING, now=now, by=by)
    held.started_at = now
    number = _schedule(session, held, plan, now, per_minute=design.per_minute)
    last = dt.timedelta(minutes=number / design.per_minute) if design.per_minute else dt.timedelta()
    held.closes_at = now + last + plan.close
    session.flush()
    return number


def release(session: Session, held: Round, more: dict[str, int], *, now: dt.datetime) -> int:
    """Draw so many more of each stratum, a longer prefix of the same order, and have them contacted from now on."""
    design = design_of(held.design)
    plan = read_plan(design.plan)
    session.execute(
        text(
            """
            UPDATE round_stratum SET released = least(population, released + more.number)
            FROM unnest(CAST(:strata AS text[]), CAST(:numbers AS int[])) AS more (stratum, number)
            WHERE round_id = :round AND round_stratum.stratum = more.stratum"""
        ),
        {"round": held.id, "strata": list(more), "numbers": list(more.values())},
    )
    session.execute(
        text(
            """
            UPDATE round_person SET sampled = true FROM round_stratum held
            WHERE round_person.round_id = :round AND held.round_id = :round AND held.stratum = round_person.stratum
              AND round_person.position <= held.released AND NOT sampled"""
        ),
        {"round": held.id},
    )
    number = _schedule(session, held, plan, now, per_minute=design.per_minute)
    if number:
        if RoundState(held.state) is RoundState.OPEN:
            move(session, held, RoundState.SENDING, now=now, by="clock")
        last = dt.timedelta(minutes=number / design.per_minute) if design.per_minute else dt.timedelta()
        held.closes_at = max(held.closes_at or now, now + last + plan.close)
        session.flush()
    return number


def _schedule(session: Session, held: Round, plan: Plan, now: dt.datetime, *, per_minute: int | None) -> int:
    """Give everybody drawn and not yet scheduled the moment of the first step; how many those are."""
    rows = session.execute(
        text(
            """
            UPDATE round_person SET due_at = CAST(:first AS timestamptz)
                   + make_interval(secs => coalesce(60.0 * (ordered.place - 1) / CAST(:per_minute AS int), 0))
            FROM (SELECT enrolment_id, row_number() OVER (ORDER BY position, enrolment_id) AS place
                  FROM round_person WHERE round_id = :round AND sampled AND step = 0 AND due_at IS NULL
                    AND asked_at IS NULL) AS ordered
            WHERE round_person.round_id = :round AND round_person.enrolment_id = ordered.enrolment_id"""
        ),
        {"round": held.id, "first": now + plan.steps[0].after, "per_minute": per_minute},
    )
    return int(rows.rowcount)  # type: ignore[attr-defined]


def contact(session: Session, *, now: dt.datetime, most: int = AT_ONCE) -> int:
    """Take the next step with some whose step is due; how many. None while no round contacts, or it is paused.

    Several processes may do it at once: each takes other people.
    """
    number = session.scalar(_ROUND)
    if number is None:
        return 0
    with by_index(session):
        return _contact(session, session.get_one(Round, number), now=now, most=most)


def _contact(session: Session, held: Round, *, now: dt.datetime, most: int) -> int:
    plan = read_plan(design_of(held.design).plan)
    rows = session.execute(
        _DUE,
        {
            "round": held.id,
            "now": now,
            "most": most,
            "today": city_day(now),
            "drawn_at": held.drawn_at,
            "answers": list(ANSWERS),
            "rt_since": rt_since(held),
            "old": now - dt.timedelta(days=programme().texting.question_days),
        },
    ).all()
    moved = _texts(session, held, plan, rows, now)
    moved += _others(session, held, plan, rows, {one.person for one in moved}, now)
    if moved:
        session.execute(
            _MOVE_ON,
            {
                "round": held.id,
                "now": now,
                "people": [one.person for one in moved],
                "steps": [one.step for one in moved],
                "dues": [one.due_at for one in moved],
                "texts": [one.texts for one in moved],
                "asked": [one.asked for one in moved],
                "waits": [one.wait_until for one in moved],
            },
        )
    return len(moved)


def rt_since(held: Round) -> dt.datetime:
    """An RT head's word since then counts for the round: before that he is asked again."""
    assert held.drawn_at is not None
    return held.drawn_at - dt.timedelta(days=programme().rt_heads.ask_again_days)


def _over(row: Row[Any]) -> bool:
    return bool(row.answered or row.gone or row.dead)


def _next(plan: Plan, row: Row[Any], *, textless: bool = False) -> tuple[int, dt.datetime | None]:
    """The step after this one and its moment; the first that is no text where none can be written."""
    step: int = row.step + 1
    while textless and step < len(plan.steps) and plan.steps[step].channel.texts:
        step += 1
    if step >= len(plan.steps):
        return len(plan.steps), None
    return step, row.due_at + (plan.steps[step].after - plan.steps[row.step].after)


def _texts(session: Session, held: Round, plan: Plan, rows: Sequence[Row[Any]], now: dt.datetime) -> list[_Moved]:
    """Texts, and whoever gets none: moved on past the steps that are texts."""
    moved: list[_Moved] = []
    asked: dict[int, tuple[Row[Any], ToAsk]] = {}
    phones: set[int] = set()
    for row in rows:
        channel = plan.steps[row.step].channel
        if _over(row):
            moved.append(_Moved(row.enrolment_id, row.step, None))
        elif channel.texts and (row.phone_id is None or row.stopped):
            moved.append(_Moved(row.enrolment_id, *_next(plan, row, textless=True)))
        elif channel.texts:
            own = row.question if row.questioned == row.worker_id else None
            waits = row.phone_id in phones or (row.question is not None and own is None)
            if waits and channel is Channel.SMS:
                moved.append(_waiting(held, plan, row, now))
                continue
            phones.add(row.phone_id)
            cause = f"round:{held.id}:{row.enrolment_id}:{row.step}"
            dial = channel is Channel.DIAL
            asked[row.worker_id] = (
                row,
                ToAsk(row.phone_id, row.worker_id, row.name, row.language, cause, None if dial else own, dial),
            )
    sent = ask_many(session, [one for _, one in asked.values()], round_id=held.id, now=now)
    for worker, (row, _) in asked.items():
        if worker in sent:
            moved.append(_Moved(row.enrolment_id, *_next(plan, row), texts=1, asked=True))
        else:  # another question came in between
            moved.append(_waiting(held, plan, row, now))
    return moved


def _waiting(held: Round, plan: Plan, row: Row[Any], now: dt.datetime) -> _Moved:
    """The phone is asked of somebody else: look again in an hour, less in a round that is soon over; but once the next
    step is due, that one is taken.
    """
    step, due_at = _next(plan, row)
    if due_at is not None and due_at <= now:
        return _Moved(row.enrolment_id, step, due_at)
    left = (held.closes_at or now) - now
    wait = max(min(WAIT, left / 20), dt.timedelta(seconds=5))
    return _Moved(row.enrolment_id, row.step, row.due_at, wait_until=now + wait)


def _others(
    session: Session, held: Round, plan: Plan, rows: Sequence[Row[Any]], seen: set[int], now: dt.datetime
) -> list[_Moved]:
    """The steps that are no text: heads of RT, and visits."""
    moved: list[_Moved] = []
    left = [row for row in rows if row.enrolment_id not in seen]
    told = _heads(session, held, [row for row in left if plan.steps[row.step].channel is Channel.RT], now)
    visits = [row for row in left if plan.steps[row.step].channel is not Channel.RT]
    wanted = [
        Wanted(
            subject=f"enrolment:{row.enrolment_id}",
            kelurahan_code=row.kelurahan_code,
            rw=row.rw,
            rt=row.own_rt,
            enrolment_id=row.enrolment_id,
            detail={"round": held.id},
        )
        for row in visits
    ]
    open_tasks(session, ROUND_VISIT, wanted, due_on=_closes_on(held, now), now=now)
    met = told | {row.enrolment_id for row in visits}
    moved += [_Moved(row.enrolment_id, *_next(plan, row), asked=row.enrolment_id in met) for row in left]
    return moved


# The head of each one's RT; where none speaks for it, the head of the RW. He hears how many of the round wait for his
# word, however few of them are due at this moment, and once a day: those of a head who was told today are not counted.
_HEADS = text(
    f"""
WITH head AS (
    SELECT coalesce(instead.id, own.id) AS head, coalesce(instead.phone_id, own.phone_id) AS phone_id,
           instead.id IS NOT NULL AS of_rw, line.kelurahan_code, line.rw,
           CASE WHEN instead.id IS NULL THEN line.rt END AS rt, area.kelurahan, array_agg(line.id) AS people
    FROM enrolment line JOIN area ON area.kelurahan_code = line.kelurahan_code
    LEFT JOIN rt_head own ON own.kelurahan_code = line.kelurahan_code AND own.rw = line.rw AND own.rt = line.rt
         AND own.until IS NULL AND NOT own.announced AND own.locked_at IS NULL
    LEFT JOIN rt_head instead ON instead.kelurahan_code = line.kelurahan_code AND instead.rw = line.rw
         AND instead.rt = '' AND instead.until IS NULL AND NOT instead.announced AND instead.phone_id IS NOT NULL
         AND instead.locked_at IS NULL AND {unheaded_sql("line")}
    WHERE line.id = ANY(CAST(:people AS bigint[])) AND line.rt <> ''
      AND coalesce(instead.phone_id, own.phone_id) IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7)
SELECT head.*, told.cause, told.already, CASE WHEN NOT told.already THEN (
    SELECT count(*) FROM round_person waiting JOIN enrolment line ON line.id = waiting.enrolment_id
    WHERE waiting.round_id = :round AND waiting.sampled AND waiting.answered_at IS NULL
      AND line.kelurahan_code = head.kelurahan_code AND line.rw = head.rw
      AND CASE WHEN head.of_rw THEN {unheaded_sql("line")} ELSE line.rt = head.rt END
      AND NOT EXISTS (SELECT 1 FROM evidence said WHERE said.enrolment_id = line.id AND said.source = 'rt_head'
                        AND said.received_at >= :rt_since)) END AS residents
FROM head CROSS JOIN LATERAL (
    SELECT cause, EXISTS (SELECT 1 FROM outbox WHERE outbox.cause = each.cause) AS already
    FROM (SELECT :cause || head.head || ':' || :day AS cause) AS each) AS told
ORDER BY head.head
"""  # noqa: S608  # constants of our own
)


def _heads(session: Session, held: Round, rows: Sequence[Row[Any]], now: dt.datetime) -> set[int]:
    """Remind the heads of these people's RT; returns the people of whom a head knows that he is asked."""
    silent = [row.enrolment_id for row in rows if not row.head_spoke]
    known = {row.enrolment_id for row in rows if row.head_spoke}
    if not silent:
        return known
    asked = {
        "people": silent,
        "inactive": inactive_before(now),
        "round": held.id,
        "rt_since": rt_since(held),
        "cause": f"round:{held.id}:head:",
        "day": str(city_day(now)),
    }
    texts: list[int] = []
    for row in session.execute(_HEADS, asked).all():
        known.update(row.people)
        if row.already:
            continue
        head = HeadToRemind(
            row.phone_id,
            row.of_rw,
            row.rw,
            row.rt,
            row.kelurahan,
            residents=row.residents,
            by=_closes_on(held, now),
            cause=row.cause,
        )
        told = remind_head(session, head, now=now)
        texts += [told] if told is not None else []
    of_round(session, held.id, texts)
    return known


def _closes_on(held: Round, now: dt.datetime) -> dt.date:
    return city_day(held.closes_at or now)
