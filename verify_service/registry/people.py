"""The same person twice in one file: under the same NIK, or under a mistyped one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import Levenshtein

from verify_service.registry.names import agree, likeness
from verify_service.registry.reading import Duplicate
from verify_service.registry.traits import heard

SAME_BIRTHDAY = 90.0
SAME_NEIGHBOURS = 95.0
CROWD = 200  # a block larger than this is a default value, not a birthday


@dataclass(frozen=True)
class Sighting:
    """What one row says about who it is; rejected rows count too."""

    row: int
    nik: str
    name_key: str
    birth_date: dt.date | None = None
    place: tuple[str | None, str | None, str | None] = (None, None, None)


def same_people(sightings: Iterable[Sighting], nik_heading: str, name_heading: str) -> list[Duplicate]:
    """Pairs of rows that are, or may be, one person; families sharing a phone or an RT are not.

    Names are compared by token_sort_ratio on both spelling and sound, within a birth date (>= 90) or within an RT
    (>= 95, when the birth dates differ by one slip or one is missing).
    """
    everyone = list(sightings)
    pairs = same_niks(everyone, nik_heading)
    known = {pair.rows for pair in pairs}
    for pair in _same_person(everyone, name_heading):
        if pair.rows not in known:
            known.add(pair.rows)
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: pair.rows)


def same_niks(everyone: Sequence[Sighting], heading: str) -> list[Duplicate]:
    """Rows under one NIK, each with the first of them; undecided where they are different people.

    Then nobody can say whose NIK it is: a placeholder for all whose NIK was not at hand, one cell filled down, a slip.
    """
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for one in everyone:
        if len(one.nik) == 16:
            groups[one.nik].append(one)
    pairs = []
    for first, *others in groups.values():
        shared = any(are_strangers(first, other) for other in others)
        why = SHARED if shared else "the same NIK and name"
        pairs += [Duplicate((first.row, other.row), "same_nik", heading, why, undecided=shared) for other in others]
    return pairs


SHARED = "the same NIK under different names: whose it is, only a person can say"


def are_strangers(one: Sighting, other: Sighting) -> bool:
    """Whether two who bear one NIK are two people: by their names, or by names half said and birth dates far apart."""
    if not one.name_key or not other.name_key:
        return False
    if not agree(one.name_key, other.name_key):
        return True
    born = one.birth_date and other.birth_date and one.birth_date != other.birth_date
    return bool(born and likeness(one.name_key, other.name_key) < SAME_BIRTHDAY and not _one_slip(one, other))


def _same_person(everyone: Sequence[Sighting], heading: str) -> Iterable[Duplicate]:
    born: dict[tuple[dt.date, str], list[Sighting]] = defaultdict(list)
    neighbours: dict[tuple[str | None, ...], list[Sighting]] = defaultdict(list)
    for one in everyone:
        if one.name_key and one.birth_date:
            for word in heard(one.name_key)[0]:
                born[one.birth_date, word].append(one)
        if one.name_key and all(one.place):
            neighbours[one.place].append(one)
    for block in born.values():
        for one, other in _pairs(block):
            if likeness(one.name_key, other.name_key) >= SAME_BIRTHDAY and not _strangers(one, other):
                yield Duplicate((one.row, other.row), "same_person", heading, "the same name and birth date")
    for block in neighbours.values():
        for one, other in _pairs(block):
            if likeness(one.name_key, other.name_key) >= SAME_NEIGHBOURS and _one_slip(one, other):
                yield Duplicate(
                    (one.row, other.row), "same_person", heading, "the same name and RT, birth dates a slip apart"
                )


def _pairs(block: Sequence[Sighting]) -> Iterable[tuple[Sighting, Sighting]]:
    return combinations(block, 2) if len(block) <= CROWD else ()


def _strangers(one: Sighting, other: Sighting) -> bool:
    """Two people of one short name and one birthday: NIKs that both hold, from different areas, in different RT."""
    return (
        len(one.nik) == len(other.nik) == 16
        and one.nik[:6] != other.nik[:6]
        and Levenshtein.distance(one.nik, other.nik) > 2
        and all(one.place)
        and all(other.place)
        and one.place != other.place
    )


def _one_slip(one: Sighting, other: Sighting) -> bool:
    if one.birth_date is None or other.birth_date is None:
        return not (one.nik and other.nik) or Levenshtein.distance(one.nik, other.nik) <= 2
    a, b = one.birth_date, other.birth_date
    return (a.day, a.month, a.year) == (b.month, b.day, b.year) or (
        a != b and Levenshtein.distance(f"{a:%d%m%Y}", f"{b:%d%m%Y}") <= 1
    )
