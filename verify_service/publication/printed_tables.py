"""The printed tables as rows: for the page, for the files, for whoever asks. Everything is taken from what was printed.

Shares are whole per cent of printed counts, and none is told of fewer than twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from verify_service.publication.tables import AGES, ALL, CITY, OCCUPATIONS, REPORT_PARTS, REPORTS, SEXES, UNKNOWN
from verify_service.reports.definition import Column

MONEY: Final = ("month", "premium", "planned", "paid", "messaging", "left")
ROUND: Final = (
    "name", "month", "drawn_on", "closed_on", "sampled", "answers", "share", "low", "high", "seed", "frame_sha256",
    "sample_sha256",
)  # fmt: skip
LEAST_BASE: Final = 20  # people or reports: below, a share would tell about each of them
OUTCOMES: Final = (ALL, "paid", "active", "confirmed", "assisted", "otherwise", "not_reached", "not_active", "not_paid")
REPORT_OUTCOMES: Final = (ALL, *REPORT_PARTS[ALL])

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
class ReportGroup:
    """One row of a table of reports."""

    code: str
    counts: Mapping[str, int]

    @property
    def in_time_percent(self) -> int | None:
        """Of those answered or overdue."""
        return percent(self.counts["in_time"], self.counts["in_time"] + self.counts["late"])


def _of(printed: Printed, group: str, sex: str = ALL) -> dict[str, int]:
    return {outcome: printed["counts"][f"{group}/{sex}/{outcome}"] for outcome in OUTCOMES}


def totals(printed: Printed) -> dict[str, int]:
    """The whole city: as it is where that may be told, else rounded as all others."""
    return _of(printed, CITY) | {key.rpartition("/")[2]: number for key, number in printed["exact"].items()}


def city(printed: Printed) -> Group:
    """The whole city as the tables add up to it."""
    return Group(CITY, "", _of(printed, CITY))


def kecamatan(printed: Printed) -> list[Group]:
    """Every kecamatan with its kelurahan, by name; last, where there are any, people without a known kelurahan."""
    inside: dict[tuple[str, str], list[Group]] = {}
    for district, name, code, kelurahan in printed["areas"]:
        inside.setdefault((district, name), []).append(Group(code, kelurahan, _of(printed, f"kelurahan:{code}")))
    held = [
        Group(code, name, _of(printed, f"kecamatan:{code}"), tuple(sorted(parts, key=lambda one: one.name)))
        for (code, name), parts in sorted(inside.items(), key=lambda item: item[0][1])
    ]
    lost = Group(UNKNOWN, "", _of(printed, f"kecamatan:{UNKNOWN}"))
    return [*held, lost] if lost.counts[ALL] else held


def by_sex(printed: Printed) -> list[Group]:
    """Women, men, and where there are any, people whose sex is not known."""
    return _known([Group(sex, "", _of(printed, CITY, sex)) for sex in ("P", "L", UNKNOWN)])


def by_occupation(printed: Printed) -> list[Group]:
    """Groups of occupations."""
    return _known([Group(name, "", _of(printed, f"occupation:{name}")) for name in (*OCCUPATIONS, UNKNOWN)])


def by_age(printed: Printed) -> list[Group]:
    """Bands of ten years of age in the month's year."""
    return _known([Group(name, "", _of(printed, f"age:{name}")) for name in (*(name for _, name in AGES), UNKNOWN)])


def _known(groups: list[Group]) -> list[Group]:
    return [group for group in groups if group.code != UNKNOWN or group.counts[ALL]]


def reports(printed: Printed, by: str) -> list[ReportGroup]:
    """Reports of this year by category or by month, where there are any, and their total last."""
    names = [
        key.split("/")[0]
        for key in printed["counts"]
        if key.startswith(f"{REPORTS}:{by}:") and key.endswith("/all/all")
    ]
    held = [
        ReportGroup(name.rpartition(":")[2], {one: printed["counts"][f"{name}/{ALL}/{one}"] for one in REPORT_OUTCOMES})
        for name in sorted(names)
    ]
    return [one for one in held if one.counts[ALL]]


def all_reports(printed: Printed) -> ReportGroup:
    """All reports of this year."""
    return ReportGroup(ALL, {one: printed["counts"][f"{REPORTS}/{ALL}/{one}"] for one in REPORT_OUTCOMES})


@dataclass(frozen=True)
class Table:
    """One table as a file: its name and title, its columns, how its rows are told apart, and its rows."""

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Printed], Iterator[Row]] = field(repr=False)


_ROUNDED: Final = "workers, a multiple of 5"
_PEOPLE: Final = dict(
    zip(
        ("listed", *OUTCOMES[1:]),
        (
            "on the list for the month and not removed",
            "of those listed: paid for",
            "of those paid: active at the insurer",
            "of those active: the worker confirms the cover",
            "of those active: the worker confirmed it on the phone of the head of the RT",
            "of those active: somebody answered something else, or the RT head alone",
            "of those active: neither the worker nor the RT head has answered",
            "of those paid: not active at the insurer",
            "of those listed: not paid for",
        ),
        strict=True,
    )
)


def _counted() -> dict[str, tuple[str, str]]:
    told = {name: (_ROUNDED, meaning) for name, meaning in _PEOPLE.items()}
    return told | {"confirmed_percent": ("whole per cent", "confirmed among listed; empty below 20 listed")}


def _columns(**described: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, unit, meaning) for name, (unit, meaning) in described.items())


def _figures(group: Group) -> Row:
    return (*(group.counts[outcome] for outcome in OUTCOMES), group.confirmed_percent)


def _areas(printed: Printed) -> Iterator[Row]:
    yield ("city", "", "", "", *_figures(city(printed)))
    for district in kecamatan(printed):
        yield ("kecamatan", district.code, district.name, "", *_figures(district))
        for one in district.parts:
            yield ("kelurahan", one.code, district.name, one.name, *_figures(one))


def _crossed(family: str, codes: tuple[str, ...]) -> Callable[[Printed], Iterator[Row]]:
    def rows(printed: Printed) -> Iterator[Row]:
        named = codes or (*dict.fromkeys(area[0] for area in printed["areas"]), UNKNOWN)
        for code in named:
            for sex in (ALL, *SEXES):
                yield (code, sex, *_figures(Group(code, "", _of(printed, f"{family}:{code}", sex))))

    return rows


def _reported(by: str) -> Callable[[Printed], Iterator[Row]]:
    def rows(printed: Printed) -> Iterator[Row]:
        for one in (*reports(printed, by), all_reports(printed)):
            yield (one.code, *(one.counts[outcome] for outcome in REPORT_OUTCOMES), one.in_time_percent)

    return rows


def _money(printed: Printed) -> Iterator[Row]:
    for month in printed["money"]["months"]:
        yield tuple(month[name] for name in MONEY)


def _rounds(printed: Printed) -> Iterator[Row]:
    for held in printed["rounds"]:
        yield tuple(held[name] for name in ROUND)


_SEX = {"sex": ("code", "P women, L men, unknown, or all")}
_REPORTED = {
    "received": ("reports, a multiple of 5", "received this year, joined ones once"),
    "in_time": ("reports, a multiple of 5", "of these: first answered by the day that was due"),
    "late": ("reports, a multiple of 5", "of these: answered later, or overdue"),
    "open": ("reports, a multiple of 5", "of these: not answered yet, and not due"),
    "in_time_percent": ("whole per cent", "in time among in time and late; empty below 20"),
}
TABLES: Final = (
    Table(
        "people-by-area",
        "Workers by kecamatan and kelurahan",
        _columns(
            level=("code", "city, kecamatan or kelurahan"),
            code=("code", "Kemendagri code; unknown where the list names no known kelurahan"),
            kecamatan=("text", "district"),
            kelurahan=("text", "village"),
            **_counted(),
        ),
        ("level", "code"),
        _areas,
    ),
    *(
        Table(
            f"people-by-{family}-and-sex",
            f"Workers by {family} and sex",
            _columns(**{family: ("code", meaning)}, **_SEX, **_counted()),
            (family, "sex"),
            _crossed(family, codes),
        )
        for family, meaning, codes in (
            ("kecamatan", "Kemendagri code of the district", ()),
            ("occupation", "group of occupations", (*OCCUPATIONS, UNKNOWN)),
            ("age", "years in the year of the month", (*(name for _, name in AGES), UNKNOWN)),
        )
    ),
    Table(
        "reports-by-category",
        "Reports of problems this year, by category",
        _columns(category=("code", "category of the programme file, or all"), **_REPORTED),
        ("category",),
        _reported("category"),
    ),
    Table(
        "reports-by-month",
        "Reports of problems this year, by the month they came in",
        _columns(month=("month", "when it came in, or all"), **_REPORTED),
        ("month",),
        _reported("month"),
    ),
    Table(
        "budget",
        "The money of this year, month by month; exact",
        _columns(
            month=("month", "month of the year"),
            premium=("rupiah", "a worker and month, as in force"),
            planned=("rupiah", "premiums that the list has the city pay"),
            paid=("rupiah", "premiums that the treasury paid"),
            messaging=("rupiah", "texts of that month, out of another budget"),
            left=("rupiah", "of the ceiling after what was paid so far"),
        ),
        ("month",),
        _money,
    ),
    Table(
        "rounds",
        "Verification rounds that are closed",
        _columns(
            round=("text", "name"),
            month=("month", "the insurer's month that was asked about"),
            drawn_on=("day", "when people were drawn by lot"),
            closed_on=("day", "when it closed"),
            sampled=("people, a multiple of 5", "drawn"),
            answers=("people, a multiple of 5", "of these: answered"),
            share=("whole per cent", "of the list: confirm the cover as their own; empty where too few answered"),
            low=("whole per cent", "lower end of its interval, if the silent are like those who answered"),
            high=("whole per cent", "upper end"),
            seed=("text", "with it and the frame anybody draws the same people again"),
            frame_sha256=("hexadecimal", "fingerprint of the frame"),
            sample_sha256=("hexadecimal", "fingerprint of the sample"),
        ),
        ("round",),
        _rounds,
    ),
)
BY_NAME: Final = {table.name: table for table in TABLES}
