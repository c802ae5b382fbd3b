"""Calls of invented people: what each presses on which screen. They read the words that are on the phone, no more.

A call is a generator: it yields what is done and is sent the screen that follows.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Generator, Mapping
from typing import Final, NamedTuple

from flows.catalogue import PLACEHOLDER
from verify_service.ground.programme import programme
from verify_service.messaging.catalogue import wordings


class Deed(NamedTuple):
    """One thing done on a phone: dial, press these keys, or hang up."""

    kind: str
    keys: str = ""


DIAL, HANG_UP = Deed("dial"), Deed("hang up")
Call = Generator[Deed, str, None]
MOST_HOPS: Final = 90  # a list of residents is longer than patience

_LINE = re.compile(r"^(\d) (.+)$", re.MULTILINE)


class Reader:
    """Tells a screen or a text by its words, in any language of the programme."""

    def __init__(self, *screens: str) -> None:
        found = [
            (self._pattern(written), screen, len(PLACEHOLDER.sub("", written)))
            for screen in screens
            for words in wordings().languages.values()
            for written in (words[screen].text, words[screen].text_if_free, words[screen].short, words[screen].sms)
            if written
        ]
        self._patterns = [(one[0], one[1]) for one in sorted(found, key=lambda one: -one[2])]

    @staticmethod
    def _pattern(written: str) -> re.Pattern[str]:
        standing = programme().standing
        filled = PLACEHOLDER.sub(lambda found: standing.get(found[1], found[0]), written)
        parts = [re.escape(part) for part in re.split(PLACEHOLDER.pattern.replace("(", "(?:"), filled)]
        return re.compile("(?:CON |END )?" + ".*?".join(parts), re.DOTALL)

    def screen_of(self, shown: str) -> str:
        """Which screen that is; "" for one that nobody here knows."""
        return next((screen for pattern, screen in self._patterns if pattern.match(shown)), "")


def _key(screen: str, option: str) -> str:
    return wordings().screens[screen].options[option]


def _line_with(shown: str, words: str) -> str:
    """The digit before a line with these words; of several lines the first, where none has them."""
    lines = _LINE.findall(shown)
    return next((digit for digit, line in lines if words in line), lines[0][0] if lines else "1")


# What is pressed on the way, whoever calls.
_ON_THE_WAY: Final[Mapping[str, str]] = {
    "a2.data_notice": "continue",
    "a7.resume": "continue",
    "b6.status_unpaid": "news",
    "b7.status_inactive": "pay",
    "b8.waiting": "next",
    "b11.asked_money": "no",
    "b12.which_wrong": "address",
    "b16.no_file": "news",
    "b19.pay_yourself": "next",
    "f2.rules": "understood",
    "f5.working": "yes",
    "f7.review": "save",
    "f8.saved": "next",
    "f10.own_family": "next",
    "f26.put_off": "finish",
}
_OF_WORKERS: Final = (
    "a3.main",
    "b5.status_active",
    "b9.card",
    "b10.still_working",
    "b15.is_this_you",
    "b17.who_answers",
)
_OF_HEADS: Final = (
    *("f1.pin", "f3.menu", "f4.confirm", "f6.when", "f13.which_rt", "f14.activation_code", "f15.activation_wrong"),
    *("f17.new_pin", "f19.pin_weak", "f20.repeat_pin", "f22.pin_wrong", "f28.activated", "f39.rw_pin", "f40.rw_menu"),
    *("f42.rw_confirm", "f44.rw_code", "f45.rw_activated"),
)


def reader_of_screens() -> Reader:
    """Knows every screen that these callers come to."""
    return Reader("a1.language", "a11.role", *_ON_THE_WAY, *_OF_WORKERS, *_OF_HEADS)


def _on_the_way(screen: str) -> Deed | None:
    if screen == "a1.language":
        return Deed("press", _key(screen, programme().languages[0]))
    return Deed("press", _key(screen, _ON_THE_WAY[screen])) if screen in _ON_THE_WAY else None


def about_the_cover(
    reader: Reader,
    name: str,
    answers: Mapping[str, str],
    heard: Callable[[str], None],
    hangs_up_after: int | None,
) -> Call:
    """A worker of this (masked) name looks at the cover and says whether it is right.

    `answers` has an option for each screen that asks, "" for whoever hangs up there; `heard` is told each statement
    that the service has taken in.
    """
    shown = yield DIAL
    for hop in range(MOST_HOPS):
        screen = reader.screen_of(shown)
        if shown.startswith("END ") or not screen:
            return
        if hangs_up_after is not None and hop >= hangs_up_after:
            yield HANG_UP
            return
        deed = _on_the_way(screen) or _of_worker(screen, shown, name, answers)
        if deed is None:
            yield HANG_UP
            return
        shown = yield deed
        said = _SAYS.get((screen, answers.get(screen, "")))
        if said and shown:
            heard(said)


_SAYS: Final = {
    ("b5.status_active", "right"): "confirms",
    ("b5.status_active", "wrong_data"): "wrong_data",
    ("b5.status_active", "not_me"): "not_me",
    ("b15.is_this_you", "yes"): "confirms",
    ("b15.is_this_you", "no"): "not_me",
    ("b10.still_working", "moved"): "moved",
    ("b10.still_working", "not_working"): "not_working",
}


def _of_worker(screen: str, shown: str, name: str, answers: Mapping[str, str]) -> Deed | None:
    if screen == "a11.role":
        return Deed("press", _key(screen, "myself"))
    if screen == "a3.main":
        return Deed("press", _key(screen, "cover"))
    if screen == "b17.who_answers":
        return Deed("press", _line_with(shown, name))
    chosen = answers.get(screen)
    return Deed("press", _key(screen, chosen)) if chosen else None


class Head(NamedTuple):
    """The head of an RT with what is at hand: the letter's code, a PIN of his own, and what he says of a resident."""

    code: str
    pin: str
    place: str  # as the menu of his posts names it
    says_of: Callable[[str], str]  # a resident's name as it is shown -> an option of f4.confirm


def about_residents(reader: Reader, head: Head, chance: random.Random) -> Call:
    """An RT head opens his list, with code and PIN where he never did, and answers for all of it."""
    shown, pin = (yield DIAL), head.pin
    for _ in range(MOST_HOPS):
        screen = reader.screen_of(shown)
        if screen in ("f28.activated", "f45.rw_activated"):
            shown = yield DIAL
            continue
        if shown.startswith("END ") or not screen:
            return
        if screen == "f19.pin_weak":
            pin = f"{chance.randrange(10**6):06}"
        deed = _on_the_way(screen) or _of_head(screen, shown, head, pin)
        if deed is None:
            yield HANG_UP
            return
        shown = yield deed


_PIN: Final = frozenset(("f1.pin", "f39.rw_pin", "f17.new_pin", "f19.pin_weak", "f20.repeat_pin"))
_CODE: Final = frozenset(("f14.activation_code", "f44.rw_code"))
_RESIDENT = re.compile(r"\d+/\d+ ([^,\n]+)")


def _of_head(screen: str, shown: str, head: Head, pin: str) -> Deed | None:
    """What he presses; nothing, and he hangs up, where a code or PIN was wrong."""
    if screen in _PIN:
        return Deed("press", pin)
    if screen in _CODE:
        return Deed("press", head.code)
    if screen == "a11.role":
        return Deed("press", _key(screen, "rt_head"))
    if screen == "f13.which_rt":
        return Deed("press", _line_with(shown, head.place))
    if screen in ("f3.menu", "f40.rw_menu"):
        return Deed("press", _key(screen, "confirm"))
    if screen == "f6.when":
        return Deed("press", "0")
    if screen in ("f4.confirm", "f42.rw_confirm"):
        found = _RESIDENT.search(shown)
        return Deed("press", _key(screen, head.says_of(found[1] if found else "")))
    return None
