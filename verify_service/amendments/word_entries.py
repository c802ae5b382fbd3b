"""The entry of a screen in a language as lines that somebody can edit, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_TEXTS: Final = ("text", "text_if_free", "short", "sms")
_LABELS: Final = ("options", "short_options", "sms_options")
LONGEST: Final = 400  # letters of a line: more than two screens


@dataclass(frozen=True)
class WordField:
    """One line of a screen in one language: the part of the entry it is, the option where it is a label, its words."""

    name: str  # LANGUAGE.part or LANGUAGE.part.option, as forms send it
    part: str
    option: str
    words: str


def fields_of(language: str, entry: Mapping[str, Any]) -> Iterator[WordField]:
    """Every line that stands there, and the two that may be added: the short text and that of an SMS."""
    for part in _TEXTS:
        if part in entry or part in ("short", "sms"):
            yield WordField(f"{language}.{part}", part, "", entry.get(part, ""))
    for part in _LABELS:
        for option, label in entry.get(part, {}).items():
            yield WordField(f"{language}.{part}.{option}", part, option, label)


def read_entry(language: str, entry: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """The entry with what was typed in the place of each line; a line that may be added and is empty stays out."""
    made: dict[str, Any] = dict(entry)
    for field in fields_of(language, entry):
        typed = sent.get(field.name)
        if typed is None:
            continue
        said = "\n".join(line.strip() for line in typed.replace("\0", "").strip().splitlines())[: LONGEST + 1]
        if field.option:
            made[field.part] = {**made[field.part], field.option: said}
        elif said or field.part in entry:
            made[field.part] = said
    return made
