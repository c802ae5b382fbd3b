"""What cover we hold for a worker, and what the worker says about it."""

from collections.abc import Mapping

from flows.caller import Caller, Cover
from flows.conversation import Conversation, Menu, straight
from flows.outcomes import Goodbye, GoTo, Statement, WorkerSays

NO_DATE = "-"


def cover(caller: Caller) -> Conversation:
    """A worker asks about their cover: who it is, what the insurer says, and whether that is right."""
    if caller.person is None:
        return GoTo("who" if caller.people else "link")
    if _cover(caller).state == "active":
        return (yield from _confirm_active(caller))
    return (yield from _confirm_person(caller))


def _confirm_active(caller: Caller) -> Conversation:
    """A worker with cover says whether what we hold is right."""
    answer = yield Menu("b5.status_active", ("right", "wrong_data", "not_me"), _facts(caller), back=True)
    if answer == "not_me":
        return WorkerSays("not_me", then="not_me")
    if answer == "wrong_data":
        return WorkerSays("wrong_data", then="which_wrong")
    return WorkerSays("confirms", then="waiting" if _cover(caller).full_death_from else "card")


def _confirm_person(caller: Caller) -> Conversation:
    """Bad news is for the right person only: first ask whether this is the one."""
    answer = yield Menu("b15.is_this_you", ("yes", "no"), _facts(caller), back=True)
    if answer == "no":
        return WorkerSays("not_me", then="not_me")
    return WorkerSays("confirms", then=_AFTER_YES[_cover(caller).state])


_AFTER_YES = {"unpaid": "unpaid", "not_found": "unpaid", "inactive": "inactive", "no_file": "no_file"}


def unpaid(caller: Caller) -> Conversation:
    """A listed worker learns that the insurer has no payment for them."""
    return (yield from _bad_news(caller, "b6.status_unpaid", "news", "wants_news"))


def inactive(caller: Caller) -> Conversation:
    """A worker learns that the insurer holds the cover for ended."""
    return (yield from _bad_news(caller, "b7.status_inactive", "pay", "asks_self_pay", then="pay_yourself"))


def no_file(caller: Caller) -> Conversation:
    """A listed worker learns that the insurer's file has not come yet, so that nothing can be said."""
    return (yield from _bad_news(caller, "b16.no_file", "news", "wants_news"))


def _bad_news(caller: Caller, screen: str, other: str, asks: Statement, then: str = "card") -> Conversation:
    """What is not right with the cover, and what the worker wants done about it."""
    wanted = yield Menu(screen, ("officer", other), _facts(caller), back=True)
    return WorkerSays("asks_officer", then="card") if wanted == "officer" else WorkerSays(asks, then=then)


def pay_yourself(caller: Caller) -> Conversation:
    """A worker without paid cover reads how to pay it."""
    yield Menu("b19.pay_yourself", ("next",), back=True)
    return GoTo("card")


def waiting(caller: Caller) -> Conversation:
    """A newly covered worker reads from when the full death benefit counts, where the rule is confirmed."""
    start = _cover(caller).full_death_from
    if start:
        yield Menu("b8.waiting", ("next",), {"start": start})
    return GoTo("card")


def which_wrong(caller: Caller) -> Conversation:
    """A worker says which of the data is wrong."""
    fields = ("name", "nik", "address", "job", "phone", "birth_date")
    wrong = yield Menu("b12.which_wrong", fields, back=True)
    return WorkerSays("wrong_field", wrong, then="card")


def not_me(caller: Caller) -> Conversation:
    """Somebody else's record: the phone is let go of it."""
    return straight(Goodbye("b14.not_me"))


def _cover(caller: Caller) -> Cover:
    """The cover we hold; while no file of the insurer was received, that is all there is to say."""
    return caller.cover or Cover("no_file")


def _facts(caller: Caller) -> Mapping[str, str]:
    """The values that the screens about cover show."""
    held, person = _cover(caller), caller.person
    return {
        "name": person.name if person else "",
        "nik4": person.nik4 if person else "",
        "asof": held.asof or NO_DATE,
        "until": held.until or NO_DATE,
    }
