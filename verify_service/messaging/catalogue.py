"""The words, read once from the files beside the flows."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Any

from flows.wording import WordingError, Wordings, from_tables
from verify_service.ground.programme import Programme, programme
from verify_service.ground.settings import SettingsRefused


def text_file(held: Programme, name: str) -> Path | Traversable:
    """The file of a language, or of the screens' form: the city's own if it has one, else ours."""
    own = held.texts / f"{name}.toml" if held.texts else None
    return own if own is not None and own.is_file() else files("flows") / "texts" / f"{name}.toml"


def read_wordings(held: Programme) -> Wordings:
    """Every screen in every language of this programme. Raises SettingsRefused for a language without a file, and
    where words are missing or do not fit their screen's form."""

    def table(name: str) -> dict[str, Any]:
        return tomllib.loads(text_file(held, name).read_text(encoding="utf-8"))

    try:
        return from_tables(table("screens"), {language: table(language) for language in held.languages})
    except FileNotFoundError as missing:
        raise SettingsRefused(f"VERIFY_PROGRAMME: there are no texts of a language: {missing.filename}") from None
    except (WordingError, tomllib.TOMLDecodeError) as amiss:
        raise SettingsRefused(f"VERIFY_PROGRAMME: the texts are not whole: {amiss}") from None


@lru_cache(maxsize=1)
def wordings() -> Wordings:
    """Every screen in every language of the programme."""
    return read_wordings(programme())


def check_widths() -> None:
    """Raises SettingsRefused for a value of the programme that the screens have no room for: a cut hotline is a wrong
    number."""
    if cut := wordings().too_wide(programme().standing):
        raise SettingsRefused(f"VERIFY_PROGRAMME: too long for a phone's screens: {', '.join(cut)}")


@lru_cache(maxsize=32)
def words_version(screens: tuple[str, ...], language: str) -> str:
    """Eight letters that change whenever a word of these screens changes in this language."""
    words = wordings().languages[language]
    return hashlib.sha256("\0".join(repr(words[screen]) for screen in screens).encode()).hexdigest()[:8]


def words_hash() -> str:
    """SHA-256 (hex) of the files of words of this programme, in the order of its languages."""
    held = programme()
    digest = hashlib.sha256()
    for name in ("screens", *held.languages):
        digest.update(text_file(held, name).read_bytes())
    return digest.hexdigest()
