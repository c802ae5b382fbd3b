"""SP4N-LAPOR, the national complaint system: who reported what is handed over, and the numbers that come back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, and_, select

from flows.references import read_reference
from verify_service.grievances import actions
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal
from verify_service.grievances.exports import LAPOR
from verify_service.grievances.identity import Identity, identity_opened, open_identity
from verify_service.grievances.numbers import full_number
from verify_service.grievances.visibility import seen_by
from verify_service.ground.tables import Grievance

MOST_ROWS: Final = 2000
MOST_IDENTITIES: Final = 200
_TRACKING: Final = re.compile(r"#?[A-Za-z0-9][A-Za-z0-9/-]{2,39}")
_SHOWN: Final = 40


def handed_over(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of the reports of a condition those that were handed to LAPOR."""
    return and_(condition, Grievance.referred_to == LAPOR)


def may_be_named() -> ColumnElement[bool]:
    """Whose reporter may be named to LAPOR: reports handed to it that were made by name."""
    return and_(Grievance.referred_to == LAPOR, Grievance.identity == "normal")


def identities(acting: Acting, condition: ColumnElement[bool], reason: str) -> dict[int, Identity] | Refusal:
    """Who reported what of this is handed over, opened with a reason that each thread and the trail keep."""
    chosen = select(Grievance.id).where(seen_by(acting.viewer), condition, may_be_named()).order_by(Grievance.id)
    held: dict[int, Identity] = {}
    for case in acting.session.scalars(chosen.limit(MOST_IDENTITIES + 1)).all():
        if len(held) == MOST_IDENTITIES:
            return Refusal.TOO_LONG
        refused = open_identity(acting, case, reason)
        if refused is not None:
            return refused
        known = identity_opened(acting, acting.session.get_one(Grievance, case))
        if known is not None:
            held[case] = known
    return held


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell of the file, so that whoever sent it can find and mend it."""

    row: int
    column: str  # number | tracking | "" for the whole file
    found: str
    expected: str  # a code; pages say it in words


@dataclass
class Brought:
    """What a file of tracking numbers came to: nothing is kept unless every row is right."""

    kept: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)


def take_numbers(acting: Acting, sent: bytes) -> Brought:
    """Read a CSV of two columns, our number and LAPOR's, and keep them all; or say what is wrong and keep none."""
    brought = Brought()
    pairs = _pairs(sent, brought.faults)
    found = _reports(acting, pairs, brought.faults)
    fits = [(row, found[number], tracking) for row, number, tracking in pairs if number in found]
    if brought.faults:
        return Brought(faults=sorted(brought.faults, key=lambda fault: fault.row))
    for _, report, tracking in fits:
        if report.external_number == tracking:
            brought.known += 1
            continue
        refused = actions.numbered_elsewhere(acting, report.id, report.version, tracking)
        if refused is not None:
            raise RuntimeError(f"a tracking number was refused: {refused}")
        brought.kept += 1
    return brought


def _pairs(sent: bytes, faults: list[Fault]) -> list[tuple[int, str, str]]:
    """(row, our number, LAPOR's) of each row that can be read."""
    pairs: list[tuple[int, str, str]] = []
    numbers: set[str] = set()
    trackings: set[str] = set()
    for row, cells in _table(sent, faults):
        number, tracking = _number(cells[0]), _tracking(cells[1])
        if number is None:
            if row > 1:  # the first may be a heading
                faults.append(Fault(row, "number", _masked(cells[0]), "number"))
            continue
        if tracking is None:
            faults.append(Fault(row, "tracking", _masked(cells[1]), "tracking"))
            continue
        if number in numbers:
            faults.append(Fault(row, "number", number, "once"))
        if tracking in trackings:
            faults.append(Fault(row, "tracking", tracking, "once"))
        numbers.add(number)
        trackings.add(tracking)
        pairs.append((row, number, tracking))
    if not pairs and not faults:
        faults.append(Fault(1, "", "", "rows"))
    return pairs


def _table(sent: bytes, faults: list[Fault]) -> Iterable[tuple[int, Sequence[str]]]:
    """The rows with something in them, each of two cells."""
    try:
        text = sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        faults.append(Fault(1, "", "", "utf-8"))
        return
    text = text.replace("\0", "")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if row > MOST_ROWS:
                faults.append(Fault(row, "", "", "fewer"))
                return
            if len(cells) < 2 or any(cell.strip() for cell in cells[2:]):
                faults.append(Fault(row, "", str(len(cells)), "columns"))
                continue
            yield row, cells
    except csv.Error:
        faults.append(Fault(1, "", "", "csv"))


def _number(cell: str) -> str | None:
    body = read_reference(cell.strip().removeprefix("'"))
    return full_number(body) if body else None


def _tracking(cell: str) -> str | None:
    """LAPOR's number as people copy it; a # in front and the apostrophe of a spreadsheet are no part of it."""
    plain = cell.strip().removeprefix("'")
    return plain.removeprefix("#") if _TRACKING.fullmatch(plain) else None


def _reports(acting: Acting, pairs: Sequence[tuple[int, str, str]], faults: list[Fault]) -> dict[str, Grievance]:
    """The reports of these numbers that this account sees and that were handed to LAPOR, locked."""
    mine = select(Grievance).where(Grievance.number.in_([number for _, number, _ in pairs]), seen_by(acting.viewer))
    found = {report.number: report for report in acting.session.scalars(mine.order_by(Grievance.id).with_for_update())}
    for row, number, _ in pairs:
        report = found.get(number)
        if report is None or report.referred_to != LAPOR:
            faults.append(Fault(row, "number", number, "handed over" if report is not None else "known"))
    return found


def _masked(cell: str) -> str:
    """What stood there, cut short."""
    plain = " ".join(cell.split())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
