"""What a cell of a file should have held, in the reader's language; readers say it in English, which is kept."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext


def says(english: str) -> str:
    """English that is translated where it is shown."""
    return english


# What the readers of `registry` and `ground/phones.py` say word for word.
_SAID: Final = frozenset(
    (
        says("the kelurahan where the person lives"),
        says("a date such as 31-12-1980"),
        says("a birth date within the last 110 years"),
        says("a birth date"),
        says("a month such as 2026-01"),
        says("a KPJ of 11 characters"),
        says("AKTIF, MENUNGGAK or NON AKTIF"),
        says("a NIK of 16 digits"),
        says("16 digits and nothing else (a letter O where a zero belongs?)"),
        says("the last four digits are a serial from 0001"),
        says("the column formatted as text: the spreadsheet has kept only the first digits"),
        says("digits and nothing else"),
        says("first registered elsewhere: check that the person lives here"),
        says("a serial (last four digits) below 0100: mistyped?"),
        says("day and month the other way round, as in the NIK"),
        says("the birth date that the NIK holds: one of the two may be mistyped"),
        says("a family card number of 16 digits"),
        says("the person's NIK: this is the family card number of another row"),
        says("an amount in rupiah above zero"),
        says("words without an identity number; the number was not kept"),
        says("one person's name, without a number"),
        says("the person's name"),
        says("a mobile number"),
        says("a mobile number, such as 081234567890"),
        says("an Indonesian mobile number of 10 to 13 digits, such as 081234567890"),
        says("digits only: no letters or words (mind the letter O and the digit 0)"),
        says("one number: digits, with blanks, dots, hyphens or brackets at most"),
        says("L or P"),
        says("the name of the RT head, once there is one"),
        says("the head of an RT or of an RW; nobody else answers for residents"),
        says("the number of the RW"),
        says("the number of the RT"),
        says("the number of the RT, 001-999"),
        says("the number of the RW, 001-999"),
        says("a first day that is over, or at most a year ahead"),
        says("a last day after the first"),
        says("one sheet in each file"),
        says("a column we know; this one was not read (--map 'HEADING=COLUMN' says which it is)"),
    )
)


def expected_words(english: str) -> tuple[str, str]:
    """The words and their language: what holds values of the file (a date, a name) stays as it was said."""
    return (str(gettext(english)), "") if english in _SAID else (english, "en")
