"""Passwords of officers: how they are kept, and which are too easy to guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD: Final = 12  # NIST SP 800-63B: length is what counts; no rules on which characters
LONGEST_PASSWORD: Final = 1024
NONE_YET: Final = ""  # of an account whose holder has not chosen one: nothing fits it

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
# Somebody who does not exist costs as much as somebody who does, so that waiting tells nothing. Hashed beforehand, of
# bytes by chance: it would take a process 25 ms of its start.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$JWe4rmE2lbDQdIjZEiuR/Q$Y59DGjamgMsA4rVACvrqF9c62rxZiYuJ21bPxYaryqY"

# What stands at the top of every published list of passwords, and what people here put into theirs.
_COMMON: Final = frozenset(
    re.findall(
        r"\w+",
        """password passwd passphrase katasandi sandi rahasia admin administrator petugas operator officer supervisor
    kelurahan kecamatan dinas pemkot kota bekasi jakarta indonesia merdeka bismillah alhamdulillah assalamualaikum
    sayang cinta kamu iloveyou welcome selamat datang letmein login user test testing guest default master root
    changeme ganti sementara qazwsx dragon monkey football persib persija garuda pancasila superman secret
    januari februari maret april agustus september oktober november desember senin selasa rabu kamis jumat
    sabtu minggu""",
    )
)
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "01234567890",
    "1q2w3e4r5t6y7u8i9o0p",
)
_LEET: Final = str.maketrans("@$0134578", "asoieastb")
_TRIES: Final = 1e8  # zxcvbn calls less "somewhat guessable"
_WEIGHED: Final = 72  # letters; what is longer is not easy for its length, and takes long to weigh
_LEFT: Final = 5  # letters and digits that must remain once the obvious is taken away


def hashed(password: str) -> str:
    """What is stored in place of a password."""
    return _HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether this is the password behind the hash; takes as long where there is none."""
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the recommended cost has risen since this was hashed."""
    return _HASHER.check_needs_rehash(stored)


def is_easy(password: str, about: Iterable[str] = ()) -> bool:
    """Whether a stranger would try it among the first: a common word, a run of keys, a name, with figures around it.

    `about` is what everybody knows of its holder: name, address, the programme's name.
    """
    known = {part for text in about for part in re.findall(r"[a-z]{4,}", text.lower())}
    if _tries(password, known) < _TRIES:
        return True
    plain = re.sub(r"\s", "", password.lower())
    return any(_left(form, _COMMON | known) < _LEFT for form in (plain, plain.translate(_LEET)))


def _tries(password: str, known: Iterable[str]) -> float:
    """After how many tries somebody has it who begins with the passwords that are used most."""
    from zxcvbn import zxcvbn  # its lists take a seventh of a second to load, and are needed rarely

    weighed = zxcvbn(password[:_WEIGHED], user_inputs=sorted({*known, *_COMMON}), max_length=_WEIGHED)
    return float(weighed["guesses"])


def _left(password: str, words: Iterable[str]) -> int:
    """How many different characters remain when words, runs, years, repeats and a number at the end are gone."""
    rest = password
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    for run in _runs(rest):
        rest = rest.replace(run, " ")
    rest = re.sub(r"(19|20)\d\d|\d{1,4}\W*$", " ", rest)
    return len(set(re.sub(r"[\W_]", "", rest)))


def _runs(text: str) -> list[str]:
    """Four neighbours of the keyboard or the alphabet and more, either way."""
    rows = [row for forward in _ROWS for row in (forward, forward[::-1])]
    found = []
    for start in range(len(text)):
        end = start + 4
        while end <= len(text) and any(text[start:end] in row for row in rows):
            found.append(text[start:end])
            end += 1
    return sorted(found, key=len, reverse=True)
