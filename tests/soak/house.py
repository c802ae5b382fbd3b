"""The whole service as processes that can be killed: two web, two workers, a clock, PostgreSQL and Valkey.

Whatever dies is started again half a second later, as an init system would.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests import warm_processes
from tests.soak.sabotaged import IN_DATABASE, IN_WEB
from verify_service.demo import children, embedded, keys
from verify_service.ground import programme

_BEFORE_REVIVAL = 0.5
_DISK = "900m"
# As the console gateway logs it; what follows the id may have been cut off by a kill, the hand-over has happened.
_HANDED = re.compile(r'"our_id": (\d+),(?:(?!"our_id")[^\n])*?(?:"timestamp": "([^"]+)"|(?="our_id")|$)')


class Handed:
    """What was really handed over, by what the workers' gateways logged and not by what the service counts."""

    def __init__(self, logs: list[Path]) -> None:
        self._read = dict.fromkeys(logs, 0)
        self._moments: dict[int, list[datetime | None]] = defaultdict(list)
        self._lock = threading.Lock()

    def all(self, *, last: bool = False) -> dict[int, list[datetime | None]]:
        """Our id -> the moment of each hand-over, None where the line was cut; `last`: nothing is being written."""
        with self._lock:
            for log, start in self._read.items():
                with suppress(FileNotFoundError), log.open("rb") as lines:
                    lines.seek(start)
                    new = lines.read()
                    whole = len(new) if last else new.rfind(b"\n") + 1
                    self._read[log] = start + whole
                    for line in new[:whole].decode(errors="replace").splitlines():
                        for our_id, moment in _HANDED.findall(line):
                            self._moments[int(our_id)].append(datetime.fromisoformat(moment) if moment else None)
            return {our_id: list(moments) for our_id, moments in self._moments.items()}


@dataclass
class House:
    """Everything that runs; `web` are the two addresses people's networks know."""

    folder: Path
    servers: embedded.Servers
    web: tuple[str, str]
    commands: dict[str, list[str]]
    small_disk: bool
    handed: Handed
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    valkey_back: float = 0.0
    _running: bool = True
    _hold: threading.RLock = field(default_factory=threading.RLock)
    _eye: Any = None
    _looking: threading.Lock = field(default_factory=threading.Lock)

    def look(self, query: str, values: list[Any] | None = None) -> list[Any]:
        """Read rows as the owner, past the service, however often PostgreSQL dies meanwhile."""
        for _ in range(600):
            with self._looking, suppress(psycopg.OperationalError, psycopg.InterfaceError):
                if self._eye is None or self._eye.closed:
                    self._eye = psycopg.connect(self.servers.owner_url, autocommit=True, connect_timeout=2)
                return list(self._eye.execute(query, values or []).fetchall())
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL did not come back within a minute")

    def keep_alive(self) -> None:
        """Start what is not running, for as long as the house stands."""
        while self._running:
            time.sleep(0.1)
            with self._hold:
                if not self._running:
                    return
                if not self.servers.alive():
                    time.sleep(_BEFORE_REVIVAL)
                    with suppress(embedded.ServersRefused):  # a full disk: again in a moment
                        self.servers.revive()
                        self.valkey_back = time.monotonic()
                for name, child in self.children.items():
                    if child.poll() is not None:
                        with suppress(ProcessLookupError, PermissionError):
                            os.killpg(child.pid, signal.SIGKILL)
                        self._spawn(name)

    def start(self) -> None:
        for name in self.commands:
            self._spawn(name)
        threading.Thread(target=self.keep_alive, daemon=True).start()
        self.await_ready()

    def await_ready(self, seconds: float = 60) -> None:
        """Wait until both web processes listen and PostgreSQL takes connections."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if all(_listens(url) for url in self.web) and self._answers():
                return
            time.sleep(0.1)
        raise TimeoutError(f"not ready within {seconds:.0f} s; see the logs in {self.folder}")

    def stop(self, logs: Path | None = None) -> None:
        """End everything and throw it away, except for the logs, if somebody wants to read them."""
        self._running = False
        if self._eye is not None:
            self._eye.close()
        with self._hold:
            for child in self.children.values():
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            self.servers.stop()
        for log in self.folder.glob("*.log") if logs else ():
            shutil.copy(log, logs or ".")
        if self.small_disk:
            subprocess.run(["umount", "-l", str(self.folder / "postgres")], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def back_after(self, moment: float) -> float | None:
        """When the servers were started again after this moment; None while they have not been."""
        return self.valkey_back if self.valkey_back > moment else None

    # --- what may happen to it ---

    def take_away(self, *names: str) -> None:
        """Let these end what they have begun, and do not start them again.

        Killed in the middle of a call of the gateway, they would leave texts of unknown fate, which are rightly held
        back for minutes: that is what the crash run is for.
        """
        with self._hold:
            children = [self.children.pop(name) for name in names]
            for child in children:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(child.pid, signal.SIGTERM)
            for child in children:
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()

    def bring_back(self, *names: str) -> None:
        """Start again what was taken away."""
        with self._hold:
            for name in names:
                self._spawn(name)

    def kill(self, what: str, chance: random.Random) -> bool:
        """Kill -9; False when there was nothing of that name to kill just now."""
        if what == "postgres":
            return self._kill_tree(self._server("postgres"))
        if what == "valkey":
            return self._kill_tree(self._server("valkey-server"))
        if what == "postgres backend":
            return self._kill_one_of(self._server("postgres"), chance)
        name, _, part = what.partition(" ")
        child = self.children[name]
        if part == "child":
            return self._kill_one_of(child.pid, chance)
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)  # the parent alone: what it forked lives on for a moment
            return True
        return False

    def flush_valkey(self) -> None:
        with suppress(redis.RedisError, OSError):
            redis.Redis.from_url(self.servers.redis_url, socket_timeout=2).flushall()

    def fill_disk(self, seconds: float) -> bool:
        """Leave PostgreSQL no room for a while; False where no small disk could be had."""
        if not self.small_disk:
            return False
        filler = self.folder / "postgres" / "filler"
        with suppress(OSError), filler.open("wb") as full:
            while True:
                full.write(b"\0" * 1_000_000)
                full.flush()
        time.sleep(seconds)
        filler.unlink(missing_ok=True)
        return True

    def _server(self, name: str) -> int:
        for child in self.servers.children:
            with suppress(OSError):
                if Path(f"/proc/{child.pid}/comm").read_text().strip().startswith(name[:15]):
                    return child.pid
        return 0

    def _kill_tree(self, pid: int) -> bool:
        victims = [*_children(pid), pid] if pid else []
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        return bool(victims)

    def _kill_one_of(self, parent: int, chance: random.Random) -> bool:
        victims = _children(parent) if parent else []
        if not victims:
            return False
        with suppress(ProcessLookupError):
            os.kill(chance.choice(victims), signal.SIGKILL)
        return True

    def _spawn(self, name: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
        if warm_processes.was_forked():
            child = warm_processes.start(self.commands[name], dies=signal.SIGKILL, **streams)
        else:
            dies = children.dying_with_owner(signal.SIGKILL)
            child = subprocess.Popen([sys.executable, *self.commands[name]], preexec_fn=dies, **streams)
        self.children[name] = child
        log.close()

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.servers.owner_url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True


def build(sabotage: str = "") -> House:
    """Servers with a schema, and the environment their processes run in; nothing of ours runs yet."""
    folder = embedded.prepare(Path(tempfile.mkdtemp(prefix="verify-crash-")))
    (folder / "postgres").mkdir(mode=0o700)
    small = _small_disk(folder / "postgres")
    servers = embedded.start(folder)
    os.environ.update(keys.environment_for(folder))
    os.environ.update(
        VERIFY_DATABASE_URL=servers.application_url,
        VERIFY_OWNER_DATABASE_URL=servers.owner_url,
        VERIFY_REDIS_URL=servers.redis_url,
        VERIFY_DATA_DIR=str(folder),
        VERIFY_DEMO="1",
        VERIFY_GATEWAY="console",
        VERIFY_POOL_SIZE="4",
    )
    from verify_service.installation import migrate

    migrate()
    if sabotage in IN_DATABASE:
        with psycopg.connect(servers.owner_url, autocommit=True) as connection:
            connection.execute(IN_DATABASE[sabotage])
    app = f"tests.soak.sabotaged:{IN_WEB[sabotage]}" if sabotage in IN_WEB else "wsgi:app"
    ports = _free_ports(2)
    commands = {f"web{number}": _web(port, app) for number, port in enumerate(ports, start=1)}
    commands["worker1"] = ["-m", "tests.soak.working", "plain", sabotage]
    commands["worker2"] = ["-m", "tests.soak.working", "forking", sabotage]
    commands["clock"] = ["-m", "jobs.clock"]
    first, second = (f"127.0.0.1:{port}" for port in ports)
    handed = Handed([folder / "worker1.log", folder / "worker2.log"])
    return House(folder, servers, (first, second), commands, small, handed)


def write_programme(folder: Path, changed: Mapping[str, float]) -> Path:
    """Bekasi's programme file with some numbers changed: what is made for people would only stop robots."""
    text = programme.DEFAULT.read_text().replace("../data/", f"{programme.DEFAULT.parent.parent / 'data'}/")
    for name, value in changed.items():
        text, times = re.subn(rf"^{name} = \d+", f"{name} = {int(value)}", text, flags=re.MULTILINE)
        assert times, name
    file = folder / "programme.toml"
    file.write_text(text)
    return file


def _web(port: int, app: str) -> list[str]:
    how = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    return [*how, "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-access-log", app]


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _small_disk(folder: Path) -> bool:
    """A disk that can be filled without harm to others; only root may make one."""
    if os.geteuid() != 0:
        return False
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=0700", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    return mounted.returncode == 0


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False
