"""Names as people are looked up and compared by; the name as sent is kept beside."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

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


def name_key(name: str) -> str:
    """The name in capitals without accents, signs, titles and degrees: what look-ups and comparisons use."""
    text = name.split(",")[0] if "," in name else _without_degree(name)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    # "R.M. Wawan" is a title (raden mas); "M. Yusuf" is a short Muhammad.
    text = re.sub(r"^\s*R\.?\s?M\.", " ", text)
    words = [word for word in re.split(r"[^A-Z0-9]+", re.sub(r"['`]", "", text)) if word]
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    words = [word for word in words if word not in ("BIN", "BINTI", "BT")] or words
    return " ".join(_SHORT_FORMS.get(word, word) for word in words)


def _without_degree(name: str) -> str:
    """ "Ani Lestari S.Pd." without what follows the name; a degree has a dot, or it may be a name."""
    shorter = _DEGREES.sub("", name)
    return shorter if "." in name[len(shorter) :] and " " in shorter.strip() else name


def sound(key: str) -> str:
    """A name key as it is heard: old and new spelling (OE/U, TJ/C, J/Y, Y/I, Z/S, a silent H) become one."""
    for old, new in _OLD_SPELLINGS:
        key = key.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", key)


def likeness(one: str, other: str) -> float:
    """How alike two name keys are, 0-100: word order and spelling are forgiven, another word is not."""
    if one == other:
        return 100.0
    return max(fuzz.token_sort_ratio(one, other), fuzz.token_sort_ratio(sound(one), sound(other)))


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
