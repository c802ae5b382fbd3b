"""`verify understand`: how a text that a worker sends would be read. It needs no server, so it imports none."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import click

from flows.conversation import printable
from flows.understanding import Understood, understand


@click.command(name="understand", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output, an entry for each text.")
def understand_texts(words: tuple[str, ...], as_json: bool) -> None:
    """How a reply by SMS is read: yes, no, unsure, grievance, stop or other, and how surely.

    Without TEXT, each line of standard input is one text.
    """
    texts = [" ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace")] if words else list(_lines())
    read = [(text, understand(text)) for text in texts]
    if as_json:
        entries = [_entry(text, was) for text, was in read]
        _write(json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n")
    else:
        _write("".join(f"{_for_people(text, was)}\n" for text, was in read))


def _lines() -> Iterator[str]:
    """The lines of standard input; only a line feed ends one, and what is no UTF-8 is replaced, never refused."""
    lines = sys.stdin.buffer.read().split(b"\n")
    if not lines[-1]:
        lines.pop()
    for line in lines:
        yield line.removesuffix(b"\r").decode("utf-8", "replace")


def _entry(text: str, was: Understood) -> dict[str, object]:
    return {
        "text": text,
        "meaning": was.meaning,
        "confidence": was.confidence,
        "asks_back": was.asks_back,
        "also": list(was.also),
    }


def _for_people(text: str, was: Understood) -> str:
    return f"{was.meaning:<9} {was.confidence:.2f}  {'' if was.sure else '(ask back) '}{printable(text)}".rstrip()


def _write(text: str) -> None:
    """Text to standard output, in UTF-8 whatever the terminal's language is."""
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
