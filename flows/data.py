"""What somebody may want of their own settings and data (law 27/2022 on personal data, articles 30 to 44)."""

from flows.caller import Caller
from flows.conversation import Conversation, Menu
from flows.outcomes import AskForData, GoTo, StopReminders

_WISHES = ("language", "stop_reminders", "see_data", "correct_data", "delete_data")


def settings(caller: Caller) -> Conversation:
    """Somebody changes the language, stops reminders, or asks to see, correct or delete their data."""
    wish = yield Menu("a4.settings", _WISHES, back=True)
    if wish == "language":
        return GoTo("language")
    if wish == "stop_reminders":
        return StopReminders()
    if wish == "correct_data":
        return GoTo("correct_data")
    return GoTo("see_data" if wish == "see_data" else "delete_data")


def see_data(caller: Caller) -> Conversation:
    """Somebody asks for a copy of what is held of them."""
    yield Menu("a13.see_data", ("ask",), back=True)
    return AskForData("see")


def correct_data(caller: Caller) -> Conversation:
    """Somebody asks to have their data put right: a worker of this phone says which, anybody else is called back."""
    if caller.person is not None:
        return GoTo("which_wrong")
    if caller.people:
        return GoTo("who")
    yield Menu("a14.correct_data", ("ask",), back=True)
    return AskForData("correct")


def delete_data(caller: Caller) -> Conversation:
    """Somebody asks to be forgotten; first they read what it means for the cover."""
    yield Menu("a15.delete_data", ("ask",), back=True)
    return AskForData("delete")
