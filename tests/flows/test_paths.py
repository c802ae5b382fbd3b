"""Every path of every flow: no text is missing, none is dead, every talk can end, and says what it should."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest

from flows import outcomes
from flows.caller import Caller, Decree, Draft
from flows.conversation import Ask, Menu, Outcome, Pick, Screen
from flows.flow_state import FLOWS, HELP
from flows.gsm import BASIC, septets
from flows.outcomes import (
    AcceptedNotice,
    ActivateRt,
    AskForData,
    AssistedSays,
    Attest,
    Back,
    CheckHelpCode,
    CheckPin,
    ChoseGrievance,
    ChoseHelped,
    ChoseKecamatan,
    ChoseLanguage,
    ChosePerson,
    ChosePost,
    ChoseResident,
    ContinueTalk,
    CorrectLast,
    FileGrievance,
    FindGrievance,
    FindWorker,
    Finished,
    Goodbye,
    GoTo,
    GrievanceSays,
    HelpResident,
    Learned,
    MorePeople,
    NewPin,
    NextResident,
    OpenBenefits,
    OpenDesk,
    OpenGrievances,
    OpenProposal,
    Propose,
    ProposeResident,
    ReadRules,
    RepeatPin,
    ResidentsPage,
    RtStatement,
    SetContact,
    ShowRules,
    StartAgain,
    Statement,
    StopReminders,
    TellMore,
    WorkerSays,
)
from tests.flows.city import (
    CALLERS,
    DESK,
    DESKS,
    KNOWN,
    LANGUAGES,
    NEIGHBOUR,
    STANDING,
    STATES,
    UNKNOWN,
    WORDINGS,
    covered,
)
from tests.flows.walking import CODE, NIK, NUMBER, Path, paths

WORDS = "Kartu hilang"

BY_SMS = {"registered", "answered", "let_go"}


def walks(flow: str) -> Iterator[tuple[Caller, Path]]:
    """Every way of everybody through this flow; a failing test prints whose it was."""
    for name, caller in CALLERS.items():
        print(f"as {name}")
        walked = paths(flow, caller)
        assert walked
        yield from ((caller, path) for path in walked)


def hinted_ways(screen: Screen) -> Iterator[Screen]:
    """The screen with each hint that may be shown in its place after a wrong answer."""
    yield screen
    if isinstance(screen, Ask):
        yield from (replace(screen, hint=screen.hint_for("1" * length)) for length in (5, 11, 13))


def hints(screen: Screen) -> set[str]:
    """The keys of those hints."""
    return {shown.hint for shown in hinted_ways(screen) if isinstance(shown, Ask) and shown.hint}


@pytest.mark.parametrize("flow", FLOWS)
def test_every_path_ends_and_every_screen_on_it_has_words_that_fit(flow: str) -> None:
    screens = {repr(screen): screen for _, path in walks(flow) for screen in path.screens}
    for screen in screens.values():
        for language in LANGUAGES:
            if flow in BY_SMS:
                assert septets(WORDINGS.sms(screen.screen, language, screen.values, standing=STANDING)) <= 160
                continue
            for shown in hinted_ways(screen):
                for hinted in (False, True):
                    said = WORDINGS.say(shown, language, hinted=hinted, standing=STANDING)
                    assert septets(f"CON {said}") <= 160
                    assert set(said) <= BASIC


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_offers_what_its_words_describe(flow: str) -> None:
    for _, path in walks(flow):
        for screen in path.screens:
            form = WORDINGS.screens[screen.screen]
            assert form.kind == type(screen).__name__.lower()
            assert form.back == screen.back
            assert not form.awaits
            if isinstance(screen, Menu):
                offered = {option: form.options[option] for option in screen.options}
                assert offered == screen.digits()
                assert set(form.options) - set(offered) <= {"correct", "anonymous"}  # where that may still be chosen
            elif isinstance(screen, Pick):
                assert set(form.options) == {screen.none} - {""}


@pytest.mark.parametrize("flow", FLOWS)
def test_every_outcome_leads_somewhere(flow: str) -> None:
    for caller, path in walks(flow):
        match path.outcome:
            case GoTo(following) | WorkerSays(then=following):
                assert following in FLOWS
            case Goodbye(screen, values):
                assert WORDINGS.screens[screen].channel == ("sms" if flow in BY_SMS else "ussd_end")
                assert set(values) == set(WORDINGS.screens[screen].values)
                for language in LANGUAGES:
                    assert WORDINGS.ending(screen, language, values, standing=STANDING)
            case ChosePerson(worker):
                assert worker in {person.worker for person in caller.people}
        if isinstance(path.outcome, WorkerSays):
            assert path.outcome.statement in get_args(Statement)
        if isinstance(path.outcome, Attest):
            assert path.outcome.says in get_args(RtStatement)


def test_no_words_are_dead_unless_their_flow_is_awaited() -> None:
    seen = {HELP}
    for flow in FLOWS:
        for caller in CALLERS.values():
            for path in paths(flow, caller):
                seen |= {screen.screen for screen in path.screens}
                seen |= {hint for screen in path.screens for hint in hints(screen)}
                if isinstance(path.outcome, Goodbye):
                    seen.add(path.outcome.screen)
    said = {
        key for key, form in WORDINGS.screens.items() if not (form.awaits or form.spoken_by or form.channel == "sms")
    }
    assert {key for key in seen if WORDINGS.screens[key].channel != "sms"} == said


def next_flows(outcome: Outcome, caller: Caller) -> list[tuple[str, Caller]]:
    """Where the service may go on after this outcome; nowhere after a goodbye."""
    match outcome:
        case Goodbye():
            return []
        case GoTo(flow) | WorkerSays(then=flow):
            return [(flow, caller)]
        case Back() | StartAgain() | ContinueTalk() | AcceptedNotice():
            return [("main", replace(caller, noticed=True))]
        case ChoseLanguage(language):
            return [("main" if caller.noticed else "data_notice", replace(caller, language=language))]
        case FindWorker():
            return [("not_found", caller), *(("cover", covered(state)) for state in STATES)]
        case ChosePerson():
            return [("cover", covered(state)) for state in STATES]
        case MorePeople(page):
            return [("who", replace(caller, people_page=page, more_people=False))]
        case Finished():
            return [("saved", replace(caller, receipt="BKS-7K2M9Q"))]
    beside = next_beside(outcome, caller)
    return next_for_rt_head(outcome, caller) if beside is None else beside


DESK_AFTER = {
    ChosePost: ("rt_head", DESK),
    ReadRules: ("rt_head", replace(DESK, activated=False)),
    ActivateRt: ("rt_new_pin", DESK),
    NewPin: ("rt_repeat_pin", DESK),
    CheckPin: ("rt_confirm", replace(DESK, resident=NEIGHBOUR)),
    NextResident: ("rt_put_off", DESK),
    ResidentsPage: ("rt_residents", replace(DESK, listed=(NEIGHBOUR,))),
    ChoseResident: ("rt_confirm", replace(DESK, resident=NEIGHBOUR)),
    CorrectLast: ("rt_confirm", replace(DESK, resident=NEIGHBOUR)),
    ProposeResident: ("rt_propose", DESK),
    HelpResident: ("rt_residents", replace(DESK, listed=(NEIGHBOUR,), wish="help")),
    ChoseHelped: ("rt_help_code", replace(DESK, resident=NEIGHBOUR)),
    CheckHelpCode: ("rt_assisted", replace(DESK, resident=NEIGHBOUR)),
    AssistedSays: ("rt_assisted_saved", DESK),
    ShowRules: ("rt_rules_in_force", replace(DESK, decree=Decree("500.15.1/Kep.655", "31/10/25"))),
}


BESIDE: dict[type[Outcome], list[tuple[str, str]]] = {
    FileGrievance: [("contact", "a reporter")],
    SetContact: [],
    OpenGrievances: [("my_reports", "somebody with two reports"), ("ask_report", "a phone not linked")],
    ChoseGrievance: [("report_status", "a reporter")],
    FindGrievance: [
        ("report_unknown", "a phone not linked"),
        ("report_status", "a reporter of a closed report"),
        ("report_status", "a reporter who reads an answer"),
        ("report_status", "a reporter who is asked"),
        ("report_status", "a proposer with a number"),
    ],
    GrievanceSays: [],
    TellMore: [],
    OpenBenefits: [("what_you_get", "a reader to be asked"), ("what_you_get", "a phone not linked")],
    Learned: [("understood", "a reader asked on the way"), ("corrected", "a reader asked on the way")],
    OpenProposal: [("propose_who", "a proposer")],
    ChoseKecamatan: [("propose_where", "a proposer half way")],
    Propose: [],
    StopReminders: [],
    AskForData: [],
}


def next_beside(outcome: Outcome, caller: Caller) -> list[tuple[str, Caller]] | None:
    """Where a talk about something else than the cover may go on; nowhere after its last screen."""
    after = BESIDE.get(type(outcome))
    return None if after is None else [(flow, replace(caller, concern=CALLERS[name].concern)) for flow, name in after]


def next_for_rt_head(outcome: Outcome, caller: Caller) -> list[tuple[str, Caller]]:
    """Where an RT head's talk may go on."""
    if isinstance(outcome, OpenDesk):
        return (
            [("rt_head", caller)]
            if caller.rt_head and len(caller.rt_head.posts) > 1
            else [("rt_head", replace(caller, rt_head=desk)) for desk in DESKS.values() if desk.post]
        )
    if isinstance(outcome, RepeatPin):  # differs, or the session ends and the next one begins at the menu
        return [("rt_pin_differs", replace(caller, rt_head=DESK)), ("rt_head", replace(caller, rt_head=DESK))]
    if isinstance(outcome, Attest):
        after = [("rt_family" if outcome.says == "own_family" else "rt_saved", replace(caller, rt_head=DESK))]
        return [*after, ("rt_saved", replace(caller, rt_head=replace(DESK, left=0)))]
    if type(outcome) in DESK_AFTER:
        flow, desk = DESK_AFTER[type(outcome)]
        return [(flow, replace(caller, rt_head=desk))]
    raise AssertionError(outcome)


Place = tuple[str, Caller]  # a flow, and who comes to it
_places: list[Place] = []
_numbers: dict[Place, int] = {}


def numbered(place: Place) -> int:
    """The number of a place: callers are long to compare, and most come to the same places."""
    if place not in _numbers:
        _numbers[place] = len(_places)
        _places.append(place)
    return _numbers[place]


@cache
def after(place: int) -> frozenset[int]:
    """Where a talk may go on from here, whichever way it takes."""
    flow, caller = _places[place]
    outcomes_here = {path.outcome for path in paths(flow, caller) if not isinstance(path.outcome, Goodbye)}
    return frozenset(numbered(one) for outcome in outcomes_here for one in next_flows(outcome, caller))


@cache
def may_end(place: int) -> bool:
    return any(
        isinstance(path.outcome, Goodbye) or BESIDE.get(type(path.outcome)) == [] for path in paths(*_places[place])
    )


@cache
def without_asking(place: int) -> tuple[int, ...]:
    """Where a flow that asks nothing goes on at once; nowhere else."""
    flow, caller = _places[place]
    first = paths(flow, caller)[0]
    return () if first.screens else tuple(numbered(one) for one in next_flows(first.outcome, caller)[:1])


def whole_talks(caller: Caller) -> set[int]:
    """Every place that a talk which begins at the main menu can come to."""
    found: set[int] = set()
    waiting = [numbered(("resume", caller)), numbered(("language", caller))]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += after(place)
    return found


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS.keys())
def test_from_everywhere_in_a_talk_there_is_an_end(caller: Caller) -> None:
    talks = whole_talks(caller)
    before = defaultdict[int, set[int]](set)
    for place in talks:
        for following in after(place):
            before[following].add(place)
    ends = {place for place in talks if may_end(place)}
    waiting = list(ends)
    while waiting:
        lead_here = before[waiting.pop()] - ends
        ends |= lead_here
        waiting += lead_here
    assert [_places[place] for place in talks - ends] == []


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS.keys())
def test_no_flows_follow_each_other_for_ever_without_asking(caller: Caller) -> None:
    for place in whole_talks(caller):
        silent = [place]
        while following := without_asking(silent[-1]):
            silent += following
            assert len(silent) <= len(FLOWS), [_places[one] for one in silent]


@pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS.keys())
def test_whoever_keeps_answering_is_thanked_with_a_number_within_ten_screens(caller: Caller) -> None:
    place = ("cover", replace(caller, person=KNOWN.person))
    asked = 0
    for _ in range(2 * len(FLOWS)):
        path = next(iter(paths(*place)))  # always the first option
        asked += len(path.screens)
        following = next_flows(path.outcome, place[1])
        if not following:
            break
        place = following[0]
    assert path.outcome == Goodbye("b13.saved", {"name": "Sulistiaw***", "case": "BKS-7K2M9Q"})
    assert asked <= 10


def said_by(flow: str, caller: Caller, *dialled: str) -> Outcome:
    """The outcome of dialling exactly this."""
    return next(path.outcome for path in paths(flow, caller) if path.answers == dialled)


ACTIVE, NEW = covered("active"), covered("active", waiting="01/05/26")
TABLE: list[tuple[str, Caller, tuple[str, ...], Outcome]] = [
    ("language", UNKNOWN, ("2",), ChoseLanguage("su")),
    ("data_notice", UNKNOWN, ("1",), AcceptedNotice()),
    ("data_notice", UNKNOWN, ("2",), Goodbye("a6.end")),
    ("main", UNKNOWN, ("1",), GoTo("cover")),
    ("main", UNKNOWN, ("2",), GoTo("report")),
    ("main", UNKNOWN, ("3",), GoTo("my_report")),
    ("main", UNKNOWN, ("4",), GoTo("benefits")),
    ("main", UNKNOWN, ("5",), GoTo("propose")),
    ("main", UNKNOWN, ("6",), GoTo("settings")),
    ("main", UNKNOWN, ("0",), Goodbye("a6.end")),
    ("by_phone", UNKNOWN, ("0",), Back()),
    ("resume", UNKNOWN, ("1",), ContinueTalk()),
    ("resume", UNKNOWN, ("2",), StartAgain()),
    ("link", UNKNOWN, (NIK, CODE), FindWorker(NIK, CODE)),
    ("link", UNKNOWN, ("0",), Back()),
    ("not_found", UNKNOWN, ("1",), GoTo("propose")),
    ("not_found", UNKNOWN, ("2",), GoTo("link")),
    ("not_found", UNKNOWN, ("3",), GoTo("report")),
    ("cover", UNKNOWN, (), GoTo("link")),
    ("cover", CALLERS["several on one phone"], (), GoTo("who")),
    ("who", CALLERS["several on one phone"], ("2",), ChosePerson(42)),
    ("who", CALLERS["several on one phone"], ("8",), GoTo("link")),
    ("cover", ACTIVE, ("1",), WorkerSays("confirms", then="card")),
    ("cover", NEW, ("1",), WorkerSays("confirms", then="waiting")),
    ("cover", ACTIVE, ("2",), WorkerSays("wrong_data", then="which_wrong")),
    ("cover", ACTIVE, ("3",), WorkerSays("not_me", then="not_me")),
    ("cover", covered("unpaid"), ("1",), WorkerSays("confirms", then="unpaid")),
    ("cover", covered("not_found"), ("1",), WorkerSays("confirms", then="unpaid")),
    ("cover", covered("inactive"), ("1",), WorkerSays("confirms", then="inactive")),
    ("cover", covered("no_file"), ("1",), WorkerSays("confirms", then="no_file")),
    ("cover", KNOWN, ("1",), WorkerSays("confirms", then="no_file")),
    ("cover", covered("unpaid"), ("2",), WorkerSays("not_me", then="not_me")),
    ("unpaid", covered("unpaid"), ("1",), WorkerSays("asks_officer", then="card")),
    ("unpaid", covered("unpaid"), ("2",), WorkerSays("wants_news", then="card")),
    ("inactive", covered("inactive"), ("1",), WorkerSays("asks_officer", then="card")),
    ("inactive", covered("inactive"), ("2",), WorkerSays("asks_self_pay", then="pay_yourself")),
    ("no_file", covered("no_file"), ("2",), WorkerSays("wants_news", then="card")),
    ("pay_yourself", covered("inactive"), ("1",), GoTo("card")),
    ("waiting", NEW, ("1",), GoTo("card")),
    ("waiting", ACTIVE, (), GoTo("card")),
    ("which_wrong", ACTIVE, ("6",), WorkerSays("wrong_field", "birth_date", then="card")),
    ("card", ACTIVE, ("3",), WorkerSays("card", "unsure", then="still_working")),
    ("still_working", ACTIVE, ("1",), WorkerSays("still_working", then="asked_money")),
    ("still_working", ACTIVE, ("2",), WorkerSays("moved", then="asked_money")),
    ("still_working", ACTIVE, ("3",), WorkerSays("not_working", then="asked_money")),
    ("still_working", ACTIVE, ("4",), WorkerSays("now_employed", then="asked_money")),
    ("asked_money", ACTIVE, ("1",), WorkerSays("asked_money", "no", then="finish")),
    ("asked_money", ACTIVE, ("2",), WorkerSays("asked_money", "yes", then="finish")),
    ("asked_money", ACTIVE, ("3",), WorkerSays("asked_money", "declined", then="finish")),
    ("finish", ACTIVE, (), Finished()),
    ("saved", CALLERS["with a receipt"], (), Goodbye("b13.saved", {"name": "Sulistiaw***", "case": "BKS-7K2M9Q"})),
    ("saved", UNKNOWN, (), Goodbye("a6.end")),
    ("not_me", ACTIVE, (), Goodbye("b14.not_me")),
    ("report", UNKNOWN, ("1", "1", WORDS), FileGrievance("claim", WORDS, urgency="accident", identity="normal")),
    ("report", UNKNOWN, ("2", "1", WORDS), FileGrievance("claim", WORDS, urgency="death", identity="normal")),
    ("report", UNKNOWN, ("3", "1", "1", WORDS), FileGrievance("not_active", WORDS, identity="normal")),
    ("report", UNKNOWN, ("3", "3", "1", "1", "2", WORDS), FileGrievance("asked_money", WORDS, about="rt_rw")),
    ("report", UNKNOWN, ("3", "7", "2", "2", WORDS), FileGrievance("other", WORDS, about="officer")),
    ("report", UNKNOWN, ("3", "6", "3", "3", "1", WORDS), FileGrievance("wrong_person", WORDS, identity="anonymous")),
    ("report", UNKNOWN, ("3", "4", "3", "2", "2", WORDS), FileGrievance("claim", WORDS, identity="secret")),
    ("report", UNKNOWN, ("3", "5"), GoTo("propose")),
    ("contact", CALLERS["a reporter"], ("3",), SetContact("none")),
    ("my_report", UNKNOWN, (), OpenGrievances()),
    ("my_reports", CALLERS["somebody with two reports"], ("2",), ChoseGrievance("BKS-8M3N4P")),
    ("my_reports", CALLERS["somebody with two reports"], ("8",), GoTo("ask_report")),
    ("ask_report", UNKNOWN, (NUMBER,), FindGrievance(NUMBER)),
    ("report_unknown", UNKNOWN, ("1",), GoTo("ask_report")),
    ("report_status", CALLERS["a reporter"], ("1",), GrievanceSays("still")),
    ("report_status", CALLERS["a reporter"], ("2",), GrievanceSays("solved")),
    ("report_status", CALLERS["a reporter of a closed report"], ("2",), GrievanceSays("supervisor")),
    ("report_status", CALLERS["a reporter who was answered"], ("2",), GrievanceSays("still")),
    ("report_status", CALLERS["a reporter who reads an answer"], ("1", "1", "1"), GrievanceSays("solved")),
    ("report_status", CALLERS["a reporter who is asked"], ("1", WORDS), TellMore(WORDS)),
    ("report_status", CALLERS["a proposer with a number"], ("1",), Goodbye("a6.end")),
    ("report_status", UNKNOWN, (), GoTo("ask_report")),
    ("noted", CALLERS["a reporter in confidence"], ("1",), GoTo("still_working")),
    ("what_you_get", CALLERS["a reader to be asked"], ("1", "1", "1", "1"), GoTo("knowledge")),
    ("what_you_get", UNKNOWN, ("5", "1"), GoTo("what_you_get")),
    ("knowledge", UNKNOWN, ("2",), Learned("ketenagakerjaan")),
    ("corrected", CALLERS["a reader asked on the way"], ("1",), GoTo("saved")),
    ("propose", UNKNOWN, ("1",), OpenProposal("self")),
    ("propose", UNKNOWN, ("2", "1"), OpenProposal("neighbour")),
    ("propose", UNKNOWN, ("2", "2"), Goodbye("e13.ask_first")),
    (
        "propose_who",
        CALLERS["a proposer"],
        (NIK, "Tono Hartono", "4", "2"),
        ChoseKecamatan(Draft("self", NIK, "Tono Hartono", "domestic", "32.75.01.1002")),
    ),
    (
        "propose_where",
        CALLERS["a proposer half way"],
        ("1", "003011", "1", "4"),
        Propose("neighbour", NIK, "Tono", "driver", "no", "read", "32.75.01.1001", "003", "011"),
    ),
    (
        "rt_propose",
        UNKNOWN,
        ("1", NIK, "Tono Hartono", "1", "4", "6"),
        Propose("rt_head", NIK, "Tono Hartono", "driver", "unsure"),
    ),
    ("settings", UNKNOWN, ("2",), StopReminders()),
    ("settings", UNKNOWN, ("3",), GoTo("see_data")),
    ("correct_data", ACTIVE, (), GoTo("which_wrong")),
    ("correct_data", UNKNOWN, ("1",), AskForData("correct")),
    ("delete_data", UNKNOWN, ("1",), AskForData("delete")),
    ("rt_menu", CALLERS["a head at the menu"], ("3",), ProposeResident()),
    ("rt_menu", CALLERS["a head at the menu"], ("4",), GoTo("rt_help")),
    ("rt_help", CALLERS["a head at the menu"], ("1",), HelpResident()),
    ("rt_help", CALLERS["a head at the menu"], ("2",), ShowRules()),
    ("rt_residents", CALLERS["a head with a list to help from"], ("1",), ChoseHelped(51)),
    ("rt_help_code", CALLERS["a head who helps"], (CODE,), CheckHelpCode(CODE)),
    ("rt_assisted", CALLERS["a head who helps"], ("4", "1"), AssistedSays(51, "denies")),
]


@pytest.mark.parametrize(
    ("flow", "caller", "dialled", "outcome"), TABLE, ids=[f"{row[0]}-{n}" for n, row in enumerate(TABLE)]
)
def test_what_is_dialled_means_this(flow: str, caller: Caller, dialled: tuple[str, ...], outcome: Outcome) -> None:
    assert said_by(flow, caller, *dialled) == outcome


def test_all_people_of_a_page_can_be_chosen_and_the_next_page_is_asked_for() -> None:
    outcomes_seen = [path.outcome for path in paths("who", CALLERS["many on one phone"])]
    assert [ChosePerson(n) for n in range(1, 13)] == [seen for seen in outcomes_seen if isinstance(seen, ChosePerson)]
    assert MorePeople(2) in outcomes_seen


OF_RT_HEADS = {"ReadRules", "ActivateRt", "NewPin", "RepeatPin", "CheckPin", "Attest"} | {
    "CheckHelpCode",
    "AssistedSays",
    "ShowRules",
}
OF_REPORTS = {"FileGrievance", "SetContact", "FindGrievance", "GrievanceSays", "TellMore"}
BESIDE_REPORTS = {"StopReminders", "AskForData", "Propose", "Learned"}


def test_effects_are_those_that_are_stored() -> None:
    kinds = [kind for kind in vars(outcomes).values() if isinstance(kind, type) and issubclass(kind, Outcome)]
    effects = {kind.__name__ for kind in kinds if kind.effect and kind is not outcomes.Effect}
    assert effects == {
        "ChoseLanguage",
        "AcceptedNotice",
        "FindWorker",
        "WorkerSays",
        "Finished",
        *OF_RT_HEADS,
        *OF_REPORTS,
        *BESIDE_REPORTS,
    }
    for kind in kinds:
        assert dataclasses.is_dataclass(kind)


def test_bad_news_and_cover_are_shown_after_the_name_only() -> None:
    for state in ("unpaid", "inactive", "not_found", "no_file"):
        first = next(iter(paths("cover", covered(state)))).screens[0]
        said = WORDINGS.say(first, "id", standing=STANDING)
        assert first.screen == "b15.is_this_you"
        assert "BPJS" not in said


def test_a_nik_and_a_code_are_not_shown_by_accident() -> None:
    shown = repr(FindWorker(NIK, CODE))
    assert NIK not in shown
    assert CODE not in shown
