"""NIK, KK and KPJ: what the numbers on cards can be, and what a mistyped one looks like.

A NIK is PPRRSS DDMMYY NNNN: area of first registration, birth date (women: day + 40), serial. It has no check digit. It
never changes with a move or a corrected birth date (PP 40/2019 art. 30(2)), so prefix, date and sex only raise doubts.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from verify_service.registry.problems import Cell, Fault, text_of, words

_WOMEN = 40
_PROVINCES = words(
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96"
    " 97"
)
# People without a known birth date were registered under these days in great numbers, so that serials run high.
_COMMON_BIRTHDAYS = frozenset({(1, 1), (1, 7), (31, 12)})
_USUAL_SERIAL = 99


@dataclass(frozen=True)
class Nik:
    """A national identity number that can exist."""

    value: str

    @property
    def area(self) -> str:
        """Six digits: where the person was first registered, not where they live."""
        return self.value[:6]

    @property
    def sex(self) -> str:
        return "P" if int(self.value[6:8]) > _WOMEN else "L"

    @property
    def serial(self) -> int:
        return int(self.value[12:])

    def birth_date(self, today: dt.date) -> dt.date:
        """The birth date it was issued for; the latest year that leaves the person at least 10."""
        day, month, year = _day(self.value), int(self.value[8:10]), int(self.value[10:12])
        century = 2000 if 2000 + year <= today.year - 10 and _exists(2000 + year, month, day) else 1900
        return dt.date(century + year, month, day)

    def __str__(self) -> str:
        return f"{self.value[:6]}******{self.value[-4:]}"

    __repr__ = __str__


def _day(digits: str) -> int:
    day = int(digits[6:8])
    return day - _WOMEN if day > _WOMEN else day


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def read_nik(raw: Cell) -> Nik | Fault:
    """A NIK from a cell, or the Fault that tells the office how it was spoilt. Never guesses a digit."""
    digits = _digits(raw)
    if isinstance(digits, Fault):
        return Fault(digits.code.replace("number", "nik"), digits.expected)
    if not digits:
        return Fault("nik_missing", "a NIK of 16 digits")
    if not digits.isascii() or not digits.isdigit():
        return Fault("nik_letters", "16 digits and nothing else (a letter O where a zero belongs?)")
    if len(digits) != 16:
        return Fault("nik_length", _length_hint(len(digits)))
    if digits[:2] not in _PROVINCES:
        return Fault("nik_province", f"a NIK starts with a province (11 to 97); {digits[:2]} is none")
    return _dated(digits)


def _dated(digits: str) -> Nik | Fault:
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    if not (1 <= day <= 31 or 41 <= day <= 71):
        return Fault("nik_day", f"digits 7-8 are the birth day, 01-31 or 41-71 for women, not {day:02d}")
    if not 1 <= month <= 12:
        return Fault("nik_month", f"digits 9-10 are the birth month, 01-12, not {month:02d}")
    if not (_exists(1900 + year, month, _day(digits)) or _exists(2000 + year, month, _day(digits))):
        return Fault("nik_date", f"digits 7-12 are a birth date; there is no day {_day(digits)} in month {month}")
    if digits[12:] == "0000":
        return Fault("nik_serial", "the last four digits are a serial from 0001")
    return Nik(digits)


_PLAIN = re.compile(r"[0-9]{16}")


def is_plain_nik(cell: Cell) -> bool:
    """Whether read_nik makes a NIK of this cell just as it is; it may of others too."""
    return (
        type(cell) is str
        and _PLAIN.fullmatch(cell) is not None
        and cell[:2] in _PROVINCES
        and cell[12:] != "0000"
        and _can_be_born(cell[6:12])
    )


@lru_cache(maxsize=75_000)  # 62 days by 12 months by 100 years
def _can_be_born(digits: str) -> bool:
    return isinstance(_dated(f"000000{digits}0001"), Nik)


def _digits(raw: Cell) -> str | Fault:
    """The digits of a cell without an apostrophe, blanks, dots and dashes, if the spreadsheet has not lost any."""
    lost = Fault("number_scientific", "the column formatted as text: the spreadsheet has kept only the first digits")
    if isinstance(raw, bool):
        return Fault("number_letters", "digits and nothing else")
    if isinstance(raw, int | float):
        # Excel keeps 15 digits of a number and writes zero for the 16th; other programs keep all 16.
        whole = float(raw).is_integer() and abs(raw) < 2**53
        return lost if not whole or (len(str(int(raw))) == 16 and int(raw) % 10 == 0) else str(int(raw))
    text = text_of(raw).upper()
    if text.isdecimal():
        return text
    if re.fullmatch(r"'?\d+(?:[.,]\d+)?E\+?\d+", text):
        return lost
    text = re.sub(r"[.,]0{1,2}$", "", text) if re.fullmatch(r"'?\d{11,}[.,]0{1,2}", text) else text
    return re.sub(r"[\s'`´‘’\".,\-_/]", "", text)


def _length_hint(length: int) -> str:
    """What a number of another length probably is."""
    return {
        15: "16 digits: this one has lost a digit",
        17: "16 digits: this one has a digit too many",
        13: "a NIK of 16 digits, not a BPJS Kesehatan number (13)",
        11: "a NIK of 16 digits, not a BPJS Ketenagakerjaan number (KPJ, 11)",
        12: "a NIK of 16 digits, not a phone number",
        18: "a NIK of 16 digits, not a civil servant's number (NIP, 18)",
    }.get(length, f"a NIK of 16 digits, not {length}")


@dataclass(frozen=True)
class Eligible:
    """Whom the programme insures: registration areas that are its own, and ages in full years, both included."""

    nik_prefixes: tuple[str, ...] = ()
    age_from: int = 0
    age_to: int = 150


def nik_doubts(
    nik: Nik, birth_date: dt.date | None, sex: str | None, eligible: Eligible, today: dt.date
) -> list[tuple[str, Fault]]:
    """Doubts about a possible NIK, as (field, Fault): each may have an honest reason, so none rejects a row."""
    doubts: list[tuple[str, Fault]] = []
    in_nik = nik.birth_date(today)
    if eligible.nik_prefixes and not nik.value.startswith(eligible.nik_prefixes):
        doubts.append(("nik", Fault("nik_other_area", "first registered elsewhere: check that the person lives here")))
    if nik.serial > _USUAL_SERIAL and (in_nik.day, in_nik.month) not in _COMMON_BIRTHDAYS:
        doubts.append(("nik", Fault("nik_serial_high", "a serial (last four digits) below 0100: mistyped?")))
    if birth_date and (birth_date.day, birth_date.month, birth_date.year % 100) != (
        in_nik.day,
        in_nik.month,
        in_nik.year % 100,
    ):
        doubts.append(("birth_date", _date_doubt(birth_date, in_nik)))
    if sex and sex != nik.sex:
        doubts.append(("sex", Fault("sex_differs", f"{nik.sex}, as in the NIK")))
    age = full_years(birth_date or in_nik, today)
    if not eligible.age_from <= age <= eligible.age_to:
        doubts.append(("birth_date", Fault("age_outside", f"an age of {eligible.age_from}-{eligible.age_to}")))
    return doubts


def is_beyond_doubt(nik: str, birth_date: dt.date | None, sex: str | None, eligible: Eligible, today: dt.date) -> bool:
    """Whether nik_doubts has none, told at once of nearly every NIK; where this is false it may have none either."""
    born, woman = _told_by(nik[6:12], today)
    return (
        (not eligible.nik_prefixes or nik.startswith(eligible.nik_prefixes))
        and nik[12:14] == "00"
        and (birth_date is None or birth_date == born)
        and (not sex or sex == woman)
        and eligible.age_from <= full_years(born, today) <= eligible.age_to
    )


@lru_cache(maxsize=75_000)
def _told_by(digits: str, today: dt.date) -> tuple[dt.date, str]:
    """Birth date and sex in a NIK, from its digits 7-12."""
    nik = Nik(f"000000{digits}0001")
    return nik.birth_date(today), nik.sex


def _date_doubt(birth_date: dt.date, in_nik: dt.date) -> Fault:
    if (birth_date.day, birth_date.month) == (in_nik.month, in_nik.day):
        return Fault("birth_date_swapped", "day and month the other way round, as in the NIK")
    return Fault("birth_date_differs", "the birth date that the NIK holds: one of the two may be mistyped")


@lru_cache(maxsize=75_000)
def full_years(born: dt.date, today: dt.date) -> int:
    """Age in full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def read_kk(raw: Cell) -> str | Fault | None:
    """A family card number: 16 digits, None when the cell is empty."""
    digits = _digits(raw)
    if isinstance(digits, Fault):
        return Fault("kk_scientific", digits.expected)
    if digits and not re.fullmatch(r"[0-9]{16}", digits):
        return Fault("kk_length", "a family card number of 16 digits")
    return digits or None


def read_kpj(raw: Cell) -> str | Fault | None:
    """A member number of BPJS Ketenagakerjaan: 11 characters, the last four digits; None when the cell is empty.

    Old numbers of Jamsostek hold letters; no check digit is published.
    """
    digits = _digits(raw)
    if isinstance(digits, Fault):
        return Fault("kpj_scientific", digits.expected)
    if digits and not re.fullmatch(r"[0-9A-Z]{7}[0-9]{4}", digits):
        hint = {13: ", not a BPJS Kesehatan number (13)", 16: ", not a NIK (16)"}.get(len(digits), "")
        return Fault("kpj_length", f"a KPJ of 11 characters{hint}")
    return digits or None


def is_kk(nik: Nik, own_kk: str | None, family_cards: Collection[str], heading: str = "NO_KK") -> Fault | None:
    """A family card number in the NIK column: both have 16 digits, and people copy the wrong one.

    `heading` is how the file heads the family cards.
    """
    if nik.value == own_kk:
        return Fault("nik_is_kk", f"the person's NIK, not the number of the family card ({heading})")
    if nik.value in family_cards:
        return Fault("nik_is_kk", "the person's NIK: this is the family card number of another row")
    return None
