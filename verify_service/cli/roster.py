"""`verify roster`: the list as it stands or stood, its versions, what differs between two, taking one back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from verify_service import audit
from verify_service.cli.person_pairs import accept, pairs
from verify_service.cli.service import as_of_option, json_option, print_json, standing, with_servers
from verify_service.cli.whoever import whoever
from verify_service.demo.embedded import write_private
from verify_service.ground import queue
from verify_service.ground.database import transaction
from verify_service.ground.working_days import city_day
from verify_service.registry.differences import Difference, differences
from verify_service.registry.problems import FileRefused
from verify_service.registry.report import SHOWN
from verify_service.registry.roster_shown import by_kelurahan, roster_on
from verify_service.registry.undo import undo_version
from verify_service.registry.versions import VersionTold
from verify_service.registry.versions import versions as all_versions

_KINDS = ("roster", "payments", "insurer", "rt-heads", "all")


@click.group()
def roster() -> None:
    """The list of workers, and the versions of it that are kept."""


@roster.command("show")
@as_of_option
@json_option
@with_servers
def show(as_of: dt.date | None, as_json: bool) -> None:
    """Who is on the list, today or on a day that is over. In text: how many in each kelurahan."""
    with standing(as_of) as session:
        lines = roster_on(session, as_of or city_day(dt.datetime.now(dt.UTC)))
    if as_json:
        print_json([line.to_json() for line in lines])
        return
    for kelurahan, count in by_kelurahan(lines):
        click.echo(f"{count:>8,}  {kelurahan or '(no kelurahan)'}")
    click.echo(f"{len(lines):>8,}  enrolments of {len({line.worker for line in lines}):,} workers")


@roster.command("versions")
@click.option("--kind", type=click.Choice(_KINDS), default="roster", show_default=True, help="Of which lists.")
@json_option
@with_servers
def versions(kind: str, as_json: bool) -> None:
    """Every file that was imported, the oldest first: what it was, who imported it, what became of it."""
    with transaction() as session:
        told = all_versions(session, None if kind == "all" else kind.replace("-", "_"))
    if as_json:
        print_json([version.to_json() for version in told])
        return
    for version in told:
        click.echo(_line(version))
    if not told:
        click.echo("No such list has been imported yet.")


def _line(version: VersionTold) -> str:
    about = f"{version.kind} {version.period:%Y-%m}" if version.period else version.kind
    whole = ", the whole list" if version.whole else ""
    undone = f"; undone {version.undone_at:%Y-%m-%d} by {version.undone_by}" if version.undone_at else ""
    return (
        f"{version.id:>5}  {version.imported_at:%Y-%m-%d %H:%M}  {about}{whole}: {version.filename},"
        f" {version.rows:,} rows, {version.rejected:,} rejected, {version.created:,} new,"
        f" {version.updated:,} brought up to date (by {version.actor}){undone}"
    )


@roster.command("diff")
@click.argument("before", type=int)
@click.argument("now", type=int)
@json_option
@with_servers
def diff(before: int, now: int, as_json: bool) -> None:
    """What version NOW says otherwise than version BEFORE: who was added, is missing, or changed, field by field."""
    try:
        with transaction() as session:
            found = differences(session, before, now)
    except FileRefused as refused:
        raise click.ClickException(str(refused)) from None
    if as_json:
        print_json(found.to_json())
        return
    click.echo(
        f"{len(found.added):,} added, {len(found.missing):,} missing, {len(found.changed):,} changed,"
        f" {found.same:,} alike."
    )
    for sign, part in (("+", found.added), ("-", found.missing), ("~", found.changed)):
        for one in part[:SHOWN]:
            click.echo(f"{sign} {_told(one)}")
        if len(part) > SHOWN:
            click.echo(f"{sign} and {len(part) - SHOWN:,} more (--json names all)")


def _told(one: Difference) -> str:
    row = f"row {one.row if one.row is not None else one.row_before}"
    fields = "; ".join(f"{name}: {was or '(blank)'} -> {now or '(blank)'}" for name, (was, now) in one.changed.items())
    return f"{row}, {one.name}" + (f": {fields}" if fields else "")


@roster.command("rejected")
@click.argument("version", type=int)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The xlsx file to write.")
@with_servers
def rejected(version: int, out: Path) -> None:
    """The rows that VERSION could not take, with what is wrong marked at their cells: to be put right and imported."""
    from verify_service.registry.marked import work_list  # a writer of workbooks, which other commands do without

    try:
        with transaction() as session:
            book, count = work_list(session, version)
            now = dt.datetime.now(dt.UTC)
            audit.record(
                session,
                now=now,
                actor=whoever(),
                action="work list written",
                on=f"file_import:{version}",
                rows=count,
            )
            write_private(out, book)
    except FileRefused as refused:
        raise click.ClickException(str(refused)) from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{count} rows in {out}. It holds people's numbers: send it to the office alone, then delete it.")


@roster.command("undo")
@click.argument("version", type=int)
@json_option
@with_servers
def undo(version: int, as_json: bool) -> None:
    """Take VERSION back (a roster, or a month's payments or insurer file), unless something rests on it."""
    try:
        with transaction() as session:
            done = undo_version(session, version, now=dt.datetime.now(dt.UTC), actor=whoever())
    except FileRefused as refused:
        raise click.ClickException(str(refused)) from None
    queue.nudge(queue.RECONCILE)
    if as_json:
        print_json(done.to_json())
        return
    click.echo(
        f"Version {version} is undone: {done.removed:,} rows are gone, {done.restored:,} stand as before,"
        f" {done.returned:,} are back."
    )


roster.add_command(pairs)
roster.add_command(accept)
