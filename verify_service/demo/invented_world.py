"""The world around a round of the demo: who lives where with which phone, what is true of them, and what reaches them.

It knows the city as the city knows itself, and of the service only what comes out of it: texts that the gateway took,
and the list of visits.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.demo.character import Character, Fate, character_of
from verify_service.demo.city import PIN
from verify_service.grievances.acting import Acting
from verify_service.grievances.assignment import viewer_of
from verify_service.ground.crypto import letter_code, unseal
from verify_service.ground.tables import Officer, Round, Task
from verify_service.registry.letters import ACTIVATION
from verify_service.registry.names import mask_name
from verify_service.verification.field_checks import ROUND_VISIT, settle


@dataclass(frozen=True)
class Person:
    """Somebody of the frame: as the list has them, and as they are."""

    worker: int
    enrolment: int
    name: str
    kecamatan: str
    place: tuple[str, str, str]  # kelurahan, RW, RT
    character: Character

    @property
    def masked(self) -> str:
        """As our texts call them."""
        return mask_name(self.name)


@dataclass(frozen=True)
class HeadOfRt:
    """The head of an RT with his letter; `pin`: the one he has made already, "" where he has none."""

    id: int
    code: str = field(repr=False)
    pin: str = field(repr=False)
    place: str
    residents: tuple[Person, ...]


@dataclass(frozen=True)
class World:
    """Everybody, and who picks up which phone (E.164)."""

    seed: str
    people: dict[int, Person]  # by enrolment
    behind: dict[str, tuple[Person, ...]] = field(repr=False)
    heads: dict[str, tuple[HeadOfRt, ...]] = field(repr=False)

    def share_that_knows(self) -> float:
        """The truth: of the living on the list, those who know of the cover as their own."""
        living = [one.character.knows for one in self.people.values() if one.character.fate is not Fate.DEAD]
        return sum(living) / len(living)


_PEOPLE = text(
    """SELECT drawn.worker_id, drawn.enrolment_id, drawn.kecamatan, drawn.age, worker.name, line.kelurahan_code,
              line.rw, line.rt
       FROM round_person drawn JOIN worker ON worker.id = drawn.worker_id
       JOIN enrolment line ON line.id = drawn.enrolment_id WHERE drawn.round_id = :round ORDER BY drawn.enrolment_id"""
)
_PHONES = text(
    """SELECT phone.number, link.worker_id FROM phone_link link JOIN phone ON phone.id = link.phone_id
       WHERE link.unlinked_at IS NULL AND phone.refused_at IS NULL ORDER BY link.id"""
)
_HEADS = text(
    """SELECT rt_head.id, rt_head.letter_issue, rt_head.activated_at, rt_head.rw, rt_head.rt, rt_head.kelurahan_code,
              phone.number
       FROM rt_head JOIN phone ON phone.id = rt_head.phone_id WHERE rt_head.until IS NULL AND NOT rt_head.announced"""
)


def world_of(session: Session, held: Round) -> World:
    """The people of this drawn round's frame, with characters by its seed."""
    linked: dict[int, list[str]] = defaultdict(list)
    shared: dict[str, int] = defaultdict(int)
    for row in session.execute(_PHONES):
        number = unseal(row.number, "phone.number")
        linked[row.worker_id].append(number)
        shared[number] += 1
    people: dict[int, Person] = {}
    behind: dict[str, list[Person]] = defaultdict(list)
    for row in session.execute(_PEOPLE, {"round": held.id}):
        numbers = linked[row.worker_id]
        character = character_of(
            held.seed,
            row.worker_id,
            kecamatan=row.kecamatan or "",
            age=row.age or "",
            shares_phone=any(shared[number] > 1 for number in numbers),
        )
        place = (row.kelurahan_code or "", row.rw or "", row.rt or "")
        person = Person(row.worker_id, row.enrolment_id, row.name, row.kecamatan or "", place, character)
        people[person.enrolment] = person
        for number in numbers:
            behind[number].append(person)
    return World(
        held.seed, people, {number: tuple(all_of) for number, all_of in behind.items()}, _heads(session, people)
    )


def _heads(session: Session, people: dict[int, Person]) -> dict[str, tuple[HeadOfRt, ...]]:
    living_in: dict[tuple[str, str, str], list[Person]] = defaultdict(list)
    for person in people.values():
        kelurahan, rw, _ = person.place
        living_in[person.place].append(person)
        living_in[kelurahan, rw, ""].append(person)
    heads: dict[str, list[HeadOfRt]] = defaultdict(list)
    for row in session.execute(_HEADS):
        heads[unseal(row.number, "phone.number")].append(
            HeadOfRt(
                row.id,
                letter_code(ACTIVATION, row.id, row.letter_issue),
                PIN if row.activated_at is not None else "",
                f"{row.rt}/{row.rw}" if row.rt else row.rw,
                tuple(living_in[row.kelurahan_code, row.rw, row.rt]),
            )
        )
    return {number: tuple(of_phone) for number, of_phone in heads.items()}


@dataclass(frozen=True)
class Received:
    """A text that lies on a phone now."""

    number: str
    words: str = field(repr=False)


_TAKEN = text(
    """SELECT outbox.id, outbox.sent_at, outbox.body, phone.number FROM outbox JOIN phone ON phone.id = outbox.phone_id
       WHERE outbox.state = 'accepted' AND outbox.body IS NOT NULL AND outbox.sent_at >= :since
       ORDER BY outbox.sent_at, outbox.id"""
)
_OVERTAKEN = dt.timedelta(seconds=30)  # a transaction that began earlier may commit later


class Post:
    """What the gateway took is on the phones: each text once, from a moment on."""

    def __init__(self, since: dt.datetime) -> None:
        self._since = since
        self._seen: dict[int, dt.datetime] = {}

    def new(self, session: Session) -> list[Received]:
        """Texts that came since the last look."""
        found = []
        for row in session.execute(_TAKEN, {"since": self._since}):
            if row.id not in self._seen:
                self._seen[row.id] = row.sent_at
                found.append(Received(unseal(row.number, "phone.number"), unseal(row.body, "outbox.body")))
        newest = max(self._seen.values(), default=self._since)
        self._since = max(self._since, newest - _OVERTAKEN)
        self._seen = {number: at for number, at in self._seen.items() if at >= self._since}
        return found


def visits(session: Session, held: Round) -> Sequence[tuple[int, int]]:
    """The visits that this round still asks for: (task, enrolment)."""
    rows = session.execute(
        select(Task.id, Task.enrolment_id)
        .where(Task.kind == ROUND_VISIT, Task.closed_at.is_(None), Task.detail["round"].as_integer() == held.id)
        .order_by(Task.id)
    )
    return [(row.id, row.enrolment_id or 0) for row in rows]


def report_visit(session: Session, task: int, found: str, officer: str, *, now: dt.datetime) -> bool:
    """The officer of this address enters what a visit has found; False where that was done, or is no longer asked."""
    held = session.get_one(Task, task, with_for_update=True)
    if held.closed_at is not None:
        return False
    who = session.scalars(select(Officer).where(Officer.email == officer)).one()
    return settle(Acting(session, viewer_of(who), now), held, found) is True
