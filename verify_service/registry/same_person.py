"""How much speaks for two workers being one person: by name, birth date, phone, RT and NIK, each weighed.

The weights are in bits, roughly the binary logarithm of how much more often it is so of one person than of two by
chance (Fellegi and Sunter, A Theory for Record Linkage, 1969). Measured on people of known truth by
`python -m tests.bench --only pairs`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from verify_service.registry.names import is_common, sound
from verify_service.registry.traits import Shared, skeleton

ASKED_FROM = 12  # a pair that weighs less is not worth a person's question


@dataclass(frozen=True)
class Listed:
    """A worker as a pair is weighed by; birth date and NIK are opened only where the names agree.

    `kinds`: the kinds of traits that are known of the person, a bit for each of Shared.
    """

    name_key: str
    birth_date: Callable[[], dt.date | None]
    kinds: int
    nik: Callable[[], str]


@dataclass(frozen=True)
class Likeness:
    """What a pair weighs, and what is alike, in words for the person who decides."""

    score: int
    why: tuple[str, ...]


def likeness_of(one: Listed, other: Listed, shared: int) -> Likeness | None:
    """What the pair weighs; None when the names alone tell two people apart, or less than ASKED_FROM speaks for it.

    `shared`: the kinds of traits they have in common, a bit for each of Shared.
    """
    name = name_weight(one.name_key, other.name_key)
    if name <= 0:
        return None
    known = one.kinds & other.kinds
    phone, here = (_shared(kind, shared, known) for kind in (Shared.PHONE, Shared.HERE))
    nik, other_nik = one.nik(), other.nik()
    if not nik or not other_nik:  # a person who was erased
        return None
    parts = {
        "name": name,
        "birth date": _born(one.birth_date() or nik[6:12], other.birth_date() or other_nik[6:12]),
        "phone": phone,
        "RT": here,
        "NIK": _numbers(nik, other_nik, near=max(phone, here) > 0),
    }
    score = sum(parts.values())
    if score < ASKED_FROM:
        return None
    return Likeness(score, tuple(what for what, weight in parts.items() if weight > 0))


_SHARED = {Shared.PHONE: 7, Shared.HERE: 5}
_ELSEWHERE = -2  # people move, and have another phone; less often than two people do


def _shared(kind: Shared, shared: int, known: int) -> int:
    if shared >> kind & 1:
        return _SHARED[kind]
    return _ELSEWHERE if known >> kind & 1 else 0


_MOST = 12  # of a name of many words: who bears the very same is mostly of the family
_EACH_WORD = 5  # another word of a name that is heard the same
_COMMON_WORD = 2
_LIKE = 82.0
_NO = -20


def name_weight(one: str, other: str) -> int:
    """What two name keys weigh; below zero for those of two people.

    Each word of the shorter has to stand in the longer, as it is heard or a slip apart; an initial and a word left out
    say little.
    """
    if one == other:
        return min(_MOST, sum(_COMMON_WORD if is_common(word) else _EACH_WORD for word in one.split()))
    fewer, more = sorted((one.split(), other.split()), key=len)
    left, weight, slips = list(more), 0, 0
    for word in sorted(fewer, key=len, reverse=True):
        found = next((held for held in left if held == word or sound(held) == sound(word)), None)
        if found is None:
            found = next((held for held in left if _slip(word, held)), None)
            slips += found is not None
        if found is None:
            return _joined(fewer, more)
        left.remove(found)
        initial = min(len(word), len(found)) == 1
        weight += 1 if initial else _COMMON_WORD if is_common(word) else _EACH_WORD
    weight -= 2 * slips + sum(not is_common(word) and len(word) > 1 for word in left)
    weight = min(_MOST, weight)
    return weight if slips < max(2, len(fewer)) else _joined(fewer, more)


def _slip(word: str, held: str) -> bool:
    """Whether one word is the other with a letter wrong, an end cut off, or all but an initial left out."""
    if len(word) == 1 or len(held) == 1:
        return word[0] == held[0]
    shorter, longer = sorted((sound(word), sound(held)), key=len)
    if len(shorter) >= 3 and (longer.startswith(shorter) or OSA.distance(word, held) <= 1):
        return True
    return len(shorter) >= 5 and (skeleton(word) == skeleton(held) or fuzz.ratio(shorter, longer) >= _LIKE)


def _joined(fewer: list[str], more: list[str]) -> int:
    """ "Nur Janah" is "Nurjanah": one name, whose blanks are taken out."""
    if len(fewer) == len(more):
        return _NO
    one, other = (sorted(sound(word) for word in words) for words in (fewer, more))
    best = max(fuzz.ratio("".join(one), "".join(order)) for order in (other, other[::-1]))
    return _EACH_WORD * 2 - 1 if best >= 90 else _NO


def _born(a: dt.date | str, b: dt.date | str) -> int:
    """What two birth dates weigh: the same day, a slip or day and month swapped, another day.

    Six digits where only the NIK tells it: less, since the NIK is weighed for itself.
    """
    if isinstance(a, str) or isinstance(b, str):
        told, other = (_digits(day) for day in (a, b))
        return 5 if told == other else 3 if OSA.distance(told, other) <= 1 else -4
    if a == b:
        return 8
    swapped = (a.day, a.month, a.year) == (b.month, b.day, b.year)
    if swapped or OSA.distance(f"{a:%d%m%Y}", f"{b:%d%m%Y}") <= 1:
        return 4
    return -2 if (a.day, a.month) == (b.day, b.month) or a.year == b.year else -6


def _digits(day: dt.date | str) -> str:
    digits = f"{day:%d%m%y}" if isinstance(day, dt.date) else day
    return f"{int(digits[:2]) % 40:02}{digits[2:]}"


def _numbers(one: str, other: str, *, near: bool) -> int:
    """What the district and the serial of two NIKs weigh; the birth date in them is weighed for itself.

    Most people of a city have the number of one of its districts. Of one day and district the numbers follow on each
    other, so that a serial a slip apart says less than the very same.
    """
    serial = 5 if one[12:] == other[12:] else 2 if OSA.distance(one[12:], other[12:]) <= 1 else -1
    if one[:6] == other[:6]:
        return 2 + serial
    if serial == 5 and OSA.distance(one[:6], other[:6]) <= 1:
        return serial
    return serial - (1 if near else 4)
