"""What a round costs grows with its people: the tables beside them are looked into, never read through."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import text

from tests.people import NOW, an_rt_head
from tests.rounds.playing import a_city, a_round, answer, begin, contact_all
from verify_service.ground.database import by_index, in_passes, transaction
from verify_service.rounds.dispositions import settle
from verify_service.rounds.round_states import find_round

_BESIDE = "evidence", "outbox", "inbound_message", "conversation", "task", "enrolment", "worker", "phone", "phone_link"
_READ_THROUGH = text(
    "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY(CAST(:names AS text[]))"
)


def test_a_round_is_settled_without_reading_any_other_table_through(db: Any) -> None:
    people = a_city(db, 60)
    an_rt_head(db, "+6281999000111")
    name = a_round(everyone=True, plan="sms 0, sms 2d, rt 5d, visit 12d, close 21d")
    begin(name)
    contact_all(NOW)
    for someone in people[:20]:
        answer(db, someone, "confirms", NOW + dt.timedelta(days=1))
    for day in (2, 5, 12):
        contact_all(NOW + dt.timedelta(days=day))
    with transaction() as session:
        before = sorted(session.execute(_READ_THROUGH, {"names": list(_BESIDE)}).all())
        assert settle(session, find_round(session, name, lock=True), now=NOW + dt.timedelta(days=13)) == 60
        after = sorted(session.execute(_READ_THROUGH, {"names": list(_BESIDE)}).all())
        for (table, was), (same, now_) in zip(before, after, strict=True):
            assert (same, now_ - was <= 1) == (table, True)  # a small one may be read once, never once a person
        assert len(before) == len(_BESIDE)
    with transaction() as session:
        assert settle(session, find_round(session, name, lock=True), now=NOW + dt.timedelta(days=13)) == 0


def test_what_comes_after_is_planned_as_ever(db: Any) -> None:
    def planned() -> tuple[str, ...]:
        names = ("enable_seqscan", "enable_hashjoin", "enable_nestloop", "enable_sort", "jit", "plan_cache_mode")
        return tuple(session.scalar(text(f"SHOW {name}")) or "" for name in names)

    with transaction() as session:
        ever = planned()
        with by_index(session):
            assert planned()[:2] == ("off", "off")
        assert planned() == ever
        with in_passes(session):
            assert planned()[1:3] == ("on", "off")
        assert planned() == ever
