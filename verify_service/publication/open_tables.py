"""The tables that anybody may take away: what each is called, what its columns mean, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from verify_service.publication.city_figures import MESSAGE_STEPS, RT_HEADS
from verify_service.publication.printed_tables import (
    OUTCOMES,
    Group,
    Printed,
    Row,
    city,
    kecamatan,
    of_group,
    said_otherwise,
    tallied,
    tally_total,
)
from verify_service.publication.tables import SEXES
from verify_service.publication.tallies import (
    ALL,
    FEE_OUTCOMES,
    FEES,
    KNOWLEDGE,
    KNOWLEDGE_OUTCOMES,
    PROPOSAL_OUTCOMES,
    PROPOSALS,
    REFUSED,
    REPORT_OUTCOMES,
    REPORTS,
    UNKNOWN,
)
from verify_service.reports.definition import Column
from verify_service.reports.groups import AGES, OCCUPATIONS

MONEY: Final = ("month", "premium", "planned", "paid", "messaging", "left")
ROUND: Final = (
    "name", "month", "drawn_on", "closed_on", "sampled", "answers", "share", "low", "high", "seed", "frame_sha256",
    "sample_sha256",
)  # fmt: skip


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
                yield (code, sex, *_figures(Group(code, "", of_group(printed, f"{family}:{code}", sex))))

    return rows


def _tally_rows(
    tally: str, family: str, outcomes: tuple[str, ...], share: str = ""
) -> Callable[[Printed], Iterator[Row]]:
    def rows(printed: Printed) -> Iterator[Row]:
        groups = sorted(tallied(printed, tally, family, outcomes), key=lambda one: one.code)
        for one in (*groups, tally_total(printed, tally, outcomes)):
            yield (one.code, *one.counts.values(), *((getattr(one, share),) if share else ()))

    return rows


def _said(printed: Printed) -> Iterator[Row]:
    yield from said_otherwise(printed).items()


def _months(printed: Printed) -> Iterator[Row]:
    for month, counts in sorted(printed.get("months", {}).items()):
        yield (month, *(counts[outcome] for outcome in OUTCOMES))


def _rt_heads(printed: Printed) -> Iterator[Row]:
    for row in printed.get("rt_heads", ()):
        yield tuple(row[name] for name in RT_HEADS)


def _messages(printed: Printed) -> Iterator[Row]:
    for row in printed.get("messages", ()):
        yield (row["month"], *(row[step] for step in MESSAGE_STEPS))


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
_PROPOSED_UNIT: Final = "people, a multiple of 5"
_PROPOSED = {
    "people": (_PROPOSED_UNIT, "put forward, each once: by the newest decision"),
    "waiting": (_PROPOSED_UNIT, "of these: waiting for a decision"),
    "accepted": (_PROPOSED_UNIT, "of these: accepted"),
    "refused": (_PROPOSED_UNIT, "of these: refused"),
}
_WHOLE = {name: ("workers, exact or a multiple of 5", meaning) for name, meaning in _PEOPLE.items()}


def _refused(printed: Printed) -> Iterator[Row]:
    for one in (*tallied(printed, REFUSED, "reason", ()), tally_total(printed, REFUSED, ())):
        yield (one.code, one.counts[ALL])


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
        "answered-otherwise",
        "What was said by those who answered otherwise",
        _columns(
            said=("code", "what the worker said last; no_answer: the head of the RT alone has answered"),
            people=(_ROUNDED, "of those paid for and active"),
        ),
        ("said",),
        _said,
    ),
    Table(
        "months",
        "The whole city month by month, as each month was printed last",
        _columns(month=("month", "the month that was paid for"), **_WHOLE),
        ("month",),
        _months,
    ),
    Table(
        "reports-by-category",
        "Reports of problems this year, by category",
        _columns(category=("code", "category of the programme file, or all"), **_REPORTED),
        ("category",),
        _tally_rows(REPORTS, "category", REPORT_OUTCOMES, "in_time_percent"),
    ),
    Table(
        "reports-by-month",
        "Reports of problems this year, by the month they came in",
        _columns(month=("month", "when it came in, or all"), **_REPORTED),
        ("month",),
        _tally_rows(REPORTS, "month", REPORT_OUTCOMES, "in_time_percent"),
    ),
    *(
        Table(
            f"waiting-list-by-{family}",
            f"People put forward for the list, by {family}",
            _columns(**{family: ("code", f"{meaning}, or all")}, **_PROPOSED),
            (family,),
            _tally_rows(PROPOSALS, family, PROPOSAL_OUTCOMES),
        )
        for family, meaning in (
            ("job", "work as told"),
            ("sex", "P women, L men, as their NIK has it, unknown"),
            ("help", "yes: told of their own will that they need help"),
        )
    ),
    Table(
        "refused-by-reason",
        "People put forward and refused, by the reason",
        _columns(reason=("code", "reason of the decision, or all"), people=(_PROPOSED_UNIT, "refused for it")),
        ("reason",),
        _refused,
    ),
    Table(
        "money-asked-for",
        "Whether somebody asked workers for money, by kecamatan",
        _columns(
            kecamatan=("code", "Kemendagri code of the district, unknown, or all"),
            answers=(_PROPOSED_UNIT, "workers who were asked about it and answered or would not say, each once"),
            said_yes=(_PROPOSED_UNIT, "of these: somebody asked for money"),
            said_no=(_PROPOSED_UNIT, "of these: nobody did"),
            said_nothing=(_PROPOSED_UNIT, "of these: would rather not say"),
        ),
        ("kecamatan",),
        _tally_rows(FEES, "kecamatan", FEE_OUTCOMES),
    ),
    Table(
        "knowledge",
        "Answers to the question about the cover, the first time and later",
        _columns(
            time=("code", "first, later (30 days or more after the first), or all"),
            answers=("people, a multiple of 5", "answers to the question"),
            right=("people, a multiple of 5", "of these: right"),
            wrong=("people, a multiple of 5", "of these: wrong"),
            right_percent=("whole per cent", "right among answers; empty below 20"),
        ),
        ("time",),
        _tally_rows(KNOWLEDGE, "time", KNOWLEDGE_OUTCOMES, "right_percent"),
    ),
    Table(
        "rt-heads",
        "Heads of RT and RW by kelurahan: who read and accepted the rules; exact",
        _columns(
            kecamatan=("text", "district"),
            kelurahan=("text", "village"),
            heads=("whole heads", "in office"),
            with_phone=("whole heads", "of these: with a phone on the list"),
            rules_read=("whole heads", "of these: said that they understand the rules"),
            activated=("whole heads", "of these: chose a PIN"),
        ),
        ("kecamatan", "kelurahan"),
        _rt_heads,
    ),
    Table(
        "messages",
        "Texts by the month they were written in; exact",
        _columns(
            month=("month", "when they were written"),
            written=("whole texts", "written"),
            handed_over=("whole texts", "of these: handed to the gateway"),
            accepted=("whole texts", "of these: taken by it, which is not yet read by anybody"),
            acted_upon=(
                "whole texts",
                "of those handed over: answered, or followed within 7 days by word from that phone",
            ),
            rupiah=("rupiah", "what they cost, out of another budget"),
        ),
        ("month",),
        _messages,
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
