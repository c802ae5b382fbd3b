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
    WEEK = "week"  # of a moment: its Monday
    JSON = "json"
    BYTES = "bytes"  # their SHA-256: of ciphertext a commitment


N, T, F, M, D, W, J, B = Kind


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of a table that enter the record, and how: which columns, and which of them tells when a row was written."""

    name: str  # by which entries are named; that of the table, but for rows that enter otherwise than its others
    version: int
    fields: Mapping[str, Kind]
    moment: str | None = None
    of_table: str | None = None
    only: str = ""  # AND ..., in SQL over `held`: these rows alone, and only from when they may enter
    told_later: str = ""  # AND ...: not of rows that are written days after the moment they tell
    emptied: str | None = None  # a column of BYTES that is emptied by age or on request: a commitment stands for it
    by_chance: bool = False  # rows are numbered by chance, so none is newer than another
    unordered: bool = False  # in the order of their leaves, a handful at least: nothing tells which came first

    @property
    def table(self) -> str:
        return self.of_table or self.name

    def siblings(self) -> str:
        """The names under which rows of its table enter, in SQL: a row has one leaf."""
        return ", ".join(f"'{other.name}'" for other in SOURCES if other.table == self.table)

    def sql(self, row: str) -> str:
        """The entry of a row, in SQL: what `entry` makes of it."""
        parts = {"t": f"'\"{self.name}\"'", "v": f"'{self.version}'"}
        parts |= {name: _SQL[kind].format(f'{row}."{name}"') for name, kind in self.fields.items()}
        if self.emptied:
            kept = f"(SELECT hash FROM record_commitment WHERE source = '{self.name}' AND id = {row}.id)"  # noqa: S608
            parts[self.emptied] = _COMMITTED.format(f'{row}."{self.emptied}"', kept)
        written = ", ',', ".join(f"""'"{name}":', {parts[name]}""" for name in sorted(parts))
        return f"concat('{{', {written}, '}}')"

    def entry(self, row: Mapping[str, Any]) -> bytes:
        """The entry of a row as Python reads it; a JSONB column as the text that PostgreSQL prints of it."""
        said = {"t": self.name, "v": self.version}
        there = {name: (kind, row[name]) for name, kind in self.fields.items()}
        said |= {name: None if value is None else _PYTHON[kind](value) for name, (kind, value) in there.items()}
        return canonical(said)


def canonical(said: Mapping[str, Any]) -> bytes:
    """RFC 8785 of an object with ASCII keys and without fractions."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())


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
    W: "coalesce(to_json(date_trunc('week', {0} AT TIME ZONE 'UTC')::date)::text, 'null')",
    B: "coalesce(to_json(encode(sha256({0}), 'hex'))::text, 'null')",
}
_COMMITTED: Final = "coalesce(to_json(encode(coalesce(sha256({0}), {1}), 'hex'))::text, 'null')"
_PYTHON: Final[Mapping[Kind, Any]] = {
    N: int,
    T: str,
    F: bool,
    M: lambda at: at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    D: lambda day: day.isoformat(),
    J: str,
    W: lambda at: _monday(at.astimezone(dt.UTC).date()).isoformat(),
    B: lambda held: sha256(held).hexdigest(),
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
DECISION: Final = Source(
    "decision",
    1,
    {
        "id": N,
        "proposal_id": N,
        "removal_id": N,
        "step": T,
        "says": T,
        "reason": T,
        "note": B,
        "officer_id": N,
        "at": M,
    },
    "at",
    emptied="note",
)
DISCREPANCY_ANSWER: Final = Source(
    "discrepancy_answer",
    1,
    {
        "id": N,
        "discrepancy_id": N,
        "stood_since": M,
        "enrolment_id": N,
        "period": D,
        "verdict": T,
        "owner": T,
        "answer": T,
        "note": B,
        "by": T,
        "answered_at": M,
        "how": T,
    },
    "answered_at",
)
KNOWLEDGE_ANSWER: Final = Source(
    "knowledge_answer",
    1,
    {
        "id": N,
        "phone_id": N,
        "worker_id": N,
        "answer": T,
        "correct": F,
        "again": F,
        "words_version": T,
        "language": T,
        "channel": T,
        "inbound": T,
        "answered_at": M,
    },
    "answered_at",
)
# As the import left it: that it was undone later is told by the trail.
FILE_IMPORT: Final = Source(
    "file_import",
    1,
    {
        "id": N,
        "kind": T,
        "filename": T,
        "sha256": B,
        "period": D,
        "decree": T,
        "imported_at": M,
        "actor": T,
        "rows": N,
        "accepted": N,
        "flagged": N,
        "rejected": N,
        "unmatched": N,
        "report": J,
        "whole": F,
    },
    "imported_at",
)
_OF_NOBODY: Final = "EXISTS (SELECT FROM grievance WHERE id = held.grievance_id AND identity = 'anonymous')"
_THREAD: Final = {
    "id": N,
    "grievance_id": N,
    "at": M,
    "seq": N,
    "kind": T,
    "detail": J,
    "by": T,
    "channel": T,
    "words": B,
}
GRIEVANCE_EVENT: Final = Source(
    "grievance_event", 1, _THREAD, "at", only=f"AND NOT {_OF_NOBODY}", emptied="words", by_chance=True
)
# A row of a report without a name enters with its week only, once all of that week are there: its day begins in the
# city's own time, and whoever reports on the day after the week's end in UTC is still of that week.
ANONYMOUS_EVENT: Final = Source(
    "anonymous_event",
    1,
    _THREAD | {"at": W},
    of_table="grievance_event",
    only=f"AND {_OF_NOBODY} AND held.at < date_trunc('week', (now() - interval '2 days') AT TIME ZONE 'UTC')"
    " AT TIME ZONE 'UTC'",
    emptied="words",
    by_chance=True,
    unordered=True,
)

# In the order in which a seal takes them. A changed list of fields is a new version; the old one stays for its leaves.
SOURCES: Final = (
    AUDIT,
    EVIDENCE,
    DECISION,
    DISCREPANCY_ANSWER,
    KNOWLEDGE_ANSWER,
    FILE_IMPORT,
    GRIEVANCE_EVENT,
    ANONYMOUS_EVENT,
)
BY_VERSION: Final = {(source.name, source.version): source for source in SOURCES}
