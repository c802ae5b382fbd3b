"""Whatever happens to a round, everybody drawn ends in one disposition: an oracle tells which, person by person."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.people import NOW
from tests.rounds.playing import a_city, a_round, begin, contact_all, send_all
from verify_service.ground.database import transaction
from verify_service.messaging.consent import stop_phone
from verify_service.rounds import dispositions, steering
from verify_service.rounds.dispositions import settle
from verify_service.rounds.round_report import report_of
from verify_service.rounds.round_states import find_round
from verify_service.verification.evidence import Statement, record_of_enrolments, record_statement

CLOSE = dt.timedelta(days=21)
OWN = ("confirms", "wrong_data", "denies", "does_not_know", "not_me", "moved", "not_working", "now_employed")
KEY = ("confirms", "wrong_data", "denies", "does_not_know", "not_me")
HEAD = ("resident", "moved", "deceased", "unknown", "not_working")
VISIT = ("refused", "absent", "not_found")


@dataclass
class History:
    """What happened to one person, as the oracle remembers it: each said thing with its moment."""

    phone: bool
    own: list[tuple[dt.datetime, bool, str]] = field(default_factory=list)  # moment, assisted, statement
    head: list[tuple[dt.datetime, str]] = field(default_factory=list)
    visit: list[tuple[dt.datetime, str]] = field(default_factory=list)
    stopped: bool = False
    texts: str = "taken"  # what became of them: taken | failed | unsent
    removed: bool = False
    asked: bool = False

    def held(self, closed: dt.datetime) -> tuple[str | None, bool]:
        """The own statement that counts, and whether it is late: in time before late, an answer to the question before
        what is said beside it, without help before with help, the newest.
        """
        alive = [
            (at, helped, said)
            for at, helped, said in self.own
            if not any(
                voids == "not_me" and at < later and (at > closed) == (later > closed) for later, _, voids in self.own
            )
        ]
        if not alive:
            return None, False
        best = min(alive, key=lambda one: (one[0] > closed, one[2] not in KEY, one[1], -one[0].timestamp()))
        return best[2], best[0] > closed

    def disposition(self, closed: dt.datetime) -> tuple[str, str | None]:
        """What it should be, and of a late one what it would have been."""
        said, late = self.held(closed)
        head = max(((at, what) for at, what in self.head if at <= closed), default=(closed, None))[1]
        visit = max(((at, what) for at, what in self.visit if at <= closed), default=(closed, None))[1]
        told = self._told(said, head, visit)
        return ("late", told) if late and told in ("complete", "not_me") else (told, None)

    def _told(self, said: str | None, head: str | None, visit: str | None) -> str:
        rules = (
            (self.removed, "not_eligible"),
            (said == "not_me", "not_me"),
            (said is not None, "complete"),
            (visit == "refused", "refused"),
            (head == "deceased", "deceased_after"),
            (head == "moved", "moved_unknown"),
            (self.phone and self.stopped, "opted_out"),
            (not self.asked, "not_contacted" if self.phone else "no_phone"),
            (visit == "not_found", "unreachable"),
            (head == "resident" or visit == "absent", "no_answer_lives_there"),
            (self.phone and self.texts == "failed" and head is None, "unreachable"),
            (self.phone and self.texts == "unsent" and head is None, "not_contacted"),
        )
        return next((name for holds, name in rules if holds), "no_answer")


@pytest.mark.parametrize("seed", range(4))
def test_every_person_ends_where_the_oracle_says(db: Any, seed: int) -> None:
    chance = random.Random(seed)
    people = a_city(db, 60)
    name = a_round(everyone=True, plan="sms 0, close 21d")
    begin(name)
    contact_all(NOW)
    send_all(NOW)
    asked = {
        row[0] for row in db.execute("SELECT enrolment_id FROM round_person WHERE asked_at IS NOT NULL").fetchall()
    }
    phones = dict(db.execute("SELECT worker_id, phone_id FROM phone_link").fetchall())
    held = {one.enrolment: History(one.worker in phones, asked=one.enrolment in asked) for one in people}
    closed = NOW + dt.timedelta(days=chance.randint(3, 20))
    for someone in people:
        _live(db, chance, someone, held[someone.enrolment], phones.get(someone.worker))
    with transaction() as session:
        a_held = find_round(session, name, lock=True)
        settle(session, a_held, now=closed)
        steering.begin_closing(session, a_held, how=steering.BY_HAND, now=closed, by="test")
        settle(session, a_held, now=closed)
        assert settle(session, a_held, now=closed) == 0, "twice changes nothing"
        steering.finish(session, a_held, now=closed, by="test")
    with transaction() as session:
        settle(session, find_round(session, name, lock=True), now=NOW + dt.timedelta(days=60))
    found = {
        row[0]: (row[1], row[2])
        for row in db.execute("SELECT enrolment_id, disposition, would_be FROM round_person WHERE sampled").fetchall()
    }
    assert found == {enrolment: one.disposition(closed) for enrolment, one in held.items()}
    with transaction() as session:
        counts = dispositions.counted(session, find_round(session, name))
        told = report_of(session, find_round(session, name))
    assert sum(counts.values()) == len(people) == sum(people for *_, people in told.dispositions)
    answers = sum(
        one.disposition(closed)[0] == "complete" or one.disposition(closed) == ("late", "complete")
        for one in held.values()
    )
    assert told.overall.answers == answers
    assert sum(one.answers for one in told.domains["kecamatan"]) == answers
    assert sum(one.people for one in told.domains["kecamatan"]) == len(people)


def _live(db: Any, chance: random.Random, someone: Any, life: History, phone: int | None) -> None:
    """A random life within a round; what happens is written down twice, for the database and for the oracle."""
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3))):
        at = NOW + dt.timedelta(minutes=chance.randint(1, 40 * 24 * 60))
        kind = chance.choice(("own", "own", "own", "head", "visit"))
        if kind == "own" and phone is not None:
            said, helped = chance.choice(OWN), chance.random() < 0.2
            life.own.append((at, helped, said))
            _say(
                someone,
                Statement("worker", said, "ussd", f"t:{someone.worker}:{at}", phone_id=phone, assisted=helped),
                at,
            )
        elif kind == "head":
            said = chance.choice(HEAD)
            life.head.append((at, said))
            _say(someone, Statement("rt_head", said, "ussd", f"h:{someone.worker}:{at}"), at)
        elif kind == "visit":
            said = chance.choice(VISIT)
            life.visit.append((at, said))
            _say(someone, Statement("visit", said, "visit", f"v:{someone.worker}:{at}"), at)
    if phone is not None and chance.random() < 0.1:
        life.stopped = True
        with transaction() as session:
            stop_phone(session, phone, NOW + dt.timedelta(hours=1))
    if phone is not None and chance.random() < 0.3:
        life.texts = chance.choice(("failed", "unsent"))
        state = {"failed": "refused", "unsent": "stale"}[life.texts]
        db.execute("UPDATE outbox SET state = %s WHERE phone_id = %s AND round_id IS NOT NULL", [state, phone])
    if chance.random() < 0.05:
        life.removed = True
        db.execute("UPDATE enrolment SET removed_from = '2026-11-01' WHERE id = %s", [someone.enrolment])


def _say(someone: Any, said: Statement, at: dt.datetime) -> None:
    with transaction() as session:
        if said.source == "worker":
            record_statement(session, said, worker_id=someone.worker, now=at)
        else:
            record_of_enrolments(session, said, enrolments=[someone.enrolment], now=at)
