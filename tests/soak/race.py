"""The race: phones that repeat, drop, interleave and overtake themselves against two web processes; afterwards reports,
proposals, answers and verdicts are those of an oracle that was told what every phone was shown.

    python -m tests.soak.race [--phones 200] [--talks 6] [--seconds 600] [--seed 1] [--sabotage FAULT] [--logs FOLDER]

Exit 0 when they are, 1 when not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import structlog
from tqdm import tqdm

from tests import warm_processes
from tests.people import a_worker, link
from tests.soak.errands import Insured, Person, Plan
from tests.soak.house import House, build, write_programme
from tests.soak.race_reckoning import Reckoning
from tests.soak.racers import Log, Network, Phone
from tests.soak.reckoning import Verdict
from tests.soak.sabotaged import IN_RACE
from verify_service.ground.database import forget_engine

_BUSY = 10_000  # one hop in so many may be told that the service is busy, for want of time alone, and is made again
_FOR_WANT_OF_TIME = ("ConnectionLost", "OperationalError", "TimeoutError")
# What keeps people apart from robots would only stop these robots.
_LIMITS = {
    "hops_per_minute": 100_000,
    "link_tries_per_day": 1_000,
    "number_tries_per_day": 1_000,
    "proposals_per_day": 1_000,
}


def run(
    phones: int, talks: int, seconds: float, seed: int, sabotage: str, logs: Path | None, *, quiet: bool = False
) -> Verdict:
    """Build the house, let the phones race, and look at what is left."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VERIFY_PROGRAMME"] = str(write_programme(Path(folder), _LIMITS))
        house = build(sabotage)
        house.commands = {name: how for name, how in house.commands.items() if name in ("web1", "web2", "worker1")}
        verdict, log = Verdict(), Log()
        try:
            people = list(_settle_in(house.servers.owner_url, phones, chance))
            house.start()
            network = Network(house.web, os.environ["VERIFY_WEBHOOK_SECRETS"].split(",")[0], log)
            niks = [f"{3275_0202_0280_0000 + place}" for place in range(phones // 4 + 1)]
            racers = [_racer(person, place, talks, niks, network, chance) for place, person in enumerate(people)]
            _pair(racers, chance)
            asyncio.run(_race(racers, seconds, quiet))
            _await_verdicts(house, verdict)
            Reckoning(house, people, log, verdict).all()
            _complaints(house, log, verdict)
            verdict.facts["counts"] = log.counts
            return verdict
        finally:
            forget_engine()
            house.stop(logs)


# --- who races ---


def _settle_in(owner_url: str, phones: int, chance: random.Random) -> Iterator[Person]:
    """Phones of one worker, of two, of one who has another phone as well, and phones that nobody knows."""
    other: Insured | None = None
    with psycopg.connect(owner_url) as db:
        for place in range(phones):
            number = f"+62812{20_000_000 + place}"
            match place % 10:
                case 0:
                    workers = [_insured(db, 2 * place + one, number, chance) for one in range(2)]
                    yield Person(number, workers)
                case 1 | 2:  # the second is the other phone of the first one's worker
                    other = _insured(db, 2 * place, number, chance) if other is None else other
                    if place % 10 == 2:
                        link(db, number, other.worker)
                    yield Person(number, [other])
                    other = other if place % 10 == 1 else None
                case 3:
                    yield Person(number, [_insured(db, 2 * place, None, chance)], known=False, linked=False)
                case 4:
                    yield Person(number, [], known=False, linked=False)
                case 5:
                    yield Person(number, [_insured(db, 2 * place, number, chance, new=True)], known=False)
                case _:
                    yield Person(number, [_insured(db, 2 * place, number, chance)])


def _insured(db: Any, place: int, phone: str | None, chance: random.Random, *, new: bool = False) -> Insured:
    state = chance.choice(("active", "active", "active", "unpaid", "inactive", "not_found"))
    someone = a_worker(
        db,
        nik=f"{3275_0101_0190_0000 + place}",
        name=f"Tono {place:05}",
        phone=phone,
        insurer=None if state == "not_found" else state,
        language=None if new else "id",
        noticed=not new,
        row=place + 2,
    )
    return Insured(someone.worker, someone.enrolment, someone.nik, someone.code, state)


def _racer(person: Person, place: int, talks: int, niks: list[str], network: Network, chance: random.Random) -> Phone:
    plans = [_plan(person, f"{place}-{talk}", niks, chance) for talk in range(talks)]
    if person.workers and not person.linked:
        plans[chance.randrange(len(plans))] = Plan("link", _of_cover(person, chance))
    elif person.workers and chance.random() < 0.1:
        plans[-1] = Plan("cover", _of_cover(person, chance) | {"status": "not_me"})
    if place % 10 == 6:
        plans += _to_and_fro(chance)
    again = chance.randrange(len(plans))  # one thing is called for twice, in the same words
    plans.insert(again, plans[again]) if not plans[again].alone else None
    return Phone(person, plans, network, random.Random(chance.random()), carrier=place % 3 == 1)


def _to_and_fro(chance: random.Random) -> list[Plan]:
    """A wish that is met, uttered anew, and then said not to have been met: the same may be open only once."""
    utter = Plan("settings", {"wish": chance.choice(("see", "delete"))})
    marks = (("newest", "solved"), ("solved", "still"))
    met, not_met = (
        Plan("follow", {"from list": False, "mistyped": False, "which": which, "mark": mark}) for which, mark in marks
    )
    return [utter, met, utter, not_met]


def _pair(racers: list[Phone], chance: random.Random) -> None:
    """Both phones of a worker begin with the same report, so that they come to it at the same moment."""
    for first, second in pairwise(racers):
        if first.person.workers and first.person.workers == second.person.workers:
            said = _of_cover(first.person, chance) | {"officer": True, "money": "2"}
            first.plans.insert(0, Plan("cover", said))
            second.plans.insert(0, Plan("cover", said))


def _plan(person: Person, name: str, niks: list[str], chance: random.Random) -> Plan:
    kinds = ["report", "report", "urgent", "follow", "follow", "follow", "propose", "benefits", "settings"]
    kind = chance.choice(kinds + ["cover"] * 4 * (person.linked is True))
    if kind == "cover":
        return Plan(kind, _of_cover(person, chance))
    words = f"laporan {name} minta Rp50{chance.choice((' ribu', '*000', ' rb, pak'))}"
    said = {
        "category": chance.choice("123467"),
        "about": chance.choice("123"),
        "identity": chance.choice("1123"),
        "contact": chance.choice("123"),
        "urgency": chance.choice("12"),
        "words": words,
        "from list": chance.random() < 0.5,
        "mistyped": chance.random() < 0.2,
        "which": chance.choice(("any", "any", "newest", "solved")),
        "mark": chance.choice(("still", "solved", "solved", "supervisor")),
        "neighbour": chance.random() < 0.6,
        "nik": chance.choice(niks),
        "name": "Budi Hartono" if chance.random() < 0.5 else "Siti Aminah",
        "job": chance.choice("12345678"),
        "area": chance.choice("123"),
        "rt_rw": f"{chance.randint(1, 30):03}{chance.randint(1, 20):03}",
        "member": chance.choice("1234"),
        "topic": chance.choice("135"),
        "answer": chance.choice("123"),
        "wish": chance.choice(("stop", "see", "delete", *(["correct"] if len(person.workers) < 2 else []))),
    }
    return Plan(kind, (_of_cover(person, chance) if person.workers else {}) | said)


def _of_cover(person: Person, chance: random.Random) -> dict[str, Any]:
    return {
        "worker": chance.choice(person.workers),
        "status": chance.choice(("right", "right", "wrong_data")),
        "officer": chance.random() < 0.5,
        "field": chance.choice("123456"),
        "card": chance.choice("123"),
        "work": chance.choice("11111234"),
        "money": chance.choice("1223"),
    }


# --- the race, and what is awaited after it ---


async def _race(racers: list[Phone], seconds: float, quiet: bool) -> None:
    """Everybody at once; who has not begun a talk in time leaves it."""
    until = time.monotonic() + seconds
    with tqdm(total=len(racers), unit=" phones", desc="race", disable=quiet or None, file=sys.stderr) as bar:

        async def live(racer: Phone) -> None:
            await racer.live(lambda: time.monotonic() > until)
            bar.update()

        await asyncio.gather(*map(live, racers))


def _await_verdicts(house: House, verdict: Verdict) -> None:
    until = time.monotonic() + 60
    while house.look("SELECT count(*) FROM stale_enrolment") != [(0,)]:
        if time.monotonic() > until:
            verdict.faults.append("verdicts are still stale a minute after the race")
            return
        time.sleep(0.2)


def _complaints(house: House, log: Log, verdict: Verdict) -> None:
    """What the service itself complains of, and how many hops it put off."""
    for name in ("web1", "web2", "worker1"):
        lines = (house.folder / f"{name}.log").read_text(errors="replace").splitlines()
        faults = [line for line in lines if '"level": "error"' in line or "Traceback" in line]
        faults += [
            line for line in lines if "hop not heard" in line and not any(why in line for why in _FOR_WANT_OF_TIME)
        ]
        verdict.blame(f"{name} logged: {line[:300]}" for line in faults)
    counts = log.counts
    if counts["refused"]:
        verdict.faults.append(f"{counts['refused']} hops were not answered with 200")
    if (busy := counts["busy"] + counts["unanswered"]) > 1 + counts["hops"] // _BUSY:
        verdict.faults.append(f"{busy} of {counts['hops']} hops found the service busy")


def main() -> None:
    """Run, and print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--phones", type=int, default=200)
    asked.add_argument("--talks", type=int, default=6, help="what each phone calls for")
    asked.add_argument("--seconds", type=float, default=600, help="after which nobody begins another talk")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--sabotage", choices=list(IN_RACE), default="")
    asked.add_argument("--logs", type=Path, help="a folder to keep the logs in")
    chosen = asked.parse_args()
    if warm_processes.was_forked():
        warm_processes.begin()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began = time.monotonic()
    verdict = run(chosen.phones, chosen.talks, chosen.seconds, chosen.seed, chosen.sabotage, chosen.logs)
    print(_in_one_line(verdict, chosen, time.monotonic() - began))
    for fault in verdict.faults[:30]:
        print(f"  {fault}")
    raise SystemExit(1 if verdict.faults else 0)


def _in_one_line(verdict: Verdict, chosen: argparse.Namespace, seconds: float) -> str:
    facts, counts = verdict.facts, verdict.facts["counts"]
    return (
        f"race seed {chosen.seed}{' sabotage ' + chosen.sabotage if chosen.sabotage else ''}: "
        f"{'RED' if verdict.faults else 'green'}. "
        f"{chosen.phones} phones, {counts['hops']} hops, {counts['repeats']} repeats, {counts['stale']} stale, "
        f"{counts['lost']} replies lost, {counts['drops']} drops, {counts['interleaved']} interleaved sessions, "
        f"{counts['overtaken']} overtaken, {counts['meetings']} reports and proposals made by two at one moment; "
        f"as the oracle's: evidence {facts['evidence']}, reports {facts['reports']} with {facts['marks']} marks, "
        f"proposals {facts['proposals']}, verdicts {facts['verdicts']}, answers on what the cover is for "
        f"{facts['learned']}, numbers {facts['numbers']}; {facts['lost']} lost, {facts['twice']} twice; "
        f"{counts['busy']} busy, {counts['refused']} refused; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
