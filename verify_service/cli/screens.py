"""`verify screens`: every screen as a phone shows it. Needs no server."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import textwrap
import tomllib
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click

from flows.lint import exceptions, findings, unexcused
from flows.wording import Wordings
from verify_service.amendments.screen_review import Reviewed, Shown, reviewed, values_of
from verify_service.cli.screen_review import page, words_hash
from verify_service.cli.service import json_option, print_json
from verify_service.ground.programme import DEFAULT, Programme, read_programme
from verify_service.ground.settings import SettingsRefused
from verify_service.messaging.catalogue import read_wordings

_WIDTH = 22  # characters in a line of a basic phone


@click.command()
@click.option("--language", default=None, help="One language alone, such as id.")
@click.option("--html", "to", type=click.Path(dir_okay=False, path_type=Path), help="One page to print and sign off.")
@click.option("--lint", is_flag=True, help="Name what an operator's filter may drop; exit 1 if there is anything.")
@json_option
def screens(language: str | None, to: Path | None, lint: bool, as_json: bool) -> None:
    """Every screen as a phone shows it, in each language, with its length; a text costs one part up to 160."""
    programme = _programme()
    wordings = _words(programme)
    if language is not None and language not in programme.languages:
        raise click.BadParameter(f"the programme speaks {', '.join(programme.languages)}", param_hint="--language")
    if lint:
        _lint(wordings, programme, as_json=as_json)
        return
    all_screens = reviewed(wordings, programme, (language,) if language else tuple(programme.languages))
    if to is not None:
        to.write_text(page(all_screens, wordings, programme, now=dt.datetime.now(dt.UTC)), encoding="utf-8")
        click.echo(f"{to}: {len(all_screens)} screens, words {words_hash(programme)}")
    elif as_json:
        print_json([_document(screen) for screen in all_screens])
    else:
        for screen in all_screens:
            click.echo(_drawn(screen))


def _words(programme: Programme) -> Wordings:
    try:
        return read_wordings(programme)
    except SettingsRefused as refused:
        raise click.ClickException(str(refused)) from None


def _lint_table() -> dict[str, Any]:
    return tomllib.loads((files("flows") / "texts" / "lint.toml").read_text(encoding="utf-8"))


def _programme() -> Programme:
    """The programme file, without needing any other setting."""
    try:
        return read_programme(Path(os.environ.get("VERIFY_PROGRAMME") or DEFAULT))
    except SettingsRefused as refused:
        raise click.ClickException(str(refused)) from None


def _lint(wordings: Wordings, programme: Programme, *, as_json: bool) -> None:
    values = values_of(programme)
    left, unused = unexcused(findings(wordings, values), exceptions(_lint_table()), values)
    if as_json:
        print_json({"findings": list(map(dataclasses.asdict, left)), "unused": list(map(dataclasses.asdict, unused))})
    for finding in [] if as_json else left:
        click.echo(f"{finding.language} {finding.screen}: {finding.rule}: {finding.found}")
    for one in [] if as_json else unused:
        click.echo(f"lint.toml: nothing needs the exception {one.rule}: {one.found} ({', '.join(one.screens)})")
    if left or unused:
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo("Nothing that a filter would drop, but for the exceptions in flows/texts/lint.toml.")


def _document(screen: Reviewed) -> dict[str, Any]:
    return {"chapter": screen.chapter, **dataclasses.asdict(screen)}


def _drawn(screen: Reviewed) -> str:
    """The phones of all languages side by side, then the ways on."""
    phones = [_phone(language, shown) for language, shown in screen.shown.items()]
    rows = ("  ".join(line for line in row) for row in zip_longest(*phones, fillvalue=" " * (_WIDTH + 4)))
    leads = (f"  {_answer(screen, given)} -> {', '.join(to)}" for given, to in screen.leads.items())
    return "\n".join([f"{screen.key} ({screen.channel})", *(row.rstrip() for row in rows), *leads, ""])


def _answer(screen: Reviewed, given: str) -> str:
    return f"{screen.digits.get(given, '')} {given}".strip()


def _phone(language: str, shown: Shown) -> list[str]:
    """A phone, 22 characters wide, and how long the screen and the text are."""
    lines = [
        line
        for paragraph in (shown.screen or shown.text).split("\n")
        for line in textwrap.wrap(paragraph, _WIDTH, break_on_hyphens=False) or [""]
    ]
    edge = f"+{'-' * (_WIDTH + 2)}+"
    lengths = (
        f"{language}: {shown.septets}, text {shown.text_septets}"
        if shown.screen
        else f"{language}: text {shown.text_septets}"
    )
    return [edge, *(f"| {line:<{_WIDTH}} |" for line in lines), edge, f"{lengths:<{_WIDTH + 4}}"]
