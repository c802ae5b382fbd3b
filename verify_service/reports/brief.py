"""The monthly brief for the mayor and the council: two pages in Indonesian with four charts, the same bytes each time.

Counts are those of the whole city: of places, and of few people, it prints none.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Final

import typst
from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.programme import programme
from verify_service.ground.tables import NEWEST_PERIOD
from verify_service.reports.answers import lines_of
from verify_service.reports.brief_charts import Bar, bars, told
from verify_service.reports.budget import months_from
from verify_service.reports.definition import Asked, Report
from verify_service.reports.of_the_desk import GRIEVANCE_SLA
from verify_service.reports.of_the_list import FUNNEL, MONTHS
from verify_service.reports.of_the_money import BUDGET, MONEY_AT_RISK

_HERE: Final = Path(__file__).parent
_FEW: Final = 5
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
    "confirms": "Ya, terdaftar",
    "wrong_data": "Ya, data salah",
    "denies": "Tidak terdaftar",
    "does_not_know": "Tidak tahu",
    "not_me": "Bukan saya",
    "moved": "Sudah pindah",
    "not_working": "Tidak bekerja",
    "now_employed": "Kini karyawan",
    "no_answer": "Belum menjawab",
}
_ANSWERS = text(
    f"""
SELECT worker, count(*) FROM verdict
WHERE period = {NEWEST_PERIOD} AND list IN ('paid', 'listed_not_paid') GROUP BY worker
"""  # noqa: S608  # a constant of our own
)


def moment_of(month: dt.date, now: dt.datetime) -> dt.datetime:
    """The end of that month in the city, or now where it is not over."""
    after = months_from(month, 2)[1]
    midnight = dt.datetime.combine(after, dt.time(), programme().zone).astimezone(dt.UTC)
    return min(midnight - dt.timedelta(microseconds=1), now)


def brief(session: Session, asked: Asked, month: dt.date) -> bytes:
    """The PDF (tagged, PDF/UA-1) of this month, with the figures as they stood at the moment asked for."""
    held = _figures(session, asked, month)
    last = asked.today
    return bytes(
        typst.compile(
            str(_HERE / "brief.typ"),
            font_paths=[str(_HERE / "fonts")],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=int(dt.datetime(last.year, last.month, last.day, tzinfo=dt.UTC).timestamp()),
            sys_inputs={"held": json.dumps(held, ensure_ascii=False, sort_keys=True)},
        )
    )


def _figures(session: Session, asked: Asked, month: dt.date) -> dict[str, Any]:
    city = programme().city
    name = f"{_NAMES[month.month - 1]} {month.year}"
    day = asked.today
    return {
        "title": f"{programme().brand}: laporan {name}",
        "city": city,
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "standing": f"Keadaan pada akhir {day.day} {_NAMES[day.month - 1]} {day.year}. Iuran jaminan kecelakaan kerja"
        " dan kematian pekerja rentan, dibayar oleh kota.",
        "source": f"verify report brief --month {month:%Y-%m}",
        "parts": [
            _paid(_rows(MONTHS, session, asked)),
            _covered(_rows(FUNNEL, session, asked)),
            _said(session),
            _overdue(_rows(GRIEVANCE_SLA, session, asked)),
        ],
        "money": _money(_rows(BUDGET, session, asked), _rows(MONEY_AT_RISK, session, asked), month),
        "notes": {
            "title": "Cara membaca",
            "each": [
                "Angka adalah jumlah seluruh kota. Jumlah 1 sampai 4 orang ditulis “kurang dari 5”.",
                "“Aktif” berarti tercatat aktif oleh BPJS Ketenagakerjaan pada bulan itu. SMS yang terkirim tidak"
                " dihitung sebagai orang yang sudah tahu.",
                "Setiap angka dapat dihitung ulang: verify report all --as-of "
                f"{day:%Y-%m-%d} menulis semua angka beserta artinya.",
            ],
        },
    }


def _rows(report: Report, session: Session, asked: Asked) -> list[dict[str, Any]]:
    names = [column.name for column in report.columns]
    return [dict(zip(names, line, strict=True)) for line in lines_of(report, session, asked)]


def _part(title: str, says: str, each: list[Bar], *, page: bool = False) -> dict[str, Any]:
    if not each:
        return {"title": title, "says": "Belum ada angka.", "page": page}
    return {"title": title, "says": says, "chart": bars(each), "told": told(each), "page": page}


def _paid(months: list[dict[str, Any]]) -> dict[str, Any]:
    each = []
    for month in months[-_MONTHS_SHOWN:]:
        each.append(_bar(f"{month['month']} dibayar", month["paid"], 1))
        each.append(_bar(f"{month['month']} aktif", month["active"], 0))
    last = months[-1] if months else {"paid_not_covered": 0, "exposure_days": 0}
    says = (
        f"Pada bulan terakhir {_count(last['paid_not_covered'])} orang dibayar tetapi tidak tercatat aktif;"
        f" {_number(last['exposure_days'])} hari orang terdaftar tanpa perlindungan."
    )
    return _part("1. Apa yang dibayar", says, each)


def _covered(places: list[dict[str, Any]]) -> dict[str, Any]:
    steps = {
        "listed": "Terdaftar",
        "paid": "Iuran dibayar",
        "active": "Aktif di BPJS",
        "worker_confirmed": "Pekerja membenarkan",
        "rt_confirmed": "Ketua RT membenarkan",
        "both_confirmed": "Keduanya",
        "not_reached": "Belum terjangkau",
    }
    sums = {step: sum(place[step] for place in places) for step in steps}
    each = [_bar(name, sums[step], 2 if step == "not_reached" else 0) for step, name in steps.items()]
    says = (
        f"Dari {_number(sums['listed'])} orang dalam daftar, {_percent(sums['active'], sums['listed'])} dibayar dan"
        f" tercatat aktif, dan {_percent(sums['worker_confirmed'], sums['listed'])} membenarkannya sendiri."
    )
    return _part("2. Siapa yang benar-benar terlindungi", says, each if places else [])


def _said(session: Session) -> dict[str, Any]:
    counted = {said: int(number) for said, number in session.execute(_ANSWERS)}
    answers = sum(number for said, number in counted.items() if said != "no_answer")
    each = [
        _bar(name, counted[said], 1 if said == "no_answer" else 0) for said, name in _SAID.items() if counted.get(said)
    ]
    says = f"{_number(answers)} pekerja sudah menjawab lewat telepon sendiri atau dengan bantuan ketua RT."
    return _part("3. Apa kata pekerja", says, each)


def _overdue(categories: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {
        step: sum(one[step] for one in categories) for step in ("received", "answers", "in_time", "overdue", "reopened")
    }
    each = [
        _bar("Laporan diterima", sums["received"], 1),
        _bar("Jawaban", sums["answers"]),
        _bar("Jawaban tepat waktu", sums["in_time"]),
        _bar("Lewat batas waktu", sums["overdue"], 2),
        _bar("Dibuka kembali", sums["reopened"], 2),
    ]
    says = f"{_percent(sums['in_time'], sums['answers'])} jawaban diberikan dalam batas hari kerja."
    return _part("4. Pengaduan dan yang terlambat", says, each if categories else [], page=True)


def _money(months: list[dict[str, Any]], risk: list[dict[str, Any]], month: dt.date) -> dict[str, Any]:
    until = [one for one in months if one["month"] <= f"{month:%Y-%m}"]
    begun = [one for one in until if one["planned_heads"] or one["paid"]]
    paid, messaging = sum(one["paid"] for one in until), sum(one["messaging"] for one in until)
    left = until[-1]["left"] if until else programme().premium.ceiling
    return {
        "title": "5. Berapa biayanya",
        "says": f"Sampai bulan ini dibayar {_rupiah(paid)} dari pagu {_rupiah(programme().premium.ceiling)};"
        f" sisa {_rupiah(left)}. SMS {_rupiah(messaging)}, di luar pagu. Iuran yang mungkin sia-sia:"
        f" {_rupiah(sum(one['rupiah'] for one in risk))}.",
        "heads": ["Bulan", "Rencana", "Dibayar", "Orang aktif", "Sisa pagu"],
        "rows": [
            [one["month"], _rupiah(one["planned"]), _rupiah(one["paid"]), _active(one["active"]), _rupiah(one["left"])]
            for one in begun
        ],
    }


def _bar(label: str, count: int, colour: int = 0) -> Bar:
    few = 0 < count < _FEW
    return Bar(label, _FEW if few else count, _count(count), colour)


def _count(count: int) -> str:
    return "kurang dari 5" if 0 < count < _FEW else _number(count)


def _active(count: int) -> str:
    return _count(count) if count else "–"  # the insurer's file of that month is not in


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def _rupiah(amount: int) -> str:
    return f"Rp {_number(amount)}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
