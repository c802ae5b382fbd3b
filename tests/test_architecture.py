"""How the house is cut, read off the source: doors query nothing, files and functions stay short, names stay few."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ("verify_service", "flows", "jobs")
DOORS = ("console", "public", "open311", "webhooks", "simulator", "calendars.py", "health.py")
# What a session is asked or told with; to open, flush, commit or roll back a transaction is a door's own affair.
QUERIES = frozenset(
    [
        "add",
        "add_all",
        "bulk_insert_mappings",
        "bulk_save_objects",
        "connection",
        "delete",
        "execute",
        "get",
        "get_one",
        "merge",
        "query",
        "refresh",
        "scalar",
        "scalars",
        "stream",
        "stream_scalars",
    ]
)
# What a door may know of SQLAlchemy: the type of a session that it hands on, and the errors that it answers to.
KNOWN = {"sqlalchemy.orm": {"Session"}, "sqlalchemy.exc": {"DBAPIError", "OperationalError", "TimeoutError"}}

MOST_LINES = 450
LONGER = {
    "flows/lexicon.py": "a list of words, one line each: it is read by looking a word up, and holds hardly any code",
}
MOST_FOLDERS = 2  # with a file of one name
MOST_PARAMETERS = 8
MORE = {  # how many, and no more; each is to shrink
    "verify_service/conversations/filing.py _open": 10,
    "verify_service/messaging/compose.py write": 10,
    "verify_service/messaging/outbox.py queue_text": 10,
    "verify_service/registry/rosters.py _told": 9,  # one column of a row
    "verify_service/tasks.py open_task": 12,
    "verify_service/verification/decision.py _rule": 9,  # one row of a table
    "verify_service/verification/knowledge.py keep_answer": 10,
}


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def doors() -> list[Path]:
    under = [ROOT / "verify_service" / name for name in DOORS]
    return [path for door in under for path in ([door] if door.suffix else sorted(door.rglob("*.py")))]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_doors_are_all_there() -> None:
    assert all((ROOT / "verify_service" / name).exists() for name in DOORS)


@pytest.mark.parametrize("path", doors(), ids=named)
def test_a_door_queries_no_table(path: Path) -> None:
    assert list(queries(tree_of(path))) == [], "ask a use case of the subject's room instead"


def queries(tree: ast.AST) -> Iterator[str]:
    """The calls of a session's query methods, whatever the session is called there, and SQLAlchemy's own names."""
    sessions = {"session", "database", *held_as_sessions(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"line {node.lineno}: {name.name}" for name in node.names if is_sqlalchemy(name.name))
        elif isinstance(node, ast.ImportFrom) and is_sqlalchemy(node.module or ""):
            beyond = {name.name for name in node.names} - KNOWN.get(node.module or "", set())
            yield from (f"line {node.lineno}: {name}" for name in sorted(beyond))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERIES:
            asked = node.func.value
            name = asked.id if isinstance(asked, ast.Name) else asked.attr if isinstance(asked, ast.Attribute) else ""
            if name in sessions:
                yield f"line {node.lineno}: {name}.{node.func.attr}"


def held_as_sessions(tree: ast.AST) -> Iterator[str]:
    """What a transaction, or an argument that is a Session, is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            opened = node.context_expr.func if isinstance(node.context_expr, ast.Call) else node.context_expr
            if getattr(opened, "id", getattr(opened, "attr", "")) in ("transaction", "page_session"):
                yield node.optional_vars.id
        elif isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name) and node.annotation.id == "Session":
            yield node.arg


def is_sqlalchemy(module: str) -> bool:
    return module.partition(".")[0] == "sqlalchemy"


@pytest.mark.parametrize(
    "written",
    [
        "from sqlalchemy import select",
        "import sqlalchemy as sa",
        "from sqlalchemy.dialects.postgresql import insert",
        "with transaction(seconds=5) as books:\n    books.scalar(wanted)",
        "def held(database: Session): return database.get_one(Officer, 1)",
        "with acting() as who:\n    who.session.execute(wanted)",
    ],
)
def test_a_query_in_a_door_would_be_seen(written: str) -> None:
    assert list(queries(ast.parse(written)))


@pytest.mark.parametrize("path", doors(), ids=named)
def test_a_door_writes_no_trail(path: Path) -> None:
    # Who writes the trail where something is done cannot forget it in the next door.
    imported = {
        f"{node.module}.{name.name}" if isinstance(node, ast.ImportFrom) else name.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert not {name for name in imported if name.startswith("verify_service.audit")}


def test_no_file_needs_a_table_of_contents() -> None:
    long = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(*HOUSE)}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES and path not in LONGER} == {}
    assert {path for path in LONGER if long.get(path, 0) <= MOST_LINES} == set(), "no longer an exception"


def test_a_file_name_says_which_file() -> None:
    folders: dict[str, list[str]] = defaultdict(list)
    for path in sources(*HOUSE):
        if path.name != "__init__.py":
            folders[path.name].append(named(path.parent))
    assert {name: where for name, where in folders.items() if len(where) > MOST_FOLDERS} == {}


def test_no_function_has_many_parameters() -> None:
    many = {f"{named(path)} {name}": count for path in sources("verify_service") for name, count in wide(path)}
    assert many == MORE, "put what belongs together into one dataclass; an exception that shrank is struck out"


def wide(path: Path) -> Iterator[tuple[str, int]]:
    """The functions with more parameters than that, the object itself not counted."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            named_ones = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            own = bool(named_ones) and named_ones[0].arg in ("self", "cls")
            count = len(named_ones) - own + (given.vararg is not None) + (given.kwarg is not None)
            if count > MOST_PARAMETERS:
                yield node.name, count
