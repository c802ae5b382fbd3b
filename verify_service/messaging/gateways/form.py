"""Forms as gateways post them (application/x-www-form-urlencoded), read so that one bad byte cannot empty them.

Flask's own parser answers an empty form to a single byte that is not UTF-8, and keeps NUL, which PostgreSQL refuses.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

LARGEST = 16 * 1024  # bytes
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one request; the first of a repeated key holds, and bytes that are not UTF-8 are U+FFFD.

    `cut_short` says that it was too large and only its beginning was read.
    """

    fields: dict[str, str] = field(default_factory=dict, repr=False)
    cut_short: bool = False

    def get(self, name: str) -> str | None:
        """The value as it came, None when the field is not there."""
        return self.fields.get(name)

    def word(self, name: str, longest: int = 64) -> str:
        """A value for keeping: no blanks around it, at most `longest` characters, "" when absent."""
        return self.fields.get(name, "").strip()[:longest].strip()

    def count(self, name: str) -> int | None:
        """A whole number from 0 to 2 147 483 647, None when it is not one."""
        digits = self.word(name, 11)
        if not (digits.isascii() and digits.isdigit()):
            return None
        return int(digits) if int(digits) < 2**31 else None


def parse_form(body: bytes) -> Form:
    """Read a form from its bytes in linear time; any bytes give a Form."""
    pairs = body[:LARGEST].removeprefix(b"\xef\xbb\xbf").split(b"&", MOST_FIELDS)
    cut_short = len(body) > LARGEST or len(pairs) > MOST_FIELDS
    fields: dict[str, str] = {}
    for pair in pairs[:MOST_FIELDS]:
        raw_name, _, raw_value = pair.partition(b"=")
        name = _name(raw_name)
        if name.strip() and name not in fields:
            fields[name] = _decode(raw_value)
    return Form(fields, cut_short)


@lru_cache(maxsize=64)
def _name(raw: bytes) -> str:
    return _decode(raw)


def _decode(raw: bytes) -> str:
    plain = unquote_to_bytes(raw.replace(b"+", b" ")) if b"%" in raw or b"+" in raw else raw
    return plain.decode("utf-8", "replace").replace("\x00", "")


def read_date(raw: str) -> dt.datetime | None:
    """The provider's time in UTC: 2017-05-03T06:04:45Z, with milliseconds, or 2017-05-03 06:04:45 (UTC too).

    None when it is none of these.
    """
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}", raw) is None:
        return None
    raw = re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", raw) if len(raw) > 19 else raw  # a + that was not escaped
    try:
        moment = dt.datetime.fromisoformat(raw)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
