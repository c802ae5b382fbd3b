"""`verify roster pairs`: who may stand on the list twice, and what a person says of it; `verify roster accept`."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import click

from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import whoever
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.registry.accepting import accept_row
from verify_service.registry.one_person import Answer, PairRefused, PairTold, Twin, decide, pairs_found, take_back
from verify_service.registry.problems import FileRefused

_SHOWN = 50


@click.group("pairs", invoke_without_command=True)
@click.option("--open", "only_open", is_flag=True, help="Those that nobody has decided.")
@json_option
@click.pass_context
def pairs(context: click.Context, only_open: bool, as_json: bool) -> None:
    """Workers who may be one person under two NIKs; what weighs most comes first."""
    if context.invoked_subcommand is None:
        context.invoke(show, only_open=only_open, as_json=as_json)


@pairs.command("show", hidden=True)
@click.option("--open", "only_open", is_flag=True)
@json_option
@with_servers
def show(only_open: bool, as_json: bool) -> None:
    """What `verify roster pairs` does."""
    with transaction() as session:
        found = pairs_found(session, only_open=only_open)
    if as_json:
        print_json([pair.to_json() for pair in found])
        return
    for pair in found[:_SHOWN]:
        click.echo(_line(pair))
    if len(found) > _SHOWN:
        click.echo(f"and {len(found) - _SHOWN:,} more (--json names all)")
    waiting = sum(pair.open for pair in found)
    click.echo(f"{waiting:,} wait for a person: verify roster pairs decide ID same|different")


@pairs.command("decide")
@click.argument("pair", type=int)
@click.argument("answer", type=click.Choice(("same", "different")))
@click.option("--note", default="", help="Why: what was asked, and of whom.")
@json_option
@with_servers
def decide_pair(pair: int, answer: str, note: str, as_json: bool) -> None:
    """Say whether PAIR is one person. "same" joins phones, evidence and cases of both; neither line goes."""
    try:
        with transaction() as session:
            now = dt.datetime.now(dt.UTC)
            told = decide(session, pair, cast("Answer", answer), note=note, now=now, actor=whoever())
    except PairRefused as refused:
        raise click.ClickException(str(refused)) from None
    _done(told, as_json)


@pairs.command("take-back")
@click.argument("pair", type=int)
@json_option
@with_servers
def take_pair_back(pair: int, as_json: bool) -> None:
    """The decision on PAIR counts no longer; both stand as before it."""
    try:
        with transaction() as session:
            told = take_back(session, pair, now=dt.datetime.now(dt.UTC), actor=whoever())
    except PairRefused as refused:
        raise click.ClickException(str(refused)) from None
    _done(told, as_json)


def _done(told: PairTold, as_json: bool) -> None:
    queue.nudge(queue.RECONCILE)
    if as_json:
        print_json(told.to_json())
    else:
        click.echo(_line(told))


def _line(pair: PairTold) -> str:
    first, second = pair.people
    decided = f"; {pair.decision}, by {pair.decided_by}" if not pair.open else ""
    return (
        f"{pair.id:>6}  {_person(first)}  |  {_person(second)}: alike in {', '.join(pair.why)}; NIKs differ in"
        f" {pair.nik_apart} (weighs {pair.score}){decided}"
    )


def _person(one: Twin) -> str:
    place = f"{one.kelurahan or '-'} RT {one.rt or '-'}/RW {one.rw or '-'}"
    return f"{one.name} ({one.birth_year or '-'}, NIK ...{one.nik_last4}, {place})"


@click.command("accept")
@click.argument("version", type=int)
@click.argument("row", type=int)
@click.option("--note", required=True, help="What was looked at: the card, the decree of the new name.")
@json_option
@with_servers
def accept(version: int, row: int, note: str, as_json: bool) -> None:
    """Let ROW in, which VERSION refused since its NIK is held under another name: the same person, by a new name.

    It goes in as a version of its own, on the terms of the one that refused it, and can be undone as such.
    """
    try:
        with transaction() as session:
            report = accept_row(session, version, row, note=note, now=dt.datetime.now(dt.UTC), actor=whoever())
    except FileRefused as refused:
        raise click.ClickException(str(refused)) from None
    queue.nudge(queue.RECONCILE)
    told: dict[str, Any] = report.to_json()
    if as_json:
        print_json(told)
    else:
        click.echo(report.to_text())
