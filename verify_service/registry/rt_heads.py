"""RT heads: who speaks for which neighbourhood, as the kelurahan lists them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from verify_service.ground.phones import Phone
from verify_service.registry.columns import (
    KECAMATAN,
    KELURAHAN,
    PHONE,
    RT,
    RT_RW,
    RW,
    Column,
    Header,
    Layout,
    looks_like,
    only_of,
)
from verify_service.registry.dates import read_date
from verify_service.registry.grids import LIMITS, Limits
from verify_service.registry.names import name_key
from verify_service.registry.problems import Fault, FileRefused
from verify_service.registry.reading import Duplicate, Pairs, Progress, Reading, Scrutiny, read_rows
from verify_service.registry.rosters import ROSTER, Desk, read_phone_cell, read_units
from verify_service.registry.sheets import read_table

_HEAD = Column("head", "NAMA_KETUA_RT", "namaketuart ketuart nama namart namalengkap namaketua namapejabat")
_SINCE = Column("since", "MULAI_JABATAN", "mulaijabatan mulaimenjabat tmtjabatan tglmulai tanggalmulai mulai tmt")
_UNTIL = Column("until", "AKHIR_JABATAN", "akhirjabatan selesaijabatan akhirmasajabatan tglakhir")
RT_HEADS = Layout("rt-heads", (KELURAHAN, RW, RT, _HEAD), (KECAMATAN, PHONE, _SINCE), (_UNTIL, RT_RW))


@dataclass(frozen=True)
class RtHeadRow:
    """Who heads one RT; a `vacant` post has no name."""

    row: int
    kelurahan_code: str
    rw: str
    rt: str
    name: str
    name_key: str
    phone: Phone | None = field(repr=False)
    since: dt.date | None
    until: dt.date | None

    @property
    def vacant(self) -> bool:
        return not self.name

    @property
    def post(self) -> tuple[str, str, str]:
        return self.kelurahan_code, self.rw, self.rt


def read_rt_heads(
    path: Path, desk: Desk, limits: Limits = LIMITS, progress: Progress | None = None, layout: Layout = RT_HEADS
) -> Reading[RtHeadRow]:
    """A list of RT heads. A row is rejected when it cannot be said which RT it is about."""
    table = read_table(path, layout, limits)
    _refuse_roster(table.header)
    return read_rows(table, lambda row: _read_row(row, desk), _pairs, progress)


_OF_WORKERS = {"nik", "birth_date", "birth", "sex", "occupation", "kk", "decile", "source", "months"}


def _refuse_roster(header: Header) -> None:
    """Workers are no heads: a column that only says NAMA, beside what rosters say of workers, names workers."""
    ours, theirs = only_of(header, ROSTER)
    if not ours and theirs & _OF_WORKERS:
        raise FileRefused(
            f"This is no list of RT heads: it has columns of a roster ({', '.join(header.unknown)})."
            f" {looks_like(ROSTER)} If it does name heads, head their column {_HEAD.title}."
        )


def _pairs(rows: Sequence[RtHeadRow], header: Header) -> Pairs:
    return _same_post(rows, header.heading("rt")) + _same_phone(rows, header.heading("phone")), {}


def _read_row(row: Scrutiny, desk: Desk) -> RtHeadRow | None:
    match = desk.areas.find(row.cell("kelurahan"), row.cell("kecamatan"))
    for name_of_field, doubt in match.doubts:
        (row.flag if match.area else row.reject)(name_of_field, doubt)
    rt, rw = read_units(row, Scrutiny.reject)
    name = row.person("head")
    if re.fullmatch(r"(?i)(kosong|lowong|vakum|vacant|belum ada|n/?a)?", name):
        name = ""
        row.flag("head", Fault("post_vacant", "the name of the RT head, once there is one"))
    phone = read_phone_cell(row) if name else None
    since = row.sound("since", read_date(row.cell("since"), desk.today))
    until = row.sound("until", read_date(row.cell("until"), desk.today))
    if row.rejected or match.area is None or rt is None or rw is None:
        return None
    return RtHeadRow(row.number, match.area.kelurahan_code, rw, rt, name, name_key(name), phone, since, until)


def _same_post(rows: Sequence[RtHeadRow], heading: str) -> list[Duplicate]:
    first: dict[tuple[str, str, str], RtHeadRow] = {}
    pairs = []
    for row in rows:
        other = first.setdefault(row.post, row)
        if other is not row:
            pairs.append(
                Duplicate((other.row, row.row), "same_post", heading, "the same RT twice; the later start holds")
            )
    return pairs


def _same_phone(rows: Sequence[RtHeadRow], heading: str) -> list[Duplicate]:
    """One phone for two RT: perhaps one head for both, perhaps a clerk's number; it must be known who calls."""
    first: dict[Phone, RtHeadRow] = {}
    pairs = []
    for row in rows:
        if row.phone is None:
            continue
        other = first.setdefault(row.phone, row)
        if other is not row:
            pairs.append(Duplicate((other.row, row.row), "same_phone", heading, "one phone for two RT"))
    return pairs
