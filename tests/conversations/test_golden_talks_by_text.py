"""The golden talks once more, by text: what is dialled there is texted here, and leaves the same in the tables.

`pytest --update-talks` writes tests/talks/LANGUAGE/by_text anew. Calls that drop have no like: a talk by text waits.

What several talks begin with is texted once: the rows that it left are put back.

Whether the network is kind or not makes no difference: one that brings each text twice under two ids, while the gateway
hands our reply over late.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest

from jobs.messages import one_batch
from tests.conftest import Rows, put_back, rows_now
from tests.conversations.people import BY_NAME, Scene
from tests.conversations.test_golden_talks import FILES, left_behind, shown
from tests.conversations.test_golden_texts import TEXTED, Exchange
from tests.flows.city import LANGUAGES
from tests.texts import the_sender_runs, time_passes

BY_TEXT = [file for file in FILES if "~ redial" not in file.read_text(encoding="utf-8")]
_CHOOSE_LANGUAGE = "CON Pilih bahasa"  # by text it is that of the programme, until DATA changes it


class Copied(Exchange):
    """The same over a network that brings each text twice within a second, under another id and now and then before the
    first was heard; what we answer is handed over a minute later."""

    def text(self, text: str, times: int = 1) -> list[str]:
        time_passes(self.db)
        now = dt.datetime.now(dt.UTC)
        for copy in range(2):
            self.last = (f"copy-{next(_ids)}", self.scene.number, text, f"{now:%Y-%m-%d %H:%M:%S}")
            assert self.texted(self.client, *self.last).status_code == 200
            if copy or next(_turns) % 2:
                one_batch()
        came = self._received(sent=False)
        time_passes(self.db)
        the_sender_runs(self.db)
        return came


_ids, _turns = count(1), count(1)
MODES = {"one by one": Exchange, "copied and late": Copied}
# A network knows no languages, and every talk is there in each: an unkind network has the first, a kind one the others.
HELD = [
    pytest.param(file, mode, id=f"{file.parent.name}-{file.stem}-{mode}")
    for file in BY_TEXT
    for mode in ["copied and late" if file.parent.name == "id" else "one by one"]
]


@pytest.mark.parametrize(("file", "mode"), HELD)
def test_the_talk_goes_by_text_too(db: Any, file: Path, mode: str, request: pytest.FixtureRequest) -> None:
    lines = _lines(file)
    head = [line for line in lines if line.startswith(("#", "as:"))]
    heard = "\n".join([*head, *_talk(db, mode, _doings(file)), *_left_behind(db), ""])
    twin = file.parent / "by_text" / file.name
    if request.config.getoption("--update-talks"):
        assert "sedang sibuk" not in heard, "something failed on the way: a busy screen is no talk"
        twin.parent.mkdir(exist_ok=True)
        twin.write_text(heard, encoding="utf-8")
    assert heard == twin.read_text(encoding="utf-8")
    assert _said(heard.splitlines()) == _said(lines), "what is said by text counts as what is said in a call"


def test_every_talk_is_there_in_each_language() -> None:
    talks = {language: {file.name for file in BY_TEXT if file.parent.name == language} for language in LANGUAGES}
    assert len({frozenset(names) for names in talks.values()}) == 1
    assert {file.parent.name for file in BY_TEXT} == set(LANGUAGES)


def test_no_twin_is_left_without_its_talk() -> None:
    twins = {file for folder in {file.parent for file in FILES} for file in folder.glob("by_text/*.txt")}
    assert {twin.parent.parent / twin.name for twin in twins} <= set(BY_TEXT)


def _left_behind(db: Any) -> list[str]:
    """What the talk leaves beside the texts that it was held in."""
    left = [line for line in left_behind(db) if not line.startswith("= text ")]
    return left if any(left) else ["", "= nothing"]


def _said(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("=") and line != "= nothing" and not line.startswith("= text ")]


def _texted(lines: list[str]) -> list[str]:
    """The same doings by text: MENU in the place of the dial."""
    done = ["@ MENU", *(line.replace("> ", "@ ", 1) for line in lines if line.startswith((">", "~")))]
    if any(line.startswith(_CHOOSE_LANGUAGE) for line in lines[:5]):
        del done[1]
    return done


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def _doings(file: Path) -> list[str]:
    """In which language, who, and what is done."""
    lines = _lines(file)
    who = next(line for line in lines if line.startswith("as:")).removeprefix("as:").strip()
    return [file.parent.name, who, *_texted(lines)]


@dataclass(frozen=True)
class Begun:
    """A talk as far as others go the same way, and what it left by then."""

    scene: Scene
    last: tuple[str, str, str, str]
    seen: list[str]
    told: list[str]
    rows: Rows
    at: float


_begun: dict[tuple[str, ...], Begun] = {}


@lru_cache(maxsize=1)
def _beginnings() -> set[tuple[str, ...]]:
    """What each talk begins with as another does, as far as any other does."""
    neighbours = pairwise(sorted(map(_doings, BY_TEXT)))
    both = (takewhile(lambda two: two[0] == two[1], zip(*two, strict=False)) for two in neighbours)
    return {shared for shared in (tuple(one for one, _ in two) for two in both) if len(shared) > 2}


def _talk(db: Any, mode: str, doings: list[str]) -> list[str]:
    known = [place for place in range(len(doings) + 1) if tuple(doings[:place]) in _begun]
    if known:
        start = known[-1]
        begun = _begun[tuple(doings[:start])]
        db.memory.somebody_looks()
        put_back(begun.rows)
        time_passes(db, begun.at - time.time())
        exchange = MODES[mode](db, begun.scene, TEXTED["africastalking"])
        exchange.last, seen, told = begun.last, [*begun.seen], [*begun.told]
    else:
        start, (language, who, *_) = 2, doings
        exchange = MODES[mode](db, BY_NAME[who](db, language), TEXTED["africastalking"])
        seen, told = [], []
    for place, line in enumerate(doings[start:], start=start + 1):
        told += ["", line, *_does(db, exchange, line, seen)]
        if (done := tuple(doings[:place])) in _beginnings():
            _begun[done] = Begun(exchange.scene, exchange.last, [*seen], [*told], rows_now(), time.time())
    return told


def _does(db: Any, exchange: Exchange, line: str, seen: list[str]) -> list[str]:
    action, _, what = line.partition(" ")
    if action == "@":
        came = exchange.text(what.format(**exchange.scene.words(seen)))
        seen += came
        return list(map(shown, came))
    if what == "repeat":
        return exchange.again()
    _meanwhile(db, what)
    return []


def _meanwhile(db: Any, what: str) -> None:
    """What happens between two texts."""
    if what == "term ends":
        db.execute("UPDATE rt_head SET until = current_date")
    else:
        assert what == "wait 11 minutes", what
        db.execute("UPDATE evidence SET received_at = received_at - interval '11 minutes'")
