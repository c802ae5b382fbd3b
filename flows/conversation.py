"""What a conversation is: a generator that yields screens, is sent meanings, and returns one outcome."""

import re
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from flows import gsm
from flows.references import read_reference

BACK = "0"
MORE = "9"
NONE_OF_THESE = "8"
CHOICES_A_PAGE = 7  # 8, 9 and 0 are taken on every page
SCREEN_SEPTETS = 160  # the least that any network shows; the prefix counts
PREFIX_SEPTETS = len("CON ")
HEAD_SEPTETS = 42  # the question above a list, or the hint in its place
TAIL_SEPTETS = 22  # a line such as "\n8 Tidak ada di sini"
LABEL_WIDTH = 28
EARLIEST_YEAR = "1990"  # nobody's move is remembered by month from before
NAME_LENGTH = 60
ANSWER_LENGTH = 640  # longer answers that are no report are cut, as RapidPro cuts them
WORDS_LENGTH = 4000  # a report is kept whole: more than 25 parts no network joins

_ODD_DIGITS = {"exit": BACK, "finish": BACK, "later": MORE}


@dataclass(frozen=True)
class Word:
    """A value that is itself a word of the catalogue: the label of this option, in the language of the screen."""

    screen: str
    option: str


Value: TypeAlias = str | Word


@dataclass(frozen=True)
class Menu:
    """A question with a few fixed answers; an option is named by what it means, never by its digit or place."""

    screen: str
    options: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    back: bool = False
    about: str = ""

    def accepts(self, answer: str) -> bool:
        """Whether this recorded meaning is still one of the answers."""
        return answer in self.options

    def digits(self) -> dict[str, str]:
        """What is dialled for each option: 1, 2, 3 in order; leaving is 0 and putting off is 9."""
        return {option: _ODD_DIGITS.get(option, str(place)) for place, option in enumerate(self.options, start=1)}


@dataclass(frozen=True)
class Ask:
    """A question answered in the person's own digits or words; `hint` is the screen shown after a wrong answer.

    Shapes: "nik" (16 digits), "code" (6 digits), "month" (mmyyyy, kept as YYYYMM and not after `latest`; 0 when not
    known), "rt_rw" (RT and RW as 6 digits), "reference" (a number of ours, kept as its six characters), "name" (two
    letters at least), "text" (anything that can be read, cut at 4,000 characters), "words" (the same, with two letters
    at least, and more than a yes or a no).
    """

    screen: str
    values: Mapping[str, Value] = field(default_factory=dict)
    secret: bool = False
    shape: str = "text"
    hint: str = ""
    back: bool = False
    about: str = ""
    latest: str = ""

    def read(self, text: str) -> str | None:
        """The answer as it is recorded, or None when it has not the shape asked for."""
        if self.shape in ("text", "words"):
            words = printable(text[:WORDS_LENGTH]).strip()
            if self.shape == "words" and (sum(map(str.isalpha, words)) < 2 or _BARE.fullmatch(words.strip(" .,!"))):
                return None
            return words or None
        if self.shape == "reference":
            return read_reference(text)
        if self.shape == "name":
            return _name(text)
        digits = digits_only(_NAMED.sub("", text, count=1))
        if self.shape == "month":
            return self._month(digits or "")
        if digits is None or len(digits) != _LENGTHS[self.shape]:
            return None
        return None if self.shape == "rt_rw" and "000" in (digits[:3], digits[3:]) else digits

    def _month(self, digits: str) -> str | None:
        """A month typed as on the screen, 032026 or 32026; "0" when it is not known."""
        if digits and not digits.strip("0"):
            return "0"
        year, month = digits[-4:], digits[:-4].zfill(2)
        typed = f"{year}{month}"
        sound = len(digits) in (5, 6) and "01" <= month <= "12" and year >= EARLIEST_YEAR
        return typed if sound and (not self.latest or typed <= self.latest) else None

    def accepts(self, answer: str) -> bool:
        """Whether this recorded answer still has the shape asked for."""
        if self.shape == "month":
            return answer == "0" or self._month(answer[4:] + answer[:4]) == answer
        return self.read(answer) == answer

    def hint_for(self, text: str) -> str:
        """The screen that says what is wrong with this answer; another card's number is named by its length."""
        digits = digits_only(text)
        if self.shape == "nik" and digits is not None:
            return _OTHER_CARDS.get(len(digits), self.hint)
        return self.hint


_NAMED = re.compile(r"^\W*(?:(?:pin|kode|code|nik|nomor|nomer)(?:nya)?(?: saya)?\b\W*)", re.IGNORECASE)  # "PIN 385016"
# Said where words are asked for, by somebody who answers something else.
_BARE = re.compile(
    r"(?:ya|iya|yes|tidak|tdk|gak|ga|nggak|enggak|no|belum|blm|henteu|teu|mboten|ok|oke|okay)", re.IGNORECASE
)
_LENGTHS = {"nik": 16, "code": 6, "rt_rw": 6}
_OTHER_CARDS = {13: "b20.health_card", 11: "b21.member_number"}  # BPJS Kesehatan has 13 digits, a KPJ 11


@dataclass(frozen=True)
class Pick:
    """A choice from a list whose length is data, as (key, label); shown in pages of what fits.

    `none` is the option that is shown last on every page; `more` the one meant by 9 on the last page, when the list
    goes on beyond what this talk holds.
    """

    screen: str
    choices: tuple[tuple[str, str], ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    none: str = ""
    back: bool = False
    about: str = ""
    more: str = ""

    def accepts(self, answer: str) -> bool:
        """Whether this recorded key is still in the list."""
        return answer in {key for key, _ in self.choices} or (answer != "" and answer in (self.none, self.more))

    def pages(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The choices cut into pages; at least one page, the same in every language.

        The room for a page is counted with the widest head and the widest last lines that any language has, so that
        a page means the same choices when the language changes on the way.
        """
        pages: list[tuple[tuple[str, str], ...]] = []
        page: list[tuple[str, str]] = []
        room = self._room()
        for key, label in self.choices:
            shown = pick_label(label)
            size = len(f"\n1 {shown}")
            if page and (size > room or len(page) == CHOICES_A_PAGE):
                pages.append(tuple(page))
                page, room = [], self._room()
            page.append((key, shown))
            room -= size
        return (*pages, tuple(page))

    def _room(self) -> int:
        """Septets left for the choices of one page."""
        tail = TAIL_SEPTETS * (1 if self.none else 0) + 2 * len("\n9 Kembali ")
        return SCREEN_SEPTETS - PREFIX_SEPTETS - HEAD_SEPTETS - tail

    def dialled(self, page: int) -> dict[str, str]:
        """Digit -> key on this page, the way out of the list included."""
        pages = self.pages()
        page = min(max(page, 0), len(pages) - 1)
        digits = {str(place): key for place, (key, _) in enumerate(pages[page], start=1)}
        if self.none:
            digits[NONE_OF_THESE] = self.none
        if self.more and page == len(pages) - 1:
            digits[MORE] = self.more
        return digits


def _name(text: str) -> str | None:
    """A person's name as typed, on one line; a number, or a single letter, is none."""
    name = " ".join(printable(text[:ANSWER_LENGTH]).split())[:NAME_LENGTH].strip()
    return name if sum(map(str.isalpha, name)) > 1 and not any(map(str.isdigit, name)) else None


Screen: TypeAlias = Menu | Ask | Pick


@dataclass(frozen=True)
class Turn:
    """One answered question: which screen, what was meant, and whom it was about when a screen comes twice."""

    screen: str
    answer: str
    about: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a small flow comes to; `effect` says whether applying it changes anything that is stored."""

    effect: ClassVar[bool] = False


Conversation: TypeAlias = Generator[Screen, str, Outcome]


def straight(outcome: Outcome) -> Conversation:
    """A flow with nothing to ask."""
    yield from ()
    return outcome


def replay(conversation: Conversation, turns: Sequence[Turn]) -> tuple[Screen | Outcome, list[Turn]]:
    """Send the recorded answers until one no longer holds; the generator is left at the screen returned."""
    held: list[Turn] = []
    try:
        screen = next(conversation)
        for turn in turns:
            if (turn.screen, turn.about) != (screen.screen, screen.about) or not screen.accepts(turn.answer):
                break  # the flow changed under this talk: ask again from here
            held.append(turn)
            screen = conversation.send(turn.answer)
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome, held
    return screen, held


def pick_label(label: str) -> str:
    """A label as a list shows it: one line of the basic table, cut to 28 characters, never empty."""
    return one_line(label)[:LABEL_WIDTH].rstrip() or "?"


def one_line(value: str) -> str:
    """A value in the GSM basic table, without line breaks, controls or double blanks."""
    return " ".join(gsm.fold(printable(value)).split())


def printable(text: str) -> str:
    """The text without controls, half characters and invisible marks; PostgreSQL refuses NUL, UTF-8 lone surrogates."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(text))


def _visible(text: str) -> Iterator[str]:
    """Each visible character; line breaks and tabs become blanks."""
    for character in text:
        category = unicodedata.category(character)
        if character.isspace() or category in ("Zl", "Zp", "Zs"):
            yield " "
        elif category not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            yield character


def digits_only(text: str) -> str | None:
    """The digits of a number written with blanks, dots or dashes; None when anything else is in it."""
    if text.isascii() and text.isdigit():
        return text[:ANSWER_LENGTH]
    digits = []
    for character in printable(text[:ANSWER_LENGTH]):
        value = unicodedata.decimal(character, None)
        if value is not None:
            digits.append(str(value))
        elif character not in " .-\u2010\u2011\u2012\u2013\u2014":
            return None
    return "".join(digits) or None
