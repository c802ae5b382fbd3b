"""The canonical bytes of a row: what is hashed, so that a changed column changes its leaf.

An entry is one JSON object as RFC 8785 writes it: ASCII keys in order, no blanks, whole numbers only, times as
`2026-11-28T02:03:04.000005Z`, days as `2026-11-28`, `null` written; `t` is the table and `v` the version of its list of
fields. Text stands as the column has it: NFC and NFD are two leaves, since to make one of the other is an edit as well.
A JSONB column stands as the text that PostgreSQL prints of it, to the last digit.

No column here is personal in clear: they hold ids, codes, counts and times. What was written in somebody's own words is
encrypted (AES-GCM, 96 random bits of nonce) and enters as the SHA-256 of the ciphertext. That is a commitment: who has
neither ciphertext nor nonce cannot even try guesses against it, and a destroyed key leaves it as it was. So no second
commitment under a key of the person is needed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final


class Kind(StrEnum):
    """How a column is written."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"
    JSON = "json"
    CIPHERTEXT = "ciphertext"  # its SHA-256


N, T, F, M, D, J, S = Kind


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the record: which columns enter, and which of them tells when the row was written."""

    table: str
    version: int
    fields: Mapping[str, Kind]
    moment: str
    told_later: str = ""  # AND ..., in SQL over `held`: not of rows that are written days after the moment they tell

    def sql(self, row: str) -> str:
        """The entry of a row, in SQL: what `entry` makes of it."""
        parts = {"t": f"'\"{self.table}\"'", "v": f"'{self.version}'"}
        parts |= {name: _SQL[kind].format(f'{row}."{name}"') for name, kind in self.fields.items()}
        written = ", ',', ".join(f"""'"{name}":', {parts[name]}""" for name in sorted(parts))
        return f"concat('{{', {written}, '}}')"

    def entry(self, row: Mapping[str, Any]) -> bytes:
        """The entry of a row as Python reads it; a JSONB column as the text that PostgreSQL prints of it."""
        said = {"t": self.table, "v": self.version}
        there = {name: (kind, row[name]) for name, kind in self.fields.items()}
        said |= {name: None if value is None else _PYTHON[kind](value) for name, (kind, value) in there.items()}
        return canonical(said)


def canonical(said: Mapping[str, Any]) -> bytes:
    """RFC 8785 of an object with ASCII keys and without fractions."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


# A time before the year 1 or after 9999 is nobody's: it stands as PostgreSQL prints it, so as to be no other's either.
_MOMENT = """coalesce(to_json(CASE WHEN {0} >= '0001-01-01Z' AND {0} < '9999-12-31Z'
    THEN to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') ELSE {0}::text END)::text, 'null')"""
_SQL: Final[Mapping[Kind, str]] = {
    N: "coalesce({0}::text, 'null')",
    T: "coalesce(to_json({0})::text, 'null')",
    F: "coalesce({0}::text, 'null')",
    M: _MOMENT,
    D: "coalesce(to_json({0})::text, 'null')",
    J: "coalesce(to_json({0}::text)::text, 'null')",
    S: "coalesce(to_json(encode(sha256({0}), 'hex'))::text, 'null')",
}
_PYTHON: Final[Mapping[Kind, Any]] = {
    N: int,
    T: str,
    F: bool,
    M: lambda at: at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    D: lambda day: day.isoformat(),
    J: str,
    S: lambda ciphertext: sha256(ciphertext).hexdigest(),
}

AUDIT: Final = Source(
    "audit",
    1,
    {"id": N, "at": M, "actor": T, "action": T, "object": T, "detail": J},
    "at",
    told_later="AND NOT (held.actor = 'anonymous' AND held.action = 'report opened')",
)
EVIDENCE: Final = Source(
    "evidence",
    1,
    {
        "id": N,
        "enrolment_id": N,
        "source": T,
        "statement": T,
        "detail": T,
        "assisted": F,
        "channel": T,
        "phone_id": N,
        "period": D,
        "round_id": N,
        "inbound": T,
        "screen": T,
        "received_at": M,
    },
    "received_at",
)
# In the order in which a seal takes them. A changed list of fields is a new version; the old one stays for its leaves.
SOURCES: Final = (AUDIT, EVIDENCE)
BY_VERSION: Final = {(source.table, source.version): source for source in SOURCES}
