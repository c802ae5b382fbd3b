"""Every screen and text as a phone shows it, with where it leads: for whoever reviews the words and signs them off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows import outcomes as said
from flows.conversation import PREFIX_SEPTETS, Outcome, Screen
from flows.gsm import septets
from flows.lint import a_screen
from flows.reachable import Ways, ways
from flows.rehearsal import VALUES
from flows.wording import Wordings
from verify_service.conversations.filing import is_report
from verify_service.ground.programme import Programme

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
    """Every screen, by chapter and number; no words that stand within others."""
    leads = _leads(programme.languages)
    return [
        _review(key, wordings, programme, languages, leads)
        for key in sorted(wordings.screens, key=by_number)
        if wordings.screens[key].channel != WORDS_OF_THE_CATALOGUE
    ]


def review(key: str, wordings: Wordings, programme: Programme) -> Reviewed:
    """One screen, in every language."""
    return _review(key, wordings, programme, programme.languages, _leads(programme.languages))


def words_within(wordings: Wordings, programme: Programme, language: str) -> list[Reviewed]:
    """The words that stand within screens, such as how a report stands."""
    inside = (key for key, form in wordings.screens.items() if form.channel == WORDS_OF_THE_CATALOGUE)
    return [_review(key, wordings, programme, (language,), {}) for key in sorted(inside, key=by_number)]


def leads_to(key: str, programme: Programme) -> list[str]:
    """The screens from which an answer leads to this one."""
    return sorted({at for (at, _), following in _leads(programme.languages).items() if key in following}, key=by_number)


@lru_cache(maxsize=2)
def _leads(languages: tuple[str, ...]) -> Ways:
    """Where each answer of each screen leads: the flows are played for everybody they may speak to differently."""
    return ways(_after, languages)


def _after(outcome: Outcome) -> tuple[str, ...] | None:
    """What follows what a flow came to; None where the outcome itself says it."""
    if isinstance(outcome, said.WorkerSays):
        return ("noted",) if is_report(outcome) and outcome.statement != "not_me" else None
    return AFTER.get(type(outcome))


def by_number(key: str) -> tuple[str, int, str]:
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
    if channel == WORDS_OF_THE_CATALOGUE:
        words = wordings.languages[language][key]
        return Shown("", 0, "", "\n".join(filter(None, (words.text, *words.options.values()))), 0)
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
