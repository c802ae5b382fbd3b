"""What a talk about the benefits changes: an answer that tells whether the words were understood."""

from __future__ import annotations

from flows import outcomes as said
from flows.benefits import RIGHT, SCREENS
from flows.conversation import Outcome
from verify_service.conversations.reports import about
from verify_service.conversations.talking import Next, Talking
from verify_service.messaging.catalogue import wordings, words_version
from verify_service.verification.knowledge import is_due, keep_answer, last_answer

OUTCOMES = (said.OpenBenefits, said.Learned)


def apply(talking: Talking, outcome: Outcome) -> Next:
    """Do what the reader meant."""
    match outcome:
        case said.OpenBenefits():
            due = is_due(last_answer(talking.session, talking.phone.id), talking.now)
            return Next("what_you_get", about(talking.caller, quiz=due))
        case said.Learned(answer):
            return _learned(talking, answer)
    raise AssertionError(f"no use case for {type(outcome).__name__}")


def asked_again(talking: Talking) -> bool:
    """Whether this phone answered so long ago that it is time to see what was remembered."""
    last = last_answer(talking.session, talking.phone.id)
    return last is not None and is_due(last, talking.now)


def _learned(talking: Talking, answer: str) -> Next:
    language = wordings().spoken(talking.phone.language)
    keep_answer(
        talking.session,
        phone_id=talking.phone.id,
        worker_id=talking.caller.person.worker if talking.caller.person else None,
        answer=answer,
        correct=answer == RIGHT,
        words_version=words_version(SCREENS, language),
        language=language,
        channel=talking.channel,
        inbound=talking.inbound,
        now=talking.now,
    )
    then = talking.caller.concern.then if talking.caller.concern else ""
    flow = "understood" if answer == RIGHT else "corrected"
    return Next(flow, about(talking.caller, then=then or "what_you_get"))
