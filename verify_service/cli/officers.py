"""`verify officer`: accounts of the console."""

from __future__ import annotations

import secrets
import sys

import click

from verify_service.accounts.officers import OfficerRefused, Role, add_officer
from verify_service.cli.service import with_servers
from verify_service.ground.database import transaction


@click.group()
def officer() -> None:
    """Accounts of the console."""


@officer.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="", help="As colleagues know them. Default: the address.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input (one line).")
@with_servers
def add(email: str, role: str, name: str, password_stdin: bool) -> None:
    """Make an account; prints a password made up for it, once, unless one is given."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    try:
        with transaction() as session:
            add_officer(session, email, role, password, name, actor="command line")
    except OfficerRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{email} may sign in as {role}.")
    if not password_stdin:
        click.echo(f"Password, shown once: {password}")
