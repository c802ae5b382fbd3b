"""The service with one fault put in, each of which the crash run, the race or the race of texts has to turn red on.

In front of the web process, in the workers, or in the database: wherever the service's own code may change unharmed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import jobs.messages
from flows import speaker
from flows.caller import StaleCaller
from flows.flow_state import FlowState
from verify_service.conversations import (
    by_message,
    grievance_words,
    hear,
    hearing,
    lately,
    one_message,
    question,
    waiting_messages,
)
from verify_service.ground import queue
from verify_service.ground.crypto import unseal
from verify_service.ground.tables import Conversation, InboundMessage, Phone
from verify_service.logs import Lines
from verify_service.messaging import breaker, sending
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import SendOutcome, Sent
from verify_service.rounds import reach

POLITE = "END Terima kasih. Program ini gratis. Jangan beri uang atau PIN kepada siapa pun."


@lru_cache(maxsize=1)
def _honest() -> Any:
    from wsgi import app  # at once would make every worker a web server too

    return app


def end_to_all(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Whoever calls is thanked, and nothing is done."""
    return _instead("/ussd", lambda body: POLITE, environ, start_response)


def enqueue_first(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A text is acknowledged once it is in the queue, before any row is written."""

    def enqueue(body: bytes) -> str:
        call = (environ["PATH_INFO"], body.decode("latin-1"))
        queue.queue().enqueue_call("tests.soak.sabotaged.store", call, result_ttl=0, failure_ttl=60)
        return ""

    return _instead("/sms", enqueue, environ, start_response)


def store(path: str, body: str) -> None:
    """What the job would do with it, if it were still there."""
    form = "application/x-www-form-urlencoded"
    _honest().test_client().post(path, data=body.encode("latin-1"), content_type=form)


def _instead(
    path: str, answer: Callable[[bytes], str], environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    if not environ["PATH_INFO"].endswith(path):
        said: Iterable[bytes] = _honest()(environ, start_response)
        return said
    body = answer(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [body.encode()]


def counts_repeats(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Of every twentieth repeated hop nobody asks whether it is new."""
    said: Iterable[bytes] = _forgetful()(environ, start_response)
    return said


@lru_cache(maxsize=1)
def _forgetful() -> Any:
    hops, transcripts, inputs = count(1), hear._new_input, hear._new_last

    def forgets() -> bool:
        return next(hops) % 20 == 0

    def new_input(conversation: Any, text: str) -> str | None:
        new = transcripts(conversation, text)
        return text.rpartition("*")[2] if new is None and text and forgets() else new

    def new_last(conversation: Any, hop: hear.Hop, now: dt.datetime) -> str | None:
        new = inputs(conversation, hop, now)
        return hop.text if new is None and hop.text and forgets() else new

    vars(hear).update(_new_input=new_input, _new_last=new_last)
    return _honest()


def _sends_twice() -> None:
    send = Console.send
    Console.send = lambda self, batch: [send(self, batch), send(self, batch)][1]  # type: ignore[method-assign]


def _asks_twice() -> None:
    """That somebody was contacted is not always written down with the text."""
    reach._MOVE_ON = text(f"{reach._MOVE_ON.text} AND random() < 0.5")


# --- what becomes of texts: faults that stood once, put back into the workers ---


def _empties_unread() -> None:
    """Whatever came since a talk began is emptied with it, heard or not."""
    theirs = select(Phone.number_index).join(Conversation, Conversation.phone_id == Phone.id)
    since = select(Conversation.started_at).where(Conversation.id == bindparam("talk")).scalar_subquery()
    whose = theirs.where(Conversation.id == bindparam("talk")).scalar_subquery()
    empties = update(InboundMessage).where(InboundMessage.sender_index == whose, InboundMessage.received_at >= since)
    vars(by_message)["_EMPTY_ALL"] = empties.values(body=None, raw=None).execution_options(synchronize_session="fetch")


def _digit_answers_question() -> None:
    """A digit answers the programme's question, which offered none."""
    read = question.read

    def offered(asked: question.Question, text: str) -> question.Read:
        return read(replace(asked, prompt=replace(asked.prompt, screen=question.UNCLEAR)), text)

    vars(question)["read"] = offered


def _answers_unsent() -> None:
    """A text answers what a talk asks now, handed over or not."""
    talk = vars(one_message)["_talk"]

    def now(*given: Any) -> Any:
        found = talk(*given)
        return None if found is None else replace(found, current=True)

    vars(one_message)["_talk"] = now


def _copies_count() -> None:
    vars(hearing)["_is_copy"] = lambda *given: False


def _copies_stay() -> None:
    """A copy keeps its words although those of its original went into an anonymous report."""
    vars(hearing)["_follow_originals"] = lambda found: None


def _parts_apart() -> None:
    for room in (hearing, one_message):
        vars(room)["is_part"] = lambda *given: False


def _anonymous_again() -> None:
    """What is written on after an anonymous report is filed under the phone."""
    vars(lately)["grievances_just_made"] = lambda *given: []


def _others_word() -> None:
    """Another worker of the phone speaks for the one who was asked."""
    whose = vars(question)["speaker"]
    vars(question)["speaker"] = lambda *given: "self" if whose(*given) == "another" else whose(*given)


def _her_own_word() -> None:
    """Behind another's word an "I" is the asked one's all the same."""
    vars(question)["speaks_of_himself"] = lambda *given: False


def _kin_counts() -> None:
    """A relative's state is the worker's own."""
    vars(speaker)["says_it_of_kin"] = lambda *given: False


def _told_again() -> None:
    """A complaint of a word or two is a report of its own, whatever is open."""
    vars(grievance_words)["_complains"] = lambda text: False


def _trusts_clock() -> None:
    """By the gateway's clock an answer was written before its question, and is none."""
    find = question.find

    def by_the_clock(*given: Any, **named: Any) -> question.Question | None:
        found, sent_at = find(*given, **named), given[2].first.sent_at
        early = found is not None and sent_at is not None and sent_at < found.prompt.handed_at - dt.timedelta(minutes=2)
        return None if early else found

    vars(question)["find"] = by_the_clock


def _stop_waits() -> None:
    """STOP is heard when its turn comes."""
    vars(hearing)["command"] = lambda text: None


def _poison_for_ever() -> None:
    """A constraint that a text breaks is taken for the database's trouble, and no try."""
    put_off = waiting_messages.put_off

    def waits(session: Session, failed: waiting_messages.NotHandled, *, now: dt.datetime) -> None:
        if isinstance(failed.fault, DBAPIError):
            session.get_one(InboundMessage, failed.message).due_at = now + dt.timedelta(seconds=1)
        else:
            put_off(session, failed, now=now)

    vars(jobs.messages)["put_off"] = waits


def _gives_up() -> None:
    """Three calls that found no gateway, and a text is failed; nobody knows that the gateway is away."""
    after = vars(sending)["_after"]

    def counts(row: Any, sent: Sent, now: dt.datetime) -> None:
        after(row, sent, now)
        if sent.outcome is SendOutcome.NOT_HANDED_OVER:
            row.errors += 1
            row.due_at = now + dt.timedelta(seconds=0.5)
            row.state = "failed" if row.errors >= 3 else row.state

    vars(sending)["_after"] = counts
    vars(breaker).update(ask_leave=lambda *given, **named: breaker.Leave(), failure_of=lambda results: None)


def _one_line() -> None:
    """One worker at a time, for all phones."""
    handle = waiting_messages.handle_waiting

    def alone(session: Session, **how: Any) -> waiting_messages.Handled:
        session.execute(text("SELECT pg_advisory_xact_lock(4711)"))
        return handle(session, **how)

    vars(jobs.messages)["handle_waiting"] = alone


def _forgets_talks() -> None:
    """A talk of an older release is over."""
    lasts = by_message.while_it_lasts

    def readable(session: Session, talk: Conversation | None, received: dt.datetime) -> Conversation | None:
        found = lasts(session, talk, received)
        try:
            if found is not None:
                FlowState.from_dict(json.loads(unseal(found.talk or b"", "conversation.talk")))
        except StaleCaller:
            found.ended_at, found.ended_how, found.talk = received, "let go", None
            return None
        return found

    vars(by_message)["while_it_lasts"] = readable


def _log_fails() -> None:
    """The disk is full, and a line that cannot be written ends what it tells of."""

    def write(lines: Any, line: str) -> int:
        raise OSError("no space left on device")

    Lines.write = write  # type: ignore[method-assign]


IN_TEXTS = {
    "empties-unread": _empties_unread,
    "digit-answers-question": _digit_answers_question,
    "answers-unsent": _answers_unsent,
    "copies-count": _copies_count,
    "copies-stay": _copies_stay,
    "parts-apart": _parts_apart,
    "anonymous-again": _anonymous_again,
    "others-word": _others_word,
    "her-own-word": _her_own_word,
    "kin-counts": _kin_counts,
    "told-again": _told_again,
    "trusts-clock": _trusts_clock,
    "stop-waits": _stop_waits,
    "poison-for-ever": _poison_for_ever,
    "gives-up": _gives_up,
    "one-line": _one_line,
    "forgets-talks": _forgets_talks,
    "log-fails": _log_fails,
}
IN_RACE = {"counts-repeats": "counts_repeats"}  # the crash run repeats too little to tell
IN_WEB = {"end-to-all": "end_to_all", "enqueue-first": "enqueue_first", **IN_RACE}
IN_WORKERS = {"sends-twice": _sends_twice, "asks-twice": _asks_twice, **IN_TEXTS}
IN_DATABASE = {
    "empties-unread": "ALTER TABLE inbound_message DROP CONSTRAINT ck_inbound_message_emptied_once_handled",
    "async-commit": "ALTER ROLE verify_app SET synchronous_commit = off",
    "handled-without-evidence": """
        CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER nothing BEFORE INSERT ON evidence FOR EACH ROW WHEN (new.channel = 'sms')
        EXECUTE FUNCTION nothing()""",
}
# What the run has to say about each, else it was red for another reason.
NOTICED_AS = {
    "async-commit": "acknowledged and lost, in a call",
    "enqueue-first": "acknowledged",  # not stored at all, or so late that a refusal overtakes it
    "end-to-all": "nobody expected: 'END",
    "handled-without-evidence": "acknowledged and lost, in a text",
    "sends-twice": "handed over",
    "asks-twice": "times by the round",
}
# The same of the race of texts: a pattern.
TEXTS_NOTICED_AS = {
    "empties-unread": r"lost, (anonymous, another|anonymous, and more|backlog)",
    "digit-answers-question": r"question, by digits",
    "answers-unsent": r"misheard, (two digits at once|reply late|backlog)",
    "copies-count": r"copies in a talk|doubled",
    "copies-stay": r"borrowed, anonymous, copied",
    "parts-apart": r"two parts",
    "anonymous-again": r"anonymous, and more",
    "others-word": r"shared phone",
    "her-own-word": r"borrowed, her own word",
    "kin-counts": r"borrowed, of kin",
    "told-again": r"complained again",
    "trusts-clock": r"lost, question",
    "stop-waits": r"(lost|misheard), STOP behind",
    "poison-for-ever": r"lost, poison|wait for ever",
    "gives-up": r"never came",
    "one-line": r"lost, beside a slow one",
    "forgets-talks": r"lost, upgrade in a talk",
    "log-fails": r"lost",
}
