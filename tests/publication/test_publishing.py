"""What is published of a real list: it adds up, it is near, and it is kept."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from tests.people import NOW, a_worker
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.publication import publishing
from verify_service.publication.printed import current, refused_week
from verify_service.publication.tables import count
from verify_service.verification.reconciliation import reconcile_batch


def a_list(db: Any, people: int = 23, answered: int = 9) -> None:
    """So many workers, in two kelurahan, of whom the first ones confirm; five of these with help."""
    for place in range(people):
        kelurahan = "32.75.01.1001" if place % 3 else "32.75.02.1001"
        someone = a_worker(
            db,
            nik=f"32750115019000{place:02}",
            phone=None,
            row=place + 2,
            occupation="Tukang ojek pangkalan",
            kelurahan=kelurahan,
        )
        if place < answered:
            db.execute(
                """INSERT INTO evidence (enrolment_id, source, statement, assisted, channel, inbound, received_at)
                   VALUES (%s, 'worker', 'confirms', %s, 'ussd', %s, %s)""",
                [someone.enrolment, place < 5, f"test:{place}", NOW],
            )
    with transaction() as session:
        reconcile_batch(session, premium=16_800, now=NOW)


def publish(now: dt.datetime = NOW, seed: int = 1) -> bool:
    with transaction() as session:
        held = publishing.ready(session, now=now)
    assert held is not None
    decided = publishing.decide(held, random.Random(seed))
    with transaction() as session:
        return publishing.keep(session, decided, now=now)


def printed(db: Any) -> dict[str, Any]:
    (page,) = db.execute("SELECT printed FROM publication WHERE refused IS NULL ORDER BY id DESC LIMIT 1").fetchone()
    return dict(page)


def test_what_is_counted_is_the_list_as_the_newest_month_has_it(db: Any) -> None:
    a_list(db)
    with transaction() as session:
        counted = count(session, now=NOW)
    told = counted.counts
    assert told["city/all/all"] == 23
    assert told["city/all/active"] == 23
    assert (told["city/all/confirmed"], told["city/all/assisted"], told["city/all/not_reached"]) == (4, 5, 14)
    assert told["kelurahan:32.75.02.1001/all/all"] == told["kecamatan:32.75.02/all/all"] == 8
    assert told["occupation:transport/unknown/all"] == told["age:unknown/all/all"] == 23
    for total, parts in counted.sums:
        assert told[total] == sum(told[part] for part in parts), total


def test_every_printed_count_is_a_neighbouring_multiple_of_five_and_every_sum_holds(db: Any) -> None:
    a_list(db)
    with transaction() as session:
        counted = count(session, now=NOW)
    assert publish()
    page = printed(db)["counts"]
    assert page.keys() == counted.counts.keys()
    for key, number in page.items():
        assert number % 5 == 0
        assert abs(number - counted.counts[key]) < 5
    for total, parts in counted.sums:
        assert page[total] == sum(page[part] for part in parts), total


def test_a_week_is_printed_once(db: Any) -> None:
    a_list(db)
    assert publish()
    before = printed(db)
    assert not publish(seed=2)
    assert printed(db) == before
    assert publish(NOW + dt.timedelta(days=7))


def test_a_count_that_stays_is_printed_as_last_week(db: Any) -> None:
    a_list(db)
    publish()
    first = printed(db)["counts"]
    publish(NOW + dt.timedelta(days=7), seed=2)
    assert printed(db)["counts"] == first


def test_totals_of_the_city_are_exact_where_none_of_them_is_small(db: Any) -> None:
    a_list(db, answered=12)
    publish()
    assert printed(db)["exact"]["city/all/confirmed"] == 7


def test_totals_of_a_city_with_a_small_one_are_rounded_as_all_others(db: Any) -> None:
    a_list(db)  # four have confirmed by themselves
    publish()
    assert printed(db)["exact"] == {}


def test_it_is_due_in_the_night_of_its_day_and_in_later_nights_where_that_was_missed(db: Any) -> None:
    a_list(db)
    publish(NOW)
    midnight = dt.datetime(2026, 11, 30, tzinfo=programme().zone)  # a Monday begins
    hours = {-20: False, 2: False, 3: True, 5: True, 6: False, 24: False, 27: True}
    with transaction() as session:
        for hour, due in hours.items():
            assert publishing.is_due(session, now=midnight + dt.timedelta(hours=hour)) == due, hour
    publish(midnight)
    with transaction() as session:
        assert not publishing.is_due(session, now=midnight + dt.timedelta(hours=27))


def test_exact_counts_are_let_go_of_once_the_attack_needs_them_no_longer(db: Any) -> None:
    a_list(db, people=15, answered=0)  # none of its counts is small: nothing is to be attacked
    for week in range(10):
        publish(NOW + dt.timedelta(days=7 * week))
    held = [row[0] for row in db.execute("SELECT counts IS NOT NULL FROM publication ORDER BY id").fetchall()]
    assert held == [False, False] + [True] * 8


def test_what_is_refused_leaves_last_week_printed_and_says_why(db: Any) -> None:
    a_list(db)
    publish()
    before = printed(db)
    later = NOW + dt.timedelta(days=7)
    with transaction() as session:
        held = publishing.ready(session, now=later)
        assert held is not None
        publishing.keep(session, publishing.Decided(held, None, {}, "two small counts could be told"), now=later)
    with transaction() as session:
        stands, refused = current(session), refused_week(session)
        assert stands is not None
        assert stands.printed == before
        assert refused == dt.date(2026, 11, 30)
    (why,) = db.execute("SELECT detail ->> 'why' FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    assert why == "two small counts could be told"


def test_before_the_insurer_has_reported_there_is_nothing_to_publish(db: Any) -> None:
    with transaction() as session:
        assert publishing.ready(session, now=NOW) is None
