"""Logs: JSON lines on standard error, without anybody's data.

What was done for a citizen is done whatever becomes of the line about it: a line that cannot be written at once, on a
full disk or to a collector that died or hangs, is dropped and counted.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import select
import socket
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

import structlog
from prometheus_client import Counter

DROPPED = Counter("verify_log_lines_dropped", "Log lines that could not be written")
_Write = Callable[[bytes], int]


def configure() -> None:
    """One line per event. What is logged is chosen at the place that logs: route templates, ids, codes and counts."""
    lines = Lines(sys.stderr)
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s", stream=lines, level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(lines),  # type: ignore[arg-type]  # all it calls is write and flush
        cache_logger_on_first_use=True,
    )


class Lines:
    """Takes whole lines for a stream; never raises and never waits.

    There is no thread behind it that could wait instead: a line is with the kernel before the work goes on, so that
    none is lost when a process is killed. The kernel's buffer of a pipe holds some hundred lines for a slow reader.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._write = _without_waiting(stream)
        self._lock = threading.Lock()
        self._untold = 0
        self._torn = False

    def write(self, line: str) -> int:
        """Write it, or count it as dropped."""
        with self._lock:
            told = self._untold == 0 or self._send(_lost(self._untold))
            if told:
                self._untold = 0
            if not (told and self._send(line)):
                self._untold += 1
                DROPPED.inc()
        return len(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def _send(self, line: str) -> bool:
        octets = ("\n" if self._torn else "").encode() + line.encode("utf-8", "backslashreplace")
        try:
            written = self._write(octets)
        except (OSError, ValueError):
            return False
        if written:
            self._torn = written < len(octets)
        return written == len(octets)


def _lost(lines: int) -> str:
    now = dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"lines": lines, "event": "log lines dropped", "level": "warning", "timestamp": now}) + "\n"


def _without_waiting(stream: TextIO | None) -> _Write:
    """How to write to what is behind a stream, without waiting for anybody who reads.

    Its descriptor is not made non-blocking: it is shared with whatever else has it, such as the shell.
    """
    try:
        if stream is None:  # closed at the start: its number may be a connection of ours by now
            return len
        descriptor = stream.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return _through(stream) if stream is not None and not stream.closed else len
    if stat.S_ISREG(mode):
        return lambda octets: os.write(descriptor, octets)
    if stat.S_ISSOCK(mode):
        return _by_socket(descriptor)
    with suppress(OSError):  # opened anew it is ours alone; not allowed to who is not its owner any more
        own = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        return lambda octets: os.write(own, octets)
    return _when_there_is_room(descriptor)


def _through(stream: TextIO) -> _Write:
    """By a stream that is none of the system's, as in tests."""

    def write(octets: bytes) -> int:
        stream.write(octets.decode())
        return len(octets)

    return write


def _by_socket(descriptor: int) -> _Write:
    line = socket.socket(fileno=os.dup(descriptor))
    return lambda octets: line.send(octets, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)


def _when_there_is_room(descriptor: int) -> _Write:
    room = select.poll()
    room.register(descriptor, select.POLLOUT)

    def write(octets: bytes) -> int:
        if not room.poll(0):
            raise BlockingIOError
        return os.write(descriptor, octets[: select.PIPE_BUF])  # a pipe with room has room for that

    return write
