"""The values of the programme file that people may amend: what each is, how it is written, and what stands in force.

What a running service is built on (languages, area table, time zone), who may open what (second factors, receivers of
heads) and how long data is kept is changed in the file alone, by whoever runs the server.
"""

from __future__ import annotations

import datetime as dt
import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from verify_service.ground.programme import (
    Category,
    Decree,
    PremiumChange,
    Programme,
    programme,
    programme_file,
    read_programme,
)

# By table: what of it stays in the file. None: the whole table.
_IN_THE_FILE: Final[Mapping[str, frozenset[str] | None]] = {
    **dict.fromkeys(("name", "brand", "reference_prefix", "city", "jurisdiction", "decree", "timezone")),
    **dict.fromkeys(("area_table", "bps_codes", "languages", "texts", "units", "bodies", "cover")),
    **dict.fromkeys(("accounts", "record", "retention")),
    "premium": frozenset({"amount", "effective_from"}),
    "send_window": frozenset({"holidays"}),
    "texting": frozenset({"number"}),
    "decisions": frozenset(
        {"reasons_accept", "reasons_refuse", "reasons_ask", "reasons_remove", "closing", "rejecting", "waiting_reasons"}
    ),
    "decisions.priority": frozenset({"dangerous_jobs"}),
    "publication": frozenset({"map"}),
    "categories": frozenset({"code", "restricted"}),  # who sees a kind of report is no matter of a page
}


LARGEST: Final = 10**15  # a number beyond it is a slip, and no column holds the sums made of it


class Form(StrEnum):
    """How a value is written down."""

    NUMBER = "number"
    FRACTION = "fraction"
    TEXT = "text"
    FLAG = "flag"
    TIME = "time"
    CHOICE = "choice"
    DAYS = "days"  # one a line: 2026-12-24
    NAMES = "names"  # one a line
    WEEKDAYS = "weekdays"  # 1 to 7, 1 is Monday
    AMOUNTS = "amounts"  # one a line: 2027-01-01 17500
    DECREES = "decrees"  # one a line: 2025-10-31 500.15.1/...


@dataclass(frozen=True)
class ProgrammeValue:
    """One value that can be amended: its path in the file, how it is written, and its limits."""

    path: str
    form: Form
    choices: tuple[str, ...] = ()
    least: float | None = None
    more_than: float | None = None
    most: float | None = None

    @property
    def table(self) -> str:
        """The table of the file it stands in; "" at its top."""
        return self.path.rpartition(".")[0]

    def typed(self, value: Any) -> str:
        """A value as somebody types it, over several lines where it is a list."""
        match self.form:
            case Form.FLAG:
                return "true" if value else "false"
            case Form.AMOUNTS:
                return "\n".join(f"{one['changed_on']} {one['new_amount']}" for one in value)
            case Form.DECREES:
                return "\n".join(f"{one['date']} {one['number']}" for one in value)
            case Form.DAYS | Form.NAMES:
                return "\n".join(map(str, value))
            case Form.WEEKDAYS:
                return " ".join(map(str, value))
            case Form.TIME:
                return str(value)[:5]
        return str(value)

    def read(self, typed: str) -> Any:
        """What was typed, as JSON has it. Raises Unreadable."""
        lines = [line.strip() for line in typed.splitlines() if line.strip()]
        said = " ".join(lines)
        match self.form:
            case Form.NUMBER | Form.FRACTION:
                return self._number(said)
            case Form.FLAG:
                return said == "true"
            case Form.TIME:
                return _time(said)
            case Form.CHOICE:
                if said not in self.choices:
                    raise Unreadable("choice", said)
                return said
            case Form.DAYS:
                return sorted({_day(line) for line in lines})
            case Form.NAMES:
                return lines
            case Form.WEEKDAYS:
                return sorted({_weekday(one) for one in said.replace(",", " ").split()})
            case Form.AMOUNTS:
                return [{"changed_on": day, "new_amount": _amount(rest)} for day, rest in map(_dated, lines)]
            case Form.DECREES:
                return [{"date": day, "number": rest} for day, rest in map(_dated, lines)]
        return said

    def _number(self, said: str) -> int | float:
        try:
            number = int(said) if self.form is Form.NUMBER else float(said.replace(",", "."))
        except ValueError:
            raise Unreadable(self.form, said) from None
        if not math.isfinite(number):
            raise Unreadable(self.form, said)
        if abs(number) > LARGEST:
            raise Unreadable("most", said, f"{LARGEST:g}")
        if self.least is not None and number < self.least:
            raise Unreadable("least", said, f"{self.least:g}")
        if self.more_than is not None and number <= self.more_than:
            raise Unreadable("more_than", said, f"{self.more_than:g}")
        if self.most is not None and number > self.most:
            raise Unreadable("most", said, f"{self.most:g}")
        return number


class Unreadable(Exception):
    """What was typed is no such value: `why` is the kind of fault, `found` what stood there, `expected` the limit."""

    def __init__(self, why: str, found: str, expected: str = "") -> None:
        super().__init__(why)
        self.why, self.found, self.expected = str(why), found[:60], expected


def _day(said: str) -> str:
    try:
        return dt.date.fromisoformat(said).isoformat()
    except ValueError:
        raise Unreadable("day", said) from None


def _time(said: str) -> str:
    try:
        return dt.time.fromisoformat(said.replace(".", ":")).isoformat(timespec="minutes")
    except ValueError:
        raise Unreadable("time", said) from None


def _weekday(said: str) -> int:
    if said not in tuple("1234567"):
        raise Unreadable("weekdays", said)
    return int(said)


def _dated(line: str) -> tuple[str, str]:
    day, _, rest = line.partition(" ")
    if not rest.strip():
        raise Unreadable("dated", line)
    return _day(day), rest.strip()


def _amount(said: str) -> int:
    plain = said.replace(".", "").replace(",", "")
    if not (plain.isascii() and plain.isdecimal() and int(plain) > 0):
        raise Unreadable("amounts", said)
    return int(plain)


def values() -> dict[str, ProgrammeValue]:
    """Every value that can be amended, by its path, in the order of the file."""
    return _values(tuple(programme().categories))


@lru_cache(maxsize=2)
def _values(categories: tuple[str, ...]) -> dict[str, ProgrammeValue]:
    found: dict[str, ProgrammeValue] = {}
    for name, field in Programme.model_fields.items():
        excepted = _IN_THE_FILE.get(name, frozenset())
        if excepted is None:
            continue
        if name == "categories":
            for code in categories:
                found |= _of_table(Category, f"categories.{code}", excepted)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= _of_table(field.annotation, name, excepted)
        else:
            found |= _of_field(Programme, name, field, name)
    return found


def _of_table(model: type[BaseModel], path: str, excepted: frozenset[str]) -> dict[str, ProgrammeValue]:
    found: dict[str, ProgrammeValue] = {}
    for name, field in model.model_fields.items():
        written = field.alias or name
        if written in excepted:
            continue
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= _of_table(field.annotation, f"{path}.{written}", _IN_THE_FILE[f"{path}.{written}"] or frozenset())
        else:
            found |= _of_field(model, name, field, f"{path}.{written}")
    return found


def _of_field(model: type[BaseModel], name: str, field: FieldInfo, path: str) -> dict[str, ProgrammeValue]:
    kind = get_type_hints(model)[name]
    limits = {
        {"ge": "least", "gt": "more_than", "le": "most", "lt": "most"}[limit]: getattr(one, limit)
        for one in field.metadata
        for limit in ("ge", "gt", "le", "lt")
        if hasattr(one, limit)
    }
    if path == "publication.weekday":
        limits |= {"least": 1, "most": 7}
    if path.startswith("categories.") and name == "unit":
        return {path: ProgrammeValue(path, Form.CHOICE, tuple(programme().units))}
    form, choices = _form(kind)
    return {path: ProgrammeValue(path, form, choices, **limits)}


def _form(kind: Any) -> tuple[Form, tuple[str, ...]]:
    """How a value of this type is written, and the choices where it has few."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        return Form.CHOICE, tuple(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        of = {dt.date: Form.DAYS, int: Form.WEEKDAYS, PremiumChange: Form.AMOUNTS, Decree: Form.DECREES}
        return of.get(get_args(kind)[0], Form.NAMES), ()
    of_one = {bool: Form.FLAG, int: Form.NUMBER, float: Form.FRACTION, dt.time: Form.TIME}
    return of_one.get(kind, Form.TEXT), ()


def documents() -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The whole programme in force, and as the file has it: for a page that shows many values."""
    return _document(programme()), _document(read_programme(programme_file()))


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """One value of such a document."""
    return _at(document, path)


def _document(held: Programme) -> dict[str, Any]:
    return held.model_dump(mode="json", by_alias=True)


def _at(document: Mapping[str, Any], path: str) -> Any:
    for step in path.split("."):
        document = document[step]
    return document


def tables() -> Iterator[str]:
    """The tables of the file in which something can be amended, in its order."""
    yield from dict.fromkeys(value.table for value in values().values())
