"""Which worker is on the phone: a NIK and a code from the letter, or a choice among those who share the phone."""

from flows.caller import Caller
from flows.conversation import Ask, Conversation, Menu, Pick
from flows.outcomes import ChosePerson, FindWorker, GoTo, MorePeople


def link(caller: Caller) -> Conversation:
    """A worker ties this phone to their record with the NIK and the code of the invitation letter."""
    nik = yield Ask("b1.ask_nik", shape="nik", hint="b3.nik_invalid", back=True)
    code = yield Ask("b2.ask_code", secret=True, shape="code", hint="b22.code_invalid", back=True)
    return FindWorker(nik, code)


def not_found(caller: Caller) -> Conversation:
    """The NIK and code lead to no record, which does not yet mean that the worker has no right."""
    wanted = yield Menu("b4.not_found", ("propose_self", "retype_nik", "report"), back=True)
    return GoTo({"retype_nik": "link", "propose_self": "propose"}.get(wanted, wanted))


def who(caller: Caller) -> Conversation:
    """Several workers answer on one phone, and one of them says which he is."""
    people = tuple((str(person.worker), f"{person.name} {person.nik4}") for person in caller.people)
    more = "more" if caller.more_people else ""
    chosen = yield Pick("b17.who_answers", people, none="none", back=True, more=more)
    if chosen == "none":
        return GoTo("link")
    if chosen == "more":
        return MorePeople(caller.people_page + 1)
    return ChosePerson(int(chosen))
