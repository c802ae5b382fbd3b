"""A handset in the terminal: what is typed is what a phone does; its screen is drawn, or printed for scripts."""

from __future__ import annotations

import json
import os
import select
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import click

from verify_service.demo.network import Network, NetworkFault, ServerAway, Shown, Text

WIDTH: Final = 28  # columns of the drawn screen
LOOKS: Final = 1.0  # seconds between two looks for texts

HELP: Final = """\
Enter           dials the service when no session is open
1, 2, words     the answer, then Enter; in a session an empty line is an empty answer
.call [CODE]    dials, with digits behind the code if you like: *123*456*1#
.drop           the network cuts the session without telling the person
.repeat         the network sends the last request again
.sms TEXT       sends a text to the service
.twice          the network delivers that text once more, with the same id
.inbox          shows the texts this phone received
.as NUMBER      puts another number, or a name of the sample, into the phone
.quit           switches the phone off; so do Ctrl-D and Ctrl-C
..TEXT          an answer that begins with a dot"""


class Nobody(Exception):
    """Whom to dial as cannot be told, and why, in a sentence."""


class Face(Protocol):
    """How a person, or a script, sees the phone."""

    def screen(self, shown: Shown, network: Network) -> None:
        """A hop was answered."""

    def idle(self, network: Network) -> None:
        """Nothing is going on."""

    def note(self, sentence: str) -> None:
        """Something a person should know, which no phone shows."""

    def texts(self, texts: Sequence[Text], unread: set[int]) -> None:
        """The inbox, newest first."""


class Plain:
    """Screens on standard output as they came, a blank line between them; everything else on standard error."""

    def __init__(self) -> None:
        self._begun = False

    def screen(self, shown: Shown, network: Network) -> None:
        self._block(shown.screen)

    def idle(self, network: Network) -> None:
        """A script knows."""

    def note(self, sentence: str) -> None:
        click.echo(sentence, err=True)

    def texts(self, texts: Sequence[Text], unread: set[int]) -> None:
        for text in texts:
            self._block(f"SMS {text.sender} {text.at:%Y-%m-%d %H:%M:%S}\n{text.text}")

    def _block(self, words: str) -> None:
        click.echo(f"\n{words}" if self._begun else words)
        self._begun = True


class Lines(Plain):
    """One JSON object a line: a screen, or a text of the inbox."""

    def screen(self, shown: Shown, network: Network) -> None:
        self._line(sent=shown.sent, screen=shown.screen, septets=shown.septets, over=shown.over, ms=shown.ms)

    def texts(self, texts: Sequence[Text], unread: set[int]) -> None:
        for text in texts:
            self._line(
                id=text.id,
                sender=text.sender,
                text=text.text,
                septets=text.septets,
                parts=text.parts,
                at=text.at.isoformat(),
            )

    def _line(self, **facts: Any) -> None:
        click.echo(json.dumps(facts, ensure_ascii=False, separators=(",", ":")))


class Drawn:
    """A small phone, drawn anew for each screen."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def screen(self, shown: Shown, network: Network) -> None:
        length = f"{shown.septets}/160" if shown.septets is not None else "not GSM"
        state = "session over" if shown.over else "in session"
        self._phone(network, shown.words, f"{length}  {state}", f"hop {network.hops}")
        what = "Enter dials again; .sms TEXT" if shown.over else "the answer + Enter; .drop .repeat .sms TEXT"
        self._hint(f"{shown.ms} ms; {what} .inbox .help")

    def idle(self, network: Network) -> None:
        self._phone(network, f"{network.service.code}\n\nEnter dials", "no session", "")
        self._hint("Enter dials; .sms TEXT .inbox .as NUMBER .help .quit")

    def note(self, sentence: str) -> None:
        click.echo(self._paint(sentence, fg="yellow"))

    def texts(self, texts: Sequence[Text], unread: set[int]) -> None:
        for text in reversed(texts):  # the newest right above the hands
            length = f"{text.septets} septets" if text.septets is not None else f"{len(text.text)} characters, UCS-2"
            new = self._paint(" new", fg="green", bold=True) if text.id in unread else ""
            head = f"✉ {text.sender}  {text.at.astimezone():%d/%m %H:%M}  {length}, {text.parts} SMS"
            click.echo(self._paint(head, bold=True) + new)
            click.echo(textwrap.indent(text.text, "  "))

    def prompt(self) -> None:
        """Where one types."""
        click.echo(self._paint("> ", bold=True), nl=False)

    def _phone(self, network: Network, words: str, left: str, right: str) -> None:
        rows = [row for line in words.split("\n") for row in (textwrap.wrap(line, WIDTH) or [""])]
        bar = f"▂▄▆█{network.number:^{WIDTH - 7}}▮▮▮"
        status = left + right.rjust(WIDTH - len(left))
        edge = "─" * (WIDTH + 2)
        click.echo(f"╭{edge}╮")
        for row in (bar, *rows, *[""] * (7 - len(rows))):
            click.echo(f"│{self._paint(f' {row:<{WIDTH}} ', fg='black', bg='green')}│")
        click.echo(f"├{edge}┤")
        click.echo(f"│ {status:<{WIDTH}} │")
        click.echo(f"╰{edge}╯")

    def _hint(self, words: str) -> None:
        click.echo(self._paint(words, dim=True))

    def _paint(self, words: str, **style: Any) -> str:
        return click.style(words, **style) if self._colour else words


class Handset:
    """A phone in somebody's hand, or in a script's."""

    def __init__(self, network: Network, face: Face, connect: Callable[[str], Network]) -> None:
        self.network, self.face = network, face
        self._connect = connect
        self._known: set[int] | None = None  # texts announced; None until the first look
        self._unread: set[int] = set()
        self._looks = True

    def typed(self, line: str) -> bool:
        """Do what was typed; False when the phone is switched off. Raises NetworkFault or Nobody."""
        name, _, rest = line.partition(" ")
        if name in _COMMANDS:
            return _COMMANDS[name](self, rest.strip()) is not False
        if name.startswith(".") and not name.startswith("..") and name[1:].isalpha():
            self.face.note(f"{name} is not known; .help lists what is. An answer that begins with a dot: .{line}")
        elif self.network.talking:
            self.face.screen(self.network.answer(line[1:] if line.startswith("..") else line), self.network)
        elif line in ("", "dial"):
            self.call("")
        elif line.startswith("*"):
            self.call(line)
        else:
            self.face.note(f"There is no session, so {line!r} was not sent; an empty line or .call dials.")
        return True

    def call(self, code: str) -> None:
        shortcut = self.network.shortcut(code or self.network.service.code)
        if shortcut is None:
            self.face.note(f"{code} is not a service code; dial {self.network.service.code}")
            return
        self.face.screen(self.network.dial(shortcut), self.network)

    def drop(self, _: str) -> None:
        if not self.network.talking:
            self.face.note("There is no session to drop.")
            return
        self.network.drop()
        self.face.note("Dropped: the network said Incomplete. Dial again to continue.")
        self.face.idle(self.network)

    def repeat(self, _: str) -> None:
        if not self.network.dialled:
            self.face.note("Nothing was sent yet that could come again; dial first.")
            return
        self.face.screen(self.network.repeat(), self.network)

    def sms(self, text: str) -> None:
        if not text:
            self.face.note("Write the text behind it: .sms YA")
            return
        self.network.send(text)
        self.face.note(f"Sent to {self.network.service.texting_number}.")

    def twice(self, _: str) -> None:
        if self.network.send_again() is None:
            self.face.note("No text was sent from this phone yet; .sms TEXT sends one.")
            return
        self.face.note("Delivered again, with the same id.")

    def inbox(self, _: str) -> None:
        texts = self.network.inbox()
        fresh = {text.id for text in texts} - (self._known or set())
        self.face.texts(texts, self._unread | fresh)
        self._known, self._unread = {text.id for text in texts}, set()
        if not texts:
            self.face.note("No texts.")

    def swap(self, wanted: str) -> None:
        network = self._connect(wanted)
        self.network.drop()
        self.network, self._known, self._unread = network, None, set()
        self.look()
        self.face.idle(network)

    def help(self, _: str) -> None:
        self.face.note(HELP)

    def off(self, _: str) -> bool:
        return False

    def look(self) -> list[Text]:
        """Texts that came since the last look; none the first time, and none where the server shows no texts."""
        if not self._looks:
            return []
        try:
            texts = self.network.inbox()
        except ServerAway:
            raise
        except NetworkFault:
            self._looks = False
            return []
        known, self._known = self._known, {text.id for text in texts}
        fresh = [text for text in texts if known is not None and text.id not in known]
        self._unread |= {text.id for text in fresh}
        return fresh


_COMMANDS: Final[dict[str, Callable[[Handset, str], bool | None]]] = {
    ".call": Handset.call,
    ".drop": Handset.drop,
    ".repeat": Handset.repeat,
    ".sms": Handset.sms,
    ".twice": Handset.twice,
    ".inbox": Handset.inbox,
    ".as": Handset.swap,
    ".help": Handset.help,
    ".quit": Handset.off,
}


def script(handset: Handset, lines: Iterator[str]) -> None:
    """Type every line; the first fault ends it (NetworkFault, Nobody)."""
    try:
        for line in lines:
            if not handset.typed(line.rstrip("\r\n")):
                break
    except KeyboardInterrupt:
        pass  # a script is stopped as a phone is switched off
    finally:
        handset.network.drop()


def talk(handset: Handset, face: Drawn) -> None:
    """Let a person use the phone until he switches it off. Raises ServerAway when nobody answers at the start."""
    handset.look()
    face.idle(handset.network)
    face.prompt()
    try:
        for line in _typed_or_waiting(sys.stdin.fileno()):
            if line is None:
                _announce(handset, face)
                continue
            if not _careful(handset, face, line):
                break
            face.prompt()
    except KeyboardInterrupt:
        pass  # Ctrl-C switches the phone off
    handset.network.drop()
    click.echo("\nThe phone is off.")


def _careful(handset: Handset, face: Drawn, line: str) -> bool:
    try:
        return handset.typed(line)
    except ServerAway as away:
        face.note(f"Connection problem or invalid MMI code. ({away}) .repeat sends it again.")
    except (NetworkFault, Nobody) as fault:
        face.note(str(fault))
    return True


def _announce(handset: Handset, face: Drawn) -> None:
    try:
        arrived = handset.look()
    except ServerAway:
        return  # whoever dials will hear of it
    for text in arrived:
        click.echo()
        face.note(f"✉ A new text from {text.sender}; .inbox shows it.")
        face.prompt()


def _typed_or_waiting(source: int) -> Iterator[str | None]:
    """Lines as they are typed, and None each second in which none was."""
    held = b""
    while True:
        if not select.select([source], [], [], LOOKS)[0]:
            yield None
            continue
        read = os.read(source, 4096)
        if not read:
            if held:
                yield held.decode("utf-8", "replace")
            return
        *whole, held = (held + read).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")
