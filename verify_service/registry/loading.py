"""`verify import`: a file read, reported and merged in the caller's transaction, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.database import take_turn
from verify_service.ground.programme import Programme, programme
from verify_service.ground.tables import FileImport, Round
from verify_service.registry import enrolments, ledger_store, listed, rt_head_store
from verify_service.registry.columns import Layout, looks_like
from verify_service.registry.corrections import ERASED, erased_people, forget_rows, keep_corrections
from verify_service.registry.enrolments import Merged
from verify_service.registry.headings import remember, with_headings
from verify_service.registry.insurers import INSURER, read_insurer, unclear
from verify_service.registry.kept_lines import keep_lines, refuse_lines
from verify_service.registry.missing import hand_over_missing, take_back_named
from verify_service.registry.nik import Eligible
from verify_service.registry.opening import refuse_too_large
from verify_service.registry.orders import Order, RosterTerms
from verify_service.registry.pairs import find_pairs
from verify_service.registry.payments import PAYMENTS, read_payments
from verify_service.registry.person_keys import Keyed, keys_for
from verify_service.registry.problems import FileRefused, Problem, TableMissing
from verify_service.registry.reading import Progress, Reading
from verify_service.registry.report import ImportReport, report_of, with_notes
from verify_service.registry.roster_reading import read_roster
from verify_service.registry.roster_staging import stage_roster
from verify_service.registry.rosters import ROSTER, Desk, RosterRow
from verify_service.registry.rt_heads import RT_HEADS, read_rt_heads
from verify_service.registry.staging import Staged, copy_into, sealed
from verify_service.registry.versions import Version, changing, is_overtaken, not_before_others, of_this_file
from verify_service.registry.wrong_file import limits_of, other_kind

__all__ = [
    "FileRefused",
    "ImportReport",
    "RosterTerms",
    "import_insurer",
    "import_payments",
    "import_roster",
    "import_rt_heads",
]


Read = Callable[[Layout], Reading[Any]]
Outcome = tuple[Merged, int, tuple[Problem, ...]]
Keys = Mapping[str, Keyed]
Merge = Callable[[Reading[Any], Version, Keys], Outcome]


LAYOUTS = {layout.kind: layout for layout in (ROSTER, PAYMENTS, INSURER, RT_HEADS)}
_NONE_TOLD: Mapping[str, str] = MappingProxyType({})


def import_roster(
    session: Session,
    path: Path,
    terms: RosterTerms,
    *,
    headings: Mapping[str, str] = _NONE_TOLD,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """A roster: whose premium the city pays.

    The same file again changes nothing, but with another first month or number of months it corrects those of the
    enrolments that rest on it; a NIK that another file enrolled keeps its enrolment, brought up to date; a second line
    of a NIK in this file is a second enrolment. Whom a whole list leaves out is told by name and given to the officers.
    `headings`: what columns are that we do not know by their heading, remembered for the next file.
    Raises FileRefused, with nothing stored, for a file that cannot be read. Never commits.
    """
    start, months = _first(terms.paid_from), terms.months
    order = Order("roster", path, now, actor, dry_run, decree=terms.decree or programme().decree, whole=terms.whole)
    order = replace(
        order, terms={"paid_from": f"{start:%Y-%m}", "months": months}, headings=headings, priced=terms.priced
    )

    def read(layout: Layout) -> Reading[RosterRow]:
        return read_roster(path, _desk(programme(), now), progress=progress, layout=layout)

    def merge(reading: Reading[RosterRow], version: Version, _keys: Keys) -> Outcome:
        stage_roster(session, reading, version.id, months, now=now)
        problems = [*erased_people(session, reading), *keep_corrections(session, reading)]
        problems += listed.other_people(session, reading)
        if version.earlier_terms not in (None, order.terms):
            return enrolments.correct_terms(session, version, paid_from=start, now=now), 0, tuple(problems)
        removed = enrolments.find_lines(session, version, now=now)
        find_pairs(session, version.id, now=now)
        problems += listed.perhaps_the_same(session, reading)
        problems += listed.moved(session, reading, version.id)
        created, updated = enrolments.merge_roster(session, version, paid_from=start, now=now)
        return Merged(created, updated, removed), 0, tuple(problems)

    return _import(session, order, ROSTER, read, merge)


def read_one(session: Session, path: Path, *, now: dt.datetime) -> RosterRow | None:
    """The one row of a roster file as an import would read it; None where it would not be taken."""
    reading = read_roster(path, _desk(programme(), now), layout=with_headings(session, ROSTER, {}))
    return reading.accepted[0] if len(reading.accepted) == 1 else None


def import_payments(
    session: Session,
    path: Path,
    *,
    period: dt.date,
    headings: Mapping[str, str] = _NONE_TOLD,
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
    order = Order("payments", path, now, actor, dry_run, period=month, headings=headings)

    def merge(reading: Reading[Any], version: Version, keys: Keys) -> Outcome:
        ledger_store.stage_payments(session, reading.accepted, keys)
        strangers = ledger_store.unmatched(session, "staged_payment")
        others = listed.other_names(session, "staged_payment", reading)
        merged = ledger_store.merge_payments(session, import_id=version.id, period=month, now=now)
        return merged, strangers, tuple(others)

    premium = programme().premium.on(month)
    today = _today(programme(), now)

    def read(layout: Layout) -> Reading[Any]:
        return read_payments(path, month, today, premium, progress=progress, layout=layout)

    return _import(session, order, PAYMENTS, read, merge)


def import_insurer(
    session: Session,
    path: Path,
    *,
    period: dt.date,
    headings: Mapping[str, str] = _NONE_TOLD,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """An insurer's return file of one month; gives workers their KPJ. See import_payments."""
    month = _first(period)
    order = Order("insurer", path, now, actor, dry_run, period=month, headings=headings)

    def merge(reading: Reading[Any], version: Version, keys: Keys) -> Outcome:
        doubtful = unclear(reading)
        keys = {**keys, **keys_for(session, {row.nik for row in doubtful}, now=now)}
        ledger_store.stage_insurer(session, [*reading.accepted, *doubtful], keys)
        strangers = ledger_store.unmatched(session, "staged_insurer")
        others = listed.other_names(session, "staged_insurer", reading)
        ledger_store.take_no_kpj(session, [problem.row for problem in others])
        merged = ledger_store.merge_insurer(session, import_id=version.id, period=month, now=now)
        return merged, strangers, tuple(others)

    today = _today(programme(), now)

    def read(layout: Layout) -> Reading[Any]:
        return read_insurer(path, month, today, progress=progress, layout=layout)

    return _import(session, order, INSURER, read, merge)


def import_rt_heads(
    session: Session,
    path: Path,
    *,
    headings: Mapping[str, str] = _NONE_TOLD,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: dt.datetime,
    actor: str,
) -> ImportReport:
    """A list of heads of RT and RW; a new name ends the term of the head before, an empty one leaves the post vacant.

    A head with a first day to come takes office on that day.
    """
    order = Order("rt_heads", path, now, actor, dry_run, headings=headings)
    desk = _desk(programme(), now)

    def merge(reading: Reading[Any], version: Version, _keys: Keys) -> Outcome:
        merged, more = rt_head_store.merge_rt_heads(session, reading, import_id=version.id, today=desk.today, now=now)
        return merged, 0, more

    def read(layout: Layout) -> Reading[Any]:
        return read_rt_heads(path, desk, progress=progress, layout=layout)

    return _import(session, order, RT_HEADS, read, merge)


def _import(
    session: Session,
    order: Order,
    layout: Layout,
    read: Read,
    merge: Merge,
) -> ImportReport:
    """The course of every import; on an error the savepoint takes back all of it, and a dry run always does."""
    refuse_too_large(order.path, limits_of(order.kind))
    _refuse_month(order, programme())
    with order.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    take_turn(session, text("SELECT pg_advisory_xact_lock(hashtext('verify import'))"))
    if not order.dry_run:
        _refuse_while_sending(session)
    order = replace(order, now=not_before_others(session, order.now))
    before = of_this_file(session, order.kind, digest, order.period)
    if before and _still_holds(session, order, before[0]):
        return _nothing_changed(order, before[0])
    back = _put_back(order, before[0]) if before else ""
    try:
        reading = read(with_headings(session, layout, order.headings))
    except TableMissing as missing:
        other = other_kind(order.path, layout.kind)
        message = f"{missing} {looks_like(other)}" if other else str(missing)
        kind = other.kind if other else ""
        raise TableMissing(message, lacking=missing.lacking, unknown=missing.unknown, looks_like=kind) from None
    report = report_of(order.kind, order.path.name, reading)
    with session.begin_nested() as savepoint:
        version = _open(session, order, digest, report, before)
        keys = {} if order.kind == "roster" else keys_for(session, _niks(reading), now=order.now)
        merged, strangers, more = merge(reading, version, keys)
        if more:
            refused = {problem.row for problem in more if problem.level == "rejected"}
            reading = replace(reading, problems=reading.problems + more).without(refused)
            if order.kind == "roster":
                erased = {problem.row for problem in more if problem.code == ERASED}
                refuse_lines(session, [row for row in reading.rejected if row.row in refused - erased], version.id)
                reading = replace(reading, problems=forget_rows(session, reading.problems, erased, version.id))
            report = report_of(order.kind, order.path.name, reading)
        report = with_notes(_told(report, order, merged, strangers, version.id), back)
        remember(session, layout, order.headings, actor=order.actor, now=order.now)
        if order.kind == "roster":
            take_back_named(session, version.id, actor=order.actor, now=order.now)
        if order.whole:
            left_out = hand_over_missing(session, version.id, actor=order.actor, now=order.now)
            report = replace(report, missing=left_out)
        _close(session, order, report, reading, keys, merged)
        session.execute(text("SET LOCAL enable_nestloop TO DEFAULT"))
        if order.priced is not None:
            short_of, told = order.priced(session)
            report = with_notes(replace(report, over_ceiling=short_of), told)
        if order.dry_run:
            savepoint.rollback()
    return replace(report, import_id=None, dry_run=True) if order.dry_run else report


def _refuse_while_sending(session: Session) -> None:
    """First contacts go to people as they were drawn and to their phones as they are: neither may move meanwhile."""
    name = session.scalar(select(Round.name).where(Round.state == "sending"))
    if name is not None:
        raise FileRefused(
            f"Round {name} is sending, so that no list may change now: wait until it is open (verify round status"
            f" {name}), or cancel it. A dry run is possible."
        )


def _niks(reading: Reading[Any]) -> set[str]:
    """Whom the rows are about; heads of RT have no NIK."""
    return {row.nik for row in reading.accepted if hasattr(row, "nik")}


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


def _put_back(order: Order, before: FileImport) -> str:
    """What a list is told that was imported before, and counts again over those that came after it."""
    if before.report.get("terms", order.terms) != order.terms:
        return ""
    return (
        f"This file was imported on {before.imported_at:%Y-%m-%d} before. It counts again: what later files say of the"
        " same people holds no longer, except months that they added."
    )


def _still_holds(session: Session, order: Order, held: FileImport) -> bool:
    """Whether the earlier import of this same file is still what counts, on the terms now given."""
    if order.period is not None:
        return not ledger_store.is_superseded(session, order.kind, import_id=held.id, period=order.period)
    if held.report.get("terms", order.terms) != order.terms:
        return False
    if held.report.get("counts", {}).get(ERASED):
        return False  # somebody whom it names may have been listed anew since
    return not is_overtaken(session, held.id)


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


def _open(session: Session, order: Order, digest: bytes, report: ImportReport, before: Sequence[FileImport]) -> Version:
    """A new version; what the transaction changes from here on is kept as it stood before it."""
    row = insert(FileImport).values(
        kind=order.kind,
        sha256=digest,
        period=order.period,
        filename=order.path.name,
        decree=order.decree,
        imported_at=order.now,
        actor=order.actor,
        whole=order.whole,
        rows=report.rows,
        accepted=report.accepted,
        flagged=report.flagged,
        rejected=report.rejected,
        report={"terms": order.terms} if order.terms else {},
    )
    made = int(session.execute(row.returning(FileImport.id)).scalar_one())
    changing(session, now=order.now, version=made)
    terms = before[0].report.get("terms", order.terms) if before else None
    return Version(made, (made, *(held.id for held in before)), terms)


def _close(
    session: Session, order: Order, report: ImportReport, reading: Reading[Any], keys: Keys, merged: Merged
) -> None:
    assert report.import_id is not None
    detail = {
        "counts": report.counts,
        "duplicates": len(report.duplicates),
        "created": report.created,
        "updated": report.updated,
        "dropped": merged.dropped,
    } | ({"terms": order.terms} if order.terms else {})
    session.execute(
        update(FileImport)
        .where(FileImport.id == report.import_id)
        .values(
            accepted=report.accepted,
            flagged=report.flagged,
            rejected=report.rejected,
            unmatched=report.unmatched,
            report=detail,
        )
    )
    if order.kind != "roster":
        keep_lines(session, reading, keys, report.import_id)
    copy_into(session, "import_problem", _problem_columns(report.import_id), reading.problems)
    audit.record(
        session,
        now=order.now,
        actor=order.actor,
        action=f"import {order.kind}",
        on=f"file_import:{report.import_id}",
        rows=report.rows,
        accepted=report.accepted,
        rejected=report.rejected,
        created=report.created,
        updated=report.updated,
        dropped=merged.dropped,
        missing=len(report.missing),
        period=f"{order.period:%Y-%m}" if order.period else None,
    )


def _problem_columns(import_id: int) -> list[Staged[Problem]]:
    return [
        Staged("import_id", "int8", lambda _: import_id),
        Staged("row", "int8", lambda problem: problem.row),
        Staged("column", "text", lambda problem: problem.column),
        Staged("code", "text", lambda problem: problem.code),
        Staged("expected", "text", lambda problem: problem.expected),
        Staged("rejected", "bool", lambda problem: problem.level == "rejected"),
        Staged("found", "bytea", lambda problem: sealed("import_problem.found")(problem.raw)),
    ]


def _desk(held: Programme, now: dt.datetime) -> Desk:
    whom = held.eligibility
    return Desk(_today(held, now), Eligible(whom.nik_prefixes, whom.age_from, whom.age_to))


def _today(held: Programme, now: dt.datetime) -> dt.date:
    return now.astimezone(held.zone).date()


def _first(month: dt.date) -> dt.date:
    return month.replace(day=1)
