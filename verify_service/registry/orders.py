"""What an import is told: which file, by whom, when, and what a list states of all its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

Priced = Callable[[Session], tuple[int, str]]


@dataclass(frozen=True)
class Order:
    """One file to be imported: by whom, when, as what, and whether only to see what would happen."""

    kind: str
    path: Path
    now: dt.datetime
    actor: str
    dry_run: bool = False
    period: dt.date | None = None
    decree: str | None = None
    terms: dict[str, object] | None = None
    whole: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)
    priced: Priced | None = None


@dataclass(frozen=True)
class RosterTerms:
    """What a list states of all its people: the first month that the city pays, for how many months, by which decree.

    `months` goes before the file's own months column; without either it is twelve. A list adds to those before it; one
    that is `whole` also leaves out whom it does not name. `priced` tells what rupiah the list with this file in it is
    short of, and the same in words; it is asked in a dry run as well.
    """

    paid_from: dt.date
    months: int | None = None
    decree: str | None = None
    whole: bool = False
    priced: Priced | None = None
