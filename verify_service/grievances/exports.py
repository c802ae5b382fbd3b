"""Reports on their way out: one row a report, or one a step, of what an account sees and nothing else.

Rows come one after another from the database, so that a hundred thousand take no more room than a few.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select

from verify_service.grievances.acting import Acting
from verify_service.grievances.opening import CITIZENS
from verify_service.grievances.states import Step
from verify_service.grievances.visibility import seen_by
from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Grievance, GrievanceEvent
from verify_service.ground.working_days import city_day

LAPOR: Final = "lapor"  # SP4N-LAPOR, the national complaint system, as `referred_to` names it
_AT_ONCE: Final = 500
# What citizens said and were told; what officers wrote for one another stays in the house.
_TOLD: Final = frozenset({Step.ASK, Step.ANSWER, Step.REFER, Step.REJECT})


class Which(StrEnum):
    """Which reports a file holds."""

    LAPOR = "lapor"
    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """What was chosen on the page: which reports, of which kind, opened between which days."""

    which: Which = Which.LAPOR
    category: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def condition(self, today: dt.date) -> ColumnElement[bool]:
        """The same as a condition on reports."""
        zone, conditions = programme().zone, [self._which(today)]
        if self.category:
            conditions.append(Grievance.category == self.category)
        if self.since is not None:
            conditions.append(Grievance.opened_at >= dt.datetime.combine(self.since, dt.time(), zone))
        if self.until is not None:
            end = dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), zone)
            conditions.append(Grievance.opened_at < end)
        return and_(*conditions)

    def _which(self, today: dt.date) -> ColumnElement[bool]:
        return {
            Which.LAPOR: Grievance.referred_to == LAPOR,
            Which.OPEN: Grievance.closed_at.is_(None),
            Which.LATE: and_(Grievance.closed_at.is_(None), Grievance.due_on < today),
            Which.CLOSED: Grievance.closed_at.is_not(None),
            Which.ALL: Grievance.id.is_not(None),
        }[self.which]


@dataclass(frozen=True)
class Case:
    """One report in a file; words and answer are empty for whoever may not read them."""

    id: int
    number: str
    code: str  # of the city's list, G01 and so on
    category: str
    urgency: str
    state: str
    merged: bool
    identity: str
    agency: str
    kelurahan: str
    kecamatan: str
    channel: str
    opened_on: dt.date
    due_on: dt.date
    answered_on: dt.date | None
    closed_on: dt.date | None
    decision: str
    reopened: int
    referred_to: str
    external_number: str
    words: str = field(default="", repr=False)
    answer: str = field(default="", repr=False)


@dataclass(frozen=True)
class Happened:
    """One step of a report in a file."""

    number: str
    code: str
    agency: str
    place: int
    at: dt.datetime
    kind: str
    by: str  # reporter | officer | clock | another system: never which
    words: str = field(default="", repr=False)


def rows(acting: Acting, condition: ColumnElement[bool]) -> Iterator[Case]:
    """The reports of a condition that this account sees, the oldest first."""
    found = acting.session.execute(
        select(Grievance, Area.kelurahan, Area.kecamatan)
        .outerjoin(Area, Area.kelurahan_code == Grievance.kelurahan_code)
        .where(seen_by(acting.viewer), condition)
        .order_by(Grievance.opened_at, Grievance.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for report, kelurahan, kecamatan in found:
        yield _case(report, kelurahan or "", kecamatan or "", words=acting.viewer.reads_words)
        acting.session.expunge(report)


def _case(report: Grievance, kelurahan: str, kecamatan: str, *, words: bool) -> Case:
    return Case(
        id=report.id,
        number=report.number,
        code=_code(report.category),
        category=report.category,
        urgency=report.urgency or "",
        state=report.state,
        merged=report.merged_into_id is not None,
        identity=report.identity,
        agency=_agency(report.unit),
        kelurahan=kelurahan,
        kecamatan=kecamatan,
        channel=report.channel,
        opened_on=city_day(report.opened_at),
        due_on=report.due_on,
        answered_on=city_day(report.answered_at) if report.answered_at else None,
        closed_on=city_day(report.closed_at) if report.closed_at else None,
        decision=report.decision or "",
        reopened=report.reopened,
        referred_to=report.referred_to or "",
        external_number=report.external_number or "",
        words=unseal_or_blank(report.words, "grievance.words") if words else "",
        answer=unseal_or_blank(report.answer, "grievance.answer") if words else "",
    )


def steps(acting: Acting, condition: ColumnElement[bool]) -> Iterator[Happened]:
    """The chronology of the same reports: one row a step, in order."""
    found = acting.session.execute(
        select(
            Grievance.number,
            Grievance.category,
            Grievance.unit,
            GrievanceEvent.seq,
            GrievanceEvent.at,
            GrievanceEvent.kind,
            GrievanceEvent.by,
            GrievanceEvent.words,
        )
        .join(GrievanceEvent, GrievanceEvent.grievance_id == Grievance.id)
        .where(seen_by(acting.viewer), condition)
        .order_by(Grievance.opened_at, Grievance.id, GrievanceEvent.seq)
        .execution_options(yield_per=_AT_ONCE)
    )
    for number, category, unit, seq, at, kind, by, sealed in found:
        told = acting.viewer.reads_words and (by in CITIZENS or kind in _TOLD)
        words = unseal_or_blank(sealed, "grievance_event.words") if told else ""
        yield Happened(number, _code(category), _agency(unit), seq, at, kind, _whom(by), words)


def _whom(by: str) -> str:
    who = by.partition(":")[0]
    return "reporter" if by in CITIZENS else who


def _code(category: str) -> str:
    kind = programme().categories.get(category)
    return kind.code if kind else ""


def _agency(unit: str) -> str:
    return programme().units.get(unit, unit)


@dataclass(frozen=True)
class Referred:
    """How many reports of those that an account sees went to one body, and how many have no number there yet."""

    body: str
    reports: int
    without_number: int


def referred(acting: Acting) -> list[Referred]:
    """Every body that reports were referred to, the most first."""
    without = func.count().filter(Grievance.external_number.is_(None))
    asked = select(Grievance.referred_to, func.count(), without).where(
        Grievance.referred_to.is_not(None), seen_by(acting.viewer)
    )
    rows = acting.session.execute(asked.group_by(Grievance.referred_to).order_by(func.count().desc()))
    return [Referred(body or "", reports, left) for body, reports, left in rows]


def record(acting: Acting, action: str, chosen: Chosen, **detail: str | int | bool) -> None:
    """Write into the trail what left the house, or came in, with what was chosen and whether words were among it."""
    acting.record(
        action,
        "export",
        which=chosen.which.value,
        words=acting.viewer.reads_words,
        **detail,
    )
