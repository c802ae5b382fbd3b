"""The first minute of a call: language, what the data is used for, the main menu, going on after a drop."""

from flows.caller import Caller
from flows.conversation import Conversation, Menu
from flows.outcomes import AcceptedNotice, Back, ChoseLanguage, ContinueTalk, Goodbye, GoTo, OpenDesk, StartAgain

MAIN = ("cover", "report", "my_report", "benefits", "not_listed", "settings", "exit")


def language(caller: Caller) -> Conversation:
    """Somebody chooses the language this phone is spoken to in."""
    chosen = yield Menu("a1.language", caller.languages)
    return ChoseLanguage(chosen)


def data_notice(caller: Caller) -> Conversation:
    """Somebody is told what the data is used for, before anything of theirs is shown or asked."""
    answer = yield Menu("a2.data_notice", ("continue", "leave"))
    return AcceptedNotice() if answer == "continue" else Goodbye("a6.end")


def main(caller: Caller) -> Conversation:
    """Somebody chooses what they called for; an RT head first says in which of two roles."""
    if caller.rt_head:
        of_rw = all(post.of_rw for post in caller.rt_head.posts)
        role = yield Menu("f43.rw_role" if of_rw else "a11.role", ("rt_head", "myself"))
        if role == "rt_head":
            return OpenDesk()
    wanted = yield Menu("a3.main", MAIN)
    if wanted == "exit":
        return Goodbye("a6.end")
    return GoTo({"not_listed": "propose"}.get(wanted, wanted))


def by_phone(caller: Caller) -> Conversation:
    """What this service cannot do yet is done by phone or at the kelurahan; the only way on is back."""
    yield Menu("a9.by_phone", (), back=True)
    return Back()


def resume(caller: Caller) -> Conversation:
    """Somebody who was cut off decides whether to go on."""
    answer = yield Menu("a7.resume", ("continue", "again"))
    return ContinueTalk() if answer == "continue" else StartAgain()
