"""The numbers people quote, each with a check at its end, so that a slip is noticed and not taken for another number.

Those of reports and proposals are six characters that cannot be taken for one another; a worker's are digits alone.
"""

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"  # 29, a prime; no 0 O 1 I L U Z: read aloud, written by hand
BODY = 5

_BESIDE = re.compile(r"[\s.\-\u2010-\u2015\u2212_/:#]+")  # and what word processors make of a dash
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


def slips(text: str) -> list[str]:
    """The numbers that this may be with one slip: one wrong character, or two neighbours swapped. Empty where it is no
    number of ours at all, or is one without a slip."""
    written = _BESIDE.sub("", text.upper())
    body, prefix = written[-(BODY + 1) :].translate(_LOOK_ALIKES), written[: -(BODY + 1)]
    if read_reference(text) or len(body) != BODY + 1 or len(prefix) > len("ABCD") or (prefix and not prefix.isalpha()):
        return []
    if not any(letter.isdigit() for letter in body) or sum(letter not in ALPHABET for letter in body) > 1:
        return []  # a word, or more than a slip
    places = range(BODY + 1)
    other = [body[:place] + letter + body[place + 1 :] for place in places for letter in ALPHABET]
    swapped = [body[:place] + body[place + 1] + body[place] + body[place + 2 :] for place in range(BODY)]
    return [one for one in dict.fromkeys(swapped + other) if read_reference(one) == one]


# H. M. Damm, "Total anti-symmetrische Quasigruppen" (Marburg, 2004): a check digit that notices each single wrong digit
# and each swap of two neighbours. Zeros in front change nothing.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
WORKER_DIGITS = 4  # of the number before its check; more when these are used up
_LONGEST = 12


def worker_code(worker_id: int) -> str:
    """The code a worker is named by where one phone answers for several: digits alone, 5 to 13, the last a check.

    It is printed and spoken, no secret, and opens nothing by itself.
    """
    digits = f"{worker_id:0{WORKER_DIGITS}}"
    if worker_id < 1 or len(digits) > _LONGEST:
        raise ValueError("a worker's id has 1 to 12 digits")
    return digits + _damm(digits)


def read_worker_code(text: str) -> int | None:
    """The worker's id of a code as people write it ("00417", "0 04.17"); None when it is none.

    Any one wrong digit and any swap of two neighbours is refused. Whether there is such a worker, and whether this
    phone may speak of him, is for others to say.
    """
    written = _BESIDE.sub("", text)
    if not (written.isascii() and written.isdecimal()) or not WORKER_DIGITS < len(written) <= _LONGEST + 1:
        return None
    number = int(written[:-1])
    return number if number > 0 and written == worker_code(number) else None


def _damm(digits: str) -> str:
    check = "0"
    for digit in digits:
        check = _DAMM[int(check)][int(digit)]
    return check
