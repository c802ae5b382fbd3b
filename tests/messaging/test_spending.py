"""What a month of texts costs and leaves of its budget, and when so many texts will have left."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.messaging.texts import queued
from tests.people import a_phone
from verify_service.ground.database import transaction
from verify_service.messaging.spending import all_left_by, month_spent

NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)  # a Monday, 12:00 in Jakarta


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        (0, "2026-11-23 12:00"),
        (600 * 60, "2026-11-23 13:00"),
        (600 * 60 * 8, "2026-11-23 20:00"),
        (600 * 60 * 9, "2026-11-24 09:00"),  # eight hours of Monday, one of Tuesday
        (600 * 60 * 32, "2026-11-25 20:00"),
    ],
)
def test_the_last_text_leaves_within_the_hours_that_texts_may_go(office_hours: None, texts: int, left: str) -> None:
    local = all_left_by(texts, now=NOON).astimezone(dt.timezone(dt.timedelta(hours=7)))
    assert f"{local:%Y-%m-%d %H:%M}" == left


def test_what_is_begun_at_night_leaves_in_the_morning(office_hours: None) -> None:
    assert all_left_by(600, now=NOON + dt.timedelta(hours=12)) == dt.datetime(2026, 11, 24, 1, 1, tzinfo=dt.UTC)


def test_a_month_is_the_citys_and_what_waits_is_counted_as_well(small_budget: None, db: Any) -> None:
    for handed, parts in (("2026-11-01 00:30+07", 1), ("2026-10-31 23:30+07", 2), (None, None)):
        text = queued(a_phone(db, "+6281234567890"), body=f"Kata {handed}.", now=NOON)
        db.execute(
            "UPDATE outbox SET handed_at = %s, parts = %s, state = %s WHERE id = %s",
            [handed, parts, "accepted" if handed else "waiting", text],
        )
    with transaction() as session:
        spent = month_spent(session, now=NOON)
    assert (spent.parts, spent.before, spent.waiting, spent.rupiah, spent.left) == (1, 2, 1, 400, 0)
