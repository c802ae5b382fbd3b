"""A problem is reported, followed, and said to be solved or not; advice comes before forms."""

from collections.abc import Generator
from typing import cast

from flows.caller import Caller, Concern
from flows.conversation import Ask, Conversation, Menu, Pick, Screen, Value, Word
from flows.outcomes import (
    ChoseGrievance,
    FileGrievance,
    FindGrievance,
    Goodbye,
    GoTo,
    GrievanceSays,
    OpenGrievances,
    ReportMark,
    SetContact,
    TellMore,
)

CATEGORIES = ("not_active", "wrong_data", "asked_money", "claim", "not_listed", "wrong_person", "other")
_MAY_BE_ABOUT_SOMEBODY = ("asked_money", "wrong_person", "other")  # then whose conduct it is decides who may read it


def report(caller: Caller) -> Conversation:
    """Somebody reports a problem; an accident or a death is never a matter of forms."""
    urgency = yield Menu("c2.urgent", ("accident", "death", "no"), back=True)
    if urgency == "no":
        return (yield from _problem())
    yield Menu("c3.accident_advice" if urgency == "accident" else "c15.death_advice", ("next",))
    words = yield Ask("c16.urgent_words", secret=True)
    return FileGrievance("claim", words, urgency=urgency, identity="normal")


def _problem() -> Conversation:
    """What it is about, whom, and who may know who says so; the words are asked last and kept nowhere but there."""
    category = yield Menu("c1.category", CATEGORIES, back=True)
    if category == "not_listed":
        return GoTo("propose")
    about = ""
    if category in _MAY_BE_ABOUT_SOMEBODY:
        about = yield Menu("c17.about", ("rt_rw", "officer", "nobody"), back=True)
        if about == "rt_rw":
            yield Menu("c6.about_rt", ("next",))
    identity = yield from _identity()
    words = yield Ask("c7.text", secret=True, shape="words", hint="c44.words_wrong")
    return FileGrievance(category, words, about="" if about == "nobody" else about, identity=identity)


def _identity() -> Generator[Screen, str, str]:
    """Who may know who reports; anonymity is explained before it is chosen, since it cannot be undone."""
    identity = yield Menu("c4.identity", ("normal", "secret", "anonymous"), back=True)
    if identity != "anonymous":
        return identity
    sure = yield Menu("c5.anonymous_note", ("agree", "change"))
    if sure == "agree":
        return identity
    return (yield Menu("c4.identity", ("normal", "secret"), back=True, about="changed"))


def contact(caller: Caller) -> Conversation:
    """A reporter says how an officer may reach them; the report itself is stored already."""
    how = yield Menu("c8.contact", ("call", "sms", "none"))
    return SetContact(how)


def my_report(caller: Caller) -> Conversation:
    """Somebody asks what became of a report: look up which there are."""
    yield from ()
    return OpenGrievances()


def my_reports(caller: Caller) -> Conversation:
    """A reporter chooses one of the reports of this phone; those told in confidence are not listed."""
    chosen = yield Pick(
        "c19.which_report", tuple((number, number) for number in _concern(caller).reports), none="other", back=True
    )
    return GoTo("ask_report") if chosen == "other" else ChoseGrievance(chosen)


def ask_report(caller: Caller) -> Conversation:
    """Somebody types the number of a report; it is all that the reporter of an anonymous one has."""
    number = yield Ask("c10.ask_case", shape="reference", hint="c20.number_wrong", back=True)
    return FindGrievance(number)


def report_unknown(caller: Caller) -> Conversation:
    """The number leads to no report."""
    wanted = yield Menu("c18.unknown", ("again", "report"), back=True)
    return GoTo("ask_report" if wanted == "again" else "report")


def report_status(caller: Caller) -> Conversation:
    """A reporter reads where the report stands, and says whether the problem is still there."""
    held = _concern(caller).report
    if held is None:
        return GoTo("ask_report")
    if held.proposal:
        return (yield from _proposal_status(held.number, held.state, held.due))
    if held.asked:
        yield from _read_out("c42.asked", held.number, held.asked)
        return TellMore((yield Ask("c43.more", secret=True, shape="words", hint="c44.words_wrong", back=True)))
    yield from _read_out("c41.answer", held.number, held.answer)
    if held.state == "answered":
        solved = yield Menu("c13.satisfied", ("yes", "partly", "no"), {"case": held.number}, back=True)
        return GrievanceSays("solved" if solved == "yes" else "still")
    values: dict[str, Value] = {"case": held.number, "status": Word("c21.state", held.state), "date": held.due}
    if held.over:
        said = yield Menu("c24.closed", ("still", "supervisor"), values, back=True)
    else:
        said = yield Menu("c11.status", ("still", "solved", "supervisor"), values, back=True)
    return GrievanceSays(cast(ReportMark, said))


def _read_out(screen: str, number: str, parts: tuple[str, ...]) -> Generator[Screen, str, None]:
    """What an officer wrote, a screenful at a time."""
    for place, part in enumerate(parts, start=1):
        yield Menu(screen, ("next",), {"case": number, "part": part}, back=True, about=str(place))


def _proposal_status(number: str, state: str, due: str) -> Conversation:
    """Somebody who proposed a worker reads what was decided, or by when it will be."""
    yield Menu("e12.status", ("next",), {"case": number, "status": Word("c21.state", state), "date": due}, back=True)
    return Goodbye("a6.end")


def noted(caller: Caller) -> Conversation:
    """Something said on the way has become a report of its own: its number, then on with the talk."""
    concern = _concern(caller)
    if concern.report is not None:
        screen = "c23.noted_secret" if concern.report.secret else "c22.noted"
        yield Menu(screen, ("next",), {"case": concern.report.number, "days": concern.report.days})
    return GoTo(concern.then or "main")


def _concern(caller: Caller) -> Concern:
    return caller.concern or Concern()
