"""Workers who share the reconciliation: what each comes to is what one alone would have come to, row by row."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from tests.conftest import examples
from tests.people import NEWEST, NOW, Someone, a_file, a_worker
from tests.registry.test_loading import written
from verify_service.conversations.news import reconcile_and_tell, tell_news
from verify_service.ground.database import transaction
from verify_service.registry import loading
from verify_service.registry.one_person import decide, take_back
from verify_service.verification.evidence import Statement, record_statement
from verify_service.verification.reconciliation import Reconciled, drain, forget_verdicts, reconcile_batch
from verify_service.verification.stale import BLOCK, mark, wait_for_others

WORKERS = 4
SAID = ("confirms", "denies", "not_me", "wrong_data", "does_not_know", "moved", "not_working")


def a_city(db: Any, people: int) -> list[Someone]:
    """People of a dozen blocks; every fifth stands on two lines, every seventh shares the phone of the one before."""
    city = []
    for place in range(people):
        db.execute("SELECT setval('worker_id_seq', %s)", [1 + place * 12 * BLOCK // people])
        nik, phone = f"32750115019{place:05}", f"+62812345{place - (place % 7 == 6):05}"
        city.append(a_worker(db, nik=nik, phone=phone, row=2 * place + 2, since=dt.date(2025, 1, 1)))
        if place % 5 == 4:
            a_worker(db, nik=nik, phone=None, row=2 * place + 3)
    return city


def state(db: Any) -> dict[str, list[Any]]:
    """What was computed, without when and in which order."""
    asked = {
        "verdicts": """SELECT enrolment_id, period, list, insurer, worker, rt_head, duplicate, assisted, paid_by,
                              verdict, owner, rupiah FROM verdict ORDER BY 1, 2""",
        "discrepancies": """SELECT enrolment_id, period, verdict, owner, rupiah FROM discrepancy
                            WHERE closed_at IS NULL ORDER BY 1""",
        "gaps": """SELECT worker_id, unpaid_from, unpaid_to, lapses_on, lapsed FROM cover_gap
                   WHERE ended_at IS NULL ORDER BY 1""",
    }
    return {name: db.execute(statement).fetchall() for name, statement in asked.items()}


def rebuilt(db: Any) -> dict[str, list[Any]]:
    """The same from nothing, by one worker."""
    db.execute("DELETE FROM discrepancy")
    db.execute("DELETE FROM cover_gap")
    with transaction() as session:
        forget_verdicts(session, now=NOW)
    drain(one_batch)
    return state(db)


def one_batch() -> Reconciled:
    with transaction() as session:
        return reconcile_and_tell(session, now=dt.datetime.now(dt.UTC))


def all_of_it() -> Reconciled:
    """As `verify reconcile`: what others have is waited for."""

    def others() -> bool:
        with transaction() as session:
            return wait_for_others(session)

    return drain(one_batch, wait=others)


class History:
    """What befalls a city while it is reconciled: answers, files that replace files, pairs that are decided."""

    def __init__(self, db: Any, city: list[Someone], folder: Path, seed: int) -> None:
        self.city, self.folder, self.seed = city, folder, seed
        self.pairs = [
            db.execute(
                """INSERT INTO person_pair (low, high, score, why, found_at, import_id)
                   VALUES (%s, %s, 20, '{name}', %s, %s) RETURNING id""",
                [city[place].worker, city[place + 40].worker, NOW, a_file(db, "roster")],
            ).fetchone()[0]
            for place in range(0, 20, 2)
        ]

    def answers(self) -> None:
        chance = random.Random(self.seed)
        for number in range(60):
            said = Statement("worker", chance.choice(SAID), "ussd", f"test:{number}")
            with transaction() as session:
                record_statement(session, said, worker_id=chance.choice(self.city).worker, now=_now())
            time.sleep(chance.random() / 50)

    def files(self) -> None:
        chance = random.Random(self.seed + 1)
        for number in range(4):
            lines = [
                f"{one.nik},{chance.choice(('AKTIF', 'AKTIF', 'MENUNGGAK'))}"
                for one in self.city
                if chance.random() < 0.9
            ]
            file = written(self.folder, *lines, name=f"{number}.csv", headings="NIK,STATUS")
            month = dt.date(2026, 9 + number % 2, 1)
            with transaction() as session:
                loading.import_insurer(session, file, period=month, now=_now(), actor="test")
            time.sleep(chance.random() / 5)

    def pairs_decided(self) -> None:
        chance = random.Random(self.seed + 2)
        for pair in self.pairs:
            with transaction() as session:
                decide(session, pair, "same", note="", now=_now(), actor="test")
            time.sleep(chance.random() / 20)
            if chance.random() < 0.4:
                with transaction() as session:
                    take_back(session, pair, now=_now(), actor="test")

    def removals(self) -> None:
        chance = random.Random(self.seed + 3)
        for _ in range(15):
            someone = chance.choice(self.city)
            with transaction() as session:
                session.execute(
                    text("UPDATE enrolment SET removed_from = :month WHERE id = :line"),
                    {"line": someone.enrolment, "month": chance.choice((None, NEWEST))},
                )
                mark(session, [someone.enrolment], now=_now())
            time.sleep(chance.random() / 20)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(examples(2)))
def test_with_four_workers_and_any_interleaving_each_row_is_what_one_worker_comes_to(
    db: Any, tmp_path: Path, seed: int
) -> None:
    city = a_city(db, 120)
    history = History(db, city, tmp_path, seed)
    over = threading.Event()
    claimed: list[int] = []

    def worker(number: int) -> None:
        chance = random.Random(f"{seed}:{number}")

        def slowly(enrolments: str, session: Any) -> int:
            time.sleep(chance.random() / 30)  # others write between our reading and our commit
            return tell_news(session, enrolments, now=_now())

        while not over.is_set():
            with transaction() as session:
                batch = chance.choice((1, 5, 40, 1000))
                done = reconcile_batch(session, now=_now(), batch=batch, tell=lambda held: slowly(held, session))
            claimed.append(done.enrolments)
            time.sleep(chance.random() / 50 if not done.enrolments else 0)

    writers: list[Callable[[], None]] = [history.answers, history.files, history.pairs_decided, history.removals]
    with ThreadPoolExecutor(WORKERS + len(writers)) as pool:
        working = [pool.submit(worker, number) for number in range(WORKERS)]
        for writing in [pool.submit(writer) for writer in writers]:
            writing.result()
        over.set()
        for one in working:
            one.result()
    all_of_it()
    assert db.execute("SELECT count(*) FROM stale_enrolment").fetchone() == (0,)
    assert sum(claimed) > len(city)
    together = state(db)
    assert {row[9] for row in together["verdicts"]} > {"unconfirmed", "duplicate_entry"}
    assert together["gaps"]
    assert together == rebuilt(db)


def test_two_workers_look_at_different_people_at_the_same_time(db: Any) -> None:
    near, far = a_city(db, 12)[0], a_worker(db, nik="3275011501900099", phone=None, row=99)
    db.execute("DELETE FROM stale_enrolment WHERE enrolment_id <> %s", [near.enrolment])
    with transaction() as first:
        assert reconcile_batch(first, now=NOW).enrolments == 1
        for one in (near, far):
            db.execute("INSERT INTO stale_enrolment (enrolment_id, since) VALUES (%s, now())", [one.enrolment])
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(one_batch)
            assert second.result(timeout=10).enrolments == 1  # and not the one that the first is looking at
    assert db.execute("SELECT enrolment_id FROM stale_enrolment").fetchall() == [(near.enrolment,)]
    assert one_batch().enrolments == 1


def test_a_whole_list_is_shared_out(db: Any) -> None:
    _a_list(db, 40 * BLOCK, every=401)
    with transaction() as first, transaction() as second:
        taken = [reconcile_batch(session, now=NOW).enrolments for session in (first, second)]
    assert all(one == pytest.approx(8 * BLOCK / 401, abs=2) for one in taken), taken
    drain(one_batch)
    assert db.execute("SELECT count(*) FROM verdict").fetchone() == (1 + 40 * BLOCK // 401,)


def test_what_is_said_between_claim_and_commit_is_another_look(db: Any) -> None:
    someone = a_worker(db)

    def said_meanwhile(enrolments: str) -> int:
        with transaction() as other:
            said = Statement("worker", "confirms", "ussd", "test:1")
            record_statement(other, said, worker_id=someone.worker, now=NOW)
        return 0

    with transaction() as session:
        reconcile_batch(session, now=NOW, tell=said_meanwhile)
    assert db.execute("SELECT verdict FROM verdict").fetchall() == [("unconfirmed",)]
    assert one_batch().verdicts == 1
    assert db.execute("SELECT verdict FROM verdict").fetchall() == [("confirmed",)]


_A_WORKER = """
from jobs.reconcile import one_batch
print("begins", flush=True)
while one_batch().enrolments:
    pass
"""


def test_a_worker_killed_at_any_moment_loses_nothing(db: Any) -> None:
    chance = random.Random(11)
    _a_list(db, 12 * BLOCK, every=84)
    for _ in range(examples(2)):
        workers = [
            subprocess.Popen([sys.executable, "-c", _A_WORKER], stdout=subprocess.PIPE, text=True, env=os.environ)
            for _ in range(2)
        ]
        for one in workers:
            assert one.stdout is not None
            assert one.stdout.readline() == "begins\n"
        time.sleep(chance.random() / 2)
        workers[0].send_signal(signal.SIGKILL)
        for one in workers:
            one.communicate()
        all_of_it()
        assert db.execute("SELECT count(*) FROM stale_enrolment").fetchone() == (0,)
        together = state(db)
        assert len(together["verdicts"]) == db.execute("SELECT count(*) FROM enrolment").fetchone()[0]
        assert together == rebuilt(db)
        db.execute("DELETE FROM verdict")
        db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")


def test_who_must_be_alone_waits_for_all_and_keeps_all_out(db: Any) -> None:
    a_city(db, 12)
    undo = "SELECT pg_advisory_xact_lock(hashtext('reconcile'))"  # as registry/undo.py
    with psycopg.connect(os.environ["VERIFY_DATABASE_URL"]) as other:
        with transaction() as session:
            assert reconcile_batch(session, now=NOW).enrolments
            other.execute("SET lock_timeout = '200ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(undo)
        other.rollback()
        other.execute(undo)
        db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(one_batch)
            time.sleep(0.5)
            assert not waiting.done()
            other.rollback()
            assert waiting.result(timeout=10).enrolments


def _a_list(db: Any, highest: int, *, every: int) -> None:
    """One line for each of these workers, who are scattered over that many numbers, all of them stale."""
    a_worker(db)  # with the files that go with it
    db.execute(
        """INSERT INTO worker (id, nik, nik_index, name, name_key, created_at) OVERRIDING SYSTEM VALUE
           SELECT n, 'x', substr(sha256(n::text::bytea), 1, 16), 'n', 'N', now()
           FROM generate_series(%s, %s, %s) n""",
        [every, highest, every],
    )
    db.execute(
        """INSERT INTO enrolment (worker_id, import_id, row, paid_from, months, created_at)
           SELECT id, %s, id, '2026-01-01', 12, now() FROM worker WHERE id > 1 ORDER BY id""",
        [a_file(db, "roster")],
    )
    db.execute(
        """INSERT INTO insurer_record (import_id, period, row, nik_index, status)
           SELECT %s, %s, id, nik_index, CASE WHEN id %% 25 = 0 THEN 'unpaid' ELSE 'active' END
           FROM worker WHERE id > 1""",
        [a_file(db, "insurer", NEWEST), NEWEST],
    )
    db.execute("INSERT INTO stale_enrolment (enrolment_id, since) SELECT id, now() FROM enrolment WHERE id > 1")
    db.execute("ANALYZE")
