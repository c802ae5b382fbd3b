"""The one question that goes out by SMS, to a person who need not dial: are you listed, and do you have the cover?"""

from flows.caller import Caller
from flows.conversation import Conversation, Menu, straight
from flows.outcomes import Goodbye, Statement, WorkerSays

MEANS: dict[str, Statement] = {"yes": "confirms", "no": "denies", "unsure": "does_not_know", "not_me": "not_me"}
SCREEN = "s1.registered"


def registered(caller: Caller) -> Conversation:
    """A worker answers by SMS whether they are registered and receive the cover."""
    name = caller.person.name if caller.person else ""
    answer = yield Menu(SCREEN, tuple(MEANS), {"name": name})
    return WorkerSays(MEANS[answer], then="let_go" if answer == "not_me" else "answered")


def answered(caller: Caller) -> Conversation:
    """A worker is thanked for the answer, in words that tell a stranger nothing."""
    return straight(Goodbye("s3.answered"))


def let_go(caller: Caller) -> Conversation:
    """Somebody else has this number: it is let go of the record, and told so."""
    return straight(Goodbye("s4.not_me"))
