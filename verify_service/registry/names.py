"""Names as people are looked up and compared by; the name as sent is kept beside."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from verify_service.registry.problems import words as listed

_TITLES = listed(
    "H HJ HAJI HAJJAH KH KYAI UST USTADZ USTADZAH DR DRS DRA DRG IR PROF R RM RA RR RD T TGK DT TB BPK BAPAK PAK IBU BU"
    " SDR SDRI TN NY NN"
)
_DEGREES = re.compile(
    r",?\s+(S\.?\s?[A-Z][a-z]{0,3}\.?|S\.?E|S\.?H|S\.?T|S\.?Kom|S\.?Pd(\.?I)?|M\.?(Si|Pd|M|H|T|Kom|A)|A\.?Md(\.?[A-Z][a-z]*)?)\.?$"
)
_SHORT_FORMS = {
    **dict.fromkeys(
        listed("M MD MHD MUH MUHD MOH MOCH MUHAMAD MOHAMAD MOHAMMAD MOCHAMAD MOCHAMMAD MUCHAMAD"), "MUHAMMAD"
    ),
    "ABD": "ABDUL",
    "ST": "SITI",
}
_OLD_SPELLINGS = (
    ("OE", "U"),
    ("TJ", "C"),
    ("DJ", "J"),
    ("SJ", "SY"),
    ("CH", "H"),
    ("J", "Y"),
    ("Y", "I"),
    ("Z", "S"),
    ("H", ""),
)


_TWICE = re.compile(r"(.)\1+")
_RADEN_MAS, _APART, _APOSTROPHES = re.compile(r"^\s*R\.?\s?M\."), re.compile(r"[^A-Z0-9]+"), re.compile(r"['`]")


def name_key(name: str) -> str:
    """The name in capitals without accents, signs, titles and degrees: what look-ups and comparisons use."""
    words = name.upper().split(" ") if _PLAIN.fullmatch(name) else _words(name)
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    words = [word for word in words if word not in ("BIN", "BINTI", "BT")] or words
    return " ".join(_SHORT_FORMS.get(word, word) for word in words)


_PLAIN = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")


def _words(name: str) -> list[str]:
    text = name.split(",")[0] if "," in name else _without_degree(name)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    # "R.M. Wawan" is a title (raden mas); "M. Yusuf" is a short Muhammad.
    text = _RADEN_MAS.sub(" ", text)
    return [word for word in _APART.split(_APOSTROPHES.sub("", text)) if word]


def _without_degree(name: str) -> str:
    """ "Ani Lestari S.Pd." without what follows the name; a degree has a dot, or it may be a name."""
    shorter = _DEGREES.sub("", name)
    return shorter if "." in name[len(shorter) :] and " " in shorter.strip() else name


@lru_cache(maxsize=100_000)
def sound(key: str) -> str:
    """A name key as it is heard: old and new spelling (OE/U, TJ/C, J/Y, Y/I, Z/S, a silent H) become one."""
    for old, new in _OLD_SPELLINGS:
        key = key.replace(old, new)
    return _TWICE.sub(_once, key)


def _once(letters: re.Match[str]) -> str:
    return letters[1]


def likeness(one: str, other: str) -> float:
    """How alike two name keys are, 0-100: word order and spelling are forgiven, another word is not."""
    if one == other:
        return 100.0
    return max(fuzz.token_sort_ratio(one, other), fuzz.token_sort_ratio(sound(one), sound(other)))


def are_alike(one: str, other: str, least: float) -> bool:
    """Whether two name keys are at least so alike; see likeness."""
    if one == other:
        return True
    if fuzz.token_sort_ratio(one, other, score_cutoff=least) >= least:
        return True
    return fuzz.token_sort_ratio(sound(one), sound(other), score_cutoff=least) >= least


# Words that so many people bear that they tell nobody apart.
_COMMON = listed("MUHAMMAD SITI ABDUL NUR SRI AHMAD DEWI")


def is_common(word: str) -> bool:
    """Whether so many people bear this word of a name key that it tells nobody apart."""
    return word in _COMMON


_ONE_WORD = 75.0  # two spellings of one word, by sound
_ONE_NAME = 88.0  # two spellings of a whole name, its blanks taken out
_SHORTENED = 75.0  # an initial, a cut end
_SLIP = 90.0  # a letter wrong, too many or gone


def agree(one: str, other: str) -> bool:
    """Whether two name keys can be one person's: every word of the shorter is in the longer, however it is spelt.

    Initials, cut ends, joined and divided words and a missing word pass; another first or last name does not. Measured
    on generated pairs in tests/registry/test_names_agree.py.
    """
    if one == other:
        return True
    fewer, more = sorted((one.split(), other.split()), key=len)
    if not fewer or _contained(fewer, more):
        return True  # where nothing was said, nothing differs
    joined = (
        [*more[:i], *more[i + 1 : j], *more[j + 1 :], word]
        for i, j in combinations(range(len(more)), 2)
        if len(fewer) < len(more)
        for word in (more[i] + more[j], more[j] + more[i])
        if word in fewer or not word.startswith(tuple(fewer))
    )
    if any(_contained(fewer, words) for words in joined):
        return True
    return fuzz.ratio(sound("".join(fewer)), sound("".join(more))) >= _ONE_NAME


def _contained(fewer: Sequence[str], more: Sequence[str]) -> bool:
    """Whether each word of the shorter name is one of the longer, and at least one is said in full and telling."""
    left, telling = list(more), fewer == more
    for word in sorted(fewer, key=len, reverse=True):
        match = max(left, key=lambda held: _alike(word, held), default="")
        likeness = _alike(word, match) if match else 0.0
        if likeness < _ONE_WORD:
            return False
        left.remove(match)
        telling = telling or (likeness > _SHORTENED and (word not in _COMMON or len(fewer) == len(more)))
    return telling


def _alike(word: str, other: str) -> float:
    """How alike two words are, 0-100; an initial or a cut end is just alike enough, and says little."""
    if word == other:
        return 100.0
    heard, other_heard = sound(word), sound(other)
    near = fuzz.ratio(heard, other_heard)
    if near > _SHORTENED:
        return near
    if min(len(word), len(other)) >= 3 and OSA.distance(word, other) <= 1:
        return _SLIP
    pairs = (sorted((word, other), key=len), sorted((heard, other_heard), key=len))
    if any(short and long.startswith(short) for short, long in pairs):
        return _SLIP if min(len(word), len(other)) >= 4 else _SHORTENED
    # "M." is Muhammad before a name, and any name with an M behind one: keys hold the words sorted.
    return _SHORTENED if "MUHAMMAD" in (word, other) and word[0] == other[0] else near


# --- names that are shown in part: to a phone that may be in other hands, and to officers who know the case ---

_LEFT_OUT = {"H", "HJ", "DR", "DRS", "DRA", "IR", "RM", "R", "RA", "DT", "TGK", "CUT", "KH", "PROF"}


def mask_name(name: str) -> str:
    """A name its owner recognises and a stranger cannot use: "Sulistiawati Dewi" is "Sulistiaw***"."""
    words = [word for word in name.split() if word.replace(".", "").upper() not in _LEFT_OUT] or name.split() or ["-"]
    first = words[0].capitalize()
    shown = min(9, len(first) if len(words) > 1 else max(2, len(first) - 2))
    return f"{first[:shown]}***"


def masked_name(name: str) -> str:
    """A name an officer who knows the case recognises: "Kairav Haryanto" is "Kai*** H***"."""
    first, *others = name.split() or ["-"]
    return " ".join([f"{first[: min(3, max(1, len(first) - 2))]}***", *(f"{word[0]}***" for word in others)])
