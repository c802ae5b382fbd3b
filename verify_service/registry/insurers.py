"""Return files of BPJS Ketenagakerjaan: whom the insurer knows, and whether that month's premium has reached it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from verify_service.registry.columns import NAME, NIK, PAID_ON, PERIOD, Column, Header, Layout
from verify_service.registry.dates import read_date
from verify_service.registry.grids import Limits
from verify_service.registry.names import name_key
from verify_service.registry.nik import read_kpj
from verify_service.registry.payments import LEDGER_LIMITS, refuse_other_month, reject_other_month
from verify_service.registry.people import Sighting, same_niks
from verify_service.registry.problems import Cell, Fault, text_of, words
from verify_service.registry.reading import (
    LONGEST_TEXT,
    Duplicate,
    Pairs,
    Progress,
    Reading,
    Scrutiny,
    read_rows,
)
from verify_service.registry.sheets import read_table

_KPJ = Column("kpj", "KPJ", "kpj nokpj nomorkpj nokepesertaan nomorkepesertaan nopeserta")
_JOINED = Column("joined", "TMT_KEPESERTAAN", "tmtkepesertaan tmt tanggalkepesertaan tglkepesertaan tmtpeserta")
_STATUS = Column("status", "STATUS", "status statuskepesertaan statuspeserta statusiuran")
_PAYMENT_CODE = Column("payment_code", "KODE_IURAN", "kodeiuran kodebayar kodebilling noiuran")
INSURER = Layout("insurer", (NIK, _STATUS), (_KPJ, NAME, _JOINED, PERIOD, PAID_ON, _PAYMENT_CODE))


@dataclass(frozen=True)
class InsurerRow:
    """What the insurer says of one NIK; `status` is active, unpaid or inactive."""

    row: int
    nik: str = field(repr=False)
    kpj: str | None = field(repr=False)
    name_key: str
    status: str
    joined: dt.date | None
    paid_on: dt.date | None
    payment_code: str


def read_insurer(
    path: Path,
    period: dt.date,
    today: dt.date,
    limits: Limits = LEDGER_LIMITS,
    progress: Progress | None = None,
    layout: Layout = INSURER,
) -> Reading[InsurerRow]:
    """An insurer's return file of one month. An unknown status rejects the row: it must not pass for cover."""
    table = read_table(path, layout, limits)
    refuse_other_month(table, period)
    return read_rows(table, lambda row: _read_row(row, period, today), _pairs, progress)


def _pairs(rows: Sequence[InsurerRow], header: Header) -> Pairs:
    sightings = [Sighting(row.row, row.nik, row.name_key) for row in rows]
    pairs = same_niks(sightings, header.heading("nik")) + _same_kpj(rows, header.heading("kpj"))
    return pairs, {row.row: row.nik for row in rows}


def _read_row(row: Scrutiny, period: dt.date, today: dt.date) -> InsurerRow | None:
    nik = row.nik()
    reject_other_month(row, period)
    kpj = row.sound("kpj", read_kpj(row.cell("kpj")))
    if row.has("kpj") and not row.text("kpj"):
        row.flag("kpj", Fault("kpj_missing", "a KPJ of 11 characters"))
    status = read_status(row.cell("status"))
    if isinstance(status, Fault):
        row.reject("status", status)
        status = ""
    joined = row.sound("joined", read_date(row.cell("joined"), today))
    paid_on = row.sound("paid_on", read_date(row.cell("paid_on"), today))
    payment_code = row.short("payment_code")
    if nik is None or row.rejected:
        return None
    key = name_key(row.text("name")[:LONGEST_TEXT])
    return InsurerRow(row.number, nik.value, kpj, key, status, joined, paid_on, payment_code)


_STATUSES = {
    **dict.fromkeys(words("aktif active lunas"), "active"),
    **dict.fromkeys(words("menunggak tunggak tunggakan belumbayar belumlunas nunggak"), "unpaid"),
    **dict.fromkeys(words("nonaktif tidakaktif inactive takaktif naktif"), "inactive"),
}


def read_status(raw: Cell) -> str | Fault:
    """active (AKTIF), unpaid (MENUNGGAK) or inactive (NON AKTIF)."""
    word = re.sub(r"[^a-z]", "", text_of(raw).lower())
    return _STATUSES.get(word, Fault("status_unknown", "AKTIF, MENUNGGAK or NON AKTIF"))


def _same_kpj(rows: Sequence[InsurerRow], heading: str) -> list[Duplicate]:
    """One membership under two NIKs; two memberships of one NIK are usual, from earlier jobs."""
    first: dict[str, InsurerRow] = {}
    pairs = []
    for row in rows:
        if row.kpj is None:
            continue
        other = first.setdefault(row.kpj, row)
        if other.nik != row.nik:
            pairs.append(Duplicate((other.row, row.row), "same_kpj", heading, "the same KPJ under two NIKs"))
    return pairs
