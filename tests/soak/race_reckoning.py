"""What is left after the race, held against what every phone was told: each deed once, none that nobody did."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.soak.errands import PERHAPS, SURE, Deed, Person
from tests.soak.house import House
from tests.soak.racers import Log
from tests.soak.reckoning import Verdict
from tests.verification.test_decision_table import oracle
from tests.verification.weighed import EvidenceRow, weigh
from verify_service.ground.crypto import blind_index, unseal

_ZONE = dt.timezone(dt.timedelta(hours=7))  # Jakarta has no summer time
_EVIDENCE = """
SELECT session, split_part(inbound, ':', 3)::int, enrolment_id, statement, coalesce(detail, '')
FROM evidence LEFT JOIN conversation ON conversation.id = split_part(inbound, ':', 2)::bigint
"""
_REPORTS = """
SELECT grievance.id, grievance.number, category, coalesce(urgency, ''), identity, coalesce(about, ''), restricted,
       origin, coalesce(field, ''), words, phone_id, worker_id, kelurahan_code, opened_at, state, closed_at IS NOT NULL
FROM grievance ORDER BY id
"""
_EVENTS = "SELECT grievance_id, kind, by, at FROM grievance_event ORDER BY grievance_id, seq"
_PROPOSALS = """
SELECT phone_id, nik_index, proposal.number, name, proposer, rt || rw, kelurahan, id, same_as_id
FROM proposal LEFT JOIN area USING (kelurahan_code) ORDER BY id
"""
_SAID = "SELECT id, source, statement, assisted, phone_id, period, received_at, enrolment_id FROM evidence"
_CASES = """
SELECT verdict.enrolment_id, period, list, insurer, duplicate, verdict.worker, verdict.rt_head, verdict.verdict
FROM verdict
"""
_RESTRICTED = {"asked_money", "wrong_person", "conduct", "rt_conduct"}


@dataclass(frozen=True)
class Report:
    """A report as it is stored."""

    id: int
    number: str
    category: str
    urgency: str
    identity: str
    about: str
    restricted: bool
    origin: str
    field: str
    words: str
    phone: int | None
    worker: int | None
    area: str | None
    opened_at: dt.datetime
    state: str
    closed: bool


@dataclass
class Reckoning:
    """The rows, the deeds, and what is wrong between them."""

    house: House
    people: list[Person]
    log: Log
    verdict: Verdict
    lost: int = 0
    twice: int = 0

    def all(self) -> Verdict:
        """Hold every kind of deed against its rows."""
        self.verdict.blame(self.log.mistakes)
        self.phones = {
            bytes(index): (phone, stopped)
            for phone, index, stopped in self.house.look("SELECT id, number_index, stopped_at IS NOT NULL FROM phone")
        }
        self._evidence()
        self._reports()
        self._proposals()
        self._learned_and_stopped()
        self._tries()
        self._numbers()
        self._verdicts()
        self.verdict.facts |= {"lost": self.lost, "twice": self.twice}
        return self.verdict

    def _done(self, kind: str) -> list[Deed]:
        return [deed for deed in self.log.deeds if deed.kind == kind]

    def _count(self, what: str, found: int, deeds: Iterable[Deed], most: int | None = None) -> str | None:
        """What is wrong with how often something is there: each sure deed counts, a doubtful one at most once."""
        told = Counter(deed.state for deed in deeds)
        least = told[SURE] if most is None else min(told[SURE], most)
        upper = told[SURE] + told[PERHAPS] if most is None else min(told[SURE] + told[PERHAPS], most)
        if found < least:
            self.lost += least - found
            return f"{what}: {found} kept of {least} acknowledged"
        if found > upper:
            self.twice += found - upper
            return f"{what}: counts {found} times instead of {upper}"
        return None

    def _each(
        self,
        what: str,
        found: Counter[Any],
        deeds: Iterable[Deed],
        key: Callable[[Deed], Any],
        most: int | None = None,
    ) -> None:
        by_key = defaultdict[Any, list[Deed]](list)
        for deed in deeds:
            by_key[key(deed)].append(deed)
        wrong = [
            self._count(f"{what} {one}", found[one], by_key.get(one, []), most)
            for one in sorted(by_key.keys() | found.keys(), key=str)
        ]
        self.verdict.blame(one for one in wrong if one)

    def _phone(self, number: str) -> int:
        return int(self.phones.get(blind_index(number, "phone"), (0, False))[0])

    # --- kind by kind ---

    def _evidence(self) -> None:
        found = Counter(tuple(row) for row in self.house.look(_EVIDENCE))
        names = ("enrolment", "statement", "detail")
        key = lambda deed: (deed.session, deed.place, *(deed.facts[name] for name in names))  # noqa: E731
        self._each("evidence", found, self._done("evidence"), key)
        self.verdict.facts["evidence"] = found.total()

    def _reports(self) -> None:
        """Reports by what there is only one of while it is open; the anonymous by their words."""
        reports = [self._report(row) for row in self.house.look(_REPORTS)]
        events = [tuple(row) for row in self.house.look(_EVENTS)]
        groups, deeds = defaultdict[Any, list[Report]](list), defaultdict[Any, list[Deed]](list)
        for report in reports:
            groups[_only_one(report.__dict__, report.phone, report.worker)].append(report)
        for deed in self._done("report"):
            worker = min((one for one in deed.facts["worker"] if one), default=None)
            deeds[_only_one(deed.facts, self._phone(deed.phone), worker)].append(deed)
        wrong = []
        for key in sorted(groups.keys() | deeds.keys(), key=str):
            wrong += self._of_one_kind(key, groups[key], deeds[key], events)
        self.verdict.blame(wrong)
        self._marks(reports, events)
        self.verdict.blame(
            f"the list of a phone shows {number}, which it may not"
            for person in self.people
            for number in person.lists
            if not any(_listable(report, number, self._phone(person.number)) for report in reports)
        )
        self.verdict.facts["reports"] = len(reports)

    def _report(self, row: Any) -> Report:
        values = list(row)
        values[9] = unseal(row[9], "grievance.words") if row[9] is not None else ""
        return Report(*values)

    def _of_one_kind(self, key: Any, kept: list[Report], deeds: list[Deed], events: list[Any]) -> Iterable[str]:
        """One report while it is open, however often it is told; told again, that is in its thread."""
        ids = {report.id for report in kept}
        again = sum(kind == "repeated" and grievance in ids for grievance, kind, _, _ in events)
        solved = sum(kind == "solved" and grievance in ids for grievance, kind, _, _ in events)
        # The same words from one phone within minutes, as after a lost last screen, are one report of nobody's.
        most = len({deed.phone for deed in deeds}) if key[0] == "anonymous" else None
        if wrong := self._count(f"report {key}", len(kept) + again, deeds, most):
            yield wrong
        if key[0] != "anonymous" and len(kept) > 1 + solved:
            self.twice += 1
            yield f"report {key}: {len(kept)} of what there is only one of, {solved} solved"
        numbers = {report.number for report in kept}
        yield from (f"report {key}: nobody has {deed.number}" for deed in deeds if deed.number not in {"", *numbers})
        for report in kept:
            yield from self._as_told(report, deeds)
            yield from self._thread(report, [event for event in events if event[0] == report.id])

    def _as_told(self, report: Report, deeds: list[Deed]) -> Iterable[str]:
        names = ("category", "urgency", "identity", "about", "origin", "field", "words")
        told = [deed for deed in deeds if all(deed.facts[name] == getattr(report, name) for name in names)]
        phones = {self._phone(deed.phone) for deed in told}
        if report.identity == "anonymous":
            nobody = report.phone is None and report.worker is None and report.area is None
            if not nobody or not _is_midnight(report.opened_at):
                yield f"an anonymous report leads to somebody: {report}"
        elif report.phone not in phones or not any(report.worker in deed.facts["worker"] for deed in told):
            yield f"{report.number} is not as anybody told it: {report}"
        if report.restricted is not (report.category in _RESTRICTED):
            yield f"{report.number} is {'not ' * (not report.restricted)}restricted"

    def _thread(self, report: Report, events: list[Any]) -> Iterable[str]:
        """The state is what the reporter's own marks come to, in their order."""
        state = "received"
        for _, kind, by, at in events:
            if by == "reporter" and kind == "solved":
                state = "closed_confirmed"
            elif by == "reporter" and kind in ("still", "supervisor") and state == "closed_confirmed":
                state = "reopened"
            if report.identity == "anonymous" and not _is_midnight(at):
                yield f"an anonymous report's thread has the hour: {at}"
        if report.state != state or report.closed is not (state == "closed_confirmed"):
            yield f"{report.number} is {report.state}, but its thread comes to {state}"

    def _marks(self, reports: list[Report], events: list[Any]) -> None:
        of = {report.id: report for report in reports}
        phone_of = {report.number: report.phone for report in reports}
        marks = [(of[one].number, kind, by) for one, kind, by, _ in events if kind in ("still", "solved", "supervisor")]

        def key(deed: Deed) -> tuple[str, str, str]:
            number = deed.facts["number"]
            own = phone_of.get(number) in (None, self._phone(deed.phone))
            return number, deed.facts["mark"], "reporter" if own else "somebody with the number"

        self._each("mark", Counter(marks), self._done("mark"), key)
        self.verdict.facts["marks"] = len(marks)

    def _proposals(self) -> None:
        rows = self.house.look(_PROPOSALS)
        found = Counter((phone, bytes(index)) for phone, index, *_ in rows)
        self._each("proposal", found, self._done("proposal"), lambda deed: self._proposed(deed), most=1)
        deeds = defaultdict[Any, list[Deed]](list)
        for deed in self._done("proposal"):
            deeds[self._proposed(deed)].append(deed)
        first: dict[bytes, int] = {}
        for phone, index, number, name, proposer, rt_rw, kelurahan, place, same_as in rows:
            told = deeds[phone, bytes(index)]
            who = proposer == "neighbour"
            as_told = [(one.facts["name"], one.facts["neighbour"], one.facts["rt_rw"]) for one in told]
            areas = {one.facts["kelurahan"] for one in told}
            if (name, who, rt_rw) not in as_told or kelurahan not in areas:
                self.verdict.blame([f"proposal {number} is not as anybody told it: {name, proposer, rt_rw, kelurahan}"])
            self.verdict.blame(f"nobody has {one.number}" for one in told if one.number not in ("", number))
            if same_as != first.setdefault(bytes(index), place) and place != first[bytes(index)]:
                self.verdict.blame([f"proposal {number} does not lead to the first of the same person"])
        self.verdict.facts["proposals"] = len(rows)

    def _proposed(self, deed: Deed) -> tuple[int, bytes]:
        return self._phone(deed.phone), blind_index(deed.facts["nik"], "nik")

    def _learned_and_stopped(self) -> None:
        """One answer a month counts, and one that was given; texts are stopped for those who said so."""
        rows = self.house.look("SELECT phone_id, answer, correct, again FROM knowledge_answer")
        deeds = self._done("learned")
        self._each("learned", Counter(row[0] for row in rows), deeds, lambda deed: self._phone(deed.phone), most=1)
        told = {(self._phone(deed.phone), deed.facts["answer"]) for deed in deeds}
        for phone, answer, correct, again in rows:
            if (phone, answer) not in told or correct is not (answer == "ketenagakerjaan") or again:
                self.verdict.blame([f"an answer on what the cover is for is kept as {answer, correct, again}"])
        stopped = Counter(phone for phone, unwanted in self.phones.values() if unwanted)
        self._each("stop", stopped, self._done("stopped"), lambda deed: self._phone(deed.phone), most=1)
        self.verdict.facts["learned"] = len(rows)

    def _tries(self) -> None:
        for kind, table in (("number try", "number_try"), ("code try", "link_try")):
            rows = self.house.look(f"SELECT phone_id, sum(tries)::int FROM {table} GROUP BY 1")
            self._each(kind, Counter(dict(rows)), self._done(kind), lambda deed: self._phone(deed.phone))

    def _numbers(self) -> None:
        """No number was given out for two things, and each leads to what it was given for."""
        receipts = dict(self.house.look("SELECT session, receipt FROM conversation WHERE receipt IS NOT NULL"))
        wrong = [number for session, number in self.log.receipts if receipts.get(session) != number]
        given = self.house.look("SELECT number FROM grievance UNION ALL SELECT number FROM proposal")
        numbers = Counter([*receipts.values(), *(number for (number,) in given)])
        self.verdict.blame(f"a receipt nobody has: {number}" for number in wrong)
        self.verdict.blame(f"given out twice: {number}" for number, times in numbers.items() if times > 1)
        self.verdict.facts["numbers"] = len(numbers)

    def _verdicts(self) -> None:
        """Each verdict is the clerk's, who weighs the rows of one enrolment by hand."""
        said = defaultdict[int, list[EvidenceRow]](list)
        for *row, enrolment in self.house.look(_SAID):
            said[enrolment].append(EvidenceRow(*row))
        cases = self.house.look(_CASES)
        wrong = []
        for enrolment, period, listed, insurer, duplicate, worker, head, held in cases:
            by = tuple(weigh(source, said[enrolment], period) for source in ("worker", "rt_head"))
            if (worker, head) != by or held != oracle(listed, insurer, by[0], by[1], duplicate):
                wrong.append(f"enrolment {enrolment}: {(worker, head, held)}, the oracle reads {by}")
        self.verdict.blame(wrong)
        [(enrolled,)] = self.house.look("SELECT count(*) FROM enrolment")
        if enrolled != len({case[0] for case in cases}):
            self.verdict.faults.append(f"{enrolled} enrolments, verdicts for {len({case[0] for case in cases})}")
        self.verdict.facts["verdicts"] = len(cases) - len(wrong)


def _only_one(facts: dict[str, Any], phone: int | None, worker: int | None) -> tuple[Any, ...]:
    """Of what there is only one while it is open."""
    if facts["identity"] == "anonymous":
        return "anonymous", facts["words"]
    if facts["origin"] == "report":
        return "report", phone, facts["words"]
    if facts["origin"] == "data":
        return "data", phone, facts["field"]
    return facts["origin"], worker, facts["field"]


def _listable(report: Report, number: str, phone: int) -> bool:
    return report.number == number and report.phone == phone and report.identity == "normal" and not report.restricted


def _is_midnight(moment: dt.datetime) -> bool:
    return moment.astimezone(_ZONE).time() == dt.time()
