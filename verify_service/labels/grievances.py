"""What steps, states, deadlines and refusals of the desk are called on its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext

from verify_service.grievances.actions import Refusal
from verify_service.grievances.allowed import Action
from verify_service.grievances.clock import ClockState, Deadline
from verify_service.grievances.related import Other
from verify_service.grievances.timeline import Entry
from verify_service.grievances.worklist import Tab
from verify_service.ground.programme import programme
from verify_service.languages import day

TABS = {
    Tab.MINE: lazy_gettext("Mine"),
    Tab.ORPHANED: lazy_gettext("Left behind"),
    Tab.UNASSIGNED: lazy_gettext("Nobody's yet"),
    Tab.OPEN: lazy_gettext("Not answered yet"),
    Tab.AT_RISK: lazy_gettext("At risk of being late"),
    Tab.OVERDUE: lazy_gettext("Overdue"),
    Tab.WAITING: lazy_gettext("Waiting for the citizen"),
    Tab.ANSWERED: lazy_gettext("Answered"),
    Tab.CLOSED: lazy_gettext("Closed"),
    Tab.ALL: lazy_gettext("All of them"),
}
CHANNELS = {
    "ussd": lazy_gettext("USSD"),
    "sms": lazy_gettext("SMS"),
    "call": lazy_gettext("phone call"),
    "counter": lazy_gettext("counter"),
    "open311": lazy_gettext("another system of the city"),
    "web": lazy_gettext("the public page"),
    "console": lazy_gettext("console"),
    "clock": lazy_gettext("the clock"),
}
URGENCIES = {
    "accident": lazy_gettext("Accident"),
    "death": lazy_gettext("Death"),
    "none": lazy_gettext("Neither accident nor death"),
}
WAITING_FOR = {
    "detail": lazy_gettext("a detail is missing"),
    "document": lazy_gettext("a document is missing"),
    "visit": lazy_gettext("a visit is to be agreed"),
}
REFUSALS = {
    Refusal.UNKNOWN: lazy_gettext("There is no such case, or it is not yours to see."),
    Refusal.CHANGED: lazy_gettext("Somebody else took a step with it. Look at what changed, then send yours again."),
    Refusal.STEP: lazy_gettext("That cannot be done as the case stands now. A new one has to be verified first."),
    Refusal.INPUT: lazy_gettext("Something is missing: choose from the list and write the words, then send it again."),
    Refusal.TOO_LONG: lazy_gettext("The text is too long for two SMS. Shorten it, then send it again."),
    Refusal.NOT_THEIRS: lazy_gettext("That officer may not see this case, or may not work on it. Choose another."),
    Refusal.WOULD_SHOW: lazy_gettext(
        "Not merged: the other case is seen by more people than this one was told to. Answer both."
    ),
    Refusal.TOO_OFTEN: lazy_gettext(
        "The citizen was asked as often as the clock may stand. Answer with what there is."
    ),
    Refusal.ANONYMOUS: lazy_gettext("There is nobody to ask or name: the reporter is unknown or wants no contact."),
    Refusal.ROLE: lazy_gettext("Your role may read cases and not change them."),
}

ACTIONS = {
    Action.VERIFY: lazy_gettext("Verify and file it"),
    Action.FILE: lazy_gettext("File under another category"),
    Action.TAKE: lazy_gettext("Take it"),
    Action.HAND_OVER: lazy_gettext("Hand over"),
    Action.ASK: lazy_gettext("Ask the citizen"),
    Action.HEARD: lazy_gettext("The citizen answered by call or visit"),
    Action.ANSWER: lazy_gettext("Answer"),
    Action.NOTE: lazy_gettext("Note"),
    Action.CALL: lazy_gettext("Note of a call"),
    Action.REFER: lazy_gettext("Refer to another body"),
    Action.REJECT: lazy_gettext("Reject"),
    Action.REOPEN: lazy_gettext("Open again"),
    Action.ESCALATE: lazy_gettext("Pass up to a supervisor"),
    Action.MERGE: lazy_gettext("Merge with another case"),
    Action.PHONE: lazy_gettext("Correct the phone number"),
    Action.UNMERGE: lazy_gettext("Take the merge back"),
    Action.ELSEWHERE: lazy_gettext("Number in another system"),
    Action.IDENTITY: lazy_gettext("Open the identity"),
}
DECISIONS = {
    "corrected": lazy_gettext("data corrected"),
    "paid": lazy_gettext("premium paid"),
    "card_given": lazy_gettext("card given"),
    "explained": lazy_gettext("explained"),
    "helped_claim": lazy_gettext("helped with the claim"),
    "acted_on": lazy_gettext("acted on"),
    "no_fault_found": lazy_gettext("looked into, no fault found"),
    "listed": lazy_gettext("put on the waiting list"),
    "not_ours": lazy_gettext("not the programme's to settle"),
    "referred": lazy_gettext("referred to another body"),
    "not_about_programme": lazy_gettext("not about the programme"),
    "no_detail": lazy_gettext("nothing to go by"),
    "abuse": lazy_gettext("abuse"),
    "twice": lazy_gettext("reported twice"),
}
WHY_SIMILAR = {
    "same_phone": lazy_gettext("same phone"),
    "same_worker": lazy_gettext("same worker"),
    "same_rt": lazy_gettext("same category, same RT"),
    "words": lazy_gettext("similar words"),
}
LISTED = {
    "paid": lazy_gettext("paid"),
    "listed_not_paid": lazy_gettext("listed, not paid"),
    "removed": lazy_gettext("removed"),
    "not_listed": lazy_gettext("not listed"),
}
INSURED = {
    "active": lazy_gettext("active"),
    "unpaid": lazy_gettext("unpaid"),
    "inactive": lazy_gettext("inactive"),
    "not_found": lazy_gettext("not found"),
    "no_file": lazy_gettext("not reported yet"),
}
WHO = {
    "reporter": lazy_gettext("the reporter"),
    "somebody with the number": lazy_gettext("somebody with the number"),
    "clock": lazy_gettext("the clock"),
    "us": lazy_gettext("text of ours"),
    "officer": lazy_gettext("officer"),
}


@dataclass(frozen=True)
class DeadlineWords:
    """A deadline as pages show it: a sign and words beside the colour, so that none of them is needed alone."""

    sign: str
    tone: str
    words: str
    also: str = ""


def body_name(code: str) -> str:
    """What a body outside is called; what was written before bodies were a list stays as it was written."""
    named = programme().bodies.get(code)
    return named.name if named is not None else code


def how_it_goes(code: str) -> str:
    """How a report that was referred reaches that body."""
    named = programme().bodies.get(code)
    if named is None or not named.by_sheet:
        return str(gettext("by letter: print the case and send it"))
    return str(gettext("with the next sheet under Exports"))


def refusal_text(refusal: Refusal) -> str:
    """Why a step was not taken and what to do next."""
    return str(REFUSALS[refusal])


def channel_name(channel: str) -> str:
    return str(CHANNELS.get(channel, channel))


def waiting_for(reason: str | None) -> str:
    """Why the clock stands."""
    return str(WAITING_FOR.get(reason or "", reason or ""))


def deadline_words(held: Deadline, reason: str | None = None) -> DeadlineWords:
    """A deadline in words: by when, how late, or why it stands."""
    days = working_days(held.days)
    also = gettext("not looked at in time, by %(days)s", days=working_days(held.unread)) if held.unread else ""
    match held.standing:
        case ClockState.OVERDUE:
            if held.promised is not None:
                told = gettext("promised to the citizen for %(day)s", day=_day(held.promised))
                also = "; ".join(filter(None, (told, also)))
            return DeadlineWords("✕", "late", gettext("overdue by %(days)s", days=days), also)
        case ClockState.AT_RISK if not held.days:
            return DeadlineWords("!", "risk", gettext("at risk: due today"), also)
        case ClockState.AT_RISK:
            return DeadlineWords(
                "!", "risk", gettext("at risk: due %(day)s, %(days)s left", day=_day(held.day), days=days), also
            )
        case ClockState.PAUSED:
            return DeadlineWords("‖", "paused", gettext("clock stands: %(reason)s", reason=waiting_for(reason)))
        case ClockState.ANSWERED:
            return DeadlineWords("↩", "plain", gettext("answered; closes after %(day)s", day=_day(held.day)))
        case ClockState.CLOSED:
            return DeadlineWords("■", "plain", gettext("closed %(day)s", day=_day(held.day)))
    return DeadlineWords("✓", "good", gettext("on time: due %(day)s", day=_day(held.day)), also)


def said_by(entry: Entry) -> str:
    """Who said or did one thing of the thread."""
    return entry.name or str(WHO.get(entry.by, entry.by))


def word_of(words: Mapping[str, object], code: str | None) -> str:
    """A code of the programme file in plain words; the code itself where another city added one."""
    return str(words.get(code or "", (code or "").replace("_", " ")))


def why_similar(other: Other) -> str:
    """Why another report may be of the same thing."""
    share = f" ({other.alike}%)" if other.alike else ""
    return str(WHY_SIMILAR[other.why]) + share


def working_days(days: int) -> str:
    """So many working days."""
    return str(gettext("1 working day") if days == 1 else gettext("%(days)s working days", days=days))


def _day(value: dt.date | None) -> str:
    return day(value)
