"""Dates and months in the forms office files hold them."""

from __future__ import annotations

import datetime as dt
import re

from verify_service.registry.problems import Cell, Fault, text_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january", "februari pebruari feb peb february", "maret mar march", "april apr", "mei may",
            "juni jun june", "juli jul july", "agustus agu ags agt aug august", "september sep sept",
            "oktober okt oct october", "november nopember nov nop", "desember des dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_EXCEL_EPOCH = dt.date(1899, 12, 30)
_EXPECTED = "a date such as 31-12-1980"


def read_date(raw: Cell, today: dt.date) -> dt.date | Fault | None:
    """A day, None when the cell is empty. Days come before months, as everywhere in Indonesia."""
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    if isinstance(raw, float | int) and not isinstance(raw, bool) and 1 <= raw < 80_000:
        return _EXCEL_EPOCH + dt.timedelta(days=int(raw))
    text = text_of(raw).strip("'").lower()
    if text in ("", "-", "--", "0"):
        return None
    parts = _parts(re.sub(r"[ t]\d{1,2}:\d{2}(:\d{2})?(\.0+)?$", "", text))
    if parts is None:
        return Fault("date_unreadable", _EXPECTED)
    year, month, day = parts
    if year < 100:
        year += 2000 if 2000 + year <= today.year else 1900
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Fault("date_impossible", _EXPECTED)


def _parts(text: str) -> tuple[int, int, int] | None:
    """(year, month, day) as written."""
    if re.fullmatch(r"(19|20)\d{6}", text):
        return int(text[:4]), int(text[4:6]), int(text[6:])
    words = [word for word in re.split(r"[\s\-/.,]+", text) if word]
    if len(words) == 3 and words[1] in _MONTHS:
        words[1] = str(_MONTHS[words[1]])
    if len(words) != 3 or not all(word.isascii() and word.isdigit() and len(word) in (1, 2, 4) for word in words):
        return None
    first, second, third = (int(word) for word in words)
    if len(words[0]) == 4:
        return first, second, third
    return (third, second, first) if len(words[2]) in (2, 4) and len(words[1]) <= 2 else None


def read_birth_date(raw: Cell, today: dt.date) -> dt.date | Fault | None:
    """A birth date; one in the future or more than 110 years ago is none."""
    born = read_date(raw, today)
    if isinstance(born, dt.date) and not today.year - 110 <= born.year <= today.year:
        return Fault("date_impossible", "a birth date within the last 110 years")
    return born


def read_birth(raw: Cell, today: dt.date) -> dt.date | Fault | None:
    """The date after the place in "Bekasi, 31-12-1980"."""
    found = re.search(r"\d{1,4}[\s\-/.].*\d", text_of(raw)) if isinstance(raw, str) else None
    return read_birth_date(found[0] if found else raw, today)


def read_month(raw: Cell) -> dt.date | Fault | None:
    """The first day of a month: "2026-01", "01/2026", "202601", "Januari 2026" or any day in it; None when empty."""
    if isinstance(raw, dt.date):
        return dt.date(raw.year, raw.month, 1)
    text = text_of(raw).strip("'").lower()
    if not text:
        return None
    spelt = re.fullmatch(r"([a-z]+)[\s\-/.]*(\d{4})", text)
    if spelt and spelt[1] in _MONTHS:
        return dt.date(int(spelt[2]), _MONTHS[spelt[1]], 1)
    for pattern, year, month in (
        (r"(20\d\d)[\s\-/.]?(0[1-9]|1[0-2]|[1-9])([\-/.]\d{1,2})?", 1, 2),
        (r"(?:\d{1,2}[\-/.])?(0?[1-9]|1[0-2])[\s\-/.]?(20\d\d)", 2, 1),
    ):
        found = re.fullmatch(pattern, text)
        if found:
            return dt.date(int(found[year]), int(found[month]), 1)
    return Fault("period_unreadable", "a month such as 2026-01")
