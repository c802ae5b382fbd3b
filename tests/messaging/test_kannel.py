"""What Kannel is told of a text, and what its answers mean."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from verify_service.ground.phones import Phone
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome
from verify_service.messaging.gateways.kannel import Kannel, read_answer, signed_id

SITI = Phone("+6281234567890")
TEXT = Outgoing(7, SITI, "Kode Anda rahasia.")
A, L, R, U = SendOutcome.ACCEPTED, SendOutcome.TRY_LATER, SendOutcome.REFUSED_FOR_GOOD, SendOutcome.UNKNOWN
N = SendOutcome.NOT_HANDED_OVER


@dataclass
class Box:
    """A stand-in for smsbox that answers as it is told."""

    url: str = ""
    status: int = 202
    said: bytes = b"0: Accepted for delivery"
    silent: bool = False
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def box() -> Iterator[Box]:
    made, over = Box(), threading.Event()

    class Knock(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.casefold(): value for name, value in self.headers.items()} | {"path": self.path}
            made.calls.append((headers, self.rfile.read(int(self.headers["Content-Length"]))))
            if made.silent:
                over.wait(5)
                return
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(made.said)))
            self.end_headers()
            self.wfile.write(made.said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Knock)
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    over.set()
    server.shutdown()
    server.server_close()


def gateway(url: str, *, sender: str = "BEKASI", opened_by: str = "known-to-kannel") -> Kannel:
    public = "https://verify.example.org"
    return Kannel(url, "verify", "word", sender=sender, public_url=public, secret=opened_by, timeout=(1, 0.3))


ANSWERS = [
    (202, "0: Accepted for delivery", A, "", False),
    (202, "3: Queued for later delivery", A, "", False),
    (202, "Sent. Message splits: 2", A, "", False),
    (403, "Authorization failed for sendsms", N, "authorization failed", True),
    (400, "Sender missing and no global set, rejected", N, "sender missing", True),
    (400, "DLR-URL field misformed, rejected", N, "dlr-url field misformed", True),
    (503, "Temporal failure, try again later.", N, "temporal failure", True),
    (403, "Not routable. Do not try again.", R, "not routable", False),
    (400, "Number(s) has/have been denied by white- and/or black-lists.", R, "denied by white", False),
    (400, "Charset or body misformed, rejected", R, "HTTP 400", False),
    (500, "Sending failed.", L, "sending failed", False),
    (404, "<html>not here", N, "HTTP 404", True),
    (302, "", N, "HTTP 302", True),
    (503, "", N, "HTTP 503", True),
    (500, "+6281234567890 exploded", U, "HTTP 500", True),
    (502, "", U, "HTTP 502", True),
    (200, "<html>some other server", U, "HTTP 200", True),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said", "outcome", "reason", "whole_call"), ANSWERS)
def test_an_answer_means(status: int, said: str, outcome: SendOutcome, reason: str, whole_call: bool) -> None:
    sent = read_answer(status, said.encode(), TEXT)
    assert (sent.our_id, sent.outcome, sent.reason, sent.whole_call) == (7, outcome, reason, whole_call)
    assert sent.provider_id == ("kannel:7" if outcome in (A, U) else None)


@pytest.mark.parametrize(
    ("words", "coding", "charset"),
    [
        ("Kode Anda [1] é €", "0", "UTF-8"),
        ("Δ_ΦΓ ñ", "0", "UTF-8"),
        ("“Kode”", "2", "UTF-16BE"),
        ("ꦱꦸꦒꦼꦁ 👍", "2", "UTF-16BE"),
    ],
)
def test_a_text_goes_in_the_alphabet_that_it_needs(box: Box, words: str, coding: str, charset: str) -> None:
    (sent,) = gateway(box.url).send([Outgoing(7, SITI, words)])
    ((headers, body),) = box.calls
    assert sent.outcome is A
    assert headers["x-kannel-coding"] == coding
    assert headers["content-type"] == f"text/plain; charset={charset}"
    assert body.decode(charset) == words


def test_a_text_carries_its_facts_in_headers_and_our_id_alone_in_the_report(box: Box) -> None:
    gateway(box.url, opened_by="50%d/?").send([TEXT])
    ((headers, _),) = box.calls
    assert headers["path"] == "/cgi-bin/sendsms"
    assert (headers["x-kannel-username"], headers["x-kannel-password"]) == ("verify", "word")
    assert (headers["x-kannel-from"], headers["x-kannel-to"]) == ("BEKASI", SITI.e164)
    assert headers["x-kannel-dlr-mask"] == "31"
    assert headers["x-kannel-dlr-url"] == (
        f"https://verify.example.org/webhooks/kannel/50%%25d%%2F%%3F/delivery-reports?id=7.{signed_id('7')}&status=%d"
    )


@pytest.mark.parametrize(("ours", "used"), [("BEKASI", "BEKASI"), ("", None)])
def test_the_sender_is_ours_or_kannel_s(box: Box, ours: str, used: str | None) -> None:
    gateway(box.url, sender=ours).send([Outgoing(7, SITI, "Halo")])
    assert box.calls[0][0].get("x-kannel-from") == used


@pytest.mark.parametrize("words", ["", " \n", "a\0b", "half \ud800", "x" * 700])
def test_what_no_phone_can_show_is_not_tried(box: Box, words: str) -> None:
    results = gateway(box.url).send([Outgoing(7, SITI, words), TEXT])
    assert [one.outcome for one in results] == [R, A]
    assert len(box.calls) == 1


def test_what_stops_one_text_stops_those_behind_it(box: Box) -> None:
    box.status, box.said = 403, b"Authorization failed for sendsms"
    results = gateway(box.url).send([TEXT] * 5)
    assert [one.outcome for one in results] == [N] * 5
    assert [one.reason for one in results] == ["authorization failed", *["not tried"] * 4]
    assert len(box.calls) == 1


def test_a_number_that_is_refused_does_not_stop_the_others(box: Box) -> None:
    box.status, box.said = 403, b"Not routable. Do not try again."
    assert [one.outcome for one in gateway(box.url).send([TEXT] * 3)] == [R] * 3
    assert len(box.calls) == 3


def test_without_an_answer_the_text_has_perhaps_gone(box: Box) -> None:
    box.silent = True
    results = gateway(box.url).send([TEXT, TEXT])
    assert [(one.outcome, one.reason, one.provider_id) for one in results] == [
        (U, "no answer", "kannel:7"),
        (N, "not tried", None),
    ]


def test_without_a_connection_nothing_has_gone() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        (sent,) = gateway(f"http://127.0.0.1:{nobody.getsockname()[1]}").send([TEXT])
    assert (sent.outcome, sent.reason, sent.whole_call) == (N, "no connection", True)


def test_nothing_shows_a_number_words_or_the_password(box: Box) -> None:
    box.said = b"0: +6281234567890 rahasia"
    shown = repr(gateway(box.url)) + repr(gateway(box.url).send([TEXT]))
    assert "rahasia" not in shown
    assert "1234567890" not in shown
    assert "word" not in shown
