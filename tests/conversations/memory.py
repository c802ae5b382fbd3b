"""What many tests begin with is done once: what came of it before, from an empty database on, is put back row by row.

A phone that texts (`texting.Line`) does nothing yet. Once somebody looks, by the test's own connection, a session or a
call of the service, it is done; but for the beginning of it that another test of this process has done before. What
else a test does to its database counts as well: by which words and values, or, where chance had a part in them, as done
for the first time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests import serving
from tests.conftest import Rows, put_back, rows_now

Doings = tuple[Hashable, ...]  # all that was done since the database was empty
_PLAIN = (str, int, float, bool, type(None), dt.date, dt.timedelta)

_done_before: set[Doings] = set()
_kept: dict[Doings, Rows] = {}  # what some of them left


class Memory:
    """What one test has done, and what it has yet to do."""

    def __init__(self) -> None:
        self._done: Doings | None = ()  # None: nobody knows
        self._waiting: list[tuple[Hashable, Callable[[], None]]] = []
        self._at_it = False

    def later(self, doing: Hashable, do: Callable[[], None]) -> None:
        """Do this before anybody looks; the same doing, after the same ones, has to leave the same."""
        self._waiting.append((doing, do))
        if self._done is None:
            self.settle()

    @contextmanager
    def at_once(self, doing: Hashable) -> Iterator[None]:
        """The same for what is done now, in this block."""
        if self._at_it:
            yield
            return
        self.settle()
        with self._working():
            yield
        if self._done is not None:
            self._done = (*self._done, doing)
            _done_before.add(self._done)

    def settle(self) -> None:
        """Do what waits, or put back what came of it."""
        if self._at_it or not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        with self._working():
            if self._done is None:
                for _, do in waiting:
                    do()
            else:
                self._done = self._do(waiting, self._done)

    def _do(self, waiting: list[tuple[Hashable, Callable[[], None]]], done: Doings) -> Doings:
        stages = [(*done, *(doing for doing, _ in waiting[: place + 1])) for place in range(len(waiting))]
        kept = max((place for place, stage in enumerate(stages) if stage in _kept), default=-1)
        shared = max((place for place, stage in enumerate(stages) if stage in _done_before), default=-1)
        if kept >= 0:
            put_back(_kept[stages[kept]])
        for place in range(kept + 1, len(waiting)):
            waiting[place][1]()
            _done_before.add(stages[place])
            if place == shared:  # here two tests part, and others may
                _kept[stages[place]] = rows_now()
        return stages[-1]

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._at_it = True
        try:
            yield
        finally:
            self._at_it = False

    def somebody_looks(self) -> None:
        """A session, or a call of the service: nobody knows what it does."""
        if not self._at_it:
            self.settle()
            self._done = None


class Watched:
    """The test's own connection, under the eyes of the memory."""

    def __init__(self, connection: Any, memory: Memory) -> None:
        self._connection, self.memory = connection, memory

    def execute(self, query: Any, values: Any = None) -> Any:
        if isinstance(query, str) and query.lstrip().upper().startswith("SELECT"):
            self.memory.settle()
            return self._connection.execute(query, values)
        given = (
            list(values.items())
            if isinstance(values, dict)
            else [(place, one) for place, one in enumerate(values or ())]
        )
        if not isinstance(query, str) or not all(isinstance(value, _PLAIN) for _, value in given):
            self.memory.somebody_looks()
            return self._connection.execute(query, values)
        with self.memory.at_once((query, *given)):
            return self._connection.execute(query, values)

    def __getattr__(self, name: str) -> Any:
        self.memory.somebody_looks()
        return getattr(self._connection, name)


_now: list[Memory] = []  # that of the test which runs


@contextmanager
def remembering(connection: Any) -> Iterator[Watched]:
    """A memory for one test, which begins with an empty database."""
    watched = Watched(connection, Memory())
    _now[:] = [watched.memory]
    yield watched
    watched.memory.settle()
    _now.clear()


def _looks(*_: object) -> None:
    for memory in _now:
        memory.somebody_looks()


event.listen(Pool, "checkout", _looks)
serving.before_calls.append(_looks)
