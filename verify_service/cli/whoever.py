"""Who works at the command line: by `--as NAME`, or the user of the system. The trail and the notices name him."""

from __future__ import annotations

import getpass
import os

import click

from verify_service.accounts.two_people import PERSON, command_line

_KEPT = f"{__name__}.named"


def _keep(context: click.Context, option: click.Parameter, named: str | None) -> None:
    if named is None:
        return
    if PERSON.fullmatch(named) is None:
        raise click.BadParameter("write up to 60 letters, digits or .@+-_", context, option)
    context.meta[_KEPT] = named


as_option = click.option(
    "--as", "_named", metavar="NAME", expose_value=False, callback=_keep, help="Who you are. Default: the system user."
)


def whoever() -> str:
    """Whoever runs this command, as the trail names people."""
    context = click.get_current_context(silent=True)
    named = context.meta.get(_KEPT) if context is not None else None
    return command_line(named or _system_user())


def _system_user() -> str:
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        name = f"uid{os.getuid()}"
    return "".join(letter if PERSON.fullmatch(letter) else "_" for letter in name)[:60] or "unknown"
