"""The auditor's answers and the one about themselves, by name, and how each is written down."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from verify_service.reports.definition import Asked, Column, Line, Report, plain, says
from verify_service.reports.of_inclusion import INCLUSION
from verify_service.reports.of_learning import BEFORE_AND_AFTER
from verify_service.reports.of_the_answers import COMPREHENSION, MESSAGES, REPRESENTATIVENESS, RT_RELIABILITY
from verify_service.reports.of_the_desk import DECISIONS, ESCALATION_TOLD, FEES_ASKED, GRIEVANCE_SLA, LEFT_OUT
from verify_service.reports.of_the_house import AUDIT_LOG, COMPLAINANT_PROTECTION, DATA_PROTECTION, RULES_SHOWN
from verify_service.reports.of_the_list import FUNNEL, GAPS, HARM, MONTHS, ROSTER_VERSIONS
from verify_service.reports.of_the_money import BUDGET, MONEY_AT_RISK

_COUNTED: Final = (
    ROSTER_VERSIONS,
    FUNNEL,
    MONEY_AT_RISK,
    BUDGET,
    MONTHS,
    GAPS,
    HARM,
    GRIEVANCE_SLA,
    FEES_ASKED,
    COMPREHENSION,
    BEFORE_AND_AFTER,
    LEFT_OUT,
    RT_RELIABILITY,
    REPRESENTATIVENESS,
    INCLUSION,
    AUDIT_LOG,
    DATA_PROTECTION,
    COMPLAINANT_PROTECTION,
    RULES_SHOWN,
    DECISIONS,
    MESSAGES,
    ESCALATION_TOLD,
)


def _reproduction(session: Session, asked: Asked) -> Iterable[Line]:
    for report in _COUNTED:
        written = as_csv(report, held := lines_of(report, session, asked))
        yield (report.name, len(held), hashlib.sha256(written).hexdigest())


REPRODUCTION: Final = Report(
    "reproduction",
    says("Can somebody else come to the same figures?"),
    says("The fingerprint of every other answer: whoever asks the same database for the same day gets the same bytes."),
    (
        Column("report", says("text"), says("name of the answer")),
        Column("rows", says("rows"), says("its rows")),
        Column(
            "sha256", says("hexadecimal"), says("SHA-256 of its CSV, as `verify report NAME --format csv` prints it")
        ),
    ),
    ("all of the above",),
    _reproduction,
)
REPORTS: Final[Mapping[str, Report]] = {report.name: report for report in (*_COUNTED, REPRODUCTION)}


def lines_of(report: Report, session: Session, asked: Asked) -> list[Line]:
    """The figures of a report as they stood at that moment."""
    return [tuple(plain(value) for value in line) for line in report.lines(session, asked)]


def as_json(report: Report, lines: Iterable[Line], day: dt.date) -> dict[str, Any]:
    """A report with all that is needed to read it: question, definitions, sources, figures."""
    names = [column.name for column in report.columns]
    return {
        "report": report.name,
        "as_of": day.isoformat(),
        "question": report.question,
        "answers": report.answers,
        "columns": [{"name": one.name, "unit": one.unit, "meaning": one.meaning} for one in report.columns],
        "sources": list(report.sources),
        "rows": [dict(zip(names, line, strict=True)) for line in lines],
    }


def as_csv(report: Report, lines: Iterable[Line]) -> bytes:
    """The figures alone: a heading and the rows, UTF-8, comma, LF; what is empty is empty."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([column.name for column in report.columns])
    for line in lines:
        rows.writerow(["yes" if value is True else "no" if value is False else value for value in line])
    return out.getvalue().encode()


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """JSON that is the same on every machine: keys as given, two spaces, LF at the end."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
