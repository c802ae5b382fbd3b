"""Return files of BPJS Ketenagakerjaan: whom the insurer knows, and whether that month's premium has reached it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from verify_service.registry.columns import NAME, NIK, PAID_ON, PERIOD, Column, Header, Layout
from verify_service.registry.dates import read_date
from verify_service.registry.grids import Limits
from verify_service.registry.names import name_key
from verify_service.registry.nik import Nik, read_kpj, read_nik
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


@dataclass(frozen=True, slots=True)
class InsurerRow:
    """What the insurer says of one NIK; `status` is active, unpaid, inactive, or unclear where its row was refused."""

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
    """An insurer's return file of one month. An unknown status rejects the row: it must not pass for cover.

    Rows are matched by one column, the NIK, and each stands for one row: of two under one NIK one is refused, or both.
    """
    table = read_table(path, layout, limits)
    refuse_other_month(table, period)
    reading = read_rows(table, lambda row: _read_row(row, period, today), _pairs, progress)
    return replace(reading, notes=(*reading.notes, *_unknown_statuses(reading)))


def unclear(reading: Reading[InsurerRow]) -> list[InsurerRow]:
    """Whom only refused rows name: what the insurer says of them is not known, so they are not "not found" either.

    A row of another month is no word on this one, and a rounded NIK is another person's.
    """
    codes: dict[int, set[str]] = defaultdict(set)
    for problem in reading.problems:
        if problem.level == "rejected":
            codes[problem.row].add(problem.code)
    found: dict[str, InsurerRow] = {}
    for refused in reading.rejected:
        nik = read_nik(reading.text(refused.row, "nik"))
        if isinstance(nik, Nik) and not codes[refused.row] & _NO_WORD:
            found.setdefault(nik.value, InsurerRow(refused.row, nik.value, None, "", "unclear", None, None, ""))
    for row in reading.accepted:
        found.pop(row.nik, None)
    return list(found.values())


_NO_WORD = {"period_differs", "period_unreadable", "nik_rounded"}
_NAMED = 5  # unknown statuses; a column of something else holds as many as there are rows


def _unknown_statuses(reading: Reading[InsurerRow]) -> Iterable[str]:
    """The words that stand for no status we know, so that the office can be asked what they mean."""
    found = Counter(problem.found or "(empty)" for problem in reading.problems if problem.code == "status_unknown")
    if found:
        named = ", ".join(f"{word!r} ({count:,} rows)" for word, count in found.most_common(_NAMED))
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        yield f"Unknown statuses: {named}{more}. These rows were refused; ask the insurer what the words mean."


def _pairs(rows: Sequence[InsurerRow], header: Header) -> Pairs:
    sightings = [Sighting(row.row, row.nik, row.name_key) for row in rows]
    heading = header.heading("nik")
    strangers = [pair for pair in same_niks(sightings, heading) if pair.undecided]
    told = {row for pair in strangers for row in pair.rows}
    again = _repeated([row for row in rows if row.row not in told], heading)
    return [*strangers, *again, *_same_kpj(rows, header.heading("kpj"))], {row.row: row.nik for row in rows}


_ONCE = "each NIK once; it stands in row"
_RANKS = ("active", "unpaid", "inactive")


def _repeated(rows: Sequence[InsurerRow], heading: str) -> list[Duplicate]:
    """Rows under a NIK that has one already: the file has one word on each, and may not have two.

    Somebody with memberships from several jobs is covered if one of them is, so of these the best counts. What is said
    twice of one membership counts once, and not at all where it disagrees.
    """
    groups: dict[str, list[InsurerRow]] = defaultdict(list)
    for row in rows:
        groups[row.nik].append(row)
    pairs = []
    for group in (group for group in groups.values() if len(group) > 1):
        said = {(row.kpj, row.status) for row in group}
        if len({status for _, status in said}) > 1 and (
            len({kpj for kpj, _ in said}) < len(said) or any(kpj is None for kpj, _ in said)
        ):
            why = "two statuses of one membership; neither row was taken"
            pairs += [
                Duplicate((group[0].row, row.row), "status_disputed", heading, why, undecided=True, wanted=_ONCE)
                for row in group[1:]
            ]
            continue
        best, *others = sorted(group, key=lambda row: (_RANKS.index(row.status), row.row))
        for row in others:
            kind, why = (
                ("row_repeated", "the same said twice; that row counts")
                if row.kpj in (best.kpj, None) or best.kpj is None
                else ("membership_other", "another membership; the better status counts")
            )
            pairs.append(Duplicate((best.row, row.row), kind, heading, why, surplus=True, wanted=_ONCE))
    return pairs


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
