"""What is left after the storm, held against what people were told: nothing lost, nothing twice, nothing made up.

And against what they meant to say: a service that does nothing has nothing to lose.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.soak.crowd import KEPT_AS, MOST_PINS, STATUSES, Log, Meant, Said
from tests.soak.house import House
from tests.soak.population import People
from tests.verification.test_decision_table import oracle
from verify_service.ground.crypto import blind_index

_EVIDENCE = """
SELECT coalesce(conversation.session, message.provider_id) AS session,
       CASE WHEN conversation.id IS NULL THEN 0 ELSE split_part(inbound, ':', 3)::int END AS place,
       enrolment_id, statement, coalesce(detail, ''), source
FROM evidence
LEFT JOIN conversation ON split_part(inbound, ':', 1) = 'conversation'
     AND conversation.id = split_part(inbound, ':', 2)::bigint
LEFT JOIN inbound_message message ON split_part(inbound, ':', 1) = 'message'
     AND message.id = split_part(inbound, ':', 2)::bigint
ORDER BY evidence.id
"""
_CASES = """
SELECT verdict.enrolment_id, list, insurer, duplicate, verdict.worker, verdict.rt_head, verdict.verdict
FROM verdict WHERE period = (SELECT max(period) FROM file_import WHERE kind = 'insurer')
"""
_COUNT_IN_A_CASE = {
    "worker": {"confirms", "wrong_data", "denies", "does_not_know", "moved", "not_working", "now_employed"},
    "rt_head": {"resident", "moved", "deceased", "unknown", "not_working", "now_employed", "own_family"},
}
_REPLIES = {"answer": "s3.answered", "report": "g23.number", "stop": "g18.stopped", "stop again": None}
_HANDLED_AS = {"answer": "answer", "report": "report", "stop": "stop", "stop again": "stop"}
# A digit where none was offered is asked back, or read by an officer where the question had hardly come.
_UNASKED = {("unclear", "s9.unclear"), ("triage", "s5.received")}
# A claim made before a STOP was handled may still be on its way to the gateway: it cannot be taken back.
_ON_ITS_WAY = dt.timedelta(seconds=10)
_EACH = 4  # faults of one kind that are told


@dataclass
class Verdict:
    """What the run came to."""

    faults: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def blame(self, faults: Iterable[str]) -> None:
        """Add the first few of these, and how many more there are."""
        told = list(faults)
        self.faults += told[:_EACH]
        if len(told) > _EACH:
            self.faults.append(f"... and {len(told) - _EACH} more like this")


@dataclass(frozen=True)
class Row:
    """One text of ours, as the outbox has it."""

    id: int
    phone: int
    screen: str
    purpose: str
    cause: str
    state: str
    reason: str | None
    attempts: int
    unknowns: int
    later: bool
    provider_id: str | None
    delivery: str | None


def reckon(house: House, people: People, log: Log, verdict: Verdict) -> None:
    """Compare rows with memories and plans, and verdicts with an oracle that reads the rows one by one."""
    verdict.blame(log.mistakes)
    evidence = [tuple(row) for row in house.look(_EVIDENCE)]
    _answers(evidence, log, verdict)
    _plans(evidence, people, verdict)
    _reports(house, people, verdict)
    _heads_and_tasks(house, people, verdict)
    _verdicts(house, verdict)
    _texts_and_replies(house, log, verdict)
    _outbox(house, people, log, verdict)


# --- what people said ---


def _reports(house: House, people: People, verdict: Verdict) -> None:
    """Wrong data and money asked for are a report each, once, however often the line dropped before its number."""
    due = Counter(
        (caller.enrolment, origin)
        for caller in people.callers
        if not caller.head
        for origin, said in (("wrong_data", "wrong_field"), ("money", "asked_money"))
        if any(meant[1:] == (said, "yes") or (meant[1] == said == "wrong_field") for meant in caller.planned())
    )
    rows = house.look(
        """SELECT enrolment.id, grievance.origin FROM grievance JOIN enrolment USING (worker_id)
           WHERE grievance.phone_id IS NOT NULL"""
    )
    opened = Counter((int(enrolment), str(origin)) for enrolment, origin in rows if origin in ("wrong_data", "money"))
    verdict.facts["reports"] = sum(opened.values())
    verdict.blame(f"a report that is due is not there: {one}" for one in due - opened)
    verdict.blame(f"a report that nobody made, or made twice: {one}" for one in opened - due)


def _answers(evidence: list[tuple[Any, ...]], log: Log, verdict: Verdict) -> None:
    stored = Counter(row[:5] for row in evidence)
    told = {_key(said): said for said in log.said}
    lost = [said for key, said in told.items() if said.acknowledged and stored[key] == 0]
    twice = [key for key, count in stored.items() if count > 1]
    unsaid = [key for key in stored if key not in told]
    verdict.facts |= {
        "acknowledged": sum(said.acknowledged for said in told.values()),
        "silent": sum(not said.acknowledged and stored[key] > 0 for key, said in told.items()),
        "lost": len(lost),
        "twice": len(twice),
        "unsaid": len(unsaid),
    }
    verdict.blame(f"acknowledged and lost, in a {'call' if said.place else 'text'}: {said.meant}" for said in lost)
    verdict.blame(f"counted {stored[key]} times: {key[2:]}" for key in twice)
    verdict.blame(f"evidence that nobody gave: {key[2:]}" for key in unsaid)


def _key(said: Said) -> tuple[Any, ...]:
    return (said.session, said.place, *said.meant)


def _plans(evidence: list[tuple[Any, ...]], people: People, verdict: Verdict) -> None:
    """Everybody has said what he meant to, and nothing else, and was shown the right last screen."""
    by_head, by_worker = defaultdict[int, list[Meant]](list), defaultdict[int, list[Meant]](list)
    for _, _, enrolment, statement, detail, source in evidence:
        (by_head if source == "rt_head" else by_worker)[enrolment].append((enrolment, statement, detail))
    verdict.blame(f"{one.number} has not come to {one.ends!r}" for one in people.callers if not one.ended)
    expected = 0
    differing = []
    for caller in people.callers:
        of = [resident.enrolment for resident in caller.residents.values()] or [caller.enrolment]
        said = {meant for enrolment in of for meant in (by_head if caller.head else by_worker)[enrolment]}
        expected += len(caller.planned())
        if said != caller.planned():
            differing.append(f"{caller.number} meant {caller.planned() - said}, and {said - caller.planned()} is kept")
    for texter in people.texters:
        expected += len(texter.planned())
        if by_worker[texter.enrolment] != texter.planned() or not texter.done:
            differing.append(f"{texter.number} meant {texter.steps}, {by_worker[texter.enrolment]} is kept")
    verdict.blame(differing)
    verdict.facts["expected"] = expected
    counted = verdict.facts["acknowledged"] + verdict.facts["silent"]
    if counted < expected:
        verdict.faults.append(f"{counted} answers count, but the plans come to {expected}")


def _heads_and_tasks(house: House, people: People, verdict: Verdict) -> None:
    """Wrong PINs count once and are forgotten with the right one; tasks are as attested, each open once."""
    heads = {row[0]: row[1:] for row in house.look("SELECT id, pin_tries, locked_at IS NOT NULL FROM rt_head")}
    expected = Counter[tuple[str, str, bool]]()
    wrong = []
    for caller in people.callers:
        if caller.head:
            right = (MOST_PINS, True) if caller.locks_himself_out else (0, False)
            if heads[caller.head] != right:
                wrong.append(f"PIN tries and lock of an RT head: {heads[caller.head]} instead of {right}")
            if caller.locks_himself_out:
                expected["rt_head_locked", f"rt_head:{caller.head}", True] += 1
            for enrolment, statement, _ in caller.planned():
                kind = {"deceased": "death_reported", "own_family": "own_family"}.get(statement)
                expected.update([(kind, f"enrolment:{enrolment}", True)] if kind else [])
    verdict.blame(wrong)
    worker_of = dict(house.look("SELECT id, worker_id FROM enrolment"))
    for texter in people.texters:
        if texter.does("opt-out"):
            expected["visit", f"worker:{worker_of[texter.enrolment]}", True] += 1
    found = Counter(tuple(row) for row in house.look("SELECT kind, subject, closed_at IS NULL FROM task"))
    verdict.facts["tasks"] = sum(found.values())
    verdict.blame(f"a task is missing: {task}" for task in expected - found)
    verdict.blame(f"a task nobody gave rise to: {task}" for task in found - expected)


def _verdicts(house: House, verdict: Verdict) -> None:
    """The latest statement of each source holds (nobody here says "not me"): read it off, ask the clerk."""
    last: dict[tuple[int, str], str] = {}
    rows = house.look("SELECT enrolment_id, source, statement FROM evidence ORDER BY received_at, id")
    for enrolment, source, statement in rows:
        if statement in _COUNT_IN_A_CASE[source]:
            last[enrolment, source] = statement
    cases = house.look(_CASES)
    differing = []
    for enrolment, listed, insurer, duplicate, worker, head, held in cases:
        said = last.get((enrolment, "worker"), "no_answer"), last.get((enrolment, "rt_head"), "no_answer")
        if (worker, head) != said or held != oracle(listed, insurer, *said, duplicate):
            differing.append(f"enrolment {enrolment}: {(worker, head, held)}, the oracle reads {said}")
    verdict.blame(differing)
    verdict.facts["verdicts"] = len(cases) - len(differing)
    [(enrolled,)] = house.look("SELECT count(*) FROM enrolment")
    if enrolled != len(cases):
        verdict.faults.append(f"{enrolled} enrolments but {len(cases)} verdicts")


# --- what went by SMS ---


def _texts_and_replies(house: House, log: Log, verdict: Verdict) -> None:
    """Each text is stored once, handled as its words ask, and answered once with the right words."""
    rows = house.look(
        """SELECT message.provider_id, coalesce(quarantined, handled_as, 'waiting'), outbox.screen
           FROM inbound_message message LEFT JOIN outbox ON cause = 'message:' || message.id || ':reply'"""
    )
    found = {provider_id: (became, screen) for provider_id, became, screen in rows}
    missing = [provider_id for provider_id in log.texts if provider_id not in found]
    verdict.facts["texts"] = len(log.texts)
    if missing or len(rows) != len(log.texts):
        verdict.faults.append(f"{len(missing)} of {len(log.texts)} acknowledged texts are not stored, {len(rows)} are")
    verdict.blame(
        f"{sent.words!r} became {found[provider_id]} instead of {sent.becomes}"
        for provider_id, sent in log.texts.items()
        if provider_id in found and found[provider_id] not in _expected(sent.becomes)
    )
    reports = sum(sent.becomes == "report" for sent in log.texts.values())
    [(opened,)] = house.look("SELECT count(*) FROM grievance WHERE channel = 'sms'")
    if opened != reports:
        verdict.faults.append(f"{opened} reports of {reports} texts that tell of a problem")
    replies = sum((None not in {screen for _, screen in _expected(sent.becomes)}) for sent in log.texts.values())
    [(queued,)] = house.look("SELECT count(*) FROM outbox WHERE purpose = 'reply'")
    if queued != replies:
        verdict.faults.append(f"{queued} replies to texts that call for {replies}")


def _expected(becomes: str) -> set[tuple[str, str | None]]:
    """What may have become of a text, and which reply it has then."""
    return {*_UNASKED} if becomes == "digit" else {(_HANDLED_AS[becomes], _REPLIES[becomes])}


def _outbox(house: House, people: People, log: Log, verdict: Verdict) -> None:
    rows = [
        Row(*row)
        for row in house.look(
            """SELECT id, phone_id, screen, purpose, cause, state, reason, attempts, unknowns, due_at > now(),
                      provider_id, delivery FROM outbox ORDER BY id"""
        )
    ]
    handed = house.handed.all(last=True)
    verdict.facts |= {"handed": sum(map(len, handed.values())), "reported": len(log.reported)}
    verdict.facts["repeated"] = sum(len(moments) > 1 for moments in handed.values())
    verdict.facts["doubtful"] = sum(row.unknowns > 0 for row in rows)
    unwanted = _unwanted(house, people, log, verdict)
    odd, late, misreported = [], [], []
    for row in rows:
        moments = handed.pop(row.id, [])
        if why := _what_is_wrong(row, len(moments), row.phone in unwanted):
            odd.append(f"outbox {row.id} ({row.screen}, {row.state}, unknowns {row.unknowns}): {why}")
        since, everything = unwanted.get(row.phone, (None, False))
        if since is not None and (everything or row.purpose == "question"):
            after = [moment - since for moment in moments if moment is not None and moment > since + _ON_ITS_WAY]
            late += [f"{row.screen} was handed over {delay} after they wanted none" for delay in after]
        said = log.reported.get(row.id, []) if row.provider_id else []
        if not _as_reported(row.delivery, said):
            misreported.append(f"outbox {row.id} is {row.delivery} after reports of {said}")
    verdict.blame(odd)
    verdict.blame(late)
    verdict.blame(misreported)
    if handed:
        verdict.faults.append(f"{len(handed)} texts were handed over that are not in the outbox")
    questions = Counter(row.phone for row in rows if row.purpose == "question" and row.state != "cancelled")
    if questions and max(questions.values()) > 1:
        verdict.faults.append("somebody was asked twice")


def _what_is_wrong(row: Row, handed: int, unwanted: bool) -> str | None:
    """What cannot be about this state, or about how often the gateway itself says it was handed over."""
    if handed > 1 + row.unknowns or handed > 2:
        return f"handed over {handed} times"
    match row.state:
        case "accepted":
            return None if handed else "accepted, but never handed over"
        case "cancelled":
            wanted = not unwanted and row.reason != "answered"  # in doubt, but its answer came: it did arrive
            return None if not wanted else f"cancelled ({row.reason}) although they want our texts"
        case "unknown":
            return None
        case "waiting":  # after a doubtful try, until it is repeated
            return None if row.unknowns == 1 and row.later else "still waiting"
    return "a state nobody expected"


def _unwanted(house: House, people: People, log: Log, verdict: Verdict) -> dict[int, tuple[dt.datetime, bool]]:
    """Who wants no texts since when, and whether none at all; each of them must be known to want none."""
    phones = {
        bytes(index): (phone, stopped, refused)
        for index, phone, stopped, refused in house.look("SELECT number_index, id, stopped_at, refused_at FROM phone")
    }
    handled = dict(house.look("SELECT provider_id, handled_at FROM inbound_message"))
    stops = {sent.number: handled.get(provider_id) for provider_id, sent in log.texts.items() if sent.becomes == "stop"}
    unwanted: dict[int, tuple[dt.datetime, bool]] = {}
    unheard = []
    for texter in people.texters:
        phone, stopped, refused = phones[blind_index(texter.number, "phone")]
        if (stopped is not None, refused is not None) != (texter.does("stop"), texter.does("opt-out")):
            unheard.append(f"{texter.number} did {texter.steps}, but stopped {stopped}, refused {refused}")
        elif refused is not None:
            unwanted[phone] = refused, True
        elif stopped is not None:
            unwanted[phone] = stops.get(texter.number) or stopped, False
    verdict.blame(unheard)
    verdict.facts["unwanted"] = len(unwanted)
    return unwanted


def _as_reported(delivery: str | None, said: list[tuple[str, bool]]) -> bool:
    """The most certain of what was reported; a report that was never acknowledged may count or not."""
    sure = max((STATUSES.index(status) for status, taken in said if taken), default=-1)
    may_be = {STATUSES.index(status) for status, _ in said if STATUSES.index(status) >= sure}
    return delivery in {KEPT_AS[STATUSES[rank]] for rank in may_be} or (sure == -1 and delivery is None)
