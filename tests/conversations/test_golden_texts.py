"""Whole exchanges by SMS as text files; `pytest --update-talks` writes what a phone receives today.

"~ asked" is the programme's question, "@ YA" what the person texts (twice the same id: "@@ YA"); below stands each SMS
that goes out. What is left in the tables closes it ("= ..."). The same goes through every gateway that brings texts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from flows.gsm import is_gsm
from jobs.messages import one_batch
from tests.conversations.people import BY_NAME, Scene
from tests.conversations.test_golden_talks import shown
from tests.handset import Handset, webhook
from tests.serving import new_client
from tests.texts import the_sender_runs, time_passes
from verify_service.conversations.asking import ask_phone
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.ground.settings import settings

TALKS = Path(__file__).parent.parent / "talks"
FILES = sorted(TALKS.glob("*/sms_*.txt"))
_ids = count(1)


# A gateway knows no languages, and all that is texted here is of one alphabet: one language is enough of the second.
HELD = [
    pytest.param(file, gateway, id=f"{file.parent.name}-{file.stem}-{gateway}")
    for file in FILES
    for gateway in ("africastalking", "kannel")
    if gateway == "africastalking" or file.parent.name == "id"
]


@pytest.mark.parametrize(("file", "gateway"), HELD)
def test_the_exchange_goes_as_written(db: Any, file: Path, gateway: str, request: pytest.FixtureRequest) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    done = [line for line in lines if line.startswith(("@", "~", ">"))]
    head = [line for line in lines if line.startswith(("#", "as:"))]
    who = next(line for line in head if line.startswith("as:")).removeprefix("as:").strip()
    exchange = Exchange(db, BY_NAME[who](db, file.parent.name), TEXTED[gateway])
    heard = "\n".join([*head, *exchange.hold(done), *exchange.left_behind(), ""])
    if request.config.getoption("--update-talks"):
        assert "sedang sibuk" not in heard, "something failed on the way: a busy screen is no talk"
        file.write_text(heard, encoding="utf-8")
    assert heard == "\n".join(lines) + "\n"


Texted = Callable[[FlaskClient, str, str, str, str], Any]


def _by_africastalking(client: FlaskClient, text_id: str, number: str, text: str, date: str) -> Any:
    form = {"id": text_id, "from": number, "to": "28282", "text": text, "date": date}
    return client.post(webhook("sms"), data=form)


def _by_kannel(client: FlaskClient, text_id: str, number: str, text: str, date: str) -> Any:
    coding, charset = ("0", "UTF-8") if is_gsm(text) else ("2", "UTF-16BE")
    facts = {"From": number.removeprefix("+"), "To": "28282", "Time": date, "Coding": coding}
    headers = {f"X-Kannel-{name}": value for name, value in facts.items()}
    headers["Content-Type"] = f'text/plain; charset="{charset}"'
    path = f"/webhooks/kannel/{settings().webhook_secrets[0]}/sms?id={text_id}"
    return client.post(path, data=text.encode(charset), headers=headers)


TEXTED: dict[str, Texted] = {"africastalking": _by_africastalking, "kannel": _by_kannel}


class Exchange:
    """A phone that texts and is texted to."""

    def __init__(self, db: Any, scene: Scene, texted: Texted) -> None:
        self.db, self.scene, self.texted = db, scene, texted
        self.client = new_client()
        self.phone = Handset(self.client, scene.number)
        self.last = ("", "", "", "")

    def hold(self, done: list[str]) -> list[str]:
        told: list[str] = []
        for line in done:
            told += ["", line, *map(shown, self._do(line))]
        return told

    def _do(self, line: str) -> list[str]:
        action, _, what = line.partition(" ")
        if action in ("@", "@@"):
            return self.text(what, times=len(action))
        if action == ">":
            return [self.phone.send(what)]
        if what == "dial":
            return [self.phone.dial()]
        if what.startswith("asked"):
            with transaction() as session:
                why_not = ask_phone(session, Phone(self.scene.number), now=dt.datetime.now(dt.UTC))
            return [f"not asked: {why_not}"] if why_not else self._received(sent="not sent" not in what)
        days, _, _ = what.removeprefix("after ").partition(" ")
        for column in ("started_at", "touched_at", "ended_at"):
            self.db.execute(f"UPDATE conversation SET {column} = {column} - make_interval(days => {int(days)})")
        return []

    def text(self, text: str, times: int = 1) -> list[str]:
        """The person texts; what comes back."""
        time_passes(self.db)
        date = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S}"
        self.last = (f"sms-{next(_ids)}", self.scene.number, text, date)
        for _ in range(times):
            self._post()
        return self._received()

    def again(self) -> list[str]:
        """The provider brings the last text once more."""
        self._post()
        return self._received()

    def _post(self) -> None:
        assert self.texted(self.client, *self.last).status_code == 200
        one_batch()

    def _received(self, *, sent: bool = True) -> list[str]:
        """What has gone into the outbox; the sender takes it, unless it is said to be slow."""
        rows = self.db.execute("SELECT id, body FROM outbox WHERE state = 'waiting' ORDER BY id").fetchall()
        if sent:
            the_sender_runs(self.db)
        return [f"SMS {unseal(body, 'outbox.body')}" for _, body in rows] or ["nothing"]

    def left_behind(self) -> list[str]:
        said = self.db.execute("SELECT statement, detail, channel FROM evidence ORDER BY id").fetchall()
        left = [f"= {' '.join(filter(None, row))}" for row in said]
        kinds = self.db.execute("SELECT handled_as, quarantined FROM inbound_message ORDER BY id").fetchall()
        left += [f"= text {quarantined or kind}" for kind, quarantined in kinds]
        state = self.db.execute("SELECT stopped_at, refused_at FROM phone").fetchall()
        left += ["= stopped"] * sum(row[0] is not None for row in state)
        return ["", *(left or ["= nothing"])]
