"""What an import costs beside reading the same file with the fastest reader and copying the same cells, unchecked."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import xlsxwriter
from python_calamine import CalamineWorkbook

from verify_service.demo.embedded import Servers
from verify_service.ground.database import transaction
from verify_service.registry.problems import words

_HEADINGS = ["NIK", "NAMA_LENGKAP", "TANGGAL_LAHIR", "JENIS_KELAMIN", "ALAMAT", "RT", "RW", "KELURAHAN", "KECAMATAN"]
_HEADINGS += ["NO_HP", "PEKERJAAN"]
_FIRST = sorted(
    words(
        "Agus Bambang Citra Dedi Eka Fajar Gita Hendra Indah Joko Kartika Lukman Maya Nanang Oki Putri Rahmat Sari Tono"
        " Udin Vina Wawan Yanti Zainal Asep Ujang Neneng Siti Nur Dewi"
    )
)
_LAST = sorted(
    words(
        "Wijaya Hartono Mulyono Saputra Santoso Lestari Hidayat Kurniawan Nugroho Setiawan Susanto Gunawan Firmansyah"
        " Ramadhan Pratama Siregar Nasution Permana Suryana Maulana Hakim Fauzi Rohmah Aminah"
    )
)
_PLACES = (
    ("Margahayu", "Bekasi Timur"),
    ("Jatiluhur", "Jatiasih"),
    ("Bekasijaya", "Bekasi Timur"),
    ("Kranji", "Bekasi Barat"),
)
_JOBS = ("Pengemudi ojek", "Pedagang kaki lima", "Pemulung", "Pekerja rumah tangga")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU (this process, its children, the database) and by the clock; MB this process grew to."""

    cpu: float
    wall: float
    memory: float


def people(count: int, seed: int = 1) -> list[tuple[str, ...]]:
    """Rows of a clean roster, no two of one NIK."""
    chance = random.Random(seed)
    rows = []
    for place in range(count):
        born = dt.date(1960, 1, 1) + dt.timedelta(days=place % 16_000)
        woman = chance.random() < 0.4
        day = born.day + 40 * woman
        serial = chance.choices((1, 2, 3, 4, 5, 11), (60, 20, 10, 5, 4, 1))[0]
        nik = f"3275{1 + place // 16_000 % 60:02}{day:02}{born:%m%y}{serial:04}"
        name = f"{chance.choice(_FIRST)} {chance.choice(_FIRST)} {chance.choice(_LAST)}"
        kelurahan, kecamatan = chance.choice(_PLACES)
        phone = f"0812{10_000_000 + place}"
        units = f"{chance.randrange(1, 15):03}", f"{chance.randrange(1, 25):03}"
        rows.append(
            (
                nik,
                name,
                f"{born:%d-%m-%Y}",
                "P" if woman else "L",
                f"Jl. Melati {place % 200}",
                *units,
                kelurahan,
                kecamatan,
                phone,
                chance.choice(_JOBS),
            )
        )
    return list({row[0]: row for row in rows}.values())


def compare(servers: Servers, folder: Path, sizes: dict[str, tuple[int, ...]]) -> None:
    """Each size once: bare reading and copying, then the import into an empty list, then the next month's over it."""
    print("\nImport of a roster: checked, compared, sealed, indexed, kept as a version")
    print(f"{'':<44}{'CPU s':>9}{'ratio':>8}{'wall s':>9}{'ratio':>8}{'MB':>8}{'us CPU a row':>14}", flush=True)
    for kind, counts in sizes.items():
        for count in counts:
            _one(servers, folder, kind, people(count))


def _one(servers: Servers, folder: Path, kind: str, rows: list[tuple[str, ...]]) -> None:
    file = _written(folder / f"list.{kind}", rows)
    moved = [(*row[:5], "009", *row[6:]) if place % 50 == 0 else row for place, row in enumerate(rows)]
    later = _written(folder / f"next.{kind}", moved)
    _emptied(servers)
    bare = _measured(servers, lambda: _bare(servers, file))
    _print(f"{kind} {len(rows):,}: read and COPY, unchecked", bare, bare, len(rows))
    _print("  the import", _measured(servers, lambda: _imported(file)), bare, len(rows))
    _print("  the next month's list over it", _measured(servers, lambda: _imported(later)), bare, len(rows))


def _print(name: str, cost: Cost, base: Cost, rows: int) -> None:
    ratios = cost.cpu / base.cpu, cost.wall / base.wall
    print(
        f"{name:<44}{cost.cpu:>9.2f}{ratios[0]:>8.1f}{cost.wall:>9.2f}{ratios[1]:>8.1f}{cost.memory:>8.0f}"
        f"{1e6 * cost.cpu / rows:>14.0f}",
        flush=True,
    )


def _written(path: Path, rows: list[tuple[str, ...]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([_HEADINGS, *rows])
        return path
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([_HEADINGS, *rows]):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell)
    return path


def _bare(servers: Servers, file: Path) -> None:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as source:
            rows: list[Any] = list(csv.reader(source))
    else:
        rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    columns = ", ".join(f"c{place} text" for place in range(len(_HEADINGS)))
    with psycopg.connect(servers.owner_url) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare ({columns})")  # type: ignore[call-overload]
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            for row in rows[1:]:
                copy.write_row(row)


def _imported(file: Path) -> None:
    from verify_service.registry.loading import RosterTerms, import_roster

    with transaction() as session:
        terms = RosterTerms(dt.date(2026, 1, 1))
        report = import_roster(session, file, terms, now=dt.datetime.now(dt.UTC), actor="bench")
    assert report.rejected == 0, report.to_text()


def _emptied(servers: Servers) -> None:
    with psycopg.connect(servers.owner_url, autocommit=True) as connection:
        connection.execute("TRUNCATE worker, phone, file_import, person_key, stale_enrolment RESTART IDENTITY CASCADE")
        connection.execute("TRUNCATE worker_before, enrolment_before, phone_link_before, payment_before")
        connection.execute("VACUUM ANALYZE")


def _measured(servers: Servers, work: Callable[[], None]) -> Cost:
    before, began = _cpu(servers), time.perf_counter()
    work()
    wall = time.perf_counter() - began
    return Cost(_cpu(servers) - before, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _cpu(servers: Servers) -> float:
    """Seconds that this process, its ended children and all of the database have worked."""
    ours = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return ours + sum(_worked(pid) for pid in _database(servers))


def _database(servers: Servers) -> list[int]:
    postmaster = int((Path(servers.data_dir) / "postgres" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]


def _worked(pid: int) -> float:
    """Its own seconds, and those of children that have ended: a backend that is gone counts with the server."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15])) / _TICKS
