"""Who lives in the crash run, and what each means to say: drawn beforehand, so that afterwards it can be asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.people import a_worker, an_rt_head
from tests.soak.crowd import MOST_PINS, PIN, SMS_SAYS, WHEN, Caller, Resident, Texter

PER_RT = 4
TEXTERS, CALLERS = "texts", "calls"  # who put them forward; a round leaves out callers, since they answer no question
WORKER_ENDS, HEAD_ENDS, LOCKED_ENDS = "Jawaban tersimpan, nomor", "Semua warga di daftar RT", "Akses dikunci"
STOPS = ("STOP", "stop", "BERHENTI", "tolong stop ya", "STOOOP")
SOMETHING_ELSE = "kartu saya hilang pak"


@dataclass
class People:
    """Everybody."""

    callers: list[Caller]
    texters: list[Texter]


def settle_in(owner_url: str, number: int, chance: random.Random) -> People:
    """Workers with phones, of whom a third answers by SMS, and RT heads with PINs."""
    people = People([], [])
    heads = number // 10
    mistype = dict.fromkeys(chance.sample(range(heads), heads // 2), 1)
    mistype |= dict.fromkeys(chance.sample(range(heads), (heads + 9) // 10), MOST_PINS)
    with psycopg.connect(owner_url) as db:
        enrolments = [_settle(db, people, place, heads, chance) for place in range(number - heads)]
        for place in range(heads):
            first = place * PER_RT
            residents = enrolments[first : first + PER_RT]
            people.callers.append(_head(db, place, first, residents, mistype.get(place, 0), chance))
    chance.shuffle(people.callers)
    chance.shuffle(people.texters)
    return people


def _settle(db: Any, people: People, place: int, heads: int, chance: random.Random) -> int:
    phone = f"+62812{10_000_000 + place}"
    someone = a_worker(
        db,
        nik=f"{3275_0101_0190_0000 + place}",
        name=f"Tono {place:05}",
        phone=phone,
        rt=f"{place // PER_RT % 999 + 1:03}" if place < heads * PER_RT else "999",
        rw=f"{place // PER_RT // 999 + 1:03}",
        row=place + 2,
    )
    texts = place % 3 == 0
    db.execute("UPDATE enrolment SET source = %s WHERE id = %s", [TEXTERS if texts else CALLERS, someone.enrolment])
    if texts:
        people.texters.append(Texter(phone, someone.enrolment, _steps(chance, place // 3)))
    else:
        people.callers.append(Caller(phone, WORKER_ENDS, someone.enrolment, _plan(chance)))
    return someone.enrolment


def _plan(chance: random.Random) -> dict[str, str]:
    return {
        "role": "2",
        "status": chance.choice("1112"),
        "card": chance.choice("123"),
        "work": chance.choice("11111234"),
        "money": chance.choice("1123"),
        "field": chance.choice("123456"),
    }


def _head(db: Any, place: int, first: int, residents: list[int], pins: int, chance: random.Random) -> Caller:
    phone = f"+62813{10_000_000 + place}"
    head = an_rt_head(db, phone, rt=f"{place % 999 + 1:03}", rw=f"{place // 999 + 1:03}", pin=PIN)
    when = chance.choice(tuple(WHEN))  # the same for all: its screen does not name the resident
    said = {
        f"Tono {first + n:05}": Resident(enrolment, _lives(chance, first + n), chance.choice("1234"), when)
        for n, enrolment in enumerate(residents)
    }
    ends = LOCKED_ENDS if pins >= MOST_PINS else HEAD_ENDS
    return Caller(phone, ends, plan={"role": "1", "when": when}, residents=said, head=head, pins=pins)


def _lives(chance: random.Random, place: int) -> str:
    """What the head says of one resident; of nobody who waits for our question that he died, since then none comes."""
    return chance.choice("111245" if place % 3 == 0 else "1112345")


def _steps(chance: random.Random, place: int) -> tuple[tuple[str, str], ...]:
    """What one texter does. Some stop us before their question comes, some after it, some through the operator."""
    said, digit = chance.choice(tuple(SMS_SAYS)), ("digit", chance.choice("12"))
    # The same word a moment later is a copy, and another one a correction.
    answer, more = ("answer", said), ("answer", "YA" if said != "YA" else "TIDAK")
    stop, again = ("stop", chance.choice(STOPS)), ("stop again", chance.choice(STOPS))
    free, wait, opt_out = ("report", SOMETHING_ELSE), ("wait", ""), ("opt-out", "")
    usual = (
        (wait, answer),
        (wait, answer),
        (wait, answer, more),
        (wait, answer, free),
        (wait, free, answer),
        (wait, digit, answer),
    )
    unwilling = ((stop,), (wait, stop, free), (wait, answer, stop, again), (opt_out, free), (wait, answer, opt_out))
    # Each way at least once even among few people.
    return unwilling[place // 3 % len(unwilling)] if place % 3 == 0 else chance.choice(usual)
