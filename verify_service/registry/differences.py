"""What one version of a list says otherwise than another: who was added, who is missing, what changed of whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.tables import FileImport
from verify_service.registry.kept_lines import LineKept, lines_of
from verify_service.registry.problems import FileRefused, masked

_MASKED = frozenset({"nik", "kk", "kpj", "phone", "address", "birth_date"})


@dataclass(frozen=True)
class Difference:
    """One person of two versions. `row` is None where the newer has none, `row_before` where the older has none.

    `changed`: field -> (before, now), numbers masked.
    """

    name: str
    row: int | None
    row_before: int | None
    changed: dict[str, tuple[str, str]]

    def to_json(self) -> dict[str, Any]:
        """One entry of `verify roster diff --json`."""
        told: dict[str, Any] = {"name": self.name, "row": self.row, "row_before": self.row_before}
        if self.changed:
            told["changed"] = {name: list(values) for name, values in self.changed.items()}
        return {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True)
class Differences:
    """All that differs between two versions, each part in the order of its rows; `same` is how many lines do not."""

    before: int
    now: int
    added: tuple[Difference, ...]
    missing: tuple[Difference, ...]
    changed: tuple[Difference, ...]
    same: int

    def to_json(self) -> dict[str, Any]:
        """The JSON of `verify roster diff`."""
        return {
            "before": self.before,
            "now": self.now,
            "same": self.same,
            **{part: [one.to_json() for one in getattr(self, part)] for part in ("added", "missing", "changed")},
        }


_ROWS = text(
    "SELECT row, nik_index, said FROM import_line WHERE import_id = :version AND NOT rejected ORDER BY nik_index, row"
)
Pair = tuple[int | None, int | None]


def differences(session: Session, before: int, now: int) -> Differences:
    """What version `now` says otherwise than `before`; rows are known again by NIK, and of one NIK by what they say.

    Raises FileRefused for versions that are not there, of two kinds, or whose lines are past their retention.
    """
    _expect_alike(session, before, now)
    pairs, same = _paired(_by_nik(session, before), _by_nik(session, now))
    old = {line.row: line for line in lines_of(session, before, [row for row, _ in pairs if row is not None])}
    new = {line.row: line for line in lines_of(session, now, [row for _, row in pairs if row is not None])}
    told = [_difference(old.get(one or 0), new.get(other or 0)) for one, other in pairs]
    return Differences(
        before,
        now,
        tuple(sorted((one for one in told if one.row_before is None), key=lambda one: one.row or 0)),
        tuple(sorted((one for one in told if one.row is None), key=lambda one: one.row_before or 0)),
        tuple(sorted((one for one in told if one.row and one.row_before), key=lambda one: one.row or 0)),
        same,
    )


def _expect_alike(session: Session, *numbers: int) -> None:
    kinds = set()
    for number in numbers:
        held = session.get(FileImport, number)
        if held is None:
            raise FileRefused(f"There is no version {number}. `verify roster versions` lists them.")
        kinds.add(held.kind)
        if held.accepted and not session.execute(_ROWS, {"version": number}).first():
            raise FileRefused(f"The lines of version {number} are past their retention and were emptied.")
    if len(kinds) > 1:
        raise FileRefused("These two versions are lists of different kinds; compare two of one kind.")


def _by_nik(session: Session, version: int) -> dict[bytes, list[tuple[int, bytes]]]:
    rows: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
    for row, nik, said in session.execute(_ROWS, {"version": version}):
        rows[bytes(nik or b"")].append((row, bytes(said or b"")))
    return rows


def _paired(
    old: dict[bytes, list[tuple[int, bytes]]], new: dict[bytes, list[tuple[int, bytes]]]
) -> tuple[list[Pair], int]:
    """Rows that differ, each with its counterpart if it has one; and how many say the same."""
    pairs: list[Pair] = []
    same = 0
    for nik in old.keys() | new.keys():
        left, right = list(old.get(nik, ())), list(new.get(nik, ()))
        for line in list(left):
            twin = next((other for other in right if other[1] == line[1]), None)
            if twin is not None:
                left.remove(line)
                right.remove(twin)
                same += 1
        pairs += _in_order(left, right)
    return pairs, same


def _in_order(left: Sequence[tuple[int, bytes]], right: Sequence[tuple[int, bytes]]) -> Iterable[Pair]:
    for place in range(max(len(left), len(right))):
        yield (
            left[place][0] if place < len(left) else None,
            right[place][0] if place < len(right) else None,
        )


def _difference(old: LineKept | None, new: LineKept | None) -> Difference:
    line = new or old
    assert line is not None
    both = old is not None and new is not None
    names = sorted({*old.read, *new.read}) if old and new and both else ()
    changed = {
        name: (_shown(name, old.read.get(name, "")), _shown(name, new.read.get(name, "")))
        for name in names
        if old and new and old.read.get(name, "") != new.read.get(name, "")
    }
    return Difference(line.read.get("name", ""), new.row if new else None, old.row if old else None, changed)


def _shown(name: str, value: str) -> str:
    return masked(value) if name in _MASKED else value
