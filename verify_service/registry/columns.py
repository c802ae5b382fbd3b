"""The headings offices write, and the fields we read under them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from verify_service.registry.problems import Cell, FileRefused, text_of, words

# Spellings are compared in lower case without blanks and signs: "No. HP", "NO_HP" and "nohp" are one.
_SPELLINGS: dict[str, str] = {
    "nik": "nik nonik nomornik nikktp nikpeserta niktenagakerja noktp nomorktp nomorindukkependudukan"
    " noindukkependudukan nonikktp noinduk",
    "name": "nama namalengkap namapeserta namapenerima namapekerja namatenagakerja namatk namasesuaiktp"
    " namalengkapsesuaiktp namapenerimabantuan namapenerimamanfaat namawarga",
    "birth_date": "tgllahir tanggallahir tgllhr tglahir tgllahirddmmyyyy tanggallahirddmmyyyy lahir dob",
    "birth": "ttl tempattgllahir tempattanggallahir tempatdantanggallahir tempatdantgllahir tmpttgllahir",
    "sex": "lp jeniskelamin jk jnskelamin jeniskel jenkel kelamin gender sex jeniskelaminlp",
    "address": "alamat alamatlengkap alamatktp alamatrumah alamatdomisili alamattinggal alamatsesuaiktp",
    "rt": "rt nort rtno nomorrt",
    "rw": "rw norw rwno nomorrw",
    "rt_rw": "rtrw rtdanrw",
    "kelurahan": "kelurahan kel desa kelurahandesa desakelurahan keldesa desakel namakelurahan",
    "kecamatan": "kecamatan kec namakecamatan",
    "phone": "nohp hp nomorhp notelp telp telepon notelepon nomortelepon nowa nomorwa wa whatsapp nowhatsapp handphone"
    " nohandphone nohpwa nohpaktif notelphp notlp tlp kontak nokontak ponsel noponsel teleponhp notelpwa",
    "occupation": "pekerjaan jenispekerjaan profesi statuspekerjaan namapekerjaan",
    "decile": "desil desildtsen desildtks desildtsendtks peringkatdesil",
    "source": "sumberdata sumber asaldata sumberdatapenerima",
    "kk": "nokk kk nomorkk nokartukeluarga nomorkartukeluarga",
    "months": "periodebulan jumlahbulan bulan lamabulan periode jmlbulan",
    "kpj": "kpj nokpj nomorkpj nokepesertaan nomorkepesertaan nopeserta",
    "joined": "tmtkepesertaan tmt tanggalkepesertaan tglkepesertaan tmtpeserta",
    "period": "periodeiuran periode bulaniuran blthiuran blth periodebayar",
    "status": "status statuskepesertaan statuspeserta statusiuran",
    "paid_on": "tglbayar tanggalbayar tglpembayaran tanggalpembayaran tgltransfer tanggalsp2d tglsp2d",
    "payment_code": "kodeiuran kodebayar kodebilling noiuran",
    "amount": "jumlah jumlahbayar jumlahiuran nominal iuran nilai jumlahrp nominalrp jumlahpembayaran besaraniuran",
    "order_number": "nosp2d sp2d nomorsp2d nobukti",
    "head": "namaketuart ketuart nama namart namalengkap namaketua namapejabat",
    "since": "mulaijabatan mulaimenjabat tmtjabatan tglmulai tanggalmulai mulai tmt",
    "until": "akhirjabatan selesaijabatan akhirmasajabatan tglakhir",
}

# Never kept, not even in the rows of a rejected file: the mother's maiden name opens bank accounts.
_FORBIDDEN = frozenset({"namaibukandung", "namaibu", "ibukandung", "namagadisibukandung", "namagadisibu", "ibu"})

# Known columns of the insurer's forms that we have no use for.
_UNUSED = words(
    "no nomor nourut nomorurut tempatlahir email kodepos npwp norekening rekening namabank golongandarah goldarah"
    " penghasilan upah kodepekerjaan lokasipekerjaan jamkerjamulai jamkerjaselesai program ahliwaris agama"
    " statusperkawinan statuskawin pendidikan kota kabupaten kotakabupaten kabkota provinsi keterangan ket"
    " catatan paraf ttd tandatangan umur usia"
)


@dataclass(frozen=True)
class Layout:
    """Which fields one kind of file holds: it is refused without `mandatory`; without `wanted` the report says so."""

    kind: str
    mandatory: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.mandatory + self.wanted + self.optional


ROSTER = Layout(
    "roster",
    ("nik", "name"),
    ("birth_date", "sex", "rt", "rw", "kelurahan", "kecamatan", "phone"),
    ("birth", "rt_rw", "address", "occupation", "decile", "source", "kk", "months"),
)
PAYMENTS = Layout("payments", ("nik", "amount"), ("name", "paid_on", "order_number"), ("period",))
INSURER = Layout("insurer", ("nik", "status"), ("kpj", "name", "joined", "period", "paid_on", "payment_code"), ())
RT_HEADS = Layout("rt-heads", ("kelurahan", "rw", "rt", "head"), ("kecamatan", "phone", "since"), ("until", "rt_rw"))

# A combined column stands for its parts.
_STANDS_FOR = {"rt_rw": ("rt", "rw"), "birth": ("birth_date",)}


@dataclass(frozen=True)
class Header:
    """Where each field stands: field -> (column, 0-based; heading as in the file)."""

    row: int
    last_row: int
    columns: Mapping[str, tuple[int, str]]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    width: int
    forbidden: frozenset[int] = frozenset()
    clashes: tuple[str, ...] = ()

    def field_at(self, field: str) -> str:
        """The field itself, or the combined one whose column holds it."""
        wholes = (whole for whole, parts in _STANDS_FOR.items() if field in parts)
        return next((name for name in (field, *wholes) if name in self.columns), field)

    def heading(self, field: str) -> str:
        """The file's own heading for a field, or for the combined column that holds it."""
        place = self.columns.get(self.field_at(field))
        return place[1] if place else field_title(field)


def compact(heading: Cell) -> str:
    """A heading without case, blanks and signs."""
    return re.sub(r"[^a-z0-9]", "", text_of(heading).lower())


def field_of(heading: Cell, layout: Layout) -> str | None:
    """The field this heading names in this kind of file, or None; a remark in brackets may be left out."""
    known = _known(layout)
    whole = compact(heading)
    if whole in known or "(" not in text_of(heading):
        return known.get(whole)
    return known.get(compact(re.sub(r"\(.*?\)", "", text_of(heading))))


@lru_cache(maxsize=8)
def _known(layout: Layout) -> dict[str, str]:
    """Spelling -> field; where two fields share a spelling, the one the layout names first."""
    return {spelling: field for field in reversed(layout.fields) for spelling in _SPELLINGS[field].split()}


def is_forbidden(heading: Cell) -> bool:
    """Whether a column must be dropped unread (the mother's name, however it is headed)."""
    spelling = compact(heading)
    return spelling in _FORBIDDEN or "ibukandung" in spelling


def find_header(rows: Sequence[tuple[int, Sequence[Cell]]], layout: Layout, within: int = 40) -> Header | None:
    """The header among the first rows: the row, or the two or three rows read together, that names most fields."""
    best: Header | None = None
    for start in range(min(within, len(rows))):
        for depth in (1, 2, 3):
            block = rows[start : start + depth]
            if len(block) < depth or block[-1][0] - block[0][0] != depth - 1:
                continue
            header = _read_header(block, layout)
            if len(header.columns) > (len(best.columns) if best else 1):
                best = header
    return best


def _read_header(block: Sequence[tuple[int, Sequence[Cell]]], layout: Layout) -> Header:
    columns: dict[str, tuple[int, str]] = {}
    unknown: list[str] = []
    forbidden: set[int] = set()
    clashes: list[str] = []
    width = max(len(cells) for _, cells in block)
    for column in range(width):
        heading, field = _heading([cells[column] if column < len(cells) else "" for _, cells in block], layout)
        if is_forbidden(heading):
            forbidden.add(column)
        elif field is None:
            if heading and compact(heading) not in _UNUSED:
                unknown.append(heading)
        elif field in columns:
            clashes.append(f"{columns[field][1]!r} and {heading!r} would both be read as {field}")
        else:
            columns[field] = (column, heading)
    held = set(columns).union(*(_STANDS_FOR.get(field, ()) for field in columns))
    missing = tuple(field for field in layout.mandatory + layout.wanted if field not in held)
    return Header(
        block[0][0], block[-1][0], columns, tuple(unknown), missing, width, frozenset(forbidden), tuple(clashes)
    )


def _heading(cells: Sequence[Cell], layout: Layout) -> tuple[str, str | None]:
    """The heading of one column from the rows above one another: the lowest we know, alone or after those above."""
    for low in range(len(cells) - 1, -1, -1):
        for high in range(low, -1, -1):
            words = [text_of(cell) for cell in cells[high : low + 1] if text_of(cell)]
            field = field_of(" ".join(words), layout) if words and text_of(cells[low]) else None
            if field is not None:
                return " ".join(words), field
    return next((text_of(cell) for cell in reversed(cells) if text_of(cell)), ""), None


def refuse_clashes(header: Header) -> None:
    """Refuse a file with two columns for one field: taking either would be a guess."""
    if header.clashes:
        raise FileRefused(f"Row {header.row} has two columns for one: {'; '.join(header.clashes)}. Keep one of them.")


def refuse_missing(header: Header, layout: Layout) -> None:
    """Refuse a file that lacks a column without which no row can be used, naming the likely misspelling."""
    lacking = [field for field in layout.mandatory if field in header.missing]
    if not lacking:
        return
    said = []
    for field in lacking:
        near = process.extractOne(
            _SPELLINGS[field].split()[0], header.unknown, scorer=fuzz.ratio, processor=compact, score_cutoff=70
        )
        said.append(field_title(field) + (f" (did you mean {near[0]!r}?)" if near else ""))
    found = ", ".join(heading for _, heading in header.columns.values())
    raise FileRefused(f"Row {header.row} lacks the column {' and '.join(said)}. Found: {found}.")


def field_title(field: str) -> str:
    """How an office heads this field."""
    return _TITLES.get(field, field.upper())


_TITLES = {
    "nik": "NIK", "name": "NAMA_LENGKAP", "birth_date": "TANGGAL_LAHIR", "birth": "TEMPAT_TANGGAL_LAHIR",
    "sex": "JENIS_KELAMIN", "address": "ALAMAT", "rt": "RT", "rw": "RW", "rt_rw": "RT/RW", "kelurahan": "KELURAHAN",
    "kecamatan": "KECAMATAN", "phone": "NO_HP", "occupation": "PEKERJAAN", "decile": "DESIL", "source": "SUMBER_DATA",
    "kk": "NO_KK", "months": "PERIODE_BULAN", "kpj": "KPJ", "joined": "TMT_KEPESERTAAN", "period": "PERIODE_IURAN",
    "status": "STATUS", "paid_on": "TGL_BAYAR", "payment_code": "KODE_IURAN", "amount": "JUMLAH",
    "order_number": "NO_SP2D", "head": "NAMA_KETUA_RT", "since": "MULAI_JABATAN", "until": "AKHIR_JABATAN",
}  # fmt: skip
