"""What owners answer of their work lists: in the browser, or by the sheet coming back.

An answer is only ever added, with who gave it, when and how. What the kelurahan says of a resident is evidence as well,
as the word of the RT head; a death it reports is checked like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from verify_service.grievances.acting import Acting
from verify_service.ground.crypto import person, unseal_of
from verify_service.ground.tables import DiscrepancyAnswer, Enrolment, Task
from verify_service.tasks import close_task, open_task
from verify_service.verification.decision import RtHeadSays
from verify_service.verification.evidence import record_answers
from verify_service.verification.field_checks import ABOUT_RESIDENTS
from verify_service.verification.owner_lists import ANSWERS, OTHER, WorkList, list_sql, may_answer, of_place, stands_as

SHORTEST_NOTE: Final = 3
LONGEST_NOTE: Final = 500
_DEATH: Final = "death_reported"
_LIVES: Final = (RtHeadSays.RESIDENT.value, RtHeadSays.NOT_WORKING.value, RtHeadSays.NOW_EMPLOYED.value)


class Refusal(StrEnum):
    """Why an answer was not taken."""

    UNKNOWN = "unknown"  # no such line, or not in this account's place
    OWNER = "owner"  # on another list, or not this account's to answer
    ANSWER = "answer"  # not one that this list has
    NOTE = "note"  # needed, and missing
    LONG = "long"  # a note too long
    CHANGED = "changed"  # the line is another one meanwhile
    ANSWERED = "answered"  # by somebody else, or otherwise
    OTHER_MONTH = "month"  # a sheet's row: its month is not the line's
    OTHER_PERSON = "person"  # a sheet's row: its worker is not the line's
    TWICE = "twice"  # a sheet's row: the line stands in it before


@dataclass(frozen=True)
class Given:
    """One answer as it was given: of a line by its number, as it stood."""

    discrepancy: int
    number: str
    answer: str
    note: str = field(default="", repr=False)


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet that came back, where an answer or a note was filled in; `given` None: unreadable line."""

    row: int
    given: Given | None
    line: str  # as it stands there
    period: dt.date | None = None
    worker: int | None = None


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell, so that whoever sent it can find and mend it."""

    row: int
    column: str  # line | month | code | answer | note
    why: Refusal
    found: str = ""


@dataclass
class Brought:
    """What a sheet came to: nothing is kept unless every row is right."""

    kept: int = 0
    known: int = 0  # the very answers that were kept before
    blank: int = 0  # rows that nobody has filled in
    faults: list[Fault] = field(default_factory=list)


_LINES = text(
    f"""
SELECT discrepancy.id, discrepancy.enrolment_id, discrepancy.period, discrepancy.verdict, discrepancy.closed_at,
       discrepancy.updated_at, {list_sql()} AS whose, enrolment.worker_id, person_key.wrapped
FROM discrepancy JOIN enrolment ON enrolment.id = discrepancy.enrolment_id
JOIN worker ON worker.id = enrolment.worker_id
LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
WHERE discrepancy.id = ANY(CAST(:ids AS bigint[]))
  AND (NOT :bound OR enrolment.kelurahan_code = :area OR starts_with(enrolment.kelurahan_code, :area || '.'))
"""  # noqa: S608  # constants of our own
)
_COLUMN: Final[Mapping[Refusal, str]] = {
    Refusal.ANSWER: "answer",
    Refusal.NOTE: "note",
    Refusal.LONG: "note",
    Refusal.ANSWERED: "answer",
    Refusal.OTHER_MONTH: "month",
    Refusal.OTHER_PERSON: "code",
}


def answer(acting: Acting, whose: WorkList, given: Given) -> Refusal | None:
    """Keep one answer given in the browser; None when it is kept, or was the same before."""
    known = _Known(acting, [given.discrepancy])
    said = known.judge(whose, given)
    if isinstance(said, Refusal):
        return said
    if said is None:
        return None
    return None if _keep(acting, [said], how="browser") else Refusal.ANSWERED


def take_sheet(acting: Acting, whose: WorkList, rows: Sequence[SheetRow], *, blank: int = 0) -> Brought:
    """Keep every answer of a sheet that came back; or say what is wrong, by row and column, and keep none.

    The same sheet once more changes nothing. `blank` rows had neither answer nor note.
    """
    known = _Known(acting, [one.given.discrepancy for one in rows if one.given is not None])
    brought = Brought(blank=blank)
    fresh: list[tuple[int, dict[str, Any]]] = []
    seen: set[int] = set()
    for one in rows:
        said = _judged(known, whose, one, seen)
        if isinstance(said, Refusal):
            brought.faults.append(_fault(one, said))
        elif said is None:
            brought.known += 1
        else:
            fresh.append((one.row, said))
    if brought.faults:
        return Brought(blank=blank, faults=brought.faults)
    if fresh and not _keep(acting, [said for _, said in fresh], how="file"):
        return Brought(blank=blank, faults=[Fault(fresh[0][0], "line", Refusal.CHANGED)])
    brought.kept = len(fresh)
    return brought


def _judged(known: _Known, whose: WorkList, one: SheetRow, seen: set[int]) -> dict[str, Any] | Refusal | None:
    if one.given is None:
        return Refusal.UNKNOWN
    if one.given.discrepancy in seen:
        return Refusal.TWICE
    seen.add(one.given.discrepancy)
    return known.other_cells(one) or known.judge(whose, one.given)


def _fault(one: SheetRow, why: Refusal) -> Fault:
    column = _COLUMN.get(why, "line")
    found = {
        "line": one.line,
        "month": f"{one.period:%Y-%m}" if one.period else "",
        "answer": one.given.answer if one.given else "",
    }
    return Fault(one.row, column, why, found.get(column, "")[:40])


class _Known:
    """What is held of the lines that answers name: how they stand, and what was answered of them."""

    def __init__(self, acting: Acting, ids: Sequence[int]) -> None:
        self.acting = acting
        held = acting.session.execute(_LINES, {**of_place(acting), "ids": list(ids)})
        self.lines = {row.id: row for row in held}
        self.said: dict[int, list[DiscrepancyAnswer]] = {}
        wanted = select(DiscrepancyAnswer).where(DiscrepancyAnswer.discrepancy_id.in_(list(self.lines)))
        for said in acting.session.scalars(wanted.order_by(DiscrepancyAnswer.id)):
            self.said.setdefault(said.discrepancy_id, []).append(said)

    def other_cells(self, one: SheetRow) -> Refusal | None:
        """Whether month or worker beside a line's number are another's: rows were sorted apart, or mixed up."""
        held = self.lines.get(one.given.discrepancy) if one.given is not None else None
        if held is None:
            return None
        if one.worker is not None and one.worker != held.worker_id:
            return Refusal.OTHER_PERSON
        months = {held.period, *(said.period for said in self.said.get(held.id, ()))}
        return Refusal.OTHER_MONTH if one.period is not None and one.period not in months else None

    def judge(self, whose: WorkList, given: Given) -> dict[str, Any] | Refusal | None:
        """The row to be kept; None where the very answer is kept already; or why it is not taken."""
        held = self.lines.get(given.discrepancy)
        if held is None:
            return Refusal.UNKNOWN
        if not may_answer(self.acting.viewer, whose):
            return Refusal.OWNER
        note = " ".join(given.note.split())
        before = next((said for said in self.said.get(held.id, ()) if _of_state(given, held.id, said)), None)
        if before is not None:
            same = (before.owner, before.answer, self._note(held, before)) == (whose.value, given.answer, note)
            return None if same else Refusal.ANSWERED
        if not stands_as(given.number, held.id, held.updated_at) or held.closed_at is not None:
            return Refusal.CHANGED
        if held.whose != whose.value:
            return Refusal.OWNER
        return _fault_of(whose, given.answer, note) or self._row(held, whose, given.answer, note)

    def _note(self, held: Any, said: DiscrepancyAnswer) -> str:
        return unseal_of(held.wrapped, said.note, "discrepancy_answer.note")

    def _row(self, held: Any, whose: WorkList, answered: str, note: str) -> dict[str, Any]:
        sealed = person(held.wrapped).seal(note, "discrepancy_answer.note") if note and held.wrapped else None
        return {
            "discrepancy_id": held.id,
            "stood_since": held.updated_at,
            "enrolment_id": held.enrolment_id,
            "period": held.period,
            "verdict": held.verdict,
            "owner": whose.value,
            "answer": answered,
            "note": sealed,
            "by": self.acting.by,
            "answered_at": self.acting.now,
        }


def _of_state(given: Given, discrepancy: int, said: DiscrepancyAnswer) -> bool:
    return stands_as(given.number, discrepancy, said.stood_since)


def _fault_of(whose: WorkList, answered: str, note: str) -> Refusal | None:
    if answered not in ANSWERS[whose]:
        return Refusal.ANSWER
    if len(note) > LONGEST_NOTE:
        return Refusal.LONG
    return Refusal.NOTE if answered == OTHER and len(note) < SHORTEST_NOTE else None


def _keep(acting: Acting, rows: list[dict[str, Any]], *, how: str) -> bool:
    """Write the answers, all or none: False where somebody else has answered one of them in this very moment."""
    session = acting.session
    with session.begin_nested() as point:
        kept = session.execute(
            insert(DiscrepancyAnswer)
            .on_conflict_do_nothing()
            .returning(DiscrepancyAnswer.id, DiscrepancyAnswer.enrolment_id, DiscrepancyAnswer.answer),
            [{**row, "how": how} for row in rows],
        ).all()
        if len(kept) < len(rows):
            point.rollback()
            return False
    if rows[0]["owner"] == WorkList.KELURAHAN.value:
        said = {row.enrolment_id: row.answer for row in kept if row.answer != OTHER}
        record_answers(session, [row.id for row in kept if row.answer != OTHER], now=acting.now)
        _see_to_tasks(acting, said)
    acting.record("discrepancies answered", f"work list:{rows[0]['owner']}", answers=len(rows), how=how)
    return True


def _see_to_tasks(acting: Acting, said: Mapping[int, str]) -> None:
    """What the kelurahan was asked of these residents elsewhere is answered by it; a death it reports is to be checked.

    A reported death whose person lives, as the kelurahan says now, is checked no more; its task alone confirms it.
    """
    session = acting.session
    wanted = select(Task).where(Task.enrolment_id.in_(list(said)), Task.closed_at.is_(None))
    for task in session.scalars(wanted.where(Task.kind.in_((*ABOUT_RESIDENTS, _DEATH))).order_by(Task.id)).all():
        lives = said[task.enrolment_id or 0] in _LIVES
        if task.kind != _DEATH or lives:
            how = "not so" if task.kind == _DEATH else "done"
            close_task(session, task.kind, task.subject, how=how, by=acting.by, now=acting.now)
    deaths = [enrolment for enrolment, word in said.items() if word == RtHeadSays.DECEASED.value]
    for line in session.scalars(select(Enrolment).where(Enrolment.id.in_(deaths)).order_by(Enrolment.id)):
        open_task(
            session,
            kind=_DEATH,
            subject=f"enrolment:{line.id}",
            kelurahan_code=line.kelurahan_code,
            rw=line.rw,
            rt=line.rt,
            enrolment_id=line.id,
            due_on=acting.today,
            now=acting.now,
            by=acting.by,
        )
