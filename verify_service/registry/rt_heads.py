"""RT heads: who speaks for which neighbourhood, as the kelurahan lists them; and heads of RW, who stand in for them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from verify_service.ground.phones import Phone
from verify_service.registry.areas import read_unit
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

_HEAD = Column(
    "head",
    "NAMA_KETUA_RT",
    "namaketuart ketuart nama namart namalengkap namaketua namapejabat namaketuartrw namaketuarw",
)
_SINCE = Column("since", "MULAI_JABATAN", "mulaijabatan mulaimenjabat tmtjabatan tglmulai tanggalmulai mulai tmt")
_UNTIL = Column("until", "AKHIR_JABATAN", "akhirjabatan selesaijabatan akhirmasajabatan tglakhir")
_OFFICE = Column("office", "JABATAN", "jabatan posisi kedudukan")
RT_HEADS = Layout("rt-heads", (KELURAHAN, RW, RT, _HEAD), (KECAMATAN, PHONE, _SINCE), (_UNTIL, _OFFICE, RT_RW))


@dataclass(frozen=True)
class RtHeadRow:
    """Who heads one RT, or with an empty `rt` the RW; a `vacant` post has no name."""

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

    def pairs(rows: Sequence[RtHeadRow], header: Header) -> Pairs:
        return [*_same_post(rows, header.heading("rt"), desk.today), *_same_phone(rows, header, desk.today)], {}

    return read_rows(table, lambda row: _read_row(row, desk), pairs, progress)


_OF_WORKERS = {"nik", "birth_date", "birth", "sex", "occupation", "kk", "decile", "source", "months"}


def _refuse_roster(header: Header) -> None:
    """Workers are no heads: a column that only says NAMA, beside what rosters say of workers, names workers."""
    ours, theirs = only_of(header, ROSTER)
    if not ours and theirs & _OF_WORKERS:
        raise FileRefused(
            f"This is no list of RT heads: it has columns of a roster ({', '.join(header.unknown)})."
            f" {looks_like(ROSTER)} If it does name heads, head their column {_HEAD.title}."
        )


def _read_row(row: Scrutiny, desk: Desk) -> RtHeadRow | None:
    match = desk.areas.find(row.cell("kelurahan"), row.cell("kecamatan"))
    for name_of_field, doubt in match.doubts:
        (row.flag if match.area else row.reject)(name_of_field, doubt)
    rt, rw = _read_post(row)
    name = row.person("head")
    if re.fullmatch(r"(?i)(kosong|lowong|vakum|vacant|belum ada|n/?a)?", name):
        name = ""
        row.flag("head", Fault("post_vacant", "the name of the RT head, once there is one"))
    phone = read_phone_cell(row) if name else None
    since, until = _read_term(row, desk.today)
    if row.rejected or match.area is None or rt is None or rw is None:
        return None
    return RtHeadRow(row.number, match.area.kelurahan_code, rw, rt, name, name_key(name), phone, since, until)


_OTHER_OFFICE = re.compile(r"(?i)\b(sekretaris|sekertaris|sekre?t?|bendahara|wakil|waka|anggota|staf|seksi|kader)\b")
# An RT that is none: the row is about the RW.
_OF_RW = re.compile(r"(?i)rw[\s.:]*(\d{0,3})|0+(?:\s*/\s*(?:rw[\s.:]*)?(\d{1,3}))?")


def _read_post(row: Scrutiny) -> tuple[str | None, str | None]:
    """(RT, RW) as three digits each; the RT is empty where the row is about the head of the RW.

    That is said in the cell of the RT (RW, 000) or in that of the office; an empty cell alone says nothing.
    """
    office = row.text("office")
    if _OTHER_OFFICE.search(office):
        row.reject("office", Fault("office_other", "the head of an RT or of an RW; nobody else answers for residents"))
    told = _OF_RW.fullmatch(row.text("rt") or row.text("rt_rw"))
    if not told and not re.search(r"(?i)\brw\b", re.sub(r"(?i)\brt\s*/\s*rw\b", "", office)):
        return read_units(row, _reject_unit)
    rw = read_unit(row.cell("rw"), "rw")
    if rw is None and told:
        rw = read_unit(told[1] or told[2], "rw")
    if rw is None:
        rw = Fault("rw_missing", "the number of the RW")
    if isinstance(rw, Fault):
        row.reject("rw", rw)
        return None, None
    return "", rw


def _reject_unit(row: Scrutiny, name: str, fault: Fault) -> None:
    if fault.code == "rt_missing":
        fault = replace(fault, expected="the number of the RT; RW where the row names the head of the RW")
    row.reject(name, fault)


_AHEAD = 366  # days; a start further away is a slip of the finger
_FIRST_YEAR = 1970  # a year of two digits before it is one of this century


def _read_term(row: Scrutiny, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """From when to when somebody is in office, as far as the list says it."""
    since, until = (_term_day(row, name, today) for name in ("since", "until"))
    if since is not None and (since - today).days > _AHEAD:
        row.flag("since", Fault("date_impossible", "a first day that is over, or at most a year ahead"))
        since = None
    if since is not None and until is not None and until <= since:
        row.flag("until", Fault("term_backwards", "a last day after the first"))
        until = None
    return since, until


def _term_day(row: Scrutiny, name: str, today: dt.date) -> dt.date | None:
    day = row.sound(name, read_date(row.cell(name), today))
    return day.replace(year=day.year + 100) if day is not None and day.year < _FIRST_YEAR else day


def newest_of_each_post(rows: Iterable[RtHeadRow]) -> list[RtHeadRow]:
    """One row for each post: the one who took office last."""
    newest: dict[tuple[str, str, str], RtHeadRow] = {}
    for row in rows:
        held = newest.get(row.post)
        if held is None or (row.since or dt.date.min) >= (held.since or dt.date.min):
            newest[row.post] = row
    return list(newest.values())


def to_come(row: RtHeadRow, today: dt.date) -> bool:
    """Whether the row speaks of a day that has not come."""
    return row.since is not None and row.since > today


def in_force(rows: Sequence[RtHeadRow], today: dt.date) -> tuple[list[RtHeadRow], list[RtHeadRow]]:
    """What the list says of each post today, and of a day to come: a row each, and each phone for one post at most.

    One person heads one RT. Named twice with one phone he keeps it for his own RT rather than the RW, for the later
    start, for the row that stands first. Where different people give one phone it cannot be known who calls: it opens
    no post.
    """
    now, then = (newest_of_each_post(row for row in rows if to_come(row, today) == later) for later in (False, True))
    return _one_post_a_phone(now), _one_post_a_phone(then)


def _one_post_a_phone(rows: list[RtHeadRow]) -> list[RtHeadRow]:
    without = {loser.row for _, loser, _ in _clashes(rows)}
    return [replace(row, phone=None) if row.row in without else row for row in rows]


def _clashes(rows: Iterable[RtHeadRow]) -> Iterator[tuple[str, RtHeadRow, RtHeadRow]]:
    """Of the rows that give one phone for several posts: the code, a row that loses it, the other."""
    by_phone: dict[Phone, list[RtHeadRow]] = {}
    for row in rows:
        if row.phone is not None:
            by_phone.setdefault(row.phone, []).append(row)
    for sharing in by_phone.values():
        if len({row.name_key for row in sharing}) > 1:
            for row, other in zip(sharing, [sharing[-1], *sharing], strict=False):
                yield "phone_shared", row, other
            continue
        keeps = max(sharing, key=lambda row: (row.rt != "", row.since or dt.date.min, -row.row))
        for row in sharing:
            if row is not keeps:
                yield "same_phone", row, keeps


def _same_post(rows: Sequence[RtHeadRow], heading: str, today: dt.date) -> list[Duplicate]:
    first: dict[tuple[object, ...], RtHeadRow] = {}
    pairs = []
    for row in rows:
        other = first.setdefault((row.post, to_come(row, today)), row)
        if other is not row:
            why = "the same post twice; the later start holds"
            pairs.append(Duplicate((other.row, row.row), "same_post", heading, why))
    return pairs


_WHY = {
    "same_phone": "one person heads one RT; the phone opens that post alone",
    "phone_shared": "different people give one phone, so that it cannot be known who calls; it opens no post",
}


def _same_phone(rows: Sequence[RtHeadRow], header: Header, today: dt.date) -> list[Duplicate]:
    """The rows that come in without the phone they give."""
    heading = header.heading("phone")
    return [
        Duplicate((other.row, row.row), code, heading, _WHY[code], wanted="another phone than in row")
        for later in (False, True)
        for code, row, other in _clashes(newest_of_each_post(row for row in rows if to_come(row, today) == later))
    ]
