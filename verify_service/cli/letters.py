"""`verify letters`: the paper that carries the codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from verify_service.cli.service import with_servers
from verify_service.cli.whoever import whoever
from verify_service.demo.embedded import write_private
from verify_service.ground.database import transaction
from verify_service.registry.areas import NoSuchKelurahan
from verify_service.registry.letters import letters_pdf


@click.command()
@click.option("--kelurahan", default=None, help="Only this kelurahan.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF to write.")
@with_servers
def letters(kelurahan: str | None, out: Path) -> None:
    """Printable invitation letters (workers) and activation letters (RT heads), with their codes."""
    try:
        with transaction() as session:
            file, count = letters_pdf(session, kelurahan=kelurahan, now=dt.datetime.now(dt.UTC), actor=whoever())
            write_private(out, file)  # before the commit: letters that could not be written were not printed
    except NoSuchKelurahan as unknown:
        raise click.ClickException(str(unknown)) from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{count} letters in {out}. They carry codes: print them, then delete the file.")
