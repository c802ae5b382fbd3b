"""Where each answer of each screen leads: every flow is walked as everybody it may speak to differently. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from flows.caller import Caller
from flows.conversation import Ask, Menu, Outcome, Screen
from flows.flow_state import FLOWS, FlowState, answer, current
from flows.outcomes import Goodbye, GoTo, WorkerSays
from flows.references import check_letter
from flows.rehearsal import CALLERS

TYPED, BACK, MORE = "typed", "back", "more"  # what is not an option: words or digits of their own, 0, 9
CHOSEN = "chosen"  # one of a list
_AS_ASKED = {
    "nik": "3275010101900001",
    "code": "123456",
    "text": "Kartu hilang",
    "words": "Kartu hilang",
    "month": "032026",
    "rt_rw": "003011",
    "reference": f"7K2M9{check_letter('7K2M9')}",
    "name": "Tono Hartono",
}
Ways = Mapping[tuple[str, str], tuple[str, ...]]
After = Callable[[Outcome], tuple[str, ...] | None]  # the flows or screens that follow what is done with an outcome


def ways(after: After, languages: tuple[str, ...]) -> Ways:
    """(screen, answer) -> the screens that may follow; an outcome that `after` does not know stands in words."""
    callers = tuple(replace(caller, languages=languages) for caller in CALLERS)
    opens = _opens(after, callers)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for flow in FLOWS:
        for caller in callers:
            for screen, given, following in _walk(flow, caller):
                found[screen, given] |= _shown(_leads(following, after), opens)
    return {key: tuple(sorted(leads)) for key, leads in found.items()}


def _opens(after: After, callers: Sequence[Caller]) -> Mapping[str, set[str]]:
    """What somebody may see first of each flow, itself or one that it goes on to."""
    opens = {
        flow: {to for caller in callers for to in _leads(current(FlowState(flow, caller))[1], after)} for flow in FLOWS
    }
    for _ in FLOWS:
        further = {flow: _shown(leads - {flow}, opens) for flow, leads in opens.items()}
        if further == opens:
            break
        opens = further
    return opens


def _shown(leads: set[str], opens: Mapping[str, set[str]]) -> set[str]:
    """The same, with what each flow opens with in the place of its name."""
    return {screen for lead in leads for screen in opens.get(lead, {lead})}


def _leads(step: Screen | Outcome, after: After) -> set[str]:
    """Where a step leads: a screen, a flow, or what is done, in words."""
    if not isinstance(step, Outcome):
        return {step.screen}
    if (known := after(step)) is not None:
        return set(known)
    if isinstance(step, Goodbye):
        return {step.screen}
    if isinstance(step, GoTo):
        return {step.flow}
    if isinstance(step, WorkerSays):
        return {step.then or "main"}
    return {(type(step).__doc__ or "").split(":")[0].split(";")[0].rstrip(".")}


def _walk(flow: str, caller: Caller) -> Iterator[tuple[str, str, Screen | Outcome]]:
    """Each screen of a flow once, with each answer and what follows it."""
    seen: set[tuple[str, str]] = set()
    waiting = [current(FlowState(flow, caller))]
    while waiting:
        talk, screen = waiting.pop()
        if isinstance(screen, Outcome) or (screen.screen, screen.about) in seen:
            continue
        seen.add((screen.screen, screen.about))
        for given, text in _possible(talk, screen):
            after, following = answer(talk, text)
            yield screen.screen, given, following
            if given != BACK:
                waiting.append((after, following))


def _possible(talk: FlowState, screen: Screen) -> Iterator[tuple[str, str]]:
    """What can be answered here, and what is dialled for it."""
    if isinstance(screen, Ask):
        yield TYPED, _AS_ASKED[screen.shape]
    elif isinstance(screen, Menu):
        yield from screen.digits().items()
    else:
        special = {screen.none, screen.more} - {""}
        for digit, key in screen.dialled(talk.page).items():
            yield (MORE if key == screen.more else key) if key in special else CHOSEN, digit
    if screen.back:
        yield BACK, "0"
