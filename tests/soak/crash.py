"""The crash run: people dial and text while everything is killed; afterwards every acknowledged answer is there once,
and everybody has said and heard what he meant to.

    python -m tests.soak.crash [--people 2000] [--kills 200] [--seed 1] [--round] [--sabotage FAULT] [--logs FOLDER]

Exit 0 when the promise held, 1 when not. With --sabotage it has to be 1; 2 when it was red for another reason.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from tqdm import tqdm

from tests import warm_processes
from tests.soak.crash_round import ask_by_round, close_and_reckon
from tests.soak.crowd import Caller, Log, Network, Text, Texter, a_text, repeat_what_came, report_deliveries
from tests.soak.house import House, build, write_programme
from tests.soak.population import SOMETHING_ELSE, People, settle_in
from tests.soak.reckoning import Verdict, reckon
from tests.soak.sabotaged import NOTICED_AS
from verify_service.conversations.asking import ask_phone
from verify_service.ground import queue
from verify_service.ground.crypto import blind_index
from verify_service.ground.database import Unavailable, forget_engine, transaction
from verify_service.ground.phones import Phone

LINES = 10  # people on the network at once
WITHIN = 10.0  # seconds in which work resumes after Valkey's return
_FOR_ROBOTS = {"parts_seconds": 0}  # nobody here types for seconds; what comes in parts is for the race of texts
LONG = 50  # kills from which the run is long enough to wait until what was doubtful has been repeated

# What is killed, and how often beside the others.
TARGETS = (
    ("web1", 3),
    ("web2", 3),
    ("web1 child", 2),
    ("web2 child", 2),
    ("worker1", 3),
    ("worker2", 2),
    ("worker2 child", 2),
    ("clock", 2),
    ("valkey", 3),
    ("postgres", 2),
    ("postgres backend", 2),
)
OTHER_ILLS = (("flush", 2), ("full disk", 1))
# What brings a fault that was put in to light: acknowledged before it is durable, only a dying PostgreSQL loses it.
SHOWN_BY = {
    "async-commit": (("postgres", 1),),
    "enqueue-first": (("flush", 1), ("valkey", 1), ("worker1", 1)),
    "end-to-all": (("web1", 1), ("worker1", 1)),
    "sends-twice": (("web1", 1), ("clock", 1)),
    "handled-without-evidence": (("web1", 1), ("clock", 1)),
}


@dataclass
class Storm:
    """A run under way: the house, its people, and how far the killing has come."""

    house: House
    people: People
    kills: int
    chance: random.Random
    verdict: Verdict
    log: Log = field(default_factory=Log)
    killed: Counter[str] = field(default_factory=Counter)
    by_round: bool = False
    deadline: float = float("inf")
    over: bool = False

    @property
    def so_far(self) -> int:
        return sum(count for what, count in self.killed.items() if what not in dict(OTHER_ILLS))

    def give_up(self) -> bool:
        return time.monotonic() > self.deadline

    def network(self) -> Network:
        secret = os.environ["VERIFY_WEBHOOK_SECRETS"].split(",")[0]
        return Network(self.house.web, secret, random.Random(self.chance.random()), self.log)


def run(
    people: int,
    kills: int,
    seed: int,
    sabotage: str = "",
    *,
    by_round: bool = False,
    logs: Path | None = None,
    quiet: bool = False,
) -> Verdict:
    """Build the house, let the crowd in, kill, and look at what is left. `by_round`: a round asks those who text."""
    chance = random.Random(seed)
    programme = tempfile.TemporaryDirectory()
    os.environ["VERIFY_PROGRAMME"] = str(write_programme(Path(programme.name), _FOR_ROBOTS))
    house = build(sabotage)
    try:
        storm = Storm(house, settle_in(house.servers.owner_url, people, chance), kills, chance, Verdict())
        storm.by_round = by_round
        house.start()
        ills = _ills(SHOWN_BY.get(sabotage, (*TARGETS, *OTHER_ILLS)), chance)
        _rage(storm, ills, patience=15 if sabotage else 120, quiet=quiet)
        _ask_again(storm)
        _await_rest(storm, 10 if sabotage else 60)
        reckon(house, storm.people, storm.log, storm.verdict)
        if by_round:
            close_and_reckon(house, storm.people.texters, storm.verdict)
        _still_answers(storm)
        return storm.verdict
    finally:
        forget_engine()
        house.stop(logs)
        programme.cleanup()


def _ills(weights: tuple[tuple[str, int], ...], chance: random.Random) -> Iterator[str]:
    """What happens next: everything once, in any order, and then by weight."""
    once = [what for what, _ in weights]
    chance.shuffle(once)
    yield from once
    while True:
        yield chance.choices(once, [dict(weights)[what] for what in once])[0]


# --- the storm ---


def _rage(storm: Storm, ills: Iterator[str], *, patience: float, quiet: bool) -> None:
    """Let people in by and by while the killer works, from the first question on; all end together."""
    later: list[tuple[str, dict[str, str]]] = []
    arrives = _Doorbell(storm.house)
    everybody: list[Caller | Texter] = [*storm.people.callers, *storm.people.texters]
    storm.chance.shuffle(everybody)

    def live(one: Caller | Texter, line: Network) -> None:
        if isinstance(one, Caller):
            one.call(line, storm.give_up)
        else:
            one.text(line, later, arrives, storm.give_up)

    crowd = ThreadPoolExecutor(LINES)
    turns = [crowd.submit(_line, storm, everybody[n::LINES], live) for n in range(LINES)]
    # In the order in which their turns come.
    asked = sorted((one for one in everybody if isinstance(one, Texter)), key=lambda one: everybody.index(one) // LINES)
    others = [
        threading.Thread(target=_ask, args=(storm, asked), daemon=True),
        threading.Thread(target=repeat_what_came, args=(storm.network(), later, lambda: storm.over), daemon=True),
        threading.Thread(
            target=report_deliveries,
            args=(storm.network(), lambda: list(storm.house.handed.all()), lambda: storm.over),
            daemon=True,
        ),
    ]
    for thread in others:
        thread.start()
    with tqdm(total=storm.kills, unit=" kills", desc="crash run", disable=quiet or None, file=sys.stderr) as bar:
        waited = _killer(storm, ills, bar)
    storm.deadline = time.monotonic() + patience  # nothing dies any more: whoever has not finished by then is stuck
    wait(turns, timeout=patience + 30)
    for turn in turns:
        if turn.done() and turn.exception() is not None:
            storm.verdict.faults.append(f"a line broke: {turn.exception()!r}")
    if storm.give_up():
        storm.verdict.faults.append("some people could not finish long after the last kill")
    storm.over = True
    for thread in others:
        thread.join(20)
        if thread.is_alive():
            storm.verdict.faults.append("what was under way beside the calls did not come to an end")
    crowd.shutdown(wait=False, cancel_futures=True)
    storm.verdict.facts |= {"kills": storm.so_far, "killed": dict(storm.killed), "worst": max(waited, default=0.0)}
    if waited and max(waited) > WITHIN:
        storm.verdict.faults.append(f"work resumed {max(waited):.1f} s after Valkey's return")


def _line(storm: Storm, mine: list[Caller | Texter], live: Callable[[Caller | Texter, Network], None]) -> None:
    """One telephone line: its share of the people, spread over the whole storm."""
    network = storm.network()
    for place, person in enumerate(mine):
        while storm.so_far < storm.kills * place / len(mine) and not storm.give_up():
            time.sleep(0.05)
        live(person, network)


def _killer(storm: Storm, ills: Iterator[str], bar: tqdm) -> list[float]:  # type: ignore[type-arg]
    house, chance, network = storm.house, storm.chance, storm.network()
    waited: list[float] = []
    while storm.so_far < storm.kills:
        time.sleep(chance.uniform(0.15, 1.2))
        what = next(ills)
        if what == "flush":
            house.flush_valkey()
            storm.killed[what] += 1
            waited.append(_resumed(house, network, time.monotonic))
            continue
        if what == "full disk":
            if house.fill_disk(chance.uniform(0.5, 1.5)):
                storm.killed[what] += 1
                house.await_ready()
            continue
        before = time.monotonic()
        if not _killed(house, what, chance):
            continue
        storm.killed[what] += 1
        bar.update()
        if what == "valkey":
            waited.append(_resumed(house, network, lambda killed=before: house.back_after(killed)))  # type: ignore[misc]
        elif what.startswith("postgres"):
            time.sleep(0.3)
            house.await_ready()
    return waited


def _killed(house: House, what: str, chance: random.Random) -> bool:
    """Kill it; a job's own process lives for a blink, so wait for one."""
    for _ in range(600):
        if house.kill(what, chance):
            return True
        time.sleep(0.005)
    return False


def _resumed(house: House, network: Network, back: Callable[[], float | None]) -> float:
    """Seconds from Valkey's return until a text, taken meanwhile, was handled by a job."""
    number = f"+62814{network.chance.randrange(10_000_000, 99_999_999)}"
    form = a_text(number, SOMETHING_ELSE, network.chance)
    house.await_ready()
    network.deliver("sms", form, lambda: False)
    network.log.texts[form["id"]] = Text(number, SOMETHING_ELSE, "report")
    taken = time.monotonic()
    while time.monotonic() < taken + 60:
        since = back()
        handled = house.look("SELECT handled_at IS NOT NULL FROM inbound_message WHERE provider_id = %s", [form["id"]])
        if since is not None and handled == [(True,)]:
            return max(0.0, time.monotonic() - max(since, taken))
        time.sleep(0.05)
    return 60.0


# --- questions ---


def _ask(storm: Storm, texters: list[Texter]) -> None:
    """Ask a few at a time, well ahead of their turns, so that senders die with questions in their hands."""
    if storm.by_round:
        ask_by_round(storm.house, texters, max(5.0, 0.4 * storm.kills), storm.give_up)
        return
    chance = random.Random(storm.chance.random())
    place = 0
    while place < len(texters) and not storm.give_up():
        few = texters[place : place + chance.randint(1, 6)]
        for texter, why_not in zip(few, _ask_all(few), strict=True):
            rows = storm.house.look(
                """SELECT outbox.id FROM outbox JOIN phone ON phone.id = phone_id
                   WHERE number_index = %s AND purpose = 'question' ORDER BY outbox.id""",
                [blind_index(texter.number, "phone")],
            )
            if rows:
                texter.question = rows[0][0]
            elif texter.does("wait"):
                storm.log.mistakes.append(f"{texter.number} could not be asked: {why_not}")
        place += len(few)
        while storm.so_far * 1.5 < storm.kills * place / len(texters) - 1 and not storm.give_up():
            time.sleep(0.05)


def _ask_all(texters: list[Texter]) -> list[str | None]:
    """As an officer's command does it, again while the database is away."""
    while True:
        with suppress(*Unavailable):
            with transaction() as session:
                now = dt.datetime.now(dt.UTC)
                said = [ask_phone(session, Phone(texter.number), now=now) for texter in texters]
            queue.nudge(queue.SEND)
            return said
        time.sleep(0.2)


@dataclass
class _Doorbell:
    """Tells a texter whether his question has come: by what the gateway was handed, as his phone would."""

    house: House

    def __call__(self, texter: Texter, give_up: Callable[[], bool]) -> bool:
        """Wait for it. One that perhaps went, as far as the service can know, has to be taken for one that did."""
        while not give_up():
            if texter.question and texter.question in self.house.handed.all():
                return True
            perhaps = "SELECT 1 FROM outbox WHERE id = %s AND (unknowns > 0 OR state IN ('accepted', 'unknown'))"
            if self.house.look(perhaps, [texter.question]):
                return True
            time.sleep(0.2)
        return False


def _ask_again(storm: Storm) -> None:
    """Whoever wants no texts is asked once more, and nothing may come of it."""
    unwilling = [one for one in storm.people.texters if one.done and (one.does("stop") or one.does("opt-out"))]
    storm.house.await_ready()
    until = time.monotonic() + 15
    waiting = "SELECT count(*) FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL"
    while storm.house.look(waiting) != [(0,)] and time.monotonic() < until:
        time.sleep(0.1)
    asked = [one.number for one, why_not in zip(unwilling, _ask_all(unwilling), strict=True) if why_not is None]
    storm.verdict.blame(f"{number} wants no texts and was asked again" for number in asked)


# --- afterwards ---


def _await_rest(storm: Storm, seconds: float) -> None:
    """Everything that waits is worked off, once the leases of dead senders have run out.

    The long form also waits for the repeats of what was doubtful; the short form leaves them for later.
    """
    waiting = {
        "texts": "SELECT count(*) FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL",
        "verdicts": "SELECT count(*) FROM stale_enrolment",
        "outbox": "SELECT count(*) FROM outbox WHERE state = 'sending' OR (state = 'waiting' AND due_at <= now())",
    }
    if storm.kills >= LONG:
        waiting["outbox"] = "SELECT count(*) FROM outbox WHERE state IN ('sending', 'waiting')"
    began = time.monotonic()
    left: dict[str, int] = {}
    while time.monotonic() < began + seconds:
        left = {name: storm.house.look(query)[0][0] for name, query in waiting.items()}
        if not any(left.values()):
            storm.verdict.facts["rest_after"] = round(time.monotonic() - began, 1)
            return
        time.sleep(0.2)
    storm.verdict.faults.append(f"work left long after the storm: {left}")


def _still_answers(storm: Storm) -> None:
    """No talk is stuck: whoever dials gets a screen."""
    network = storm.network()
    mute = []
    for caller in storm.people.callers[:200]:
        form = {"sessionId": f"after-{caller.number}", "phoneNumber": caller.number, "text": ""}
        answer = network.post("ussd", form)
        if answer is None or answer[0] != 200 or not answer[1].startswith("CON "):
            mute.append(f"a phone gets no screen any more: {answer}")
    storm.verdict.blame(mute)
    storm.verdict.facts["hops"] = storm.log.hops


def main() -> None:
    """Run, and print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=2000)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--round", action="store_true", help="a verification round asks those who text")
    asked.add_argument("--sabotage", choices=list(NOTICED_AS), default="")
    asked.add_argument("--logs", type=Path, help="a folder to keep the logs in")
    chosen = asked.parse_args()
    if warm_processes.was_forked():
        warm_processes.begin()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began = time.monotonic()
    verdict = run(chosen.people, chosen.kills, chosen.seed, chosen.sabotage, by_round=chosen.round, logs=chosen.logs)
    print(_in_one_line(verdict, chosen, time.monotonic() - began))
    for fault in verdict.faults[:30]:
        print(f"  {fault}")
    noticed = NOTICED_AS.get(chosen.sabotage, "")
    if verdict.faults and not any(noticed in fault for fault in verdict.faults):
        print(f"  red, but not by what {chosen.sabotage} does: {noticed!r}")
        raise SystemExit(2)
    raise SystemExit(1 if verdict.faults else 0)


def _in_one_line(verdict: Verdict, chosen: argparse.Namespace, seconds: float) -> str:
    facts = verdict.facts
    round_told = f"a round of {facts.get('round')} people, each asked once and counted once; " if chosen.round else ""
    return (
        f"crash run seed {chosen.seed}{' sabotage ' + chosen.sabotage if chosen.sabotage else ''}: "
        f"{'RED' if verdict.faults else 'green'}. "
        f"{chosen.people} people, {facts.get('kills')} kills {facts.get('killed')}, {facts.get('hops')} requests, "
        f"{facts.get('acknowledged')} acknowledged answers (and {facts.get('silent')} kept without a reply; the plans "
        f"come to {facts.get('expected')}): {facts.get('lost')} lost, {facts.get('twice')} twice, "
        f"{facts.get('unsaid')} that nobody gave; {facts.get('texts')} texts each stored and answered once; "
        f"{facts.get('doubtful')} of ours in doubt, {facts.get('repeated')} of {facts.get('handed')} handed over "
        f"again, none to {facts.get('unwanted')} who want none; {facts.get('reported')} reported on; "
        f"{facts.get('reports')} reports, {facts.get('tasks')} tasks; "
        f"{facts.get('verdicts')} verdicts as the oracle's; "
        f"{round_told}"
        f"Valkey back, work resumed within {facts.get('worst', 0):.1f} s; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
