"""The figures of the current month: how many are enrolled, confirmed, waiting, and where somebody must act.

The current month is the newest one an insurer file was imported for. An enrolment without a verdict yet counts as
unconfirmed, so that confirmed + unconfirmed + needing action is always the number enrolled. Removed ones do not count.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from flows.references import worker_code
from verify_service.ground.crypto import nik_end
from verify_service.ground.tables import NEWEST_PERIOD
from verify_service.registry.names import masked_name
from verify_service.verification.decision import RULES, Owner

CONFIRMED = ("confirmed", "confirmed_twice")
NOT_ENROLLED = ("removed", "not_listed", "covered_elsewhere")
ACTING = tuple(owner.value for owner in Owner if owner.acts)
PAGE_SIZE = 25
_KNOWN = {"confirmed": list(CONFIRMED), "not_enrolled": list(NOT_ENROLLED), "acting": list(ACTING)}

_COUNTS = """
    count(*) AS enrolled,
    count(*) FILTER (WHERE verdict.verdict = ANY(:confirmed)) AS confirmed,
    count(*) FILTER (WHERE verdict.verdict = ANY(:confirmed) AND verdict.assisted) AS assisted,
    count(*) FILTER (WHERE verdict.owner = ANY(:acting)) AS needs_action,
    coalesce(sum(verdict.rupiah), 0) AS rupiah
"""
_CURRENT = f"""
    FROM enrolment LEFT JOIN verdict ON verdict.enrolment_id = enrolment.id
     AND verdict.period = {NEWEST_PERIOD}
"""
_ENROLLED = "verdict.verdict IS NULL OR verdict.verdict <> ALL(:not_enrolled)"

_HEADLINE = text(
    f"SELECT {_COUNTS}, count(verdict.verdict) AS computed, max(verdict.computed_at) AS computed_at "
    f"{_CURRENT} WHERE {_ENROLLED}"  # constants of this file
)
_STANDING = text(
    f"""
    SELECT {NEWEST_PERIOD} AS period,
           (SELECT count(DISTINCT period) FROM file_import WHERE kind = 'insurer' AND undone_at IS NULL)
               AS months,
           (SELECT count(DISTINCT enrolment_id) FROM stale_enrolment) AS stale,
           (SELECT count(*) FROM discrepancy WHERE closed_at IS NULL) AS open
    """  # noqa: S608  # a constant of our own
)
_BY_VERDICT = text(
    f"SELECT verdict.verdict, count(*) AS enrolments, sum(verdict.rupiah) AS rupiah {_CURRENT} "
    "WHERE verdict.verdict IS NOT NULL GROUP BY verdict.verdict"
)
_BY_KECAMATAN = text(
    f"""
    SELECT district.code, district.name, coalesce(counted.enrolled, 0) AS enrolled,
           coalesce(counted.confirmed, 0) AS confirmed, coalesce(counted.assisted, 0) AS assisted,
           coalesce(counted.needs_action, 0) AS needs_action,
           coalesce(counted.rupiah, 0) AS rupiah
    FROM (SELECT DISTINCT kecamatan_code AS code, kecamatan AS name FROM area) AS district
    FULL JOIN (
        SELECT area.kecamatan_code AS code, {_COUNTS} {_CURRENT}
        LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
        WHERE {_ENROLLED} GROUP BY area.kecamatan_code) AS counted ON counted.code = district.code
    ORDER BY district.name NULLS LAST
    """  # noqa: S608  # a constant of our own
)
_OPEN = """
    FROM discrepancy
    JOIN enrolment ON enrolment.id = discrepancy.enrolment_id
    JOIN worker ON worker.id = enrolment.worker_id
    LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
    LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
    WHERE discrepancy.closed_at IS NULL
      AND (CAST(:owner AS text) IS NULL OR discrepancy.owner = :owner)
      AND (CAST(:verdict AS text) IS NULL OR discrepancy.verdict = :verdict)
      AND (CAST(:kecamatan AS text) IS NULL OR area.kecamatan_code = :kecamatan)
"""
_OPEN_SUM = text(f"SELECT count(*) AS total, coalesce(sum(discrepancy.rupiah), 0) AS rupiah {_OPEN}")
_OPEN_PAGE = text(
    f"""
    SELECT discrepancy.id, discrepancy.verdict, discrepancy.owner, discrepancy.rupiah, discrepancy.period,
           discrepancy.opened_at, worker.id AS worker, worker.name, worker.nik, person_key.wrapped,
           enrolment.rt, enrolment.rw, area.kelurahan, area.kecamatan
    {_OPEN} ORDER BY discrepancy.opened_at DESC, discrepancy.id DESC LIMIT :size OFFSET :skip
    """
)


@dataclass(frozen=True)
class Headline:
    """The city in one line. Counts are enrolments; rupiah is what that month may have been paid for nothing."""

    period: dt.date | None  # first day of the month the figures are for; None before the first insurer file
    months_reported: int
    enrolled: int
    confirmed: int
    assisted: int  # of the confirmed: answered on an RT head's phone, with his help
    needs_action: int
    open_discrepancies: int
    rupiah_at_risk: int
    waiting: int  # enrolments whose verdict must be computed again
    computed_at: dt.datetime | None

    @property
    def unconfirmed(self) -> int:
        return self.enrolled - self.confirmed - self.needs_action


@dataclass(frozen=True)
class VerdictCount:
    """How many enrolments have this verdict in the current month."""

    verdict: str
    owner: Owner
    reason: str
    enrolments: int
    rupiah: int


@dataclass(frozen=True)
class KecamatanCount:
    """One district's share; `code` and `name` are None for enrolments without a known kelurahan."""

    code: str | None
    name: str | None
    enrolled: int
    confirmed: int
    assisted: int  # of the confirmed: answered on an RT head's phone, with his help
    needs_action: int
    rupiah: int

    @property
    def own(self) -> int:
        """Confirmed by the workers alone."""
        return self.confirmed - self.assisted

    @property
    def unconfirmed(self) -> int:
        return self.enrolled - self.confirmed - self.needs_action


@dataclass(frozen=True)
class Filters:
    """Which open discrepancies to list; None means all."""

    owner: str | None = None
    verdict: str | None = None
    kecamatan: str | None = None  # Kemendagri code


@dataclass(frozen=True)
class OpenDiscrepancy:
    """Somebody must act on this enrolment. Name masked; of the NIK only the last four digits."""

    id: int
    verdict: str
    owner: Owner
    rupiah: int
    period: dt.date
    opened_at: dt.datetime
    masked_name: str
    nik_last4: str
    code: str
    rt: str | None
    rw: str | None
    kelurahan: str | None
    kecamatan: str | None


@dataclass(frozen=True)
class DiscrepancyPage:
    """One page of the list, newest first; `page` counts from 1 and is never beyond the last."""

    rows: tuple[OpenDiscrepancy, ...]
    total: int
    rupiah: int
    page: int
    pages: int


def headline(session: Session) -> Headline:
    """The counts everybody asks for first."""
    counts = session.execute(_HEADLINE, _KNOWN).one()
    standing = session.execute(_STANDING).one()
    return Headline(
        period=standing.period,
        months_reported=standing.months,
        enrolled=counts.enrolled,
        confirmed=counts.confirmed,
        assisted=counts.assisted,
        needs_action=counts.needs_action,
        open_discrepancies=standing.open,
        rupiah_at_risk=int(counts.rupiah),
        waiting=standing.stale,
        computed_at=counts.computed_at,
    )


def by_verdict(session: Session) -> tuple[VerdictCount, ...]:
    """Verdicts that occur this month, in the order of the decision table."""
    counted = {row.verdict: row for row in session.execute(_BY_VERDICT, {})}
    return tuple(
        VerdictCount(rule.name, rule.owner, rule.reason, counted[rule.name].enrolments, int(counted[rule.name].rupiah))
        for rule in RULES
        if rule.name in counted
    )


def by_kecamatan(session: Session) -> tuple[KecamatanCount, ...]:
    """Every district by name, those without enrolments included; last, if any, enrolments that fit in none."""
    return tuple(
        KecamatanCount(row.code, row.name, row.enrolled, row.confirmed, row.assisted, row.needs_action, int(row.rupiah))
        for row in session.execute(_BY_KECAMATAN, _KNOWN)
    )


def open_discrepancies(session: Session, filters: Filters, page: int = 1, size: int = PAGE_SIZE) -> DiscrepancyPage:
    """The list of what somebody must act on. Looking at it is no look at an identity: names are masked here."""
    chosen: dict[str, object] = {
        "owner": filters.owner,
        "verdict": filters.verdict,
        "kecamatan": filters.kecamatan,
    }
    total, rupiah = session.execute(_OPEN_SUM, chosen).one()
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = session.execute(_OPEN_PAGE, {**chosen, "size": size, "skip": (page - 1) * size})
    return DiscrepancyPage(tuple(_discrepancy(row) for row in rows), total, int(rupiah), page, pages)


def _discrepancy(row: Row[tuple[object, ...]]) -> OpenDiscrepancy:
    return OpenDiscrepancy(
        id=row.id,
        verdict=row.verdict,
        owner=Owner(row.owner),
        rupiah=row.rupiah,
        period=row.period,
        opened_at=row.opened_at,
        masked_name=masked_name(row.name),
        nik_last4=nik_end(row.wrapped, row.nik),
        code=worker_code(row.worker),
        rt=row.rt,
        rw=row.rw,
        kelurahan=row.kelurahan,
        kecamatan=row.kecamatan,
    )
