"""Found by the race of texts: STOP ends a talk where it came, and not before what was written ahead of it."""

from __future__ import annotations

from typing import Any

from jobs.messages import one_batch
from tests.conversations.test_texts import after, handled, kept, said, writes
from tests.people import a_worker


def test_behind_a_text_of_the_same_phone_that_cannot_be_heard_what_was_written_before_stop_counts(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=1))
    kept("besok saya datang ke kantor", at=after(minutes=2))
    db.execute("UPDATE inbound_message SET body = '\\x6b3900'::bytea || body WHERE handled_at IS NULL")
    kept("1", at=after(minutes=3))
    kept("STOP", at=after(minutes=3, milliseconds=200))
    one_batch()
    assert said(db) == [("confirms", "")], "STOP was heard alone, and ended the talk before the 1 was heard"


def test_of_more_texts_than_one_transaction_takes_those_before_stop_are_heard_before_the_talk_ends(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=1))
    for place in range(21):  # a network that repeats
        kept("CEK", at=after(minutes=1, milliseconds=10 * place))
    kept("1", at=after(minutes=3))
    kept("STOP", at=after(minutes=3, seconds=1))
    while one_batch().texts:
        pass
    assert said(db) == [("confirms", "")], handled(db)
