"""`verify api-key`: which other systems of the city may file and follow reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click
from sqlalchemy import select

from verify_service.accounts import api_keys
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import whoever
from verify_service.ground.database import transaction
from verify_service.ground.tables import ApiKey


@click.group()
def api_key() -> None:
    """Keys of other systems (Open311)."""


@api_key.command()
@click.argument("name")
@json_option
@with_servers
def add(name: str, as_json: bool) -> None:
    """Make a key for the system called NAME; it is shown once."""
    try:
        with transaction() as session:
            key = api_keys.make(session, name, by=whoever(), now=dt.datetime.now(dt.UTC))
    except api_keys.KeyRefused as refused:
        raise click.ClickException(str(refused)) from None
    if as_json:
        print_json({"name": name, "key": key})
        return
    click.echo(f"Key of {name}, shown once: {key}")


@api_key.command("list")
@json_option
@with_servers
def list_keys(as_json: bool) -> None:
    """Every key: when it was made, in which hour it was last used."""
    with transaction() as session:
        listed = [_listed(held) for held in session.scalars(select(ApiKey).order_by(ApiKey.name))]
    if as_json:
        print_json(listed)
        return
    for one in listed:
        used = f"used {one['used']}" if one["used"] else "never used"
        click.echo(f"{one['name']:<30} made {one['made']}  {used}{'  closed' if one['disabled'] else ''}")
    if not listed:
        click.echo("There is no key yet; make one with: verify api-key add NAME")


def _listed(held: ApiKey) -> dict[str, Any]:
    return {
        "name": held.name,
        "made": held.created_at.isoformat(timespec="minutes"),
        "used": held.used_at.isoformat(timespec="minutes") if held.used_at else None,
        "disabled": held.disabled_at is not None,
    }


@api_key.command()
@click.argument("name")
@with_servers
def disable(name: str) -> None:
    """Close the key called NAME; its system is refused from the next call on."""
    try:
        with transaction() as session:
            api_keys.disable(session, name, by=whoever(), now=dt.datetime.now(dt.UTC))
    except api_keys.KeyRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"The key of {name} is closed.")
