"""What a verification says: what was altered in the record, where, and which entries that concerns."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Altered(StrEnum):
    """What was done, as the record shows it."""

    EDITED = "edited"  # a row is not what was sealed
    DELETED = "deleted"  # a sealed row is gone
    INSERTED = "inserted"  # a row stands among older ones, and was not there when these were sealed
    SWAPPED = "swapped"  # rows have each other's content
    TRUNCATED = "truncated"  # leaves are gone
    LEAF = "leaf altered"  # the rows are as they were signed, the leaves kept of them are not
    RESEALED = "resealed"  # rows and leaves agree with each other, and not with a head
    HEAD = "head altered"  # a head is not signed, not what was signed, or gone


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was altered: the entries it concerns as TABLE:ID, and their places in the record.

    Of what was resealed only the places between two heads are known, unless the leaves as they were are at hand.
    """

    altered: Altered
    told: str
    entries: tuple[str, ...] = ()
    first: int | None = None  # places, both counted in
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The record as it stands against its rows and heads."""

    size: int
    root: bytes
    heads: int
    outside_heads: int
    at: dt.datetime | None  # of the newest head
    findings: tuple[Finding, ...] = ()
    waiting: tuple[str, ...] = ()  # not sealed yet
    late: tuple[str, ...] = ()  # sealed long after the moment they tell: handled late, or inserted before that seal

    @property
    def entries(self) -> list[str]:
        """Every entry that a finding concerns, once."""
        return list(dict.fromkeys(entry for finding in self.findings for entry in finding.entries))

    def as_json(self) -> dict[str, Any]:
        """One document; times as ISO 8601, hashes as hex."""
        return {
            "sound": not self.findings,
            "size": self.size,
            "root": self.root.hex(),
            "heads": self.heads,
            "outside_heads": self.outside_heads,
            "newest_head_at": self.at.isoformat() if self.at else None,
            "entries": self.entries,
            "findings": [asdict(finding) for finding in self.findings],
            "waiting": list(self.waiting),
            "late": list(self.late),
        }
