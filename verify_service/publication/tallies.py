"""Counts that are printed beside those of the list: reports, people put forward, money asked for, what is known.

A tally is one whole, told by one or more groupings; every grouping adds up to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from flows.proposal import JOBS
from verify_service.ground.programme import programme
from verify_service.reports.answers import lines_of
from verify_service.reports.definition import Asked, Report
from verify_service.reports.of_the_answers import COMPREHENSION
from verify_service.reports.of_the_desk import FEES_ASKED, LEFT_OUT

ALL: Final = "all"
UNKNOWN: Final = "unknown"
REPORTS, PROPOSALS, FEES, KNOWLEDGE = "reports", "proposals", "fees", "knowledge"
REFUSED: Final = "refused"

Sum = tuple[str, tuple[str, ...]]  # a count, and those that it is the sum of


@dataclass(frozen=True)
class Tally:
    """One whole by what became of it, and by the groups of each family; `counts` are of (family:group, outcome)."""

    name: str
    outcomes: tuple[str, ...]
    families: Mapping[str, tuple[str, ...]]
    counts: Mapping[tuple[str, str], int] = field(repr=False)

    def leaves(self) -> Iterator[tuple[str, int]]:
        """Every count of a group, by its name."""
        for (group, outcome), number in self.counts.items():
            yield named(self.name, group, outcome), number

    def sums(self) -> Iterator[Sum]:
        """Every sum inside the tally."""
        every = (ALL, *self.outcomes)
        for family, groups in self.families.items():
            for group in groups:
                yield (
                    named(self.name, f"{family}:{group}", ALL),
                    tuple(named(self.name, f"{family}:{group}", outcome) for outcome in self.outcomes),
                )
            for outcome in every:
                yield (
                    named(self.name, "", outcome),
                    tuple(named(self.name, f"{family}:{group}", outcome) for group in groups),
                )
        yield named(self.name, "", ALL), tuple(named(self.name, "", outcome) for outcome in self.outcomes)


def named(tally: str, group: str, outcome: str) -> str:
    """What a count is called: reports:month:2026-10/all/in_time, or reports/all/in_time of the whole."""
    return f"{tally}:{group}/{ALL}/{outcome}" if group else f"{tally}/{ALL}/{outcome}"


REPORT_OUTCOMES: Final = ("in_time", "late", "open")
PROPOSAL_OUTCOMES: Final = ("waiting", "accepted", REFUSED)
FEE_OUTCOMES: Final = ("said_yes", "said_no", "said_nothing")
KNOWLEDGE_OUTCOMES: Final = ("right", "wrong")
# A report that was answered more than once counts by its first answer; one that is overdue counts as late.
_REPORTS = text(
    """
WITH report AS (
    SELECT id, category, to_char(opened_at AT TIME ZONE :zone, 'YYYY-MM') AS month, due_on FROM grievance
    WHERE merged_into_id IS NULL AND opened_at <= :at
      AND (opened_at AT TIME ZONE :zone)::date BETWEEN :year AND :today),
answer AS (
    SELECT DISTINCT ON (grievance_id) grievance_id,
           (at AT TIME ZONE :zone)::date <= (detail ->> 'due')::date AS in_time
    FROM grievance_event
    WHERE at <= :at AND kind IN ('answer', 'refer', 'reject') AND detail ? 'due' ORDER BY grievance_id, at, seq),
told AS (
    SELECT report.category, report.month,
           CASE WHEN answer.in_time THEN 'in_time'
                WHEN NOT answer.in_time OR report.due_on < :today THEN 'late'
                ELSE 'open' END AS outcome
    FROM report LEFT JOIN answer ON answer.grievance_id = report.id)
SELECT category, month, outcome, count(*) AS reports
FROM told GROUP BY GROUPING SETS ((category, outcome), (month, outcome))
"""
)


def tallies(session: Session, asked: Asked, kecamatan: Mapping[str, str]) -> tuple[Tally, ...]:
    """All of them as they stand now. `kecamatan`: the code of each by its name."""
    return (
        _reports(session, asked),
        *_proposals(_rows(LEFT_OUT, session, asked)),
        _fees(_rows(FEES_ASKED, session, asked), kecamatan),
        _knowledge(_rows(COMPREHENSION, session, asked)),
    )


def tied(name: str) -> Iterator[Sum]:
    """The sums between one tally and another."""
    if name == REFUSED:
        yield named(PROPOSALS, "", REFUSED), (named(REFUSED, "", ALL),)


def _rows(report: Report, session: Session, asked: Asked) -> Iterable[Mapping[str, Any]]:
    names = [column.name for column in report.columns]
    return [dict(zip(names, line, strict=True)) for line in lines_of(report, session, asked)]


def _reports(session: Session, asked: Asked) -> Tally:
    months = tuple(f"{asked.today.year}-{month:02}" for month in range(1, asked.today.month + 1))
    categories = set(programme().categories)
    counts: Counter[tuple[str, str]] = Counter()
    for row in session.execute(_REPORTS, asked.sql):
        group = f"category:{row.category}" if row.category is not None else f"month:{row.month}"
        counts[group, row.outcome] += row.reports
        categories |= {row.category} - {None}
    return Tally(REPORTS, REPORT_OUTCOMES, {"category": tuple(sorted(categories)), "month": months}, counts)


def _proposals(rows: Iterable[Mapping[str, Any]]) -> tuple[Tally, Tally]:
    """People put forward, by work, by sex and by need of help; those of them who were refused, by the reason."""
    counts: Counter[tuple[str, str]] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    for row in rows:
        outcome, people, helped = row["outcome"], row["people"], row["help_needed"]
        counts[f"job:{_known(row['job'], JOBS)}", outcome] += people
        counts["sex:P", outcome] += row["women"]
        counts["sex:L", outcome] += row["men"]
        counts[f"sex:{UNKNOWN}", outcome] += people - row["women"] - row["men"]
        counts["help:yes", outcome] += helped
        counts["help:no", outcome] += people - helped
        if outcome == REFUSED:
            refused[f"reason:{_known(row['reason'], programme().decisions.reasons_refuse)}", "people"] += people
    groups = {"job": (*JOBS, UNKNOWN), "sex": ("P", "L", UNKNOWN), "help": ("yes", "no")}
    reasons = (*programme().decisions.reasons_refuse, UNKNOWN)
    return (
        Tally(PROPOSALS, PROPOSAL_OUTCOMES, groups, counts),
        Tally(REFUSED, ("people",), {"reason": reasons}, refused),
    )


def _fees(rows: Iterable[Mapping[str, Any]], kecamatan: Mapping[str, str]) -> Tally:
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        group = f"kecamatan:{kecamatan.get(row['kecamatan'], UNKNOWN)}"
        for outcome in FEE_OUTCOMES:
            counts[group, outcome] += row[outcome]
    return Tally(FEES, FEE_OUTCOMES, {"kecamatan": (*kecamatan.values(), UNKNOWN)}, counts)


def _knowledge(rows: Iterable[Mapping[str, Any]]) -> Tally:
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        group = "time:later" if row["later"] else "time:first"
        counts[group, "right"] += row["correct"]
        counts[group, "wrong"] += row["answers"] - row["correct"]
    return Tally(KNOWLEDGE, KNOWLEDGE_OUTCOMES, {"time": ("first", "later")}, counts)


def _known(name: str, names: Sequence[str]) -> str:
    return name if name in names else UNKNOWN
