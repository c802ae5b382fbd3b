"""The money: what was planned, paid and covered month by month against the ceiling, and what may be lost."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.reports.budget import months_from
from verify_service.reports.definition import Asked, Line, Report, columns
from verify_service.verification.decision import RULES

# Each premium once: two lines of one person are one person's month.
_PLANNED = text(
    """
SELECT month.period,
       (SELECT count(DISTINCT worker_id) FROM enrolment
        WHERE paid_from <= month.period AND paid_from + make_interval(months => months) > month.period
          AND (removed_from IS NULL OR removed_from > month.period)),
       (SELECT count(*) FROM payment WHERE payment.period = month.period),
       (SELECT coalesce(sum(amount), 0) FROM payment WHERE payment.period = month.period),
       (SELECT count(*) FROM insurer_record record WHERE record.period = month.period AND record.status = 'active'),
       (SELECT coalesce(sum(parts), 0) FROM outbox
        WHERE handed_at <= :at AND date_trunc('month', handed_at AT TIME ZONE :zone) = month.period)
FROM unnest(CAST(:months AS date[])) AS month (period) ORDER BY month.period
"""
)


def _budget(session: Session, asked: Asked) -> Iterable[Line]:
    held = programme()
    months = list(months_from(asked.sql["year"], 12))
    left = held.premium.ceiling
    found = session.execute(_PLANNED, {"months": months, "at": asked.at, "zone": asked.sql["zone"]})
    for period, heads, paid, rupiah, active, parts in found:
        premium = held.premium.on(period)
        left -= int(rupiah)
        yield (
            f"{period:%Y-%m}", premium, heads, heads * premium, paid, int(rupiah), active,
            int(rupiah) - active * premium if rupiah else None, 0, int(parts) * held.texting.part_cost, left,
        )  # fmt: skip


BUDGET = Report(
    "budget",
    "Is the money enough, and what was it spent on?",
    "For each month of the year premiums planned, paid and covered, messaging apart, and what is left of the ceiling.",
    columns(
        month=("month", "month of the year"),
        premium=("rupiah", "a worker and month, as in force"),
        planned_heads=("workers", "people whose premium the list has the city pay for that month, each once"),
        planned=("rupiah", "planned heads at the premium"),
        paid_heads=("workers", "payments of the treasury's file"),
        paid=("rupiah", "their sum"),
        active=("workers", "active in the insurer's file"),
        paid_not_covered=("rupiah", "paid less the premiums of those active; empty where nothing was paid"),
        administration=("rupiah", "administration out of this money: none is inside the premium"),
        messaging=("rupiah", "texts handed over in that month at the price of the programme file; another budget's"),
        left=("rupiah", "of the ceiling after what was paid so far"),
    ),
    ("enrolment", "payment", "insurer_record", "outbox"),
    _budget,
    chart=("month", "paid"),
)

_AT_RISK = text(
    """
WITH risk AS (
    SELECT verdict.verdict, verdict.owner, enrolment.worker_id, verdict.period, max(verdict.rupiah) AS rupiah,
           bool_or(answer.answer IS NOT NULL) AS answered
    FROM verdict JOIN enrolment ON enrolment.id = verdict.enrolment_id
    LEFT JOIN discrepancy ON discrepancy.enrolment_id = verdict.enrolment_id AND discrepancy.period = verdict.period
    LEFT JOIN LATERAL (
        SELECT answer FROM discrepancy_answer
        WHERE discrepancy_id = discrepancy.id AND answered_at <= :at ORDER BY id DESC LIMIT 1) AS answer ON true
    WHERE verdict.rupiah > 0
    GROUP BY verdict.verdict, verdict.owner, enrolment.worker_id, verdict.period)
SELECT verdict, owner, count(DISTINCT worker_id), count(*), sum(rupiah), count(*) FILTER (WHERE answered)
FROM risk GROUP BY verdict, owner ORDER BY sum(rupiah) DESC, verdict, owner
"""
)
_REASONS = {rule.name: rule.reason for rule in RULES}


def _at_risk(session: Session, asked: Asked) -> Iterable[Line]:
    for verdict, owner, workers, months, rupiah, answered in session.execute(_AT_RISK, {"at": asked.at}):
        yield (verdict, _REASONS.get(verdict, ""), owner, workers, months, int(rupiah), answered)


MONEY_AT_RISK = Report(
    "money-at-risk",
    "How many rupiah went to duplicates, dead, moved, employed, or other payers?",
    "Premiums that may have been paid for nothing, by why; each premium once, however many lines the person has.",
    columns(
        verdict=("code", "why it may be lost"),
        reason=("text", "the same in words"),
        owner=("code", "who must act"),
        workers=("workers", "people, each once"),
        months=("months", "months of these people"),
        rupiah=("rupiah", "their premiums"),
        answered=("months", "of these: the owner has answered what was done"),
    ),
    ("verdict", "enrolment", "discrepancy", "discrepancy_answer"),
    _at_risk,
    chart=("verdict", "rupiah"),
)
