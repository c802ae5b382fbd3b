"""`verify rt-heads`: who holds which post, for which RT nobody can speak, and a head who needs a new PIN."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
from sqlalchemy.orm import Session

from verify_service.cli.service import as_of_option, json_option, print_json, standing, with_servers
from verify_service.cli.whoever import whoever
from verify_service.demo.embedded import write_private
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.registry.areas import NoSuchKelurahan, kelurahan_code
from verify_service.registry.letters import activation_letter
from verify_service.registry.rt_access import reset_pin
from verify_service.registry.rt_coverage import CLASSES, Coverage, HeadShown, heads_shown
from verify_service.registry.rt_coverage import coverage as coverage_of

_kelurahan_option = click.option("--kelurahan", default=None, help="Only this kelurahan.")


@click.group("rt-heads")
def rt_heads() -> None:
    """Heads of RT, and of RW who stand in for them; `verify import rt-heads` loads the list."""


@rt_heads.command("show")
@_kelurahan_option
@as_of_option
@json_option
@with_servers
def show(kelurahan: str | None, as_of: dt.date | None, as_json: bool) -> None:
    """Who holds each post, today or as it was known on a day that is over, and who was announced for a day to come."""
    with standing(as_of) as session:
        shown = heads_shown(session, kelurahan=_code(session, kelurahan))
    if as_json:
        print_json([head.to_json() for head in shown])
        return
    for head in shown:
        click.echo(_line(head))
    if not shown:
        click.echo("No post has a head; `verify import rt-heads` loads the list.")


def _line(head: HeadShown) -> str:
    post = f"RT {head.rt}/RW {head.rw}" if head.rt else f"RW {head.rw}"
    state = "locked" if head.locked else "" if head.activated else "not activated"
    told = (
        f"from {head.since}" if head.since else "",
        f"until {head.term_ends}" if head.term_ends else "",
        "announced" if head.announced else state if head.phone else "no phone",
    )
    return f"{head.head:>6}  {head.kelurahan}, {post}: {', '.join(filter(None, (head.name, *told)))}"


@rt_heads.command("coverage")
@_kelurahan_option
@as_of_option
@json_option
@with_servers
def coverage(kelurahan: str | None, as_of: dt.date | None, as_json: bool) -> None:
    """RT with workers by who can speak for them, and how many workers live there, by kelurahan."""
    with standing(as_of) as session:
        now = dt.datetime.now(dt.UTC)
        if as_of is not None:
            now = min(now, dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time(), programme().zone))
        found = coverage_of(session, kelurahan=_code(session, kelurahan), now=now)
    if as_json:
        print_json([one.to_json() for one in found])
        return
    for one in found:
        click.echo(_told(one))
    if not found:
        click.echo("No worker on the list lives there.")


_NAMED = dict(
    zip(
        CLASSES,
        ("a head who can speak", "the RW head stands in", "not activated yet", "locked out", "no phone", "vacant"),
        strict=True,
    )
)


def _told(one: Coverage) -> str:
    parts = [f"{_NAMED[name]} {one.posts[name]:,} ({one.workers[name]:,})" for name in CLASSES if one.posts[name]]
    parts += [f"without an RT ({one.without_rt:,})"] if one.without_rt else []
    return (
        f"{one.kelurahan}: {sum(one.posts.values()):,} RT ({sum(one.workers.values()):,} workers): {'; '.join(parts)}"
    )


@rt_heads.command("reset-pin")
@click.argument("head", type=click.IntRange(1))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF for the new letter."
)
@with_servers
def reset_head(head: int, out: Path) -> None:
    """A new activation letter for HEAD (`verify rt-heads show`), who forgot his PIN or lost the phone.

    It voids the code and the PIN before it. A new number comes by a list: `verify import rt-heads`, of one row if need
    be.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        with transaction() as session:
            if not reset_pin(session, head, now=now, by=whoever()):
                raise click.ClickException(
                    f"Nobody with number {head} is in office. `verify rt-heads show` lists them."
                )
            write_private(out, activation_letter(session, head, now=now, actor=whoever()))
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"The new letter is in {out}. It carries a code: print it, hand it to him alone, then delete the file.")


def _code(session: Session, kelurahan: str | None) -> str | None:
    if kelurahan is None:
        return None
    try:
        return kelurahan_code(session, kelurahan)
    except NoSuchKelurahan as unknown:
        raise click.ClickException(str(unknown)) from None
