"""The money: what was planned, paid and covered month by month against the ceiling, and what may be lost."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.reports.budget import months_from
from verify_service.reports.definition import Asked, Column, Line, Report, says
from verify_service.verification.decision import RULES


def _place(day: str) -> str:
    """The place in the year, from 0, of the first month that begins on that day or later."""
    return (
        f"(extract(year FROM {day}) * 12 + extract(month FROM {day}) + (extract(day FROM {day}) > 1)::int"
        " - extract(year FROM CAST(:year AS date)) * 12 - 1)"
    )


def _planned(first: str, months: str) -> str:
    """The months of the year that a line has the city pay for by these terms, one bit for each; by no terms none."""
    last = f"{first} + make_interval(months => {months})"
    begins = f"greatest(0, {_place(first)})::int"
    ends = f"least(12, {_place(last)}, {_place('line.removed_from')})::int"
    return f"CASE WHEN {first} IS NOT NULL AND {ends} > {begins} THEN (1 << {ends}) - (1 << {begins}) ELSE 0 END"


# Each person once, by the terms of the list and by those before it. Who was paid for and not covered is told person by
# person: what somebody else has without payment makes up for nobody's loss.
_PLANNED = text(
    f"""
WITH month AS (
    SELECT period, 1 << CAST(place - 1 AS int) AS bit
    FROM unnest(CAST(:months AS date[])) WITH ORDINALITY AS each (period, place)),
person AS (
    SELECT bit_or({_planned("line.paid_from", "line.months")}
                  | {_planned("line.earlier_from", "line.earlier_months")}) AS months
    FROM enrolment line JOIN worker ON worker.id = line.worker_id GROUP BY coalesce(worker.same_as, worker.id)),
alike AS (SELECT months, count(*) AS heads FROM person GROUP BY months),
planned AS (
    SELECT month.period, CAST(sum(alike.heads) AS bigint) AS heads
    FROM month JOIN alike ON alike.months & month.bit > 0 GROUP BY month.period),
paid AS (
    SELECT payment.period, count(*) AS heads, sum(amount) AS rupiah,
           coalesce(sum(amount) FILTER (WHERE record.id IS NULL), 0) AS lost
    FROM payment LEFT JOIN insurer_record record
      ON record.period = payment.period AND record.nik_index = payment.nik_index AND record.status = 'active'
    WHERE payment.period = ANY(CAST(:months AS date[])) GROUP BY payment.period),
active AS (
    SELECT period, count(*) AS heads FROM insurer_record
    WHERE status = 'active' AND period = ANY(CAST(:months AS date[])) GROUP BY period),
texts AS (
    SELECT date_trunc('month', handed_at AT TIME ZONE :zone)::date AS period, sum(parts) AS parts
    FROM outbox WHERE handed_at <= :at GROUP BY 1)
SELECT month.period, coalesce(planned.heads, 0), coalesce(paid.heads, 0), coalesce(paid.rupiah, 0),
       coalesce(active.heads, 0),
       CASE WHEN month.period IN (SELECT period FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL)
            THEN coalesce(paid.lost, 0) END,
       coalesce(texts.parts, 0)
FROM month LEFT JOIN planned USING (period) LEFT JOIN paid USING (period) LEFT JOIN active USING (period)
LEFT JOIN texts USING (period) ORDER BY month.period
"""  # noqa: S608  # fragments of our own
)


def _budget(session: Session, asked: Asked) -> Iterable[Line]:
    held = programme()
    months = list(months_from(asked.sql["year"], 12))
    left = held.premium.ceiling
    given = {name: asked.sql[name] for name in ("at", "zone", "year")}
    found = session.execute(_PLANNED, given | {"months": months})
    for period, heads, paid, rupiah, active, lost, parts in found:
        premium = held.premium.on(period)
        left -= int(rupiah)
        yield (
            f"{period:%Y-%m}", premium, heads, heads * premium, paid, int(rupiah), active,
            None if lost is None else int(lost), 0, int(parts) * held.texting.part_cost, left,
        )  # fmt: skip


BUDGET = Report(
    "budget",
    says("Is the money enough, and what was it spent on?"),
    says(
        "For each month of the year premiums planned, paid and covered, messaging apart, and what"
        " is left of the ceiling."
    ),
    (
        Column("month", says("month"), says("month of the year")),
        Column("premium", says("rupiah"), says("a worker and month, as in force")),
        Column(
            "planned_heads",
            says("workers"),
            says("people whose premium the list has the city pay for that month, each once"),
        ),
        Column("planned", says("rupiah"), says("planned heads at the premium")),
        Column("paid_heads", says("workers"), says("payments of the treasury's file")),
        Column("paid", says("rupiah"), says("their sum")),
        Column("active", says("workers"), says("active in the insurer's file")),
        Column(
            "paid_not_covered",
            says("rupiah"),
            says("of what was paid: for who is not active; empty until the insurer's file is in"),
        ),
        Column("administration", says("rupiah"), says("administration out of this money: none is inside the premium")),
        Column(
            "messaging",
            says("rupiah"),
            says("texts handed over in that month at the price of the programme file; another budget's"),
        ),
        Column("left", says("rupiah"), says("of the ceiling after what was paid so far")),
    ),
    ("enrolment", "worker", "payment", "insurer_record", "file_import", "outbox"),
    _budget,
    chart=("month", "paid"),
)

# A premium is a NIK and month, once however many lines name it, under its costliest verdict. Of the premiums of one
# person who is listed twice one is owed. Answers name the line and month; a discrepancy's number holds for today only.
_AT_RISK = text(
    """
WITH premium AS (
    SELECT DISTINCT ON (enrolment.worker_id, verdict.period) verdict.verdict, verdict.owner, enrolment.worker_id,
           coalesce(worker.same_as, worker.id) AS person, verdict.period, verdict.rupiah
    FROM verdict JOIN enrolment ON enrolment.id = verdict.enrolment_id JOIN worker ON worker.id = enrolment.worker_id
    WHERE verdict.rupiah > 0
    ORDER BY enrolment.worker_id, verdict.period, verdict.rupiah DESC, verdict.enrolment_id),
risk AS (
    SELECT *, row_number() OVER twice AS place, count(*) OVER twice AS of_one
    FROM premium WINDOW twice AS (PARTITION BY person, period, verdict = 'duplicate_entry' ORDER BY worker_id
                                  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
said AS (
    SELECT DISTINCT enrolment.worker_id, answer.period, answer.verdict
    FROM discrepancy_answer answer JOIN enrolment ON enrolment.id = answer.enrolment_id
    WHERE answer.answered_at <= :at),
back AS (
    SELECT DISTINCT enrolment.worker_id, answer.period
    FROM discrepancy_answer answer JOIN enrolment ON enrolment.id = answer.enrolment_id
    WHERE answer.answered_at <= :at AND answer.answer = 'refunded'),
gone AS (
    SELECT worker_id FROM enrolment GROUP BY worker_id HAVING bool_and(coalesce(removed_from <= :today, false)))
SELECT risk.verdict, risk.owner, count(DISTINCT risk.person), count(*), sum(risk.rupiah), count(said.worker_id),
       count(back.worker_id), coalesce(sum(risk.rupiah) FILTER (WHERE back.worker_id IS NOT NULL), 0),
       count(gone.worker_id), coalesce(sum(risk.rupiah) FILTER (WHERE gone.worker_id IS NULL), 0)
FROM risk LEFT JOIN said USING (worker_id, period, verdict) LEFT JOIN back USING (worker_id, period)
LEFT JOIN gone USING (worker_id)
WHERE risk.verdict <> 'duplicate_entry' OR risk.of_one = 1 OR risk.place > 1
GROUP BY risk.verdict, risk.owner ORDER BY sum(risk.rupiah) DESC, risk.verdict, risk.owner
"""
)
_REASONS = {rule.name: rule.reason for rule in RULES}


def _at_risk(session: Session, asked: Asked) -> Iterable[Line]:
    for verdict, owner, *counts in session.execute(_AT_RISK, {"at": asked.at, "today": asked.today}):
        yield (verdict, _REASONS.get(verdict, ""), owner, *(int(count) for count in counts))


MONEY_AT_RISK = Report(
    "money-at-risk",
    says("How many rupiah went to duplicates, dead, moved, employed, or other payers?"),
    says("Premiums that may have been paid for nothing, by why; each premium once, however many lines the person has."),
    (
        Column("verdict", says("code"), says("why it may be lost")),
        Column("reason", says("text"), says("the same in words")),
        Column("owner", says("code"), says("who must act")),
        Column("workers", says("workers"), says("people, each once")),
        Column(
            "months",
            says("premiums"),
            says("premiums of these people: a NIK and month, once; of one person listed twice all but one"),
        ),
        Column("rupiah", says("rupiah"), says("their sum")),
        Column("answered", says("premiums"), says("of these: the owner has answered what was done")),
        Column("recovered", says("premiums"), says("of these: an owner has answered that it was paid back")),
        Column("rupiah_recovered", says("rupiah"), says("of the sum: paid back, as the owner answered")),
        Column(
            "removed",
            says("premiums"),
            says("of these: of somebody who is off the list on that day, so that no more is paid"),
        ),
        Column(
            "rupiah_listed",
            says("rupiah"),
            says("of the sum: of people still on the list"),
        ),
    ),
    ("verdict", "enrolment", "worker", "discrepancy_answer"),
    _at_risk,
    chart=("verdict", "rupiah"),
)
