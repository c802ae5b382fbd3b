"""Nobody who works with the pages reads a word that only the program means."""

from __future__ import annotations

import csv
import io
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.pofile import read_po

import flows
import verify_service
from tests import sample_city
from tests.conftest import EXAMPLES
from tests.officers import PASSWORD, sign_in
from tests.serving import new_client

ACCOUNTS: Final = ("admin@demo.example", "kepala.disnaker@demo.example", "kelurahan@demo.example")
WORDS: Final = Path(verify_service.__file__).parent / "translations" / "id" / "LC_MESSAGES" / "messages.po"
# Machine-readable by intent, each with a table of what its columns mean: the auditor's reports (page and files), open
# data, a round's files; and the phone's screens, which are named as in the files of words.
FOR_MACHINES: Final = re.compile(r"^/(data/|console/reports/|console/rounds/\d+/|console/words/)")
# Words of a page as well as codes.
ALSO_WORDS: Final = frozenset({"id", "en", "su", "rt", "rw", "json"})  # languages, places, a kind of file
_ADDRESS: Final = re.compile(r"\S+@\S+")
_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")
_UNSEEN: Final = ("script", "style", "code", "kbd", "pre", "textarea", "title")


class _Visible(HTMLParser):
    """The text of a page as somebody reads it.

    What stands as `code` is meant for a machine; what has a language of its own is the words of a phone or an answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        quoted = tag not in ("html", "button", "a") and any(name == "lang" for name, _ in attrs)
        if tag in _UNSEEN or quoted:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.said.append(data)


def codes(db: Any) -> frozenset[str]:
    """Every value of an enumeration, of a column that holds one of a few, and whatever has a label."""
    for package in (verify_service, flows):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and ".cli" not in module.name:
                import_module(module.name)
    named = {one.value for kind in _all_of(StrEnum) for one in kind}
    checks = db.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'").fetchall()
    held = {value for (check,) in checks for value in re.findall(r"'([a-z][a-z_]*)'::text", check)}
    labelled = {
        key
        for name, module in list(sys.modules.items())
        if name.startswith("verify_service.labels")
        for table in vars(module).values()
        if isinstance(table, Mapping)
        for key in table
        if isinstance(key, str)
    }
    every = named | held | labelled
    return frozenset(one for one in every if _TOKEN.fullmatch(one) and one == one.lower()) - ALSO_WORDS


def _all_of(kind: type[StrEnum]) -> Iterator[type[StrEnum]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith(("verify_service", "flows")):
            yield one
        yield from _all_of(one)


def _indonesian() -> frozenset[str]:
    """The words that our translations use: a code that is one of them is no foreign word on the page."""
    with WORDS.open("rb") as file:
        catalogue = read_po(file)
    said = " ".join(
        " ".join(message.string) if isinstance(message.string, (tuple, list)) else str(message.string)
        for message in catalogue
        if message.id
    )
    return frozenset(_TOKEN.findall(re.sub(r"%\(\w+\)s", " ", said)))


def _tokens(kind: str, content: str) -> set[str]:
    if kind == "text/csv":
        rows = list(csv.reader(io.StringIO(content.lstrip("\ufeff"))))
        return {token for row in rows for value in row for token in _TOKEN.findall(value)}
    page = _Visible()
    page.feed(content)
    return set(_TOKEN.findall(_ADDRESS.sub(" ", " ".join(page.said))))


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_page_and_no_file_shows_a_code(db: Any, tmp_path: Path) -> None:
    sample_city.load(tmp_path)
    ours, words = codes(db), _indonesian()
    assert {"silent", "ussd", "not_active"} <= ours
    found: dict[str, set[str]] = {}
    for language in ("id", "en"):
        db.execute("UPDATE officer SET language = %s", [language])
        suspect = {one for one in ours if "_" in one or (language == "id" and one not in words)}
        # In English the same pages of one account: the long form opens all of them.
        for account in ACCOUNTS if language == "id" or EXAMPLES else ACCOUNTS[:1]:
            client = new_client()
            sign_in(client, account, PASSWORD)
            for address, kind, content in sample_city.walk(client, "/console/", files=True):
                if FOR_MACHINES.match(address):
                    continue
                for token in _tokens(kind, content) & suspect:
                    found.setdefault(token, set()).add(f"{language} {sample_city.kind_of(address)}")
    assert found == {}, "\n".join(f"{token}: {sorted(places)[:4]}" for token, places in sorted(found.items()))
