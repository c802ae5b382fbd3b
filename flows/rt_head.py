"""The head of an RT (a neighbourhood of some hundred households) says who of those on the list lives there.

Where an RT has no head, that of the RW (some eight RT) answers in his place. Neither is ever shown what a worker
answered. Names come only after the PIN, and the PIN is asked last before them, since the gateway repeats everything
typed at each hop after it.
"""

from collections.abc import Mapping
from typing import cast

from flows.caller import Caller, Post, Resident, RtDesk
from flows.conversation import Ask, Conversation, Menu, Pick, Value, Word, straight
from flows.outcomes import (
    ActivateRt,
    AssistedSays,
    Attest,
    CheckHelpCode,
    CheckPin,
    ChoseHelped,
    ChosePost,
    ChoseResident,
    CorrectLast,
    Goodbye,
    GoTo,
    HelpResident,
    NewPin,
    NextResident,
    ProposeResident,
    ReadRules,
    RepeatPin,
    ResidentsPage,
    RtStatement,
    ShowRules,
    Statement,
)

NOT_IN_OFFICE = Goodbye("f12.not_registered")


def rt_head(caller: Caller) -> Conversation:
    """Somebody calls as head of an RT: of which one, and what has to be done before the menu."""
    desk = caller.rt_head
    if desk is None:
        return NOT_IN_OFFICE
    if desk.post is None:
        return (yield from _which_post(desk))
    if desk.locked:
        return Goodbye("f11.locked")
    if not desk.rules_read:
        return GoTo("rt_rules")
    return GoTo("rt_menu" if desk.activated else "rt_activate")


def _which_post(desk: RtDesk) -> Conversation:
    """The head of several RT chooses one."""
    posts = tuple((str(post.head), f"{'RW' if post.of_rw else 'RT'} {post.rt} {post.kelurahan}") for post in desk.posts)
    chosen = yield Pick("f13.which_rt", posts, none="none", back=True)
    return NOT_IN_OFFICE if chosen == "none" else ChosePost(int(chosen))


def rt_rules(caller: Caller) -> Conversation:
    """An RT head reads the rules before anything else."""
    yield Menu("f2.rules", ("understood",))
    return ReadRules()


def rt_activate(caller: Caller) -> Conversation:
    """An RT head proves with the code of the activation letter that the letter reached him."""
    desk = caller.rt_head
    if desk is None or desk.post is None:
        return NOT_IN_OFFICE
    letter = "f44.rw_code" if desk.post.of_rw else "f14.activation_code"
    screen = letter if desk.tries_left is None else "f15.activation_wrong"
    code = yield Ask(screen, _tries(desk), secret=True, shape="code", hint="f16.code_length", back=True)
    return ActivateRt(code)


def rt_new_pin(caller: Caller) -> Conversation:
    """An RT head chooses the PIN that only he knows."""
    pin = yield Ask("f17.new_pin", secret=True, shape="code", hint="f18.pin_length")
    return NewPin(pin)


def rt_weak_pin(caller: Caller) -> Conversation:
    """The PIN chosen is one that anybody would try first."""
    pin = yield Ask("f19.pin_weak", secret=True, shape="code", hint="f18.pin_length")
    return NewPin(pin)


def rt_repeat_pin(caller: Caller) -> Conversation:
    """The PIN is typed again, so that a slip of the finger does not lock the RT head out."""
    pin = yield Ask("f20.repeat_pin", secret=True, shape="code", hint="f18.pin_length")
    return RepeatPin(pin)


def rt_pin_differs(caller: Caller) -> Conversation:
    """The two PINs were not the same: choose again."""
    pin = yield Ask("f21.pin_differs", secret=True, shape="code", hint="f18.pin_length")
    return NewPin(pin)


def rt_pin(caller: Caller) -> Conversation:
    """The PIN, before a name is shown; asked once in a session."""
    desk = caller.rt_head
    if desk is None or desk.post is None:
        return NOT_IN_OFFICE
    place = {"rt": desk.post.rt, "kel": desk.post.kelurahan}
    menu = "f39.rw_pin" if desk.post.of_rw else "f1.pin"
    screen = menu if desk.tries_left is None else "f22.pin_wrong"
    values = place if desk.tries_left is None else _tries(desk)
    pin = yield Ask(screen, values, secret=True, shape="code", hint="f18.pin_length", back=True)
    return CheckPin(pin)


def rt_menu(caller: Caller) -> Conversation:
    """An RT head chooses what to do, and sees how many residents still wait."""
    desk = caller.rt_head
    if desk is None or desk.post is None:
        return NOT_IN_OFFICE
    correct = ("correct",) if desk.correctable else ()
    values = {"rt": desk.post.rt, "kel": desk.post.kelurahan, "n": str(desk.left)}
    if desk.post.of_rw:
        wanted = yield Menu("f40.rw_menu", ("confirm", "moved_died", *correct, "exit"), values)
    else:
        wanted = yield Menu("f3.menu", ("confirm", "moved_died", "propose", "help", *correct, "exit"), values)
    if wanted == "confirm":
        return NextResident() if desk.left else _all_done(desk.post)
    if wanted == "moved_died":
        return ResidentsPage(0)
    if wanted == "correct":
        return CorrectLast()
    if wanted == "propose":
        return ProposeResident()
    return Goodbye("a6.end") if wanted == "exit" else GoTo("rt_help")


def _all_done(post: Post) -> Goodbye:
    return Goodbye("f41.rw_done" if post.of_rw else "f9.done", {"rt": post.rt})


def rt_residents(caller: Caller) -> Conversation:
    """An RT head looks for the resident he has news of."""
    desk = caller.rt_head
    listed = desk.listed if desk else ()
    choices = tuple((str(resident.enrolment), resident.name) for resident in listed)
    more = "more" if desk and desk.more_listed else ""
    chosen = yield Pick("f23.which_resident", choices, none="none", back=True, more=more)
    helps = desk is not None and desk.wish == "help"
    if chosen == "none":
        return GoTo("rt_menu")
    if chosen == "more":
        page = (desk.page if desk else 0) + 1
        return HelpResident(page) if helps else ResidentsPage(page)
    return ChoseHelped(int(chosen)) if helps else ChoseResident(int(chosen))


def rt_confirm(caller: Caller) -> Conversation:
    """An RT head says of one resident whether he lives there; nothing is kept before he has read it again."""
    desk = caller.rt_head
    resident = desk.resident if desk else None
    if desk is None or resident is None:
        return GoTo("rt_menu")
    about = str(resident.enrolment)
    if desk.post is not None and desk.post.of_rw:  # who of several RT he speaks of
        lives = yield Menu("f42.rw_confirm", tuple(_LIVES), {**_of(desk, resident), "rt": resident.rt}, about=about)
    else:
        lives = yield Menu("f4.confirm", tuple(_LIVES), _of(desk, resident), about=about)
    if lives == "later":
        return NextResident(resident.enrolment)
    if lives == "own_family":
        return Attest(resident.enrolment, "own_family")
    says, detail = _LIVES[lives], ""
    if lives == "yes":
        works = yield Menu("f5.working", tuple(_WORKS), {"resident": resident.name}, about=str(resident.enrolment))
        says, detail = _WORKS[works], "unsure of work" if works == "unsure" else ""
    elif lives in ("moved", "deceased"):
        detail = yield Ask("f6.when", shape="month", hint="f24.month_wrong", latest=desk.month)
    read: Mapping[str, Value] = {"resident": resident.name, "answer": Word("f25.says", says)}
    right = yield Menu("f7.review", ("save", "change"), read, about=str(resident.enrolment))
    if right == "change":
        return GoTo("rt_confirm")
    return Attest(resident.enrolment, cast(RtStatement, says), "" if detail == "0" else detail)


_LIVES = {
    "yes": "resident",
    "moved": "moved",
    "deceased": "deceased",
    "unknown": "unknown",
    "own_family": "own_family",
    "later": "",
}
_WORKS = {"yes": "resident", "no": "not_working", "now_employed": "now_employed", "unsure": "resident"}


def rt_saved(caller: Caller) -> Conversation:
    """What an RT head said is stored: on to the next, take it back, or stop here."""
    desk = caller.rt_head
    if desk is None or desk.post is None:
        return NOT_IN_OFFICE
    if not desk.left:
        return _all_done(desk.post)
    wanted = yield Menu("f8.saved", ("next", "change", "finish"), {"n": str(desk.left)})
    if wanted == "change":
        return CorrectLast()
    return NextResident(desk.passed) if wanted == "next" else Goodbye("a6.end")


def rt_family(caller: Caller) -> Conversation:
    """For his own family the RT head does not speak; others do."""
    desk = caller.rt_head
    yield Menu("f10.own_family", ("next",))
    return NextResident(desk.passed if desk else 0)


def rt_put_off(caller: Caller) -> Conversation:
    """All that is left was put off: begin with them again, or stop here."""
    desk = caller.rt_head
    wanted = yield Menu("f26.put_off", ("next", "finish"), {"n": str(desk.left if desk else 0)})
    return NextResident() if wanted == "next" else Goodbye("a6.end")


def rt_too_late(caller: Caller) -> Conversation:
    """An answer cannot be taken back any more by himself; the kelurahan can help."""
    return straight(Goodbye("f27.too_late"))


def rt_help(caller: Caller) -> Conversation:
    """An RT head wants help: for a resident without a phone, with the rules, or for himself."""
    wanted = yield Menu("f29.help", ("resident", "rules", "myself"), back=True)
    if wanted == "resident":
        return HelpResident()
    return ShowRules() if wanted == "rules" else GoTo("by_phone")


def rt_rules_in_force(caller: Caller) -> Conversation:
    """The rules that hold today, with the decree they rest on."""
    decree = caller.rt_head.decree if caller.rt_head else None
    if decree is not None:
        yield Menu("f30.decree", ("next",), {"decree": decree.number, "date": decree.date})
    yield Menu("f31.criteria", ("next",))
    return GoTo("rt_menu")


def rt_help_code(caller: Caller) -> Conversation:
    """The resident who is beside the RT head shows the card with the one-time code."""
    desk = caller.rt_head
    resident = desk.resident if desk else None
    if resident is None:
        return GoTo("rt_menu")
    screen = "f32.help_code" if desk is None or desk.tries_left is None else "f38.help_code_wrong"
    shown = {"resident": resident.name}
    code = yield Ask(screen, shown, secret=True, shape="code", hint="f33.help_code_length", back=True)
    return CheckHelpCode(code)


def rt_assisted(caller: Caller) -> Conversation:
    """A resident without a phone answers on that of the RT head; whether money was asked is not asked here."""
    desk = caller.rt_head
    resident = desk.resident if desk else None
    if resident is None:
        return GoTo("rt_menu")
    about = str(resident.enrolment)
    says = yield Menu("f34.assisted", tuple(_ASSISTED), {"resident": resident.name}, about=about)
    read: Mapping[str, Value] = {"resident": resident.name, "answer": Word("f35.assisted_says", says)}
    right = yield Menu("f7.review", ("save", "change"), read, about=about)
    if right == "change":
        return GoTo("rt_assisted")
    return AssistedSays(resident.enrolment, _ASSISTED[says])


_ASSISTED: Mapping[str, Statement] = {
    "right": "confirms",
    "wrong_data": "wrong_data",
    "unsure": "does_not_know",
    "denies": "denies",
    "not_working": "not_working",
    "moved": "moved",
}


def rt_assisted_saved(caller: Caller) -> Conversation:
    """The resident's answer is stored, and says that it was given with help."""
    yield Menu("f36.assisted_saved", ("next",))
    return GoTo("rt_menu")


def _tries(desk: RtDesk) -> Mapping[str, Value]:
    """How many tries are left, where one was lost."""
    return {} if desk.tries_left is None else {"i": str(desk.tries_left)}


def _of(desk: RtDesk, resident: Resident) -> Mapping[str, Value]:
    """What the screen about one resident shows."""
    return {"i": str(resident.place), "n": str(desk.residents), "resident": resident.name, "job": resident.job}
