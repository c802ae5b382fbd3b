"""An anonymous report told by text: its words stand in the report alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask.testing import FlaskClient

from tests.handset import webhook
from tests.people import a_worker
from tests.serving import new_client
from tests.texts import the_sender_runs, time_passes
from verify_service.conversations.waiting_messages import handle_waiting
from verify_service.ground.crypto import unseal
from verify_service.ground.database import transaction

NUMBER = "+6281234567890"
WORDS = "Tetangga kaya dapat saya tidak"
_SEALED = {"inbound_message": ("body", "sender"), "outbox": ("body",), "conversation": ("talk", "screen")}


def text(client: FlaskClient, words: str, number: int) -> None:
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S}"
    form = {"id": f"t{number}", "from": NUMBER, "to": "28282", "text": words, "date": now}
    assert client.post(webhook("sms"), data=form).status_code == 200
    with transaction() as session:
        handle_waiting(session, now=dt.datetime.now(dt.UTC))


def test_the_words_of_an_anonymous_report_by_text_stand_in_it_alone(db: Any) -> None:
    client = new_client()
    a_worker(db)
    for number, words in enumerate(("LAPOR", "3", "6", "3", "3", "1", WORDS)):
        text(client, words, number)
        the_sender_runs(db)
        time_passes(db)
    rows = db.execute("SELECT identity, phone_id, words FROM grievance").fetchall()
    assert [(identity, phone) for identity, phone, _ in rows] == [("anonymous", None)]
    assert unseal(rows[0][2], "grievance.words") == WORDS
    for table, columns in _SEALED.items():
        for column in columns:
            for (sealed,) in db.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL").fetchall():
                assert WORDS not in unseal(sealed, f"{table}.{column}")
    kept = db.execute("SELECT count(*) FROM inbound_message WHERE body IS NOT NULL OR raw IS NOT NULL").fetchone()
    assert kept == (0,)  # not even the digits, which would tell what the talk came to
