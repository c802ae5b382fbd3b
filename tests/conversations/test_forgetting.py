"""What is let go of when its time is over, and who leaves office by the list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.messages import one_batch
from tests.people import NOW, a_worker, an_rt_head
from verify_service.conversations.asking import ask_phone
from verify_service.ground.database import transaction
from verify_service.ground.phones import Phone
from verify_service.messaging.gateways.contract import InboundSms
from verify_service.messaging.inbox import store_message
from verify_service.registry.rt_terms import end_terms
from verify_service.retention import forget_old

NUMBER = "+6281234567890"
_LEFT = """SELECT (SELECT count(*) FROM inbound_message WHERE body IS NOT NULL OR sender IS NOT NULL),
                  (SELECT count(*) FROM outbox WHERE body IS NOT NULL), (SELECT count(*) FROM inbound_message)"""


def test_the_words_of_texts_go_after_their_time_and_that_there_were_texts_stays(db: Any) -> None:
    a_worker(db, phone=NUMBER)
    text = InboundSms("one", Phone(NUMBER), NUMBER, "28282", "tolong", NOW, "")
    with transaction() as session:
        ask_phone(session, Phone(NUMBER), now=NOW)
        store_message(session, "africastalking", text, b"", now=NOW)
    one_batch()
    with transaction() as session:
        forget_old(session, now=NOW + dt.timedelta(days=366))
    assert db.execute(_LEFT).fetchone() == (1, 0, 1), "an officer has not read it yet"
    db.execute("UPDATE inbound_message SET settled_at = now()")
    for days, left in ((364, (1, 0, 1)), (366, (0, 0, 1))):
        with transaction() as session:
            forget_old(session, now=NOW + dt.timedelta(days=days))
        assert db.execute(_LEFT).fetchone() == left


def test_a_head_leaves_office_on_the_day_in_the_list(db: Any) -> None:
    an_rt_head(db, NUMBER)
    db.execute("UPDATE rt_head SET term_ends = '2026-12-01'")
    for day, until in ((dt.date(2026, 11, 30), None), (dt.date(2026, 12, 1), dt.date(2026, 12, 1))):
        with transaction() as session:
            end_terms(session, today=day)
        assert db.execute("SELECT until FROM rt_head").fetchone() == (until,)
