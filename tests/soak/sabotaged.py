"""The service with one fault put in, each of which the crash run has to turn red on.

In front of the web process, in the workers, or in the database: wherever the service's own code may change unharmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import count
from typing import Any

from verify_service.conversations import hear
from verify_service.ground import queue
from verify_service.messaging.gateways.console import Console

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


IN_RACE = {"counts-repeats": "counts_repeats"}  # the crash run repeats too little to tell
IN_WEB = {"end-to-all": "end_to_all", "enqueue-first": "enqueue_first", **IN_RACE}
IN_WORKERS = {"sends-twice": _sends_twice}
IN_DATABASE = {
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
}
