"""Nobody waits for ever: not for a row that somebody holds, nor for a table that is being changed, nor for us."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import verify_service
from jobs import messages as texting
from jobs import reconcile as reconciling
from tests.conftest import TEMPLATE, forget_everything
from tests.handset import CarrierHandset, Handset, webhook
from tests.people import a_worker
from tests.serving import new_client
from verify_service.app import create_app
from verify_service.demo import embedded
from verify_service.ground import schema
from verify_service.ground.database import LIMITS, allow_long_work, sqlalchemy_url, transaction

NUMBER, OTHER = "+6281234567890", "+6281299990002"
BUSY = "END Maaf, layanan sedang sibuk"
MENU = "CON SIGAP Bekasi"


@pytest.fixture
def client(db: Any) -> FlaskClient:
    return new_client()


@contextmanager
def held(owner_url: str, *statements: str) -> Iterator[None]:
    """Somebody else's transaction that stays open."""
    with psycopg.connect(owner_url, application_name="psql") as somebody:
        for statement in statements:
            somebody.execute(statement)
        yield
        somebody.rollback()


ROW = "SELECT 1 FROM phone WHERE id = (SELECT min(id) FROM phone) FOR UPDATE"


def texted(client: FlaskClient, number: str, words: str, provider_id: str) -> int:
    fields = {"id": provider_id, "from": number, "to": "1", "text": words, "date": "2026-11-23 03:00:00"}
    return client.post(webhook("sms"), data=fields).status_code


def test_the_server_holds_the_application_to_its_limits(db: Any) -> None:
    with transaction(seconds=3) as session:
        for name, limit in LIMITS.items():
            shown = session.scalar(text(f"SHOW {name}"))
            assert shown == limit, name
    with transaction() as session:
        assert session.scalar(text("SHOW lock_timeout")) == LIMITS["lock_timeout"]
        assert session.scalar(text("SHOW statement_timeout")) == "1h"
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1h"


def test_a_held_phone_is_busy_in_time_and_holds_nobody_else_up(db: Any, client: FlaskClient, owner_url: str) -> None:
    a_worker(db)
    a_worker(db, nik="3275011501900002", name="Kairav Haryanto", phone=OTHER, row=3)
    one, other = Handset(client, NUMBER), CarrierHandset(client, OTHER)
    assert one.dial().startswith(MENU)
    with held(owner_url, ROW):
        for _ in range(2):
            began = time.monotonic()
            assert one.send("1").startswith(BUSY)
            assert time.monotonic() - began < 3.5
            assert other.dial().startswith(MENU)
        assert texted(client, NUMBER, "CEK", "1") == 200
        assert texted(client, OTHER, "CEK", "2") == 200
        began = time.monotonic()
        texting.handle()
        assert time.monotonic() - began < 8
        assert db.execute("SELECT provider_id FROM inbound_message WHERE handled_at IS NOT NULL").fetchall() == [("2",)]
    db.execute("UPDATE inbound_message SET due_at = now()")
    texting.handle()
    assert db.execute("SELECT count(*) FROM inbound_message WHERE handled_at IS NULL").fetchone() == (0,)


def test_a_held_table_is_busy_in_time_at_every_door(db: Any, client: FlaskClient, owner_url: str) -> None:
    fields = {"id": "1", "from": NUMBER, "sessionId": "S", "status": "Sent", "text": "x", "phoneNumber": NUMBER}

    def screen(phone: Handset) -> bool:
        return phone.dial().startswith(BUSY)

    def refused(method: str, path: str, *statuses: int, **given: Any) -> bool:
        return new_client().open(path, method=method, **given).status_code in (statuses or (503,))

    doors: list[Callable[[], bool]] = [
        partial(screen, Handset(new_client(), NUMBER)),
        partial(screen, CarrierHandset(new_client(), NUMBER)),
        *(
            partial(refused, "POST", webhook(kind), data=fields)
            for kind in ("ussd-events", "sms", "delivery-reports", "opt-outs")
        ),
        partial(refused, "GET", "/"),
        partial(refused, "GET", "/open311/v2/requests.json", headers={"X-Api-Key": "x"}),
        partial(refused, "POST", "/console/login", 400, 503, data={"email": "a@b.id", "password": "x"}),
    ]
    with held(owner_url, "LOCK phone, inbound_message, outbox, session_end, opt_out_notice, delivery_notice, officer, "
                         "grievance, api_key, verdict, enrolment, conversation, publication"), \
            ThreadPoolExecutor(len(doors)) as people:  # fmt: skip
        began = time.monotonic()
        came = [people.submit(door) for door in doors]  # all at once: each waits for two seconds
        assert [one.result() for one in came] == [True] * len(doors)
        assert time.monotonic() - began < 8
    assert Handset(client, NUMBER).dial().startswith("CON Pilih bahasa")


def test_one_that_begins_and_says_no_more_is_let_go_by_the_server(db: Any) -> None:
    with transaction(seconds=10) as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
        session.execute(text("SELECT 1"))
        time.sleep(0.6)
        with pytest.raises(Exception, match="idle-in-transaction") as cut:
            session.execute(text("SELECT 1"))
        assert cut.type.__module__ == "sqlalchemy.exc"
        session.rollback()
        session.invalidate()


def test_reconciling_goes_on_with_the_others_while_a_phone_is_held(db: Any, owner_url: str) -> None:
    a_worker(db, insurer="inactive")
    a_worker(db, nik="3275011501900002", name="Kairav Haryanto", phone=OTHER, row=3, insurer="inactive")
    with held(owner_url, ROW):
        began = time.monotonic()
        reconciling.reconcile()
        assert time.monotonic() - began < 5
        assert db.execute("SELECT phone_id FROM outbox").fetchall() == [(2,)]
    reconciling.reconcile()
    assert db.execute("SELECT phone_id FROM outbox ORDER BY id").fetchall() == [(2,), (1,)]
    assert db.execute("SELECT count(*) FROM stale_enrolment").fetchone() == (0,)


def test_five_hundred_texts_of_one_phone_hold_nobody_elses_up(db: Any) -> None:
    app, slowest = create_app(), [0.0]

    def flood(of: range) -> None:
        client = app.test_client()
        assert {texted(client, NUMBER, f"YA {number}", f"flood{number}") for number in of} == {200}

    floods = [threading.Thread(target=flood, args=[range(start, 500, 4)]) for start in range(4)]
    for one in floods:
        one.start()
    client = app.test_client()
    for number in range(20):
        began = time.monotonic()
        assert texted(client, f"+62812999901{number:02}", "CEK", f"other{number}") == 200
        assert Handset(client, OTHER).dial().startswith("CON ")
        slowest.append(time.monotonic() - began)
    for one in floods:
        one.join(60)
    assert max(slowest) < 1.5
    assert db.execute("SELECT count(*) FROM inbound_message").fetchone() == (520,)


# --- migrations ---


@pytest.fixture
def own(_own_database: None, owner_url: str, worker_id: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The owner's address of a database of this test's own, at the newest schema there is."""
    name = f"verify_own_{worker_id}"
    for setting in ("VERIFY_DATABASE_URL", "VERIFY_OWNER_DATABASE_URL"):
        monkeypatch.setenv(setting, os.environ[setting].replace(f"/verify_{worker_id}?", f"/{name}?"))
    forget_everything()
    with psycopg.connect(owner_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        yield os.environ["VERIFY_OWNER_DATABASE_URL"]
        forget_everything()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    monkeypatch.undo()
    forget_everything()


# What migrations of tables that hops go through do at some moment.
_CHANGES = {
    "9998": """
from alembic import op
from verify_service.ground.migrations.online import index_online, key_online
revision, down_revision, branch_labels, depends_on = "9998", "{head}", None, None
def upgrade():
    index_online("ix_tried", "phone", "created_at")
    key_online("uq_tried", "phone", "id, created_at")
    op.execute("ALTER TABLE phone ADD COLUMN tried text")
""",
    "9999": """
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "9998", None, None
def upgrade():
    op.execute("ALTER TABLE conversation ADD COLUMN tried text")
""",
}


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """The folder of a release with two more migrations: a copy, since others migrate by this one meanwhile.

    With what is compiled: each command would compile it all anew.
    """
    root = Path(verify_service.__file__).parents[1]
    shutil.copytree(root / "verify_service", tmp_path / "verify_service")
    for package in ("flows", "jobs"):
        (tmp_path / package).symlink_to(root / package)
    versions = tmp_path / "verify_service" / "ground" / "migrations" / "versions"
    for number, change in _CHANGES.items():
        (versions / f"{number}_tried.py").write_text(change.format(head=schema.newest()))
    return tmp_path


def test_hops_go_on_while_a_migration_waits_behind_an_open_read(own: str, next_release: Path) -> None:
    client = new_client()
    phones = [Handset(client, f"+62812999900{number:02}") for number in range(10)]
    assert phones[0].dial().startswith("CON Pilih bahasa")
    slowest, said = 0.0, []
    with held(own, "SELECT count(*) FROM phone", "SELECT count(*) FROM conversation"):
        migrating = _migrate(next_release)
        until = time.monotonic() + 8
        while time.monotonic() < until:
            phone = phones[len(said) % 10]
            began = time.monotonic()
            said.append(phone.dial())
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.05)
        assert migrating.poll() is None, migrating.communicate()
    told, errors = migrating.communicate(timeout=60)
    assert migrating.returncode == 0, errors
    assert {screen[:16] for screen in said} == {"CON Pilih bahasa"}
    assert slowest < 2.5
    assert "9999" in told
    assert "waits for process" in errors
    assert "psql, idle in transaction for" in errors
    assert "SELECT" not in errors


def _migrate(release: Path) -> subprocess.Popen[str]:
    verify = [sys.executable, "-m", "verify_service.cli", "migrate"]
    return subprocess.Popen(verify, cwd=release, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_migration_keeps_what_it_did_while_the_one_behind_it_waits(own: str, next_release: Path) -> None:
    with psycopg.connect(own, autocommit=True) as owner:
        reached = "SELECT version_num FROM alembic_version WHERE version_num = '9998'"
        with held(own, "SELECT count(*) FROM conversation"):
            migrating = _migrate(next_release)
            until = time.monotonic() + 30
            while owner.execute(reached).fetchone() is None and time.monotonic() < until:
                time.sleep(0.1)
            assert owner.execute("SELECT count(tried) FROM phone").fetchone() == (0,)
            assert migrating.poll() is None, migrating.communicate()
        told, errors = migrating.communicate(timeout=60)
        assert "9999" in told, errors
        assert owner.execute("SELECT contype FROM pg_constraint WHERE conname = 'uq_tried'").fetchone() == ("u",)


def test_a_build_that_broke_off_is_begun_anew(own: str, next_release: Path) -> None:
    with psycopg.connect(own, autocommit=True) as owner:
        owner.execute("INSERT INTO phone (number, number_index, created_at) SELECT '', i::text::bytea, now()"
                      " FROM generate_series(1, 2) i")  # fmt: skip
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("CREATE UNIQUE INDEX CONCURRENTLY ix_tried ON phone ((1))")
        assert owner.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (1,)
        told, errors = _migrate(next_release).communicate(timeout=60)
        assert "9999" in told, errors
        assert owner.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)


def test_two_who_migrate_at_once_do_it_once(own: str, next_release: Path) -> None:
    both = [_migrate(next_release), _migrate(next_release)]
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert all("9999" in told for told, _ in said)


def test_an_owner_who_may_not_set_the_limits_says_what_to_run(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path / "data", durable=False)  # of its own: what it sets is set for every database
    try:
        _limits_by_hand(servers.owner_url)
    finally:
        servers.stop()


def _limits_by_hand(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        owner.execute("CREATE DATABASE plain OWNER plain")
        owner.execute("ALTER ROLE verify_app RESET ALL")
        place = owner_url.partition("host=")[2]
        told: list[str] = []
        address = f"postgresql://plain:plain@/plain?host={place}"
        assert schema.upgrade(address, "verify_app", told.append) == schema.newest()
        assert "Have a superuser run: ALTER ROLE verify_app SET lock_timeout = '2s'" in told[0]
        for said in told:
            for statement in said.partition("run: ")[2].split("; "):
                owner.execute(statement)
        told.clear()
        assert schema.upgrade(address, "verify_app", told.append) == schema.newest()
        assert told == []


def test_a_table_that_nobody_lets_go_of_is_named_in_the_end(db: Any, owner_url: str) -> None:
    told: list[str] = []
    engine = create_engine(sqlalchemy_url(owner_url), poolclass=NullPool)
    with psycopg.connect(owner_url, autocommit=True) as beside, engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '300ms'"))
        connection.commit()

        def work() -> None:
            connection.execute(text("LOCK phone"))

        with held(owner_url, "SELECT 1 FROM phone"), pytest.raises(schema.TableHeld, match=r"process \d+ \(psql"):
            schema.patiently(work, connection, beside, told.append, pauses=(0.1, 0.1))
    assert len(told) == 2


def test_long_work_outlasts_the_limit_that_was_running_when_it_began(owner_url: str, db: Any) -> None:
    """PostgreSQL does not move a running transaction_timeout: it has to be ended and begun anew."""
    engine = create_engine(
        sqlalchemy_url(owner_url), poolclass=NullPool, connect_args={"options": "-c transaction_timeout=300ms"}
    )
    with Session(engine) as session, session.begin():
        allow_long_work(session)
        assert session.execute(text("SELECT 1 FROM pg_sleep(0.5)")).scalar_one() == 1
        assert session.execute(text("SHOW transaction_timeout")).scalar_one() == "6h"
