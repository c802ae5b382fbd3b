"""The words, read once from the files beside the flows."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from flows.wording import Wordings, from_tables
from verify_service.ground.programme import programme
from verify_service.ground.settings import SettingsRefused


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("flows") / "texts" / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def wordings() -> Wordings:
    """Every screen in every language of the programme."""
    return from_tables(_table("screens"), {language: _table(language) for language in programme().languages})


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
