"""The catalogue of words: what a screen is in every language, what it says in one, and what may be amiss with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

STANDING = (
    *("brand", "hotline", "ussd"),
    *("premium", "wage", "jkm", "jkm_early", "jkk_death", "scholarship", "scholarship_years"),
    *("age_from", "age_to", "check_days"),
)  # values of the programme that any text may use
MENU = "menu_"  # {menu_report}: the digit of that option in the main menu, so that an SMS never names an old one
MAIN_MENU = "a3.main"
LANGUAGES = "languages"  # as options of a screen: those of the programme
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class WordingError(ValueError):
    """The catalogue, or what was asked of it, is not complete; the message names screen, language and what is wrong."""


@dataclass(frozen=True)
class Form:
    """What a screen is in every language: its channel, the digit of each option, the values its text may use."""

    channel: str
    kind: str = "menu"
    options: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    back: bool = False
    hint_over_first_line: bool = False
    awaits: str = ""
    spoken_by: str = ""
    of_languages: bool = False


@dataclass(frozen=True)
class Words:
    """One screen in one language: its text, that of a free service, the short one, that of an SMS, and its options."""

    text: str
    text_if_free: str = ""
    short: str = ""
    sms: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    short_options: Mapping[str, str] = field(default_factory=dict)
    sms_options: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Common:
    """What every screen of a language shares: back and more, the hints after a wrong answer, how to answer a text."""

    name: str
    back: str
    more: str
    hint_pick: str
    hint_ask: str
    reply: str


Forms = Mapping[str, Form]
Languages = Mapping[str, Mapping[str, Words]]


def form(table: Mapping[str, Any], languages: Sequence[str]) -> Form:
    """One screen of screens.toml; raises TypeError on a key it does not know."""
    facts = {**table, "values": tuple(table.get("values", ()))}
    if table.get("options") == LANGUAGES:
        digits = {language: str(place) for place, language in enumerate(languages, start=1)}
        facts |= {"options": digits, "of_languages": True}
    return Form(**facts)


def words(table: Mapping[str, Any], options: Mapping[str, str] | None = None) -> Words:
    """One screen of a language's file, with these options where they are not its own; raises TypeError on a key it
    does not know."""
    also = {option: tuple(further) for option, further in table.get("also", {}).items()}
    return Words(**{**table, "also": also, **({} if options is None else {"options": options})})


def mistakes(screens: Forms, languages: Languages, widths: Mapping[str, int]) -> Iterator[str]:
    """What is missing or superfluous in the catalogue, one sentence each."""
    for language, entries in languages.items():
        for key in sorted(screens.keys() - entries.keys()):
            yield f"{language}: {key} has no words"
        for key in sorted(entries.keys() - screens.keys()):
            yield f"{language}: {key} has words but no form"
        for key in sorted(screens.keys() & entries.keys()):
            main = screens[MAIN_MENU].options if MAIN_MENU in screens else {}
            known = {*STANDING, *screens[key].values, *(MENU + option for option in main)}
            yield from (f"{language}: {key} {amiss}" for amiss in _amiss(screens[key], entries[key], known))
    for name in sorted({*STANDING, *(name for form in screens.values() for name in form.values)} - widths.keys()):
        yield f"no width is declared for {{{name}}}"


def _amiss(form: Form, words: Words, known: set[str]) -> Iterator[str]:
    """What is amiss with one screen in one language."""
    if tuple(words.options) != tuple(form.options):
        yield f"has options {list(words.options)}, its form {list(form.options)}"
    labels = (words.options, words.short_options, words.sms_options)
    for extra in sorted({*words.also, *chain(*labels)} - form.options.keys()):
        yield f"has no option {extra}"
    texts = (words.text, words.text_if_free, words.short, words.sms, *chain(*(some.values() for some in labels)))
    for name in sorted({name for text in texts for name in PLACEHOLDER.findall(text)} - known):
        yield f"uses {{{name}}}, which its form does not declare"
