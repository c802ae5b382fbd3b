"""Uploads: read what was brought in the browser, and import what was accepted, beside the worker's other jobs.

A list of a million rows takes minutes, and people wait for replies: so it is done in a process of its own, one at a
time for each worker. It ends with its worker. Run as a program by `look`.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import Final

import structlog

from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.logs import configure
from verify_service.registry import upload_work
from verify_service.reports.forecast import priced

EVERY: Final = 0.5  # seconds between two words on how far it is

log = structlog.get_logger()
_process: subprocess.Popen[bytes] | None = None


def look() -> None:
    """Begin the process that works on uploads, unless it is at work already."""
    global _process
    queue.started(queue.UPLOADS)
    if _process is not None:
        if _process.poll() is None:
            return
        end()
    found = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    # It watches its standard input, which closes with this worker, however that ends.
    _process = subprocess.Popen([sys.executable, "-m", "jobs.uploads"], stdin=subprocess.PIPE, env=found)


def end() -> None:
    """End the process, whatever it is at: what it had not committed is taken up again."""
    global _process
    if _process is not None:
        _process.communicate()
        _process = None


def work() -> int:
    """Read or import whatever waits, one file after the other; how many."""
    done = 0
    while _one():
        done += 1
    return done


def _one() -> bool:
    with transaction() as session:
        held = upload_work.claim(session, now=_now())
    if held is None:
        return False
    try:
        with _Beats(held) as beats, transaction() as session:
            changed = upload_work.do(session, held, priced=priced, progress=beats.told, now=_now())
    except upload_work.LeaseLost:
        log.info("upload left to another", upload=held.id)
        return True
    if changed:
        queue.nudge(queue.RECONCILE)
    return True


class _Beats:
    """Says beside the work how far it is, and that it goes on: in transactions of their own."""

    def __init__(self, held: upload_work.Work) -> None:
        self._held = held
        self._read, self._of = 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beats", daemon=True)

    def told(self, read: int, of: int) -> None:
        self._read, self._of = read, of

    def __enter__(self) -> _Beats:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            try:
                with transaction(seconds=3) as session:
                    if not upload_work.beat(session, self._held, self._read, self._of, now=_now()):
                        return
            except Unavailable:
                continue  # the work itself fails by that, or outlasts it


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _end_with_worker() -> None:
    sys.stdin.buffer.read()
    os._exit(1)  # what was not committed is taken up again


def main() -> None:
    """Work until nothing waits."""
    configure()
    threading.Thread(target=_end_with_worker, name="worker", daemon=True).start()
    work()


if __name__ == "__main__":
    main()
