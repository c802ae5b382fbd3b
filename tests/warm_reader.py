"""The process that reads one file, begun once and forked for each: what it may take and how it dies stay the same.

`verify_service/registry/opening.py` begins Python anew for every file, which takes longer than to read a small one. The
tests read a thousand files; those about how a reader begins, and part of the files that hurt, have a cold one.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from verify_service.registry import opening

_ROOT = Path(__file__).parents[1]
_turn = threading.Lock()  # one file at a time is forked for
_server: list[socket.socket] = []
spent = [0.0]  # seconds at work of all readers so far: they are the server's children, and not this process's


class Reader:
    """What `opening.py` takes for the process that it began."""

    returncode: int | None = None

    def __init__(self, command: list[str], *, stdin: IO[bytes], **_: object) -> None:
        told, tells = os.pipe()
        self.stdout = os.fdopen(told, "rb")
        _turn.acquire()
        (self._server,) = _server
        socket.send_fds(self._server, [command[-1].encode()], [stdin.fileno(), tells])
        os.close(tells)
        self._pid = int(self._server.recv(100))

    def kill(self) -> None:
        if self.returncode is None and not select.select([self._server], [], [], 0)[0]:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> None:
        if self.returncode is None:
            status, seconds = json.loads(self._server.recv(100))
            self.returncode = os.waitstatus_to_exitcode(status)
            spent[0] += seconds

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()
        _turn.release()


_COLD: dict[str, Any] = {"subprocess": subprocess}
_WARM: dict[str, Any] = {"subprocess": SimpleNamespace(Popen=Reader, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)}


@contextmanager
def warm() -> Iterator[None]:
    """Files are read by what is forked from one process, for as long as the block lasts."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    found = {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])}
    command = [sys.executable, "-S", "-s", "-P", "-m", "tests.warm_reader", str(theirs.fileno())]
    with ours, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=found, cwd="/", pass_fds=[theirs.fileno()]
    ):  # fmt: skip
        theirs.close()
        _server[:] = [ours]
        vars(opening).update(_WARM)
        yield
        vars(opening).update(_COLD)
        ours.close()


@contextmanager
def cold() -> Iterator[None]:
    """Each file is read by a process of its own from its first instruction on, as in the service."""
    before = {"subprocess": vars(opening)["subprocess"]}
    vars(opening).update(_COLD)
    yield
    vars(opening).update(before)


def main() -> None:
    """Fork a reader for each file that comes, and say how it ended."""
    from verify_service.registry import reading_process

    asks = socket.socket(fileno=int(sys.argv[1]))
    gc.freeze()
    while True:
        asked, files, *_ = socket.recv_fds(asks, 65_536, 2)
        if not asked:
            return
        reader = os.fork()
        if not reader:
            try:
                asks.close()
                for place, file in enumerate(files):
                    os.dup2(file, place)
                    os.close(file)
                sys.argv[1] = asked.decode()
                reading_process.main()
                os._exit(0)
            finally:
                os._exit(1)
        for file in files:
            os.close(file)
        asks.send(str(reader).encode())
        _, status, used = os.wait4(reader, 0)
        asks.send(json.dumps([status, used.ru_utime + used.ru_stime]).encode())


if __name__ == "__main__":
    main()
