"""Whether a change can be borne: the programme stays whole, a screen fits every phone, an answer fits two SMS."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, Final

from flows import gsm, lint
from flows.catalogue import MAIN_MENU, PLACEHOLDER
from flows.fitting import Misfit, misfits
from flows.rehearsal import VALUES
from flows.wording import Wordings
from verify_service.amendments.programme_values import Unreadable, values
from verify_service.amendments.screen_review import WORDS_OF_THE_CATALOGUE
from verify_service.ground.amended import Amendment, Kind
from verify_service.ground.programme import Programme, programme, programme_file, read_programme
from verify_service.ground.settings import SettingsRefused
from verify_service.messaging.catalogue import read_wordings, written_words

ANSWER_SEPTETS: Final = 306  # brand and number in front: two SMS
_FIELDS: Final = ("text", "text_if_free", "short", "sms")


@dataclass(frozen=True)
class Fault:
    """Why a value is not taken: `code` is the kind, `where` the language or field, then what was found and expected."""

    code: str
    where: str = ""
    found: str = ""
    expected: str = ""


def faults(amendment: Amendment, beside: tuple[Amendment, ...]) -> list[Fault]:
    """What is wrong with this change beside those of its kind that will be in force; empty where it can be borne."""
    return list(_CHECKS[amendment.kind](amendment, beside))


def _of_a_rule(one: Amendment, beside: tuple[Amendment, ...]) -> Iterator[Fault]:
    value = values().get(one.key)
    if value is None:
        yield Fault("unknown", found=one.key)
        return
    try:
        value.read(value.typed(one.value))
    except Unreadable as unreadable:
        yield Fault(unreadable.why, found=unreadable.found, expected=unreadable.expected)
        return
    try:
        amended = read_programme(programme_file(), (*beside, one))
    except SettingsRefused as refused:
        yield Fault("programme", found=str(refused).partition("\n")[2].strip() or str(refused))
        return
    for name in read_wordings(amended).too_wide(amended.standing):
        yield Fault("too_wide", found=amended.standing[name])


def _of_words(one: Amendment, beside: tuple[Amendment, ...]) -> Iterator[Fault]:
    if set(one.value) != set(programme().languages):
        missing = sorted(set(programme().languages) - set(one.value))
        yield Fault("language", where=", ".join(missing))
        return
    before = read_wordings(programme(), beside)
    if one.key not in before.screens:
        yield Fault("unknown", found=one.key)
        return
    try:
        words = read_wordings(programme(), (*beside, one))
    except SettingsRefused as refused:
        yield Fault("form", found=str(refused).partition(": the texts are not whole: ")[2] or str(refused))
        return
    for language, entry in one.value.items():
        yield from _emptied(one.key, language, entry)
    worst: dict[tuple[str, bool], Misfit] = {}
    for amiss in misfits(words, one.key):
        way = (amiss.language, amiss.as_text)
        if way not in worst or worst[way].septets < amiss.septets:
            worst[way] = amiss
    for amiss in worst.values():
        code = "long_text" if amiss.as_text else "long_screen"
        yield Fault(code, amiss.language, str(amiss.septets), str(amiss.most))
    yield from _filtered(words, before, one.key)
    yield from _within(words, before, one.key)


def _emptied(key: str, language: str, entry: Mapping[str, Any]) -> Iterator[Fault]:
    """Nothing that is said now may be said no longer: an empty line is a slip."""
    now = written_words(programme())[language].get(key, {})
    for name in _FIELDS:
        if now.get(name) and not str(entry.get(name, "")).strip():
            yield Fault("empty", language, name)
    for table in ("options", "short_options", "sms_options"):
        for option, label in now.get(table, {}).items():
            if label and not str(entry.get(table, {}).get(option, "")).strip():
                yield Fault("empty", language, option)


def _within(words: Wordings, before: Wordings, key: str) -> Iterator[Fault]:
    """Words that stand within screens have as much room as the longest of them takes now."""
    if words.screens[key].channel != WORDS_OF_THE_CATALOGUE:
        return
    labels = [label for spoken in before.languages.values() for label in spoken[key].options.values()]
    room = max(map(len, labels), default=0)
    for language, spoken in words.languages.items():
        for label in spoken[key].options.values():
            if len(label) > room:
                yield Fault("long_word", language, label, str(room))


def _filtered(words: Wordings, before: Wordings, key: str) -> Iterator[Fault]:
    """What an operator's filter may drop that it did not find in the words before."""
    alone = {one: form for one, form in words.screens.items() if one in (key, MAIN_MENU)}  # texts name its digits
    held = {**VALUES, **programme().standing}
    table = tomllib.loads((files("flows") / "texts" / "lint.toml").read_text(encoding="utf-8"))
    known = set(lint.findings(replace(before, screens=alone), held))
    now = (one for one in lint.findings(replace(words, screens=alone), held) if one.screen == key)
    found = [one for one in now if one not in known]
    for one in lint.unexcused(found, lint.exceptions(table), held)[0]:
        yield Fault(f"filter_{one.rule}", one.language, one.found)


def _of_an_answer(one: Amendment, _beside: tuple[Amendment, ...]) -> Iterator[Fault]:
    for language in programme().languages:
        said = str(one.value.get(language, ""))
        if not said.strip():
            yield Fault("empty", language)
        elif lacking := "".join(sorted(set(said) - gsm.BASIC)):
            yield Fault("letters", language, lacking)
        elif gsm.septets(_headed(said)) > ANSWER_SEPTETS:
            yield Fault("long_answer", language, str(gsm.septets(_headed(said))), str(ANSWER_SEPTETS))
        if strange := PLACEHOLDER.findall(said):
            yield Fault("placeholder", language, strange[0])


def _headed(said: str) -> str:
    held: Programme = programme()
    return f"{held.brand}: {held.reference_prefix}-7K2M9N: {said}"


_CHECKS: Final = {Kind.RULE: _of_a_rule, Kind.WORDS: _of_words, Kind.ANSWER: _of_an_answer}
