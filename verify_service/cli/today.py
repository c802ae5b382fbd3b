"""`verify today`: how the service stands, line by line, and what to do."""

from __future__ import annotations

import datetime as dt

import click

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.ground.database import transaction
from verify_service.operations.one_look import Standing
from verify_service.operations.one_look import today as looked


@click.command()
@click.option("--check", is_flag=True, help="Exit 1 where something has to be acted on: for a monitor.")
@json_option
@with_servers
def today(check: bool, as_json: bool) -> None:
    """How the service stands: jobs, what waits, texts and their cost, promises, the machine."""
    from verify_service.app import create_app  # words in the language of the pages
    from verify_service.labels import today_words

    with transaction() as session:
        lines = looked(session, now=dt.datetime.now(dt.UTC))
    if as_json:
        print_json([_plain(line.name, line.standing, line.why, dict(line.values)) for line in lines])
    else:
        with create_app().test_request_context("/?lang=en"):
            for line in lines:
                sign, _ = today_words.STANDS[line.standing]
                click.echo(f"{sign} {today_words.title(line):<40} {today_words.said(line)}")
                if (told := today_words.to_do(line)) != "":
                    click.echo(f"  {'':<40} {told}")
    if check and any(line.standing is Standing.ACT for line in lines):
        raise SystemExit(1)


def _plain(name: str, standing: Standing, why: str, values: dict[str, object]) -> dict[str, object]:
    told = {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}
    return {"name": name, "standing": standing.value, "why": why, **told}
