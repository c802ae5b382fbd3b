"""Whether anybody is covered, heard or answered less for being of a group: each group beside all the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.orm import Session

from verify_service.ground.database import in_passes
from verify_service.ground.tables import NEWEST_PERIOD
from verify_service.reports.definition import Asked, Column, Dots, Line, Report, says, share
from verify_service.reports.groups import AGES, OCCUPATIONS, UNKNOWN, age_band, occupation_group
from verify_service.reports.of_the_desk import PUT_FORWARD, UNJOINED
from verify_service.rounds.lagging import Group

# What is measured, in the order in which it is told: whether less of it is worse, so that a group can lag.
MEASURES: Final[Mapping[str, bool]] = {
    "paid": True,
    "active": True,
    "answered": True,
    "confirmed": True,
    "reported": False,  # neither more nor fewer reports are better: few may be content, or afraid
    "answered_in_time": True,
    "decided_in_time": True,
    "accepted": True,
}
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "sex": ("P", "L", UNKNOWN),
    "occupation": (*OCCUPATIONS, UNKNOWN),
    "age": (*(name for _, name in AGES), UNKNOWN),
    "phone": ("none", "linked"),
    "channel": ("ussd", "sms", "rt_head", "field", "open311"),
    "help": ("needed", "not_told"),
}
_OF_THE_SILENT: Final = ("answered", "reported")  # whoever is silent has no channel
_MASK: Final = {63 ^ 32 >> place: name for place, name in enumerate(GROUPS)}

_BY = "GROUPING(sex, occupation, born, phone, channel, help) AS mask, sex, occupation, born, phone, channel, help"
_SETS = "GROUPING SETS ((sex), (occupation), (born), (phone), (channel), (help))"
# Officers take down what is said at a visit, a counter or a call.
_FIELD = "'visit', 'console', 'counter', 'call'"
_HELPED = """helped AS (
    SELECT DISTINCT coalesce(worker.same_as, worker.id) AS person FROM proposal
    JOIN worker ON worker.nik_index = proposal.nik_index
    WHERE proposal.help_needed IS NOT NULL AND proposal.opened_at <= :at)"""
# People, each once: of several lines the best word counts, and the newest says what they work.
_LIST = text(
    f"""
WITH line AS MATERIALIZED (
    SELECT coalesce(worker.same_as, worker.id) AS person, verdict.enrolment_id, verdict.list = 'paid' AS paid,
           verdict.list = 'paid' AND verdict.insurer = 'active' AS active, verdict.worker <> 'no_answer' AS answered,
           verdict.worker = 'confirms' AS confirms
    FROM verdict JOIN enrolment ON enrolment.id = verdict.enrolment_id
    JOIN worker ON worker.id = enrolment.worker_id
    WHERE verdict.period = {NEWEST_PERIOD} AND verdict.list IN ('paid', 'listed_not_paid')),
person AS (
    SELECT person, max(enrolment_id) AS newest, bool_or(paid) AS paid, bool_or(active) AS active,
           bool_or(answered) AS answered, bool_or(active AND answered) AS heard,
           bool_or(active AND confirms) AS confirms
    FROM line GROUP BY person),
said AS (
    SELECT DISTINCT ON (line.person) line.person,
           CASE WHEN evidence.channel IN ({_FIELD}) THEN 'field'
                WHEN evidence.source = 'rt_head' OR evidence.assisted THEN 'rt_head'
                ELSE evidence.channel END AS channel
    FROM evidence JOIN line ON line.enrolment_id = evidence.enrolment_id WHERE evidence.received_at <= :at
    ORDER BY line.person, (evidence.source = 'worker') DESC, evidence.received_at DESC, evidence.id DESC),
linked AS (
    SELECT DISTINCT coalesce(worker.same_as, worker.id) AS person
    FROM phone_link JOIN worker ON worker.id = phone_link.worker_id
    WHERE phone_link.linked_at <= :at AND (phone_link.unlinked_at IS NULL OR phone_link.unlinked_at > :at)),
{_HELPED},
reporter AS (
    SELECT DISTINCT coalesce(worker.same_as, worker.id) AS person
    FROM grievance JOIN worker ON worker.id = grievance.worker_id
    WHERE {UNJOINED} AND opened_at > :at - interval '365 days'),
one AS (
    SELECT person.*, coalesce(worker.sex, '{UNKNOWN}') AS sex, coalesce(enrolment.occupation, '') AS occupation,
           coalesce(worker.birth_year, 0) AS born, linked.person IS NOT NULL AS phone,
           coalesce(said.channel, '') AS channel, helped.person IS NOT NULL AS help,
           reporter.person IS NOT NULL AS reported
    FROM person JOIN enrolment ON enrolment.id = person.newest JOIN worker ON worker.id = enrolment.worker_id
    LEFT JOIN said ON said.person = person.person LEFT JOIN linked ON linked.person = person.person
    LEFT JOIN helped ON helped.person = person.person LEFT JOIN reporter ON reporter.person = person.person)
SELECT {_BY}, count(*) AS listed, count(*) FILTER (WHERE paid) AS paid, count(*) FILTER (WHERE active) AS active,
       count(*) FILTER (WHERE answered) AS answered, count(*) FILTER (WHERE heard) AS heard,
       count(*) FILTER (WHERE confirms) AS confirmed, count(*) FILTER (WHERE reported) AS reported
FROM one GROUP BY {_SETS}
"""  # noqa: S608  # constants of our own
)
# A report that was answered more than once counts by its first answer; one that is overdue counts as late.
_REPORTS = text(
    f"""
WITH {_HELPED},
answer AS (
    SELECT DISTINCT ON (grievance_id) grievance_id,
           (at AT TIME ZONE :zone)::date <= (detail ->> 'due')::date AS in_time
    FROM grievance_event
    WHERE at <= :at AND kind IN ('answer', 'refer', 'reject') AND detail ? 'due' ORDER BY grievance_id, at, seq),
one AS (
    SELECT coalesce(worker.sex, '{UNKNOWN}') AS sex, coalesce(job.occupation, '') AS occupation,
           coalesce(worker.birth_year, 0) AS born, NULL::boolean AS phone,
           CASE WHEN grievance.channel IN ({_FIELD}) THEN 'field' ELSE grievance.channel END AS channel,
           helped.person IS NOT NULL AS help, answer.in_time IS TRUE AS in_time
    FROM grievance LEFT JOIN answer ON answer.grievance_id = grievance.id
    LEFT JOIN worker ON worker.id = grievance.worker_id
    LEFT JOIN LATERAL (
        SELECT occupation FROM enrolment WHERE worker_id = worker.id ORDER BY id DESC LIMIT 1) AS job ON true
    LEFT JOIN helped ON helped.person = coalesce(worker.same_as, worker.id)
    WHERE {UNJOINED} AND opened_at > :at - interval '365 days'
      AND (answer.in_time IS NOT NULL OR grievance.due_on < :today))
SELECT {_BY}, count(*) AS due, count(*) FILTER (WHERE in_time) AS in_time FROM one GROUP BY {_SETS}
"""  # noqa: S608  # constants of our own
)
_PROPOSALS = text(
    f"""
WITH one AS (
    SELECT coalesce(sex, '{UNKNOWN}') AS sex, job AS occupation, coalesce(birth_year, 0) AS born,
           NULL::boolean AS phone,
           CASE WHEN proposer = 'rt_head' THEN 'rt_head' WHEN channel IN ({_FIELD}) THEN 'field' ELSE channel END
               AS channel,
           help_needed IS NOT NULL AS help, decided_at <= :at IS TRUE AS decided,
           (decided_at <= :at) IS TRUE AND state = 'accepted' AS accepted,
           (decided_at <= :at) IS TRUE AND (decided_at AT TIME ZONE :zone)::date <= due_on AS in_time,
           (decided_at <= :at) IS TRUE OR due_on < :today AS due
    FROM {PUT_FORWARD} AS proposal)
SELECT {_BY}, count(*) FILTER (WHERE due) AS due, count(*) FILTER (WHERE in_time) AS in_time,
       count(*) FILTER (WHERE decided) AS decided, count(*) FILTER (WHERE accepted) AS accepted
FROM one GROUP BY {_SETS}
"""  # noqa: S608  # constants of our own
)
# Of each statement: what is measured, how many of how many.
_COUNTED: Final[tuple[tuple[TextClause, tuple[tuple[str, str, str], ...]], ...]] = (
    (
        _LIST,
        (
            ("paid", "paid", "listed"),
            ("active", "active", "paid"),
            ("answered", "answered", "listed"),
            ("confirmed", "confirmed", "heard"),
            ("reported", "reported", "listed"),
        ),
    ),
    (_REPORTS, (("answered_in_time", "in_time", "due"),)),
    (_PROPOSALS, (("decided_in_time", "in_time", "due"), ("accepted", "accepted", "decided"))),
)


@dataclass(frozen=True)
class Compared:
    """One group beside all others, in one measure."""

    measure: str
    dimension: str
    code: str
    group: Group

    @property
    def key(self) -> tuple[str, str, str]:
        return self.measure, self.dimension, self.code

    @property
    def can_lag(self) -> bool:
        return MEASURES[self.measure]


def compared(session: Session, asked: Asked) -> list[Compared]:
    """Every group of which there is anybody, measure by measure, in the order of `MEASURES` and `GROUPS`."""
    counted: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for statement, measures in _COUNTED:
        wanted = statement.compile().params
        given = {name: value for name, value in asked.sql.items() if name in wanted}
        with in_passes(session):  # how many people lines are of is not guessed
            found = session.execute(statement, given).mappings().all()
        for row in found:
            dimension = _MASK[row["mask"]]
            code = _code(dimension, row, asked)
            for measure, yes, people in measures:
                if code is not None and not (dimension == "channel" and measure in _OF_THE_SILENT):
                    held = counted[measure, dimension, code]
                    held[0] += row[yes]
                    held[1] += row[people]
    return list(_beside_the_others(counted))


def _code(dimension: str, row: RowMapping, asked: Asked) -> str | None:
    match dimension:
        case "occupation":
            return occupation_group(row["occupation"])
        case "age":
            return age_band(asked.today.year - row["born"] if row["born"] else None)
        case "phone":
            return None if row["phone"] is None else "linked" if row["phone"] else "none"
        case "help":
            return "needed" if row["help"] else "not_told"
        case _:
            return str(row[dimension]) if row[dimension] else None


def _beside_the_others(counted: Mapping[tuple[str, str, str], list[int]]) -> Iterator[Compared]:
    for measure in MEASURES:
        for dimension, codes in GROUPS.items():
            there = {code: counted[measure, dimension, code] for code in codes if (measure, dimension, code) in counted}
            all_yes, everybody = (sum(held[place] for held in there.values()) for place in (0, 1))
            for code, (yes, people) in there.items():
                if people:
                    yield Compared(measure, dimension, code, Group(yes, people, all_yes - yes, everybody - people))


_NOTICED = text(
    """SELECT measure, dimension, group_code, noticed_on FROM inclusion_notice
       WHERE opened_at <= :at AND (ended_at IS NULL OR ended_at > :at)"""
)


def _inclusion(session: Session, asked: Asked) -> Iterable[Line]:
    noticed = {tuple(row[:3]): row[3] for row in session.execute(_NOTICED, {"at": asked.at})}
    for one in compared(session, asked):
        group, since = one.group, noticed.get(one.key)
        standing = "lags" if since else "not_judged" if not one.can_lag else "" if group.judged else "too_few"
        yield (
            one.measure, one.dimension, one.code, group.people, group.yes, share(group.yes, group.people),
            *_rounded(group.share, 2), group.others, group.others_yes, share(group.others_yes, group.others),
            *_rounded(group.gap, 3), standing, since and since.isoformat(),
        )  # fmt: skip


def _rounded(numbers: tuple[float, ...] | None, columns: int) -> tuple[float | None, ...]:
    return (None,) * columns if numbers is None else tuple(round(number, 4) for number in numbers)


INCLUSION = Report(
    "inclusion",
    says("Is anybody covered, heard or answered less for who they are?"),
    says(
        "Each group of the list, of those who reported and of those who were put forward, beside all others: how many,"
        " what share, and how far it is from theirs. A gap is told on the first page where it is beyond chance, all"
        " groups and all weeks of a year together."
    ),
    (
        Column(
            "measure",
            says("code"),
            says(
                "paid: of those listed, by treasury or plan; active: of those paid, at the insurer; answered: of those"
                " listed, the worker has; confirmed: of those active who answered; reported: of those listed, a problem"
                " in 365 days; answered_in_time: of their reports that were answered or are overdue; decided_in_time:"
                " of the people put forward who were decided or are overdue; accepted: of the decided"
            ),
        ),
        Column(
            "dimension",
            says("code"),
            says(
                "sex, occupation, age, phone (one is linked), channel (by which somebody was last heard, of reports and"
                " proposals the one they came by), help (was put forward and told of the wish for help)"
            ),
        ),
        Column("group", says("code"), says("which part of the list that is")),
        Column(
            "people",
            says("people"),
            says("of the group, in the newest month, each once; of reports: reports"),
        ),
        Column("yes", says("people"), says("of these: those whom the measure counts")),
        Column("share", says("share 0 to 1"), says("yes among people")),
        Column("low", says("share 0 to 1"), says("lower end of Wilson's interval, at 95 per cent")),
        Column("high", says("share 0 to 1"), says("upper end")),
        Column("others", says("people"), says("all others of whom the same is known")),
        Column("others_yes", says("people"), says("of these: those whom the measure counts")),
        Column("others_share", says("share 0 to 1"), says("yes among the others")),
        Column("gap", says("share -1 to 1"), says("share less that of the others; below 0 the group lags")),
        Column("gap_low", says("share -1 to 1"), says("lower end of Newcombe's interval, at 95 per cent, by itself")),
        Column("gap_high", says("share -1 to 1"), says("upper end")),
        Column(
            "standing",
            says("code"),
            says(
                "lags: a notice stands; too_few: fewer than 30 people here or among the others, not judged;"
                " not_judged: neither more nor less of it is better; empty: no notice"
            ),
        ),
        Column("noticed_on", says("day"), says("the Monday on which it was noticed that the group lags")),
    ),
    (
        "verdict", "enrolment", "worker", "evidence", "phone_link", "grievance", "grievance_event", "proposal",
        "inclusion_notice",
    ),
    _inclusion,
    dots=Dots("measure", ("dimension", "group"), "share", "low", "high", beside="others_share", tells="standing"),
)  # fmt: skip
