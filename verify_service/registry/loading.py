"""`verify import`: a file read, reported and merged in the caller's transaction, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.crypto import seal
from verify_service.ground.database import take_turn
from verify_service.ground.programme import Programme, programme
from verify_service.ground.tables import FileImport, ImportProblem
from verify_service.registry import enrolments, ledger_store, listed, rt_head_store
from verify_service.registry.enrolments import Merged
from verify_service.registry.insurers import read_insurer, unclear
from verify_service.registry.nik import Eligible
from verify_service.registry.opening import refuse_too_large
from verify_service.registry.payments import read_payments
from verify_service.registry.problems import FileRefused, Problem, TableMissing
from verify_service.registry.reading import Progress, Reading
from verify_service.registry.report import ImportReport, report_of, with_notes
from verify_service.registry.rosters import Desk, RosterRow, read_roster
from verify_service.registry.rt_heads import read_rt_heads
from verify_service.registry.staging import Staged, copy_into, sealed
from verify_service.registry.wrong_file import other_kind

__all__ = ["FileRefused", "ImportReport", "import_insurer", "import_payments", "import_roster", "import_rt_heads"]


@dataclass(frozen=True)
class Order:
    """One file to be imported: by whom, when, as what, and whether only to see what would happen."""

    kind: str
    path: Path
    now: dt.datetime
    actor: str
    dry_run: bool = False
    period: dt.date | None = None
    decree: str | None = None
    terms: dict[str, object] | None = None


Outcome = tuple[Merged, int, tuple[Problem, ...]]
Merge = Callable[[Reading[Any], int, bool], Outcome]


def import_roster(
    session: Session,
    path: Path,
    *,
    paid_from: dt.date,
    months: int | None = None,
    decree: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """A roster: whose premium the city pays from `paid_from` (first of a month).

    `months` goes before the file's own months column; without either it is twelve. The same file again changes nothing,
    but with other terms (`paid_from`, `months`) it corrects those of the enrolments that rest on it;
    a NIK that another file enrolled keeps its enrolment, brought up to date; a second line of a NIK in this file is a
    second enrolment.
    Raises FileRefused, with nothing stored, for a file that cannot be read. Never commits.
    """
    order = Order("roster", path, now, actor, dry_run, decree=decree or programme().decree)
    order = replace(order, terms={"paid_from": f"{_first(paid_from):%Y-%m}", "months": months})

    def read() -> Reading[RosterRow]:
        return read_roster(path, _desk(programme(), now), progress=progress)

    def merge(reading: Reading[RosterRow], import_id: int, again: bool) -> Outcome:
        enrolments.stage_roster(session, reading.accepted, reading.flags(), months)
        start = _first(paid_from)
        problems = listed.other_people(session, reading)
        if again and _terms_of(session, import_id) != order.terms:
            return enrolments.correct_terms(session, import_id=import_id, paid_from=start, now=now), 0, tuple(problems)
        problems += listed.perhaps_listed(session, reading)
        removed = enrolments.find_lines(session, import_id=import_id, now=now)
        problems += listed.moved(session, reading, import_id)
        created, updated = enrolments.merge_roster(session, import_id=import_id, paid_from=start, now=now, again=again)
        return Merged(created, updated, removed), 0, tuple(problems)

    return _import(session, order, read, merge)


def import_payments(
    session: Session,
    path: Path,
    *,
    period: dt.date,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """A payment file of one month; a newer file of the month replaces it whole. See import_roster.

    The same file again changes nothing unless another took its place meanwhile. Raises FileRefused also for a month
    that cannot be, and for a file that names fewer than half of the people the month had.
    """
    month = _first(period)
    order = Order("payments", path, now, actor, dry_run, period=month)

    def merge(reading: Reading[Any], import_id: int, _again: bool) -> Outcome:
        ledger_store.stage_payments(session, reading.accepted)
        strangers = ledger_store.unmatched(session, "staged_payment")
        others = listed.other_names(session, "staged_payment", reading)
        merged = ledger_store.merge_payments(session, import_id=import_id, period=month, now=now)
        return merged, strangers, tuple(others)

    premium = programme().premium.on(month)
    today = _today(programme(), now)
    return _import(session, order, lambda: read_payments(path, month, today, premium, progress=progress), merge)


def import_insurer(
    session: Session,
    path: Path,
    *,
    period: dt.date,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """An insurer's return file of one month; gives workers their KPJ. See import_payments."""
    month = _first(period)
    order = Order("insurer", path, now, actor, dry_run, period=month)

    def merge(reading: Reading[Any], import_id: int, _again: bool) -> Outcome:
        ledger_store.stage_insurer(session, [*reading.accepted, *unclear(reading)])
        strangers = ledger_store.unmatched(session, "staged_insurer")
        others = listed.other_names(session, "staged_insurer", reading)
        ledger_store.take_no_kpj(session, [problem.row for problem in others])
        merged = ledger_store.merge_insurer(session, import_id=import_id, period=month, now=now)
        return merged, strangers, tuple(others)

    today = _today(programme(), now)
    return _import(session, order, lambda: read_insurer(path, month, today, progress=progress), merge)


def import_rt_heads(
    session: Session,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """A list of RT heads; a new name ends the term of the head before, an empty one leaves the post vacant."""
    order = Order("rt_heads", path, now, actor, dry_run)
    desk = _desk(programme(), now)

    def merge(reading: Reading[Any], import_id: int, _again: bool) -> Outcome:
        merged = rt_head_store.merge_rt_heads(session, reading.accepted, import_id=import_id, today=desk.today, now=now)
        return merged, 0, ()

    return _import(session, order, lambda: read_rt_heads(path, desk, progress=progress), merge)


def _import(
    session: Session,
    order: Order,
    read: Callable[[], Reading[Any]],
    merge: Merge,
) -> ImportReport:
    """The course of every import; on an error the savepoint takes back all of it, and a dry run always does."""
    refuse_too_large(order.path)
    _refuse_month(order, programme())
    with order.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    take_turn(session, text("SELECT pg_advisory_xact_lock(hashtext('verify import'))"))
    before = _imported_before(session, order, digest)
    if before is not None and _still_holds(session, order, before):
        return _nothing_changed(order, before)
    back = _put_back(order, before)
    try:
        reading = read()
    except TableMissing as missing:
        raise FileRefused(f"{missing} {other_kind(order.path, order.kind.replace('_', '-'))}".rstrip()) from None
    report = report_of(order.kind, order.path.name, reading)
    with session.begin_nested() as savepoint:
        import_id = _open(session, order, digest, report, before)
        merged, strangers, more = merge(reading, import_id, before is not None)
        if more:
            refused = {problem.row for problem in more if problem.level == "rejected"}
            reading = replace(reading, problems=reading.problems + more).without(refused)
            report = report_of(order.kind, order.path.name, reading)
        report = with_notes(_told(report, order, merged, strangers, import_id), back)
        _close(session, order, report, reading, merged, import_id)
        session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))
        if order.dry_run:
            savepoint.rollback()
    return replace(report, import_id=None, dry_run=True) if order.dry_run else report


_EARLIEST = dt.date(2015, 1, 1)  # no file of the programme can be older


def _refuse_month(order: Order, held: Programme) -> None:
    """A mistyped month would become the newest of all and unsettle everybody's verdict."""
    latest = _first(_today(held, order.now))
    if order.period is not None and not _EARLIEST <= order.period <= latest:
        raise FileRefused(
            f"There can be no file for {order.period:%Y-%m}: give a month from {_EARLIEST:%Y-%m} to {latest:%Y-%m}."
        )


def _told(report: ImportReport, order: Order, merged: Merged, strangers: int, import_id: int) -> ImportReport:
    removed = merged.removed_again
    note = f"{removed} of these people had been removed by decision; they stay removed." if removed else ""
    gone = "not paid" if order.kind == "payments" else "not found"
    dropped = (
        f"{merged.dropped:,} people of the earlier file of this month are not in this one; they count as {gone} now."
        if merged.dropped
        else ""
    )
    absent = f"On a list for this month and not in this file: {merged.absent:,}." if merged.absent else ""
    return replace(
        with_notes(report, note, dropped, absent),
        unmatched=strangers,
        absent=merged.absent,
        created=merged.created,
        updated=merged.updated,
        import_id=import_id,
    )


def _put_back(order: Order, before: FileImport | None) -> str:
    """What a list is told that was imported before, and counts again over those that came after it."""
    if before is None or before.report.get("terms", order.terms) != order.terms:
        return ""
    return (
        f"This file was imported on {before.imported_at:%Y-%m-%d} before. It counts again: what later files say of the"
        " same people holds no longer, except months that they added."
    )


def _imported_before(session: Session, order: Order, digest: bytes) -> FileImport | None:
    return session.scalars(
        select(FileImport).where(
            FileImport.kind == order.kind,
            FileImport.sha256 == digest,
            FileImport.period.is_not_distinct_from(order.period),
        )
    ).one_or_none()


def _still_holds(session: Session, order: Order, held: FileImport) -> bool:
    """Whether the earlier import of this same file is still what counts, on the terms now given."""
    if order.period is not None:
        return not ledger_store.is_superseded(session, order.kind, import_id=held.id, period=order.period)
    if held.report.get("terms", order.terms) != order.terms:
        return False
    return not session.execute(_OVERTAKEN, {"held": held.id, "kind": order.kind}).scalar_one()


# A list put back counts again: another came after it and took over people of its. (An older installation has no turns.)
_OVERTAKEN = text(
    """
SELECT EXISTS (
           SELECT 1 FROM file_import later WHERE later.kind = :kind AND later.id <> held.id
             AND (coalesce((later.report ->> 'turn')::int, 0), later.id)
                 > (coalesce((held.report ->> 'turn')::int, 0), held.id))
       AND (:kind <> 'roster'
            OR (SELECT count(*) FROM enrolment WHERE import_id = held.id) < held.accepted)
FROM file_import held WHERE held.id = :held
"""
)
_NEXT_TURN = text("SELECT coalesce(max((report ->> 'turn')::int), 0) + 1 FROM file_import WHERE kind = :kind")


def _terms_of(session: Session, import_id: int) -> object:
    return session.execute(select(FileImport.report["terms"]).where(FileImport.id == import_id)).scalar_one()


def _nothing_changed(order: Order, held: FileImport) -> ImportReport:
    return ImportReport(
        order.kind,
        order.path.name,
        held.rows,
        held.accepted,
        held.flagged,
        held.rejected,
        notes=(f"This file was imported on {held.imported_at:%Y-%m-%d} as {held.filename}. Nothing was changed.",),
        unmatched=held.unmatched,
        unchanged=True,
        dry_run=order.dry_run,
        import_id=held.id,
        counts=held.report.get("counts", {}),
    )


def _open(session: Session, order: Order, digest: bytes, report: ImportReport, before: FileImport | None) -> int:
    """The id of the file's row: a new one, or that of the same file `before`, which is imported anew."""
    told: dict[str, object] = {
        "filename": order.path.name,
        "decree": order.decree,
        "imported_at": order.now,
        "actor": order.actor,
        "rows": report.rows,
        "accepted": report.accepted,
        "flagged": report.flagged,
        "rejected": report.rejected,
        "report": {},
    }
    if before is not None:
        session.execute(delete(ImportProblem).where(ImportProblem.import_id == before.id))
        told["report"] = {"terms": before.report.get("terms", order.terms)}  # what a correction of them follows on
        session.execute(update(FileImport).where(FileImport.id == before.id).values(told))
        return before.id
    row = insert(FileImport).values(told | {"kind": order.kind, "sha256": digest, "period": order.period})
    return int(session.execute(row.returning(FileImport.id)).scalar_one())


def _close(
    session: Session, order: Order, report: ImportReport, reading: Reading[Any], merged: Merged, import_id: int
) -> None:
    detail = {
        "counts": report.counts,
        "duplicates": len(report.duplicates),
        "created": report.created,
        "updated": report.updated,
        "dropped": merged.dropped,
        "turn": session.execute(_NEXT_TURN, {"kind": order.kind}).scalar_one(),
    } | ({"terms": order.terms} if order.terms else {})
    session.execute(
        update(FileImport)
        .where(FileImport.id == import_id)
        .values(
            accepted=report.accepted,
            flagged=report.flagged,
            rejected=report.rejected,
            unmatched=report.unmatched,
            report=detail,
        )
    )
    refused = {row.row: row.cells for row in reading.rejected}
    copy_into(session, "import_problem", _problem_columns(refused, import_id), reading.problems)
    audit.record(
        session,
        now=order.now,
        actor=order.actor,
        action=f"import {order.kind}",
        on=f"file_import:{import_id}",
        rows=report.rows,
        accepted=report.accepted,
        rejected=report.rejected,
        created=report.created,
        updated=report.updated,
        dropped=merged.dropped,
        period=f"{order.period:%Y-%m}" if order.period else None,
    )


def _problem_columns(refused: Mapping[int, Mapping[str, str]], import_id: int) -> list[Staged[Problem]]:
    """The problems as stored; a refused row goes whole, sealed, with its first."""
    left = dict(refused)

    def whole_row(problem: Problem) -> bytes | None:
        whole = left.pop(problem.row, None) if problem.level == "rejected" else None
        return None if whole is None else seal(json.dumps(whole, ensure_ascii=False), "import_problem.whole_row")

    return [
        Staged("import_id", "int8", lambda _: import_id),
        Staged("row", "int8", lambda problem: problem.row),
        Staged("column", "text", lambda problem: problem.column),
        Staged("code", "text", lambda problem: problem.code),
        Staged("expected", "text", lambda problem: problem.expected),
        Staged("rejected", "bool", lambda problem: problem.level == "rejected"),
        Staged("found", "bytea", lambda problem: sealed("import_problem.found")(problem.raw)),
        Staged("whole_row", "bytea", whole_row),
    ]


def _desk(held: Programme, now: dt.datetime) -> Desk:
    whom = held.eligibility
    return Desk(_today(held, now), Eligible(whom.nik_prefixes, whom.age_from, whom.age_to))


def _today(held: Programme, now: dt.datetime) -> dt.date:
    return now.astimezone(held.zone).date()


def _first(month: dt.date) -> dt.date:
    return month.replace(day=1)
