"""A deploy or a key rotation in the middle of a talk: what still holds is kept, and nobody gets a dead screen.

By whichever door the talk is held: calls that bring all that was typed, or the last input alone, and texts.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from jobs.messages import one_batch
from tests.handset import Handset, handset, webhook
from tests.people import a_phone, a_worker, an_rt_head
from tests.serving import new_client
from tests.texts import the_sender_runs, time_passes
from verify_service.ground.crypto import seal, unseal

NUMBER = "+6281234567890"


DOORS = ("africastalking", "ussd", "sms")


@pytest.fixture(params=DOORS)
def phone(db: Any, request: pytest.FixtureRequest) -> Handset:
    client = new_client()
    return Texting(client, NUMBER, db=db) if request.param == "sms" else handset(request.param, client, NUMBER, db)


@dataclass
class Texting(Handset):
    """The same phone by text: what it shows is the SMS that came last."""

    db: Any = None

    def dial(self, shortcut: str = "") -> str:
        return self.send("MENU")

    def send(self, answer: str) -> str:
        time_passes(self.db)
        self.text, self.session = answer, f"text-{next(_ids)}"
        return self._hop()

    def post(self, **changed: Any) -> Any:
        date = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S}"
        form = {"id": self.session, "from": self.number, "to": "28282", "text": self.text, "date": date} | changed
        return self.client.post(webhook("sms"), data=form)

    def _hop(self) -> str:
        assert self.post().status_code == 200
        one_batch()
        the_sender_runs(self.db)
        (body,) = self.db.execute("SELECT body FROM outbox ORDER BY id DESC LIMIT 1").fetchone()
        talks = self.db.execute("SELECT 1 FROM conversation WHERE channel = 'talk' AND ended_at IS NULL").fetchall()
        said = unseal(body, "outbox.body").removeprefix("SIGAP Bekasi: ").removeprefix("SIGAP Bekasi\n")
        self.screen = f"{'CON' if talks else 'END'} {said}"
        self.seen.append(self.screen)
        return self.screen


_ids = count(1)


def rewrite(db: Any, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the stored talk as an older or newer release would have written it."""
    (sealed,) = db.execute("SELECT talk FROM conversation ORDER BY id DESC LIMIT 1").fetchone()
    talk = json.loads(unseal(sealed, "conversation.talk"))
    change(talk)
    db.execute("UPDATE conversation SET talk = %s", [seal(json.dumps(talk), "conversation.talk")])


def test_a_caller_of_an_older_release_is_looked_up_again(db: Any, phone: Handset) -> None:
    a_worker(db)
    phone.dial()
    phone.send("1")
    rewrite(db, lambda talk: talk["caller"].update(version=0, something_old=1))
    assert phone.send("1").startswith("CON Apakah kartu")


def test_the_answers_that_hold_are_kept_and_the_talk_goes_on_at_the_first_changed_question(
    db: Any, phone: Handset
) -> None:
    a_phone(db, NUMBER)
    phone.dial()
    phone.send("1")
    phone.send("3275011501900001")
    rewrite(db, lambda talk: talk["turns"].append({"screen": "b99.gone", "answer": "x", "about": ""}))
    screen = phone.send("123456")
    assert screen.startswith(("CON Data belum ditemukan", "CON Ketik 6 angka")), screen


def test_a_flow_that_no_longer_exists_leads_to_the_menu(db: Any, phone: Handset) -> None:
    a_worker(db)
    phone.dial()
    phone.send("1")
    rewrite(db, lambda talk: talk.update(flow="gone_with_the_release", turns=[]))
    assert phone.send("1").startswith("CON ")
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_a_talk_that_cannot_be_read_starts_again(db: Any, phone: Handset) -> None:
    a_worker(db)
    phone.dial()
    phone.send("1")
    db.execute("UPDATE conversation SET talk = 'k9:rotated away', screen = 'k9:rotated away'")
    if not isinstance(phone, Texting):  # who is written to has it before him still
        assert phone.repeat().startswith("END Maaf")  # what was shown is gone; nothing is guessed
    assert "1 Cek perlindungan" in phone.send("1"), "the digit was for a screen that is gone"
    assert phone.send("1").startswith("CON Sulistiaw")


@pytest.mark.parametrize("keys", [("1",), ("1", "1"), ("1", "1", "385016"), ("1", "1", "385016", "1")])
def test_an_rt_head_in_the_middle_of_an_upgrade_is_not_told_that_he_is_none(
    db: Any, phone: Handset, keys: tuple[str, ...]
) -> None:
    a_worker(db, phone=None)
    an_rt_head(db, NUMBER, pin="385016")
    phone.dial()
    for key in keys:
        phone.send(key)
    rewrite(db, lambda talk: talk["caller"].update(version=2))
    screen = phone.send("385016" if "PIN" in phone.screen else "1")
    assert "Ketua RT" in screen or "Konfirmasi warga" in screen
    assert screen.startswith("CON "), screen
    assert db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)
