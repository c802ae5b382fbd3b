"""What is left after the storm, held against what people were told: nothing lost, nothing twice, nothing made up."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg

from tests.soak.crash import Verdict
from tests.soak.crowd import Log, Said
from tests.soak.house import House
from tests.verification.test_decision_table import oracle

_EVIDENCE = """
SELECT coalesce(conversation.session, message.provider_id) AS session,
       CASE WHEN conversation.id IS NULL THEN 0 ELSE split_part(inbound, ':', 3)::int END AS place,
       enrolment_id, statement
FROM evidence
LEFT JOIN conversation ON split_part(inbound, ':', 1) = 'conversation'
     AND conversation.id = split_part(inbound, ':', 2)::bigint
LEFT JOIN inbound_message message ON split_part(inbound, ':', 1) = 'message'
     AND message.id = split_part(inbound, ':', 2)::bigint
"""
_CASES = """
SELECT verdict.enrolment_id, list, insurer, duplicate, verdict.worker, verdict.rt_head, verdict.verdict
FROM verdict WHERE period = (SELECT max(period) FROM file_import WHERE kind = 'insurer')
"""
_COUNT_IN_A_CASE = {
    "worker": {"confirms", "wrong_data", "denies", "does_not_know", "moved", "not_working", "now_employed"},
    "rt_head": {"resident", "moved", "deceased", "unknown", "own_family"},
}


def reckon(house: House, log: Log, verdict: Verdict) -> None:
    """Compare rows with memories, and verdicts with an oracle that reads the rows one by one."""
    with psycopg.connect(house.servers.owner_url, autocommit=True) as db:
        _answers(db, log, verdict)
        _texts(db, log, verdict)
        _verdicts(db, verdict)
        _replies(db, verdict)
    verdict.faults += log.mistakes[:10]


def _answers(db: Any, log: Log, verdict: Verdict) -> None:
    stored = Counter(tuple(row) for row in db.execute(_EVIDENCE))
    told = {_key(said): said for said in log.said}
    lost = [said for key, said in told.items() if said.acknowledged and stored[key] == 0]
    twice = [key for key, count in stored.items() if count > 1]
    unsaid = [key for key in stored if key not in told]
    verdict.facts |= {
        "acknowledged": sum(said.acknowledged for said in told.values()),
        "unknown": sum(not said.acknowledged for said in told.values()),
        "lost": len(lost),
        "twice": len(twice),
        "unsaid": len(unsaid),
    }
    verdict.faults += [f"acknowledged and lost: {said.statement} of enrolment {said.enrolment}" for said in lost[:5]]
    verdict.faults += [f"counted {stored[key]} times: {key[2:]}" for key in twice[:5]]
    verdict.faults += [f"evidence that nobody gave: {key[2:]}" for key in unsaid[:5]]


def _key(said: Said) -> tuple[str, int, int, str]:
    return said.session, said.place, said.enrolment, said.statement


def _texts(db: Any, log: Log, verdict: Verdict) -> None:
    rows = Counter(row[0] for row in db.execute("SELECT provider_id FROM inbound_message"))
    missing = [text for text in log.texts if rows[text] == 0]
    verdict.facts["texts"] = len(log.texts)
    if missing:
        verdict.faults.append(f"{len(missing)} of {len(log.texts)} acknowledged texts are not stored")
    handled = Counter(
        row[0] for row in db.execute("SELECT coalesce(quarantined, handled_as, 'waiting') FROM inbound_message")
    )
    odd = {kind: count for kind, count in handled.items() if kind not in ("answer", "triage")}
    if odd:
        verdict.faults.append(f"texts handled in a way nobody expected: {odd}")


def _verdicts(db: Any, verdict: Verdict) -> None:
    """The latest statement of each source holds (nobody here says "not me"): read it off, ask the clerk."""
    last: dict[tuple[int, str], str] = {}
    rows = db.execute("SELECT enrolment_id, source, statement FROM evidence ORDER BY received_at, id")
    for enrolment, source, statement in rows:
        if statement in _COUNT_IN_A_CASE[source]:
            last[enrolment, source] = statement
    differing = 0
    cases = db.execute(_CASES).fetchall()
    for enrolment, listed, insurer, duplicate, worker, head, held in cases:
        said = last.get((enrolment, "worker"), "no_answer"), last.get((enrolment, "rt_head"), "no_answer")
        if (worker, head) != said or held != oracle(listed, insurer, *said, duplicate):
            differing += 1
            if differing <= 5:
                verdict.faults.append(f"enrolment {enrolment}: {(worker, head, held)}, the oracle reads {said}")
    verdict.facts["verdicts"] = len(cases) - differing
    (enrolled,) = db.execute("SELECT count(*) FROM enrolment").fetchone()
    if enrolled != len(cases):
        verdict.faults.append(f"{enrolled} enrolments but {len(cases)} verdicts")


def _replies(db: Any, verdict: Verdict) -> None:
    """Each text that was handled has one reply, and no text of ours was handed over more than twice."""
    (without,) = db.execute(
        """SELECT count(*) FROM inbound_message message WHERE handled_at IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM outbox WHERE cause = 'message:' || message.id || ':reply')"""
    ).fetchone()
    (often,) = db.execute("SELECT count(*) FROM outbox WHERE attempts > 2").fetchone()
    if without:
        verdict.faults.append(f"{without} texts were never answered")
    if often:
        verdict.faults.append(f"{often} texts of ours were handed over more than twice")
