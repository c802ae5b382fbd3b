"""What an import costs beside reading the same file with the fastest reader and copying the same cells, unchecked."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.bench.costs import Cost, exponent, in_another, measured
from tests.bench.doubles import City
from verify_service.demo.embedded import Servers
from verify_service.ground.database import transaction

_HEADINGS = ["NIK", "NAMA_LENGKAP", "TANGGAL_LAHIR", "JENIS_KELAMIN", "ALAMAT", "RT", "RW", "KELURAHAN", "KECAMATAN"]
_HEADINGS += ["NO_HP", "PEKERJAAN"]
_AREAS = Path(__file__).parents[2] / "verify_service" / "data" / "bekasi_areas.csv"
_JOBS = ("Pengemudi ojek", "Pedagang kaki lima", "Pemulung", "Pekerja rumah tangga")
_NEXT_MONTH = 100_000  # rows up to which the next month's list is measured too

Row = tuple[str, ...]


def people(count: int, seed: int = 1) -> Iterator[Row]:
    """Rows of a clean roster, no two of one NIK: names of all regions, all kelurahan of the city."""
    chance, city = random.Random(seed), City(seed, [])
    with _AREAS.open(encoding="utf-8-sig", newline="") as file:
        places = [(row["kelurahan"], row["kecamatan"]) for row in csv.DictReader(file)]
    seen: set[int] = set()
    place = 0
    while len(seen) < count:
        born = dt.date(1962, 1, 1) + dt.timedelta(days=place % 16_000)
        woman = chance.random() < 0.4
        serial = chance.choices((1, 2, 3, 4, 5, 11), (60, 20, 10, 5, 4, 1))[0]
        nik = f"3275{1 + place // 16_000 % 60:02}{born.day + 40 * woman:02}{born:%m%y}{serial:04}"
        place += 1
        if int(nik) in seen:
            continue
        seen.add(int(nik))
        sex = "P" if woman else "L"
        units = f"{chance.randrange(1, 8):03}", f"{chance.randrange(1, 20):03}"
        street = f"Jl. Melati {place % 200}"
        phone = f"0812{10_000_000 + place}"
        where = chance.choice(places)
        yield nik, city.name(sex), f"{born:%d-%m-%Y}", sex, street, *units, *where, phone, chance.choice(_JOBS)


def compare(servers: Servers, folder: Path, sizes: dict[str, tuple[int, ...]]) -> None:
    """Each size once: bare reading and copying, then the import into an empty list, then the next month's over it."""
    print("\nImport of a roster: checked, compared, sealed, indexed, kept as a version")
    print(f"{'':<44}{'CPU s':>9}{'ratio':>8}{'wall s':>9}{'ratio':>8}{'MB':>8}{'us CPU a row':>14}", flush=True)
    for kind, counts in sizes.items():
        cpu = [_one(servers, folder, kind, count) for count in counts]
        if len(counts) > 1:
            power = exponent(cpu[0], cpu[-1], counts[-1] / counts[0])
            print(f"  growth from {counts[0]:,} to {counts[-1]:,} rows: exponent {power:.2f}", flush=True)


def _one(servers: Servers, folder: Path, kind: str, count: int) -> float:
    """Seconds of CPU of the import."""
    file, later = folder / f"list.{kind}", folder / f"next.{kind}"
    in_another(_written, file, count, False)
    _emptied(servers)
    bare = measured(servers, _bare, servers.owner_url, file)
    _print(f"{kind} {count:,}: read and COPY, unchecked", bare, bare, count)
    done = measured(servers, _imported, file)
    _print("  the import", done, bare, count)
    if count <= _NEXT_MONTH:
        in_another(_written, later, count, True)
        _print("  the next month's list over it", measured(servers, _imported, later), bare, count)
    return done.cpu


def _print(name: str, cost: Cost, base: Cost, rows: int) -> None:
    ratios = cost.cpu / base.cpu, cost.wall / base.wall
    print(
        f"{name:<44}{cost.cpu:>9.2f}{ratios[0]:>8.1f}{cost.wall:>9.2f}{ratios[1]:>8.1f}{cost.memory:>8.0f}"
        f"{1e6 * cost.cpu / rows:>14.0f}",
        flush=True,
    )


def _written(path: Path, count: int, moved: bool) -> None:
    """A list of so many people; where they have `moved`, one in fifty lives in another RT."""
    given = enumerate(people(count))
    rows = ((*row[:5], "009", *row[6:]) if moved and place % 50 == 0 else row for place, row in given)
    write(path, rows)


def write(path: Path, rows: Iterable[Row]) -> Path:
    """A roster of these rows, as CSV or as a workbook."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(chain([_HEADINGS], rows))
        return path
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(chain([_HEADINGS], rows)):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
    return path


def _bare(url: str, file: Path) -> None:
    columns = ", ".join(f"c{place} text" for place in range(len(_HEADINGS)))
    with psycopg.connect(url) as connection, file.open(encoding="utf-8", newline="") as source:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare ({columns})")  # type: ignore[call-overload]
        rows: Iterable[Any] = csv.reader(source) if file.suffix == ".csv" else _sheet(file)
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _sheet(file: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()


def _imported(file: Path) -> None:
    from verify_service.registry.loading import RosterTerms, import_roster

    with transaction() as session:
        terms = RosterTerms(dt.date(2026, 1, 1))
        report = import_roster(session, file, terms, now=dt.datetime.now(dt.UTC), actor="bench")
    assert report.rejected == 0, report.to_text()


def _emptied(servers: Servers) -> None:
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("TRUNCATE worker, phone, file_import, person_key, stale_enrolment RESTART IDENTITY CASCADE")
        connection.execute("TRUNCATE person_traits, worker_before, enrolment_before, phone_link_before, payment_before")
        connection.execute("VACUUM ANALYZE")
