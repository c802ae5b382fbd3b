"""A server under load: alone on one core, everything else on the others, and what it costs read from the kernel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from verify_service.demo.children import dying_with_owner

ROOT = Path(__file__).parents[2]
THREADS = 8  # as the Procfile has it
_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = sorted(os.sched_getaffinity(0))


def stay_off_the_servers_core() -> None:
    """This process, and what it starts from now on, leaves the first core to the server under load."""
    os.sched_setaffinity(0, _CORES[1:] or _CORES)


def granian(app: str, port: int) -> list[str]:
    """The web server as we run it, with one worker."""
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --workers 1 --blocking-threads {THREADS}"
    return [str(Path(sys.executable).with_name("granian")), *options.split(), "--no-ws", "--no-access-log", app]


@contextmanager
def running(
    command: Sequence[str], port: int, *, log: Path, environment: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Iterator[int]:
    """Run a server on the first core until the end of the block; gives its process id once it listens."""
    last_words = dying_with_owner()

    def alone() -> None:
        last_words()
        os.sched_setaffinity(0, _CORES[:1])

    with log.open("ab") as output:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=alone,
        )
    try:
        _await(server, port, log)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
    raise RuntimeError(f"the server did not start: {last[0][:200]}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_seconds(*roots: int) -> float:
    """CPU time of these processes and all below them, user and system, so far."""
    parents: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        parents.setdefault(int(fields[1]), []).append(pid)
        used[pid] = int(fields[11]) + int(fields[12])
    family, total = list(roots), 0
    while family:
        pid = family.pop()
        total += used.get(pid, 0)
        family += parents.get(pid, [])
    return total / _TICKS
