"""Every screen and text as a phone shows it, with where it leads: for whoever reviews the words and signs them off."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows import outcomes as said
from flows.conversation import PREFIX_SEPTETS, Outcome, Screen
from flows.gsm import septets
from flows.lint import a_screen
from flows.reachable import BACK, CHOSEN, MORE, TYPED, Ways, ways
from flows.rehearsal import VALUES
from flows.wording import Wordings
from verify_service.conversations.filing import is_report
from verify_service.ground.programme import Programme
from verify_service.messaging.catalogue import text_file

CHAPTERS = {
    "a": "The beginning, settings and the end",
    "b": "The worker and the cover",
    "c": "Reports",
    "d": "What the cover pays",
    "e": "Proposals",
    "f": "The head of an RT",
    "g": "Texts that we send",
    "s": "Questions and answers by text",
}
# What follows once the service has done what was meant: flows, or last screens.
AFTER: Mapping[type[Outcome], tuple[str, ...]] = {
    said.Back: ("main",),
    said.ChosePerson: ("cover",),
    said.MorePeople: ("who",),
    said.StartAgain: ("main",),
    said.ChoseLanguage: ("data_notice", "main"),
    said.AcceptedNotice: ("main",),
    said.FindWorker: ("cover", "not_found", "b18.too_many_tries"),
    said.Finished: ("saved", "knowledge"),
    said.OpenDesk: ("rt_head",),
    said.ChosePost: ("rt_head",),
    said.ReadRules: ("rt_head",),
    said.ActivateRt: ("rt_new_pin", "f15.activation_wrong", "f11.locked"),
    said.NewPin: ("rt_repeat_pin", "rt_weak_pin"),
    said.RepeatPin: ("f28.activated", "f45.rw_activated", "rt_pin_differs"),
    said.CheckPin: ("rt_confirm", "rt_residents", "f22.pin_wrong", "f11.locked"),
    said.NextResident: ("rt_confirm", "rt_put_off", "f9.done", "f1.pin"),
    said.ResidentsPage: ("rt_residents", "f1.pin"),
    said.ChoseResident: ("rt_confirm",),
    said.CorrectLast: ("rt_confirm", "rt_too_late"),
    said.Attest: ("rt_saved", "rt_family"),
    said.FileGrievance: ("contact", "c25.urgent_receipt", "c30.anonymous_receipt"),
    said.SetContact: ("c9.receipt",),
    said.OpenGrievances: ("my_reports", "ask_report"),
    said.ChoseGrievance: ("report_status",),
    said.FindGrievance: ("report_status", "report_unknown", "c31.too_many"),
    said.GrievanceSays: ("c26.still", "c27.solved", "c12.external", "c28.added"),
    said.TellMore: ("c28.added",),
    said.OpenBenefits: ("what_you_get",),
    said.Learned: ("understood", "corrected"),
    said.OpenProposal: ("propose_who",),
    said.ChoseKecamatan: ("propose_where",),
    said.Propose: ("e9.saved", "e17.listed", "e16.too_many"),
    said.StopReminders: ("a12.stopped",),
    said.AskForData: ("a16.data_asked",),
    said.ProposeResident: ("rt_propose",),
    said.HelpResident: ("rt_residents",),
    said.ChoseHelped: ("rt_help_code",),
    said.CheckHelpCode: ("rt_assisted", "f38.help_code_wrong", "f37.help_tries"),
    said.AssistedSays: ("rt_assisted_saved",),
    said.ShowRules: ("rt_rules_in_force",),
}
WORDS_OF_THE_CATALOGUE = "word"  # a channel: words within other screens, shown as they are


@dataclass(frozen=True)
class Shown:
    """A screen in one language: as the phone shows it, after a wrong answer, and as one text; with lengths."""

    screen: str
    septets: int
    hinted: str
    text: str
    text_septets: int


@dataclass(frozen=True)
class Reviewed:
    """One screen: its place in the catalogue, how it looks in each language, and where each answer leads."""

    key: str
    channel: str
    digits: Mapping[str, str]
    shown: Mapping[str, Shown]
    leads: Mapping[str, tuple[str, ...]]

    @property
    def chapter(self) -> str:
        return CHAPTERS.get(self.key[0], "Others")


def values_of(programme: Programme) -> dict[str, str]:
    """A value for every placeholder: the programme's own, and people's that are invented."""
    return {**VALUES, **programme.standing}


def reviewed(wordings: Wordings, programme: Programme, languages: tuple[str, ...]) -> list[Reviewed]:
    """Every screen, by chapter and number."""
    leads = ways(_after, programme.languages)
    return [
        _review(key, wordings, programme, languages, leads)
        for key in sorted(wordings.screens, key=_by_number)
        if wordings.screens[key].channel != WORDS_OF_THE_CATALOGUE
    ]


def words_hash(programme: Programme) -> str:
    """Twelve letters that change whenever a word does: what was signed is what is sent."""
    names = ("screens", *programme.languages)
    texts = (text_file(programme, name) for name in names)
    return hashlib.sha256(b"\0".join(text.read_bytes() for text in texts)).hexdigest()[:12]


def _after(outcome: Outcome) -> tuple[str, ...] | None:
    """What follows what a flow came to; None where the outcome itself says it."""
    if isinstance(outcome, said.WorkerSays):
        return ("noted",) if is_report(outcome) and outcome.statement != "not_me" else None
    return AFTER.get(type(outcome))


def _by_number(key: str) -> tuple[str, int, str]:
    """a2 before a10."""
    head = key.partition(".")[0]
    digits = "".join(character for character in head if character.isdigit())
    return head[0], int(digits or 0), key


def _review(key: str, wordings: Wordings, programme: Programme, languages: tuple[str, ...], leads: Ways) -> Reviewed:
    form = wordings.screens[key]
    screen = a_screen(key, form, values_of(programme))
    return Reviewed(
        key,
        form.channel,
        {**form.options, **({"back": "0"} if form.back else {})},
        {language: _shown(screen, wordings, programme, language) for language in languages},
        {given: following for (at, given), following in leads.items() if at == key},
    )


def _shown(screen: Screen, wordings: Wordings, programme: Programme, language: str) -> Shown:
    key, channel = screen.screen, wordings.screens[screen.screen].channel
    standing, free = values_of(programme), programme.ussd_zero_rated
    if channel == "sms":
        text = wordings.sms(key, language, screen.values, standing=standing, free=free)
        return Shown("", 0, "", text, septets(text))
    if channel == "ussd_end":
        shown = wordings.ending(key, language, screen.values, standing=standing, free=free)
        text = wordings.text_ending(key, language, screen.values, standing=standing, free=free)
        return Shown(shown, septets(shown) + PREFIX_SEPTETS, "", text, septets(text))
    shown = wordings.say(screen, language, standing=standing, free=free)
    hinted = wordings.say(screen, language, hinted=True, standing=standing, free=free)
    text = wordings.text(screen, language, standing=standing, free=free)
    return Shown(shown, septets(shown) + PREFIX_SEPTETS, hinted, text, septets(text))


# --- one printable page ---

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
