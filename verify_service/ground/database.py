"""Connections and transactions. Doors and jobs open transactions; the rooms below take a session and never commit."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Engine, TextClause, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from verify_service.ground.settings import settings
from verify_service.ground.watchdog import watchdog

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
# Said at the begin of every job's transaction. `transaction_timeout` is of PostgreSQL 17; one that runs is not moved,
# so it is ended and begun anew.
_ALLOW = "SELECT " + ", ".join(
    f"CASE WHEN current_setting('{name}', true) <> '' THEN set_config('{name}', '{allowed}', true) END"
    for name, allowed in [("transaction_timeout", "0"), *_LONG_WORK.items()]
)
# Some rows of very many, each found by an index, the first of them in its order.
_BY_INDEX = dict.fromkeys(
    ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "enable_sort", "jit"), "off"
) | {"plan_cache_mode": "force_custom_plan"}
# Two long lists against each other, whatever they are guessed to hold.
_IN_PASSES = dict.fromkeys(("enable_seqscan", "enable_nestloop", "enable_mergejoin", "jit"), "off") | {
    "plan_cache_mode": "force_custom_plan"
}
_PLAN = text(
    """
SELECT set_config(name, how, true) FROM unnest(CAST(:names AS text[]), CAST(:how AS text[])) AS planned (name, how)
"""
)
_PLAN_AS_EVER = text(
    "SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name = ANY(CAST(:names AS text[]))"
)


when_forgotten: list[Callable[[], None]] = []  # what else keeps connections lets go of them here
Unavailable = (DBAPIError, PoolTimeout, psycopg.Error)


def sqlalchemy_url(url: str) -> str:
    """A postgresql:// address with its driver named, so that nothing depends on SQLAlchemy's default."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def new_engine(**how: Any) -> Engine:
    return create_engine(
        sqlalchemy_url(settings().database_url),
        hide_parameters=True,  # an error message must not carry people's data into a log
        connect_args={"connect_timeout": 3, "application_name": "verify-service"},
        **how,
    )


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The pool of this process, opened on first use (never before a fork)."""
    made = new_engine(pool_size=int(os.environ.get("VERIFY_POOL_SIZE", "8")), max_overflow=8, pool_timeout=3)

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
                allow_long_work(session)
                yield session
            return
        driver = session.connection().connection.driver_connection
        assert driver is not None
        with watchdog().over(driver.fileno(), seconds):
            yield session
            session.commit()


def allow_long_work(session: Session) -> None:
    """Let the rest of this transaction take as long as the work of a job or a command may."""
    session.connection().exec_driver_sql(_ALLOW)


@contextmanager
def by_index(session: Session) -> Iterator[None]:
    """In this block every row is looked up by an index, one after the other: what it costs grows with the rows asked.

    Tables that grow within minutes are guessed to be as small as they were: what is chosen on such a guess compares
    each row with every other.
    """
    with _planned(session, _BY_INDEX):
        yield


@contextmanager
def in_passes(session: Session) -> Iterator[None]:
    """In this block two lists are compared by hashing, each read once, however long they are and guessed to be."""
    with _planned(session, _IN_PASSES):
        yield


@contextmanager
def _planned(session: Session, how: Mapping[str, str]) -> Iterator[None]:
    session.execute(_PLAN, {"names": list(how), "how": list(how.values())})
    yield
    session.execute(_PLAN_AS_EVER, {"names": list(how)})  # after an error the transaction ends, and this with it


def snapshot(session: Session) -> None:
    """Read everything from here on as it was at one moment, so that figures fit together; nothing can be written.

    The first command of its transaction.
    """
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


@contextmanager
def standing_still() -> Iterator[Session]:
    """A snapshot to read for as long as the work of a job or a command may take."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        snapshot(session)
        allow_long_work(session)
        yield session


def take_turn(session: Session, lock: TextClause, values: Mapping[str, object] | None = None) -> None:
    """Take a lock that whoever does the same long work keeps to its end; for a row nobody waits so long."""
    session.execute(text(f"SET LOCAL lock_timeout = '{_A_TURN}'"))
    session.execute(lock, values or {})
    session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


def forget_engine() -> None:
    """Close the pool; the next use opens one by the settings of that moment."""
    for forget in when_forgotten:
        forget()
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
