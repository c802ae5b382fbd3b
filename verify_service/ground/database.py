"""Connections and transactions. Doors and jobs open transactions; the rooms below take a session and never commit."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import Engine, TextClause, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from verify_service.ground.pipeline import BEGIN, COMMIT, Asked, Row, together
from verify_service.ground.settings import settings

# What the application's role is held to by the server, whatever becomes of our processes: `verify migrate` sets it.
# Nobody may be kept waiting for a lock for longer than a hop lasts, nor for a process that begins and says no more.
LIMITS = {
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "1min",
    "statement_timeout": "130s",  # an export of everything may take two minutes
    "transaction_timeout": "150s",
}
# Jobs and commands: a file of a million rows is read and copied, a city is reconciled, in one transaction. They wait
# for a lock no longer than others do.
_LONG_WORK = {
    "idle_in_transaction_session_timeout": "1h",
    "statement_timeout": "1h",
    "transaction_timeout": "6h",
}
_A_TURN = "1h"  # to wait for whoever does the same long work
_ALLOW = text(
    """
SELECT set_config(name, allowed, true)
FROM unnest(CAST(:names AS text[]), CAST(:allowed AS text[])) AS limits (name, allowed)
WHERE current_setting(name, true) IS NOT NULL
"""
)


Unavailable = (DBAPIError, PoolTimeout, psycopg.Error)


def sqlalchemy_url(url: str) -> str:
    """A postgresql:// address with its driver named, so that nothing depends on SQLAlchemy's default."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _engine(**how: Any) -> Engine:
    return create_engine(
        sqlalchemy_url(settings().database_url),
        hide_parameters=True,  # an error message must not carry people's data into a log
        connect_args={"connect_timeout": 3, "application_name": "verify-service"},
        **how,
    )


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The pool of this process, opened on first use (never before a fork)."""
    made = _engine(pool_size=int(os.environ.get("VERIFY_POOL_SIZE", "8")), max_overflow=8, pool_timeout=3)

    @event.listens_for(made, "checkout")
    def _revive(connection: Any, record: Any, proxy: Any) -> None:
        # A pooled connection whose server has restarted reads as closed: take a new one instead of failing a citizen.
        if connection.closed or _hung_up(connection.fileno()):
            from sqlalchemy.exc import DisconnectionError

            raise DisconnectionError

    return made


def _hung_up(descriptor: int) -> bool:
    """Whether the server has closed an idle connection: one system call instead of a SELECT 1 at each hop."""
    duplicate = socket.socket(fileno=os.dup(descriptor))
    try:
        return duplicate.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        duplicate.close()


@contextmanager
def transaction(seconds: float | None = None) -> Iterator[Session]:
    """One use case, one transaction: commits at the end, rolls back on an error.

    With `seconds`, the connection is cut when the work takes longer, however the server hangs: a citizen who waits
    hears that the service is busy instead of silence. A cut before the commit stores nothing; a cut during it is found
    out by the gateway's repeat of the same hop. Without, it is the work of a job or a command, and may take long.
    """
    with Session(engine(), expire_on_commit=False) as session:
        if seconds is None:
            with session.begin():
                session.execute(_ALLOW, {"names": list(_LONG_WORK), "allowed": list(_LONG_WORK.values())})
                yield session
            return
        driver = session.connection().connection.driver_connection
        assert driver is not None
        with _watchdog().over(driver.fileno(), seconds):
            yield session
            session.commit()


def snapshot(session: Session) -> None:
    """Read everything from here on as it was at one moment, so that figures fit together; nothing can be written.

    The first command of its transaction.
    """
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def take_turn(session: Session, lock: TextClause, values: Mapping[str, object] | None = None) -> None:
    """Take a lock that whoever does the same long work keeps to its end; for a row nobody waits so long."""
    session.execute(text(f"SET LOCAL lock_timeout = '{_A_TURN}'"))
    session.execute(lock, values or {})
    session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


class Line:
    """One connection and the transaction on it, for what is answered while a person waits.

    What every hop does is sent together; what is rarer goes through the session, in the same transaction. It is kept
    between two hops: taking a connection from a pool and giving it back costs as much as a round trip.
    """

    def __init__(self) -> None:
        self._connection = _lines().connect()
        driver = self._connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        self._driver = driver
        self._heard = select.poll()
        self._heard.register(self.descriptor(), select.POLLIN)
        self._known: set[bytes] = set()
        self.session = Session(self._connection, autoflush=False, expire_on_commit=False)

    def begin(self, *asked: Asked) -> list[list[Row]]:
        """Begin the transaction and send the first commands, in one round trip."""
        return self.send(BEGIN, *asked)[1:]

    def send(self, *asked: Asked) -> list[list[Row]]:
        """Send commands in one round trip; the rows of each."""
        return together(self._driver.pgconn, self._heard, self._known, asked)

    def commit(self, *asked: Asked) -> None:
        """Send the last commands and commit, in one round trip; what the session holds is written first."""
        if self.session.in_transaction():
            self.session.flush()
        self.send(*asked, COMMIT)

    def descriptor(self) -> int:
        return self._driver.fileno()

    def usable(self) -> bool:
        """Whether the server is still there: between two hops it has nothing to say but that it hangs up."""
        return not self._driver.closed and not self._heard.poll(0)

    def rest(self) -> bool:
        """Leave nothing of this hop behind; False when the line cannot be used again."""
        libpq = self._driver.pgconn
        if libpq.pipeline_status != pq.PipelineStatus.OFF or libpq.transaction_status != pq.TransactionStatus.IDLE:
            return False
        if self.session.in_transaction():
            self.session.close()
        return True

    def close(self) -> None:
        self._connection.invalidate()
        self.session.close()
        self._connection.close()


@lru_cache(maxsize=1)
def _lines() -> Engine:
    return _engine(poolclass=NullPool)  # kept below, one for each thread that hears hops at the same time


_idle: list[Line] = []


@contextmanager
def line(seconds: float) -> Iterator[Line]:
    """A line for one hop, cut in time as `transaction` does; what is not committed at the end is rolled back.

    A rollback ends the line: psycopg follows one, SQLAlchemy's own after a flush that failed as well, with DEALLOCATE
    ALL. That takes the commands we prepared, and every later hop on this line would fail.
    """
    taken = _take()
    try:
        with _watchdog().over(taken.descriptor(), seconds):
            yield taken
    except BaseException:
        taken.close()
        raise
    if taken.rest():
        _idle.append(taken)
    else:
        taken.close()


def _take() -> Line:
    while True:
        try:
            taken = _idle.pop()
        except IndexError:
            return Line()
        if taken.usable():
            return taken
        taken.close()


class _Watchdog:
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


_the_watchdog: _Watchdog | None = None
_watchdog_lock = threading.Lock()


def _watchdog() -> _Watchdog:
    global _the_watchdog
    with _watchdog_lock:
        if _the_watchdog is None or _the_watchdog._pid != os.getpid():
            _the_watchdog = _Watchdog()
        return _the_watchdog


def forget_engine() -> None:
    """Close the pool; the next use opens one by the settings of that moment."""
    while _idle:
        _idle.pop().close()
    _lines.cache_clear()
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
