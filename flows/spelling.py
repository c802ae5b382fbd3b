"""From what a thumb typed to words that can be compared: look-alikes, repeats, digits for letters, slips, joins."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from flows.lexicon import (
    ADDRESS,
    COLLAPSED,
    KNOWN,
    LONGEST_PHRASE,
    PARTICLES,
    PHRASES,
    SIGNS,
    without_repeats,
    word_set,
)

_HEAD, _TAIL = 1200, 400  # characters looked at: a STOP stands at either end of a long text
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\ufffd")
_LOOK_ALIKES = str.maketrans(
    dict(
        zip(
            "АВЕКМНОРСТУХЅІЈаекмнорстухѕіјԁһԛԝьвΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχγᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıłđøɡɩ",
            "abekmhopctyxsijaekmhopctyxsijdhqwbbabezhikmnoptyxaeikvoptuxyabcdefghijklmnoprstuvwyzildogi",
            strict=True,
        )
    )
    | {chr(first + n): chr(97 + n) for first in (0x1F150, 0x1F170) for n in range(26)}
    | dict.fromkeys("\u2018\u2019\u02bc`\u00b4'", "")
)
_MONEY = re.compile(r"\b(?:rp\.? ?\d[\d.]*|\d{1,3}(?:\.\d{3})+|\d+ ?(?:rb|ribu|rebu|jt|juta|k))\b")
_SPELT_OUT = re.compile(r"(?<![^\W_])([^\W\d_])\1*(?![^\W_])(?:[\s.*_-]+([^\W\d_])\2*(?![^\W_]))+")
_TOKEN = re.compile(r"[^\W_]+|\?|[^\w\s?-]+|(?<!\w)-|-(?!\w)|\n")
_LEET = str.maketrans("0134579", "oieastg")
_SHORT_PARTS = frozenset({"ya", "ga", "gk", "bu", "pa", "pk", "di"})
_ENDINGS = ("nya", "nye", "na", "ne", "ku", "mu", "lah", "pun", "kah", "kan", "in", "an", "e", "i")
_BEGINNINGS = ("menge", "meng", "meny", "men", "mem", "nge", "ber", "ter", "per", "me", "di", "ke", "ng", "n", "m")
# With a syllable more these are other words: sebenarnya, kebetulan, sudahi.
_BARE_ONLY = frozenset({"ya", "sudah", "betul", "aktif", "tidak", "belum", "stop", "berhenti", "yaudah"})


@dataclass(frozen=True)
class Written:
    """A text in words of the lexicon, with "," between clauses and "?" where one asks."""

    words: tuple[str, ...]
    tokens: tuple[str, ...]  # as they were typed, signs between them too


def plain(text: str) -> str:
    """Lower-case basic letters: full width, bold, look-alikes of other scripts, marks and invisible signs undone."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]} {text[-_TAIL:]}"
    folded = unicodedata.normalize("NFKD", text).translate(_LOOK_ALIKES).casefold()
    return "".join(_shown(character) for character in unicodedata.normalize("NFKD", folded).translate(_LOOK_ALIKES))


def _shown(character: str) -> str:
    """One character as it counts: blanks are blanks, signs that answer are words, decoration is nothing."""
    if character in SIGNS:
        return f" {SIGNS[character]} "
    if character in "\n\u2028\u2029":
        return "\n"
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category[0] in "CM" or character in _INVISIBLE:
        return ""
    return " " if category in ("So", "Sk") else character


def read(text: str) -> Written:
    """The words of a text as the lexicon has them."""
    spelt = _SPELT_OUT.sub(_spelt_together, _MONEY.sub(" uang ", plain(text)))
    tokens = _joined([_calm(token) for token in _TOKEN.findall(spelt)])
    raw: list[str] = []
    meant: list[str] = []
    for token in tokens:
        found = _resolved(token)
        raw += [token] if len(found) == 1 else found
        meant += found
    return Written(_clauses(_phrases(raw, meant)), tuple(tokens))


def _calm(token: str) -> str:
    """A token without what an angry or a happy thumb repeats; doubles inside stay, for now: stoppak is two words."""
    if token in KNOWN:
        return token
    return re.sub(r"(\D)\1{2,}|([^\W\d])\2+$", r"\1\2", token)


def _spelt_together(run: re.Match[str]) -> str:
    """S T O P, t.i.d.a.k: letters that make a word together; others stay apart."""
    word = without_repeats(re.sub(r"[\s.*_-]", "", run[0]))
    return word if word in COLLAPSED else run[0]


def _joined(tokens: list[str]) -> list[str]:
    """Halves of a word put together: "bel um" is belum where one half is no word."""
    done: list[str] = []
    for token in tokens:
        whole = f"{done[-1]}{token}" if done else ""
        halves = whole.isalpha() and len(whole) > 3 and not {done[-1], token} <= COLLAPSED.keys()
        if halves and whole in COLLAPSED:
            done[-1] = whole
        else:
            done.append(token)
    return done


@lru_cache(maxsize=8192)
def _resolved(token: str) -> tuple[str, ...]:
    """What one token stands for."""
    if not token[0].isalnum():
        return ("?" if "?" in token else ",",)
    if token.isdecimal() or token in _NUMBERS:
        return ("#",)
    for shape in _shapes(token):
        if word := _known(shape):
            return (word,)
    once = without_repeats(token)
    return _with_endings(once) or _together(token) or _together(once) or _slipped(once) or (token,)


def _known(shape: str) -> str | None:
    return KNOWN.get(shape) or COLLAPSED.get(without_repeats(shape))


def _shapes(token: str) -> tuple[str, ...]:
    """The ways a token may be meant: as it stands, with letters for its digits, with "2" for what is said twice."""
    if token.isalpha():
        return (token,)
    once = re.sub(r"2\w{0,3}$", "", token)
    twice = re.sub(r"(\w\w)2", r"\1\1", token)
    shapes = (token, twice, token.translate(_LEET), token.replace("2", "").translate(_LEET), once)
    return tuple(shape for shape in shapes if any(map(str.isalpha, shape)))


def _with_endings(token: str) -> tuple[str, ...] | None:
    """kartunya is kartu: a known word in its endings and beginnings; "kah" asks."""
    for ending in ("", *_ENDINGS):
        if ending and not token.endswith(ending):
            continue
        rest = token.removesuffix(ending)
        for beginning in ("", *_BEGINNINGS):
            stem = rest.removeprefix(beginning)
            if (
                len(stem) < 3 + 2 * (0 < len(beginning) < 3)
                or (beginning and stem == rest)
                or not (ending or beginning)
            ):
                continue
            word = _known(stem)
            if word and word not in ADDRESS | PARTICLES and (len(stem) > 3 or ending in ("kah", "lah", "nya")):
                if ending == "kah":
                    return (word, "?")
                if ending == "lah":
                    return (word, "lah")
                if word not in _BARE_ONLY:
                    return (word,)
    return None


def _together(token: str) -> tuple[str, ...] | None:
    """Words typed without a blank: belumpak, gatau, jangansms."""
    if not 5 <= len(token) <= 60 or not token.isalpha():
        return None
    best: list[tuple[str, ...] | None] = [(), *[None] * len(token)]
    for end in range(2, len(token) + 1):
        for start in range(end - 1):
            before, part = best[start], token[start:end]
            if not start and KNOWN.get(part) in ADDRESS | PARTICLES:
                continue
            if before is not None and (len(part) > 2 or part in _SHORT_PARTS) and part in KNOWN:
                parts = (*before, KNOWN[part])
                if best[end] is None or len(parts) < len(best[end] or ()):
                    best[end] = parts
    whole = best[-1]
    return whole if whole and len(whole) < 5 else None


def _slipped(token: str) -> tuple[str, ...] | None:
    """A longer word with one letter missing, doubled, wrong or swapped, where only one word is that near."""
    token = token if token.isalpha() else token.translate(_LEET)
    if len(token) < 4 or not token.isalpha():
        return None
    # Four letters are near too much: only the words of an answer are looked for.
    wanted = _CORE if len(token) == 4 else None
    near = {
        word
        for shape, word in KNOWN.items()
        if len(shape) > 4
        and (wanted is None or word in wanted)
        and abs(len(shape) - len(token)) < 2
        and shape[0] == token[0]
        and _one_slip(shape, token)
    }
    return (near.pop(),) if len(near) == 1 else None


def _one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter put in, left out, changed, or by two that changed places."""
    if len(one) > len(other):
        one, other = other, one
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    return one[start + 1 :] == other[start + 1 :] or (
        one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
    )


def _phrases(raw: list[str], meant: list[str]) -> list[str]:
    """Words that mean something together, put as one; until nothing changes: "teu acan terang" goes in two steps."""
    done: list[str] = []
    place = 0
    while place < len(meant):
        for length in range(min(LONGEST_PHRASE, len(meant) - place), 0, -1):
            end = place + length
            said = PHRASES.get(tuple(raw[place:end])) or PHRASES.get(tuple(meant[place:end]))
            if said and said != tuple(meant[place:end]):
                raw[place:end] = meant[place:end] = said
                break
        else:
            done.append(meant[place])
            place += 1
    return done


def _clauses(words: list[str]) -> tuple[str, ...]:
    """Without particles and repeats; whoever is addressed ends the clause."""
    done: list[str] = []
    for place, word in enumerate(words):
        after = words[place + 1] if place + 1 < len(words) else ""
        if word in ("kok", "koq", "ko") and after and after not in ADDRESS | PARTICLES | {",", "?", "terimakasih"}:
            word = "kenapa"
        elif word in ADDRESS and after in ("rt", "rw"):
            continue
        elif word in ADDRESS or (word in ("bapak", "ibu") and after not in _OF_KIN) or (done and _calls(word, after)):
            word = ","
        elif word in PARTICLES:
            continue
        if not done or done[-1] != word:
            done.append(word)
    return tuple(done)


def _calls(word: str, after: str) -> bool:
    """Whether it is no place: "neng" is "at" in Javanese, and behind a text it is a girl who is spoken to."""
    return word == "di" and (after in ADDRESS or after in ("", ",", "terimakasih"))


_OF_KIN = frozenset({"saya", "yang", "sudah", "lagi", "meninggal", "tidak", "mati", "kerja", "salah"})
_CORE = frozenset({"sudah", "tidak", "belum", "kartu", "bayar"})
_NUMBERS = word_set(
    "januari februari maret april mei juni juli agustus september oktober november desember jan feb mar apr jun jul"
    " agt agu sep sept okt nov des senin selasa rabu kamis jumat sabtu ahad satu dua tiga empat lima enam tujuh"
    " delapan sembilan sepuluh belas puluh ratus seratus seribu setahun sebulan"
)
