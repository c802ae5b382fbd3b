"""Invented people who live through a round: they read what is sent to them, and text, call, visit or keep silent.

    python -m verify_service.demo.simulated_people ROUND

They come in by the same doors as everybody: texts and hops over HTTP to the webhooks, visits by an officer's hand. An
hour of theirs is a minute. The process ends with the round, and says whether the interval that the report prints
contains what is true of them.
"""

from __future__ import annotations

import datetime as dt
import heapq
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import structlog

from verify_service.demo import character as characters
from verify_service.demo import phone_calls
from verify_service.demo.carriers import Carrier, OverHttp
from verify_service.demo.character import Character, Fate, Habit, Holder, chance_of
from verify_service.demo.invented_world import HeadOfRt, Person, Post, Received, World, report_visit, visits, world_of
from verify_service.demo.network import NetworkFault, Service
from verify_service.demo.phone_calls import Call, Deed, Reader
from verify_service.demo.played_round import ENDED, outcome
from verify_service.ground.database import Unavailable, transaction
from verify_service.ground.settings import settings
from verify_service.logs import configure
from verify_service.rounds.round_states import find_round

EVERY: Final = 0.25  # seconds between two looks of the process
_TO_READ: Final = 3.0  # seconds: nobody answers sooner, and no answer counts that came sooner
_VISITS_TAKE: Final = (8.0, 110.0)  # seconds until a visit was made
_HEADS_ACT: Final = 0.7
_HASTY: Final = 0.15  # of those: all residents live there, whoever they are, in seconds
log = structlog.get_logger()

Act = Callable[[dt.datetime], None]


@dataclass(frozen=True)
class Said:
    """A statement that somebody made, and that the service acknowledged."""

    enrolment: int
    statement: str
    channel: str
    at: dt.datetime


class People:
    """Everybody of a round at once. Whoever drives them calls `act` again and again, with the moment it is.

    Each thing is done at its own moment, also where several have passed since the last look.
    """

    def __init__(self, world: World, carrier: Carrier, *, round_name: str, officer: str, since: dt.datetime) -> None:
        self.world, self._carrier = world, carrier
        self._round, self._officer, self._post = round_name, officer, Post(since)
        self._agenda: list[tuple[dt.datetime, int, Act]] = []
        self._order = count()
        self._screens = phone_calls.reader_of_screens()
        self._texts = Reader(
            "s1.registered", "s2.registered_dial", "s9.unclear", "s12.own_word", "g14.rt_task", "g29.rw_task"
        )
        self._asked: Counter[int] = Counter()  # how many texts of the round each has read
        self._last: dict[int, str] = {}  # the screen of the text of ours that each has read last
        self._done: set[int] = set()  # who has answered, or wants no more of it
        self._visited: set[int] = set()
        self._calling: set[str] = set()
        self.said: dict[int, list[Said]] = defaultdict(list)
        self.stopped: dict[str, dt.datetime] = {}
        self.did: Counter[str] = Counter()

    def act(self, now: dt.datetime) -> int:
        """Read what came, and do what is due; how many things were done."""
        with transaction() as session:
            received = self._post.new(session)
            asked = visits(session, find_round(session, self._round))
        for one in received:
            self._read(one, now)
        for task, enrolment in asked:
            if task not in self._visited and enrolment in self.world.people:
                self._visited.add(task)
                self._plan_visit(task, self.world.people[enrolment], now)
        done = 0
        while self._agenda and self._agenda[0][0] <= now:
            at, _, deed = heapq.heappop(self._agenda)
            deed(at)
            done += 1
        return done

    def _later(self, now: dt.datetime, seconds: float, act: Act) -> None:
        heapq.heappush(self._agenda, (now + dt.timedelta(seconds=seconds), next(self._order), act))

    # --- texts ---

    def _read(self, text: Received, now: dt.datetime) -> None:
        screen = self._texts.screen_of(text.words)
        if screen in ("g14.rt_task", "g29.rw_task"):
            for head in self.world.heads.get(text.number, ()):
                if f" {head.place} " in text.words:
                    self._plan_list(text.number, head, now)
            return
        behind = self.world.behind.get(text.number, ())
        person = next((one for one in behind if one.masked in text.words), None)
        if person is None or person.enrolment in self._done:
            return
        self._last[person.enrolment] = screen
        if screen in ("s1.registered", "s2.registered_dial"):
            self._asked[person.enrolment] += 1
            self._think(person, text.number, screen, now)
        elif screen == "s9.unclear":
            self._later(now, self._pause(person, "reply"), partial(self._answer_back, person, text.number))
        elif screen == "s12.own_word" and chance_of(self.world.seed, "own word", person.worker).random() < 0.75:
            self._reply(person, text.number, self._words(person, characters.means(person.character)), now)

    def _think(self, person: Person, number: str, screen: str, now: dt.datetime) -> None:
        """What somebody does about the question, if it is the one of the texts that is not overlooked."""
        who = person.character
        if who.habit is Habit.IGNORES or self._asked[person.enrolment] != who.reads:
            return
        after = self._pause(person, "answer")
        if who.habit is Habit.STOPS:
            self._later(now, after, partial(self._stop, person, number))
        elif who.holder is not Holder.STRANGER and (who.habit is Habit.CALLS or screen == "s2.registered_dial"):
            self._later(now, after, partial(self._call, person, number, who.hangs_up_after))
        elif who.habit is Habit.RAMBLES and who.holder is Holder.SELF:
            words = characters.rambling(chance_of(self.world.seed, "rambles", person.worker))
            self._later(now, after, partial(self._send, person, number, words, ""))
        elif who.holder is Holder.PARTNER:
            words = characters.for_the_partner(who.statement, chance_of(self.world.seed, "partner", person.worker))
            self._later(now, after, partial(self._send, person, number, words, ""))
        else:
            self._reply(person, number, self._words(person, _statement(who)), now, after)

    def _pause(self, person: Person, what: str) -> float:
        """Seconds until somebody gets round to it: mostly soon, sometimes a long time after."""
        return _TO_READ + min(100.0, chance_of(self.world.seed, what, person.worker).expovariate(1 / 22))

    def _words(self, person: Person, statement: str) -> str:
        return characters.in_words(statement, chance_of(self.world.seed, "words", person.worker))

    def _reply(self, person: Person, number: str, words: str, now: dt.datetime, after: float | None = None) -> None:
        seconds = self._pause(person, "reply") if after is None else after
        self._later(now, seconds, partial(self._send, person, number, words, _statement(person.character)))

    def _answer_back(self, person: Person, number: str, now: dt.datetime) -> None:
        """In digits, where the text that offers them is still the last."""
        said = _statement(person.character)
        in_digits = self._last.get(person.enrolment) == "s9.unclear"
        self._send(person, number, characters.in_digits(said) if in_digits else self._words(person, said), said, now)

    def _send(self, person: Person, number: str, words: str, statement: str, now: dt.datetime) -> None:
        """Text it, until it is acknowledged; `statement`: what it says for good, "" where it is no answer."""
        if person.enrolment in self._done or number in self.stopped:
            return
        try:
            self._carrier.text(number, words, now)
        except NetworkFault:
            self._later(now, 2.0, partial(self._send, person, number, words, statement))
            return
        self.did["text"] += 1
        if statement:
            self._hear(person, "sms", now, statement)
            self._done.add(person.enrolment)

    def _stop(self, person: Person, number: str, now: dt.datetime) -> None:
        try:
            self._carrier.text(number, "STOP", now)
        except NetworkFault:
            self._later(now, 2.0, partial(self._stop, person, number))
            return
        self.did["stop"] += 1
        self.stopped[number] = now
        self._done.add(person.enrolment)

    def _hear(self, person: Person, channel: str, now: dt.datetime, statement: str) -> None:
        self.said[person.enrolment].append(Said(person.enrolment, statement, channel, now))

    # --- calls ---

    def _call(self, person: Person, number: str, hangs_up_after: int | None, now: dt.datetime) -> None:
        """Dial about the cover; whoever was cut off dials again as often as not."""
        if number in self._calling:
            self._later(now, 5.0, partial(self._call, person, number, hangs_up_after))
            return
        chance = chance_of(self.world.seed, "call", person.worker)
        answers = _answers(person.character, unaware_presses_on=chance.random() < 0.4, wrong=chance.random() < 0.05)

        def heard(statement: str) -> None:
            self._hear(person, "ussd", self._now, statement)
            self._done.add(person.enrolment)

        call = phone_calls.about_the_cover(self._screens, person.masked, answers, heard, hangs_up_after)
        self.did["call"] += 1
        self._step(call, number, None, (0.8, 2.0), now)
        if hangs_up_after is not None and chance.random() < 0.5:
            self._later(now, self._pause(person, "redial") + 15, partial(self._call, person, number, None))

    def _plan_list(self, number: str, head: HeadOfRt, now: dt.datetime) -> None:
        """The head of an RT reads that residents of his wait for his word, and dials, or not."""
        chance = chance_of(self.world.seed, "head", head.id)
        if chance.random() >= _HEADS_ACT:
            return
        hasty = chance.random() < _HASTY
        says = (lambda _: "yes") if hasty else partial(_honest, head.residents)
        pin = head.pin or f"{chance.randrange(10**6):06}"
        call = phone_calls.about_residents(self._screens, phone_calls.Head(head.code, pin, head.place, says), chance)
        pace = (0.2, 0.4) if hasty else (0.8, 2.2)
        self.did["head"] += 1
        self._later(now, _TO_READ + chance.uniform(0, 80), partial(self._step, call, number, None, pace))

    def _step(self, call: Call, number: str, shown: str | None, pace: tuple[float, float], now: dt.datetime) -> None:
        """The next thing done in a call, and when the one after it is."""
        if shown is None and number in self._calling:
            self._later(now, 5.0, partial(self._step, call, number, None, pace))
            return
        self._calling.add(number)
        self._now = now
        try:
            deed = call.send(shown)  # type: ignore[arg-type]  # None begins it
            answered = self._carry(deed, number, now)
        except StopIteration:
            self._calling.discard(number)
            return
        except NetworkFault:
            self._carrier.hang_up(number, now)
            self._calling.discard(number)
            self.did["broken call"] += 1
            return
        pause = chance_of(self.world.seed, number, next(self._order)).uniform(*pace)
        self._later(now, pause, partial(self._step, call, number, answered, pace))

    def _carry(self, deed: Deed, number: str, now: dt.datetime) -> str:
        if deed == phone_calls.DIAL:
            return self._carrier.dial(number, now)
        if deed == phone_calls.HANG_UP:
            self.did["hung up"] += 1
            self._carrier.hang_up(number, now)
            return "END "
        return self._carrier.press(number, deed.keys, now)

    # --- visits ---

    def _plan_visit(self, task: int, person: Person, now: dt.datetime) -> None:
        after = chance_of(self.world.seed, "visit", person.worker).uniform(*_VISITS_TAKE)
        self._later(now, after, partial(self._visit, task, person))

    def _visit(self, task: int, person: Person, now: dt.datetime) -> None:
        who = person.character
        own = who.at_a_visit == "answers"
        found = who.statement if own else who.at_a_visit
        with transaction() as session:
            taken = report_visit(session, task, found, self._officer, now=now)
        self.did["visit" if taken else "visit too late"] += 1
        if taken and own:
            self._hear(person, "visit", now, found)
            self._done.add(person.enrolment)


def _statement(who: Character) -> str:
    """What the holder of the phone says of himself when asked for this person."""
    return "not_me" if who.holder is Holder.STRANGER else characters.means(who)


def _answers(who: Character, *, unaware_presses_on: bool, wrong: bool) -> dict[str, str]:
    """What somebody presses on each screen that asks; "" and he hangs up.

    A call has no key for "I did not know that": who did not know mostly hangs up there, or says that it is he.
    """
    knows = who.statement == "confirms" or unaware_presses_on
    return {
        "b5.status_active": ("wrong_data" if wrong else "right") if knows else "",
        "b15.is_this_you": "yes" if knows else "",
        "b9.card": "yes" if who.knows else "unsure",
        "b10.still_working": "moved" if who.fate is Fate.MOVED else "yes",
    }


def _honest(residents: tuple[Person, ...], shown: str) -> str:
    """What an honest head says of a resident, by the name on the screen, of which the end may be cut."""
    person = next((one for one in residents if one.name.casefold().startswith(shown.casefold()[:10])), None)
    if person is None:
        return "yes"
    return {Fate.DEAD: "deceased", Fate.MOVED: "moved"}.get(person.character.fate, "yes")


def main() -> None:
    """Live through the round that is named, then compare."""
    configure()
    [name] = sys.argv[1:]
    folder = settings().data_dir
    assert folder is not None
    facts = json.loads((Path(folder) / "demo.json").read_text(encoding="utf-8"))
    service = Service(facts["url"], facts["webhook_secret"], facts["ussd_code"], facts["texting_number"])
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        held = find_round(session, name)
        world = world_of(session, held)
        since = max(held.started_at or now, now - dt.timedelta(seconds=20))
    people = People(world, OverHttp(service), round_name=name, officer=facts["officer"]["email"], since=since)
    log.info("simulated people", round=name, people=len(world.people), phones=len(world.behind))
    while not _over(people, name):
        time.sleep(EVERY)
    log.info("simulated people end", **people.did)
    with transaction() as session:
        print(outcome(session, find_round(session, name), world.share_that_knows()), flush=True)


def _over(people: People, name: str) -> bool:
    """One look; whether the round has ended. A database that is away is waited for."""
    try:
        people.act(dt.datetime.now(dt.UTC))
        with transaction() as session:
            return find_round(session, name).state in ENDED
    except Unavailable as away:
        log.warning("simulated people wait", reason=type(away).__name__)
        time.sleep(1)
        return False


if __name__ == "__main__":
    main()
