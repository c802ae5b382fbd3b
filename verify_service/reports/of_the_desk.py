"""Complaints, proposals and decisions: how quickly, about money, who was left out, why somebody was removed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.reports.definition import Asked, Column, Line, Report, by_statement, plain, says, share

_ANSWERS = "('answer', 'refer', 'reject')"
# The same words are a step, and name the state before it, only where they opened the report again.
_OPENS_AGAIN = "('reopen', 'still', 'supervisor')"
# A report that had come by that day and was not joined to another by then.
UNJOINED = """opened_at <= :at AND NOT EXISTS (
    SELECT 1 FROM grievance_event joined
    WHERE joined.grievance_id = grievance.id AND joined.kind = 'merge' AND joined.at <= :at)"""
_SLA = text(
    f"""
WITH report AS (
    SELECT id, category, opened_at, verify_by,
           CASE WHEN verified_at <= :at THEN (verified_at AT TIME ZONE :zone)::date END AS verified_on,
           closed_at <= :at IS TRUE AS closed, due_on
    FROM grievance WHERE {UNJOINED}),
event AS (
    SELECT grievance_id, seq, kind, (at AT TIME ZONE :zone)::date AS on_day, detail
    FROM grievance_event WHERE at <= :at),
answer AS (
    SELECT grievance_id, seq, on_day, (detail ->> 'due')::date AS due, (detail ->> 'since')::date AS since
    FROM event WHERE kind IN {_ANSWERS}),
again AS (SELECT grievance_id, seq FROM event WHERE kind IN {_OPENS_AGAIN} AND detail ? 'from'),
by_report AS (
    SELECT report.*,
           (SELECT count(*) FROM again WHERE grievance_id = report.id) AS reopened,
           (SELECT count(*) FROM event WHERE grievance_id = report.id AND kind = 'escalate') AS escalated,
           (SELECT count(*) FROM event WHERE grievance_id = report.id AND kind = 'refer') AS referred,
           coalesce((SELECT max(seq) FROM answer WHERE grievance_id = report.id)
                    > coalesce((SELECT max(seq) FROM again WHERE grievance_id = report.id), 0), false) AS was_answered
    FROM report),
timed AS (
    SELECT report.category, count(*) AS answers, count(*) FILTER (WHERE on_day <= due) AS in_time,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY on_day - since) AS median_days
    FROM answer JOIN report ON report.id = answer.grievance_id GROUP BY report.category)
SELECT by_report.category, count(*), count(verified_on), count(*) FILTER (WHERE verified_on <= verify_by),
       coalesce(max(timed.answers), 0), coalesce(max(timed.in_time), 0), max(timed.median_days),
       count(*) FILTER (WHERE NOT closed AND NOT was_answered AND due_on < :today), sum(reopened)::int,
       sum(escalated)::int, sum(referred)::int
FROM by_report LEFT JOIN timed ON timed.category = by_report.category
GROUP BY by_report.category ORDER BY 1
"""  # noqa: S608  # a constant of our own
)


def _days(category: str) -> int | None:
    """The days of the rules for an ordinary report of the category; None for one that the programme file lost."""
    held = programme().categories.get(category)
    return None if held is None else int(getattr(programme().sla, held.sla))


def _calendar() -> str:
    window = programme().send_window
    return " ".join([window.holidays, *(day.isoformat() for day in sorted(window.closed_on))])


def _sla(session: Session, asked: Asked) -> Iterable[Line]:
    calendar = _calendar()
    for row in session.execute(_SLA, asked.sql):
        category, received, verified, soon, answers, in_time, median, *more = map(plain, row)
        assert isinstance(answers, int)
        assert isinstance(in_time, int)
        yield (
            category, received, verified, soon, answers, in_time, share(in_time, answers), median, *more,
            _days(str(category)), calendar,
        )  # fmt: skip


GRIEVANCE_SLA = Report(
    "grievance-sla",
    says("How quickly did the city act on complaints?"),
    says(
        "Reports by category: received, looked at and answered within the days of the rules,"
        " overdue, reopened, escalated."
    ),
    (
        Column("category", says("code"), says("category of the programme file")),
        Column("received", says("reports"), says("received by that day, joined ones once")),
        Column("verified", says("reports"), says("of these: looked at")),
        Column("verified_in_time", says("reports"), says("of these: within the working days for it")),
        Column(
            "answers",
            says("answers"),
            says("answers, referrals and rejections; a report that was reopened may have several"),
        ),
        Column("in_time", says("answers"), says("of these: by the day that was due")),
        Column("in_time_share", says("share 0 to 1"), says("in time among answers")),
        Column(
            "median_days",
            says("days of the calendar"),
            says("from the start of the clock to the answer, at the median"),
        ),
        Column(
            "overdue", says("reports"), says("open, not answered since it was last opened, and due before that day")
        ),
        Column("reopened", says("times"), says("reopened by the reporter, or found wanting by a supervisor")),
        Column("escalated", says("times"), says("escalated")),
        Column("referred", says("times"), says("passed on to another body")),
        Column(
            "days",
            says("working days"),
            says("for an answer, by the rules; an accident or a death is quicker, data are by the calendar"),
        ),
        Column(
            "holidays",
            says("text"),
            says("the calendar used: national holidays of which country, and days that the city closed beside"),
        ),
    ),
    ("grievance", "grievance_event"),
    _sla,
    chart=("category", "in_time_share"),
)

# Each person once: an answer is kept with every line of theirs.
_FEES = text(
    f"""
WITH line AS (
    SELECT enrolment.id, enrolment.kelurahan_code, coalesce(worker.same_as, worker.id) AS person,
           removed_from IS NULL OR removed_from > :today AS stands
    FROM enrolment JOIN worker ON worker.id = enrolment.worker_id),
last AS (
    SELECT DISTINCT ON (line.person) line.person, line.kelurahan_code, evidence.detail
    FROM evidence JOIN line ON line.id = evidence.enrolment_id
    WHERE evidence.source = 'worker' AND evidence.statement = 'asked_money' AND evidence.received_at <= :at
    ORDER BY line.person, evidence.received_at DESC, evidence.id DESC),
silent AS (
    SELECT DISTINCT ON (line.person) line.kelurahan_code FROM line LEFT JOIN last ON last.person = line.person
    WHERE line.stands AND last.person IS NULL ORDER BY line.person, line.id DESC),
told AS (
    SELECT kelurahan_code, closed_at <= :at AS closed, (
        SELECT max(at AT TIME ZONE :zone)::date FROM grievance_event
        WHERE grievance_id = grievance.id AND kind = 'refer' AND at <= :at) AS referred_on
    FROM grievance WHERE category = 'asked_money' AND {UNJOINED}),
counted AS (
    SELECT kelurahan_code, 'report' AS what, closed, referred_on FROM told
    UNION ALL SELECT kelurahan_code, detail, NULL, NULL FROM last
    UNION ALL SELECT kelurahan_code, 'silent', NULL, NULL FROM silent)
SELECT coalesce(area.kecamatan, ''), coalesce(area.kelurahan, ''),
       count(*) FILTER (WHERE what = 'report'), count(*) FILTER (WHERE closed), count(referred_on), max(referred_on),
       count(*) FILTER (WHERE what = 'yes'), count(*) FILTER (WHERE what = 'no'),
       count(*) FILTER (WHERE what = 'declined'), count(*) FILTER (WHERE what = 'silent')
FROM counted LEFT JOIN area ON area.kelurahan_code = counted.kelurahan_code
GROUP BY counted.kelurahan_code, area.kecamatan, area.kelurahan ORDER BY 1, 2
"""  # noqa: S608  # constants of our own
)
FEES_ASKED = Report(
    "fees-asked",
    says("Was anybody asked for money?"),
    says("Reports of money that was asked for, and what workers answered when they were asked about it, by kelurahan."),
    (
        Column("kecamatan", says("text"), says("district; empty where no place was told")),
        Column("kelurahan", says("text"), says("village")),
        Column("reports", says("reports"), says("reports that money was asked for, joined ones once")),
        Column("closed", says("reports"), says("of these: closed by that day")),
        Column("referred", says("reports"), says("of these: passed on to another body")),
        Column("referred_last", says("day"), says("when the last of them was passed on")),
        Column("said_yes", says("people"), says("whose last answer is that somebody asked them for money")),
        Column("said_no", says("people"), says("whose last answer is that nobody did")),
        Column("said_nothing", says("people"), says("who would rather not say")),
        Column("no_answer", says("people"), says("on the list and not removed, of whom there is no answer")),
    ),
    ("grievance", "grievance_event", "evidence", "enrolment", "worker", "area"),
    by_statement(_FEES),
    chart=("kelurahan", "reports"),
)

# Each person who was put forward once: by the newest decision, and as first put forward until there is one.
PUT_FORWARD = """(
    SELECT DISTINCT ON (nik_index) * FROM proposal WHERE opened_at <= :at
    ORDER BY nik_index, (decided_at <= :at) IS TRUE DESC,
             CASE WHEN decided_at <= :at THEN decided_at END DESC, opened_at, id)"""
_LEFT_OUT = text(
    f"""
SELECT coalesce(job, ''), proposer,
       CASE WHEN decided_at <= :at THEN state ELSE 'waiting' END AS outcome,
       CASE WHEN decided_at <= :at THEN coalesce(reason, '') ELSE '' END AS reason,
       count(*), count(*) FILTER (WHERE sex = 'P'), count(*) FILTER (WHERE sex = 'L'), count(help_needed),
       percentile_cont(0.5) WITHIN GROUP (
           ORDER BY (decided_at AT TIME ZONE :zone)::date - (opened_at AT TIME ZONE :zone)::date)
           FILTER (WHERE decided_at <= :at)
FROM {PUT_FORWARD} AS proposal
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""  # noqa: S608  # a constant of our own
)
LEFT_OUT = Report(
    "left-out",
    says("Who was left out?"),
    says(
        "People who were put forward for the list, by work and by who put them forward: accepted,"
        " refused with the reason,"
        " or waiting."
    ),
    (
        Column("job", says("text"), says("work as told")),
        Column("proposer", says("code"), says("self, neighbour or rt_head")),
        Column("outcome", says("code"), says("accepted, refused or waiting")),
        Column("reason", says("code"), says("reason of the decision; empty while waiting")),
        Column(
            "people",
            says("people"),
            says("people, each once: by the newest decision, and as first put forward until there is one"),
        ),
        Column("women", says("people"), says("of these: women, as their NIK has it")),
        Column("men", says("people"), says("of these: men")),
        Column("help_needed", says("people"), says("of these: told of their own will that they need help")),
        Column("median_days", says("days of the calendar"), says("from the proposal to the decision, at the median")),
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
       count(DISTINCT removal.id) FILTER (WHERE removal.noticed_at <= :at),
       count(DISTINCT removal.id) FILTER (WHERE removal.objected_at <= :at)
FROM decision JOIN removal ON removal.id = decision.removal_id
WHERE decision.at <= :at GROUP BY 2, 3, 4
ORDER BY 1, 2, 3, 4
"""
)
DECISIONS = Report(
    "decisions",
    says("Why was somebody removed or refused?"),
    says(
        "Every decision about a proposal or a removal, by step and reason: how many, by how many"
        " officers, told, objected"
        " to."
    ),
    (
        Column("kind", says("code"), says("proposal or removal")),
        Column("step", says("code"), says("first or second reader, notice, objection, appeal ...")),
        Column("says", says("code"), says("what was decided")),
        Column("reason", says("code"), says("reason of the programme file")),
        Column("decisions", says("decisions"), says("how many")),
        Column("officers", says("officers"), says("by how many different officers")),
        Column(
            "told", says("removals"), says("that these are about: the worker was given notice; empty for proposals")
        ),
        Column("objected", says("removals"), says("that these are about: the worker objected; empty for proposals")),
    ),
    ("decision", "removal"),
    by_statement(_DECISIONS),
)

# Whoever asks for the supervisor is shown on the phone where to complain further; by text it is a row of the outbox.
_ESCALATION = text(
    """
WITH unhappy AS (
    SELECT event.grievance_id, min(event.at) AS at, grievance.phone_id
    FROM grievance_event event JOIN grievance ON grievance.id = event.grievance_id
    WHERE event.kind IN ('still', 'supervisor') AND event.by = 'reporter' AND event.at <= :at
    GROUP BY event.grievance_id, grievance.phone_id)
SELECT to_char(date_trunc('month', unhappy.at AT TIME ZONE :zone), 'YYYY-MM'), count(*), count(unhappy.phone_id),
       count(*) FILTER (WHERE EXISTS (
           SELECT 1 FROM outbox WHERE outbox.phone_id = unhappy.phone_id AND outbox.screen = 'c12.external'
             AND outbox.handed_at BETWEEN unhappy.at AND :at)
         OR EXISTS (
           SELECT 1 FROM grievance_event told
           WHERE told.grievance_id = unhappy.grievance_id AND told.at <= :at AND told.kind = 'supervisor'))
FROM unhappy GROUP BY 1 ORDER BY 1
"""
)
ESCALATION_TOLD = Report(
    "escalation-told",
    says("Was whoever was not content told how to go further?"),
    says(
        "Reports whose reporter said that it was not solved, by month, and how many of these were told whom to turn to."
    ),
    (
        Column("month", says("month"), says("when the reporter first said so, or asked for a supervisor")),
        Column("not_content", says("reports"), says("said to be not solved")),
        Column("with_phone", says("reports"), says("of these: of a phone that can be told")),
        Column(
            "told",
            says("reports"),
            says("of the first: from then on shown where to complain further, or taken to the supervisor"),
        ),
    ),
    ("grievance_event", "grievance", "outbox"),
    by_statement(_ESCALATION),
)
