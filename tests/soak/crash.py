"""The crash run: people dial and text while everything is killed; afterwards every acknowledged answer is there once.

    python -m tests.soak.crash [--people 2000] [--kills 200] [--seed 1] [--sabotage async-commit | enqueue-first]

Exit 0 when the promise held, 1 when not. With --sabotage it has to be 1.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog
from tqdm import tqdm

from tests.soak.crowd import Caller, Log, Network, Texter, a_text, plans, repeat_texts
from tests.soak.house import House, build

LINES = 10  # people on the network at once
PER_RT = 4
WITHIN = 10.0  # seconds in which work resumes after Valkey's return
PIN = "385016"

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
SHOWN_BY = {"async-commit": (("postgres", 1),), "enqueue-first": (("flush", 1), ("valkey", 1), ("worker1", 1))}


@dataclass
class Verdict:
    """What the run came to."""

    faults: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def run(people: int, kills: int, seed: int, sabotage: str = "", *, quiet: bool = False) -> Verdict:
    """Build the house, let the crowd in, kill, and look at what is left."""
    chance = random.Random(seed)
    house = build(sabotage)
    try:
        callers, texters = _settle_in(house, people, chance)
        house.start()
        log, verdict = Log(), Verdict()
        _await_questions(house, len(texters))
        ills = [what for what, weight in SHOWN_BY.get(sabotage, (*TARGETS, *OTHER_ILLS)) for _ in range(weight)]
        _storm(house, callers, texters, kills, ills, chance, log, verdict, quiet=quiet)
        if not sabotage:
            _await_rest(house, verdict)
        else:
            time.sleep(5)
        from tests.soak.reckoning import reckon

        reckon(house, log, verdict)
        _still_answers(house, callers, chance, log, verdict)
        return verdict
    finally:
        house.stop()


# --- who lives here ---


def _settle_in(house: House, people: int, chance: random.Random) -> tuple[list[Caller], list[Texter]]:
    """Workers with phones, RT heads with PINs; a third answer by SMS."""
    from tests.people import a_worker, an_rt_head

    draw = plans(chance)
    callers: list[Caller] = []
    texters: list[Texter] = []
    heads = people // 10
    with psycopg.connect(house.servers.owner_url) as db:
        for number in range(people - heads):
            rt = f"{number // PER_RT % 999 + 1:03}" if number < heads * PER_RT else "999"
            phone = f"+62812{10_000_000 + number}"
            someone = a_worker(
                db, nik=f"{3275_0101_0190_0000 + number}", name=f"Tono {number:05}", phone=phone, rt=rt,
                rw=f"{number // PER_RT // 999 + 1:03}", row=number + 2,
            )  # fmt: skip
            if number % 3 == 0:
                texters.append(Texter(phone, someone.enrolment, _words(chance)))
            else:
                callers.append(Caller(phone, someone.enrolment, next(draw)))
        for number in range(heads):
            phone = f"+62813{10_000_000 + number}"
            an_rt_head(db, phone, rt=f"{number % 999 + 1:03}", rw=f"{number // 999 + 1:03}", pin=PIN)
            first = number * PER_RT
            residents = {
                f"Tono {n:05}": (_enrolment(db, n), chance.choice("1112345")) for n in range(first, first + PER_RT)
            }
            callers.append(Caller(phone, plan={"pin": PIN, "role": "1"}, residents=residents))
    chance.shuffle(callers)
    _ask(texters)
    return callers, texters


def _enrolment(db: Any, number: int) -> int:
    (found,) = db.execute("SELECT id FROM enrolment WHERE row = %s", [number + 2]).fetchone()
    return int(found)


def _words(chance: random.Random) -> tuple[str, ...]:
    first = chance.choice(("YA", "TIDAK", "tidak tahu", "1", "2"))
    more = chance.random()
    if more < 0.3:
        return (first, chance.choice(("YA", "TIDAK")))  # corrects it within ten minutes
    return (first, "kartu saya hilang pak") if more < 0.5 else (first,)


def _ask(texters: list[Texter]) -> None:
    from verify_service.conversations.asking import ask_phone
    from verify_service.ground.database import forget_engine, transaction
    from verify_service.ground.phones import Phone

    with transaction() as session:
        for texter in texters:
            why_not = ask_phone(session, Phone(texter.number), now=dt.datetime.now(dt.UTC))
            assert why_not is None, why_not
    forget_engine()


def _await_questions(house: House, asked: int) -> None:
    """Nothing is killed before the questions are out: an answer to one that never went is none."""
    with psycopg.connect(house.servers.owner_url, autocommit=True) as db:
        for _ in range(600):
            if db.execute("SELECT count(*) FROM outbox WHERE state = 'accepted'").fetchone() == (asked,):
                return
            time.sleep(0.1)
    raise TimeoutError("the questions were not sent within a minute")


# --- the storm ---


def _storm(
    house: House,
    callers: list[Caller],
    texters: list[Texter],
    kills: int,
    ills: list[str],
    chance: random.Random,
    log: Log,
    verdict: Verdict,
    *,
    quiet: bool,
) -> None:
    """Let people in by and by while the killer works; both end together."""
    secret = os.environ["VERIFY_WEBHOOK_SECRETS"].split(",")[0]
    done = Counter[str]()
    progress = {"kills": 0, "over": False}
    until = [float("inf")]
    later: list[dict[str, str]] = []

    def network(salt: int) -> Network:
        return Network(house.web, secret, random.Random(f"{chance.random()}{salt}"), log)

    def give_up() -> bool:
        return time.monotonic() > until[0]

    work: list[Callable[[Network], object]] = [lambda line, one=one: one.call(line, give_up) for one in callers]  # type: ignore[misc]
    work += [lambda line, one=one: one.text(line, later, give_up) for one in texters]  # type: ignore[misc]
    chance.shuffle(work)
    crowd = ThreadPoolExecutor(LINES)
    turns = [crowd.submit(_line, network(n), work, n, progress, kills) for n in range(LINES)]
    repeats = threading.Thread(target=repeat_texts, args=(network(99), later, lambda: progress["over"]), daemon=True)
    repeats.start()
    with tqdm(total=kills, unit=" kills", desc="crash run", disable=quiet or None, file=sys.stderr) as bar:
        waited = _killer(house, kills, ills, chance, network(98), done, progress, bar)
    progress["kills"] = kills
    until[0] = time.monotonic() + 120  # nothing dies any more: whoever has not finished by then is stuck
    wait(turns, timeout=150)
    for turn in turns:
        if turn.done() and turn.exception() is not None:
            verdict.faults.append(f"a line broke: {turn.exception()!r}")
    if give_up():
        verdict.faults.append("some people could not finish within two minutes after the last kill")
    progress["over"] = True
    repeats.join(5)
    crowd.shutdown(wait=False, cancel_futures=True)
    verdict.facts |= {"kills": sum(n for what, n in done.items() if what not in dict(OTHER_ILLS)), "killed": dict(done)}
    verdict.facts["worst_return"] = max(waited, default=0.0)
    if waited and max(waited) > WITHIN:
        verdict.faults.append(f"work resumed {max(waited):.1f} s after Valkey's return")


def _line(
    network: Network, work: list[Callable[[Network], object]], number: int, progress: dict[str, Any], kills: int
) -> None:
    """One telephone line: its share of the people, spread over the whole storm."""
    mine = work[number::LINES]
    for place, person in enumerate(mine):
        while progress["kills"] < kills * place / len(mine):
            time.sleep(0.05)
        person(network)


def _killer(
    house: House,
    kills: int,
    ills: list[str],
    chance: random.Random,
    network: Network,
    done: Counter[str],
    progress: dict[str, Any],
    bar: Any,
) -> list[float]:
    waited: list[float] = []
    while progress["kills"] < kills:
        time.sleep(chance.uniform(0.15, 1.2))
        what = chance.choice(ills)
        if what == "flush":
            house.flush_valkey()
            done[what] += 1
            waited.append(_resumed(house, network, time.monotonic))
            continue
        if what == "full disk":
            if house.fill_disk(chance.uniform(0.5, 1.5)):
                done[what] += 1
                house.await_ready()
            continue
        before = time.monotonic()
        if not house.kill(what, chance):
            continue
        done[what] += 1
        progress["kills"] += 1
        bar.update()
        if what == "valkey":
            waited.append(_resumed(house, network, lambda killed=before: house.back_after(killed)))  # type: ignore[misc]
        elif what.startswith("postgres"):
            time.sleep(0.3)
            house.await_ready()
    return waited


def _resumed(house: House, network: Network, back: Callable[[], float | None]) -> float:
    """Seconds from Valkey's return until a text, taken meanwhile, was handled by a job."""
    form = a_text("+6281399999999", f"coba {network.chance.random()}", network.chance)
    house.await_ready()
    while True:
        answer = network.post("sms", form)
        if answer is not None and answer[0] == 200:
            break
        time.sleep(0.1)
    network.log.texts[form["id"]] = form["text"]
    taken = time.monotonic()
    with psycopg.connect(house.servers.owner_url, autocommit=True) as db:
        while time.monotonic() < taken + 60:
            since = back()
            row = db.execute(
                "SELECT handled_at IS NOT NULL FROM inbound_message WHERE provider_id = %s", [form["id"]]
            ).fetchone()
            if since is not None and row == (True,):
                return max(0.0, time.monotonic() - max(since, taken))
            time.sleep(0.05)
    return 60.0


# --- afterwards ---


def _await_rest(house: House, verdict: Verdict) -> None:
    """Everything that waits is worked off, leases of dead senders included."""
    waiting = {
        "texts": "SELECT count(*) FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL",
        "verdicts": "SELECT count(*) FROM stale_enrolment",
        "outbox": """SELECT count(*) FROM outbox WHERE (state = 'waiting' AND due_at <= now())
                     OR (state = 'sending' AND lease_until <= now() - interval '5 seconds')""",
    }
    began = time.monotonic()
    left: dict[str, int] = {}
    with psycopg.connect(house.servers.owner_url, autocommit=True) as db:
        while time.monotonic() < began + 60:
            left = {name: db.execute(query).fetchone()[0] for name, query in waiting.items()}  # type: ignore[index]
            if not any(left.values()):
                verdict.facts["rest_after"] = round(time.monotonic() - began, 1)
                return
            time.sleep(0.2)
    verdict.faults.append(f"work left over a minute after the storm: {left}")


def _still_answers(house: House, callers: list[Caller], chance: random.Random, log: Log, verdict: Verdict) -> None:
    """No talk is stuck: whoever dials gets a screen."""
    secret = os.environ["VERIFY_WEBHOOK_SECRETS"].split(",")[0]
    network = Network(house.web, secret, chance, log)
    asked = callers[:200]
    for caller in asked:
        form = {"sessionId": f"after-{caller.number}", "phoneNumber": caller.number, "text": ""}
        answer = network.post("ussd", form)
        if answer is None or answer[0] != 200 or not answer[1].startswith("CON "):
            verdict.faults.append(f"a phone gets no screen any more: {answer}")
    verdict.facts["dialled_after"] = len(asked)
    verdict.facts["hops"] = log.hops


def main() -> None:
    """Run, and print one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=2000)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--sabotage", choices=["async-commit", "enqueue-first"], default="")
    chosen = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began = time.monotonic()
    verdict = run(chosen.people, chosen.kills, chosen.seed, chosen.sabotage)
    facts = verdict.facts
    state = "RED" if verdict.faults else "green"
    print(
        f"crash run seed {chosen.seed}{' sabotage ' + chosen.sabotage if chosen.sabotage else ''}: {state}. "
        f"{chosen.people} people, {facts.get('kills')} kills {facts.get('killed')}, {facts.get('hops')} requests, "
        f"{facts.get('acknowledged')} acknowledged answers: {facts.get('lost')} lost, {facts.get('twice')} twice, "
        f"{facts.get('unsaid')} that nobody gave; {facts.get('texts')} texts each stored once; "
        f"{facts.get('verdicts')} verdicts as the oracle's; Valkey back, work resumed within "
        f"{facts.get('worst_return', 0):.1f} s; {time.monotonic() - began:.0f} s"
    )
    for fault in verdict.faults[:20]:
        print(f"  {fault}")
    raise SystemExit(1 if verdict.faults else 0)


if __name__ == "__main__":
    main()
