"""What a citizen and an operator see when a server is gone, and that nothing waits for ever."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.handset import CarrierHandset, Handset, webhook
from tests.serving import new_client
from verify_service.demo import embedded
from verify_service.ground import schema

NUMBER = "+6281234567890"
BUSY = "END Maaf, layanan sedang sibuk"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Servers]:
    """Servers of these tests' own, to be tormented, and beside the database one to copy it from."""
    servers = embedded.start(tmp_path_factory.mktemp("own") / "data", durable=False)
    with psycopg.connect(_at(servers, "postgres"), autocommit=True) as server:
        server.execute("CREATE DATABASE untouched")
        schema.upgrade(_at(servers, "untouched"), embedded.APPLICATION)
    yield servers
    servers.stop()


@pytest.fixture
def own(servers: embedded.Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.Servers]:
    """The servers alive, with nobody in the tables."""
    servers.revive()
    with _connected(_at(servers, "postgres")) as server:
        server.execute("DROP DATABASE verify WITH (FORCE)")
        server.execute("CREATE DATABASE verify TEMPLATE untouched")
    monkeypatch.setenv("VERIFY_DATABASE_URL", servers.application_url)
    monkeypatch.setenv("VERIFY_OWNER_DATABASE_URL", servers.owner_url)
    monkeypatch.setenv("VERIFY_REDIS_URL", servers.redis_url)
    forget_everything()
    yield servers
    forget_everything()
    for child in servers.children:
        if child.poll() is None:
            _signal_all(child.pid, signal.SIGCONT)
    monkeypatch.undo()
    forget_everything()


def _connected(address: str) -> psycopg.Connection[Any]:
    """A connection, once the server is back."""
    for _ in range(100):
        with suppress(psycopg.OperationalError):
            return psycopg.connect(address, autocommit=True)
        time.sleep(0.05)
    raise TimeoutError(address)


def _at(servers: embedded.Servers, name: str) -> str:
    return servers.owner_url.replace("/verify?", f"/{name}?")


def _signal_all(postmaster: int, how: signal.Signals) -> None:
    """To the postmaster and its children, each of which leads a group of its own."""
    for stat in [Path(f"/proc/{postmaster}/stat"), *Path("/proc").glob("[0-9]*/stat")]:
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        if postmaster in (pid, parent):
            os.kill(pid, how)


def _client() -> FlaskClient:
    return new_client()


def _statuses(client: FlaskClient) -> dict[str, int]:
    return {
        kind: client.post(
            webhook(kind),
            data={
                "id": "1",
                "from": NUMBER,
                "sessionId": "S",
                "status": "Sent",
                "text": "x",
                "phoneNumber": NUMBER,
                "date": "2026-11-23 03:00:00",
            },
        ).status_code
        for kind in ("ussd-events", "sms", "delivery-reports", "opt-outs")
    }


def _ready(client: FlaskClient) -> tuple[int, Any]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.get_json()


def test_a_hanging_database_is_busy_in_time_and_forgotten_when_it_wakes(own: embedded.Servers) -> None:
    client, phone = _client(), None
    phone = Handset(client, NUMBER)
    assert phone.dial().startswith("CON Pilih bahasa")
    _signal_all(own.children[0].pid, signal.SIGSTOP)
    before = time.monotonic()
    assert phone.send("1").startswith(BUSY)
    assert time.monotonic() - before < 5  # 3 s of patience, and some for a busy machine
    assert _ready(client)[0] == 503
    _signal_all(own.children[0].pid, signal.SIGCONT)
    assert phone.repeat().startswith("CON Data Anda")
    assert _ready(client)[0] == 200


def test_a_dead_database_answers_busy_and_503(own: embedded.Servers) -> None:
    client = _client()
    phone = Handset(client, NUMBER)
    phone.dial()
    own.children[0].send_signal(signal.SIGINT)
    own.children[0].wait(10)
    assert phone.send("1").startswith(BUSY)
    assert CarrierHandset(client, NUMBER).dial().startswith(BUSY)
    assert set(_statuses(client).values()) == {503}
    status, told = _ready(client)
    assert status == 503
    assert told["database"] == "down"
    assert client.get("/health/live").status_code == 200


def test_without_valkey_everything_answers(own: embedded.Servers) -> None:
    client = _client()
    own.children[1].kill()
    own.children[1].wait(10)
    phone = Handset(client, NUMBER)
    assert phone.dial().startswith("CON Pilih bahasa")
    assert phone.send("1").startswith("CON Data Anda")
    assert set(_statuses(client).values()) == {200}
    status, told = _ready(client)
    assert status == 200
    assert told["queue"] == "down"


def test_a_connection_the_server_closed_is_replaced_unseen(own: embedded.Servers) -> None:
    client = _client()
    phone = Handset(client, NUMBER)
    phone.dial()
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'verify_app'")
    time.sleep(0.2)
    assert phone.send("1").startswith("CON Data Anda")


_OWNER = """
import sys, time
from pathlib import Path
from verify_service.demo import embedded
from verify_service.ground import schema
servers = embedded.start(Path(sys.argv[1]))
print(*(child.pid for child in servers.children), flush=True)
time.sleep(60)
"""


def test_both_servers_stop_when_their_owner_is_killed_and_start_again(tmp_path: Path) -> None:
    import subprocess
    import sys

    owner = subprocess.Popen([sys.executable, "-c", _OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pids = [int(pid) for pid in owner.stdout.readline().split()]
    owner.stdout.close()
    assert len(pids) == 2
    owner.kill()
    owner.wait()
    deadline = time.monotonic() + 10
    while any(_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "a server outlived its owner"
        time.sleep(0.05)
    embedded.start(tmp_path).stop()


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_directory_has_one_owner(tmp_path: Path) -> None:
    first = embedded.start(tmp_path)
    try:
        with pytest.raises(embedded.ServersRefused, match="in use"):
            embedded.start(tmp_path)
        first.announce()
        with embedded.joined(tmp_path) as found:
            assert found is not None
            assert found["redis_url"] == first.redis_url
    finally:
        first.stop()
    with embedded.joined(tmp_path) as found:
        assert found is None


@pytest.mark.parametrize("name", ["d" * 120, "a folder, with blanks", "%41 & 'quotes'", "földer"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    servers = embedded.start(tmp_path / name, durable=False)
    servers.stop()


def test_nobody_else_may_read_the_data(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path / "data", durable=False)
    servers.stop()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "passwords.json").stat().st_mode & 0o077 == 0


def test_a_password_is_asked_from_the_first_second(tmp_path: Path) -> None:
    servers = embedded.start(tmp_path, durable=False)
    try:
        without = servers.owner_url.replace(servers.owner_url.split("@")[0], "postgresql://verify_owner")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(without)
    finally:
        servers.stop()
