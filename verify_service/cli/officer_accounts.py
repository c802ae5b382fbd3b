"""`verify officer`: accounts of the console."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.orm import Session

from verify_service.accounts import managing
from verify_service.accounts.listing import accounts
from verify_service.accounts.officers import OfficerRefused, Position, Role, add_officer
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.grievances import leaving
from verify_service.ground.database import transaction
from verify_service.ground.tables import Officer

BY = "command line"
ROLES = click.Choice([role.value for role in Role])


@contextmanager
def _doing() -> Iterator[tuple[Session, dt.datetime]]:
    """One transaction; what the account refuses ends the command with its reason."""
    try:
        with transaction() as session:
            yield session, dt.datetime.now(dt.UTC)
    except OfficerRefused as refused:
        raise click.ClickException(str(refused)) from None


def _unit_of(role: str, unit: str | None) -> str:
    return unit or ("kelurahan" if role == Role.KELURAHAN else "grievance")


@click.group()
def officer() -> None:
    """Accounts of the console."""


@officer.command()
@click.argument("email")
@click.option("--role", type=ROLES, required=True)
@click.option("--name", default="", help="As colleagues know them. Default: the address.")
@click.option("--unit", help="A unit of the programme file. Default: kelurahan for that role, else grievance.")
@click.option("--area", help="Code of the kecamatan or kelurahan it is bound to. Default: the whole city.")
@click.option("--cleared", is_flag=True, help="May see reports about money, harassment or conduct.")
@click.option("--password-stdin", is_flag=True, help="Read its holder's own password from standard input (one line).")
@json_option
@with_servers
def add(
    email: str,
    role: str,
    name: str,
    unit: str | None,
    area: str | None,
    cleared: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Make an account; prints a password made up for it, once, unless one is given.

    A made-up password has to be changed at the first sign-in.
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else managing.made_up_password()
    with _doing() as (session, _):
        scope: dict[str, Any] = {"unit": _unit_of(role, unit), "area": area, "cleared": cleared}
        made = add_officer(session, email, role, password, name, own_password=password_stdin, actor=BY, **scope)
    if as_json:
        print_json({"id": made, "email": email, **({} if password_stdin else {"password": password})})
        return
    click.echo(f"{email} may sign in as {role}.")
    if not password_stdin:
        click.echo(f"Password, shown once: {password}")


@officer.command("list")
@json_option
@with_servers
def list_officers(as_json: bool) -> None:
    """Every account: what it may see, whether it has a second factor, when it was last seen."""
    with _doing() as (session, _):
        listed = [
            {**vars(one), "last_seen": one.last_seen.isoformat() if one.last_seen else None}
            for one in accounts(session)
        ]
    if as_json:
        print_json(listed)
        return
    for one in listed:
        marks = [name for name in ("cleared", "second_factor", "must_change_password", "disabled") if one[name]]
        where = one["area"] or "the whole city"
        click.echo(f"{one['email']:<40} {one['role']:<10} {one['unit']:<10} {where:<15} {', '.join(marks)}".rstrip())
    if not listed:
        click.echo("There is no officer yet; make one with: verify officer add EMAIL --role ROLE")


_to_option = click.option("--to", default=None, help="Address of whoever gets its cases. Default: by the rule.")


def _successor(session: Session, to: str | None) -> int | None:
    return managing.officer_by_email(session, to).id if to else None


def _say_where(session: Session, went: leaving.HandedOn) -> None:
    for number, count in went.to.most_common():
        click.echo(f"{count} cases went to {session.get_one(Officer, number).name}.")
    if went.nobody:
        click.echo(f"{went.nobody} cases have nobody who may see them; the supervisors are told.")


@officer.command()
@click.argument("email")
@_to_option
@with_servers
def disable(email: str, to: str | None) -> None:
    """Close an account: its browsers are signed out, its open cases go on to others, the trail keeps what it did."""
    with _doing() as (session, now):
        held = managing.officer_by_email(session, email)
        went = leaving.close_account(session, held, _successor(session, to), by=BY, now=now)
        _say_where(session, went)
    click.echo(f"{email} is closed.")


@officer.command()
@click.argument("email")
@with_servers
def enable(email: str) -> None:
    """Open a closed account again."""
    with _doing() as (session, now):
        managing.enable(session, managing.officer_by_email(session, email), by=BY, now=now)
    click.echo(f"{email} may sign in again.")


@officer.command("reset-password")
@click.argument("email")
@json_option
@with_servers
def reset_password(email: str, as_json: bool) -> None:
    """Make up a password for somebody who forgot his; it has to be changed at the next sign-in."""
    with _doing() as (session, now):
        password = managing.reset_password(session, managing.officer_by_email(session, email), by=BY, now=now)
    if as_json:
        print_json({"email": email, "password": password})
        return
    click.echo(f"Password of {email}, shown once: {password}")


@officer.command("reset-2fa")
@click.argument("email")
@with_servers
def reset_second_factor(email: str) -> None:
    """Take the second factor off, after a phone was lost. Make sure who asks for it."""
    with _doing() as (session, now):
        managing.reset_second_factor(session, managing.officer_by_email(session, email), by=BY, now=now)
    click.echo(f"{email} signs in without a second factor, and is asked for a new one where the role needs it.")


@officer.command()
@click.argument("email")
@click.option("--role", type=ROLES)
@click.option("--unit")
@click.option("--area", help='Code of a kecamatan or kelurahan; "" for the whole city.')
@click.option("--cleared/--not-cleared", default=None)
@_to_option
@with_servers
def scope(
    email: str, role: str | None, unit: str | None, area: str | None, cleared: bool | None, to: str | None
) -> None:
    """Change what an account sees and does; what is not named stays. Cases it may not see any more go on to others."""
    with _doing() as (session, now):
        held = managing.officer_by_email(session, email)
        wanted = Position(
            role=role or held.role,
            unit=unit or held.unit,
            area=held.area if area is None else area or None,
            cleared=held.cleared if cleared is None else cleared,
        )
        _say_where(session, leaving.change_position(session, held, wanted, _successor(session, to), by=BY, now=now))
        told = f"{held.role} of {held.unit}, {held.area or 'the whole city'}{', cleared' if held.cleared else ''}"
    click.echo(f"{email} is {told}.")
