"""Whether the words of a screen fit a phone and one SMS, whatever stands in their places. Pure.

Each placeholder is filled as wide as the catalogue declares it, and a list as long as lists get.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from flows import gsm
from flows.conversation import HEAD_SEPTETS, LABEL_WIDTH, SCREEN_SEPTETS, TAIL_SEPTETS, Ask, Menu, Pick, Screen
from flows.wording import Wordings


@dataclass(frozen=True)
class Misfit:
    """One way of showing a screen that is too long."""

    language: str
    as_text: bool  # as an SMS; else as the screen of a call
    septets: int
    said: str
    most: int = SCREEN_SEPTETS


def misfits(wordings: Wordings, key: str) -> Iterator[Misfit]:
    """What is amiss with one screen, in each language and way of showing it."""
    for language in wordings.languages:
        yield from _of_a_list(wordings, key, language)
        for as_text, said in _ways(wordings, key, language):
            shown = said if as_text else f"CON {said}"
            if gsm.septets(shown) > SCREEN_SEPTETS:
                yield Misfit(language, as_text, gsm.septets(shown), said)


def _ways(wordings: Wordings, key: str, language: str) -> Iterator[tuple[bool, str]]:
    """Every way in which it may be shown: as a text or not, and the words."""
    form = wordings.screens[key]
    values = {name: "W" * width for name, width in wordings.widths.items()}
    for free in (False, True):
        if form.channel == "sms":
            yield True, wordings.sms(key, language, values, standing=values, free=free)
        elif form.channel == "ussd_end":
            yield False, wordings.ending(key, language, values, standing=values, free=free)
            yield True, wordings.text_ending(key, language, values, standing=values, free=free)
        elif form.channel == "ussd":
            for screen, hinted in product(_widest(wordings, key, values), (False, True)):
                for page in range(len(screen.pages()) if isinstance(screen, Pick) else 1):
                    said = wordings.say(screen, language, hinted=hinted, page=page, standing=values, free=free)
                    yield False, said
                    text = wordings.text(screen, language, hinted=hinted, page=page, standing=values, free=free)
                    yield True, text


def _widest(wordings: Wordings, key: str, values: Mapping[str, str]) -> Iterator[Screen]:
    """The screen as a flow would yield it, with the widest values; a list also as long and as short as it gets."""
    form = wordings.screens[key]
    if form.kind == "ask":
        yield Ask(key, values, back=form.back)
    elif form.kind == "pick":
        none = next(iter(form.options), "")
        for width, count in ((LABEL_WIDTH + 5, 30), (1, 30), (17, 10), (1, 0)):
            choices = tuple((str(n), "W" * width) for n in range(count))
            yield Pick(key, choices, values, none=none, back=form.back, more="more")
    else:
        yield Menu(key, tuple(form.options), values, back=form.back)


def _of_a_list(wordings: Wordings, key: str, language: str) -> Iterator[Misfit]:
    """A list is cut into pages that count on a question and a last line of no more than so much."""
    if wordings.screens[key].kind != "pick":
        return
    words = wordings.languages[language][key]
    if gsm.septets(words.text) > HEAD_SEPTETS:
        yield Misfit(language, as_text=False, septets=gsm.septets(words.text), said=words.text, most=HEAD_SEPTETS)
    for label in words.options.values():
        if gsm.septets(f"\n8 {label}") > TAIL_SEPTETS:
            room = TAIL_SEPTETS - len("\n8 ")
            yield Misfit(language, as_text=False, septets=gsm.septets(label), said=label, most=room)
