"""Work lists: what is open, by whose it is to find out, and how much of it was answered.

An answer closes nothing. It is a word; the verdict follows from what the sources say, and a line leaves its list when
the verdict changes, or once it was answered as it stands.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, text

from flows.references import ALPHABET, worker_code
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import CITY_TEAM, Viewer
from verify_service.ground.crypto import keyed_hash, nik_end, unseal_of
from verify_service.ground.programme import programme
from verify_service.registry.names import masked_name
from verify_service.verification.decision import RULES, RtHeadSays

PAGE_SIZE: Final = 25
MOST_ROWS: Final = 10_000  # of a sheet, out and in
REFUNDED: Final = "refunded"  # the premium was paid back, or set against another
OTHER: Final = "other"  # whatever else: a note says what
_CHECK: Final = 5  # letters of the check behind a line's number
_REASONS = {rule.name: rule.reason for rule in RULES}


class WorkList(StrEnum):
    """Whose list a discrepancy is on."""

    PROGRAMME = "programme"  # Disnaker
    DINSOS = "dinsos"  # what is the programme's, of people whom Dinsos put forward
    INSURER = "insurer"  # the insurer's branch
    KELURAHAN = "kelurahan"
    OFFICER = "officer"  # grievance officer


# What each may answer, few and plain; what the kelurahan says of a resident counts as the word of an RT head.
_SAYS = tuple(says.value for says in RtHeadSays if says not in (RtHeadSays.NO_ANSWER, RtHeadSays.OWN_FAMILY))
ANSWERS: Final[Mapping[WorkList, tuple[str, ...]]] = {
    WorkList.PROGRAMME: ("paid", "not_paid", "data_corrected", "to_be_removed", REFUNDED, OTHER),
    WorkList.DINSOS: ("stays", "data_corrected", "to_be_removed", OTHER),
    WorkList.INSURER: ("active", "paid_late", "not_registered", REFUNDED, OTHER),
    WorkList.KELURAHAN: (*_SAYS, OTHER),
    WorkList.OFFICER: ("explained", "data_corrected", "case_opened", "not_reached", OTHER),
}
_UNITS: Final = {WorkList.PROGRAMME: "disnaker", WorkList.DINSOS: "dinsos", WorkList.INSURER: "insurer"}


def may_answer(viewer: Viewer, whose: WorkList) -> bool:
    """The kelurahan answers its own list; the city's team the others, and a unit the one that is its."""
    if viewer.role is Role.KELURAHAN:
        return whose is WorkList.KELURAHAN
    if whose is WorkList.KELURAHAN or viewer.role not in (Role.OFFICER, Role.SUPERVISOR):
        return False
    return viewer.unit in (CITY_TEAM, _UNITS.get(whose, CITY_TEAM))


@dataclass(frozen=True)
class Standing:
    """How one list stands: lines that wait for an answer, lines answered while the verdict has not changed yet."""

    whose: WorkList
    waiting: int
    answered: int
    rupiah: int  # at risk, of those that wait


@dataclass(frozen=True)
class Answered:
    """What was answered of a line; `note` is empty for accounts that read nobody's words."""

    answer: str
    by: str
    at: dt.datetime
    how: str  # browser | file
    note: str
    verdict: str
    whose: str


@dataclass(frozen=True)
class Line:
    """One open discrepancy on a list. Name masked; of the NIK the last four digits, on pages alone."""

    id: int
    whose: WorkList
    verdict: str
    rupiah: int
    period: dt.date
    opened_at: dt.datetime
    stood_since: dt.datetime
    enrolment: int
    masked_name: str
    nik_last4: str
    code: str
    kelurahan: str | None
    kecamatan: str | None
    rw: str | None
    rt: str | None
    answered: bool  # as it stands

    @property
    def reason(self) -> str:
        """Why somebody must act, as the decision table words it."""
        return _REASONS.get(self.verdict, "")

    @property
    def number(self) -> str:
        """What a sheet names the line by."""
        return line_number(self.id, self.stood_since)


@dataclass(frozen=True)
class Page:
    """One page of a list, by place; `page` counts from 1 and is never beyond the last."""

    rows: tuple[Line, ...]
    total: int
    page: int
    pages: int


def line_number(discrepancy: int, stood_since: dt.datetime) -> str:
    """The number of a line as it stands (D417-K7Q2M): its id, and a check of the moment since when it stands so.

    It names nobody, and no spreadsheet takes it for a date or a sum.
    """
    digest = keyed_hash(f"{discrepancy}\0{stood_since.timestamp():.6f}", "discrepancy line")
    value = int.from_bytes(digest[:8])
    return f"D{discrepancy}-" + "".join(ALPHABET[(value // 29**place) % 29] for place in range(_CHECK))


def stands_as(number: str, discrepancy: int, stood_since: dt.datetime) -> bool:
    """Whether a line's number, as a sheet has it, is of this state of the discrepancy."""
    return hmac.compare_digest(number.encode(), line_number(discrepancy, stood_since).encode())


def list_sql() -> str:
    """Whose list a discrepancy is on, in SQL; :dinsos are the ways in which lists name Dinsos as the source."""
    return (
        "CASE WHEN discrepancy.owner = 'programme' AND lower(enrolment.source) = ANY(CAST(:dinsos AS text[]))"
        " THEN 'dinsos' ELSE discrepancy.owner END"
    )


def dinsos_names() -> list[str]:
    """How lists name Dinsos; none where the programme has no such unit."""
    name = programme().units.get("dinsos")
    return ["dinsos", name.lower()] if name else []


def lists() -> tuple[WorkList, ...]:
    """The lists there are in this programme."""
    return tuple(one for one in WorkList if one is not WorkList.DINSOS or dinsos_names())


_ANSWERED = """EXISTS (SELECT 1 FROM discrepancy_answer said
    WHERE said.discrepancy_id = discrepancy.id AND said.stood_since = discrepancy.updated_at)"""
_OPEN = f"""
FROM (SELECT discrepancy.*, {list_sql()} AS whose, {_ANSWERED} AS answered, enrolment.worker_id,
             enrolment.kelurahan_code, enrolment.rw, enrolment.rt
      FROM discrepancy JOIN enrolment ON enrolment.id = discrepancy.enrolment_id
      WHERE discrepancy.closed_at IS NULL
        AND (NOT :bound OR enrolment.kelurahan_code = :area OR starts_with(enrolment.kelurahan_code, :area || '.'))
     ) AS line"""  # noqa: S608  # constants of our own
_CHOSEN = """WHERE line.whose = :whose AND line.answered = :answered
  AND (CAST(:verdict AS text) IS NULL OR line.verdict = :verdict)"""
_SHOWN = """line.*, worker.name, worker.nik, person_key.wrapped, area.kelurahan, area.kecamatan"""
_OF_WHOM = """JOIN worker ON worker.id = line.worker_id
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
LEFT JOIN area ON area.kelurahan_code = line.kelurahan_code"""
_IN_ORDER = "line.kelurahan_code, line.rw, line.rt, line.id"
_COUNTS = text(
    f"""
SELECT whose, count(*) FILTER (WHERE NOT answered) AS waiting, count(*) FILTER (WHERE answered) AS answered,
       coalesce(sum(rupiah) FILTER (WHERE NOT answered), 0) AS rupiah {_OPEN} GROUP BY whose
"""  # constants of our own
)
_TOTAL = text(f"SELECT count(*) {_OPEN} {_CHOSEN}")
_PAGE = text(
    f"""
SELECT {_SHOWN} FROM (
    SELECT line.* {_OPEN} {_CHOSEN} ORDER BY {_IN_ORDER} LIMIT :size OFFSET :skip) AS line
{_OF_WHOM} ORDER BY {_IN_ORDER}
"""  # noqa: S608  # constants of our own
)
_ONE = text(f"SELECT {_SHOWN} {_OPEN} {_OF_WHOM} WHERE line.id = :id")
_VERDICTS = text(f"SELECT verdict, count(*) AS waiting {_OPEN} WHERE whose = :whose AND NOT answered GROUP BY verdict")
_SAID = text(
    """
SELECT said.*, officer.name AS officer, person_key.wrapped FROM discrepancy_answer said
JOIN enrolment ON enrolment.id = said.enrolment_id JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
LEFT JOIN officer ON said.by = 'officer:' || officer.id
WHERE said.enrolment_id = :enrolment ORDER BY said.id DESC LIMIT 50
"""
)


def of_place(acting: Acting) -> dict[str, Any]:
    """The parameters that keep a list to what lies in the account's place."""
    return {"bound": acting.viewer.bound, "area": acting.viewer.area, "dinsos": dinsos_names()}


def standings(acting: Acting) -> tuple[Standing, ...]:
    """How each list stands, of the account's place, those with nothing on them included."""
    held = {row.whose: row for row in acting.session.execute(_COUNTS, of_place(acting))}
    return tuple(
        Standing(one, held[one].waiting, held[one].answered, int(held[one].rupiah))
        if one in held
        else Standing(one, 0, 0, 0)
        for one in lists()
    )


def verdicts_on(acting: Acting, whose: WorkList) -> dict[str, int]:
    """How many lines of each verdict wait on a list, in the order of the decision table."""
    rows = acting.session.execute(_VERDICTS, {**of_place(acting), "whose": whose.value})
    counted = {row.verdict: int(row.waiting) for row in rows}
    return {name: counted[name] for name in (*_REASONS, *sorted(counted)) if name in counted}


def lines(
    acting: Acting,
    whose: WorkList,
    *,
    verdict: str | None = None,
    answered: bool = False,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page:
    """One page of a list, of the account's place: the lines that wait, or those answered as they stand."""
    chosen = {**of_place(acting), "whose": whose.value, "verdict": verdict, "answered": answered}
    total = int(acting.session.execute(_TOTAL, chosen).scalar_one())
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = acting.session.execute(_PAGE, {**chosen, "size": size, "skip": (page - 1) * size}).all()
    return Page(tuple(_line(row, told=acting.viewer.reads_words) for row in rows), total, page, pages)


def line(acting: Acting, discrepancy: int) -> Line | None:
    """One open line, where it lies in the account's place; None otherwise, whether or not there is one."""
    row = acting.session.execute(_ONE, {**of_place(acting), "id": discrepancy}).one_or_none()
    return _line(row, told=acting.viewer.reads_words) if row is not None else None


def said_of(acting: Acting, one: Line) -> Sequence[Answered]:
    """Everything that owners have answered of this enrolment, the newest first."""
    told = acting.viewer.reads_words
    return [
        Answered(
            answer=row.answer,
            by=row.officer or row.by,
            at=row.answered_at,
            how=row.how,
            note=unseal_of(row.wrapped, row.note, "discrepancy_answer.note") if told else "",
            verdict=row.verdict,
            whose=row.owner,
        )
        for row in acting.session.execute(_SAID, {"enrolment": one.enrolment})
    ]


def _line(row: Row[Any], *, told: bool) -> Line:
    return Line(
        id=row.id,
        whose=WorkList(row.whose),
        verdict=row.verdict,
        rupiah=row.rupiah,
        period=row.period,
        opened_at=row.opened_at,
        stood_since=row.updated_at,
        enrolment=row.enrolment_id,
        masked_name=masked_name(row.name),
        nik_last4=nik_end(row.wrapped, row.nik) if told else "",
        code=worker_code(row.worker_id) if told else "",
        kelurahan=row.kelurahan,
        kecamatan=row.kecamatan,
        rw=row.rw,
        rt=row.rt,
        answered=row.answered,
    )
