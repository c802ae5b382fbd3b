"""`verify officer`: accounts of the console. Whatever is done here is told to all administrators and the auditors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from verify_service.accounts import managing
from verify_service.accounts.account_mail import link_address
from verify_service.accounts.listing import accounts
from verify_service.accounts.officers import OfficerRefused, Position, Role
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import as_option, whoever
from verify_service.grievances import leaving
from verify_service.ground.database import transaction
from verify_service.ground.mail import there_is_a_server
from verify_service.ground.tables import Officer

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
@as_option
@json_option
@with_servers
def add(email: str, role: str, name: str, unit: str | None, area: str | None, cleared: bool, as_json: bool) -> None:
    """Make an account; its holder gets a link by mail and chooses the password.

    Without a mail server the link is printed: hand it over yourself, unopened. It works once, and for three days.
    """
    wanted = Position(role, _unit_of(role, unit), area, cleared)
    with _doing() as (session, now):
        made, token = managing.make_account(session, email, name, wanted, by=whoever(), now=now)
        number = made.id
    if as_json:
        print_json({"id": number, "email": email, **_link(token)})
        return
    click.echo(f"{email} is made, as {role}. All administrators and auditors are told.")
    _tell_link(email, token)


def _link(token: str) -> dict[str, str]:
    return {} if there_is_a_server() else {"link": link_address(token)}


def _tell_link(email: str, token: str) -> None:
    if there_is_a_server():
        click.echo(f"A link to choose a password is on its way to {email}.")
    else:
        click.echo(f"No mail server is set. The link for the holder, who alone opens it: {link_address(token)}")


@officer.command("list")
@json_option
@with_servers
def list_officers(as_json: bool) -> None:
    """Every account: what it may see, whether it has a second factor, when it was last seen."""
    with _doing() as (session, _):
        listed = [
            {
                **vars(one),
                "last_seen": one.last_seen.isoformat() if one.last_seen else None,
                "decides_from": one.decides_from.isoformat(),
            }
            for one in accounts(session)
        ]
    if as_json:
        print_json(listed)
        return
    for one in listed:
        known = ("cleared", "second_factor", "awaits_link", "must_change_password", "stands_alone", "disabled")
        marks = [name for name in known if one[name]]
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
@as_option
@_to_option
@with_servers
def disable(email: str, to: str | None) -> None:
    """Close an account: its browsers are signed out, its open cases go on to others, the trail keeps what it did."""
    with _doing() as (session, now):
        held = managing.officer_by_email(session, email)
        went = leaving.close_account(session, held, _successor(session, to), by=whoever(), now=now)
        _say_where(session, went)
    click.echo(f"{email} is closed.")


@officer.command()
@click.argument("email")
@as_option
@with_servers
def enable(email: str) -> None:
    """Open a closed account again. For a day it decides nothing."""
    with _doing() as (session, now):
        managing.enable(session, managing.officer_by_email(session, email), by=whoever(), now=now)
    click.echo(f"{email} may sign in again.")


@officer.command()
@click.argument("email")
@as_option
@with_servers
def vouch(email: str) -> None:
    """Say that you know its holder, where somebody else made the account: then it stands on two people's word."""
    with _doing() as (session, now):
        managing.vouch(session, managing.officer_by_email(session, email), by=whoever(), now=now)
    click.echo(f"{email} stands on two people's word.")


@officer.command("send-link")
@click.argument("email")
@as_option
@json_option
@with_servers
def send_link(email: str, as_json: bool) -> None:
    """Another link for somebody who has yet to choose a password; the one before opens nothing any more."""
    with _doing() as (session, now):
        held = managing.officer_by_email(session, email)
        token = managing.send_link_again(session, held, by=whoever(), now=now)
    if as_json:
        print_json({"email": email, **_link(token)})
        return
    _tell_link(email, token)


@officer.command("reset-password")
@click.argument("email")
@as_option
@json_option
@with_servers
def reset_password(email: str, as_json: bool) -> None:
    """Send a link to somebody who forgot his password; the old one opens nothing any more."""
    with _doing() as (session, now):
        token = managing.reset_password(session, managing.officer_by_email(session, email), by=whoever(), now=now)
    if as_json:
        print_json({"email": email, **_link(token)})
        return
    _tell_link(email, token)


@officer.command("reset-2fa")
@click.argument("email")
@as_option
@with_servers
def reset_second_factor(email: str) -> None:
    """Take the second factor off, after a phone was lost. Make sure who asks for it."""
    with _doing() as (session, now):
        managing.reset_second_factor(session, managing.officer_by_email(session, email), by=whoever(), now=now)
    click.echo(f"{email} signs in without a second factor, and is asked for a new one where the role needs it.")


@officer.command()
@click.argument("email")
@click.option("--role", type=ROLES)
@click.option("--unit")
@click.option("--area", help='Code of a kecamatan or kelurahan; "" for the whole city.')
@click.option("--cleared/--not-cleared", default=None)
@as_option
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
        next_one = _successor(session, to)
        _say_where(session, leaving.change_position(session, held, wanted, next_one, by=whoever(), now=now))
        told = f"{held.role} of {held.unit}, {held.area or 'the whole city'}{', cleared' if held.cleared else ''}"
    click.echo(f"{email} is {told}.")
