"""What somebody is found again by under another NIK or another spelling: a few keyed numbers for each row of a list.

Two rows that may be one person share at least one of them; two that share none are never compared, or a million people
would be compared with a million. What stands behind a trait cannot be read from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from verify_service.ground.crypto import blind_numbers
from verify_service.registry.names import is_common, sound

MOST = (
    40  # who shares a trait with more people than this is told apart by others: a clerk's phone, a default birth date
)


class Shared(IntEnum):
    """What a trait is made of; it stands in the trait's last three bits, so that a pair tells what it was found by."""

    BORN = 0
    PHONE = 1
    HERE = 2
    NAME = 3
    NIK = 4


@dataclass(frozen=True)
class Seen:
    """One row of a list, as far as it tells who somebody is. `place`: kelurahan code, RW, RT."""

    nik: str
    name_key: str
    birth_date: dt.date | None = None
    phone: str | None = None
    place: tuple[str | None, str | None, str | None] = (None, None, None)


def traits_of(seen: Seen) -> list[int]:
    """The traits of one row, some ten.

    A birth date with each word of the name, and with all of it without blanks; the phone; the RT with the whole name,
    and with a word and the birth year; the whole name with the birth year, with day and month, and with what of a NIK
    outlives a corrected birth date. Day and month are taken in one order, years by two digits as a NIK has them, and
    words as they are heard.
    """
    values = _values(seen)
    return sorted(
        {number & ~7 | ord(value[0]) - _ZERO for number, value in zip(blind_numbers(values), values, strict=True)}
    )


_ZERO = ord("0")


def _values(seen: Seen) -> list[str]:
    """What is known of the row, each behind the digit of its kind."""
    words, whole = heard(seen.name_key)
    joined = f"={skeleton(seen.name_key.replace(' ', ''))}"
    dates = {_born(seen.nik[6:12]), _born_on(seen.birth_date)} if seen.birth_date else (_born(seen.nik[6:12]),)
    values = [f"{Shared.NIK}|{whole}|{seen.nik[:6]}{seen.nik[12:]}"]
    for day, year in dates:
        values += [f"{Shared.BORN}|{day}-{year}|{word}" for word in (*words, *_halves(words), joined)]
        values += [f"{Shared.NAME}|{whole}|{year}", f"{Shared.NAME}|{whole}|{day}"]
    if seen.phone:
        values.append(f"{Shared.PHONE}|{seen.phone}")
    if all(seen.place):
        here = "/".join(filter(None, seen.place))
        values.append(f"{Shared.HERE}|{here}|{whole}")
        values += [f"{Shared.HERE}|{here}|{word}|{year}" for word in words for _, year in dates]
    return values


def _born_on(day: dt.date) -> tuple[str, str]:
    return _born(f"{day.day:02}{day.month:02}{day.year % 100:02}")


@lru_cache(maxsize=75_000)
def _born(digits: str) -> tuple[str, str]:
    """(day and month, year) of six digits of a NIK; the same for two dates in which day and month are swapped."""
    day, month = sorted((int(digits[:2]) % 40, int(digits[2:4])))
    return f"{day:02}-{month:02}", digits[4:]


def _halves(words: tuple[str, ...]) -> Iterable[str]:
    """A name of one word has no second one to be known by: a slip in it leaves its beginning or its end."""
    if len(words) == 1 and len(words[0]) >= 4:
        yield f"{words[0][:3]}-"
        yield f"-{words[0][-3:]}"


@lru_cache(maxsize=100_000)
def heard(name_key: str) -> tuple[tuple[str, ...], str]:
    """The words by which a name is looked for, and the whole of it, as they are heard and in one order.

    Words that very many bear (Siti, Muhammad) find nobody, unless there is no other.
    """
    words = sorted(name_key.split())
    telling = [word for word in words if not is_common(word) and len(word) > 1] or words
    return tuple(sorted({skeleton(word) for word in telling})), " ".join(map(skeleton, words))


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """A word by its first letter and its consonants, as heard; a short one whole. "Lestari" and "Lastari" are LSTR."""
    said = sound(word) or word
    return said if len(said) <= 4 else said[0] + "".join(letter for letter in said[1:] if letter not in "AEIOU")
