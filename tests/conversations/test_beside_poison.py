"""What becomes of everybody else's texts while one of them cannot be handled."""

from __future__ import annotations

from typing import Any

from jobs.messages import one_batch
from tests.conversations.test_texts import NUMBER, after, handled, kept, said, writes
from tests.people import a_worker


def test_beside_somebodys_text_that_cannot_be_heard_what_was_written_before_a_stop_counts(db: Any) -> None:
    a_worker(db)
    writes("CEK", after(minutes=1))
    kept("CEK", "+6281299999999", at=after(minutes=2))
    db.execute("UPDATE inbound_message SET body = '\\x6b3900'::bytea || body WHERE handled_at IS NULL")
    kept("1", NUMBER, at=after(minutes=3))
    kept("STOP", NUMBER, at=after(minutes=3, milliseconds=200))
    one_batch()
    assert said(db) == [("confirms", "")]
    assert handled(db) == ["keyword", None, "answer", "stop"]
