"""Texts of ours in words: why they were written, how they stand, why they wait or ended, what was done with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, lazy_gettext

from verify_service.conversations.asked_group import Outcome
from verify_service.conversations.group_asks import BY_DIAL, BY_TEXT, AskRefusal
from verify_service.labels.sent_texts import DELIVERIES, OUTBOX
from verify_service.labels.statements import BRIEFLY
from verify_service.languages import moment, number
from verify_service.messaging.by_hand import Deed, LeftOut, Refused, Why
from verify_service.messaging.message_list import COUNTED, Group
from verify_service.messaging.one_fate import FateStep, Happened, Waits

PURPOSES: Final = {
    "question": lazy_gettext("Question to a worker"),
    "reminder": lazy_gettext("Reminder"),
    "invitation": lazy_gettext("Invitation"),
    "reply": lazy_gettext("Reply to a text"),
    "case": lazy_gettext("News of a report"),
    "warning": lazy_gettext("Warning: cover ends"),
    "decision": lazy_gettext("Decision on the list"),
    "code": lazy_gettext("Code"),
}
GROUPS: Final = {
    Group.WAITING: lazy_gettext("Waiting"),
    Group.SENT: lazy_gettext("Sent"),
    Group.UNDELIVERED: lazy_gettext("Sent, not delivered"),
    Group.PERHAPS: lazy_gettext("Perhaps sent"),
    Group.FAILED: lazy_gettext("Failed"),
    Group.CANCELLED: lazy_gettext("Cancelled"),
}
# Reasons of our own, and what providers call theirs.
_REASONS: Final = {
    "stopped": lazy_gettext("the person sent STOP"),
    "refused": lazy_gettext("the number is on the operator's list of those who want no texts"),
    "no longer their phone": lazy_gettext("the phone no longer answers for this worker"),
    "round over": lazy_gettext("its round is over"),
    "round paused": lazy_gettext("its round is paused"),
    "ask stopped": lazy_gettext("somebody stopped the ask that it belongs to"),
    "wants none": lazy_gettext("the person wants no contact"),
    "answered": lazy_gettext("the answer to their own text has said it already"),
    "by hand": lazy_gettext("somebody took it back"),
    "in a talk": lazy_gettext("the person is in a talk by SMS; it waits until that is over"),
    "too old": lazy_gettext("it had waited too long to be still worth reading"),
    "stale": lazy_gettext("it had waited too long to be still worth reading"),
    "failed": lazy_gettext("it was given up after three tries"),
    "same text too often": lazy_gettext("this phone got the same words too often within minutes"),
    "no mobile": lazy_gettext("this is no mobile number"),
    "foreign number": lazy_gettext("this is a number abroad"),
    "our own number": lazy_gettext("this is our own number"),
    "unreadable": lazy_gettext("it cannot be read: a key of the service is missing"),
    "the sender died": lazy_gettext("the service was interrupted while it was handed over"),
    "the gateway failed": lazy_gettext("an error in the connection to the gateway"),
    "not tried": lazy_gettext("the gateway did not get to it"),
    "no connection": lazy_gettext("the gateway could not be reached"),
    "no answer": lazy_gettext("the gateway gave no answer"),
    "the answer broke off": lazy_gettext("the gateway's answer broke off"),
    "unreadable answer": lazy_gettext("the gateway's answer could not be read"),
    "not named in the answer": lazy_gettext("the gateway's answer did not name this number"),
    "no recipient named": lazy_gettext("the gateway's answer named no number"),
    "sent, but no recipient named": lazy_gettext("the gateway says it was sent, and names no number"),
    "no status": lazy_gettext("the gateway gave no clear answer"),
    "empty text": lazy_gettext("there were no words in it"),
    "text with characters no phone has": lazy_gettext("it has characters that no phone can show"),
    "text too long": lazy_gettext("it is too long"),
    "riskhold": lazy_gettext("the provider holds it back as a risk: call the provider"),
    "invalidsenderid": lazy_gettext("our sender name is not registered with the provider"),
    "invalidphonenumber": lazy_gettext("the number does not exist"),
    "unsupportednumbertype": lazy_gettext("no text can go to a number of this kind"),
    "insufficientbalance": lazy_gettext("our account at the provider has no money left"),
    "insufficientcredit": lazy_gettext("our account at the provider has no money left"),
    "userinblacklist": lazy_gettext("the number is on the operator's list of those who want no texts"),
    "couldnotroute": lazy_gettext("the provider has no way to this network"),
    "donotdisturbrejection": lazy_gettext("the network lets no text through at this hour"),
    "internalservererror": lazy_gettext("an error at the provider"),
    "gatewayerror": lazy_gettext("an error at the provider"),
    "rejectedbygateway": lazy_gettext("the network rejected it"),
    "deliveryfailure": lazy_gettext("the network could not deliver it"),
    "userisinactive": lazy_gettext("the number is not in use"),
    "usernotfound": lazy_gettext("the number does not exist"),
    "useraccountsuspended": lazy_gettext("the number was suspended by its operator"),
    "notnetworksubscriber": lazy_gettext("the number belongs to no network"),
    "queued": lazy_gettext("the gateway cannot take it just now"),
}
_BY_CODE: Final = {
    "401": lazy_gettext("the gateway does not know our account or its key"),
    "403": lazy_gettext("the gateway does not let our account send"),
    "404": lazy_gettext("the gateway was not found at its address"),
    "429": lazy_gettext("the gateway wants fewer texts at once"),
    "503": lazy_gettext("the gateway is overloaded or being serviced"),
}


def reason_words(reason: str | None) -> str:
    """Why a text is as it is, in words; of a provider's word that is new the word itself, as such."""
    said = (reason or "").strip()
    if not said:
        return ""
    known = _REASONS.get(said) or _REASONS.get(re.sub(r"[\s_-]+", "", said).casefold())
    if known is not None:
        return str(known)
    if said.startswith("revived, was "):
        return str(gettext("somebody put it back in the queue"))
    if answered := re.fullmatch(r"HTTP ([0-9]{3})", said):
        code = answered[1]
        plain = _BY_CODE.get(code) or (
            lazy_gettext("an error at the gateway") if code >= "500" else lazy_gettext("the gateway did not take it")
        )
        return str(gettext("%(words)s (answer %(code)s)", words=plain, code=code))
    return str(gettext("the provider's own word for it: “%(word)s”", word=said))


def state_words(state: str, delivery: str | None) -> str:
    """How a text stands: what we did with it, or what the network says of one that it took."""
    if state == "accepted" and delivery is not None:
        return str(DELIVERIES.get(delivery, DELIVERIES["unknown"]))
    return str(OUTBOX[state])


WAITS: Final = {
    Waits.WINDOW: lazy_gettext("It waits for the send window, which opens %(until)s."),
    Waits.TALK: lazy_gettext("The person is in a talk by SMS: it waits until about %(until)s."),
    Waits.ROUND: lazy_gettext("Its round is paused: it waits until the round goes on."),
    Waits.GATEWAY: lazy_gettext("The gateway is away: it leaves by itself once that is back."),
    Waits.LATER: lazy_gettext("The gateway wants it later: it is tried again %(until)s."),
    Waits.SENDING: lazy_gettext("It is with the gateway at this moment."),
    Waits.TURN: lazy_gettext("It leaves within moments."),
}


def waits_words(waits: Waits, until: Any) -> str:
    """Why it has not left, and until when."""
    return str(WAITS[waits]) % {"until": moment(until)}


_HAPPENED: Final = {
    Happened.QUEUED: lazy_gettext("Written and queued"),
    Happened.HELD_BACK: lazy_gettext("Held back at once"),
    Happened.HANDED: lazy_gettext("Handed to the gateway"),
    Happened.TAKEN: lazy_gettext("Taken by the network"),
    Happened.REFUSED: lazy_gettext("Refused"),
    Happened.PUT_OFF: lazy_gettext("Not taken this time"),
    Happened.PERHAPS: lazy_gettext("Perhaps sent: nobody knows"),
    Happened.ENDED: lazy_gettext("Ended without having been sent"),
    Happened.AGAIN: lazy_gettext("Sent once more"),
    Happened.ANSWERED: lazy_gettext("Answered"),
}
HANDLED: Final = {
    "answer": lazy_gettext("an answer"),
    "stop": lazy_gettext("STOP"),
    "start": lazy_gettext("wants our texts again"),
    "keyword": lazy_gettext("a keyword"),
    "report": lazy_gettext("a report"),
    "thread": lazy_gettext("words for a report"),
    "unclear": lazy_gettext("not understood, asked back"),
    "triage": lazy_gettext("for an officer to read"),
}


def step_words(step: FateStep) -> tuple[str, str]:
    """What happened, and what is to be said of it."""
    if step.what is Happened.REPORTED:
        status, _, failure = step.code.partition(":")
        named = DELIVERIES.get(status, DELIVERIES["unknown"])
        return str(gettext("Delivery report: %(said)s", said=named)), reason_words(failure)
    if step.what is Happened.BY_HAND:
        deed, _, why = step.code.partition(":")
        done = DONE_TO_IT.get(deed, "")
        return str(gettext("%(done)s by %(who)s", done=done, who=actor_words(step.by))), str(WHYS.get(why, ""))
    if step.what is Happened.ANSWERED:
        said = BRIEFLY.get(step.code) or HANDLED.get(step.code, "")
        return str(_HAPPENED[step.what]), str(said)
    return str(_HAPPENED[step.what]), reason_words(step.code)


def actor_words(actor: str) -> str:
    """Who did it: a name, or the command line."""
    return str(gettext("an operator, from the command line")) if actor.startswith("command line") else actor


DEEDS: Final = {
    Deed.CANCEL: lazy_gettext("Take back"),
    Deed.REVIVE: lazy_gettext("Put back in the queue"),
    Deed.RESEND: lazy_gettext("Send once more"),
}
DONE_TO_IT: Final = {
    "cancel": lazy_gettext("Taken back"),
    "revive": lazy_gettext("Queued again"),
    "resend": lazy_gettext("Sent once more"),
}
ASKS_BACK: Final = {
    Deed.CANCEL: lazy_gettext("Take back %(texts)s texts that have not left yet?"),
    Deed.REVIVE: lazy_gettext("Put %(texts)s texts that never left back in the queue?"),
    Deed.RESEND: lazy_gettext("Send %(texts)s texts once more?"),
}
DONE: Final = {
    Deed.CANCEL: lazy_gettext("Texts taken back: %(texts)s."),
    Deed.REVIVE: lazy_gettext("Texts put back in the queue: %(texts)s."),
    Deed.RESEND: lazy_gettext("Texts sent once more: %(texts)s."),
}
WHYS: Final[Mapping[str, Any]] = {
    Why.WRONG_PEOPLE: lazy_gettext("it was to go to others"),
    Why.WRONG_WORDS: lazy_gettext("its words are wrong"),
    Why.WRONG_TIME: lazy_gettext("it is not the time for it"),
    Why.GATEWAY_MENDED: lazy_gettext("the gateway was put right"),
    Why.NUMBER_MENDED: lazy_gettext("the number was put right"),
    Why.PERSON_ASKED: lazy_gettext("the person asked for it"),
    Why.OTHER: lazy_gettext("another reason"),
}
LEFT_OUT: Final = {
    LeftOut.MOVED_ON: lazy_gettext("in no state in which this can be done"),
    LeftOut.TOO_OLD: lazy_gettext("too old: what grew too old stays ended"),
    LeftOut.NO_WORDS: lazy_gettext("their words are no longer kept"),
    LeftOut.CODE: lazy_gettext("codes, which are never sent again"),
    LeftOut.STOPPED: lazy_gettext("the person sent STOP"),
    LeftOut.REFUSED: lazy_gettext("on the operator's list of those who want no texts"),
    LeftOut.NOT_THEIRS: lazy_gettext("the phone no longer answers for this worker"),
    LeftOut.QUESTION_OVER: lazy_gettext("questions that were answered or replaced since"),
    LeftOut.ASKED_AGAIN: lazy_gettext("asked again since"),
    LeftOut.AGAIN_ALREADY: lazy_gettext("sent once more before"),
    LeftOut.GROUP_OVER: lazy_gettext("their ask was stopped, or their round is over"),
}
REFUSALS: Final = {
    Refused.NOBODY: lazy_gettext(
        "Nothing was done: there is no text left with which this can be done. Somebody was quicker, or it has left."
    ),
    Refused.GREW: lazy_gettext("Nothing was done: there are more of them now than you saw. Look at the number again."),
    Refused.TOO_MANY: lazy_gettext("Nothing was done: these are too many at once. Choose fewer."),
    Refused.PERHAPS: lazy_gettext("Nothing was done: say that they go although they may have arrived."),
    Refused.NO_REASON: lazy_gettext("Nothing was done: choose a reason."),
}


def capped(count: int) -> str:
    """A number that was counted up to a limit."""
    return f"{number(COUNTED)}+" if count > COUNTED else number(count)


# --- asks ---

HEARD: Final = {**BRIEFLY, **HANDLED}

QUESTIONS: Final = {
    BY_TEXT: lazy_gettext("Registered and covered? Answered by SMS"),
    BY_DIAL: lazy_gettext("The same, asking to dial"),
}
ASK_STATES: Final = {
    "asking": lazy_gettext("is being asked"),
    "done": lazy_gettext("all were asked"),
    "stopped": lazy_gettext("stopped"),
}
OUTCOMES: Final[Mapping[Outcome, Any]] = {
    Outcome.ASKED: lazy_gettext("asked"),
    Outcome.NO_PHONE: lazy_gettext("have no phone"),
    Outcome.STOPPED: lazy_gettext("sent STOP"),
    Outcome.REFUSED: lazy_gettext("are on the operator's list of those who want no texts"),
    Outcome.ASKED_LATELY: lazy_gettext("were asked lately"),
    Outcome.SHARED_PHONE: lazy_gettext("share a phone with somebody of the group who is asked first"),
    Outcome.IN_ROUND: lazy_gettext("are drawn for the round at work, which asks them itself"),
    Outcome.DEAD: lazy_gettext("are reported dead"),
    Outcome.CHANGED: lazy_gettext("have another phone since, or are no longer listed so"),
    Outcome.NO_MOBILE: lazy_gettext("have a number to which no text can go"),
    Outcome.NOT_WANTED: lazy_gettext("were more than wanted"),
    Outcome.ASK_STOPPED: lazy_gettext("were not asked any more, since it was stopped"),
}
ASK_REFUSALS: Final = {
    AskRefusal.NOBODY: lazy_gettext("Nobody was asked: nobody of this group can be asked now."),
    AskRefusal.CHANGED: lazy_gettext("Nobody was asked: the group has changed since you saw it. Look at it again."),
    AskRefusal.OVER_BUDGET: lazy_gettext("Nobody was asked: say in ten letters or more why it goes over the budget."),
    AskRefusal.OVER: lazy_gettext("Somebody stopped it before, or all its texts have left."),
}
TEXT_STATES: Final = {
    "waiting": lazy_gettext("wait to leave"),
    "sending": lazy_gettext("are with the gateway"),
    "accepted": lazy_gettext("taken by the network"),
    "delivered": lazy_gettext("delivered"),
    "undelivered": lazy_gettext("not delivered"),
    "unknown": lazy_gettext("perhaps sent"),
    "refused": lazy_gettext("refused by the network"),
    "failed": lazy_gettext("could not be sent"),
    "stale": lazy_gettext("not sent: too old"),
    "cancelled": lazy_gettext("taken back or not wanted"),
}
