"""Telephone numbers: one canonical form per person, whoever typed it and however."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import phonenumbers

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_COMMON: Final = re.compile(r"(?:\+?620?|0?)(8[1-35-9][0-9]{7,10})")
# International prefixes of the Indonesian carriers, and plain 00; at the start only, 0062 also occurs within numbers.
_DIALLED_ABROAD: Final = re.compile(r"^(?:01017|00[1789]?)(?=62)")
_EXCEL_FLOAT: Final = re.compile(r"[0-9]{8,15}\.0")
_SEPARATORS: Final = frozenset(" -.()")
_LONGEST: Final = 64  # characters; a number with every separator people use is under 30


@dataclass(frozen=True, slots=True, order=True, repr=False)
class Phone:
    """A number a person can be reached at: `e164` such as +6281234567890; shown masked unless asked for in clear."""

    e164: str

    def __post_init__(self) -> None:
        if _E164.fullmatch(self.e164) is None:
            raise ValueError("a Phone is made of an E.164 number such as +6281234567890; read_phone() makes one")

    @property
    def indonesian(self) -> bool:
        """True for +62, false for the foreign numbers that a provider's sandbox uses."""
        return self.e164.startswith("+62")

    @property
    def local(self) -> str:
        """As people write it: 081234567890; a foreign number keeps its +."""
        return "0" + self.e164[3:] if self.indonesian else self.e164

    @property
    def masked(self) -> str:
        """For screens and logs: 0812****890, enough to recognise one's own."""
        return f"{self.local[:4]}****{self.local[-3:]}"

    def __repr__(self) -> str:
        return f"Phone({self.masked})"


@dataclass(frozen=True, slots=True)
class PhoneProblem:
    """Why a text is no number we can reach: a `code` to count by and what was `expected` to show with it."""

    code: str
    expected: str


_MOBILE_EXPECTED: Final = "an Indonesian mobile number of 10 to 13 digits, such as 081234567890"
_MISSING: Final = PhoneProblem("missing", "a mobile number, such as 081234567890")
_TOO_LONG: Final = PhoneProblem("too_long", _MOBILE_EXPECTED)
_LETTERS: Final = PhoneProblem("letters", "digits only: no letters or words (mind the letter O and the digit 0)")
_CHARACTERS: Final = PhoneProblem("characters", "one number: digits, with blanks, dots, hyphens or brackets at most")
_TOO_SHORT: Final = PhoneProblem("too_short", _MOBILE_EXPECTED)
_NOT_MOBILE: Final = PhoneProblem("not_mobile", "a mobile number (08...), not a landline, service or company number")
_OTHER_COUNTRY: Final = PhoneProblem("other_country", "an Indonesian number (+62)")
_INVALID: Final = PhoneProblem("invalid", _MOBILE_EXPECTED)


def read_phone(raw: str | None) -> Phone | PhoneProblem:
    """Read a number as people, spreadsheets and SIM cards write it; only an Indonesian mobile is accepted.

    Letters are refused before anything is parsed: libphonenumber would turn O8123456789O into a stranger's number.
    """
    if raw is not None and (usual := _COMMON.fullmatch(raw)) is not None:
        return Phone("+62" + usual[1])
    digits = _digits(raw)
    if isinstance(digits, PhoneProblem):
        return digits
    # Also decides what the library gets wrong: 62811123456 is 0811 123456, not a landline of area 0628.
    common = _COMMON.fullmatch(digits)
    if common is not None:
        return Phone("+62" + common[1])
    return _indonesian(digits)


_AS_DIALLED: Final = re.compile(r"08[1-35-9][0-9]{7,10}")


def plain_mobile(raw: str) -> Phone | None:
    """What read_phone makes of a mobile number as people dial it, without asking more; None of any other text."""
    return Phone("+62" + raw[1:]) if _AS_DIALLED.fullmatch(raw) else None


def read_gateway_phone(raw: object) -> Phone | PhoneProblem:
    """Read the number in a gateway's webhook: as `read_phone`, or any valid E.164 of another country (sandboxes use
    +254...).

    Never raises, whatever `raw` is. A leading blank is the + of a sender that did not escape it.
    """
    if not isinstance(raw, str):
        return _MISSING if raw is None else _CHARACTERS
    text = re.sub(r"^ (?=[1-9])", "+", raw)
    read = read_phone(text)
    if isinstance(read, Phone):
        return read
    digits = _digits(text)
    return read if isinstance(digits, PhoneProblem) else _foreign(digits) or read


def _digits(raw: str | None) -> str | PhoneProblem:
    """The bare digits with at most a leading +, any script's digits made ASCII and dialled prefixes removed."""
    if raw is None:
        return _MISSING
    if len(raw) > _LONGEST:
        return _TOO_LONG
    text = "".join(map(_plain, raw)).strip().removeprefix("'").strip()  # spreadsheets keep zeros with an apostrophe
    text = re.sub(r"^tel: *", "", text, flags=re.IGNORECASE)
    if not text:
        return _MISSING
    if any(character.isalpha() for character in text):
        return _LETTERS
    if _EXCEL_FLOAT.fullmatch(text):
        text = text[:-2]
    bare = "".join(character for character in text if character not in _SEPARATORS)
    if re.fullmatch(r"\+?[0-9]+", bare) is None:
        return _CHARACTERS
    return _DIALLED_ABROAD.sub("+", bare)


def _plain(character: str) -> str:
    """One character in its ASCII form: hidden marks vanish, full-width and other digits, blanks and dashes are kept."""
    if character.isascii() and character.isprintable():
        return character
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category in ("Zs", "Zl", "Zp") or character in "\t\r\n":
        return " "
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if category == "No":
        return character  # a superscript is a footnote, not a digit
    return {"\N{RIGHT SINGLE QUOTATION MARK}": "'"}.get(character) or unicodedata.normalize("NFKC", character)


def _indonesian(digits: str) -> Phone | PhoneProblem:
    """The less common forms, by libphonenumber: only valid numbers of type MOBILE count."""
    national = digits.removeprefix("+")
    if len(national) > 17:
        return _TOO_LONG
    try:
        number = phonenumbers.parse(digits, "ID")
    except phonenumbers.NumberParseException:
        return _TOO_SHORT if len(national) < 9 else _INVALID
    if number.country_code != 62:
        return _OTHER_COUNTRY
    if phonenumbers.is_valid_number(number):
        if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
            return _NOT_MOBILE
        return Phone(f"+62{number.national_number}")
    length = len(str(number.national_number))
    return _TOO_SHORT if length < 9 else _TOO_LONG if length > 12 else _INVALID


def _foreign(digits: str) -> Phone | None:
    """A valid number of another country, when written with its + or 00."""
    international = re.sub(r"^00(?=[1-9])", "+", digits)
    if not international.startswith("+") or international.startswith("+62"):
        return None
    try:
        number = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164) if phonenumbers.is_valid_number(number) and _E164.fullmatch(e164) else None
