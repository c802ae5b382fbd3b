"""A line that cannot be written costs nobody a screen: full disks, collectors that died, collectors that hang."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests import warm_processes
from tests.handset import webhook
from verify_service import logs

NUMBER = "+6281234567890"


@contextmanager
def a_full_disk() -> Iterator[int]:
    """Every write fails: no space left on device."""
    with Path("/dev/full").open("wb") as full:
        yield full.fileno()


@contextmanager
def a_dead_collector() -> Iterator[int]:
    """A pipe whose reader is gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@contextmanager
def a_collector_that_hangs() -> Iterator[int]:
    """A pipe that is full, and that nobody reads."""
    reader, writer = os.pipe()
    _fill(writer)
    yield writer
    os.close(reader)
    os.close(writer)


@contextmanager
def a_journal_that_hangs() -> Iterator[int]:
    """The same as a socket, as systemd has it."""
    reader, writer = socket.socketpair()
    with reader, writer:
        _fill(writer.fileno())
        yield writer.fileno()


def _fill(descriptor: int) -> None:
    os.set_blocking(descriptor, False)
    for size in (1000, 1):
        with suppress(BlockingIOError):
            while True:
                os.write(descriptor, b"x" * size)
    os.set_blocking(descriptor, True)


WHERE = [a_full_disk, a_dead_collector, a_collector_that_hangs, a_journal_that_hangs]
Place = Callable[[], Any]


@contextmanager
def running(module: list[str], log: int) -> Iterator[subprocess.Popen[bytes]]:
    child = warm_processes.start(["-m", *module], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def web(log: int) -> Iterator[str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = (
        f"--interface wsgi --host 127.0.0.1 --port {port} --workers 1 --blocking-threads 2 --no-ws --no-access-log"
    )
    options += " --log-level warning"
    with running(["granian", *options.split(), "wsgi:app"], log) as child:
        for _ in range(300):
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
                break
            assert child.poll() is None, "the web process stopped"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"


def post(address: str, **form: str) -> str:
    with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode(), timeout=5) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("place", WHERE)
def test_the_web_process_answers_though_its_lines_go_nowhere(db: Any, place: Place) -> None:
    with place() as log, web(log) as address:
        ussd = address + webhook("ussd")
        assert post(ussd, sessionId="S1", phoneNumber=NUMBER, text="").startswith("CON Pilih bahasa")
        assert post(ussd, sessionId="S1", phoneNumber=NUMBER, text="1").startswith("CON Data Anda")
        assert post(address + webhook("sms"), id="1", **{"from": NUMBER}, to="1", text="YA", date="2026-11-23") == ""
        with urllib.request.urlopen(f"{address}/metrics", timeout=5) as counted:
            dropped = re.search(r"^verify_log_lines_dropped_total ([0-9.]+)$", counted.read().decode(), re.MULTILINE)
        assert dropped is not None
        assert float(dropped[1]) >= 2
    assert db.execute("SELECT count(*) FROM inbound_message").fetchone() == (1,)


@pytest.mark.parametrize("place", WHERE)
def test_worker_and_clock_work_though_their_lines_go_nowhere(db: Any, place: Place) -> None:
    from verify_service.app import create_app

    client = create_app().test_client()
    with place() as log, running(["jobs.worker"], log) as worker, running(["jobs.clock"], log) as clock:
        text = {"id": "1", "from": NUMBER, "to": "1", "text": "CEK", "date": "2026-11-23 03:00:00"}
        assert client.post(webhook("sms"), data=text).status_code == 200
        deadline = time.monotonic() + 30
        while db.execute("SELECT count(*) FROM outbox WHERE state = 'accepted'").fetchone() != (1,):
            assert time.monotonic() < deadline
            assert worker.poll() is None
            assert clock.poll() is None
            time.sleep(0.1)


def test_when_lines_can_be_written_again_one_says_how_many_were_lost() -> None:
    reader, writer = os.pipe()
    _fill(writer)
    with os.fdopen(writer, "w") as stream, os.fdopen(reader, "rb") as collector:
        kept = logs.Lines(stream)
        for number in range(3):
            kept.write(f"lost {number}\n")
        os.read(collector.fileno(), 1_000_000)
        kept.write("back\n")
        told = os.read(collector.fileno(), 10_000).decode().splitlines()
    assert told[-1] == "back"
    assert '"lines": 3' in told[-2]


def test_a_line_longer_than_there_is_room_for_spoils_no_other() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream, os.fdopen(reader, "rb") as collector:
        kept = logs.Lines(stream)
        kept.write("x" * 1_000_000 + "\n")
        os.read(collector.fileno(), 1_000_000)
        kept.write("whole\n")
        assert os.read(collector.fileno(), 10_000).decode().splitlines()[-1] == "whole"


def test_lines_go_on_behind_what_a_file_has(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as one, log.open("a") as another:
        logs.Lines(one).write("é\ud800\n")
        logs.Lines(another).write("after\n")
    assert log.read_text().splitlines() == ["before", "é\\ud800", "after"]


@pytest.mark.parametrize("stream", [None, open(os.devnull)], ids=["none", "closed"])  # noqa: SIM115
def test_without_standard_error_nothing_is_written_anywhere(stream: Any) -> None:
    if stream is not None:
        stream.close()
    logs.Lines(stream).write("nowhere\n")
