"""The headings offices write, and the fields we read under them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from rapidfuzz import fuzz, process

from verify_service.registry.problems import Cell, FileRefused, TableMissing, text_of, words


@dataclass(frozen=True)
class Column:
    """A column as offices head it: our name of it, the heading we ask for, and every spelling we have met.

    Spellings are in lower case without blanks and signs: "No. HP", "NO_HP" and "nohp" are one. A combined column
    `stands_for` its parts.
    """

    name: str
    title: str
    spellings: str
    stands_for: tuple[str, ...] = ()


# Those of several kinds of files; the others stand with the reader of theirs.
NIK = Column(
    "nik",
    "NIK",
    "nik nonik nomornik nikktp nikpeserta niktenagakerja noktp nomorktp nomorindukkependudukan"
    " noindukkependudukan nonikktp noinduk",
)
NAME = Column(
    "name",
    "NAMA_LENGKAP",
    "nama namalengkap namapeserta namapenerima namapekerja namatenagakerja namatk namasesuaiktp"
    " namalengkapsesuaiktp namapenerimabantuan namapenerimamanfaat namawarga",
)
RT = Column("rt", "RT", "rt nort rtno nomorrt")
RW = Column("rw", "RW", "rw norw rwno nomorrw")
RT_RW = Column("rt_rw", "RT/RW", "rtrw rtdanrw", stands_for=("rt", "rw"))
KELURAHAN = Column(
    "kelurahan", "KELURAHAN", "kelurahan kel desa kelurahandesa desakelurahan keldesa desakel namakelurahan"
)
KECAMATAN = Column("kecamatan", "KECAMATAN", "kecamatan kec namakecamatan")
PHONE = Column(
    "phone",
    "NO_HP",
    "nohp hp nomorhp notelp telp telepon notelepon nomortelepon nowa nomorwa wa whatsapp nowhatsapp handphone"
    " nohandphone nohpwa nohpaktif notelphp notlp tlp kontak nokontak ponsel noponsel teleponhp notelpwa",
)
PERIOD = Column("period", "PERIODE_IURAN", "periodeiuran periode bulaniuran blthiuran blth periodebayar")
PAID_ON = Column(
    "paid_on", "TGL_BAYAR", "tglbayar tanggalbayar tglpembayaran tanggalpembayaran tgltransfer tanggalsp2d tglsp2d"
)

# Never kept, not even in the rows of a rejected file: the mother's maiden name opens bank accounts.
_FORBIDDEN = frozenset({"namaibukandung", "namaibu", "ibukandung", "namagadisibukandung", "namagadisibu", "ibu"})

# Known columns of the insurer's forms that we have no use for.
_UNUSED = words(
    "no nomor nourut nomorurut tempatlahir email kodepos npwp norekening rekening namabank golongandarah goldarah"
    " penghasilan upah kodepekerjaan lokasipekerjaan jamkerjamulai jamkerjaselesai program ahliwaris agama"
    " statusperkawinan statuskawin pendidikan kota kabupaten kotakabupaten kabkota provinsi keterangan ket"
    " catatan paraf ttd tandatangan umur usia hasilperiksa"
)


@dataclass(frozen=True)
class Layout:
    """Which columns one kind of file has: it is refused without `mandatory`; without `wanted` the report says so."""

    kind: str
    mandatory: tuple[Column, ...]
    wanted: tuple[Column, ...] = ()
    optional: tuple[Column, ...] = ()
    told: tuple[tuple[str, str], ...] = ()  # spelling -> field as somebody told us; "": a column of no use

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.mandatory + self.wanted + self.optional

    @cached_property
    def known(self) -> dict[str, str]:
        """Spelling -> field; where two fields share a spelling, the one the layout names first; what was told rules."""
        held = {spelling: column.name for column in reversed(self.columns) for spelling in column.spellings.split()}
        told = dict(self.told)
        return {spelling: field for spelling, field in (held | told).items() if field}

    @cached_property
    def unused(self) -> frozenset[str]:
        """Spellings of columns that we have no use for."""
        return frozenset(_UNUSED) | {spelling for spelling, field in self.told if not field}

    def field_meant(self, name: str) -> str | None:
        """The field that somebody names: by our name of it, its heading or any spelling. None where there is none."""
        wanted = compact(name)
        named = {compact(column.title): column.name for column in self.columns}
        named |= {compact(column.name): column.name for column in self.columns}
        return named.get(wanted) or replace(self, told=()).known.get(wanted)

    @property
    def key(self) -> str:
        """The field without which nobody knows whom a row is about."""
        return self.mandatory[0].name

    @property
    def expected(self) -> str:
        """The headings that such a file should have."""
        return ", ".join(column.title for column in self.mandatory + self.wanted)

    def title(self, field: str) -> str:
        """How we ask an office to head this field."""
        return next(column.title for column in self.columns if column.name == field)


@dataclass(frozen=True)
class Header:
    """Where each field stands: field -> (column, 0-based; heading as in the file)."""

    layout: Layout
    row: int
    last_row: int
    columns: Mapping[str, tuple[int, str]]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    width: int
    forbidden: frozenset[int] = frozenset()
    clashes: tuple[str, ...] = ()
    headings: Mapping[int, str] = field(default_factory=dict)  # of every column that has one and is kept

    @cached_property
    def names(self) -> Mapping[int, str]:
        """What each column is called where a row is kept whole: by its heading, if no other has the same."""
        counts = Counter(self.headings.values())
        return {
            column: self.headings[column] if counts[self.headings.get(column, "")] == 1 else f"column {column + 1}"
            for column in range(self.width)
            if column not in self.forbidden
        }

    def field_at(self, field: str) -> str:
        """The field itself, or the combined one whose column holds it."""
        return field if field in self.columns else self._wholes.get(field, field)

    @cached_property
    def _wholes(self) -> Mapping[str, str]:
        """Field -> the combined column of the file that holds it."""
        held = [column for column in reversed(self.layout.columns) if column.name in self.columns]
        return {part: column.name for column in held for part in column.stands_for}

    def heading(self, field: str) -> str:
        """The file's own heading for a field, or for the combined column that holds it."""
        place = self.columns.get(self.field_at(field))
        return place[1] if place else self.layout.title(field)


def compact(heading: Cell) -> str:
    """A heading without case, blanks and signs."""
    return _compacted(text_of(heading))


_SIGNS = re.compile(r"[^a-z0-9]+")


def _compacted(heading: str) -> str:
    return _SIGNS.sub("", heading.lower())


def field_of(heading: Cell, layout: Layout) -> str | None:
    """The field this heading names in this kind of file, or None; a remark in brackets may be left out."""
    return _field_named(text_of(heading), layout)


def _field_named(heading: str, layout: Layout) -> str | None:
    known = layout.known
    whole = _compacted(heading)
    if whole in known or "(" not in heading:
        return known.get(whole)
    return known.get(_compacted(re.sub(r"\(.*?\)", "", heading)))


def is_forbidden(heading: Cell) -> bool:
    """Whether a column must be dropped unread (the mother's name, however it is headed)."""
    return _is_forbidden(compact(heading))


def _is_forbidden(spelling: str) -> bool:
    return spelling in _FORBIDDEN or "ibukandung" in spelling


_LONGEST_HEADING = 300  # letters; whole pages get pasted into one cell


def find_header(rows: Sequence[tuple[int, Sequence[Cell]]], layout: Layout, within: int = 40) -> Header | None:
    """The header among the first rows: the row, or the two or three rows read together, that names most fields."""
    best: Header | None = None
    texts = [(number, [text_of(cell)[:_LONGEST_HEADING] for cell in cells]) for number, cells in rows[: within + 2]]
    for start in range(min(within, len(texts))):
        for depth in (1, 2, 3):
            block = texts[start : start + depth]
            if len(block) < depth or block[-1][0] - block[0][0] != depth - 1:
                continue
            header = _read_header(block, layout)
            if len(header.columns) > (len(best.columns) if best else 1):
                best = header
    return best


def _read_header(block: Sequence[tuple[int, Sequence[str]]], layout: Layout) -> Header:
    columns: dict[str, tuple[int, str]] = {}
    unknown: list[str] = []
    forbidden: set[int] = set()
    clashes: list[str] = []
    headings: dict[int, str] = {}
    width = max(len(cells) for _, cells in block)
    for column in range(width):
        above = [cells[column] if column < len(cells) else "" for _, cells in block]
        if not any(above):
            continue
        heading, field = _heading(above, layout)
        spelling = _compacted(heading)
        headings[column] = heading
        if _is_forbidden(spelling):
            forbidden.add(column)
        elif field is None:
            if spelling not in layout.unused:
                unknown.append(heading)
        elif field in columns:
            clashes.append(f"{columns[field][1]!r} and {heading!r} would both be read as {layout.title(field)}")
        else:
            columns[field] = (column, heading)
    held = set(columns).union(*(column.stands_for for column in layout.columns if column.name in columns))
    missing = tuple(column.name for column in layout.mandatory + layout.wanted if column.name not in held)
    return Header(
        layout,
        block[0][0],
        block[-1][0],
        columns,
        tuple(unknown),
        missing,
        width,
        frozenset(forbidden),
        tuple(clashes),
        headings,
    )


def _heading(cells: Sequence[str], layout: Layout) -> tuple[str, str | None]:
    """The heading of one column from the rows above one another: the lowest we know, alone or after those above."""
    for low in range(len(cells) - 1, -1, -1):
        for high in range(low, -1, -1):
            heading = " ".join(filter(None, cells[high : low + 1])) if cells[low] else ""
            field = _field_named(heading, layout) if heading else None
            if field is not None:
                return heading, field
    return next(filter(None, reversed(cells)), ""), None


def refuse_clashes(header: Header) -> None:
    """Refuse a file with two columns for one field: taking either would be a guess."""
    if header.clashes:
        raise FileRefused(f"Row {header.row} has two columns for one: {'; '.join(header.clashes)}. Keep one of them.")


def refuse_missing(header: Header) -> None:
    """Refuse a file that lacks a column without which no row can be used, naming the likely misspelling."""
    lacking = [column for column in header.layout.mandatory if column.name in header.missing]
    if not lacking:
        return
    said = []
    for column in lacking:
        near = process.extractOne(
            column.spellings.split()[0], header.unknown, scorer=fuzz.ratio, processor=compact, score_cutoff=70
        )
        said.append(column.title + (f" (did you mean {near[0]!r}?)" if near else ""))
    found = ", ".join(heading for _, heading in header.columns.values())
    raise TableMissing(
        f"Row {header.row} lacks the column {' and '.join(said)}. Found: {found}.",
        lacking=tuple(column.title for column in lacking),
        unknown=header.unknown,
    )


_KINDS = {
    "roster": "a roster",
    "payments": "a payment file",
    "insurer": "an insurer's return file",
    "rt-heads": "a list of RT heads",
}


def looks_like(layout: Layout) -> str:
    """What a file of this kind is, and the command that reads it."""
    return f"It looks like {_KINDS[layout.kind]}; `verify import {layout.kind}` reads that."


def only_of(header: Header, other: Layout) -> tuple[set[str], set[str]]:
    """(fields of ours under headings that the other kind of file does not know, fields of the other that we do not)."""
    ours = {field for field, (_, heading) in header.columns.items() if field_of(heading, other) is None}
    theirs = {field for heading in header.unknown if (field := field_of(heading, other)) is not None}
    return ours, theirs
