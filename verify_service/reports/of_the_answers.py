"""What people said: comprehension, RT heads' reliability, who was asked, messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.database import in_passes
from verify_service.ground.programme import programme
from verify_service.reports.definition import Asked, Column, Dots, Line, Report, says, share
from verify_service.rounds.agreement import Counts, agreement
from verify_service.rounds.intervals import wilson
from verify_service.rounds.second_raters import HEAD_NO, HEAD_YES, WORKER_NO, WORKER_YES

_KNOWLEDGE = text(
    """
SELECT answer.words_version, answer.language, answer.again, coalesce(worker.sex, '') AS sex,
       coalesce(job.occupation, '') AS occupation, count(*), count(*) FILTER (WHERE answer.correct)
FROM knowledge_answer answer
LEFT JOIN worker ON worker.id = answer.worker_id
LEFT JOIN LATERAL (SELECT occupation FROM enrolment WHERE worker_id = worker.id ORDER BY id DESC LIMIT 1) AS job ON true
WHERE answer.answered_at <= :at
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
)


def _comprehension(session: Session, asked: Asked) -> Iterable[Line]:
    for *by, answers, correct in session.execute(_KNOWLEDGE, {"at": asked.at}):
        yield (*by, answers, correct, share(correct, answers), *_interval(correct, answers))


def _interval(yes: int, answers: int) -> tuple[float | None, float | None]:
    if not answers:
        return None, None
    held = wilson(yes, answers)
    return round(held.low, 4), round(held.high, 4)


COMPREHENSION = Report(
    "comprehension",
    says("Do workers know what they have?"),
    says(
        "How many answered the question about their cover rightly, the first time and later, by"
        " the words that were shown."
    ),
    (
        Column("words_version", says("text"), says("which words of the benefits were in force")),
        Column("language", says("code"), says("language of the talk")),
        Column("later", says("yes or no"), says("asked once more, 30 days or more after the first time")),
        Column("sex", says("code"), says("sex on the list; empty where it is not known")),
        Column("occupation", says("text"), says("occupation on the newest line of the list")),
        Column("answers", says("answers"), says("answers to the question")),
        Column("correct", says("answers"), says("of these: right")),
        Column("share", says("share 0 to 1"), says("right among answers")),
        Column("low", says("share 0 to 1"), says("lower end of Wilson's interval, at 95 per cent")),
        Column("high", says("share 0 to 1"), says("upper end")),
    ),
    ("knowledge_answer", "worker", "enrolment"),
    _comprehension,
)

# Of each enrolment what the head said last of whether he lives here and works, and the worker by himself.
_RT_HEADS = text(
    """
WITH head AS (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, statement, statement = ANY(CAST(:head_yes AS text[])) AS yes
    FROM evidence
    WHERE source = 'rt_head' AND received_at <= :at
      AND (statement = 'own_family' OR statement = ANY(CAST(:head_says AS text[])))
    ORDER BY enrolment_id, received_at DESC, id DESC),
own AS (
    SELECT DISTINCT ON (enrolment_id) enrolment_id, statement = ANY(CAST(:worker_yes AS text[])) AS yes
    FROM evidence
    WHERE source = 'worker' AND NOT assisted AND received_at <= :at AND statement = ANY(CAST(:worker_says AS text[]))
    ORDER BY enrolment_id, (statement = ANY(CAST(:worker_yes AS text[]))), received_at DESC, id DESC),
said AS (
    SELECT coalesce(enrolment.kelurahan_code, '') AS kelurahan_code, head.statement,
           head.statement <> 'own_family' AS counts, head.yes, own.yes AS own
    FROM head JOIN enrolment ON enrolment.id = head.enrolment_id
    LEFT JOIN own ON own.enrolment_id = head.enrolment_id),
residents AS (
    SELECT kelurahan_code, rw, rt, count(head.enrolment_id) AS told
    FROM enrolment LEFT JOIN head ON head.enrolment_id = enrolment.id
    WHERE removed_from IS NULL OR removed_from > :today GROUP BY kelurahan_code, rw, rt),
office AS (
    SELECT kelurahan_code, count(*) AS heads, count(*) FILTER (WHERE activated_at <= :at) AS activated,
           count(*) FILTER (WHERE residents.told = 0) AS silent
    FROM rt_head LEFT JOIN residents USING (kelurahan_code, rw, rt)
    WHERE (since IS NULL OR since <= :today) AND (until IS NULL OR until > :today)
    GROUP BY kelurahan_code)
SELECT coalesce(area.kecamatan, ''), coalesce(area.kelurahan, ''), coalesce(max(office.heads), 0),
       coalesce(max(office.activated), 0), coalesce(max(office.silent), 0),
       count(*) FILTER (WHERE said.counts), count(*) FILTER (WHERE said.counts AND said.yes),
       count(*) FILTER (WHERE NOT said.counts),
       count(*) FILTER (WHERE said.counts AND said.yes AND said.own),
       count(*) FILTER (WHERE said.counts AND said.yes AND NOT said.own),
       count(*) FILTER (WHERE said.counts AND NOT said.yes AND said.own),
       count(*) FILTER (WHERE said.counts AND NOT said.yes AND NOT said.own)
FROM office FULL JOIN said ON said.kelurahan_code = office.kelurahan_code
LEFT JOIN area ON area.kelurahan_code = coalesce(office.kelurahan_code, said.kelurahan_code)
GROUP BY area.kecamatan, area.kelurahan ORDER BY 1, 2
"""
)


_SAID = {
    "head_yes": list(HEAD_YES),
    "head_says": [*HEAD_YES, *HEAD_NO],
    "worker_yes": list(WORKER_YES),
    "worker_says": [*WORKER_YES, *WORKER_NO],
}


def _reliability(session: Session, asked: Asked) -> Iterable[Line]:
    for *held, both_yes, head_yes, worker_yes, both_no in session.execute(_RT_HEADS, asked.sql | _SAID):
        compared = both_yes + head_yes + worker_yes + both_no
        told = agreement(Counts(both_yes, head_yes, worker_yes, both_no)) if compared else None
        agreed = None if told is None else round(told.po, 4)
        kappa = None if told is None or told.kappa is None else round(told.kappa, 4)
        yield (*held, share(held[6], held[5]), compared, head_yes, agreed, kappa)


RT_RELIABILITY = Report(
    "rt-reliability",
    says("Are RT confirmations reliable?"),
    says("For each kelurahan what RT heads said last of each resident, and how far the worker's own word agrees."),
    (
        Column("kecamatan", says("text"), says("district; empty for lines without a known kelurahan")),
        Column("kelurahan", says("text"), says("village")),
        Column("posts", says("heads"), says("heads in office on that day")),
        Column("activated", says("heads"), says("of these: with a PIN of their own")),
        Column(
            "silent",
            says("heads"),
            says("of the posts: of an RT with people on the list, of none of whom a head has said anything"),
        ),
        Column("answers", says("enrolments"), says("lines that a head has answered for, his own family apart")),
        Column("yes", says("enrolments"), says("of these: lives here and works")),
        Column("own_family", says("enrolments"), says("said to be the head's own family, which counts for nothing")),
        Column("yes_share", says("share 0 to 1"), says("yes among answers; 1 is a sign to look")),
        Column(
            "compared",
            says("enrolments"),
            says("of those answers: the worker himself, alone, said whether he is there and works; a no holds"),
        ),
        Column("head_alone", says("enrolments"), says("of these: the head says yes and the worker no")),
        Column("agreement", says("share 0 to 1"), says("of these: on which both agree")),
        Column(
            "kappa",
            says("number"),
            says("Cohen's kappa: 1 always, 0 as chance would; empty where both say one thing of everybody"),
        ),
    ),
    ("evidence", "rt_head", "enrolment", "area"),
    _reliability,
    chart=("kelurahan", "yes_share"),
)

_ROUNDS = text(
    """
SELECT round.name, round.seed, stratum.stratum, stratum.population,
       count(person.enrolment_id) FILTER (WHERE person.sampled) AS sampled,
       count(person.enrolment_id) FILTER (WHERE person.sampled AND person.answered_at <= :at) AS answered
FROM round JOIN round_stratum stratum ON stratum.round_id = round.id
LEFT JOIN round_person person ON person.round_id = round.id AND person.stratum = stratum.stratum
WHERE round.drawn_at <= :at
GROUP BY round.id, round.name, round.seed, stratum.stratum, stratum.population
ORDER BY round.name, stratum.stratum
"""
)


def _representativeness(session: Session, asked: Asked) -> Iterable[Line]:
    found = [tuple(row) for row in session.execute(_ROUNDS, {"at": asked.at})]
    lists: dict[str, int] = {}
    answers: dict[str, int] = {}
    for name, _, _, population, _, answered in found:
        lists[name] = lists.get(name, 0) + population
        answers[name] = answers.get(name, 0) + answered
    for name, seed, stratum, population, sampled, answered in found:
        yield (
            name, seed, stratum, population, sampled, answered, share(answered, sampled),
            share(population, lists[name]), share(answered, answers[name]),
        )  # fmt: skip


REPRESENTATIVENESS = Report(
    "representativeness",
    says("Is the sample representative?"),
    says("For each round and stratum who was on the list, drawn and heard; the seed draws the same people again."),
    (
        Column("round", says("text"), says("name of the round")),
        Column("seed", says("text"), says("with it and the frame anybody draws the sample again")),
        Column("stratum", says("text"), says("stratum of the draw")),
        Column("population", says("people"), says("people of the stratum that could be drawn")),
        Column("sampled", says("people"), says("people drawn and asked")),
        Column("answered", says("people"), says("of these: answered")),
        Column("response", says("share 0 to 1"), says("answered among drawn")),
        Column("share_of_list", says("share 0 to 1"), says("the stratum among all that could be drawn")),
        Column("share_of_answers", says("share 0 to 1"), says("the stratum among all who answered")),
    ),
    ("round", "round_stratum", "round_person"),
    _representativeness,
    chart=("stratum", "response"),
)

# Texts that ask for something; whoever speaks of a worker from that phone within these days has acted upon it.
_ASK: Final = ("invitation", "reminder", "question")
_ACT_DAYS: Final = 7
_MESSAGES = text(
    """
WITH answered AS (
    SELECT id FROM outbox WHERE EXISTS (
        SELECT 1 FROM inbound_message heard
        WHERE heard.conversation_id = outbox.conversation_id AND heard.step = outbox.step
          AND heard.handled_as = 'answer' AND heard.received_at BETWEEN outbox.handed_at AND :at)),
spoke AS (
    SELECT id FROM outbox WHERE purpose = ANY(:ask) AND EXISTS (
        SELECT 1 FROM evidence
        WHERE evidence.phone_id = outbox.phone_id AND evidence.received_at <= :at
          AND evidence.received_at BETWEEN outbox.handed_at
                                       AND outbox.handed_at + make_interval(days => :act_days)))
SELECT to_char(date_trunc('month', outbox.created_at AT TIME ZONE :zone), 'YYYY-MM') AS month, outbox.purpose,
       count(*) AS written,
       count(*) FILTER (WHERE outbox.handed_at <= :at) AS handed_over,
       count(*) FILTER (WHERE outbox.handed_at <= :at AND outbox.state = 'accepted') AS accepted,
       count(*) FILTER (WHERE outbox.state IN ('refused', 'failed', 'unknown')) AS failed,
       count(*) FILTER (WHERE outbox.state IN ('cancelled', 'stale')) AS not_sent,
       count(*) FILTER (WHERE answered.id IS NOT NULL OR spoke.id IS NOT NULL) AS acted_upon,
       coalesce(sum(outbox.parts) FILTER (WHERE outbox.handed_at <= :at), 0) AS parts
FROM outbox LEFT JOIN answered ON answered.id = outbox.id LEFT JOIN spoke ON spoke.id = outbox.id
WHERE outbox.created_at <= :at
GROUP BY 1, 2 ORDER BY 1, 2
"""
)


def _messages(session: Session, asked: Asked) -> Iterable[Line]:
    each = programme().texting.part_cost
    given = {"at": asked.at, "zone": asked.sql["zone"], "ask": list(_ASK), "act_days": _ACT_DAYS}
    with in_passes(session):
        found = session.execute(_MESSAGES, given).all()
    for row in found:
        acted, of = (row.acted_upon, row.handed_over) if row.purpose in _ASK else (0, 0)
        parts = int(row.parts)
        yield (*row[:-1], share(acted, of), *_interval(acted, of), parts, parts * each)


MESSAGES = Report(
    "messages",
    says("Did messages reach people?"),
    says(
        "Texts by month and purpose: written, handed over, accepted, and acted upon. Nobody is counted as informed by a"
        " delivery report."
    ),
    (
        Column("month", says("month"), says("when they were written")),
        Column("purpose", says("code"), says("why they were written")),
        Column("written", says("texts"), says("texts of that month")),
        Column("handed_over", says("texts"), says("handed to the gateway by that day")),
        Column("accepted", says("texts"), says("of these: taken by it")),
        Column("failed", says("texts"), says("refused, failed, or of unknown fate")),
        Column("not_sent", says("texts"), says("cancelled, or too old before they could go")),
        Column(
            "acted_upon",
            says("texts"),
            says(
                "of those handed over: answered by SMS, each for itself; invitations, reminders and questions also by"
                " whoever spoke of a worker from that phone within 7 days"
            ),
        ),
        Column(
            "acted_share",
            says("share 0 to 1"),
            says("acted upon among handed over; empty where a text asks for nothing"),
        ),
        Column("low", says("share 0 to 1"), says("lower end of Wilson's interval, at 95 per cent")),
        Column("high", says("share 0 to 1"), says("upper end")),
        Column("parts", says("parts"), says("parts of 160 characters that the gateway counted")),
        Column("rupiah", says("rupiah"), says("parts at the price of the programme file")),
    ),
    ("outbox", "inbound_message", "evidence"),
    _messages,
    dots=Dots("purpose", ("month",), "acted_share", "low", "high"),
    narrows=("written", "handed_over", "accepted", "acted_upon"),
)
