"""What a written answer means: an option's word, in any language, is as good as its digit."""

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import gsm
from flows.catalogue import Form, Words
from flows.conversation import Menu, Pick, printable
from flows.wording import Wordings

_NOT_A_WORD = re.compile(r"[^\w\s]|_")
_LONGEST_WORDS = 200  # characters looked at; the longest label has some 30


def option(wordings: Wordings, screen: Menu | Pick, text: str, language: str | None = None) -> str | None:
    """The option whose word this is, in the caller's language first, then in any; None when none or several are.

    An SMS "YA" is as good as 1: case, blanks and punctuation do not matter, and "Ya" stands for "Ya, kecelakaan"
    where only one option begins so.
    """
    said, form = spoken(text), wordings.screens.get(screen.screen)
    if not said or form is None:
        return None
    wanted = set(screen.options if isinstance(screen, Menu) else (screen.none, screen.more))
    for words in _own_language_first(wordings, screen.screen, language):
        for reading in (_whole_words, _leading_words):
            meant = {key for key in wanted & set(words.options) if said in reading(words, form, key)}
            if len(meant) == 1:
                return meant.pop()
    return None


def is_back(wordings: Wordings, text: str) -> bool:
    """Whether this is the word for going back, in any language."""
    return spoken(text) in {spoken(common.back) for common in wordings.common.values()}


def is_more(wordings: Wordings, text: str) -> bool:
    """Whether this is the word for the next page, in any language."""
    return spoken(text) in {spoken(common.more) for common in wordings.common.values()}


def spoken(text: str) -> str:
    """Words as they are compared: basic letters, lower case, no punctuation, single blanks."""
    return " ".join(_NOT_A_WORD.sub(" ", gsm.fold(printable(text[:_LONGEST_WORDS]))).casefold().split())


@lru_cache(maxsize=4096)
def _spoken_label(label: str) -> str:
    """A label of the catalogue as it is compared: there are some hundreds, and each answer is held against many."""
    return spoken(label)


def _own_language_first(wordings: Wordings, key: str, language: str | None) -> Iterator[Words]:
    """The words of this screen in the caller's language, then in the others."""
    own = wordings.spoken(language)
    for name in sorted(wordings.languages, key=lambda name: name != own):
        if key in wordings.languages[name]:
            yield wordings.languages[name][key]


def _whole_words(words: Words, form: Form, option: str) -> set[str]:
    """What stands for this option alone: its label, its short label, further words, or the digit and the label."""
    labels = {words.options[option], words.short_options.get(option, ""), *words.also.get(option, ())} - {""}
    said = {_spoken_label(label) for label in labels}
    return said | {f"{form.options[option]} {word}" for word in said}


def _leading_words(words: Words, form: Form, option: str) -> set[str]:
    """The part of the label before a comma or a bracket: "Ya" of "Ya, kecelakaan"."""
    return {_spoken_label(re.split(r"[,(]", words.options[option])[0])}


_COMMANDS = {
    "stop": ("stop", "berhenti", "eureun", "lirenan", "unreg", "unsubscribe"),
    "start": ("mulai", "mimiti", "start"),
    "check": ("cek", "check", "pariksa", "cek data", "cek bpjs"),
}
# With these around it STOP is still only STOP; "saya berhenti kerja" and "jangan berhenti" are something else.
_AROUND_STOP = frozenset(
    {
        "tolong",
        "mohon",
        "sms",
        "nya",
        "smsnya",
        "pesan",
        "kirim",
        "lagi",
        "ya",
        "pak",
        "bu",
        "dong",
        "semua",
        "langganan",
    }
    | {"please", "the", "all", "texts", "messages"}
)


def command(text: str) -> str | None:
    """ "stop", "start" or "check" when the text is only that word, in any language; None when it says more.

    STOP may come with courtesies and in any writing: a missed one means texts to somebody who asked for none.
    """
    said = spoken(text)
    for meaning, known in _COMMANDS.items():
        if said in known:
            return meaning
    words = said.split()
    stops = [word for word in words if _squeezed(word) in _COMMANDS["stop"]]
    rest = [word for word in words if word not in stops]
    return "stop" if stops and all(word in _AROUND_STOP or word.isdigit() for word in rest) else None


def _squeezed(word: str) -> str:
    """A word without the repeated letters of an angry thumb: stooopp is stop."""
    return re.sub(r"(.)\1+", r"\1", word)
