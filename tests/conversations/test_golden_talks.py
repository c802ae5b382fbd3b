"""Whole talks as text files, as a person reads them; `pytest --update-talks` writes what the phone shows today.

A talk names who is calling, then alternates what is done ("> 1", "~ redial") with the screen that follows. What it
leaves in the tables closes it ("= ...").

Every network shows the same: those that repeat the whole transcript, and those that bring the last input alone, with
numbered hops or without.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conversations.people import BY_NAME, Scene, reported
from tests.handset import Handset, handset
from tests.serving import new_client

TALKS = Path(__file__).parent.parent / "talks"
FILES = sorted(file for file in TALKS.glob("*/*.txt") if not file.stem.startswith("sms_"))
_RECEIPT = re.compile(r"BKS-[2-9A-Y]{6}")
_DAY = re.compile(r"\d\d/\d\d/\d\d")
_FIXED = ("31/10/26", "31/10/25")  # of the newest insurer file, and of the decree


THROUGH = [("africastalking", file) for file in FILES]
THROUGH += [(network, file) for network in ("ussd", "ussd-json") for file in FILES if file.parent.name == "id"]


@pytest.mark.parametrize(
    ("network", "file"), THROUGH, ids=[f"{network}-{file.parent.name}-{file.stem}" for network, file in THROUGH]
)
def test_the_talk_goes_as_written(db: Any, network: str, file: Path, request: pytest.FixtureRequest) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    done = [line for line in lines if line.startswith((">", "~"))]
    head = [line for line in lines if line.startswith(("#", "as:"))]
    who = next(line for line in head if line.startswith("as:")).removeprefix("as:").strip()
    scene = BY_NAME[who](db, file.parent.name)
    heard = "\n".join([*head, *_talk(db, network, scene, done), *left_behind(db), ""])
    if request.config.getoption("--update-talks"):
        assert "sedang sibuk" not in heard, "something failed on the way: a busy screen is no talk"
        file.write_text(heard, encoding="utf-8")
    assert heard == "\n".join(lines) + "\n"


def _talk(db: Any, network: str, scene: Scene, done: list[str]) -> list[str]:
    phone = handset(network, new_client(), scene.number, db)
    told = ["", shown(phone.dial())]
    for line in done:
        told += ["", line, shown(_do(db, scene, phone, line))]
    return told


def _do(db: Any, scene: Scene, phone: Handset, line: str) -> str:
    action, _, what = line.partition(" ")
    if action == ">":
        return phone.send(what.format(**scene.words(phone.seen)))
    if what == "repeat":
        return phone.repeat()
    if what == "term ends":
        db.execute("UPDATE rt_head SET until = current_date")
        return phone.repeat()
    if what == "wait 11 minutes":
        db.execute("UPDATE evidence SET received_at = received_at - interval '11 minutes'")
        return phone.repeat()
    if what == "redial after 31 days":
        db.execute("UPDATE knowledge_answer SET answered_at = answered_at - interval '31 days'")
    if what == "redial after 2 hours":
        db.execute("UPDATE conversation SET touched_at = touched_at - interval '2 hours'")
    assert what.startswith("redial"), line
    return phone.dial()


def shown(screen: str) -> str:
    """The screen without numbers given out by chance and days that move with today."""
    return _DAY.sub(lambda day: day[0] if day[0] in _FIXED else "../../..", _RECEIPT.sub("BKS-......", screen))


def left_behind(db: Any) -> list[str]:
    rows = db.execute("SELECT statement, detail FROM evidence ORDER BY id").fetchall()
    tasks = db.execute("SELECT kind, coalesce(closed_how, 'open') FROM task ORDER BY id").fetchall()
    left = [f"= {statement} {detail}".rstrip() for statement, detail in rows]
    left += [f"= task {kind}, {how}" for kind, how in tasks]
    left += reported(db)
    return ["", *(left or ["= nothing"])]
