"""The GSM 7-bit alphabet: what fits on a screen, how many parts an SMS costs, and how a name is written in it.

Source: 3GPP TS 23.038, sections 6.2.1 (default alphabet and its extension) and 4 (SMS parts).
"""

import re
import unicodedata

# In the order of the table, with ESC in its place.
_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_BEHIND_ESC = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|"}
_BEHIND_ESC |= {0x65: "€"}
BASIC = frozenset(_TABLE) - {"\x1b"}
EXTENSION = frozenset(_BEHIND_ESC.values())

# Most texts are of the basic table alone: one look tells, and nothing need be done to them.
_PLAIN = re.compile(f"[{re.escape(''.join(sorted(BASIC - {chr(13)})))}]*").fullmatch

# What a phone that knows only the basic table can show in the place of a sign that it lacks.
_REWRITTEN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u02bb`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212~\u00b7\u2022", "-"),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("\\|\u2044\u00a6", "/"),
        **dict.fromkeys("\t\f\v\u2028\u2029\u0085", " "),
        "\r": "",
        "^": "'",
        "€": "EUR",
        "×": "x",
        "÷": "/",
        "°": "o",
        "©": "(c)",
        "®": "(r)",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
        "ŋ": "n",
        "Ŋ": "N",
        "ħ": "h",
        "Ħ": "H",
        "ĸ": "k",
        "ŧ": "t",
        "Ŧ": "T",
    }
)


def from_octets(octets: bytes) -> str:
    """What was written in this alphabet, a septet in each octet; U+FFFD where it has no sign."""
    read, shifted = [], False
    for octet in octets:
        if shifted:  # a sign that the extension lacks is the basic one, says 6.2.1.1
            read.append(_BEHIND_ESC.get(octet) or _TABLE[octet : octet + 1] or "\ufffd")
            shifted = False
        elif octet == 0x1B:
            shifted = True
        else:
            read.append(_TABLE[octet : octet + 1] or "\ufffd")
    return "".join(read)


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM alphabet, extension included."""
    return all(character in BASIC or character in EXTENSION for character in text)


def septets(text: str) -> int:
    """Length on the air in septets: one a basic character, two an extension character.

    Raises ValueError naming the first character that the alphabet lacks; `fold` writes it another way.
    """
    if _PLAIN(text):
        return len(text)
    total = 0
    for character in text:
        if character in BASIC:
            total += 1
        elif character in EXTENSION:
            total += 2
        else:
            raise ValueError(f"U+{ord(character):04X} is not in the GSM alphabet: fold the text first")
    return total


def parts(text: str) -> int:
    """How many SMS the text is sent as: 160 septets in one, then 153 each; UCS-2 when a sign is foreign: 70, then 67.

    A character of two septets, or of two UCS-2 units, is never split between parts. An empty text is one SMS.
    """
    if is_gsm(text):
        sizes = [2 if character in EXTENSION else 1 for character in text]
        alone, joined = 160, 153
    else:
        sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
        alone, joined = 70, 67
    if sum(sizes) <= alone:
        return 1
    count, room = 1, joined
    for size in sizes:
        if size > room:
            count, room = count + 1, joined
        room -= size
    return count


def fold(text: str) -> str:
    """The text in the basic table alone: é stays, ê becomes e, curly quotes become straight, emoji are left out.

    Letters of another script, which nobody could read here anyway, become "?". Line breaks stay.
    """
    if _PLAIN(text):
        return text
    return "".join(_folded(character) for character in unicodedata.normalize("NFC", text).translate(_REWRITTEN))


def _folded(character: str) -> str:
    """One character in the basic table, or nothing when it only adorns."""
    if character in BASIC:
        return character
    plain = unicodedata.normalize("NFKD", character).translate(_REWRITTEN)
    known = "".join(part for part in plain if part in BASIC and part not in "\r\n")
    if known.strip() or (plain.isspace() and (known := " ")):
        return known
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if not character.isalpha():
        return ""
    capital = character.upper()
    return capital if capital in BASIC else "?"
