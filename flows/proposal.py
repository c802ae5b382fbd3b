"""Somebody who should be covered and is not is proposed: never registered, and the answer is never silence."""

from collections.abc import Generator

from flows.caller import Caller, Concern, Draft
from flows.conversation import Ask, Conversation, Menu, Pick, Screen
from flows.outcomes import ChoseKecamatan, Goodbye, OpenProposal, Propose

JOBS = (
    "driver",
    "trader",
    "waste_picker",
    "domestic",
    "day_labour",
    "farm",
    "home_business",
    "other",
)
_HELP = ("see", "hear", "walk", "read", "none", "skip")


def propose(caller: Caller) -> Conversation:
    """Somebody proposes themselves or a neighbour; of another person only with that person's consent."""
    who = yield Menu("e1.who", ("myself", "other"), back=True)
    if who == "other":
        agreed = yield Menu("e2.agree_other", ("yes", "not_yet"), back=True)
        if agreed == "not_yet":
            return Goodbye("e13.ask_first")
    return OpenProposal("self" if who == "myself" else "neighbour")


def propose_who(caller: Caller) -> Conversation:
    """Who is proposed, and in which kecamatan they live."""
    concern = _concern(caller)
    nik, name, job = yield from _person()
    kecamatan = yield Pick("e5.kecamatan", concern.areas, back=True)
    return ChoseKecamatan(Draft(concern.draft.proposer if concern.draft else "self", nik, name, job, kecamatan))


def propose_where(caller: Caller) -> Conversation:
    """In which kelurahan and RT they live, and what an officer should know before coming."""
    concern = _concern(caller)
    draft = concern.draft
    if draft is None:
        return OpenProposal("self")
    kelurahan = yield Pick("e5c.kelurahan", concern.areas, back=True)
    rt_rw = yield Ask("e6.rt_rw", shape="rt_rw", hint="e14.rt_rw_wrong", back=True)
    member, help_needed = yield from _more()
    return Propose(
        draft.proposer, draft.nik, draft.name, draft.job, member, help_needed, kelurahan, rt_rw[:3], rt_rw[3:]
    )


def rt_propose(caller: Caller) -> Conversation:
    """An RT head proposes a resident of his own RT who was missed."""
    agreed = yield Menu("e2.agree_other", ("yes", "not_yet"), back=True)
    if agreed == "not_yet":
        return Goodbye("e13.ask_first")
    nik, name, job = yield from _person()
    member, help_needed = yield from _more()
    return Propose("rt_head", nik, name, job, member, help_needed)


def _person() -> Generator[Screen, str, tuple[str, str, str]]:
    """NIK, name and work of the person proposed."""
    nik = yield Ask("e3.nik", shape="nik", hint="b3.nik_invalid", back=True)
    name = yield Ask("e10.name", shape="name", hint="e15.name_wrong", back=True)
    job = yield Menu("e4.job", JOBS, back=True)
    return nik, name, job


def _more() -> Generator[Screen, str, tuple[str, str]]:
    """Whether they have the cover already, and what help they need; the second may be left out."""
    member = yield Menu("e7.member", ("no", "employer", "self", "unsure"))
    help_needed = yield Menu("e8.help_needed", _HELP)
    return member, "" if help_needed in ("none", "skip") else help_needed


def _concern(caller: Caller) -> Concern:
    return caller.concern or Concern()
