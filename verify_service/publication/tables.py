"""Which tables of counts are published, and how they hang together.

A count is named GROUP/SEX/OUTCOME, such as kelurahan:32.75.01.1001/all/confirmed; tallies stand beside them. Outcomes
of a month are disjoint and add up to those on the list; every sum between counts that are printed is in `sums`, across
tables as well.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import NEWEST_PERIOD
from verify_service.publication.tallies import ALL, UNKNOWN, Sum, tallies, tied
from verify_service.reports.definition import Asked
from verify_service.reports.groups import AGES, OCCUPATIONS, age_band, occupation_group
from verify_service.verification.decision import WorkerSays
from verify_service.verification.figures import CONFIRMED, NOT_ENROLLED

BASE: Final = 5  # every count is printed as a multiple of it
CITY: Final = "city"
SAID: Final = "said"

# What a count is a sum of: those on the list, those of them paid for, those of these the insurer has as active.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    ALL: ("paid", "not_paid"),
    "paid": ("active", "not_active"),
    "active": ("confirmed", "assisted", "otherwise", "not_reached"),
}
# What was said by those who "answered otherwise"; no_answer: the head of the RT alone said something.
SAYS: Final = tuple(WorkerSays)
# How a count moves from week to week while list, payments and insurer file stay as they are.
STEADY: Final = frozenset({ALL, "paid", "not_paid", "active", "not_active"})
GROWING: Final = frozenset({"confirmed", "assisted", "otherwise", "in_time", "late"})
FALLING: Final = frozenset({"not_reached"})

SEXES: Final = ("L", "P", UNKNOWN)

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """Exact counts of one moment, the sums between them, and what they rest on.

    `basis` names the month and the imports: while it stays, nobody comes to the list or leaves it.
    """

    counts: Counts
    sums: tuple[Sum, ...]
    basis: str
    period: dt.date | None


_PEOPLE = text(
    f"""
WITH line AS (
    SELECT coalesce(area.kecamatan_code, 'unknown') AS kecamatan, coalesce(area.kelurahan_code, 'unknown') AS kelurahan,
           coalesce(worker.sex, 'unknown') AS sex, coalesce(enrolment.occupation, 'unknown') AS occupation,
           CAST(extract(year FROM verdict.period) AS int) - worker.birth_year AS age, verdict.worker AS said,
           CASE WHEN verdict.list <> 'paid' THEN 'not_paid'
                WHEN verdict.insurer <> 'active' THEN 'not_active'
                WHEN verdict.verdict = ANY(:confirmed) AND NOT verdict.assisted THEN 'confirmed'
                WHEN verdict.verdict = ANY(:confirmed) THEN 'assisted'
                WHEN verdict.worker = 'no_answer' AND verdict.rt_head = 'no_answer' THEN 'not_reached'
                ELSE 'otherwise' END AS outcome
    FROM verdict
    JOIN enrolment ON enrolment.id = verdict.enrolment_id
    JOIN worker ON worker.id = enrolment.worker_id
    LEFT JOIN area ON area.kelurahan_code = enrolment.kelurahan_code
    WHERE verdict.period = {NEWEST_PERIOD} AND verdict.verdict <> ALL(:not_enrolled))
SELECT kecamatan, kelurahan, sex, occupation, age, said, outcome, count(*) AS people
FROM line GROUP BY GROUPING SETS (
    (kecamatan, kelurahan, outcome), (kecamatan, sex, outcome), (occupation, sex, outcome), (age, sex, outcome),
    (said, outcome))
"""  # noqa: S608  # a constant of our own
)
_AREAS = text("SELECT kecamatan_code, kecamatan, kelurahan_code FROM area ORDER BY kelurahan_code")
_BASIS = text(
    f"""
SELECT {NEWEST_PERIOD} AS period,
       coalesce(string_agg(CAST(id AS text), ',' ORDER BY id), '') AS imports
FROM file_import
WHERE undone_at IS NULL AND (kind = 'roster' OR kind IN ('payments', 'insurer') AND period = {NEWEST_PERIOD})
"""  # noqa: S608  # a constant of our own
)


def count(session: Session, *, now: dt.datetime) -> Counted:
    """Everything that is published, as the verdicts of the newest month and the reports of this year stand."""
    areas = session.execute(_AREAS).all()
    standing = session.execute(_BASIS).one()
    people = session.execute(_PEOPLE, {"confirmed": list(CONFIRMED), "not_enrolled": list(NOT_ENROLLED)})
    leaves: dict[str, int] = defaultdict(int)
    for row in people:
        if row.said is None:
            leaves[_key(_group(row), row.sex or ALL, row.outcome)] += row.people
        elif row.outcome == "otherwise":
            leaves[_key(SAID, ALL, row.said)] += row.people
    beside = tallies(session, Asked(now), {row.kecamatan: row.kecamatan_code for row in areas})
    for tally in beside:
        leaves.update(tally.leaves())
    sums = (
        *sums_of_people([(row.kecamatan_code, row.kelurahan_code) for row in areas], (ALL, *SEXES)),
        (_key(CITY, ALL, "otherwise"), tuple(_key(SAID, ALL, said) for said in SAYS)),
        *(held for tally in beside for held in (*tally.sums(), *tied(tally.name))),
    )
    basis = f"{standing.period}:{standing.imports}"
    return Counted(filled(leaves, sums), sums, basis, standing.period)


def _group(row: Row[Any]) -> str:
    """Of a grouping set: what is not grouped by is None; an age that is not known is in no band."""
    held = row._mapping
    if held["kelurahan"] is not None:
        return f"kelurahan:{held['kelurahan']}"
    if held["kecamatan"] is not None:
        return f"kecamatan:{held['kecamatan']}"
    if held["occupation"] is not None:
        return f"occupation:{occupation_group(held['occupation'])}"
    return f"age:{age_band(held['age'])}"


def sums_of_people(areas: Sequence[tuple[str, ...]], sexes: Sequence[str]) -> Iterator[Sum]:
    """Every sum between the four tables of people, for these (kecamatan, kelurahan) and sexes (the first is all)."""
    inside: dict[str, list[str]] = defaultdict(list)
    for kecamatan, kelurahan in (*areas, (UNKNOWN, UNKNOWN)):
        inside[f"kecamatan:{kecamatan}"].append(f"kelurahan:{kelurahan}")
    families = (
        list(inside),
        [f"occupation:{name}" for name in (*OCCUPATIONS, UNKNOWN)],
        [f"age:{name}" for _, name in (*AGES, (0, UNKNOWN))],
    )
    outcomes = (ALL, *(part for parts in PARTS.values() for part in parts))
    for groups in families:
        for group in groups:
            for sex in sexes:
                yield from _parts(group, sex, PARTS)
            for outcome in outcomes:
                yield _key(group, ALL, outcome), tuple(_key(group, sex, outcome) for sex in sexes[1:])
        for sex in sexes:
            for outcome in outcomes:
                yield _key(CITY, sex, outcome), tuple(_key(group, sex, outcome) for group in groups)
    for kecamatan, each in inside.items():
        for kelurahan in each:
            yield from _parts(kelurahan, ALL, PARTS)
        for outcome in outcomes:
            yield _key(kecamatan, ALL, outcome), tuple(_key(one, ALL, outcome) for one in each)
    for sex in sexes:
        yield from _parts(CITY, sex, PARTS)
    for outcome in outcomes:
        yield _key(CITY, ALL, outcome), tuple(_key(CITY, sex, outcome) for sex in sexes[1:])


def _parts(group: str, sex: str, parts: Mapping[str, tuple[str, ...]]) -> Iterator[Sum]:
    for outcome, of in parts.items():
        yield _key(group, sex, outcome), tuple(_key(group, sex, one) for one in of)


def _key(*parts: str) -> str:
    return "/".join(parts)


def filled(leaves: Counts, sums: Sequence[Sum]) -> dict[str, int]:
    """Every count of these sums, from those of the leaves: what is nobody's is 0."""
    of: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for total, parts in sums:
        of[total].append(parts)
    counts: dict[str, int] = {}

    def told(key: str) -> int:
        if key not in counts:
            known = leaves.get(key)
            counts[key] = (
                known
                if known is not None
                else max((sum(told(part) for part in parts) for parts in of.get(key, ())), default=0)
            )
        return counts[key]

    for total, parts in sums:
        for key in (total, *parts):
            told(key)
    return counts


def outcome_of(key: str) -> str:
    """The last part of a count's name."""
    return key.rpartition("/")[2]
