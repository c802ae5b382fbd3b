"""A whole round with invented people, as `verify demo --round` plays it, by a clock of the test's own."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from flows.asking import MEANS
from tests.officers import EMAIL, an_officer, sign_in
from tests.people import NOW, a_worker, an_rt_head, link
from tests.serving import new_client
from verify_service.cli import main
from verify_service.conversations.hear import Hop, hear
from verify_service.conversations.question import is_option
from verify_service.conversations.waiting_messages import handle_waiting
from verify_service.demo import character as characters
from verify_service.demo import played_round
from verify_service.demo.character import Habit, Holder
from verify_service.demo.invented_world import world_of
from verify_service.demo.simulated_people import People
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.ground.pipeline import hop_connection
from verify_service.messaging import sending
from verify_service.messaging.gateways import gateway
from verify_service.messaging.gateways.contract import InboundSms
from verify_service.messaging.inbox import store_message
from verify_service.rounds import reach, tending
from verify_service.rounds.dispositions import counted
from verify_service.rounds.reach import ANSWERS
from verify_service.rounds.round_states import find_round

STEP = dt.timedelta(seconds=12)
KELURAHAN = ("32.75.01.1001", "32.75.02.1001", "32.75.03.1001")
PROVIDER = "africastalking"


class Straight:
    """Texts and hops go to those who hear them, at the test's own moment; sessions as a network keeps them."""

    def __init__(self) -> None:
        self._typed: dict[str, tuple[str, str]] = {}
        self._ids = count(1)

    def text(self, number: str, words: str, now: dt.datetime) -> None:
        came = InboundSms(f"text-{next(self._ids)}", Phone(number), number, "28282", words, now, "")
        with transaction() as session:
            store_message(session, PROVIDER, came, b"", now=now)

    def dial(self, number: str, now: dt.datetime) -> str:
        self._typed[number] = f"call-{next(self._ids)}", ""
        return self._hop(number, now)

    def press(self, number: str, keys: str, now: dt.datetime) -> str:
        session, typed = self._typed[number]
        self._typed[number] = session, f"{typed}*{keys}" if typed else keys
        return self._hop(number, now)

    def hang_up(self, number: str, now: dt.datetime) -> None:
        self._typed.pop(number, None)

    def _hop(self, number: str, now: dt.datetime) -> str:
        session, typed = self._typed[number]
        with hop_connection(3) as line:
            return hear(line, Hop(PROVIDER, session, Phone(number), typed), now=now).text


def a_small_city(db: Any, people: int = 150) -> None:
    """Every twelfth shares a phone with the one before, every tenth has none; a head in most RT."""
    for one in range(people):
        number = f"+62812345{one:05d}"
        someone = a_worker(
            db,
            nik=f"32750{1 + one % 3}15019{one:05d}",
            name=f"{('Rika', 'Budi', 'Umaya', 'Darsono')[one % 4]}{chr(97 + one // 26)}{chr(97 + one % 26)} Warga",
            phone=None if one % 10 == 9 else number,
            insurer=("active", "active", "unpaid", "inactive")[one % 4],
            kelurahan=KELURAHAN[one % 3],
            rt=f"{1 + one % 5:03}",
            row=one + 2,
        )
        if one % 12 == 11 and one % 10 != 9:
            link(db, f"+62812345{one - 1:05d}", someone.worker)
    db.execute("UPDATE worker SET birth_year = 1960 + id % 45")
    for place, kelurahan in enumerate(KELURAHAN):
        for rt in range(1, 4):
            an_rt_head(db, f"+62819990{place}{rt:04d}", kelurahan=kelurahan, rt=f"{rt:03}")
    an_officer(EMAIL, "supervisor")


def step(now: dt.datetime) -> None:
    """What the jobs do in one look, in an order of theirs."""
    with transaction() as session:
        handle_waiting(session, now=now)
    with transaction() as session:
        reach.contact(session, now=now)
    with transaction() as session:
        claim = sending.claim(session, gateway().capabilities, now=now)
    results = sending.hand_over(gateway(), claim.texts)
    with transaction() as session:
        sending.record(session, gateway().name, claim.texts, results, now=now)
    with transaction() as session:
        tending.tend(session, now=now)


def played(db: Any) -> tuple[People, Counter[str]]:
    """A round of the small city from its draw to its close, and what became of everybody."""
    a_small_city(db)
    with transaction() as session:
        held, drawn = played_round.begin(session, now=NOW)
        assert played_round.begin(session, now=NOW) == (held, drawn), "one that is at work goes on"
        name, world = held.name, world_of(session, held)
    people = People(world, Straight(), round_name=name, officer=EMAIL, since=NOW)
    now = NOW
    while True:
        people.act(now)
        step(now)
        with transaction() as session:
            held = find_round(session, name)
            if held.state in played_round.ENDED:
                return people, Counter(counted(session, held))
        assert now < NOW + dt.timedelta(minutes=12), "the round does not end"
        now += STEP


def test_a_whole_round_is_played_and_says_what_its_people_said(db: Any) -> None:
    people, dispositions = played(db)
    (sample,) = db.execute("SELECT count(*) FROM round_person WHERE sampled").fetchone()
    assert sum(dispositions.values()) == sample
    assert dispositions["pending"] == 0
    assert dispositions["not_contacted"] == 0  # who shares a phone with somebody silent is met at the door
    assert len(dispositions) > 5, dispositions
    assert {"text", "stop", "call", "head", "visit", "hung up"} <= set(people.did), people.did
    rows = db.execute("SELECT enrolment_id, disposition, statement, channel FROM round_person WHERE sampled").fetchall()
    answered = {enrolment: (disposition, statement, by) for enrolment, disposition, statement, by in rows if statement}
    for enrolment, (disposition, statement, by) in answered.items():
        assert (statement, by) in [(said.statement, said.channel) for said in people.said[enrolment]], disposition
    lost = [one for one, said in people.said.items() if said[-1].statement in ANSWERS and one not in answered]
    assert lost == []
    texts_of_the_round_go_to_nobody_who_has_answered_or_wants_none(db, people)
    with transaction() as session:
        held = find_round(session, "demo-1")
        assert "the truth is inside" in played_round.outcome(session, held, people.world.share_that_knows())


def texts_of_the_round_go_to_nobody_who_has_answered_or_wants_none(db: Any, people: People) -> None:
    sent = db.execute(
        """SELECT enrolment.id, sent_at FROM outbox JOIN enrolment USING (worker_id)
           WHERE round_id IS NOT NULL AND state = 'accepted'"""
    ).fetchall()
    done = {enrolment: said[0].at for enrolment, said in people.said.items()}
    for number, when in people.stopped.items():
        done |= {person.enrolment: when for person in people.world.behind[number]}
    assert len(done) > 40
    assert [one for one, at in sent if one in done and at > done[one]] == []


def test_the_played_round_is_watched_on_the_page_that_is_told(db: Any) -> None:
    a_small_city(db, 30)
    with transaction() as session:
        held, _ = played_round.begin(session, now=NOW)
    client = new_client()
    sign_in(client)
    page = client.get(played_round.page_of(held))
    assert page.status_code == 200
    assert held.name in page.get_data(as_text=True)


def test_the_played_round_is_of_the_invented_city_alone(tmp_path: Path) -> None:
    roster = tmp_path / "list.csv"
    roster.touch()
    done = CliRunner().invoke(main, ["demo", "--round", "--roster", str(roster), "--data-dir", str(tmp_path)])
    assert done.exit_code == 2
    assert "leave --roster out" in done.output


def test_people_put_it_in_words_that_are_read_as_meant() -> None:
    words = characters.every_word()
    assert set(words) == set(MEANS.values())
    assert all(is_option(one) for said in words.values() for one in said), [
        one for said in words.values() for one in said if not is_option(one)
    ]


def test_a_character_is_the_same_each_time_and_the_city_has_all_of_them() -> None:
    def drawn(worker: int) -> characters.Character:
        return characters.character_of("a", worker, kecamatan="Jatiasih", age="30-39", shares_phone=worker % 5 == 0)

    city = [drawn(worker) for worker in range(2_000)]
    assert city == [drawn(worker) for worker in range(2_000)]
    assert {one.habit for one in city} == set(Habit)
    assert {one.holder for one in city} == set(Holder)
    assert {one.fate for one in city} == set(characters.Fate)
    assert 5 < sum(one.wrong_handed for one in city) < 45
