"""The monthly brief for the mayor and the council: two pages in Indonesian with four charts, the same bytes each time.

Everything in it is taken from a publication: nobody can be found in it who cannot be found on the public page.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typst
from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import Publication
from verify_service.publication.brief_charts import Bar, bars, told
from verify_service.publication.printed import Current
from verify_service.publication.printed_tables import said_otherwise, tally_total, totals
from verify_service.publication.tallies import REPORT_OUTCOMES, REPORTS
from verify_service.reports.budget import months_from

_HERE: Final = Path(__file__).parent
_MONTHS_SHOWN: Final = 4
_NAMES: Final = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]
_SAID: Final = {
    "confirms": "Ya, tetapi ada yang tidak cocok",
    "wrong_data": "Ya, data salah",
    "denies": "Tidak terdaftar",
    "does_not_know": "Tidak tahu",
    "not_me": "Bukan saya",
    "moved": "Sudah pindah",
    "not_working": "Tidak bekerja",
    "now_employed": "Kini karyawan",
    "no_answer": "Hanya ketua RT",
}


def moment_of(month: dt.date, now: dt.datetime) -> dt.datetime:
    """The end of that month in the city, or now where it is not over."""
    after = months_from(month, 2)[1]
    midnight = dt.datetime.combine(after, dt.time(), programme().zone).astimezone(dt.UTC)
    return min(midnight - dt.timedelta(microseconds=1), now)


def keep_brief(session: Session) -> bool:
    """Write the brief of the newest publication, and keep it with it; False where it is kept already."""
    newest = select(Publication).where(Publication.refused.is_(None)).order_by(Publication.id.desc()).limit(1)
    held = session.scalars(newest.with_for_update()).one_or_none()
    if held is None or held.printed is None or held.brief is not None:
        return False
    day = held.made_at.astimezone(programme().zone).date()
    held.brief = brief(Current(held.printed, held.made_at), day.replace(day=1))
    return True


def brief(held: Current, month: dt.date) -> bytes:
    """The PDF (tagged, PDF/UA-1) of this month, from what was printed last in it."""
    day = held.made_at.astimezone(programme().zone).date()
    return bytes(
        typst.compile(
            str(_HERE / "brief.typ"),
            font_paths=[str(_HERE.parent / "data" / "fonts")],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()),
            sys_inputs={"held": json.dumps(_figures(held.printed, day, month), ensure_ascii=False, sort_keys=True)},
        )
    )


def _figures(printed: Mapping[str, Any], day: dt.date, month: dt.date) -> dict[str, Any]:
    period = dt.date.fromisoformat(printed["period"])
    return {
        "title": f"{programme().brand}: laporan {_month(month)}",
        "city": programme().city,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "standing": f"Diterbitkan {_day(day)}; bulan iuran yang terakhir dilaporkan: {_month(period)}. Iuran jaminan"
        " kecelakaan kerja dan kematian pekerja rentan, dibayar oleh kota.",
        "source": f"verify report brief --month {month:%Y-%m}",
        "parts": [
            _paid(printed),
            _covered(totals(printed), exact=bool(printed["exact"])),
            _said(printed),
            _overdue(printed),
        ],
        "money": _money(printed, month),
        "notes": {"title": "Cara membaca", "each": _notes(printed)},
    }


def _part(title: str, says: str, each: list[Bar], *, page: bool = False) -> dict[str, Any]:
    return {"title": title, "says": says, "chart": bars(each), "told": told(each), "page": page}


def _paid(printed: Mapping[str, Any]) -> dict[str, Any]:
    months = sorted(printed.get("months", {}).items())[-_MONTHS_SHOWN:]
    each = []
    for month, counts in months:
        each.append(_bar(f"{month} dibayar", counts["paid"], 1))
        each.append(_bar(f"{month} aktif", counts["active"], 0))
    last = months[-1][1] if months else {"not_active": 0, "not_paid": 0}
    says = (
        f"Pada bulan terakhir {_count(last['not_active'])} orang dibayar tetapi tidak tercatat aktif, dan"
        f" {_count(last['not_paid'])} orang dalam daftar tidak dibayar."
    )
    return _part("1. Apa yang dibayar", says, each)


def _covered(city: Mapping[str, int], *, exact: bool) -> dict[str, Any]:
    steps = {
        "all": "Terdaftar",
        "paid": "Iuran dibayar",
        "active": "Aktif di BPJS",
        "confirmed": "Pekerja membenarkan",
        "assisted": "Dengan bantuan",
        "otherwise": "Jawaban lain",
        "not_reached": "Belum terjangkau",
    }
    each = [_bar(name, city[step], 2 if step == "not_reached" else 0, exact=exact) for step, name in steps.items()]
    says = (
        f"Dari {_number(city['all'])} orang dalam daftar, {_percent(city['active'], city['all'])} dibayar dan"
        f" tercatat aktif, dan {_percent(city['confirmed'], city['all'])} membenarkannya sendiri."
        f"{'' if exact else ' Angka dibulatkan ke kelipatan lima.'}"
    )
    return _part("2. Siapa yang benar-benar terlindungi", says, each)


def _said(printed: Mapping[str, Any]) -> dict[str, Any]:
    city, otherwise, exact = totals(printed), said_otherwise(printed), bool(printed["exact"])
    each = [
        _bar("Ya, terdaftar", city["confirmed"], exact=exact),
        _bar("Ya, dengan bantuan", city["assisted"], exact=exact),
        *(_bar(name, otherwise[said], 2) for said, name in _SAID.items() if said in otherwise),
        _bar("Belum menjawab", city["not_reached"], 1, exact=exact),
    ]
    answers = city["active"] - city["not_reached"]
    told_of = _number(answers) if exact else _count(answers)
    says = f"Tentang {told_of} pekerja aktif sudah ada jawaban, sendiri, dengan bantuan, atau dari ketua RT."
    return _part("3. Apa kata pekerja", says, each)


def _overdue(printed: Mapping[str, Any]) -> dict[str, Any]:
    held = tally_total(printed, REPORTS, REPORT_OUTCOMES)
    each = [
        _bar("Laporan diterima", held.counts["all"], 1),
        _bar("Dijawab tepat waktu", held.counts["in_time"]),
        _bar("Terlambat", held.counts["late"], 2),
        _bar("Belum jatuh tempo", held.counts["open"], 1),
    ]
    percent = held.in_time_percent
    says = (
        "Tahun ini belum cukup laporan untuk menghitung bagian yang tepat waktu."
        if percent is None
        else f"{percent} % laporan yang sudah jatuh tempo dijawab dalam batas hari kerja."
    )
    return _part("4. Pengaduan dan yang terlambat", says, each, page=True)


def _money(printed: Mapping[str, Any], month: dt.date) -> dict[str, Any]:
    money, active = printed["money"], printed.get("months", {})
    until = [one for one in money["months"] if one["month"] <= f"{month:%Y-%m}"]
    begun = [one for one in until if one["planned"] or one["paid"]]
    paid, messaging = sum(one["paid"] for one in until), sum(one["messaging"] for one in until)
    left = until[-1]["left"] if until else money["ceiling"]
    return {
        "title": "5. Berapa biayanya",
        "says": f"Sampai bulan ini dibayar {_rupiah(paid)} dari pagu {_rupiah(money['ceiling'])};"
        f" sisa {_rupiah(left)}. SMS {_rupiah(messaging)}, di luar pagu. Iuran yang mungkin sia-sia:"
        f" {_rupiah(printed.get('at_risk', 0))}, dikembalikan {_rupiah(printed.get('recovered', 0))}.",
        "heads": ["Bulan", "Rencana", "Dibayar", "Orang aktif", "Sisa pagu"],
        "rows": [
            [
                one["month"],
                _rupiah(one["planned"]),
                _rupiah(one["paid"]),
                _count(active[one["month"]]["active"]) if one["month"] in active else "–",
                _rupiah(one["left"]),
            ]
            for one in begun
        ],
    }


def _notes(printed: Mapping[str, Any]) -> list[str]:
    notes = [
        "Jumlah orang dan laporan digeser kurang dari lima ke kelipatan lima, sehingga semua jumlah tetap cocok dan"
        " tidak seorang pun dapat dikenali; “0–4” berarti nol sampai empat. Angka uang tepat adanya.",
        "“Aktif” berarti tercatat aktif oleh BPJS Ketenagakerjaan pada bulan itu. SMS yang terkirim tidak dihitung"
        " sebagai orang yang sudah tahu.",
        "Setiap angka ada di halaman publik, di sana dapat diunduh sebagai tabel.",
    ]
    record = printed.get("record")
    if record is not None:
        notes.append(
            f"Catatan tersegel: {_number(record['size'])} catatan, akar {record['root']}. Siapa pun yang menyimpan"
            " baris ini dapat meminta bukti bahwa tidak ada yang diubah."
        )
    return notes


def _bar(label: str, count: int, colour: int = 0, *, exact: bool = False) -> Bar:
    return Bar(label, count, _number(count) if exact else _count(count), colour)


def _count(count: int) -> str:
    return _number(count) if count else "0–4"


def _month(month: dt.date) -> str:
    return f"{_NAMES[month.month - 1]} {month.year}"


def _day(day: dt.date) -> str:
    return f"{day.day} {_month(day)}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def _rupiah(amount: int) -> str:
    return f"Rp {_number(amount)}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
