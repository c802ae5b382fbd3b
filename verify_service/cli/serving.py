"""`verify demo`, `verify migrate`."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from verify_service.cli.service import data_dir_option, database_sentence, with_servers
from verify_service.demo import embedded
from verify_service.ground import schema
from verify_service.ground.settings import SettingsRefused


@click.command()
@with_servers
def migrate() -> None:
    """Bring the database to the newest schema, roles included."""
    from verify_service.installation import migrate as bring_up

    click.echo(f"The database is at {bring_up(partial(click.echo, err=True))}.")


@click.command()
@data_dir_option
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Load this roster instead of the sample city.",
)
@click.option("--round", "with_round", is_flag=True, help="Play a whole round in ten minutes, with people who answer.")
def demo(data_dir: Path, port: int, roster: Path | None, with_round: bool) -> None:
    """The whole service on one machine, with an invented city of 2,000; Ctrl-C stops it."""
    from verify_service.demo.supervisor import run
    from verify_service.registry.problems import FileRefused

    if with_round and roster is not None:
        raise click.UsageError("--round plays the invented city; leave --roster out, or open a round of your own")
    os.environ["VERIFY_DATA_DIR"] = str(data_dir)
    try:
        run(data_dir, port, roster, say=click.echo, with_round=with_round)
    except (embedded.ServersRefused, schema.SchemaRefused, SettingsRefused, FileRefused) as refused:
        raise click.ClickException(str(refused)) from None
    except DBAPIError as error:
        raise click.ClickException(database_sentence(error)) from None
