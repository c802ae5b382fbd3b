"""The words of every screen and SMS in each language, and how a screen is written so that it fits a phone."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flows import catalogue, gsm
from flows.catalogue import MAIN_MENU, MENU, PLACEHOLDER, Common, Form, Forms, Languages, WordingError, Words
from flows.conversation import (
    BACK,
    MORE,
    NONE_OF_THESE,
    PREFIX_SEPTETS,
    SCREEN_SEPTETS,
    Ask,
    Menu,
    Pick,
    Screen,
    Value,
    Word,
    one_line,
)

_NO_VALUES: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True)
class Wordings:
    """The catalogue: form of each screen, words by language and screen, and the declared width of each placeholder.

    The first language is the one spoken to somebody who has not chosen.
    """

    screens: Forms
    languages: Languages
    common: Mapping[str, Common]
    widths: Mapping[str, int]

    @classmethod
    def from_tables(cls, screens: Mapping[str, Any], languages: Mapping[str, Mapping[str, Any]]) -> "Wordings":
        """Build the catalogue from screens.toml and {language: its toml}; raises WordingError with all mistakes."""
        try:
            common = {language: Common(**table["common"]) for language, table in languages.items()}
            names = {language: spoken.name for language, spoken in common.items()}
            forms = {key: catalogue.form(table, tuple(languages)) for key, table in screens["screens"].items()}
            wordings = cls(
                forms,
                {
                    language: {
                        key: catalogue.words(entry, names if key in forms and forms[key].of_languages else None)
                        for key, entry in table.items()
                        if key != "common"
                    }
                    for language, table in languages.items()
                },
                common,
                dict(screens["widths"]),
            )
        except (KeyError, TypeError, AttributeError) as odd:
            raise WordingError(f"the catalogue has another form than expected: {odd}") from odd
        if amiss := list(catalogue.mistakes(wordings.screens, wordings.languages, wordings.widths)):
            raise WordingError("; ".join(amiss))
        return wordings

    def say(
        self,
        screen: Screen,
        language: str | None,
        *,
        hinted: bool = False,
        page: int = 0,
        standing: Mapping[str, str],
        free: bool = False,
    ) -> str:
        """The screen as the phone shows it, without CON: at most 156 septets of the basic table.

        `hinted` puts what to do in front after a wrong answer; `page` is that of a list; `free` says that operators
        charge nothing for the session.
        """
        spoken = self.spoken(language)
        key, hint = self._asked(screen, spoken, hinted=hinted)
        facts = {**standing, **screen.values}
        short_labels = self._words(key, spoken).short_options

        def lines(short: bool) -> list[str]:
            return self._lines(screen, key, spoken, facts, page, short_labels if short else {})

        return self._fitting(key, spoken, lines, facts, hint=hint, free=free)

    def text(
        self,
        screen: Screen,
        language: str | None,
        *,
        hinted: bool = False,
        page: int = 0,
        first: bool = False,
        standing: Mapping[str, str],
        free: bool = False,
    ) -> str:
        """The same screen as one SMS, brand in front: at most 160 septets of the basic table.

        `first` says how to answer, where there is room for it: it opens a talk by text.
        """
        spoken = self.spoken(language)
        key, hint = self._asked(screen, spoken, hinted=hinted)
        facts = {**standing, **screen.values}
        words, back = self._words(key, spoken), f"{BACK} {self.common[spoken].back}"

        def lines(labels: Mapping[str, str]) -> list[str]:
            return self._lines(screen, key, spoken, facts, page, labels)

        short = lines(words.short_options)
        texts = [(words.text, lines({})), (words.short or words.text, short)]
        if words.sms or words.sms_options:
            texts.append((words.sms or words.short or words.text, lines({**words.short_options, **words.sms_options})))
        texts += [(text, [line for line in below if line != back]) for text, below in texts[1:]]
        reply = self.common[spoken].reply if first and not hint and not isinstance(screen, Ask) else ""
        return self._as_text(key, spoken, texts, facts, hint=hint, reply=reply, free=free)

    def text_ending(
        self,
        key: str,
        language: str | None,
        values: Mapping[str, Value] = _NO_VALUES,
        *,
        standing: Mapping[str, str],
        free: bool = False,
    ) -> str:
        """The end of a talk by text: one SMS, brand in front, at most 160 septets of the basic table."""
        words = self._words(key, self.spoken(language))
        texts: list[tuple[str, list[str]]] = [(text, []) for text in (words.text, words.short, words.sms) if text]
        return self._as_text(key, self.spoken(language), texts, {**standing, **values}, free=free)

    def ending(
        self,
        key: str,
        language: str | None,
        values: Mapping[str, Value] = _NO_VALUES,
        *,
        standing: Mapping[str, str],
        free: bool = False,
    ) -> str:
        """The last screen of a talk, without END: at most 156 septets of the basic table."""
        return self._fitting(key, self.spoken(language), lambda _: [], {**standing, **values}, hint="", free=free)

    def sms(
        self,
        key: str,
        language: str | None,
        values: Mapping[str, Value] = _NO_VALUES,
        *,
        standing: Mapping[str, str],
        free: bool = False,
    ) -> str:
        """One SMS: at most 160 septets of the basic table, so that it costs one part."""
        words = self._words(key, self.spoken(language))
        text = words.text_if_free if free and words.text_if_free else words.text
        return self._fill(key, text, {**standing, **values}, self.spoken(language))

    def too_wide(self, standing: Mapping[str, str]) -> tuple[str, ...]:
        """Those of the programme's values that would be cut: a cut hotline is a wrong number, so refuse it at start."""
        return tuple(name for name, value in standing.items() if len(one_line(value)) > self.widths.get(name, 0))

    def spoken(self, language: str | None) -> str:
        """The language to speak: the one chosen, else the first."""
        return language if language is not None and language in self.languages else next(iter(self.languages))

    def _asked(self, screen: Screen, language: str, *, hinted: bool) -> tuple[str, str]:
        """Which words ask for the answer, and the hint above them after a wrong one."""
        if not hinted:
            return screen.screen, ""
        if isinstance(screen, Ask):
            return (screen.hint, "") if screen.hint else (screen.screen, self.common[language].hint_ask)
        return screen.screen, self.common[language].hint_pick

    def _as_text(
        self,
        key: str,
        language: str,
        texts: list[tuple[str, list[str]]],
        values: Mapping[str, Value],
        *,
        hint: str = "",
        reply: str = "",
        free: bool,
    ) -> str:
        """The fullest way of saying it that is one SMS; the tests hold that one is at the widest values."""
        words, brand = self._words(key, language), self._fill(key, "{brand}", values, language)
        if free and words.text_if_free:
            texts = [(words.text_if_free, texts[0][1]), *texts]
        filled = [(self._fill(key, text, values, language), below) for text, below in texts]
        if reply:
            filled = [each for text, below in filled for each in ((f"{text}\n{reply}".lstrip(), below), (text, below))]
        said = ""
        ways = self._ways(self.screens[key], filled, hint)
        beside = " " if words.text or hint else "\n"
        for said in (way if way.startswith(brand) else f"{brand}:{beside}{way}" for way in ways):
            if gsm.septets(said) <= SCREEN_SEPTETS:
                return said
        return said

    def _words(self, key: str, language: str) -> Words:
        """The words of one screen; raises WordingError when there is none."""
        try:
            return self.languages[language][key]
        except KeyError:
            raise WordingError(f"{language}: {key} has no words") from None

    def _lines(
        self,
        screen: Screen,
        key: str,
        language: str,
        values: Mapping[str, Value],
        page: int,
        instead: Mapping[str, str],
    ) -> list[str]:
        """The lines below the text: options with their digits, some labels `instead` of the usual, then back."""
        words, common = self._words(key, language), self.common[language]
        labels = {**words.options, **instead}
        back = screen.back
        lines = []
        if isinstance(screen, Menu):
            digits = self.screens[key].options
            lines = [
                f"{digits[option]} {self._fill(key, labels[option], values, language)}" for option in screen.options
            ]
        elif isinstance(screen, Pick):
            pages = screen.pages()
            page = min(max(page, 0), len(pages) - 1)
            lines = [f"{place} {label}" for place, (_, label) in enumerate(pages[page], start=1)]
            if screen.none:
                lines.append(f"{NONE_OF_THESE} {labels[screen.none]}")
            if page < len(pages) - 1 or screen.more:
                lines.append(f"{MORE} {common.more}")
            back = back or page > 0
        return [*lines, f"{BACK} {common.back}"] if back else lines

    def _fitting(
        self,
        key: str,
        language: str,
        lines: Callable[[bool], list[str]],
        values: Mapping[str, Value],
        *,
        hint: str,
        free: bool,
    ) -> str:
        """The fullest way of saying it that fits; the tests hold that one does at the widest values."""
        words = self._words(key, language)
        texts = [(words.text, False), (words.short or words.text, True)]
        if free and words.text_if_free:
            texts.insert(0, (words.text_if_free, False))
        said = ""
        filled = ((self._fill(key, text, values, language), lines(short)) for text, short in texts)
        for said in self._ways(self.screens[key], filled, hint):
            if gsm.septets(said) <= SCREEN_SEPTETS - PREFIX_SEPTETS:
                return said
        return said

    @staticmethod
    def _ways(form: Form, texts: Iterable[tuple[str, list[str]]], hint: str) -> Iterator[str]:
        """The ways to say a screen, fullest first: hint above all of it, hint over its first line, then shorter."""
        for text, rest in texts:
            below = [*([text] if text else []), *rest]
            yield "\n".join([hint, *below] if hint else below)
            if hint and (form.hint_over_first_line or form.kind == "pick"):
                yield "\n".join([hint, *below[1:]])

    def _fill(self, key: str, text: str, values: Mapping[str, Value], language: str) -> str:
        """The text with its values: folded to the basic table, on one line, cut to the declared width."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith(MENU):
                return self.screens[MAIN_MENU].options[name.removeprefix(MENU)]
            if name not in values:
                raise WordingError(f"{key} needs a value for {{{name}}}")
            given = values[name]
            said = self._words(given.screen, language).options[given.option] if isinstance(given, Word) else given
            return one_line(said)[: self.widths[name]].rstrip()

        return gsm.fold(PLACEHOLDER.sub(value, text) if "{" in text else text)


from_tables = Wordings.from_tables

__all__ = ["Common", "Form", "WordingError", "Wordings", "Words", "from_tables"]
