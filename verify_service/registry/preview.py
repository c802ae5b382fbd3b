"""The first rows of a file as they were understood, so that a wrong column is seen before anything is stored."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

from verify_service.registry.kept_lines import said_by
from verify_service.registry.names import masked_name
from verify_service.registry.problems import masked
from verify_service.registry.reading import Reading

ROWS: Final = 10
_NOT_SHOWN = frozenset({"address", "cleared"})


def preview_of(reading: Reading[Any], rows: int = ROWS) -> tuple[dict[str, str], ...]:
    """So many of the rows that can be used, field by field; whom they are about is masked."""
    return tuple(
        {"row": str(row.row)} | {name: _shown(name, said) for name, said in said_by(row).items() if _is_shown(name)}
        for row in islice(reading.accepted, rows)
    )


def headings_of(reading: Reading[Any]) -> dict[str, str]:
    """Which heading of the file each field was read under."""
    if reading.table is None:
        return {}
    return {field: heading for field, (_, heading) in reading.table.header.columns.items()}


def _is_shown(name: str) -> bool:
    return name not in _NOT_SHOWN and not name.endswith(("_key", "_index"))


def _shown(name: str, said: str) -> str:
    if name == "name":
        return masked_name(said)
    if name == "birth_date":
        return f"{said[:4]}-**-**"
    if name == "kelurahan_code":
        return said
    return masked(said)
