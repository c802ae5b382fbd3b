"""The golden talks once more, by text: what is dialled there is texted here, and leaves the same in the tables.

`pytest --update-talks` writes tests/talks/LANGUAGE/by_text anew. Calls that drop have no like: a talk by text waits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conversations.people import BY_NAME, Scene
from tests.conversations.test_golden_talks import FILES, left_behind, shown
from tests.conversations.test_golden_texts import TEXTED, Exchange

BY_TEXT = [file for file in FILES if "~ redial" not in file.read_text(encoding="utf-8")]
_CHOOSE_LANGUAGE = "CON Pilih bahasa"  # by text it is that of the programme, until DATA changes it


@pytest.mark.parametrize("file", BY_TEXT, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_talk_goes_by_text_too(db: Any, file: Path, request: pytest.FixtureRequest) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith(("#", "as:"))]
    who = next(line for line in head if line.startswith("as:")).removeprefix("as:").strip()
    scene = BY_NAME[who](db, file.parent.name)
    heard = "\n".join([*head, *_talk(db, scene, _texted(lines)), *_left_behind(db), ""])
    twin = file.parent / "by_text" / file.name
    if request.config.getoption("--update-talks"):
        twin.parent.mkdir(exist_ok=True)
        twin.write_text(heard, encoding="utf-8")
    assert heard == twin.read_text(encoding="utf-8")
    assert _said(heard.splitlines()) == _said(lines), "what is said by text counts as what is said in a call"


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


def _talk(db: Any, scene: Scene, done: list[str]) -> list[str]:
    exchange = Exchange(db, scene, TEXTED["africastalking"])
    told: list[str] = []
    seen: list[str] = []
    for line in done:
        action, _, what = line.partition(" ")
        if action == "@":
            came = exchange.text(what.format(**scene.words(seen)))
            seen += came
            told += ["", line, *map(shown, came)]
        elif what == "repeat":
            told += ["", line, *exchange.again()]
        else:
            _meanwhile(db, what)
            told += ["", line]
    return told


def _meanwhile(db: Any, what: str) -> None:
    """What happens between two texts."""
    if what == "term ends":
        db.execute("UPDATE rt_head SET until = current_date")
    else:
        assert what == "wait 11 minutes", what
        db.execute("UPDATE evidence SET received_at = received_at - interval '11 minutes'")
