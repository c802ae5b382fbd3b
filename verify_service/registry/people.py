"""The same person twice in one file: under the same NIK, or under a mistyped one."""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, groupby
from typing import overload

from rapidfuzz.distance import Levenshtein

from verify_service.registry.names import agree, are_alike, likeness
from verify_service.registry.reading import Duplicate
from verify_service.registry.traits import heard

SAME_BIRTHDAY = 90.0
SAME_NEIGHBOURS = 95.0
CROWD = 200  # a block larger than this is a default value, not a birthday


Place = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one row says about who it is; rejected rows count too. `place`: kelurahan code, RW, RT."""

    row: int
    nik: str
    name_key: str
    birth_date: dt.date | None = None
    place: Place = (None, None, None)


class Sightings(Sequence[Sighting]):
    """What all rows of a file say about who they are, in columns: of a million rows a hundred megabytes."""

    def __init__(self, everyone: Iterable[Sighting] = ()) -> None:
        self._rows, self._niks, self._born, self._spots = array("q"), array("q"), array("l"), array("l")
        self._names: list[str] = []
        self._odd: dict[int, str] = {}  # numbers that are no NIK, by place
        self._places: dict[Place, int] = {}
        for one in everyone:
            self.add(one.row, one.nik, one.name_key, one.birth_date, one.place)

    def add(self, row: int, nik: str, name_key: str, birth_date: dt.date | None, place: Place) -> None:
        if len(nik) != _NIK or not nik.isascii():
            self._odd[len(self._rows)] = nik
        self._rows.append(row)
        self._niks.append(int(nik) if len(nik) == _NIK and nik.isascii() else -1)
        self._names.append(name_key)
        self._born.append(birth_date.toordinal() if birth_date else 0)
        self._spots.append(self._places.setdefault(place, len(self._places)))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Sighting: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Sighting]: ...
    def __getitem__(self, place: int | slice) -> Sighting | Sequence[Sighting]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        born = self._born[place]
        where = self._by_number[self._spots[place]]
        nik = self._odd[place] if self._niks[place] < 0 else f"{self._niks[place]:0{_NIK}}"
        return Sighting(self._rows[place], nik, self._names[place], dt.date.fromordinal(born) if born else None, where)

    @cached_property
    def _by_number(self) -> list[Place]:
        return list(self._places)

    def niks_of(self, rows: Iterable[int]) -> dict[int, str]:
        """The numbers by which these rows say who they are."""
        return {row: self[bisect_left(self._rows, row)].nik for row in rows}

    def under_one_nik(self) -> Iterator[list[Sighting]]:
        """Those who share a NIK, in the order of their rows."""
        seen: set[int] = set()
        again: set[int] = set()
        for nik in self._niks:
            (again if nik in seen else seen).add(nik)
        del seen
        again.discard(-1)
        groups: dict[int, list[Sighting]] = defaultdict(list)
        if again:
            for place, nik in enumerate(self._niks):
                if nik in again:
                    groups[nik].append(self[place])
        yield from groups.values()

    def born_on_one_day(self) -> Iterator[list[Sighting]]:
        """Those with a name who share a birth date, day by day."""
        yield from self._together(self._born, [bool(born) for born in self._born])

    def neighbours(self) -> Iterator[list[Sighting]]:
        """Those with a name who live in one RT, RT by RT."""
        whole = [all(place) for place in self._places]
        yield from self._together(self._spots, [whole[spot] for spot in self._spots])

    def _together(self, by: array[int], told: Sequence[bool]) -> Iterator[list[Sighting]]:
        order = sorted((one for one in range(len(self)) if told[one] and self._names[one]), key=by.__getitem__)
        for _, group in groupby(order, key=by.__getitem__):
            block = list(group)
            if len(block) > 1:
                yield [self[one] for one in block]


_NIK = 16  # digits


def same_people(sightings: Iterable[Sighting], nik_heading: str, name_heading: str) -> list[Duplicate]:
    """Pairs of rows that are, or may be, one person; families sharing a phone or an RT are not.

    Names are compared by token_sort_ratio on both spelling and sound, within a birth date (>= 90) or within an RT
    (>= 95, when the birth dates differ by one slip or one is missing).
    """
    everyone = sightings if isinstance(sightings, Sightings) else Sightings(sightings)
    pairs = same_niks(everyone, nik_heading)
    known = {pair.rows for pair in pairs}
    for pair in _same_person(everyone, name_heading):
        if pair.rows not in known:
            known.add(pair.rows)
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: pair.rows)


def same_niks(sightings: Iterable[Sighting], heading: str) -> list[Duplicate]:
    """Rows under one NIK, each with the first of them; undecided where they are different people.

    Then nobody can say whose NIK it is: a placeholder for all whose NIK was not at hand, one cell filled down, a slip.
    """
    everyone = sightings if isinstance(sightings, Sightings) else Sightings(sightings)
    pairs = []
    for first, *others in everyone.under_one_nik():
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


def _same_person(everyone: Sightings, heading: str) -> Iterator[Duplicate]:
    for born in everyone.born_on_one_day():
        for one, other in _pairs(_by(born, lambda one: heard(one.name_key)[0])):
            if are_alike(one.name_key, other.name_key, SAME_BIRTHDAY) and not _strangers(one, other):
                yield Duplicate((one.row, other.row), "same_person", heading, "the same name and birth date")
    for neighbours in everyone.neighbours():
        for one, other in _a_slip_apart(neighbours) if len(neighbours) <= CROWD else ():
            if are_alike(one.name_key, other.name_key, SAME_NEIGHBOURS):
                yield Duplicate(
                    (one.row, other.row), "same_person", heading, "the same name and RT, birth dates a slip apart"
                )


def _by(block: Sequence[Sighting], keys: Callable[[Sighting], Iterable[Hashable]]) -> Iterable[Sequence[Sighting]]:
    """Those who share a key."""
    groups: dict[Hashable, list[Sighting]] = defaultdict(list)
    for one in block:
        for key in keys(one):
            groups[key].append(one)
    return groups.values()


def _pairs(blocks: Iterable[Sequence[Sighting]]) -> Iterator[tuple[Sighting, Sighting]]:
    return (pair for block in blocks if 1 < len(block) <= CROWD for pair in combinations(block, 2))


def _a_slip_apart(block: Sequence[Sighting]) -> Iterator[tuple[Sighting, Sighting]]:
    """Pairs of a block for whom _one_slip holds; in two dates a slip apart two of day, month and year are the same."""
    dated = _by([one for one in block if one.birth_date], _parts)
    undated = [one for one in block if not one.birth_date]
    pairs = chain(
        _pairs(dated), ((one, other) if one.row < other.row else (other, one) for one in undated for other in block)
    )
    return ((one, other) for one, other in pairs if one is not other and _one_slip(one, other))


def _parts(one: Sighting) -> Iterator[tuple[object, ...]]:
    born = one.birth_date
    assert born is not None
    yield "month", born.month, born.year
    yield "day", born.day, born.year
    yield "both", born.day, born.month
    yield "swapped", *sorted((born.day, born.month)), born.year


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
