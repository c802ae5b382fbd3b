"""How a command gets its servers: outside ones from the environment, a running demo's, or its own for the moment."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from verify_service.demo import embedded, keys
from verify_service.ground import in_force, schema
from verify_service.ground.as_of import standing as standing
from verify_service.ground.settings import SettingsRefused

P = ParamSpec("P")
R = TypeVar("R")


class _Folder(click.Path):
    """A folder; an empty name, which would be the current one, is a slip."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if str(value) == "":
            self.fail("name a folder; an empty name would be the current one", param, ctx)
        return Path(str(value))


data_dir_option = click.option(
    "--data-dir",
    type=_Folder(file_okay=False),
    default=lambda: os.environ.get("VERIFY_DATA_DIR", ".verify"),
    show_default="$VERIFY_DATA_DIR or ./.verify",
    help="Where the embedded servers keep their data.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


class Day(click.ParamType[dt.date]):
    """A day as YYYY-MM-DD, of the city's calendar; one that is to come is a slip."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            day = dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write YYYY-MM-DD, for example 2026-03-31", param, ctx)
        if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
            self.fail(f"{day} is to come; give a day that is over, or today", param, ctx)
        return day


as_of_option = click.option("--as-of", type=Day(), default=None, help="As it stood at the end of this day.")


def print_json(document: Any) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")


@contextmanager
def servers(data_dir: Path) -> Iterator[None]:
    """Settings and servers for one command; see the module."""
    if os.environ.get("VERIFY_DATABASE_URL"):
        yield
        return
    data_dir = embedded.prepare(data_dir)
    os.environ.update(keys.environment_for(data_dir))
    own = None
    while own is None:
        with embedded.joined(data_dir) as found:
            if found is not None:
                _point_at(found["owner_url"], found["application_url"], found["redis_url"], data_dir)
                yield
                return
        own = _start_unless_taken(data_dir)
    try:
        _point_at(own.owner_url, own.application_url, own.redis_url, data_dir)
        from verify_service.installation import migrate

        migrate()
        own.announce()
        yield
    finally:
        own.stop(after_users=True)


def _start_unless_taken(data_dir: Path) -> embedded.Servers | None:
    """Servers of our own, or None when another command was quicker: join that one then."""
    try:
        return embedded.start(data_dir)
    except embedded.DirectoryTaken:
        return None


def _point_at(owner: str, application: str, redis: str, data_dir: Path) -> None:
    os.environ["VERIFY_OWNER_DATABASE_URL"] = owner
    os.environ["VERIFY_DATABASE_URL"] = application
    os.environ["VERIFY_REDIS_URL"] = redis
    os.environ.setdefault("VERIFY_DATA_DIR", str(data_dir))


def with_servers(command: Callable[P, R]) -> Callable[..., R]:
    """Run a command with its servers, and turn what may go wrong into a sentence and exit 1."""

    @wraps(command)
    def run(data_dir: Path, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with servers(data_dir):
                in_force.look()
                return command(*args, **kwargs)
        except (embedded.ServersRefused, schema.SchemaRefused, SettingsRefused) as refused:
            raise click.ClickException(str(refused)) from None
        except DBAPIError as error:
            raise click.ClickException(database_sentence(error)) from None

    return data_dir_option(run)


def database_sentence(error: DBAPIError) -> str:
    """What the database said, in one line without values."""
    what = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    if "does not exist" in what and "relation" in what:
        return f"The database has no tables yet; run: verify migrate (newest schema: {schema.newest()})"
    return f"The database refused: {what}"
