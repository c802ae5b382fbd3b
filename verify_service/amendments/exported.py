"""The programme file with what was amended, its comments kept: what another start, or another city, begins from."""

from __future__ import annotations

import datetime as dt
from typing import Any

import tomlkit
from tomlkit.items import Table

from verify_service.amendments.programme_values import Form, ProgrammeValue, documents, value_at, values
from verify_service.ground.programme import programme_file


def programme_as_amended() -> str:
    """The text of the file: each value that people changed stands in it as it is in force."""
    document = tomlkit.parse(programme_file().read_text(encoding="utf-8"))
    now, written = documents()
    for path, value in values().items():
        stands = value_at(now, path)
        if stands != value_at(written, path):
            _put(document, path.split("."), _in_toml(value, stands))
    return tomlkit.dumps(document)


def _put(table: Any, path: list[str], value: Any) -> None:
    """Put a value in its place; one that the file left to its default becomes a new line."""
    for step in path[:-1]:
        table = table[step]
    last = path[-1]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        held = tomlkit.aot()
        for entry in value:
            held.append(_table(entry))
        table[last] = held
        return
    comment = table[last].trivia if last in table else None
    table[last] = value
    if comment is not None and comment.comment:
        table[last].comment(comment.comment.lstrip("# "))


def _table(entry: dict[str, Any]) -> Table:
    made = tomlkit.table()
    made.update(entry)
    return made


def _in_toml(value: ProgrammeValue, stands: Any) -> Any:
    """As the file writes it: days as days, all else as JSON has it."""
    match value.form:
        case Form.DAYS:
            return [dt.date.fromisoformat(day) for day in stands]
        case Form.AMOUNTS:
            return [{**one, "changed_on": dt.date.fromisoformat(one["changed_on"])} for one in stands]
        case Form.DECREES:
            return [{**one, "date": dt.date.fromisoformat(one["date"])} for one in stands]
        case Form.TIME:
            return stands[:5]
    return stands
