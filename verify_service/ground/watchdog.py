"""Cutting connections that outlive their time, however the server hangs."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Watchdog:
    """Cuts connections that outlive their time. A statement_timeout cannot: it is kept by the server that hangs."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._waiting: dict[int, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._serial = 0
        threading.Thread(target=self._watch, name="deadlines", daemon=True).start()

    @contextmanager
    def over(self, descriptor: int, seconds: float) -> Iterator[None]:
        with self._lock:
            self._serial += 1
            ticket = self._serial
            self._waiting[ticket] = (time.monotonic() + seconds, descriptor)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(ticket, None)

    def _watch(self) -> None:
        while True:
            time.sleep(0.1)
            if not self._waiting:
                continue
            now = time.monotonic()
            with self._lock:
                late = [ticket for ticket, (due, _) in self._waiting.items() if due < now]
                for ticket in late:
                    _, descriptor = self._waiting.pop(ticket)
                    with suppress(OSError):
                        duplicate = socket.socket(fileno=os.dup(descriptor))
                        duplicate.shutdown(socket.SHUT_RDWR)
                        duplicate.close()


_the_watchdog: Watchdog | None = None


_watchdog_lock = threading.Lock()


def watchdog() -> Watchdog:
    global _the_watchdog
    with _watchdog_lock:
        if _the_watchdog is None or _the_watchdog._pid != os.getpid():
            _the_watchdog = Watchdog()
        return _the_watchdog
