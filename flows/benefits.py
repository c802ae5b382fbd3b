"""What the cover pays, in plain words, and one question that tells whether the words were understood."""

from flows.caller import Caller
from flows.conversation import Conversation, Menu
from flows.outcomes import Goodbye, GoTo, Learned, OpenBenefits

PAGES = {
    "jkk": ("d1.jkk", "d2.jkk_income", "d3.jkk_death"),
    "jkm": ("d4.jkm", "d5.scholarship"),
    "versus": ("d6.versus",),
    "claim": ("d7.claim",),
    "not_included": ("d8.not_included",),
}
SCREENS = ("d0.menu", *(screen for pages in PAGES.values() for screen in pages))
RIGHT = "ketenagakerjaan"


def benefits(caller: Caller) -> Conversation:
    """Somebody asks what the cover pays: look up first whether the question was put to them lately."""
    yield from ()
    return OpenBenefits()


def what_you_get(caller: Caller) -> Conversation:
    """Somebody reads what the cover pays and what it does not."""
    topic = yield Menu("d0.menu", tuple(PAGES), back=True)
    for screen in PAGES[topic]:
        yield Menu(screen, ("next",), back=True)
    return GoTo("knowledge" if caller.concern and caller.concern.quiz else "what_you_get")


def knowledge(caller: Caller) -> Conversation:
    """One question, the same for everybody: who covers an accident at work?"""
    answer = yield Menu("d9.knowledge_check", ("kesehatan", RIGHT, "unsure"))
    return Learned(answer)


def understood(caller: Caller) -> Conversation:
    """The answer was right."""
    yield Menu("d10.right", ("next",))
    return _onwards(caller)


def corrected(caller: Caller) -> Conversation:
    """The answer was not right: the right one is said at once."""
    yield Menu("d11.correction", ("next",))
    return _onwards(caller)


def _onwards(caller: Caller) -> Goodbye | GoTo:
    """Where the question interrupted the talk, or the end."""
    then = caller.concern.then if caller.concern else ""
    return GoTo(then) if then else Goodbye("a6.end")
