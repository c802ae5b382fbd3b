"""Columns of values as PostgreSQL takes them in a binary COPY: laid out here, a column at a time, and joined to rows.

The format is that of "COPY, Binary Format" in PostgreSQL's manual: each value with its length before it.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import psycopg
from sqlalchemy.orm import Session

Columns = Mapping[str, tuple[str, Sequence[Any]]]  # name -> (type, values)

_BEGIN: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"
_LENGTH: Final = struct.Struct(">i").pack
_INT2: Final = struct.Struct(">ih").pack
_INT8: Final = struct.Struct(">iq").pack
_ARRAY: Final = struct.Struct(">iiIii").pack  # dimensions, whether any is null, type, length, first index
_TEXT_TYPE: Final = 25
_INT8_TYPE: Final = 20
_EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def copy_columns(session: Session, table: str, columns: Columns) -> None:
    """COPY rows, given by column, into a table of the caller's transaction."""
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(rows_of(columns))


def rows_of(columns: Columns) -> bytes:
    """The whole of a COPY, its head and its end included. ValueError where a column has fewer values than another."""
    laid = [_LAID[kind](values) for kind, values in columns.values()]
    heads = [struct.pack(">h", len(laid))] * len(laid[0])
    return b"".join((_BEGIN, *chain.from_iterable(zip(heads, *laid, strict=True)), _END))


class _Words(dict[str | None, bytes]):
    """Words as they are laid out; a column says few of them, or each once."""

    def __missing__(self, word: str | None) -> bytes:
        if len(self) > 20_000:
            self.clear()
        laid = self[word] = _NULL if word is None else _with_length(word.encode())
        return laid


_WORDS = _Words()


def _with_length(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _bytes(values: Iterable[bytes | None]) -> list[bytes]:
    return [_NULL if value is None else _LENGTH(len(value)) + value for value in values]


def _array(type_: int, values: Sequence[bytes]) -> bytes:
    if not values:
        return _with_length(struct.pack(">iiI", 0, 0, type_))
    return _with_length(_ARRAY(1, 0, type_, len(values), 1) + b"".join(values))


def _texts(values: Iterable[Sequence[str]]) -> list[bytes]:
    return [_array(_TEXT_TYPE, [_WORDS[word] for word in words]) for words in values]


def _numbers(values: Iterable[Sequence[int]]) -> list[bytes]:
    laid = []
    for numbers in values:
        count = len(numbers)
        head = struct.pack(">iiiIii", 20 + 12 * count, 1, 0, _INT8_TYPE, count, 1)
        laid.append(head + b"".join([_INT8(8, number) for number in numbers]) if count else _array(_INT8_TYPE, ()))
    return laid


def _moment(value: dt.datetime) -> bytes:
    return _INT8(8, (value - _EPOCH) // dt.timedelta(microseconds=1))


_LAID: Mapping[str, Callable[[Sequence[Any]], list[bytes]]] = {
    "int2": lambda values: [_NULL if value is None else _INT2(2, value) for value in values],
    "int8": lambda values: [_NULL if value is None else _INT8(8, value) for value in values],
    "bool": lambda values: [b"\x00\x00\x00\x01\x01" if value else b"\x00\x00\x00\x01\x00" for value in values],
    "text": lambda values: list(map(_WORDS.__getitem__, values)),
    "bytea": _bytes,
    "text[]": _texts,
    "int8[]": _numbers,
    "timestamptz": lambda values: list(map(_moment, values)),
}
