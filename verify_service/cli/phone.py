"""`verify phone`: a handset in the terminal, against a running server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from verify_service.cli import handset as hand
from verify_service.cli.handset import Drawn, Handset, Lines, Nobody, Plain
from verify_service.cli.service import data_dir_option, print_json
from verify_service.demo.network import Http, Network, NetworkFault, Service
from verify_service.ground.phones import Phone, PhoneProblem, read_gateway_phone

_ROLES = {"worker": "worker", "rt": "rt_head", "rt_head": "rt_head", "rt head": "rt_head"}
_SHOWN = 6  # people named when a name is not clear

Person = dict[str, str]


@click.command()
@click.argument("number", required=False)
@data_dir_option
@click.option("--url", default=None, help="The server's address. Default: that of the demo in --data-dir.")
@click.option(
    "--secret",
    default=None,
    help="The webhook secret of another server. Better in VERIFY_WEBHOOK_SECRETS: commands are seen by others.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and screen, for scripts.")
def phone(number: str | None, data_dir: Path, url: str | None, secret: str | None, as_json: bool) -> None:
    """A basic phone in the terminal: dial, answer, send and receive texts.

    NUMBER is any number as people write it, a name of the sample or part of one, or `worker` or `rt` for the first of
    that role; without it, whom one can dial as is listed. What is piped in is typed, one answer a line: an empty line
    or `dial` dials, and .drop .repeat .sms TEXT .twice .inbox .as NUMBER .quit do what a network and a phone do.
    """
    try:
        facts = _facts(data_dir, needed=url is None or number is None)
        if number is None:
            _list(facts.get("phones", []), as_json)
            return
        service = _service(facts, url, secret)
        _use(service, number, facts.get("phones", []), as_json)
    except (NetworkFault, Nobody) as refused:
        raise click.ClickException(str(refused)) from None


def _use(service: Service, number: str, people: list[Person], as_json: bool) -> None:
    try:
        carrier = Http(service.url)
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from None

    def connect(wanted: str) -> Network:
        return Network(service, whom(wanted, people), carrier)

    if sys.stdin.isatty() and not as_json:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        drawn = Drawn(colour=colour)
        hand.talk(Handset(connect(number), drawn, connect), drawn)
    else:
        hand.script(Handset(connect(number), Lines() if as_json else Plain(), connect), sys.stdin)


def whom(wanted: str, people: list[Person]) -> str:
    """The number of whoever is meant, as E.164; raises Nobody with a sentence."""
    words = " ".join(wanted.split())
    if words.casefold() in _ROLES:
        of_role = [person["number"] for person in people if person.get("role") == _ROLES[words.casefold()]]
        return of_role[0] if of_role else _nobody(f"The sample has no {words}; give a number.")
    number = read_gateway_phone(words)
    if isinstance(number, Phone):
        return number.e164
    if not any(character.isalpha() for character in words):
        raise Nobody(f"{wanted!r} is not a phone number; expected {number.expected}.")
    return _named(words, people, number)


def _named(words: str, people: list[Person], problem: PhoneProblem) -> str:
    named = [person for person in people if words.casefold() in person.get("name", "").casefold()]
    exactly = [person for person in named if person.get("name", "").casefold() == words.casefold()]
    found = exactly or named
    if len({person["number"] for person in found}) == 1:
        return found[0]["number"]
    if not found:
        raise Nobody(f"{words!r} is neither a number nor a name of the sample; expected {problem.expected}.")
    several = ", ".join(f"{person['name']} ({person['number']})" for person in found[:_SHOWN])
    raise Nobody(f"{words!r} may be any of {len(found)}: {several}. Write more of the name, or the number.")


def _nobody(sentence: str) -> str:
    raise Nobody(sentence)


def _facts(data_dir: Path, *, needed: bool) -> dict[str, Any]:
    """What the running demo wrote down; nothing when it is not needed and not there."""
    path = data_dir / "demo.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not needed:
            return {}
        raise Nobody(
            f"No demo is running in {data_dir} ({path.name} is not there). Start one with: make demo; or give the "
            "address and the secret of a server: verify phone NUMBER --url URL --secret SECRET"
        ) from None
    except (OSError, ValueError) as error:
        raise Nobody(f"{path} cannot be read ({type(error).__name__}); start the demo again.") from None
    return facts if isinstance(facts, dict) else {}


def _service(facts: dict[str, Any], url: str | None, secret: str | None) -> Service:
    """A demo's own address and secret, unless others are given."""
    set_secret = os.environ.get("VERIFY_WEBHOOK_SECRETS", "").split(",")[0].strip()
    known = facts.get("webhook_secret") or ""
    chosen = secret or (set_secret or known if url is not None else known)
    if not chosen:
        raise Nobody("The webhook secret of that server is needed: --secret SECRET, or VERIFY_WEBHOOK_SECRETS.")
    code, texting_number = facts.get("ussd_code"), facts.get("texting_number")
    if not code or not texting_number:
        code, texting_number = _of_the_programme()
    return Service(url or facts.get("url") or "", chosen, code, texting_number)


def _of_the_programme() -> tuple[str, str]:
    """What people dial and text to, of the programme file, without needing any other setting."""
    from verify_service.ground.programme import DEFAULT, read_programme
    from verify_service.ground.settings import SettingsRefused

    try:
        programme = read_programme(Path(os.environ.get("VERIFY_PROGRAMME") or DEFAULT))
    except SettingsRefused as refused:
        raise Nobody(str(refused)) from None
    return programme.ussd_code, programme.texting.number


def _list(people: list[Person], as_json: bool) -> None:
    if as_json:
        print_json(people)
        return
    for person in people:
        held = " ".join(f"{key} {person[key]}" for key in ("nik", "code", "pin") if person.get(key))
        note = person.get("note") or ""
        click.echo(f"{person['number']:<16} {person['role']:<8} {person['name'][:28]:<28} {held}  {note}".rstrip())
    click.echo("\nDial as one of them: verify phone NUMBER, a name, `worker` or `rt`.", err=True)
