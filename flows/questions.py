"""The three questions every worker is asked after the cover: the card, the work, and money taken; then the receipt."""

from typing import cast

from flows.caller import Caller
from flows.conversation import Conversation, Menu, straight
from flows.outcomes import Finished, Goodbye, Statement, WorkerSays


def card(caller: Caller) -> Conversation:
    """A worker says whether the member card has come."""
    answer = yield Menu("b9.card", ("yes", "no", "unsure"))
    return WorkerSays("card", answer, then="still_working")


def still_working(caller: Caller) -> Conversation:
    """A worker says whether they still work and live in the city; anything but yes outranks an earlier yes."""
    answer = yield Menu("b10.still_working", ("yes", "moved", "not_working", "now_employed"))
    statement = "still_working" if answer == "yes" else answer
    return WorkerSays(cast(Statement, statement), then="asked_money")


def asked_money(caller: Caller) -> Conversation:
    """A worker says whether anybody asked money for what is free; a yes is kept from everybody in the field."""
    answer = yield Menu("b11.asked_money", ("no", "yes", "declined"))
    return WorkerSays("asked_money", answer, then="finish")


def finish(caller: Caller) -> Conversation:
    """Nothing is left to ask."""
    return straight(Finished())


def saved(caller: Caller) -> Conversation:
    """A worker is thanked and given the number of what was said."""
    if caller.person is None or not caller.receipt:
        return straight(Goodbye("a6.end"))
    return straight(Goodbye("b13.saved", {"name": caller.person.name, "case": caller.receipt}))
