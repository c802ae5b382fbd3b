"""What an invented person knows and does: drawn once, by the seed and the person, whatever happens in a round. Pure.

Nothing here is measured: shares are set so that a round of the demo shows every way in which a round can end for
somebody. Who answers depends on the age and on the phone; what is known of the cover depends on the kecamatan alone, so
that an honest estimate can find it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """Where the person is, of whom the list says that they live in their RT."""

    HERE = "here"
    MOVED = "moved"
    DEAD = "dead"


class Holder(StrEnum):
    """Who reads what is sent to the phone that the list gives for somebody."""

    SELF = "self"
    PARTNER = "partner"
    STRANGER = "stranger"


class Habit(StrEnum):
    """What the holder does about a question by text."""

    TEXTS = "texts"
    RAMBLES = "rambles"  # sends something that answers nothing, and does answer when asked back
    CALLS = "calls"
    STOPS = "stops"
    IGNORES = "ignores"


@dataclass(frozen=True)
class Character:
    """What is true of a person, and what they would do. `statement`: the word of theirs that the truth would be."""

    knows: bool  # of the cover, as their own
    statement: str
    fate: Fate
    holder: Holder
    habit: Habit
    reads: int  # the how-manieth text of a round is the one that is answered
    wrong_handed: bool  # says the opposite of what is meant
    hangs_up_after: int | None  # hops of a call
    at_a_visit: str  # "answers", or what is found there instead


_RESPOND: Final = {"18-29": 0.62, "30-39": 0.56, "40-49": 0.50, "50-59": 0.42}
_OLDER: Final = 0.34
_KNOW: Final = 0.62


def chance_of(seed: str, *what: object) -> random.Random:
    """Chance that is the same each time for the same seed and subject."""
    return random.Random(":".join(map(str, (seed, *what))))  # noqa: S311  # invented people, the same each time


def share_that_knows(seed: str, kecamatan: str) -> float:
    """Which share of a kecamatan knows of its cover: somewhat more here, somewhat less there."""
    return _KNOW + chance_of(seed, "kecamatan", kecamatan).uniform(-0.08, 0.08)


def character_of(seed: str, worker: int, *, kecamatan: str, age: str, shares_phone: bool) -> Character:
    """The character of one person; `age` is the band of the frame."""
    chance = chance_of(seed, "worker", worker)
    knows = chance.random() < share_that_knows(seed, kecamatan)
    statement = "confirms" if knows else chance.choices(("denies", "does_not_know"), (4, 1))[0]
    fate = chance.choices((Fate.HERE, Fate.MOVED, Fate.DEAD), (955, 33, 12))[0]
    holder = _holder(chance, fate, shares_phone)
    responds = chance.random() < _RESPOND.get(age, _OLDER) * (0.85 if shares_phone else 1.0)
    habit = chance.choices((Habit.TEXTS, Habit.RAMBLES, Habit.CALLS, Habit.STOPS), (80, 10, 6, 4))[0]
    visit = chance.choices(("answers", "absent", "refused", "not_found"), (66, 20, 6, 8))[0]
    return Character(
        knows=knows,
        statement=statement,
        fate=fate,
        holder=holder,
        habit=habit if responds else Habit.IGNORES,
        reads=1 if chance.random() < 0.65 else 2,
        wrong_handed=chance.random() < 0.01,
        hangs_up_after=chance.randint(1, 4) if chance.random() < 0.35 else None,
        at_a_visit={Fate.DEAD: "deceased", Fate.MOVED: chance.choice(("moved", "not_found"))}.get(fate, visit),
    )


def _holder(chance: random.Random, fate: Fate, shares_phone: bool) -> Holder:
    drawn = chance.random()
    if fate is Fate.DEAD or drawn < 0.03:
        return Holder.STRANGER
    return Holder.PARTNER if shares_phone and drawn < 0.35 else Holder.SELF


# --- how people put it ---

_WORDS: Final = {
    "confirms": (
        *("YA", "ya", "Ya", "iya", "iya pak", "y", "udah", "sdh pak", "sudah", "sudah bu", "muhun", "leres", "betul"),
        *("sudah terdaftar", "sampun", "iya sudah"),
    ),
    "denies": (
        *("TIDAK", "tidak", "blm", "belum", "belum pak", "gak", "ga", "tdk", "teu acan", "blm bu", "belum terdaftar"),
        *("nggak", "dereng"),
    ),
    "does_not_know": ("ga tau", "gatau", "tidak tahu", "kurang tau pak", "teu terang", "ga tau bu", "TIDAK TAHU"),
    "not_me": ("salah sambung", "BUKAN SAYA", "bukan saya", "maaf salah sambung", "salah nomor"),
}
_RAMBLING: Final = ("hah", "???", "ini siapa ya", "p", "apa ini", "ok nanti", "assalamualaikum")
_OF_THE_PARTNER: Final = {
    "confirms": ("suami saya sudah", "istri saya udah pak", "kata suami sudah"),
    "denies": ("suami saya belum", "istri saya belum pak", "kata istri belum"),
    "does_not_know": ("suami lagi kerja, nanti ya", "istri saya ga tau"),
}
_DIGITS: Final = {"confirms": "1", "denies": "2", "does_not_know": "3", "not_me": "4"}
_OPPOSITE: Final = {"confirms": "denies", "denies": "confirms", "does_not_know": "confirms"}


def means(who: Character) -> str:
    """What an answer of this person says: the truth, or by a slip the opposite."""
    return _OPPOSITE[who.statement] if who.wrong_handed else who.statement


def in_words(statement: str, chance: random.Random) -> str:
    """A statement as somebody texts it."""
    return chance.choice(_WORDS[statement])


def in_digits(statement: str) -> str:
    """A statement to the question that offers digits."""
    return _DIGITS[statement]


def rambling(chance: random.Random) -> str:
    """A text that answers nothing."""
    return chance.choice(_RAMBLING)


def for_the_partner(statement: str, chance: random.Random) -> str:
    """What somebody writes of husband or wife."""
    return chance.choice(_OF_THE_PARTNER[statement])


def every_word() -> dict[str, tuple[str, ...]]:
    """All the words by the statement they make, for whoever checks that they are read so."""
    return dict(_WORDS)
