"""The numbers people quote: six characters that cannot be taken for one another, the last a check on the rest."""

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"  # 29, a prime; no 0 O 1 I L U Z: read aloud, written by hand
BODY = 5

_BESIDE = re.compile(r"[\s.\-_/:#]+")
# Characters that are in no number stand for nothing else; a Z is a 2 written by hand.
_LOOK_ALIKES = str.maketrans({"Z": "2"})


def check_letter(body: str) -> str:
    """The last character of a number, from the ones before it.

    A weighted sum modulo 29, the size of the alphabet: any single wrong character or swap changes it.
    """
    return ALPHABET[sum((place + 2) * ALPHABET.index(letter) for place, letter in enumerate(body)) % len(ALPHABET)]


def read_reference(text: str) -> str | None:
    """The six characters of a number as people write it ("bks 7k2m9q", "BKS-7K2M9Q", "7K2M9Q"); None when it is none.

    Letters in front are the programme's prefix, whatever it is; a wrong check is no number.
    """
    written = _BESIDE.sub("", text.upper())
    body = written[-(BODY + 1) :].translate(_LOOK_ALIKES)
    prefix = written[: -(BODY + 1)]
    if len(body) != BODY + 1 or len(prefix) > len("ABCD") or (prefix and not prefix.isalpha()):
        return None
    if not set(body) <= set(ALPHABET) or check_letter(body[:BODY]) != body[BODY]:
        return None
    return body
