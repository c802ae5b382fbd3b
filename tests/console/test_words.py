"""Pages speak Indonesian in full: every word has its translation, and what is compiled is what is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import verify_service

ROOT = Path(verify_service.__file__).parent
WORDS = ROOT / "translations" / "id" / "LC_MESSAGES"
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "lazy_gettext": None, "says": None, "_rule": (3,)}


def test_every_word_of_the_pages_has_its_indonesian() -> None:
    written = {words for words, translated in said(read_po, "messages.po").items() if translated}
    used = {found[2] for found in extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS)}
    assert used - written == set(), "translate these (translations/babel.cfg says how)"
    assert written - used == set(), "nobody says these any more"


def test_the_compiled_words_are_the_written_ones() -> None:
    assert said(read_mo, "messages.mo") == said(read_po, "messages.po")


def said(read: Callable[[IO[bytes]], Catalog], name: str) -> dict[Any, Any]:
    """What each English text is in Indonesian, according to one file."""
    with (WORDS / name).open("rb") as file:
        return {message.id: message.string for message in read(file) if message.id}
