"""What a person decides of two workers who may be one: "same" or "different", once, and what "same" joins.

Both stay as they are listed: `worker.same_as` points to the one that was listed last, and everything that asks who
somebody is goes by it. So what is taken back is as it was.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz.distance import OSA
from sqlalchemy import Select, or_, select, text
from sqlalchemy.orm import Session, aliased

from verify_service import audit
from verify_service.ground.crypto import seal, unseal_of, unseal_or_blank
from verify_service.ground.database import take_turn
from verify_service.ground.tables import JOINED, PersonPair, Worker
from verify_service.registry.names import masked_name
from verify_service.registry.staging import changed
from verify_service.registry.versions import changing

Answer = Literal["same", "different"]


class PairRefused(Exception):
    """What was asked of a pair cannot be done; the message says what can."""


@dataclass(frozen=True)
class Twin:
    """One worker of a pair, masked, with the newest line of the list."""

    worker: int
    name: str
    nik_last4: str
    birth_year: int | None
    kelurahan: str | None
    rw: str | None
    rt: str | None


@dataclass(frozen=True)
class PairTold:
    """A pair as the person who decides sees it. `nik_apart`: in how many places the two numbers differ."""

    id: int
    score: int
    why: tuple[str, ...]
    found_at: dt.datetime
    version: int
    people: tuple[Twin, Twin]
    nik_apart: int
    decision: str | None
    decided_at: dt.datetime | None
    decided_by: str | None
    taken_back_at: dt.datetime | None
    note: str

    @property
    def open(self) -> bool:
        return self.decision is None or self.taken_back_at is not None

    def to_json(self) -> dict[str, Any]:
        """One object of `verify roster pairs --json`."""
        moments = {"found_at": self.found_at, "decided_at": self.decided_at, "taken_back_at": self.taken_back_at}
        return {
            "pair": self.id,
            "open": self.open,
            "score": self.score,
            "why": list(self.why),
            "version": self.version,
            "people": [dict(vars(twin)) for twin in self.people],
            "nik_apart": self.nik_apart,
            "decision": self.decision,
            "decided_by": self.decided_by,
            "note": self.note,
        } | {name: at.isoformat() if at else None for name, at in moments.items()}


_TWIN = """
SELECT worker.id, worker.name, worker.nik, person_key.wrapped,
       worker.birth_year, area.kelurahan, line.rw, line.rt
FROM worker LEFT JOIN person_key ON person_key.nik_index = worker.nik_index
LEFT JOIN LATERAL (SELECT kelurahan_code, rw, rt FROM enrolment WHERE worker_id = worker.id
                   ORDER BY id DESC LIMIT 1) line ON true
LEFT JOIN area USING (kelurahan_code)
WHERE worker.id = ANY(:workers)
"""

_OPEN = "decision IS NULL OR taken_back_at IS NOT NULL"
_PAIRS = f"""
SELECT id, low, high, score, why, found_at, import_id, decision, decided_at, decided_by, taken_back_at, note
FROM person_pair WHERE (NOT :open OR {_OPEN}) AND (CAST(:pair AS bigint) IS NULL OR id = :pair)
ORDER BY score DESC, id LIMIT :most
"""  # noqa: S608  # a condition of our own


def pairs_found(
    session: Session, *, only_open: bool = False, pair: int | None = None, most: int | None = None
) -> list[PairTold]:
    """The pairs that were found, those that weigh most first: all, the undecided, or a certain one."""
    rows = session.execute(text(_PAIRS), {"open": only_open, "pair": pair, "most": most}).all()
    workers = sorted({worker for row in rows for worker in (row.low, row.high)})
    held = {row.id: row for row in session.execute(text(_TWIN), {"workers": workers})}
    return [_told(row, held[row.low], held[row.high]) for row in rows]


def _told(row: Any, low: Any, high: Any) -> PairTold:
    niks = [unseal_of(one.wrapped, one.nik, "worker.nik") for one in (low, high)]
    first, second = (
        Twin(one.id, masked_name(one.name), nik[-4:], one.birth_year, one.kelurahan, one.rw, one.rt)
        for one, nik in zip((low, high), niks, strict=True)
    )
    return PairTold(
        id=row.id,
        score=row.score,
        why=tuple(row.why),
        found_at=row.found_at,
        version=row.import_id,
        people=(first, second),
        nik_apart=OSA.distance(*niks),
        decision=row.decision,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        taken_back_at=row.taken_back_at,
        note=unseal_or_blank(row.note, "person_pair.note"),
    )


def open_pairs(session: Session) -> int:
    """How many pairs wait for a person."""
    return int(session.execute(text(f"SELECT count(*) FROM person_pair WHERE {_OPEN}")).scalar_one())  # noqa: S608


def decide(session: Session, pair: int, answer: Answer, *, note: str, now: dt.datetime, actor: str) -> PairTold:
    """Write down whether the two are one person; "same" joins phones, evidence and cases of both.

    Raises PairRefused for a pair that is not there or was decided. Never commits.
    """
    held = _locked(session, pair)
    if held.decision is not None and held.taken_back_at is None:
        raise PairRefused(
            f"Pair {pair} was decided on {held.decided_at:%Y-%m-%d} by {held.decided_by}: {held.decision}."
            f" `verify roster pairs take-back {pair}` opens it again."
        )
    held.decision, held.decided_at, held.decided_by = answer, now, actor
    held.note = seal(note, "person_pair.note") if note else None
    held.taken_back_at = held.taken_back_by = None
    return _settled(session, held, "pair decided", now, actor, answer == "same")


def take_back(session: Session, pair: int, *, now: dt.datetime, actor: str) -> PairTold:
    """The decision counts no longer: both stand as before it, and the pair is open again.

    Raises PairRefused for a pair that is not there or was not decided. Never commits.
    """
    held = _locked(session, pair)
    if held.decision is None or held.taken_back_at is not None:
        raise PairRefused(f"Nobody has decided pair {pair}; there is nothing to take back.")
    held.taken_back_at, held.taken_back_by = now, actor
    return _settled(session, held, "pair taken back", now, actor, held.decision == "same")


def _locked(session: Session, pair: int) -> PersonPair:
    take_turn(session, text("SELECT pg_advisory_xact_lock(hashtext('verify import'))"))
    held = session.get(PersonPair, pair, populate_existing=True)
    if held is None:
        raise PairRefused(f"There is no pair {pair}. `verify roster pairs` lists them.")
    return held


def _settled(session: Session, held: PersonPair, action: str, now: dt.datetime, actor: str, joins: bool) -> PairTold:
    session.flush()
    if joins:
        _join_again(session, held.low, held.high, now)
    audit.record(session, now=now, actor=actor, action=action, on=f"person_pair:{held.id}", decision=held.decision)
    return pairs_found(session, pair=held.id)[0]


_GROUP = text(
    """
WITH RECURSIVE standing AS (
    SELECT low, high FROM person_pair WHERE decision = 'same' AND taken_back_at IS NULL),
reached AS (
    SELECT unnest(CAST(:begin AS bigint[])) AS id
    UNION
    SELECT CASE WHEN standing.low = reached.id THEN standing.high ELSE standing.low END
    FROM reached JOIN standing ON reached.id IN (standing.low, standing.high))
SELECT reached.id, standing.high FROM reached LEFT JOIN standing ON standing.low = reached.id
"""
)
_POINT = """
UPDATE worker SET same_as = said.same_as
FROM unnest(CAST(:workers AS bigint[]), CAST(:same_as AS bigint[])) AS said (id, same_as)
WHERE worker.id = said.id AND worker.same_as IS DISTINCT FROM said.same_as
"""
_STALE = """
INSERT INTO stale_enrolment (enrolment_id, since)
SELECT id, :now FROM enrolment WHERE worker_id = ANY(:workers) ORDER BY id
"""


def _join_again(session: Session, low: int, high: int, now: dt.datetime) -> None:
    """Everybody whom the decisions that stand make one with either, pointed anew to the one listed last."""
    groups: dict[int, set[int]] = {}
    for worker, other in session.execute(_GROUP, {"begin": [low, high]}):
        one = groups.setdefault(worker, {worker})
        both = one | groups.get(other, {other}) if other is not None else one
        for member in both:
            groups[member] = both
    workers = sorted(groups)
    kept = {worker: max(groups[worker]) for worker in workers}
    changing(session, now=now)
    same_as = [None if kept[worker] == worker else kept[worker] for worker in workers]
    changed(session, _POINT, workers=workers, same_as=same_as)
    share_phones(session, now=now)
    changed(session, _STALE, workers=workers, now=now)


_TAKEN_BACK = "not the same person"
# Whatever answers for one of them answers for the one they are; what said "not me" of it does not.
_SHARED = f"""
WITH {JOINED},
wanted AS (
    SELECT DISTINCT joined.person AS worker_id, link.phone_id
    FROM joined JOIN phone_link link ON link.worker_id = joined.id
    WHERE joined.id <> joined.person AND link.unlinked_at IS NULL AND link.how <> 'same'),
ended AS (
    UPDATE phone_link SET unlinked_at = :now, unlinked_why = :why
    WHERE how = 'same' AND unlinked_at IS NULL AND (worker_id, phone_id) NOT IN (SELECT worker_id, phone_id FROM wanted)
    RETURNING 1)
INSERT INTO phone_link (phone_id, worker_id, how, linked_at)
SELECT phone_id, worker_id, 'same', CAST(:now AS timestamptz) FROM wanted
WHERE NOT EXISTS (
    SELECT 1 FROM phone_link held
    WHERE held.phone_id = wanted.phone_id AND held.worker_id = wanted.worker_id
      AND (held.unlinked_at IS NULL OR coalesce(held.unlinked_why, '') NOT IN (:why, :newer)))
"""  # noqa: S608  # a constant of our own


def share_phones(session: Session, *, now: dt.datetime) -> None:
    """Link the phones of workers who were decided to be one to the one they are; what no longer holds is unlinked."""
    changed(session, _SHARED, now=now, why=_TAKEN_BACK, newer="newer list")


def workers_of(worker: int) -> Select[int]:
    """The numbers of all workers who are this one person, to be asked for in a query; of most people one."""
    me, they = aliased(Worker), aliased(Worker)
    ids = (me.id, me.same_as)
    return (
        select(they.id).select_from(me).join(they, or_(they.id.in_(ids), they.same_as.in_(ids))).where(me.id == worker)
    )


_GOING = """(
    SELECT touched.id FROM touched_worker touched WHERE NOT touched.was AND NOT EXISTS (
        SELECT 1 FROM enrolment WHERE worker_id = touched.id AND id NOT IN (
            SELECT id FROM touched_enrolment WHERE NOT was)))"""


def forget_pairs(session: Session, version: int) -> None:
    """What was found with a version that is undone, and of people who go with it; no decision on it stands."""
    gone = f"({_OPEN}) AND (import_id = :version OR low IN {_GOING} OR high IN {_GOING})"
    changed(session, f"DELETE FROM person_pair WHERE {gone}", version=version)  # noqa: S608
    changed(session, f"DELETE FROM person_traits WHERE worker_id IN {_GOING}")  # noqa: S608
    changed(session, f"DELETE FROM phone_link WHERE how = 'same' AND worker_id IN {_GOING}")  # noqa: S608
    changed(session, "DELETE FROM known_name WHERE import_id = :version", version=version)
