"""What a talk about the benefits changes: an answer that tells whether the words were understood."""

from __future__ import annotations

from flows import outcomes as said
from flows.benefits import RIGHT, SCREENS
from flows.conversation import Outcome
from verify_service.conversations.context import Context, Next
from verify_service.conversations.filing import about
from verify_service.messaging.catalogue import wordings, words_version
from verify_service.verification.knowledge import is_due, keep_answer, last_answer

OUTCOMES = (said.OpenBenefits, said.Learned)


def apply(context: Context, outcome: Outcome) -> Next:
    """Do what the reader meant."""
    match outcome:
        case said.OpenBenefits():
            due = is_due(last_answer(context.session, context.phone.id), context.now)
            return Next("what_you_get", about(context.caller, quiz=due))
        case said.Learned(answer):
            return _learned(context, answer)
    raise AssertionError(f"no use case for {type(outcome).__name__}")


def asked_again(context: Context) -> bool:
    """Whether this phone answered so long ago that it is time to see what was remembered."""
    last = last_answer(context.session, context.phone.id)
    return last is not None and is_due(last, context.now)


def _learned(context: Context, answer: str) -> Next:
    language = wordings().spoken(context.phone.language)
    keep_answer(
        context.session,
        phone_id=context.phone.id,
        worker_id=context.caller.person.worker if context.caller.person else None,
        answer=answer,
        correct=answer == RIGHT,
        words_version=words_version(SCREENS, language),
        language=language,
        channel=context.channel,
        inbound=context.inbound,
        now=context.now,
    )
    then = context.caller.concern.then if context.caller.concern else ""
    flow = "understood" if answer == RIGHT else "corrected"
    return Next(flow, about(context.caller, then=then or "what_you_get"))
