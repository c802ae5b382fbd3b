"""What an operator's filter may hold against a text of ours, and which of it we live with. Pure.

Local routes in Indonesia drop texts with certain words, web addresses and numbers of more than three digits, without
telling anybody. What has to be said all the same is excepted one by one, with a reason, in texts/lint.toml.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flows import gsm
from flows.catalogue import MAIN_MENU, MENU, PLACEHOLDER, Form, Words
from flows.conversation import Ask, Menu, Pick, Screen
from flows.wording import Wordings

Rule: TypeAlias = Literal["word", "address", "digits", "character", "brand"]

_BLOCKED = (
    *("kode verifikasi", "otp", "pin", "akun", "username", "password", "token"),
    *("dana", "selamat", "nomor", "juta"),
)
_WORD = re.compile(rf"\b(?:{'|'.join(_BLOCKED)})\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?:\S+|\bwww\.\S+|\b\w+\.(?:id|com|net|org|info|me|ly)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d{4,}")
_TEXTED = ("ussd", "ussd_end", "sms")  # the others are words within a text


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that a filter may hold against one screen in one language."""

    screen: str
    language: str
    rule: Rule
    found: str


@dataclass(frozen=True)
class Excepted:
    """What we say all the same, and why: on the screens named, on all whose key starts so ("f1*"), or everywhere.

    `found` in braces is the value of that placeholder.
    """

    rule: Rule
    found: str
    reason: str
    screens: tuple[str, ...] = ("*",)

    def covers(self, finding: Finding, values: Mapping[str, str]) -> bool:
        """Whether this is about that finding."""
        named = PLACEHOLDER.fullmatch(self.found)
        held = set(_in(values.get(named[1], ""))) if named else {(self.rule, self.found)}
        return (finding.rule, finding.found) in held and any(
            finding.screen == key or (key.endswith("*") and finding.screen.startswith(key[:-1])) for key in self.screens
        )


def exceptions(table: Mapping[str, Any]) -> tuple[Excepted, ...]:
    """What texts/lint.toml holds; raises TypeError on a key it does not know, or without a reason."""
    return tuple(Excepted(**{**entry, "screens": tuple(entry.get("screens", ("*",)))}) for entry in table["except"])


def unexcused(
    found: Iterable[Finding], excepted: Iterable[Excepted], values: Mapping[str, str]
) -> tuple[list[Finding], list[Excepted]]:
    """The findings nobody made an exception for, and the exceptions that nothing needs any more."""
    left = list(found)
    unused = []
    for one in excepted:
        rest = [finding for finding in left if not one.covers(finding, values)]
        if len(rest) == len(left):
            unused.append(one)
        left = rest
    return left, unused


def findings(wordings: Wordings, values: Mapping[str, str]) -> Iterator[Finding]:
    """Everything a filter may hold against what we text, with these values in the places of all placeholders."""
    for key, form in wordings.screens.items():
        if form.channel not in _TEXTED:
            continue
        for language, entries in wordings.languages.items():
            for text in _texts(entries[key]):
                said = _filled(wordings, text, values)
                for rule, found in _in(said):
                    yield Finding(key, language, rule, found)
            if not _as_sent(wordings, key, form, language, values).startswith(values["brand"]):
                yield Finding(key, language, "brand", "the text does not begin with it")


def _in(said: str) -> Iterator[tuple[Rule, str]]:
    """What is amiss with one text."""
    yield from (("word", found.casefold()) for found in _WORD.findall(said))
    yield from (("address", found) for found in _ADDRESS.findall(said))
    yield from (("digits", found) for found in _DIGITS.findall(said))
    yield from (("character", odd) for odd in sorted(set(said) - gsm.BASIC))


def _texts(words: Words) -> Iterator[str]:
    """Every text and label that may be sent of one screen."""
    yield from (words.text, words.text_if_free, words.short, words.sms)
    for labels in (words.options, words.short_options, words.sms_options):
        yield from labels.values()


def _filled(wordings: Wordings, text: str, values: Mapping[str, str]) -> str:
    """The text with its values, menu digits among them."""
    main = wordings.screens[MAIN_MENU].options if MAIN_MENU in wordings.screens else {}
    digits = {f"{MENU}{option}": digit for option, digit in main.items()}
    return PLACEHOLDER.sub(lambda found: {**values, **digits}[found[1]], text)


def _as_sent(wordings: Wordings, key: str, form: Form, language: str, values: Mapping[str, str]) -> str:
    """One text as it goes out."""
    if form.channel == "sms":
        return wordings.sms(key, language, values, standing=values)
    if form.channel == "ussd_end":
        return wordings.text_ending(key, language, values, standing=values)
    return wordings.text(a_screen(key, form, values), language, standing=values)


def a_screen(key: str, form: Form, values: Mapping[str, str]) -> Screen:
    """The screen as a flow would yield it, with these values; a list has two entries."""
    if form.kind == "ask":
        return Ask(key, values, back=form.back)
    if form.kind == "pick":
        listed = (("1", values["resident"]), ("2", values["kel"]))
        return Pick(key, listed, values, none=next(iter(form.options), ""), back=form.back)
    return Menu(key, tuple(form.options), values, back=form.back)
