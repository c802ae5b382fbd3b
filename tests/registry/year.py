"""A slow account of a year of lists: it keeps every file and reckons each day anew. It shares no code with ours.

What stands on a day follows from the files that had come by then and were not undone by then, in their order.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

Month = dt.date


def later(month: Month, months: int) -> Month:
    """The first day of the month so many months on."""
    number = month.year * 12 + month.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def apart(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


@dataclass(frozen=True)
class Line:
    """One line of a roster as an office wrote it; a blank is ""."""

    nik: str
    name: str
    born: str = ""
    kelurahan: str = ""
    rt: str = ""
    rw: str = ""
    phone: str = ""
    job: str = ""


@dataclass
class File:
    """One import: when, of which kind, what it said; `content` tells the same file when it comes again."""

    at: dt.datetime
    kind: str  # roster | payments | insurer
    content: str
    lines: tuple[Line, ...] = ()
    paid_from: Month = dt.date.min
    months: int = 12
    period: Month = dt.date.min
    amounts: tuple[tuple[str, int], ...] = ()
    statuses: tuple[tuple[str, str], ...] = ()
    undone_at: dt.datetime | None = None

    def stands(self, at: dt.datetime) -> bool:
        return self.at <= at and (self.undone_at is None or self.undone_at > at)


@dataclass(frozen=True)
class Place:
    """One enrolment as it stands."""

    kelurahan: str
    rw: str
    rt: str
    job: str
    first: Month
    months: int
    content: str  # of the file it rests on
    row: int
    stated: Month  # the first month that this file stated
    earlier: tuple[Month, int] | None = None


@dataclass
class Person:
    """One worker as they stand."""

    name: str
    born: str
    phones: set[str]
    places: list[Place] = field(default_factory=list)


@dataclass
class City:
    """Everything as it stands at one moment."""

    people: dict[str, Person] = field(default_factory=dict)
    paid: dict[Month, dict[str, int]] = field(default_factory=dict)
    insured: dict[Month, dict[str, str]] = field(default_factory=dict)

    def listed(self) -> list[tuple[object, ...]]:
        """Each enrolment: whose, where, on which terms, and the phones that answer."""
        return sorted(
            (nik, person.name, person.born, place.kelurahan, place.rw, place.rt, place.job, place.first.isoformat(),
             place.months, ",".join(sorted(person.phones)))
            for nik, person in self.people.items()
            for place in person.places
        )  # fmt: skip

    def cases(self) -> list[tuple[str, str, str, str]]:
        """What the list and the insurer say of each enrolment and month that has a verdict."""
        if not self.insured:
            return []
        first, last = min(self.insured), max(self.insured)
        months = [later(first, step) for step in range(apart(first, last) + 1)]
        return sorted(
            (nik, month.isoformat(), self._list(nik, place, month), self._insurer(nik, month))
            for nik, person in self.people.items()
            for place in person.places
            for month in months
            if month >= min(place.first, place.earlier[0] if place.earlier else place.first)
            or nik in self.paid.get(month, {})
        )

    def _list(self, nik: str, place: Place, month: Month) -> str:
        if month in self.paid:
            return "paid" if nik in self.paid[month] else "listed_not_paid"
        spans = [(place.first, place.months), *([place.earlier] if place.earlier and month < place.first else [])]
        planned = any(first <= month < later(first, months) for first, months in spans)
        return "paid" if planned else "listed_not_paid"

    def _insurer(self, nik: str, month: Month) -> str:
        return self.insured[month].get(nik, "not_found") if month in self.insured else "no_file"


def city_at(files: list[File], at: dt.datetime) -> City:
    """The city at a moment, from every file that stood then."""
    city = City()
    seen: dict[tuple[str, str, Month], File] = {}
    for file in files:
        if not file.stands(at):
            continue
        key = (file.kind, file.content, file.period)
        if file.kind == "payments":
            city.paid[file.period] = dict(file.amounts)
        elif file.kind == "insurer":
            city.insured[file.period] = dict(file.statuses)
        else:
            before = seen.get(key)
            if before is not None and (before.paid_from, before.months) != (file.paid_from, file.months):
                _correct(city, file)
            else:
                _enrol(city, file, again=before is not None)
        seen[key] = file
    return city


def _enrol(city: City, file: File, *, again: bool) -> None:
    rows = list(enumerate(file.lines, start=2))
    for nik in dict.fromkeys(line.nik for line in file.lines):
        mine = [(row, line) for row, line in rows if line.nik == nik]
        first = mine[0][1]
        person = city.people.get(nik)
        if person is None:
            person = city.people[nik] = Person(first.name, first.born, set())
        else:
            person.name, person.born = first.name, first.born or person.born
        told = {line.phone for _, line in mine if line.phone}
        if told:
            person.phones = told
        _place(person, mine, file, again=again)


# By what a line of a person is known again, the surest first.
_ALIKE = (
    lambda line, place: (
        (line.kelurahan, line.rw, line.rt, line.job) == (place.kelurahan, place.rw, place.rt, place.job)
    ),
    lambda line, place: (line.kelurahan, line.rw, line.rt) == (place.kelurahan, place.rw, place.rt),
    lambda line, place: line.kelurahan == place.kelurahan,
    lambda line, place: True,
)


def _place(person: Person, mine: list[tuple[int, Line]], file: File, *, again: bool) -> None:
    left, open_places = list(mine), list(range(len(person.places)))
    pairs: list[tuple[tuple[int, Line], int]] = []
    same_row = {place.row: number for number, place in enumerate(person.places) if place.content == file.content}
    for entry in list(left):
        if entry[0] in same_row:
            pairs.append((entry, same_row[entry[0]]))
            left.remove(entry)
            open_places.remove(same_row[entry[0]])
    for alike in _ALIKE:
        for entry in list(left):
            found = next((number for number in open_places if alike(entry[1], person.places[number])), None)
            if found is not None:
                pairs.append((entry, found))
                left.remove(entry)
                open_places.remove(found)
    for (row, line), number in pairs:
        person.places[number] = _renewed(person.places[number], line, row, file, again=again)
    for row, line in left:
        person.places.append(
            Place(
                line.kelurahan,
                line.rw,
                line.rt,
                line.job,
                file.paid_from,
                file.months,
                file.content,
                row,
                file.paid_from,
            )
        )


def _renewed(held: Place, line: Line, row: int, file: File, *, again: bool) -> Place:
    rests_on_it = held.content == file.content
    kelurahan, rw, rt = _settled(held, line)
    if again and not rests_on_it and held.first <= file.paid_from < held.stated:
        first, months = held.first, held.months  # a later list has prolonged it since
    elif held.first < file.paid_from <= later(held.first, held.months):
        first, months = held.first, file.months + apart(held.first, file.paid_from)
    else:
        first, months = file.paid_from, file.months
    earlier = held.earlier if rests_on_it else (held.first, held.months)
    return Place(kelurahan, rw, rt, line.job or held.job, first, months, file.content, row, file.paid_from, earlier)


def _settled(held: Place, line: Line) -> tuple[str, str, str]:
    """Kelurahan, RW and RT are one value: half of a new one takes nothing of the old."""
    if line.kelurahan and line.kelurahan != held.kelurahan:
        return line.kelurahan, line.rw, line.rt
    if line.rw and line.rw != held.rw:
        return held.kelurahan, line.rw, line.rt
    return held.kelurahan, held.rw, line.rt or held.rt


def _correct(city: City, file: File) -> None:
    rows = dict(enumerate(file.lines, start=2))
    for person in city.people.values():
        for number, held in enumerate(person.places):
            if held.content != file.content or held.row not in rows:
                continue
            before = held.earlier
            if before is not None and before[0] < file.paid_from <= later(*before):
                first, months = before[0], file.months + apart(before[0], file.paid_from)
            else:
                first, months = file.paid_from, file.months
            person.places[number] = replace(held, first=first, months=months, stated=file.paid_from)
