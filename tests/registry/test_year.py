"""A year of lists, with all that offices do in it: every day stands as a slow account of all files has it."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import EXAMPLES, examples
from tests.registry.year import City, File, Line, Month, city_at, later
from verify_service.ground.as_of import as_of
from verify_service.ground.crypto import blind_index, unseal, unseal_of
from verify_service.ground.database import transaction
from verify_service.registry import loading
from verify_service.registry.loading import RosterTerms
from verify_service.registry.problems import FileRefused
from verify_service.registry.undo import undo_version
from verify_service.verification.reconciliation import compute_again, drain, reconcile_batch

PEOPLE = 24
MONTHS = 12 if EXAMPLES else 7
BEGIN = dt.datetime(2026, 1, 5, 3, 0, tzinfo=dt.UTC)
JANUARY = dt.date(2026, 1, 1)
KELURAHAN = ("Margahayu", "Bekasijaya", "Durenjaya", "Arenjaya")
# Names of which no two can be one person's, and none is another's respelt.
FIRST = ("Agus", "Bambang", "Citra", "Dewi", "Eko", "Fitri", "Gunawan", "Hendra", "Indah", "Joko", "Kartika", "Lukman")
LAST = ("Santoso", "Wulandari", "Prasetyo", "Nugroho", "Kusuma", "Maharani")
STATUS = {"active": "AKTIF", "unpaid": "MENUNGGAK", "inactive": "NON AKTIF"}


class Year:
    """Offices at work, by chance; and the account of what they sent."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.at = BEGIN
        self.files: list[File] = []
        self.undone = self.refused = 0
        chance = self.chance
        self.list: list[Line] = []
        for place in range(PEOPLE):
            born = dt.date(1960, 1, 1) + dt.timedelta(days=331 * place + chance.randrange(300))
            nik = f"327501{born:%d%m%y}{place + 1:04}"
            name = (
                f"{FIRST[place % len(FIRST)]} {LAST[place // len(FIRST) + 2 * (place % 2)]} {'ABCDEFGH'[place % 8] * 6}"
            )
            phone = f"+62812{10_000_000 + place}"
            self.list.append(Line(nik, name, f"{born:%Y-%m-%d}", chance.choice(KELURAHAN), "003", "002", phone, "Ojek"))
        self.list += [replace(self.list[0], kelurahan="Jakasampurna", rt="009", rw="005", phone="")]  # listed twice

    def next_moment(self) -> dt.datetime:
        self.at += dt.timedelta(hours=self.chance.randrange(20, 70))
        return self.at

    # --- what offices do ---

    def roster(self) -> None:
        """A list: part of the people, in any order, some moved, some with another phone, some cells blank."""
        chance = self.chance
        for number, line in enumerate(self.list):
            if chance.random() < 0.12:
                self.list[number] = self._changed(line)
        lines = [line for line in self.list if chance.random() < 0.8] or self.list[:3]
        chance.shuffle(lines)
        lines = [self._with_blanks(line) if chance.random() < 0.15 else line for line in lines]
        start = later(JANUARY, chance.choice((0, 0, 1, 3, 6, 12)))
        self._send(File(self.next_moment(), "roster", "", tuple(lines), start, chance.choice((3, 6, 12))))

    def _changed(self, line: Line) -> Line:
        chance = self.chance
        what = chance.choice(("kelurahan", "rt", "phone", "job", "nik"))
        if what == "kelurahan":
            units = {"rt": f"{chance.randrange(1, 9):03}", "rw": chance.choice(("002", "007", ""))}
            return replace(line, kelurahan=chance.choice(KELURAHAN), **units)
        if what == "rt":
            return replace(line, rt=f"{chance.randrange(1, 9):03}")
        if what == "phone":
            return replace(line, phone=f"+62813{chance.randrange(10**7, 10**8)}")
        if what == "job":
            return replace(line, job=chance.choice(("Ojek", "Pedagang", "Pemulung")))
        return replace(line, nik=f"{line.nik[:12]}{chance.randrange(1000, 9999)}")  # corrected: another person to us

    def _with_blanks(self, line: Line) -> Line:
        blank = self.chance.choice(("born", "phone", "job", "rt", "kelurahan"))
        # A line without a kelurahan says where in it nobody lives either.
        return replace(line, kelurahan="", rt="", rw="") if blank == "kelurahan" else replace(line, **{blank: ""})

    def again(self) -> None:
        """A file that was sent before, as it was; now and then on other terms."""
        rosters = [file for file in self.files if file.kind == "roster" and file.undone_at is None]
        if rosters:
            old = self.chance.choice(rosters)
            newest = next(
                file for file in reversed(self.files) if file.content == old.content and file.undone_at is None
            )
            terms = {} if self.chance.random() < 0.5 else {"paid_from": later(newest.paid_from, 1)}
            self._send(replace(newest, at=self.next_moment(), undone_at=None, **terms))

    def month(self, kind: str, period: Month) -> None:
        """Payments or the insurer's file of a month; a second one replaces the first."""
        chance = self.chance
        held = [line for line in {line.nik: line for line in self.list}.values() if chance.random() < 0.9]
        file = File(self.next_moment(), kind, "", period=period)
        if kind == "payments":
            file.amounts = tuple((line.nik, 16_800) for line in held)
        else:
            file.statuses = tuple((line.nik, chance.choices(list(STATUS), (8, 1, 1))[0]) for line in held)
        self._send(file)

    def undo(self) -> None:
        """The last file, or one a little before, is taken back; where something rests on it, nothing happens."""
        standing = [number for number, file in enumerate(self.files) if file.undone_at is None]
        if not standing:
            return
        number = standing[-1 - min(self.chance.choice((0, 0, 0, 1, 2)), len(standing) - 1)]
        at = self.next_moment()
        try:
            with transaction() as session:
                undo_version(session, number + 1, now=at, actor="test")
        except FileRefused:
            self.refused += 1
            return
        self.files[number].undone_at = at
        self.undone += 1

    # --- the files themselves ---

    def _send(self, file: File) -> None:
        path = self.folder / f"{len(self.files)}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(_cells(file))
        file.content = file.content or path.read_text(encoding="utf-8")
        with transaction() as session:
            report = self._load(session, path, file)
        assert report.rejected == 0, report.to_text()
        if not report.unchanged:
            self.files.append(file)

    def _load(self, session: Session, path: Path, file: File) -> Any:
        if file.kind == "roster":
            terms = RosterTerms(file.paid_from, file.months)
            return loading.import_roster(session, path, terms, now=file.at, actor="test")
        importer = loading.import_payments if file.kind == "payments" else loading.import_insurer
        return importer(session, path, period=file.period, now=file.at, actor="test")


def _cells(file: File) -> Iterator[list[str]]:
    if file.kind == "payments":
        yield ["NIK", "JUMLAH"]
        yield from ([nik, str(amount)] for nik, amount in file.amounts)
    elif file.kind == "insurer":
        yield ["NIK", "STATUS"]
        yield from ([nik, STATUS[status]] for nik, status in file.statuses)
    else:
        yield ["NIK", "NAMA", "TGL LAHIR", "KELURAHAN", "RT", "RW", "NO HP", "PEKERJAAN"]
        for line in file.lines:
            phone = line.phone.replace("+62", "0")
            yield [line.nik, line.name, line.born, line.kelurahan, line.rt, line.rw, phone, line.job]


def live(seed: int, folder: Path) -> Year:
    """Month after month, each with its lists and files and what goes wrong with them."""
    year = Year(seed, folder)
    for number in range(MONTHS):
        period = later(JANUARY, number)
        year.at = max(year.at, dt.datetime(period.year, period.month, 3, 3, 0, tzinfo=dt.UTC))
        year.roster()
        year.month("payments", period)
        year.month("insurer", period)
        for _ in range(year.chance.randrange(1, 3)):
            year.chance.choice(
                (
                    year.again,
                    year.undo,
                    year.undo,
                    year.roster,
                    partial(year.month, "insurer", later(period, -year.chance.randrange(min(3, number + 1)))),
                    partial(year.month, "payments", period),
                )
            )()
    return year


_LISTED = text(
    """
SELECT wrapped, worker.nik, worker.name, worker.birth_date, area.kelurahan, enrolment.rw, enrolment.rt,
       enrolment.occupation, enrolment.paid_from, enrolment.months,
       (SELECT array_agg(phone.number) FROM phone_link link JOIN phone ON phone.id = link.phone_id
        WHERE link.worker_id = worker.id AND link.unlinked_at IS NULL) AS phones
FROM enrolment JOIN worker ON worker.id = enrolment.worker_id JOIN person_key USING (nik_index)
LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
"""
)
_CASES = text(
    """
SELECT wrapped, worker.nik, verdict.period, verdict.list, verdict.insurer
FROM verdict JOIN enrolment ON enrolment.id = verdict.enrolment_id JOIN worker ON worker.id = enrolment.worker_id
JOIN person_key USING (nik_index)
"""
)


def listed(session: Session) -> list[tuple[object, ...]]:
    return sorted(
        (unseal_of(row.wrapped, row.nik, "worker.nik"), row.name,
         unseal_of(row.wrapped, row.birth_date, "worker.birth_date"),
         row.kelurahan or "", row.rw or "", row.rt or "", row.occupation or "", row.paid_from.isoformat(), row.months,
         ",".join(sorted(unseal(phone, "phone.number") for phone in row.phones or ())))
        for row in session.execute(_LISTED)
    )  # fmt: skip


def cases(session: Session) -> list[tuple[str, str, str, str]]:
    return sorted(
        (unseal_of(row.wrapped, row.nik, "worker.nik"), row.period.isoformat(), row.list, row.insurer)
        for row in session.execute(_CASES)
    )


def months(session: Session, year: Year, table: str, says: str) -> dict[Month, dict[str, Any]]:
    held: dict[Month, dict[str, Any]] = {}
    niks = {blind_index(nik, "nik"): nik for file in year.files for nik in _named(file)}
    for period, index, value in session.execute(text(f"SELECT period, nik_index, {says} FROM {table}")):
        held.setdefault(period, {})[niks[bytes(index)]] = value
    return held


def _named(file: File) -> set[str]:
    return {nik for nik, _ in (*file.amounts, *file.statuses)}


def expect(session: Session, year: Year, city: City, day: object) -> None:
    assert listed(session) == city.listed(), day
    assert months(session, year, "payment", "amount") == {period: paid for period, paid in city.paid.items() if paid}, (
        day
    )
    assert months(session, year, "insurer_record", "status") == city.insured, day


@pytest.mark.parametrize("seed", range(1, 1 + examples(1)))
def test_every_day_of_a_year_of_lists_stands_as_its_files_have_it(db: Any, tmp_path: Path, seed: int) -> None:
    year = live(seed, tmp_path)
    assert len(year.files) > 2.5 * MONTHS
    assert year.undone >= 1
    moments = sorted({file.at for file in year.files} | {file.undone_at for file in year.files if file.undone_at})
    for moment in moments[:: 1 if EXAMPLES else 5]:
        city = city_at(year.files, moment)
        with as_of(moment) as session:
            expect(session, year, city, moment)
            compute_again(session, premium=16_800, now=year.at)
            assert cases(session) == city.cases(), moment

    def one_batch() -> Any:
        with transaction() as session:
            return reconcile_batch(session, premium=16_800, now=year.at)

    drain(one_batch)
    with transaction() as session:
        now = city_at(year.files, year.at)
        expect(session, year, now, "now")
        assert cases(session) == now.cases()
