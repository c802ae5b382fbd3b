"""Payment files: what the treasury paid, for whom, in one month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from verify_service.registry.columns import NAME, NIK, PAID_ON, PERIOD, Column, Header, Layout
from verify_service.registry.dates import read_date, read_month
from verify_service.registry.grids import LIMITS, Limits
from verify_service.registry.names import name_key
from verify_service.registry.people import Sighting, same_niks
from verify_service.registry.problems import Cell, Fault, FileRefused, text_of
from verify_service.registry.reading import LONGEST_TEXT, Pairs, Progress, Reading, Scrutiny, read_rows
from verify_service.registry.sheets import Table, read_table

_AMOUNT = Column(
    "amount",
    "JUMLAH",
    "jumlah jumlahbayar jumlahiuran nominal iuran nilai jumlahrp nominalrp jumlahpembayaran besaraniuran",
)
_ORDER_NUMBER = Column("order_number", "NO_SP2D", "nosp2d sp2d nomorsp2d nobukti")
PAYMENTS = Layout("payments", (NIK, _AMOUNT), (NAME, PAID_ON, _ORDER_NUMBER), (PERIOD,))

# A second file of a month replaces the first, so that none of these can be divided as a roster can. A row takes about
# 1.3 kB while it is read.
LEDGER_LIMITS = replace(LIMITS, rows=200_000, cells=8_000_000)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """What was paid for one NIK; `amount` in rupiah."""

    row: int
    nik: str = field(repr=False)
    name_key: str
    amount: int
    paid_on: dt.date | None
    order_number: str


def read_payments(
    path: Path,
    period: dt.date,
    today: dt.date,
    premium: int | None = None,
    limits: Limits = LEDGER_LIMITS,
    progress: Progress | None = None,
    layout: Layout = PAYMENTS,
) -> Reading[PaymentRow]:
    """A payment file of one month; an amount that is not the `premium` of that month is only flagged."""
    table = read_table(path, layout, limits)
    refuse_other_month(table, period)
    return read_rows(table, lambda row: _read_row(row, period, today, premium), _pairs, progress)


def _pairs(rows: Sequence[PaymentRow], header: Header) -> Pairs:
    sightings = [Sighting(row.row, row.nik, row.name_key) for row in rows]
    return same_niks(sightings, header.heading("nik")), {row.row: row.nik for row in rows}


def _read_row(row: Scrutiny, period: dt.date, today: dt.date, premium: int | None) -> PaymentRow | None:
    nik = row.nik()
    reject_other_month(row, period)
    amount = read_rupiah(row.cell("amount"))
    if isinstance(amount, Fault):
        row.reject("amount", amount)
        amount = 0
    elif premium and amount != premium:
        due = f"{premium} rupiah, the premium of {period:%Y-%m}"
        row.flag("amount", Fault("amount_unusual", due) if amount % premium else Fault("amount_several", due))
    paid_on = row.sound("paid_on", read_date(row.cell("paid_on"), today))
    order_number = row.short("order_number")
    if nik is None or row.rejected:
        return None
    return PaymentRow(row.number, nik.value, name_key(row.text("name")[:LONGEST_TEXT]), amount, paid_on, order_number)


def read_rupiah(raw: Cell) -> int | Fault:
    """An amount above zero: 16800, "16.800", "Rp 16.800,00", "16,800"."""
    fault = Fault("amount_unreadable", "an amount in rupiah above zero")
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return int(raw) if raw > 0 and float(raw).is_integer() else fault
    text = re.sub(r"^rp\.?|,-+$|\s", "", text_of(raw).lower().strip())
    text = re.sub(r"[.,]0{1,2}$", "", text)
    if not re.fullmatch(r"\d+|\d{1,3}(\.\d{3})+|\d{1,3}(,\d{3})+", text):
        return fault
    amount = int(re.sub(r"[.,]", "", text))
    return amount if 0 < amount < 10**12 else fault


def refuse_other_month(table: Table, period: dt.date) -> None:
    """Refuse a file all of whose rows name another month: imported under the wrong one it would unsettle everybody."""
    months = {read_month(table.cell(row, "period")) for row in table.rows}
    named = {month for month in months if isinstance(month, dt.date)}
    if named and period not in named:
        found = ", ".join(f"{month:%Y-%m}" for month in sorted(named)[:3])
        raise FileRefused(f"This file is for {found}, not for {period:%Y-%m}. Give the month that the file is for.")


def reject_other_month(row: Scrutiny, period: dt.date) -> None:
    """A row that names another month than its file's cannot be booked."""
    month = read_month(row.cell("period"))
    if isinstance(month, Fault):
        row.reject("period", month)
    elif month is not None and month != period:
        row.reject("period", Fault("period_differs", f"{period:%Y-%m}, the month of this file"))
