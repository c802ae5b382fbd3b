"""Where one small flow stands: the answers so far, and what is shown next. Pure; the service stores it encrypted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from flows import (
    asking,
    benefits,
    cover,
    data,
    grievance,
    linking,
    proposal,
    questions,
    reading,
    rt_head,
    welcome,
)
from flows.caller import Caller
from flows.conversation import BACK, MORE, Ask, Conversation, Menu, Outcome, Pick, Screen, Turn, digits_only, replay
from flows.outcomes import Back, Goodbye
from flows.wording import Wordings

WRONG_ANSWERS = 3  # the first two show the screen again with a hint, the third ends with where to get help
HELP = "a10.help_end"
MAIN = "main"

Flow: TypeAlias = Callable[[Caller], Conversation]

FLOWS: Mapping[str, Flow] = MappingProxyType(
    {
        flow.__name__: flow
        for flow in (
            welcome.language,
            welcome.data_notice,
            welcome.main,
            welcome.by_phone,
            welcome.resume,
            linking.link,
            linking.not_found,
            linking.who,
            cover.cover,
            cover.unpaid,
            cover.inactive,
            cover.no_file,
            cover.pay_yourself,
            cover.waiting,
            cover.which_wrong,
            cover.not_me,
            questions.card,
            questions.still_working,
            questions.asked_money,
            questions.finish,
            questions.saved,
            rt_head.rt_head,
            rt_head.rt_rules,
            rt_head.rt_activate,
            rt_head.rt_new_pin,
            rt_head.rt_weak_pin,
            rt_head.rt_repeat_pin,
            rt_head.rt_pin_differs,
            rt_head.rt_pin,
            rt_head.rt_menu,
            rt_head.rt_residents,
            rt_head.rt_confirm,
            rt_head.rt_saved,
            rt_head.rt_family,
            rt_head.rt_put_off,
            rt_head.rt_too_late,
            rt_head.rt_help,
            rt_head.rt_rules_in_force,
            rt_head.rt_help_code,
            rt_head.rt_assisted,
            rt_head.rt_assisted_saved,
            proposal.rt_propose,
            grievance.report,
            grievance.contact,
            grievance.my_report,
            grievance.my_reports,
            grievance.ask_report,
            grievance.report_unknown,
            grievance.report_status,
            grievance.noted,
            benefits.benefits,
            benefits.what_you_get,
            benefits.knowledge,
            benefits.understood,
            benefits.corrected,
            proposal.propose,
            proposal.propose_who,
            proposal.propose_where,
            data.settings,
            data.see_data,
            data.correct_data,
            data.delete_data,
            asking.registered,
            asking.answered,
            asking.let_go,
        )
    }
)


class SecretKept(RuntimeError):
    """A flow went on to another screen after a secret answer, which would have to be recorded; mend the flow."""


@dataclass(frozen=True)
class FlowState:
    """One small flow with one caller: answered turns, wrong answers to the present screen, page of a list."""

    flow: str
    caller: Caller
    turns: tuple[Turn, ...] = ()
    wrong: int = 0
    page: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "flow": self.flow,
            "caller": self.caller.to_dict(),
            "turns": [[turn.screen, turn.answer, turn.about] for turn in self.turns],
            "wrong": self.wrong,
            "page": self.page,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], caller: Caller | None = None) -> "FlowState":
        """Read what `to_dict` wrote, with a freshly looked-up caller where one is given.

        Raises StaleCaller when the stored caller is of another version: look the person up and pass it.
        """
        turns = tuple(Turn(*turn) for turn in stored["turns"])
        known = Caller.from_dict(stored["caller"]) if caller is None else caller
        return cls(stored["flow"], known, turns, stored["wrong"], stored["page"])


def current(talk: FlowState, *, flows: Mapping[str, Flow] = FLOWS) -> tuple[FlowState, Screen | Outcome]:
    """What the talk shows now, replayed from its answers; the talk returned keeps those that still hold."""
    talk, said, _ = _standing(talk, flows)
    return talk, said


def answer(
    talk: FlowState, text: str, wordings: Wordings | None = None, *, flows: Mapping[str, Flow] = FLOWS
) -> tuple[FlowState, Screen | Outcome]:
    """Take what the person dialled or wrote: the talk after it, and what to show or to apply next.

    Digits are read as they are; with `wordings` an option's word in any language is as good. 0 goes back one answer,
    or one page of a list, where the screen offers it. Never raises on what a person sends.
    """
    talk, screen, conversation = _standing(talk, flows)
    if isinstance(screen, Outcome):
        return talk, screen
    if _goes_back(screen, text, talk.page, wordings):
        return _back(talk, screen, flows)
    if isinstance(screen, Pick) and _turns_page(screen, text, talk.page, wordings):
        return replace(talk, page=talk.page + 1, wrong=0), screen
    meant = _read(screen, text, talk, wordings)
    if meant is None:
        return _wrong(talk, screen, text)
    return _go_on(talk, screen, meant, conversation)


def _standing(talk: FlowState, flows: Mapping[str, Flow]) -> tuple[FlowState, Screen | Outcome, Conversation]:
    """The talk with the turns that hold, what it shows, and the generator left waiting there."""
    flow = flows.get(talk.flow)
    if flow is None:  # a release took the flow away while somebody was in it
        flow = FLOWS[MAIN]
        talk = FlowState(MAIN, talk.caller)
    conversation = flow(talk.caller)
    said, held = replay(conversation, talk.turns)
    if len(held) < len(talk.turns):
        talk = replace(talk, turns=tuple(held), wrong=0, page=0)
    if isinstance(said, Pick):
        talk = replace(talk, page=min(max(talk.page, 0), len(said.pages()) - 1))
    return talk, said, conversation


def _goes_back(screen: Screen, text: str, page: int, wordings: Wordings | None) -> bool:
    """Whether the person goes back; a later page of a list always leads back to the one before it."""
    if not screen.back and not (isinstance(screen, Pick) and page > 0):
        return False
    if (digit := _digit(text)) is not None:
        return digit == BACK
    return wordings is not None and not isinstance(screen, Ask) and reading.is_back(wordings, text)


def _back(talk: FlowState, screen: Screen, flows: Mapping[str, Flow]) -> tuple[FlowState, Screen | Outcome]:
    """One page back, else one answer back, else out of this flow."""
    if isinstance(screen, Pick) and talk.page > 0:
        return replace(talk, page=talk.page - 1, wrong=0), screen
    if not talk.turns:
        return replace(talk, wrong=0), Back()
    return current(replace(talk, turns=talk.turns[:-1], wrong=0, page=0), flows=flows)


def _turns_page(screen: Pick, text: str, page: int, wordings: Wordings | None) -> bool:
    """Whether the person asks for the next page of a list, and there is one."""
    asked = _digit(text) == MORE or (wordings is not None and reading.is_more(wordings, text))
    return asked and page < len(screen.pages()) - 1


def _read(screen: Screen, text: str, talk: FlowState, wordings: Wordings | None) -> str | None:
    """What was meant, as it is recorded; None when it cannot be told."""
    if isinstance(screen, Ask):
        return screen.read(text)
    dialled = _dialled(screen, talk.page, wordings)
    if (digit := _digit(text)) is not None:
        return dialled.get(digit)
    if wordings is None:
        return None
    if (digit := reading.pressed(text)) is not None and digit in dialled:
        return dialled[digit]
    if isinstance(screen, Pick) and screen.more and reading.is_more(wordings, text):
        return screen.more
    return reading.option(wordings, screen, text, talk.caller.language)


def _dialled(screen: Menu | Pick, page: int, wordings: Wordings | None) -> Mapping[str, str]:
    """Digit -> meaning; the catalogue's digits where it is at hand, which a test holds equal to the rule."""
    if isinstance(screen, Pick):
        return screen.dialled(page)
    form = wordings.screens.get(screen.screen) if wordings is not None else None
    digits = screen.digits() if form is None else form.options
    return {digits[option]: option for option in screen.options}


def _digit(text: str) -> str | None:
    """A dialled number without what thumbs put around it: "1", " 1. ", "1)", "1#", "*1", "01".

    Two zeros are no zero: on other services they lead elsewhere than back.
    """
    digits = digits_only(text[:40].strip().lstrip("#*( \t").rstrip("#*).,; \t\n"))
    if digits is not None and len(digits) == 2 and digits[0] == "0" != digits[1]:
        return digits[1]
    return digits


def _wrong(talk: FlowState, screen: Screen, text: str) -> tuple[FlowState, Screen | Outcome]:
    """The same screen again with a hint, twice; then a polite end with where to get help."""
    if talk.wrong + 1 >= WRONG_ANSWERS:
        return replace(talk, wrong=0), Goodbye(HELP)
    if isinstance(screen, Ask):
        screen = replace(screen, hint=screen.hint_for(text))
    return replace(talk, wrong=talk.wrong + 1), screen


def _go_on(
    talk: FlowState, screen: Screen, meant: str, conversation: Conversation
) -> tuple[FlowState, Screen | Outcome]:
    """Send a good answer into the flow; a secret one has to end it, and is not recorded."""
    secret = isinstance(screen, Ask) and screen.secret
    turns: Sequence[Turn] = talk.turns if secret else (*talk.turns, Turn(screen.screen, meant, screen.about))
    after = replace(talk, turns=tuple(turns), wrong=0, page=0)
    try:
        following = conversation.send(meant)
    except StopIteration as end:
        outcome: Outcome = end.value
        return after, outcome
    if secret:
        raise SecretKept(f"{talk.flow}: {screen.screen} is secret but is followed by {following.screen}")
    return after, following
