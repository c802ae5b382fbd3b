"""Every screen and text on one printable page, for whoever reviews the words and signs them off."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
from collections.abc import Iterator

from flows.reachable import BACK, CHOSEN, MORE, TYPED
from flows.wording import Wordings
from verify_service.amendments.screen_review import Reviewed, Shown
from verify_service.ground.programme import Programme
from verify_service.messaging.catalogue import text_file


def words_hash(programme: Programme) -> str:
    """Twelve letters that change whenever a word does: what was signed is what is sent."""
    names = ("screens", *programme.languages)
    texts = (text_file(programme, name) for name in names)
    return hashlib.sha256(b"\0".join(text.read_bytes() for text in texts)).hexdigest()[:12]


_STYLE = """
@page { size: A4; margin: 12mm }
body { font: 10pt/1.35 system-ui, sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 186mm }
h1 { font-size: 16pt } h2 { border-bottom: 2px solid #000; break-before: page; font-size: 13pt }
h3 { font: bold 10pt monospace; margin: 0 0 1mm }
section { border-bottom: 1px solid #999; break-inside: avoid; padding: 3mm 0 }
.phones { display: grid; gap: 3mm; grid-template-columns: repeat(var(--languages), 1fr) }
figure { margin: 0 } figcaption { font-size: 8pt }
pre { background: #f4f4f4; border: 1px solid #000; border-radius: 2mm; font: 8.5pt/1.3 monospace; margin: 1mm 0;
  overflow-wrap: anywhere; padding: 1.5mm; white-space: pre-wrap }
pre.sms { background: #fff; border-style: dashed }
.ways { columns: 2; font-size: 8pt; list-style: none; margin: 1mm 0 0; padding: 0 }
.ways li { break-inside: avoid }
a { color: inherit }
.sign { border: 2px solid #000; break-inside: avoid; margin: 6mm 0; padding: 4mm }
.sign p { border-bottom: 1px solid #000; margin: 7mm 0 0; max-width: 120mm }
"""


def page(screens: list[Reviewed], wordings: Wordings, programme: Programme, *, now: dt.datetime) -> str:
    """All screens on one printable page that needs nothing from elsewhere."""
    brand, version = html.escape(programme.brand), words_hash(programme)
    languages = list(screens[0].shown)
    keys = {screen.key for screen in screens}
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{brand}: every screen</title>',
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>',
        f'<body style="--languages: {len(languages)}"><h1>{brand}: every screen and text</h1>',
        f"<p>{len(screens)} screens in {html.escape(_named(languages, wordings))}. Words {version}, printed "
        f"{now.astimezone(programme.zone):%d/%m/%Y}. Names and dates are invented. A solid frame is the screen of a "
        "call, a dashed one the same as a text; a text costs one part up to 160, a screen fits every phone up to 160 "
        "with CON or END.</p>",
        _contents(screens),
        _sign_off(version),
    ]
    for place, screen in enumerate(screens):
        if place == 0 or screens[place - 1].chapter != screen.chapter:
            parts.append(f'<h2 id="{screen.key[0]}">{html.escape(screen.chapter)}</h2>')
        parts.append(_section(screen, wordings, keys))
    return "\n".join((*parts, "</body></html>\n"))


def _named(languages: list[str], wordings: Wordings) -> str:
    return ", ".join(wordings.common[language].name for language in languages)


def _contents(screens: list[Reviewed]) -> str:
    """The chapters, and how many screens are in each."""
    counts: dict[tuple[str, str], int] = {}
    for screen in screens:
        chapter = (screen.key[0], screen.chapter)
        counts[chapter] = counts.get(chapter, 0) + 1
    items = (
        f'<li><a href="#{letter}">{html.escape(name)}</a>: {count}</li>' for (letter, name), count in counts.items()
    )
    return f"<ul>{''.join(items)}</ul>"


def _sign_off(version: str) -> str:
    """Where whoever answers for the words signs."""
    lines = "".join(f"<p>{label}:</p>" for label in ("Name", "Office", "Date", "Signature", "Changes wanted"))
    return f'<div class="sign"><strong>Read and agreed: words {version}</strong>{lines}</div>'


def _section(screen: Reviewed, wordings: Wordings, keys: set[str]) -> str:
    """One screen: a phone for each language, then where each answer leads."""
    phones = "".join(_phones(wordings.common[language].name, shown) for language, shown in screen.shown.items())
    items = "".join(f"<li>{item}</li>" for item in _leads(screen, wordings, keys))
    listed = f'<ul class="ways">{items}</ul>' if items else ""
    return f'<section id="{screen.key}"><h3>{screen.key}</h3><div class="phones">{phones}</div>{listed}</section>'


def _phones(language: str, shown: Shown) -> str:
    parts = [f"<figcaption>{html.escape(language)}</figcaption>"]
    if shown.screen:
        parts.append(f"<pre>{html.escape(shown.screen)}</pre><figcaption>screen: {shown.septets} of 160</figcaption>")
    parts.append(f'<pre class="sms">{html.escape(shown.text)}</pre>')
    parts.append(f"<figcaption>text: {shown.text_septets} of 160</figcaption>")
    return f"<figure>{''.join(parts)}</figure>"


def _leads(screen: Reviewed, wordings: Wordings, keys: set[str]) -> Iterator[str]:
    """Each answer and what follows it, with links."""
    words = wordings.languages[next(iter(screen.shown))][screen.key]
    named = {TYPED: "what is typed", BACK: "back", MORE: "more", CHOSEN: "one of the list", **words.options}
    for given, following in screen.leads.items():
        digit = {MORE: "9"}.get(given) or screen.digits.get(given, "")
        to = ", ".join(
            f'<a href="#{key}">{key}</a>' if key in keys else f"<em>{html.escape(key)}</em>" for key in following
        )
        yield f"{digit} {html.escape(named.get(given, given))} &rarr; {to}".strip()
