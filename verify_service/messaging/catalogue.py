"""The words, read once from the files beside the flows."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import lru_cache
from importlib.abc import Traversable
from importlib.resources import files
from pathlib import Path
from typing import Any

from flows.wording import WordingError, Wordings, from_tables
from verify_service.ground import amended
from verify_service.ground.programme import Programme, programme
from verify_service.ground.settings import SettingsRefused


def text_file(held: Programme, name: str) -> Path | Traversable:
    """The file of a language, or of the screens' form: the city's own if it has one, else ours."""
    return _file(held.texts, name)


def _file(texts: Path | None, name: str) -> Path | Traversable:
    own = texts / f"{name}.toml" if texts else None
    return own if own is not None and own.is_file() else files("flows") / "texts" / f"{name}.toml"


def written_words(held: Programme) -> dict[str, dict[str, Any]]:
    """What the files say: by language, by screen, its entry."""
    return {language: dict(_table(held.texts, language)) for language in held.languages}


@lru_cache(maxsize=16)
def _table(texts: Path | None, name: str) -> dict[str, Any]:
    """A file of words; it does not change while a process runs."""
    return tomllib.loads(_file(texts, name).read_text(encoding="utf-8"))


def read_wordings(held: Programme, amendments: tuple[amended.Amendment, ...] = ()) -> Wordings:
    """Every screen in every language of this programme, as amended. Raises SettingsRefused for a language without a
    file, and where words are missing or do not fit their screen's form."""
    try:
        spoken = written_words(held)
        for one in amendments:
            for language in spoken.keys() & one.value.keys():
                spoken[language] |= {one.key: one.value[language]}
        return from_tables(_table(held.texts, "screens"), spoken)
    except FileNotFoundError as missing:
        raise SettingsRefused(f"VERIFY_PROGRAMME: there are no texts of a language: {missing.filename}") from None
    except (WordingError, tomllib.TOMLDecodeError) as amiss:
        raise SettingsRefused(f"VERIFY_PROGRAMME: the texts are not whole: {amiss}") from None


@lru_cache(maxsize=1)
def wordings() -> Wordings:
    """Every screen in every language of the programme, as amended."""
    return read_wordings(programme(), borne())


def borne() -> tuple[amended.Amendment, ...]:
    """The amendments of words in force; one that the files no longer bear is left out."""
    kept: tuple[amended.Amendment, ...] = ()
    for one in amended.held(amended.Kind.WORDS):
        try:
            read_wordings(programme(), (*kept, one))
        except SettingsRefused:
            continue
        kept = (*kept, one)
    return kept


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


def amended_words() -> dict[str, dict[str, Any]]:
    """What stands now: by language, by screen, its entry as the files have it, or as it was amended."""
    spoken = written_words(programme())
    for one in borne():
        for language in spoken.keys() & one.value.keys():
            spoken[language] |= {one.key: one.value[language]}
    return spoken


def words_hash() -> str:
    """SHA-256 (hex) of the files of words of this programme, in the order of its languages, and of what was amended."""
    held = programme()
    digest = hashlib.sha256()
    for name in ("screens", *held.languages):
        digest.update(text_file(held, name).read_bytes())
    for one in amended.held(amended.Kind.WORDS):
        digest.update(json.dumps([one.key, one.value], sort_keys=True).encode())
    return digest.hexdigest()


amended.when_changed += [wordings.cache_clear, words_version.cache_clear]
