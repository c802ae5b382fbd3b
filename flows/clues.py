"""What a text is weighed by: pieces of its letters, and its words as the lexicon has them, each as a number."""

import re
from collections.abc import Iterator
from zlib import crc32

from flows.lexicon import ADDRESS, KNOWN
from flows.spelling import Written

BUCKETS = 1 << 16  # pieces share a number now and then, which costs less than keeping them all
_HEAD, _TAIL = 500, 200  # bytes of a text that are looked at: what is meant stands at either end
_FIRST, _LAST = 90, 30  # words
_PIECES = range(2, 6)  # letters, the blanks around a word among them
_ONE, _TWO, _THREE, _APART, _OPENING, _CLOSING = range(11, 17)
_STAYED = re.compile(r"([^\W\d_])\1+$")
_THANKS = frozenset({("terima", "kasih"), ("trima", "kasih"), ("trm", "ksh")})


def clues(written: Written) -> tuple[list[int], list[int]]:
    """The numbers of everything that tells something of this text, each once, in order: by letters, by words."""
    return sorted(set(_by_letters(typed(written)))), sorted(set(_by_words(said(written))))


def _by_letters(tokens: list[str]) -> Iterator[int]:
    line = f" {' '.join(tokens)} ".encode("utf-8", "surrogatepass")
    if len(line) > _HEAD + _TAIL:
        line = line[:_HEAD] + line[-_TAIL:]
    for length in _PIECES:
        for start in range(len(line) - length + 1):
            yield crc32(line[start : start + length], length) % BUCKETS


def _by_words(meant: list[str]) -> Iterator[int]:
    words = [word.encode("utf-8", "surrogatepass") for word in meant]
    if len(words) > _FIRST + _LAST:
        words = words[:_FIRST] + words[-_LAST:]
    words = [b"<", *words, b">"]
    for place, word in enumerate(words):
        yield crc32(word, _ONE) % BUCKETS
        if place:
            yield crc32(words[place - 1] + b" " + word, _TWO) % BUCKETS
        if place > 1:
            yield crc32(b" ".join(words[place - 2 : place + 1]), _THREE) % BUCKETS
            yield crc32(words[place - 2] + b" " + word, _APART) % BUCKETS
    for word in words[1:4]:
        yield crc32(word, _OPENING) % BUCKETS
    for word in words[-4:-1]:
        yield crc32(word, _CLOSING) % BUCKETS
    yield min(6, len(words).bit_length())


def typed(written: Written) -> list[str]:
    """What was typed, without the courtesies behind it and without what a resting thumb repeats."""
    tokens = [_STAYED.sub(r"\1", token) for token in written.tokens]
    while len(tokens) > 1:
        if tuple(tokens[-2:]) in _THANKS and len(tokens) > 2:
            del tokens[-2:]
        elif _polite(tokens[-1]):
            del tokens[-1]
        else:
            break
    return tokens


def said(written: Written) -> list[str]:
    """The words of the lexicon, without the courtesies behind them."""
    words = list(written.words)
    while len(words) > 1 and words[-1] in (",", "terimakasih"):
        del words[-1]
    return words


def _polite(token: str) -> bool:
    """Whether a token behind a text says nothing: an address, thanks, a full stop; a question mark says much."""
    if not token[0].isalnum():
        return "?" not in token
    return KNOWN.get(token, token) in ADDRESS | {"terimakasih"}
