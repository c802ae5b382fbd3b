"""The fast path of a USSD hop: commands sent together, each prepared once on its connection, rows read by hand.

Beneath SQLAlchemy and psycopg's own cursors, on psycopg's wrapper of libpq: what those cost for one command is more
than all the work of a hop. psycopg's public `connection.pipeline()` with prepared statements costs 40-61 % more
application CPU per hop (measured in turn on one machine; `make bench ARGS="--only hops"` shows what a hop costs now).
Only what is answered while a person waits is worth it: everything else goes through a Session.
"""

from __future__ import annotations

import datetime as dt
import re
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Engine, TextClause, inspect, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key
from sqlalchemy.pool import NullPool

from verify_service.ground.database import new_engine, when_forgotten
from verify_service.ground.tables import Base
from verify_service.ground.watchdog import watchdog

Row = Sequence[Any]
Reader = Callable[[bytes], Any]
_TEXT, _BINARY = 0, 1


class ConnectionLost(psycopg.OperationalError):
    """The connection broke in the middle; whether a commit on its way was done, a repeat of the same hop finds out."""


def flag(raw: bytes) -> bool:
    return raw == b"t"


def words(raw: bytes) -> str:
    return raw.decode()


def octets(raw: bytes) -> bytes:
    return bytes.fromhex(raw[2:].decode())


def day(raw: bytes) -> dt.date:
    return dt.date.fromisoformat(raw.decode())


def moment(raw: bytes) -> dt.datetime:
    return dt.datetime.fromisoformat(raw.decode())


_Writer = Callable[[Any], bytes]
_WRITERS: Mapping[type, _Writer] = {
    bytes: bytes,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    str: str.encode,
    dt.datetime: lambda value: value.isoformat().encode(),
    dt.date: lambda value: value.isoformat().encode(),
}


def _writer(value: Any) -> _Writer:
    """How a value of a narrower kind is written, such as a word of an enumeration."""
    return next(write for kind, write in _WRITERS.items() if isinstance(value, kind))


READERS: Mapping[type, Reader] = {int: int, bool: flag, str: words, bytes: octets, dt.date: day, dt.datetime: moment}


@dataclass(frozen=True, eq=False)
class Command:
    """One SQL command with its values by :name, and the type of each column it returns.

    It can be sent together with others, or be executed by itself in a Session: there is one text of it.
    """

    sql: str
    returns: tuple[type, ...] = ()
    name: bytes = field(init=False, repr=False)
    alone: TextClause = field(init=False, repr=False)  # as a Session executes it
    numbered: bytes = field(init=False, repr=False)
    values: tuple[str, ...] = field(init=False, repr=False)
    readers: tuple[Reader, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = tuple(dict.fromkeys(_VALUE.findall(self.sql)))
        numbered = _VALUE.sub(lambda found: f"${values.index(found[1]) + 1}", self.sql)
        fill = object.__setattr__
        fill(self, "values", values)
        fill(self, "numbered", numbered.encode())
        fill(self, "readers", tuple(READERS[kind] for kind in self.returns))
        fill(self, "name", b"hop_%d" % next(_numbers))
        fill(self, "alone", text(self.sql))

    def __call__(self, **values: Any) -> Asked:
        """The command with its values, ready to be sent."""
        return self, values

    def through(self, session: Session, **values: Any) -> list[Row]:
        """Execute it by itself, in the session's transaction."""
        return [list(row) for row in session.execute(self.alone, values)]


_VALUE = re.compile(r"(?<!:):([a-z_]+)")
_numbers = iter(range(1_000_000))
Asked = tuple[Command, Mapping[str, Any]]
BEGIN, COMMIT = Command("BEGIN")(), Command("COMMIT")()


def together(libpq: PGconn, ready: select.poll, known: set[bytes], asked: Sequence[Asked]) -> list[list[Row]]:
    """Send all of these at once and read what each returns; the first that fails is raised, those after it not done.

    `ready` waits for something to read; `known` are the commands this connection has prepared already. Raises psycopg's
    errors, ConnectionLost among them, without values: they may be somebody's data.
    """
    unprepared = list(dict.fromkeys(command for command, _ in asked if command.name not in known))
    try:
        libpq.enter_pipeline_mode()
        for command in unprepared:
            libpq.send_prepare(command.name, command.numbered)
        for command, values in asked:
            raw: list[bytes | None] = []
            forms = []
            for name in command.values:
                value = values[name]
                if value is None or type(value) is bytes:
                    raw.append(value)
                    forms.append(_BINARY)
                else:
                    raw.append((_WRITERS.get(type(value)) or _writer(value))(value))
                    forms.append(_TEXT)
            libpq.send_query_prepared(command.name, raw, forms)
        libpq.pipeline_sync()
        results = _results(libpq, ready)
        libpq.exit_pipeline_mode()
    except psycopg.OperationalError as broken:
        raise ConnectionLost("the connection to PostgreSQL broke") from broken
    if len(results) != len(unprepared) + len(asked):
        raise ConnectionLost("PostgreSQL closed the connection")
    if unprepared:  # prepared commands outlive the transaction, failed or not
        known.update(command.name for command, result in zip(unprepared, results, strict=False) if _fine(result))
    for result in results:
        if not _fine(result):
            raise _error(result)
    return [_rows(result, command) for result, (command, _) in zip(results[len(unprepared) :], asked, strict=True)]


def _results(libpq: PGconn, ready: select.poll) -> list[PGresult]:
    """Read the results up to the sync. Other threads run meanwhile: get_result alone would hold them."""
    while libpq.flush():  # what did not fit into the socket goes as the server takes it
        either = select.poll()
        either.register(libpq.socket, select.POLLIN | select.POLLOUT)
        either.poll()
        libpq.consume_input()
    results: list[PGresult] = []
    nothing = 0
    while nothing < 2:
        while libpq.is_busy():
            ready.poll()
            libpq.consume_input()
        result = libpq.get_result()
        if result is None:  # the end of one command's results; twice in a row: the end of everything
            nothing += 1
            continue
        nothing = 0
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            break
        results.append(result)
    return results


_FINE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


def _fine(result: PGresult) -> bool:
    return result.status in _FINE


def _error(result: PGresult) -> psycopg.Error:
    state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
    try:
        kind: type[psycopg.Error] = psycopg.errors.lookup(state)
    except KeyError:
        kind = psycopg.DatabaseError
    return kind(f"a command of a hop failed ({state or 'no state'})")


def _rows(result: PGresult, command: Command) -> list[Row]:
    if not command.returns:
        return []
    value, readers = result.get_value, tuple(enumerate(command.readers))
    return [
        [None if (raw := value(number, column)) is None else read(raw) for column, read in readers]
        for number in range(result.ntuples)
    ]


class HopConnection:
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
    return new_engine(poolclass=NullPool)  # kept below, one for each thread that hears hops at the same time


_idle: list[HopConnection] = []


@contextmanager
def hop_connection(seconds: float) -> Iterator[HopConnection]:
    """A line for one hop, cut in time as `transaction` does; what is not committed at the end is rolled back.

    A rollback ends the line: psycopg follows one, SQLAlchemy's own after a flush that failed as well, with DEALLOCATE
    ALL. That takes the commands we prepared, and every later hop on this line would fail.
    """
    taken = _take()
    try:
        with watchdog().over(taken.descriptor(), seconds):
            yield taken
    except BaseException:
        taken.close()
        raise
    if taken.rest():
        _idle.append(taken)
    else:
        taken.close()


def _take() -> HopConnection:
    while True:
        try:
            taken = _idle.pop()
        except IndexError:
            return HopConnection()
        if taken.usable():
            return taken
        taken.close()


Kind = TypeVar("Kind", bound=Base)


def columns_of(kind: type[Base]) -> str:
    """The columns of a table as a command names them, in the order in which `as_read` takes them."""
    return ", ".join(f"{kind.__tablename__}.{column.name}" for column in kind.__table__.columns)


def types_of(kind: type[Base]) -> tuple[type, ...]:
    """The type of each of these columns."""
    return tuple(column.type.python_type for column in kind.__table__.columns)


def as_read(kind: type[Kind], row: Sequence[Any]) -> Kind:
    """The object of a row, in no session yet: a tenth of what the session would need to make it."""
    made: Kind = kind.__mapper__.class_manager.new_instance()
    made.__dict__.update(zip(kind.__table__.columns.keys(), row, strict=True))
    return made


def belong(session: Session, held: Base) -> None:
    """Give such an object, or a new one, to the session: what was changed in it so far is written with the rest."""
    if held in session:
        return
    if "id" in held.__dict__:
        inspect(held).key = identity_key(instance=held)
    session.add(held)


def _forget() -> None:
    while _idle:
        _idle.pop().close()
    _lines.cache_clear()


when_forgotten.append(_forget)
