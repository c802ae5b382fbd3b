"""The list and its months: versions, the funnel, months, gaps, harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import NEWEST_PERIOD
from verify_service.registry.versions import versions
from verify_service.reports.definition import Asked, Line, Report, by_statement, columns, plain
from verify_service.verification.matrix import files, matrix


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
    "On which decree and list were these people chosen, and in which version?",
    "Every version of the list: its decree, the file and its fingerprint, who loaded it and what it changed.",
    columns(
        version=("number", "number of the import"),
        decree=("text", "decree that the office named; empty where none was given"),
        file=("text", "name of the file"),
        sha256=("hexadecimal", "SHA-256 of the file's bytes"),
        imported_at=("moment, UTC", "when it was taken in"),
        actor=("text", "who took it in"),
        rows=("rows", "rows of people in the file"),
        accepted=("rows", "rows that were taken"),
        rejected=("rows", "rows that were not taken, each with its reason"),
        created=("enrolments", "lines that no version before had"),
        updated=("enrolments", "lines that it changed"),
        whole=("yes or no", "whether it is the whole list: who is missing from it is asked about"),
        undone=("yes or no", "whether it was taken back by that day"),
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
    "Were funds paid for people who exist, live here, work and are alive?",
    "For each kelurahan how many of those listed are paid, active at the insurer, and confirmed, in the newest month.",
    columns(
        kecamatan=("text", "district; empty for lines without a known kelurahan"),
        kelurahan=("text", "village"),
        listed=("enrolments", "on the list and not removed"),
        paid=("enrolments", "of those listed: paid by the treasury's file, or by plan where there is none"),
        active=("enrolments", "of those paid: active in the insurer's file"),
        worker_confirmed=("enrolments", "of those active: the worker confirms"),
        rt_confirmed=("enrolments", "of those active: the RT head says resident"),
        both_confirmed=("enrolments", "of those active: both"),
        not_reached=("enrolments", "of those listed: neither the worker nor the RT head has answered"),
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
    "Were all months paid, on time, for everyone?",
    "For each month how many were listed, paid and active, and how many days nobody was covered though listed.",
    columns(
        month=("month", "the month"),
        listed=("enrolments", "on the list for it and not removed"),
        paid=("enrolments", "paid by the treasury's file, or by plan where there is none"),
        active=("enrolments", "active in the insurer's file"),
        paid_not_covered=("enrolments", "paid, and the insurer does not cover them"),
        not_paid_not_covered=("enrolments", "not paid, and the insurer does not cover them"),
        exposure_days=("days", "days of the month times those whom the insurer does not cover"),
        not_reported=("enrolments", "the insurer's file of the month is not in"),
    ),
    ("verdict",),
    by_statement(_MONTHS),
    chart=("month", "active"),
)


def _gaps(session: Session, asked: Asked) -> Iterable[Line]:
    held = files(session, now=asked.at)
    counted: Counter[tuple[int, bool]] = Counter()
    if held is not None:
        for batch in matrix(session, held):
            counted.update((one.standing.gap, one.standing.lapsed) for one in batch)
    for gap, lapsed in sorted(counted):
        yield (gap, lapsed, counted[gap, lapsed])


GAPS = Report(
    "gaps",
    "How many workers have a gap of one, two or three months?",
    "Workers by the months in a row, up to the newest reported one, that the insurer has no premium of.",
    columns(
        months=("months", "unpaid in a row up to the newest reported month; 0: none"),
        lapsed=("yes or no", "whether the cover has ended by the rule in force"),
        workers=("workers", "people with such a gap"),
    ),
    ("enrolment", "payment", "insurer_record", "file_import"),
    _gaps,
    chart=("months", "workers"),
)

_HARM = text(
    """
SELECT grievance.urgency, coalesce(insured.status, 'not_known') AS cover,
       count(*) AS cases,
       count(*) FILTER (WHERE grievance.closed_at <= :at) AS closed,
       count(*) * CASE grievance.urgency WHEN 'death' THEN CAST(:jkm AS bigint) END AS benefit
FROM grievance
LEFT JOIN worker ON worker.id = grievance.worker_id
LEFT JOIN insurer_record insured ON insured.nik_index = worker.nik_index
 AND insured.period = date_trunc('month', grievance.opened_at AT TIME ZONE :zone)::date
WHERE grievance.urgency IS NOT NULL AND grievance.merged_into_id IS NULL AND grievance.opened_at <= :at
GROUP BY 1, 2 ORDER BY 1, 2
"""
)


def _harm(session: Session, asked: Asked) -> Iterable[Line]:
    return by_statement(_HARM, jkm=programme().benefits.jkm_full)(session, asked)


HARM = Report(
    "harm",
    "Did anyone lose a benefit through a gap?",
    "Accidents and deaths that were reported, by whether the insurer counted the person as active in that month.",
    columns(
        urgency=("code", "accident or death"),
        cover=("code", "the insurer's status in the month of the report; not_known: no file, or nobody known"),
        cases=("reports", "reports, joined ones once"),
        closed=("reports", "of these: closed by that day"),
        benefit=("rupiah", "what the insurer pays for so many deaths of full members; empty for accidents"),
    ),
    ("grievance", "worker", "insurer_record"),
    _harm,
)
