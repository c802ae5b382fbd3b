"""Nothing is asked of a city or an operator that no code reads."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from verify_service.ground import programme, settings

ROOT = Path(__file__).parents[2]
TABLES = [one for one in vars(programme).values() if isinstance(one, type) and issubclass(one, programme._Table)]
MODELS = [*TABLES, settings.Settings]
SHARED = {name for name, tables in Counter(name for one in MODELS for name in one.model_fields).items() if tables > 1}
# By its class each category takes one of the days: `getattr(sla, category.sla)`.
BY_NAME = set(get_args(programme.Category.model_fields["sla"].annotation))


def _last(node: ast.AST) -> str:
    """What an expression is of: `texting` of `programme().texting`, `rules` of `rules`."""
    if isinstance(node, ast.Call):
        taken = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
        return _last(node.func.value if taken else node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _read() -> Iterator[tuple[str, str]]:
    """Every name that product code or a page takes from something, and from what."""
    for room in ("flows", "verify_service", "jobs"):
        for file in (ROOT / room).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            held = {
                target.id: _last(node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    owner = _last(node.value)
                    yield owner, node.attr
                    yield held.get(owner, owner), node.attr
        for page in (ROOT / room).rglob("*.html"):
            yield from re.findall(r"(\w+)\.(\w+)", page.read_text(encoding="utf-8"))


@cache
def _read_here() -> frozenset[tuple[str, str]]:
    return frozenset(_read())


def _owners(model: type[BaseModel]) -> set[str]:
    """What a table of this kind is called: by the field that holds it, or by its own name."""
    held = {name for one in TABLES for name, field in one.model_fields.items() if model in _within(field.annotation)}
    return held | {model.__name__.casefold()}


def _within(annotation: object) -> set[object]:
    return {annotation, *(inner for part in get_args(annotation) for inner in _within(part))}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_is_set_is_read(model: type[BaseModel]) -> None:
    unread = set(model.model_fields) - {name for _, name in _read_here()} - BY_NAME
    # A name that two tables have is read of each of them.
    owners = _owners(model)
    of_this = {name for owner, name in _read_here() if owner in owners}
    assert unread | (SHARED & set(model.model_fields)) - of_this == set()
