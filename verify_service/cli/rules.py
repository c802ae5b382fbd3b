"""`verify rules`: the rules in force, how they changed, the programme file as amended; proposing a change."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from verify_service.amendments import amending
from verify_service.amendments.amending import AmendmentTold, Refused, Wanted
from verify_service.amendments.exported import programme_as_amended
from verify_service.amendments.programme_values import Unreadable, documents, value_at, values
from verify_service.cli.service import json_option, print_json, with_servers
from verify_service.cli.whoever import as_option, whoever
from verify_service.ground.amended import Kind
from verify_service.ground.database import transaction
from verify_service.ground.working_days import city_day


@click.group()
def rules() -> None:
    """Rules of the programme; a second person confirms a change in the browser."""


@rules.command("show")
@json_option
@with_servers
def show(as_json: bool) -> None:
    """Every rule with its value, and that of the file where people changed it."""
    now, written = documents()
    rows = [(path, value, value_at(now, path), value_at(written, path)) for path, value in values().items()]
    if as_json:
        print_json([{"rule": path, "value": stands, "in_the_file": first} for path, _, stands, first in rows])
        return
    for path, value, stands, first in rows:
        changed = "" if stands == first else f"   (in the file: {value.typed(first)!r})"
        click.echo(f"{path} = {value.typed(stands)!r}{changed}")


@rules.command("changes")
@json_option
@with_servers
def changes(as_json: bool) -> None:
    """What was changed, by whom and from when; what waits for a second person stands first."""
    with transaction() as session:
        held = amending.amendments(session)
    if as_json:
        print_json([_document(one) for one in held])
        return
    for one in held:
        by = one.proposed_by if one.decided_by is None else f"{one.proposed_by}, {one.decided_by}"
        click.echo(f"{one.id:>5}  {one.state}  {one.kind} {one.key}  from {one.applies_from}  {by}  {one.reason}")
    if not held:
        click.echo("Nothing was changed yet: everything is as its file has it.")


def _document(one: AmendmentTold) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "key": one.key,
        "was": one.was,
        "value": one.value,
        "reason": one.reason,
        "source": one.source,
        "applies_from": one.applies_from.isoformat(),
        "state": one.state,
        "proposed_at": one.proposed_at.isoformat(),
        "proposed_by": one.proposed_by,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "decided_by": one.decided_by,
        "answer": one.answer,
    }


@rules.command("export")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A file, not the screen.")
@with_servers
def export(out: Path | None) -> None:
    """The programme file with what was amended, its comments kept."""
    text = programme_as_amended()
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    click.echo(f"{out}: the programme as it is in force")


@rules.command("propose")
@as_option
@click.argument("rule")
@click.argument("value")
@click.option("--reason", required=True, help="Why.")
@click.option("--source", default="", help="Decree, letter or minutes that it rests on.")
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="In force from; else today.")
@with_servers
def propose(rule: str, value: str, reason: str, source: str, day: dt.datetime | None) -> None:
    """Propose another value for a rule, of a list a line each; a second person confirms it in the browser."""
    held = values().get(rule)
    if held is None:
        raise click.ClickException(f"There is no rule {rule!r} to be changed; `verify rules show` lists them.")
    try:
        read = held.read(value)
    except Unreadable as unreadable:
        limit = f" (limit: {unreadable.expected})" if unreadable.expected else ""
        raise click.ClickException(f"{unreadable.found!r} cannot be read as {held.form}{limit}.") from None
    now = dt.datetime.now(dt.UTC)
    with transaction() as session:
        seen = amending.newest_decided(session, Kind.RULE, rule)
        wanted = Wanted(Kind.RULE, rule, read, reason, source, day.date() if day else city_day(now), seen)
        made = amending.propose(session, wanted, now=now, by=whoever())
    if isinstance(made, Refused):
        said = "; ".join(f"{fault.code} {fault.found} {fault.expected}".strip() for fault in made.faults)
        raise click.ClickException(f"Not proposed: {made.why}{': ' + said if said else ''}.")
    click.echo(f"Proposed as {made}. A second person confirms it in the browser, under Rules and words.")
