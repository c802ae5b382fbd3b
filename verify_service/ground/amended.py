"""The amendments this process goes by: what two people changed since the programme file was written.

Rules, words of screens and prepared answers are read from files; an amendment puts another value in the place of one of
them. `ground/in_force.py` reads from the database which are in force and puts them here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an amendment changes."""

    RULE = "rule"  # a value of the programme file; the key is its path, `sla.urgent`
    WORDS = "words"  # a screen; the key is that of the screen, the value its entry in each language that changes
    ANSWER = "answer"  # a prepared answer; the key is `category.code`, the value its words by language


@dataclass(frozen=True)
class Amendment:
    """One that is in force: what it changes and the new value, as JSON has it."""

    number: int
    kind: Kind
    key: str
    value: Any


_held: list[Amendment] = []
when_changed: list[Callable[[], None]] = []  # who keeps something made of files lets go of it here


def held(kind: Kind) -> tuple[Amendment, ...]:
    """Those of a kind, in the order in which they came into force."""
    return tuple(one for one in _held if one.kind == kind)


def hold(amendments: list[Amendment]) -> bool:
    """Go by these from now on; whether they are others than before."""
    if amendments == _held:
        return False
    _held[:] = amendments
    for forget in when_changed:
        forget()
    return True


def with_rules(table: Mapping[str, Any], amendments: tuple[Amendment, ...]) -> dict[str, Any]:
    """The table of a programme file with these values in it; what is not named stays."""
    made = dict(table)
    for one in amendments:
        made = _with(made, one.key.split("."), one.value)
    return made


def _with(table: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    first, rest = path[0], path[1:]
    below = table.get(first, {})
    return {**table, first: _with(below, rest, value) if rest else value}
