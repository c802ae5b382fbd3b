"""The race of texts: phones whose texts come in bursts, twice, in parts, late, before their question, behind an outage
or a backlog, by clocks that are wrong; afterwards each text has become what an oracle says that its writer meant.

    python -m tests.soak.texts [--phones 320] [--rounds 4] [--seed 1] [--sabotage FAULT] [--logs FOLDER]

A real web process, two real workers, a clock, PostgreSQL and Valkey; the gateway is a stand-in of Kannel's sendsms, and
texts come by two webhooks. A round has one wrong clock. Exit 0 when nothing was lost, doubled, borrowed or misheard, 1
when something was; with --sabotage it has to be 1, and 2 when it was red for another reason.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import redis
import structlog
from tqdm import tqdm

from tests import warm_processes
from tests.people import a_worker
from tests.soak.house import House, build, write_programme
from tests.soak.sabotaged import IN_TEXTS, TEXTS_NOTICED_AS
from tests.soak.situations import NO_WORKER, OUTAGE, SITUATIONS, SLOW, STAGES, UPGRADE
from tests.soak.texters import CLOCKS, PART, READ, Network, Phone, Stage, Worker, World
from tests.soak.texts_reckoning import KINDS, Reckoned, Tables, reckon
from tests.standins.kannel import Box, Handed, standing_in
from verify_service.conversations.asking import ask_phone
from verify_service.ground import crypto, programme, queue, settings
from verify_service.ground.database import forget_engine, transaction
from verify_service.ground.phones import Phone as Number

_NAMES = ("Sari", "Budi", "Dewi", "Agus", "Wati", "Joko", "Rina", "Eko")
_ARRIVING = 45.0  # seconds in which all who wait for something to happen must have come to it
_LONG_OUTAGE, _SHORT_OUTAGE = 6.0, 3.5  # seconds
_MUTE = "worker2"  # none of its log lines can be written

# The tables refuse whatever becomes of some texts, and take long over others.
_HARD_TEXTS = """
CREATE FUNCTION hard_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.handled_at IS NOT NULL AND OLD.handled_at IS NULL THEN
    IF NEW.provider_id LIKE 'poison-%' THEN RAISE EXCEPTION 'poison' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.provider_id LIKE 'slow-%' THEN PERFORM pg_sleep(6); END IF;
  END IF;
  RETURN NEW; END $$;
CREATE TRIGGER hard_text BEFORE UPDATE ON inbound_message FOR EACH ROW EXECUTE FUNCTION hard_text()
"""
_FOR_A_RACE = {"read_seconds": READ, "parts_seconds": PART, "pause_minutes": 0, "same_text_most": 100}


def run(
    phones: int,
    rounds: int,
    seed: int,
    sabotage: str = "",
    *,
    only: str | None = None,
    slow: float = 0.0,
    logs: Path | None = None,
) -> tuple[Reckoned, Any]:
    """Build the house, let the phones text, and look at what is left."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, standing_in() as box:
        os.environ["VERIFY_PROGRAMME"] = str(write_programme(Path(folder), _FOR_A_RACE))
        box.delay = slow
        house = _furnished(build(sabotage), box, sabotage)
        try:
            settings.settings.cache_clear()
            programme.programme.cache_clear()
            house.start()
            everybody = asyncio.run(_rounds(house, box, phones, rounds, seed, only, chance, 12.0 if sabotage else 60.0))
            waited = _await_rest(house)
            tables = _tables(house, waited)
            reckoned = reckon(everybody, tables)
            for phone in [phone for phone in everybody if any(phone.number in why for why in reckoned.faults)][:3]:
                reckoned.faults += _history(phone, tables)
            reckoned.faults += _complaints(house)
            return reckoned, everybody
        finally:
            forget_engine()
            (house.folder / f"{_MUTE}.log").unlink(missing_ok=True)
            house.stop(logs)


def _furnished(house: House, box: Box, sabotage: str) -> House:
    """One web process, two workers that differ in whether their logs can be written, and the stand-in as gateway."""
    os.environ.update(
        VERIFY_GATEWAY="kannel",
        VERIFY_KANNEL_URL=box.url,
        VERIFY_KANNEL_USERNAME="verify",
        VERIFY_KANNEL_PASSWORD="password",
        VERIFY_PUBLIC_URL="http://127.0.0.1:9",
    )
    web = house.commands["web1"]
    house.web = (house.web[0], house.web[0])
    works = ["-m", "tests.soak.working", "texting", sabotage]
    house.commands = {"web1": web, "worker1": works, "worker2": works, "clock": ["-m", "jobs.clock"]}
    (house.folder / f"{_MUTE}.log").symlink_to("/dev/full")
    with psycopg.connect(house.servers.owner_url, autocommit=True) as db:
        db.execute(_HARD_TEXTS)
    return house


# --- the rounds ---


async def _rounds(
    house: House,
    box: Box,
    phones: int,
    rounds: int,
    seed: int,
    only: str | None,
    chance: random.Random,
    patience: float,
) -> list[Phone]:
    secret = os.environ["VERIFY_WEBHOOK_SECRETS"].split(",")[0]
    network = Network(house.web[0], secret)
    clocks = [clock for clock in CLOCKS if clock != "right"]
    everybody: list[Phone] = []
    by_number: dict[str, Phone] = {}

    def keep(text: Handed) -> None:
        by_number[text.number].got.append(text)

    box.keep = keep
    with tqdm(total=rounds * phones, unit=" phones", desc="texts", disable=None, file=sys.stderr) as bar:
        for turn in range(rounds):
            network.clock = clocks[(turn + seed - 1) % len(clocks)]
            short = rounds == 1
            world = World(network, _asks(), later=4.0 if short else 15.0, patience=patience)
            people = _settle_in(house.servers.owner_url, turn, phones, only, world, chance)
            everybody += people
            by_number |= {phone.number: phone for phone in people}
            await _round(house, box, people, world, bar, _SHORT_OUTAGE if short else _LONG_OUTAGE)
    return everybody


def _settle_in(
    owner_url: str, turn: int, phones: int, only: str | None, world: World, chance: random.Random
) -> list[Phone]:
    """As many phones for each situation, with the workers that they answer for."""
    people = []
    with psycopg.connect(owner_url, autocommit=True) as db:
        for place, name in zip(range(phones), _names(only), strict=False):
            number = f"+62812{30_000_000 + turn * 10_000 + place}"
            workers = [_worker(db, turn, 2 * place + one, number, chance) for one in range(SITUATIONS[name].workers)]
            gateway = "kannel" if (place // len(SITUATIONS) + place) % 2 else "africastalking"
            people.append(Phone(number, workers, gateway, name, world, random.Random(chance.random())))
    for phone in people:
        for stage in SITUATIONS[phone.situation].stages:
            world.stage(stage).awaited += 1
    return people


def _names(only: str | None) -> Iterator[str]:
    """Every situation in turn; a single text takes long, or no worker were free beside it."""
    slow = "a slow text"
    if only is None or SLOW in SITUATIONS[only].stages:
        yield slow
    yield from cycle(name for name in SITUATIONS if name == only or (only is None and name != slow))


def _worker(db: Any, turn: int, place: int, number: str, chance: random.Random) -> Worker:
    name = f"{_NAMES[place % len(_NAMES)]} Suhartono"
    someone = a_worker(
        db, nik=f"{3275_0303_0190_0000 + turn * 20_000 + place}", name=name, phone=number, row=turn * 20_000 + place + 2
    )
    return Worker(someone.worker, someone.enrolment, name)


async def _round(house: House, box: Box, people: Sequence[Phone], world: World, bar: Any, outage: float) -> None:
    async def live(phone: Phone, after: float) -> None:
        await asyncio.sleep(after)
        situation = SITUATIONS[phone.situation]
        await phone.live(situation.script, situation.stages)
        bar.update()

    spread = min(8.0, len(people) / 25)
    lives = [asyncio.create_task(live(phone, spread * place / len(people))) for place, phone in enumerate(people)]
    for name in STAGES:
        stage = world.stage(name)
        if stage.awaited:
            await _happens(house, box, people, stage, outage)
    await asyncio.gather(*lives)


async def _happens(house: House, box: Box, people: Sequence[Phone], stage: Stage, outage: float) -> None:
    """Once all are there, let it happen, wait until they have done what they do in it, and mend it."""
    until = time.monotonic() + _ARRIVING
    while stage.there < stage.awaited and time.monotonic() < until:
        await asyncio.sleep(0.05)
    if stage.name == OUTAGE:
        box.away()
    elif stage.name == NO_WORKER:
        await asyncio.to_thread(house.take_away, "worker1", "worker2")
    elif stage.name == UPGRADE:
        await asyncio.to_thread(_upgrade, house, [phone for phone in people if phone.situation.startswith("upg")])
    began = time.monotonic()
    stage.begun.set()
    while stage.done < stage.awaited:
        await asyncio.sleep(0.05)
    if stage.name == OUTAGE:
        await asyncio.sleep(max(0.0, began + outage - time.monotonic()))
        box.back()
    elif stage.name == NO_WORKER:
        await asyncio.to_thread(_bring_workers_back, house)
    stage.over.set()


def _bring_workers_back(house: House) -> None:
    """Both, until they wait for jobs: they have to import everything first."""
    valkey = redis.Redis.from_url(house.servers.redis_url)
    before = valkey.smembers("rq:workers")
    house.bring_back("worker1", "worker2")
    until = time.monotonic() + 30
    while len(valkey.smembers("rq:workers") - before) < 2 and time.monotonic() < until:
        time.sleep(0.1)


def _upgrade(house: House, phones: Sequence[Phone]) -> None:
    """The talks of these phones are an older release's, which knew other things of callers."""
    numbers = [crypto.blind_index(phone.number, "phone") for phone in phones]
    with psycopg.connect(house.servers.owner_url, autocommit=True) as db:
        rows = db.execute(
            """SELECT conversation.id, talk FROM conversation JOIN phone ON phone.id = phone_id
               WHERE number_index = ANY(%s) AND channel = 'talk' AND talk IS NOT NULL""",
            [numbers],
        ).fetchall()
        for conversation, talk in rows:
            stored = json.loads(crypto.unseal(talk, "conversation.talk"))
            stored["caller"].update(version=0, something_old=1)
            older = crypto.seal(json.dumps(stored), "conversation.talk")
            db.execute("UPDATE conversation SET talk = %s WHERE id = %s", [older, conversation])


def _asks() -> Any:
    def ask(number: str) -> None:
        with transaction() as session:
            why_not = ask_phone(session, Number(number), now=dt.datetime.now(dt.UTC))
        if why_not is not None:
            raise AssertionError(f"{number} could not be asked: {why_not}")
        queue.nudge(queue.SEND)

    async def asks(number: str) -> None:
        await asyncio.to_thread(ask, number)

    return asks


# --- afterwards ---

_WAITING = "SELECT count(*) FROM inbound_message WHERE handled_at IS NULL AND quarantined IS NULL"


def _await_rest(house: House, seconds: float = 20) -> int:
    """How many texts wait still, when all should be handled or set aside."""
    until = time.monotonic() + seconds
    left = 1
    while left and time.monotonic() < until:
        [(left,)] = house.look(_WAITING)
        time.sleep(0.2)
    return left


def _tables(house: House, left: int) -> Tables:
    """The tables, opened: who may read them is the only thing that is the service's here."""
    evidence = house.look(
        """SELECT message.provider_id, statement, coalesce(detail, ''), enrolment_id::text FROM evidence
           JOIN inbound_message message ON inbound = 'message:' || message.id"""
    )
    reports = house.look(
        """SELECT phone.number, identity, grievance.words,
                  ARRAY(SELECT event.words FROM grievance_event event
                        WHERE grievance_id = grievance.id AND kind = 'added' ORDER BY seq)
           FROM grievance LEFT JOIN phone ON phone.id = phone_id WHERE grievance.words IS NOT NULL"""
    )
    texts = house.look(
        """SELECT provider_id, sender, coalesce(handled_as, ''), quarantined IS NOT NULL, body FROM inbound_message"""
    )
    stopped = house.look("SELECT number FROM phone WHERE stopped_at IS NOT NULL")

    def opened(sealed: Any, purpose: str) -> str:
        return crypto.unseal(bytes(sealed), purpose) if sealed else ""

    return Tables(
        [tuple(row) for row in evidence],  # type: ignore[misc]
        [
            (
                opened(number, "phone.number"),
                identity,
                opened(words, "grievance.words"),
                tuple(opened(one, "grievance_event.words") for one in added),
            )
            for number, identity, words, added in reports
        ],
        {
            post: (opened(sender, "inbound_message.sender"), how, aside, opened(body, "inbound_message.body"))
            for post, sender, how, aside, body in texts
        },
        frozenset(opened(number, "phone.number") for (number,) in stopped),
        left,
    )


def _history(phone: Phone, tables: Tables) -> Iterator[str]:
    """What went over the doors of one phone, for whoever looks for a fault."""
    went = [(text.at, f"got   {text.words[:90]!r}") for text in phone.got]
    for said in phone.said:
        for post in said.posts:
            _, how, aside, _ = tables.texts.get(post.id, ("", "not stored", False, ""))
            went.append((post.began, f"wrote {post.words!r} -> {'set aside' if aside else how}"))
    began = min(went)[0] if went else 0.0
    yield f"{phone.number} ({phone.situation}, by {phone.gateway})"
    yield from (f"    {at - began:6.2f} s  {what}" for at, what in sorted(went))


def _complaints(house: House) -> list[str]:
    """What the service itself complains of, beside what was done to it."""
    expected = ("text not handled", "gateway away", "gateway back")
    faults = []
    for name in ("web1", "worker1", "clock"):
        lines = (house.folder / f"{name}.log").read_text(errors="replace").splitlines()
        loud = [line for line in lines if '"level": "error"' in line or "Traceback" in line]
        faults += [f"{name} logged: {line[:300]}" for line in loud if not any(why in line for why in expected)]
    return faults[:4]


def main() -> None:
    """Run, and print a table and one line."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--phones", type=int, default=80, help="in each round")
    asked.add_argument("--rounds", type=int, default=4, help="each with another wrong clock")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--sabotage", choices=list(IN_TEXTS), default="")
    asked.add_argument("--slow", type=float, default=0.0, help="seconds that the gateway takes for each of our texts")
    asked.add_argument("--only", choices=list(SITUATIONS), help="one situation, for all phones")
    asked.add_argument("--logs", type=Path, help="a folder to keep the logs in")
    chosen = asked.parse_args()
    if warm_processes.was_forked():
        warm_processes.begin()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began = time.monotonic()
    reckoned, everybody = run(
        chosen.phones, chosen.rounds, chosen.seed, chosen.sabotage, only=chosen.only, slow=chosen.slow, logs=chosen.logs
    )
    _print_table(reckoned)
    print(_in_one_line(reckoned, everybody, chosen, time.monotonic() - began))
    for fault in reckoned.faults[:90]:
        print(f"  {fault}")
    noticed = TEXTS_NOTICED_AS.get(chosen.sabotage, "")
    if reckoned.faults and not any(re.search(noticed, fault) for fault in reckoned.faults):
        print(f"  red, but not by what {chosen.sabotage} does: {noticed!r}")
        raise SystemExit(2)
    raise SystemExit(1 if reckoned.faults else 0)


def _print_table(reckoned: Reckoned) -> None:
    print(f"{'situation':<24}{'phones':>7}{'texts':>7}" + "".join(f"{kind:>10}" for kind in (*KINDS, "too close")))
    for name, counts in reckoned.situations.items():
        wrong = "".join(f"{counts.wrong[kind] or '.':>10}" for kind in KINDS)
        print(f"{name:<24}{counts.phones:>7}{counts.texts:>7}{wrong}{counts.doubtful or '.':>10}")


def _in_one_line(reckoned: Reckoned, everybody: Sequence[Phone], chosen: argparse.Namespace, seconds: float) -> str:
    found = ", ".join(f"{reckoned.total(kind)} {kind}" for kind in KINDS)
    posts = sum(counts.texts for counts in reckoned.situations.values())
    return (
        f"texts seed {chosen.seed}{' sabotage ' + chosen.sabotage if chosen.sabotage else ''}: "
        f"{'RED' if reckoned.faults else 'green'}. {len(everybody)} phones in {len(reckoned.situations)} situations, "
        f"{sum(len(phone.said) for phone in everybody)} texts brought {posts} times, "
        f"{sum(len(phone.got) for phone in everybody)} of ours handed over, {reckoned.effects} effects due: {found}; "
        f"{sum(counts.doubtful for counts in reckoned.situations.values())} phones too close to tell; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
