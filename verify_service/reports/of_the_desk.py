"""Complaints, proposals and decisions: how quickly, about money, who was left out, why somebody was removed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.reports.definition import Asked, Line, Report, by_statement, columns, plain, share

_ANSWERS = "('answer', 'refer', 'reject')"
_SLA = text(
    f"""
WITH report AS (
    SELECT id, category, opened_at, verify_by, (opened_at AT TIME ZONE :zone)::date AS came_on,
           CASE WHEN verified_at <= :at THEN (verified_at AT TIME ZONE :zone)::date END AS verified_on,
           closed_at <= :at IS TRUE AS closed, due_on
    FROM grievance WHERE merged_into_id IS NULL AND opened_at <= :at),
event AS (
    SELECT grievance_id, kind, (at AT TIME ZONE :zone)::date AS on_day, detail FROM grievance_event WHERE at <= :at),
answer AS (
    SELECT grievance_id, on_day, (detail ->> 'due')::date AS due, (detail ->> 'since')::date AS since
    FROM event WHERE kind IN {_ANSWERS} AND detail ? 'due'),
by_report AS (
    SELECT report.*,
           (SELECT count(*) FROM event WHERE grievance_id = report.id AND kind IN ('reopen', 'still', 'supervisor'))
               AS reopened,
           (SELECT count(*) FROM event WHERE grievance_id = report.id AND kind = 'escalate') AS escalated,
           EXISTS (SELECT 1 FROM answer WHERE grievance_id = report.id) AS was_answered
    FROM report),
timed AS (
    SELECT report.category, count(*) AS answers, count(*) FILTER (WHERE on_day <= due) AS in_time,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY on_day - since) AS median_days
    FROM answer JOIN report ON report.id = answer.grievance_id GROUP BY report.category)
SELECT by_report.category, count(*), count(verified_on), count(*) FILTER (WHERE verified_on <= verify_by),
       coalesce(max(timed.answers), 0), coalesce(max(timed.in_time), 0), max(timed.median_days),
       count(*) FILTER (WHERE NOT closed AND NOT was_answered AND due_on < :today), sum(reopened)::int,
       sum(escalated)::int
FROM by_report LEFT JOIN timed ON timed.category = by_report.category
GROUP BY by_report.category ORDER BY 1
"""  # noqa: S608  # a constant of our own
)


def _sla(session: Session, asked: Asked) -> Iterable[Line]:
    for row in session.execute(_SLA, asked.sql):
        category, received, verified, soon, answers, in_time, median, overdue, reopened, escalated = map(plain, row)
        assert isinstance(answers, int)
        assert isinstance(in_time, int)
        yield (
            category, received, verified, soon, answers, in_time, share(in_time, answers), median, overdue, reopened,
            escalated,
        )  # fmt: skip


GRIEVANCE_SLA = Report(
    "grievance-sla",
    "How quickly did the city act on complaints?",
    "Reports by category: received, looked at and answered within the days of the rules, overdue, reopened, escalated.",
    columns(
        category=("code", "category of the programme file"),
        received=("reports", "received by that day, joined ones once"),
        verified=("reports", "of these: looked at"),
        verified_in_time=("reports", "of these: within the working days for it"),
        answers=("answers", "answers, referrals and rejections; a report that was reopened may have several"),
        in_time=("answers", "of these: by the day that was due"),
        in_time_share=("share 0 to 1", "in time among answers"),
        median_days=("days of the calendar", "from the start of the clock to the answer, at the median"),
        overdue=("reports", "open, without any answer, and due before that day"),
        reopened=("times", "reopened by the reporter, or found wanting by a supervisor"),
        escalated=("times", "escalated"),
    ),
    ("grievance", "grievance_event"),
    _sla,
    chart=("category", "in_time_share"),
)

_FEES = text(
    """
WITH asked AS (
    SELECT enrolment.kelurahan_code, evidence.detail, count(*) AS said
    FROM evidence JOIN enrolment ON enrolment.id = evidence.enrolment_id
    WHERE evidence.statement = 'asked_money' AND evidence.received_at <= :at GROUP BY 1, 2),
told AS (
    SELECT kelurahan_code, count(*) AS reports, count(*) FILTER (WHERE closed_at <= :at) AS closed,
           count(*) FILTER (WHERE referred_to IS NOT NULL AND closed_at <= :at) AS referred
    FROM grievance
    WHERE category = 'asked_money' AND merged_into_id IS NULL AND opened_at <= :at GROUP BY 1),
place AS (SELECT kelurahan_code FROM asked UNION SELECT kelurahan_code FROM told)
SELECT coalesce(area.kecamatan, ''), coalesce(area.kelurahan, ''),
       coalesce((SELECT reports FROM told WHERE told.kelurahan_code IS NOT DISTINCT FROM place.kelurahan_code), 0),
       coalesce((SELECT closed FROM told WHERE told.kelurahan_code IS NOT DISTINCT FROM place.kelurahan_code), 0),
       coalesce((SELECT referred FROM told WHERE told.kelurahan_code IS NOT DISTINCT FROM place.kelurahan_code), 0),
       coalesce(sum(asked.said) FILTER (WHERE asked.detail = 'yes'), 0)::int,
       coalesce(sum(asked.said) FILTER (WHERE asked.detail = 'no'), 0)::int,
       coalesce(sum(asked.said) FILTER (WHERE asked.detail = 'declined'), 0)::int
FROM place
LEFT JOIN asked ON asked.kelurahan_code IS NOT DISTINCT FROM place.kelurahan_code
LEFT JOIN area ON area.kelurahan_code = place.kelurahan_code
GROUP BY place.kelurahan_code, area.kecamatan, area.kelurahan ORDER BY 1, 2
"""
)
FEES_ASKED = Report(
    "fees-asked",
    "Was anybody asked for money?",
    "Reports of money that was asked for, and what workers answered when they were asked about it, by kelurahan.",
    columns(
        kecamatan=("text", "district; empty where no place was told"),
        kelurahan=("text", "village"),
        reports=("reports", "reports that money was asked for"),
        closed=("reports", "of these: closed by that day"),
        referred=("reports", "of these: passed on to another body"),
        said_yes=("answers", "workers who said that somebody asked them for money"),
        said_no=("answers", "workers who said that nobody did"),
        said_nothing=("answers", "workers who would rather not say"),
    ),
    ("grievance", "evidence", "enrolment", "area"),
    by_statement(_FEES),
    chart=("kelurahan", "reports"),
)

_LEFT_OUT = text(
    """
SELECT coalesce(job, ''), proposer,
       CASE WHEN decided_at <= :at THEN state ELSE 'waiting' END AS outcome,
       CASE WHEN decided_at <= :at THEN coalesce(reason, '') ELSE '' END AS reason,
       count(*), count(help_needed),
       percentile_cont(0.5) WITHIN GROUP (
           ORDER BY (decided_at AT TIME ZONE :zone)::date - (opened_at AT TIME ZONE :zone)::date)
           FILTER (WHERE decided_at <= :at)
FROM proposal WHERE same_as_id IS NULL AND opened_at <= :at
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
)
LEFT_OUT = Report(
    "left-out",
    "Who was left out?",
    "People who were put forward for the list, by work and by who put them forward: accepted, refused with the reason,"
    " or waiting.",
    columns(
        job=("text", "work as told"),
        proposer=("code", "self, neighbour or rt_head"),
        outcome=("code", "accepted, refused or waiting"),
        reason=("code", "reason of the decision; empty while waiting"),
        people=("people", "people, each once"),
        help_needed=("people", "of these: told of their own will that they need help"),
        median_days=("days of the calendar", "from the proposal to the decision, at the median"),
    ),
    ("proposal",),
    by_statement(_LEFT_OUT),
    chart=("outcome", "people"),
)

_DECISIONS = text(
    """
SELECT 'proposal' AS kind, decision.step, decision.says, decision.reason, count(*),
       count(DISTINCT decision.officer_id), NULL::bigint AS told, NULL::bigint AS objected
FROM decision WHERE proposal_id IS NOT NULL AND at <= :at GROUP BY 2, 3, 4
UNION ALL
SELECT 'removal', decision.step, decision.says, decision.reason, count(*), count(DISTINCT decision.officer_id),
       count(*) FILTER (WHERE removal.noticed_at <= :at), count(*) FILTER (WHERE removal.objected_at <= :at)
FROM decision JOIN removal ON removal.id = decision.removal_id
WHERE decision.at <= :at GROUP BY 2, 3, 4
ORDER BY 1, 2, 3, 4
"""
)
DECISIONS = Report(
    "decisions",
    "Why was somebody removed or refused?",
    "Every decision about a proposal or a removal, by step and reason: how many, by how many officers, told, objected"
    " to.",
    columns(
        kind=("code", "proposal or removal"),
        step=("code", "first or second reader, notice, objection, appeal ..."),
        says=("code", "what was decided"),
        reason=("code", "reason of the programme file"),
        decisions=("decisions", "how many"),
        officers=("officers", "by how many different officers"),
        told=("removals", "of these: the worker was given notice; empty for proposals"),
        objected=("removals", "of these: the worker objected; empty for proposals"),
    ),
    ("decision", "removal"),
    by_statement(_DECISIONS),
)

_ESCALATION = text(
    """
WITH unhappy AS (
    SELECT DISTINCT ON (event.grievance_id) event.grievance_id, event.at, grievance.phone_id
    FROM grievance_event event JOIN grievance ON grievance.id = event.grievance_id
    WHERE event.kind IN ('still', 'reopen') AND event.at <= :at ORDER BY event.grievance_id, event.at)
SELECT to_char(date_trunc('month', unhappy.at AT TIME ZONE :zone), 'YYYY-MM'), count(*), count(unhappy.phone_id),
       count(*) FILTER (WHERE EXISTS (
           SELECT 1 FROM outbox WHERE outbox.phone_id = unhappy.phone_id AND outbox.screen = 'c12.external'
             AND outbox.handed_at <= :at)
         OR EXISTS (
           SELECT 1 FROM grievance_event told
           WHERE told.grievance_id = unhappy.grievance_id AND told.at <= :at AND told.kind = 'supervisor'))
FROM unhappy GROUP BY 1 ORDER BY 1
"""
)
ESCALATION_TOLD = Report(
    "escalation-told",
    "Was whoever was not content told how to go further?",
    "Reports whose reporter said that it was not solved, by month, and how many of these were told whom to turn to.",
    columns(
        month=("month", "when the reporter first said so"),
        not_content=("reports", "said to be not solved"),
        with_phone=("reports", "of these: of a phone that can be told"),
        told=("reports", "of these: shown where to complain further, or taken to the supervisor"),
    ),
    ("grievance_event", "grievance", "outbox"),
    by_statement(_ESCALATION),
)
