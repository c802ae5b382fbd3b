"""The list and its months: versions, the funnel, months, gaps, harm."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import JOINED, NEWEST_PERIOD
from verify_service.registry.versions import versions
from verify_service.reports.definition import Asked, Column, Line, Report, by_statement, plain, says
from verify_service.verification.matrix import WorkerMonths, files, matrix
from verify_service.verification.months import State, add_months


def _versions(session: Session, asked: Asked) -> Iterable[Line]:
    for held in sorted(versions(session), key=lambda one: one.id):
        if held.imported_at > asked.at:
            continue
        undone = held.undone_at is not None and held.undone_at <= asked.at
        yield (
            held.id, held.decree, held.filename, held.sha256, plain(held.imported_at), held.actor, held.rows,
            held.accepted, held.rejected, held.created, held.updated, held.whole, undone,
        )  # fmt: skip


ROSTER_VERSIONS = Report(
    "roster-versions",
    says("On which decree and list were these people chosen, and in which version?"),
    says("Every version of the list: its decree, the file and its fingerprint, who loaded it and what it changed."),
    (
        Column("version", says("number"), says("number of the import")),
        Column("decree", says("text"), says("decree that the office named; empty where none was given")),
        Column("file", says("text"), says("name of the file")),
        Column("sha256", says("hexadecimal"), says("SHA-256 of the file's bytes")),
        Column("imported_at", says("moment, UTC"), says("when it was taken in")),
        Column("actor", says("text"), says("who took it in")),
        Column("rows", says("rows"), says("rows of people in the file")),
        Column("accepted", says("rows"), says("rows that were taken")),
        Column("rejected", says("rows"), says("rows that were not taken, each with its reason")),
        Column("created", says("enrolments"), says("lines that no version before had")),
        Column("updated", says("enrolments"), says("lines that it changed")),
        Column("whole", says("yes or no"), says("whether it is the whole list: who is missing from it is asked about")),
        Column("undone", says("yes or no"), says("whether it was taken back by that day")),
    ),
    ("file_import",),
    _versions,
)

_OF_THE_NEWEST_MONTH = f"verdict.period = {NEWEST_PERIOD}"
_FUNNEL = text(
    f"""
SELECT coalesce(area.kecamatan, '') AS kecamatan, coalesce(area.kelurahan, '') AS kelurahan,
       count(*) AS listed,
       count(*) FILTER (WHERE verdict.list = 'paid') AS paid,
       count(*) FILTER (WHERE verdict.list = 'paid' AND verdict.insurer = 'active') AS active,
       count(*) FILTER (WHERE verdict.list = 'paid' AND verdict.insurer = 'active'
                          AND verdict.worker = 'confirms') AS worker_confirmed,
       count(*) FILTER (WHERE verdict.list = 'paid' AND verdict.insurer = 'active'
                          AND verdict.rt_head = 'resident') AS rt_confirmed,
       count(*) FILTER (WHERE verdict.list = 'paid' AND verdict.insurer = 'active'
                          AND verdict.worker = 'confirms' AND verdict.rt_head = 'resident') AS both_confirmed,
       count(*) FILTER (WHERE verdict.worker = 'no_answer' AND verdict.rt_head = 'no_answer') AS not_reached
FROM verdict JOIN enrolment ON enrolment.id = verdict.enrolment_id
LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
WHERE {_OF_THE_NEWEST_MONTH} AND verdict.list IN ('paid', 'listed_not_paid')
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  # a constant of our own
)
FUNNEL = Report(
    "funnel",
    says("Were funds paid for people who exist, live here, work and are alive?"),
    says(
        "For each kelurahan how many of those listed are paid, active at the insurer, and"
        " confirmed, in the newest month."
    ),
    (
        Column("kecamatan", says("text"), says("district; empty for lines without a known kelurahan")),
        Column("kelurahan", says("text"), says("village")),
        Column("listed", says("enrolments"), says("on the list and not removed")),
        Column(
            "paid",
            says("enrolments"),
            says("of those listed: paid by the treasury's file, or by plan where there is none"),
        ),
        Column("active", says("enrolments"), says("of those paid: active in the insurer's file")),
        Column("worker_confirmed", says("enrolments"), says("of those active: the worker confirms")),
        Column("rt_confirmed", says("enrolments"), says("of those active: the RT head says resident")),
        Column("both_confirmed", says("enrolments"), says("of those active: both")),
        Column(
            "not_reached", says("enrolments"), says("of those listed: neither the worker nor the RT head has answered")
        ),
    ),
    ("verdict", "enrolment", "area"),
    by_statement(_FUNNEL),
    chart=("kelurahan", "worker_confirmed"),
)

_MONTHS = text(
    """
SELECT to_char(period, 'YYYY-MM') AS month,
       count(*) AS listed,
       count(*) FILTER (WHERE list = 'paid') AS paid,
       count(*) FILTER (WHERE insurer = 'active') AS active,
       count(*) FILTER (WHERE list = 'paid' AND insurer IN ('unpaid', 'inactive', 'not_found'))
           AS paid_not_covered,
       count(*) FILTER (WHERE list = 'listed_not_paid' AND insurer IN ('unpaid', 'inactive', 'not_found'))
           AS not_paid_not_covered,
       count(*) FILTER (WHERE insurer IN ('unpaid', 'inactive', 'not_found'))
           * (date_part('day', period + interval '1 month' - interval '1 day'))::int AS exposure_days,
       count(*) FILTER (WHERE insurer = 'no_file') AS not_reported
FROM verdict WHERE list IN ('paid', 'listed_not_paid')
GROUP BY period ORDER BY period
"""
)
MONTHS = Report(
    "months",
    says("Were all months paid, on time, for everyone?"),
    says("For each month how many were listed, paid and active, and how many days nobody was covered though listed."),
    (
        Column("month", says("month"), says("the month")),
        Column("listed", says("enrolments"), says("on the list for it and not removed")),
        Column("paid", says("enrolments"), says("paid by the treasury's file, or by plan where there is none")),
        Column("active", says("enrolments"), says("active in the insurer's file")),
        Column("paid_not_covered", says("enrolments"), says("paid, and the insurer does not cover them")),
        Column("not_paid_not_covered", says("enrolments"), says("not paid, and the insurer does not cover them")),
        Column("exposure_days", says("days"), says("days of the month times those whom the insurer does not cover")),
        Column("not_reported", says("enrolments"), says("the insurer's file of the month is not in")),
    ),
    ("verdict",),
    by_statement(_MONTHS),
    chart=("month", "active"),
)


# Workers whom a person decided to be one, and the number that all of them share.
_ONE_PERSON = text(f"WITH {JOINED} SELECT id, person FROM joined")  # noqa: S608  # a constant of our own


def _gaps(session: Session, asked: Asked) -> Iterable[Line]:
    held = files(session, now=asked.at)
    if held is None:
        return
    counted: Counter[tuple[int, bool]] = Counter()
    joined = {row.id: row.person for row in session.execute(_ONE_PERSON)}
    people: dict[int, list[WorkerMonths]] = {}
    for batch in matrix(session, held):
        for one in batch:
            if one.worker in joined:
                people.setdefault(joined[one.worker], []).append(one)
            elif one.live_from is not None and one.live_from <= held.newest:
                counted[one.standing.gap, one.standing.lapsed] += 1
    counted.update(filter(None, (_gap_of_one(lines, held.newest) for lines in people.values())))
    for gap, lapsed in sorted(counted):
        yield (gap, lapsed, counted[gap, lapsed])


def _gap_of_one(lines: list[WorkerMonths], newest: dt.date) -> tuple[int, bool] | None:
    """The gap of one person under several NIKs, and whether the cover has ended; None: on no list any more.

    The better word of a month is the cover: a gap is what none of the NIKs has a premium of.
    """
    live_from = min((one.live_from for one in lines if one.live_from), default=newest + dt.timedelta(days=1))
    if live_from > newest:
        return None
    run, inactive, month = 0, False, newest
    while month >= live_from:
        cells = [cell for one in lines for cell in one.months if cell.period == month]
        says = {cell.insurer for cell in cells}
        paid = any(cell.state is State.PAID for cell in cells)
        if paid or "unclear" in says or all(cell.state is not State.UNPAID for cell in cells):
            break
        run, month = run + 1, add_months(month, -1)
        inactive |= "inactive" in says and "unpaid" not in says
    return run, run > 0 and (inactive or run >= programme().cover_on(newest).lapse_months)


GAPS = Report(
    "gaps",
    says("How many workers have a gap of one, two or three months?"),
    says(
        "People on the list by the months in a row, up to the newest reported one, that the insurer has no premium of."
    ),
    (
        Column("months", says("months"), says("unpaid in a row up to the newest reported month; 0: none")),
        Column("lapsed", says("yes or no"), says("whether the cover has ended by the rule in force")),
        Column(
            "workers",
            says("people"),
            says("on the list in that month with such a gap; whoever is known under two NIKs once"),
        ),
    ),
    ("enrolment", "worker", "payment", "insurer_record", "file_import"),
    _gaps,
    chart=("months", "workers"),
)

# A person may be insured by either of two NIKs; the better word is the cover.
_HARM = text(
    """
SELECT urgency, cover, count(*) AS cases, count(*) FILTER (WHERE closed) AS closed,
       count(*) * CASE urgency WHEN 'death' THEN CAST(:jkm AS bigint) END AS benefit
FROM (
    SELECT grievance.urgency, grievance.closed_at <= :at AS closed,
           CASE WHEN worker.id IS NULL OR file.period IS NULL THEN 'not_known' ELSE coalesce((
               SELECT record.status FROM worker they JOIN insurer_record record ON record.nik_index = they.nik_index
               WHERE coalesce(they.same_as, they.id) = coalesce(worker.same_as, worker.id)
                 AND record.period = file.period
               ORDER BY array_position(ARRAY['active', 'unpaid', 'inactive', 'unclear'], record.status) LIMIT 1),
               'not_found') END AS cover
    FROM grievance LEFT JOIN worker ON worker.id = grievance.worker_id
    LEFT JOIN (SELECT DISTINCT period FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL) AS file
           ON file.period = date_trunc('month', grievance.opened_at AT TIME ZONE :zone)::date
    WHERE grievance.urgency IS NOT NULL AND grievance.opened_at <= :at AND NOT EXISTS (
        SELECT 1 FROM grievance_event joined
        WHERE joined.grievance_id = grievance.id AND joined.kind = 'merge' AND joined.at <= :at)) AS told
GROUP BY 1, 2 ORDER BY 1, 2
"""
)


def _harm(session: Session, asked: Asked) -> Iterable[Line]:
    return by_statement(_HARM, jkm=programme().benefits.jkm_full)(session, asked)


HARM = Report(
    "harm",
    says("Did anyone lose a benefit through a gap?"),
    says("Accidents and deaths that were reported, by whether the insurer counted the person as active in that month."),
    (
        Column("urgency", says("code"), says("accident or death")),
        Column(
            "cover",
            says("code"),
            says(
                "the insurer's status in the month of the report, not_found: not in its file; not_known: no file yet,"
                " or nobody known"
            ),
        ),
        Column("cases", says("reports"), says("reports, joined ones once")),
        Column("closed", says("reports"), says("of these: closed by that day")),
        Column(
            "benefit",
            says("rupiah"),
            says("what the insurer pays for so many deaths of full members; empty for accidents"),
        ),
    ),
    ("grievance", "grievance_event", "worker", "insurer_record", "file_import"),
    _harm,
)
