"""What somebody is found again by under another NIK or another spelling: a few keyed numbers for each row of a list.

Two rows that may be one person share at least one of them; two that share none are never compared, or a million people
would be compared with a million. What stands behind a trait cannot be read from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from verify_service.ground.crypto import blind_pairs, blind_value
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


class Seen(NamedTuple):
    """One row of a list, as far as it tells who somebody is. `place`: kelurahan code, RW, RT."""

    nik: str
    name_key: str
    birth_date: dt.date | None = None
    phone: str | None = None
    place: tuple[str | None, str | None, str | None] = (None, None, None)


def traits_of(seen: Seen) -> list[int]:
    """The traits of one row; see traits_of_each."""
    return traits_of_each([seen])[0]


def traits_of_each(people: Iterable[Seen]) -> list[list[int]]:
    """The traits of each row, some ten.

    A birth date with each word of the name, and with all of it without blanks; the phone; the RT with the whole name,
    and with a word and the birth year; the whole name with the birth year, with day and month, and with what of a NIK
    outlives a corrected birth date. Day and month are taken in one order, years by two digits as a NIK has them, and
    words as they are heard. Each is two values, blinded one by one and then together.
    """
    pairs: list[bytes] = []
    kinds: list[int] = []
    ends = [0]
    for seen in people:
        _gather(seen, pairs, kinds)
        ends.append(len(kinds))
    numbers = [number & ~7 | kind for number, kind in zip(blind_pairs(pairs), kinds, strict=True)]
    return [list(set(numbers[begin:end])) for begin, end in pairwise(ends)]


# As plain numbers: a member of an enumeration takes its time.
_BORN, _PHONE, _HERE, _NAME, _NIK = map(int, Shared)


def _gather(seen: Seen, pairs: list[bytes], kinds: list[int]) -> None:
    nik, name_key, birth_date, phone, place = seen
    words, whole_name = heard(name_key)
    whole = blind_value(whole_name)
    parts = [_part(word) for word in words]
    of_a_day = [*parts, blind_value(f"={skeleton(name_key.replace(' ', ''))}")]
    if len(words) == 1:
        of_a_day += map(_part, _halves(words[0]))
    pairs.append(whole + blind_value(nik[:6] + nik[12:]))
    kinds.append(_NIK)
    here = "/".join(place) if None not in place else ""  # type: ignore[arg-type]
    if here:
        pairs.append(_part(here) + whole)
        kinds.append(_HERE)
    if phone:
        pairs.append(blind_value(phone) + _NOTHING)
        kinds.append(_PHONE)
    told = _born(nik[6:12])
    for day, year in {told, _born_on(birth_date)} if birth_date else (told,):
        date = _part(f"{day}-{year}")
        pairs += [date + word for word in of_a_day]
        pairs += (whole + _part(year), whole + _part(day))
        kinds += [_BORN] * len(of_a_day)
        kinds += (_NAME, _NAME)
        if here:
            then = _part(f"{here}|{year}")
            pairs += [then + word for word in parts]
            kinds += [_HERE] * len(parts)


_NOTHING = bytes(8)
# Days, places and words come again and again; whole names and numbers do not.
_part = lru_cache(maxsize=50_000)(blind_value)


@lru_cache(maxsize=50_000)
def _born_on(day: dt.date) -> tuple[str, str]:
    return _born(f"{day.day:02}{day.month:02}{day.year % 100:02}")


@lru_cache(maxsize=75_000)
def _born(digits: str) -> tuple[str, str]:
    """(day and month, year) of six digits of a NIK; the same for two dates in which day and month are swapped."""
    day, month = sorted((int(digits[:2]) % 40, int(digits[2:4])))
    return f"{day:02}-{month:02}", digits[4:]


def _halves(word: str) -> tuple[str, ...]:
    """A name of one word has no second one to be known by: a slip in it leaves its beginning or its end."""
    return (f"{word[:3]}-", f"-{word[-3:]}") if len(word) >= 4 else ()


@lru_cache(maxsize=20_000)
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
