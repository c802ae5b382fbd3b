"""The printed tables as rows: for the page, for the files, for whoever asks. Everything is taken from what was printed.

Shares are whole per cent of printed counts, and none is told of fewer than twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verify_service.publication.tables import CITY, SAID, SAYS
from verify_service.publication.tallies import (
    ALL,
    UNKNOWN,
    named,
)
from verify_service.reports.groups import AGES, OCCUPATIONS

LEAST_BASE: Final = 20  # people or reports: below, a share would tell about each of them
OUTCOMES: Final = (ALL, "paid", "active", "confirmed", "assisted", "otherwise", "not_reached", "not_active", "not_paid")

Printed = Mapping[str, Any]
Row = tuple[Any, ...]


def percent(part: int, whole: int) -> int | None:
    """Whole per cent; None of fewer than twenty."""
    return round(100 * part / whole) if whole >= LEAST_BASE else None


@dataclass(frozen=True)
class Group:
    """One row of a table of people: its printed counts by outcome, and the share who confirm."""

    code: str
    name: str
    counts: Mapping[str, int]
    parts: tuple[Group, ...] = ()

    @property
    def confirmed_percent(self) -> int | None:
        """Of those on the list; by the workers' own word alone."""
        return percent(self.counts["confirmed"], self.counts[ALL])


@dataclass(frozen=True)
class TallyGroup:
    """One row of a table that stands beside those of the list: its printed counts by what became of them."""

    code: str
    counts: Mapping[str, int]

    @property
    def in_time_percent(self) -> int | None:
        """Of reports answered or overdue: answered in time."""
        return percent(self.counts["in_time"], self.counts["in_time"] + self.counts["late"])

    @property
    def right_percent(self) -> int | None:
        """Of answers to the question about the cover: right."""
        return percent(self.counts["right"], self.counts[ALL])


def of_group(printed: Printed, group: str, sex: str = ALL) -> dict[str, int]:
    """The printed counts of one group, by outcome."""
    return {outcome: printed["counts"][f"{group}/{sex}/{outcome}"] for outcome in OUTCOMES}


def totals(printed: Printed) -> dict[str, int]:
    """The whole city: as it is where that may be told, else rounded as all others."""
    return of_group(printed, CITY) | {key.rpartition("/")[2]: number for key, number in printed["exact"].items()}


def city(printed: Printed) -> Group:
    """The whole city as the tables add up to it."""
    return Group(CITY, "", of_group(printed, CITY))


def kecamatan(printed: Printed) -> list[Group]:
    """Every kecamatan with its kelurahan, by name; last, where there are any, people without a known kelurahan."""
    inside: dict[tuple[str, str], list[Group]] = {}
    for district, name, code, kelurahan in printed["areas"]:
        inside.setdefault((district, name), []).append(Group(code, kelurahan, of_group(printed, f"kelurahan:{code}")))
    held = [
        Group(code, name, of_group(printed, f"kecamatan:{code}"), tuple(sorted(parts, key=lambda one: one.name)))
        for (code, name), parts in sorted(inside.items(), key=lambda item: item[0][1])
    ]
    lost = Group(UNKNOWN, "", of_group(printed, f"kecamatan:{UNKNOWN}"))
    return [*held, lost] if lost.counts[ALL] else held


def by_sex(printed: Printed) -> list[Group]:
    """Women, men, and where there are any, people whose sex is not known."""
    return _known([Group(sex, "", of_group(printed, CITY, sex)) for sex in ("P", "L", UNKNOWN)])


def by_occupation(printed: Printed) -> list[Group]:
    """Groups of occupations."""
    return _known([Group(name, "", of_group(printed, f"occupation:{name}")) for name in (*OCCUPATIONS, UNKNOWN)])


def by_age(printed: Printed) -> list[Group]:
    """Bands of ten years of age in the month's year."""
    return _known(
        [Group(name, "", of_group(printed, f"age:{name}")) for name in (*(name for _, name in AGES), UNKNOWN)]
    )


def _known(groups: list[Group]) -> list[Group]:
    return [group for group in groups if group.code != UNKNOWN or group.counts[ALL]]


def tallied(printed: Printed, tally: str, family: str, outcomes: Iterable[str]) -> list[TallyGroup]:
    """The groups of one family that there is anything to tell of, as they were counted."""
    start, end = f"{tally}:{family}:", f"/{ALL}/{ALL}"
    names = [key.removeprefix(start).removesuffix(end) for key in printed["counts"] if key.startswith(start)]
    codes = [name for name in names if "/" not in name]
    held = [TallyGroup(code, _tally_counts(printed, tally, f"{family}:{code}", outcomes)) for code in codes]
    return [one for one in held if one.counts[ALL]]


def tally_total(printed: Printed, tally: str, outcomes: Iterable[str]) -> TallyGroup:
    """All of a tally."""
    return TallyGroup(ALL, _tally_counts(printed, tally, "", outcomes))


def _tally_counts(printed: Printed, tally: str, group: str, outcomes: Iterable[str]) -> dict[str, int]:
    return {one: printed["counts"].get(named(tally, group, one), 0) for one in (ALL, *outcomes)}


def said_otherwise(printed: Printed) -> dict[str, int]:
    """What those said who answered otherwise, where anybody did."""
    held = {said.value: printed["counts"].get(f"{SAID}/{ALL}/{said}", 0) for said in SAYS}
    return {said: number for said, number in held.items() if number}
