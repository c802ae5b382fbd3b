"""Africa's Talking on this machine: its messaging page over HTTP, able to misbehave in every way seen of it."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Recipient = dict[str, Any]


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, list[str]]

    @property
    def numbers(self) -> list[str]:
        """The numbers a text was to go to."""
        return self.form.get("to", [""])[0].split(",")


@dataclass
class Provider:
    """The stand-in: set `manner` to the name of a misbehaviour, look at `calls` afterwards."""

    url: str
    manner: str = "well"
    calls: list[Call] = field(default_factory=list)
    knocks: int = 0  # calls for nothing but an answer
    connections: int = 0
    inbox: list[dict[str, Any]] = field(default_factory=list)
    page: int | None = None  # set: what was read is left out, and so many come at once
    bad_numbers: set[str] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)


class Knock(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.provider.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(parse_qs(body.decode(), keep_blank_values=True))

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query, keep_blank_values=True))

    def _answer(self, form: dict[str, list[str]]) -> None:
        provider = self.server.provider
        call = Call(self.command, urlsplit(self.path).path, dict(self.headers), form)
        if call.path.endswith("/user"):
            return self._knocked(provider.manner, call)
        provider.calls.append(call)
        if provider.manner.startswith("http "):
            return self.say(int(provider.manner[5:]), "The supplied authentication is invalid", "text/plain")
        if provider.manner.startswith("code "):
            return self.say_sent([refused(number, int(provider.manner[5:])) for number in call.numbers])
        if call.method == "GET":
            return self.say_json(200, {"SMSMessageData": {"Messages": _waiting(provider, form)}}, provider.manner)
        return MANNERS[provider.manner](self, call)

    def _knocked(self, manner: str, call: Call) -> None:
        """What nobody answers, nobody answers to a question that sends nothing either."""
        self.server.provider.knocks += 1
        if manner.startswith("http "):
            return self.say(int(manner[5:]), "The supplied authentication is invalid", "text/plain")
        if manner in ("slow", "hang up", "reset", "half", "half and reset", "crawl"):
            return MANNERS[manner](self, call)
        return self.say(200, '{"UserData":{"balance":"KES 100.00"}}')

    def say(self, status: int, text: str, content_type: str = "application/json", **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_json(self, status: int, document: object, manner: str) -> None:
        if manner == "broken json":
            return self.say(status, json.dumps(document)[:-7])
        return self.say(status, json.dumps(document))

    def say_sent(self, recipients: list[Recipient], message: str = "Sent to 1/1 Total Cost: KES 0.8000") -> None:
        self.say(201, json.dumps(sent(recipients, message)))

    def hang_up(self, hard: bool = False) -> None:
        if hard:  # RST instead of FIN
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests look at `calls`."""


def _waiting(provider: Provider, form: dict[str, list[str]]) -> list[dict[str, Any]]:
    if provider.page is None:
        return provider.inbox
    after = int(form["lastReceivedId"][0])
    return [entry for entry in provider.inbox if int(entry["id"]) > after][: provider.page]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a shorter queue drops callers who come at once
    provider: Provider

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up on a misbehaving provider is the point of the test."""


NAMES = {
    100: "Processed",
    101: "Success",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}


def taken(number: str, code: int = 101) -> Recipient:
    """The answer for a number the provider took."""
    return {
        "statusCode": code,
        "number": number,
        "status": NAMES.get(code, "New"),
        "cost": "KES 0.8000",
        "messageId": f"ATXid_{number[-8:]}",
    }


def refused(number: str, code: int) -> Recipient:
    """The answer for a number with this code; ids are the word None unless it was taken."""
    if code < 200:
        return taken(number, code)
    return taken(number, code) | {"messageId": "None", "cost": "0"}


def sent(recipients: list[Recipient], message: str = "Sent to 1/1 Total Cost: KES 0.8000") -> dict[str, Any]:
    """The document of a send call."""
    return {"SMSMessageData": {"Message": message, "Recipients": recipients}}


def _all(call: Call) -> list[Recipient]:
    return [taken(number) for number in call.numbers]


def _numbered(knock: Knock, call: Call) -> list[Recipient]:
    """Each text with an id of its own, also the second to one number."""
    calls = len(knock.server.provider.calls)
    return [taken(number) | {"messageId": f"ATXid_{calls}_{place}"} for place, number in enumerate(call.numbers)]


def _slow(knock: Knock, call: Call) -> None:
    knock.server.provider.over.wait(5)
    knock.hang_up()


def _crawl(knock: Knock, call: Call) -> None:
    knock.send_response(201)
    knock.send_header("Content-Type", "application/json")
    knock.send_header("Content-Length", "100000")
    knock.end_headers()
    for _ in range(100):
        knock.wfile.write(b" ")
        knock.wfile.flush()
        time.sleep(0.05)


def _half(knock: Knock, call: Call, hard: bool = False) -> None:
    body = json.dumps(sent(_all(call))).encode()
    knock.send_response(201)
    knock.send_header("Content-Type", "application/json")
    knock.send_header("Content-Length", str(len(body)))
    knock.end_headers()
    knock.wfile.write(body[: len(body) // 2])
    knock.wfile.flush()
    knock.hang_up(hard)


def _chunked(knock: Knock, call: Call) -> None:
    body = json.dumps(sent(_all(call))).encode()
    knock.send_response(201)
    knock.send_header("Transfer-Encoding", "chunked")
    knock.end_headers()
    for start in range(0, len(body), 20):
        piece = body[start : start + 20]
        knock.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    knock.wfile.write(b"0\r\n\r\n")


def _choosy(knock: Knock, call: Call) -> None:
    if knock.server.provider.bad_numbers & set(call.numbers):
        knock.say(400, "Invalid number in the list", "text/plain")
    else:
        knock.say_sent(_all(call))


def _two_hundred_million(knock: Knock, call: Call) -> None:
    knock.send_response(201)
    knock.send_header("Content-Length", "200000000")
    knock.end_headers()
    for _ in range(3000):
        knock.wfile.write(b" " * 65536)


HTML = "<html><body>Welcome to the network</body></html>"

MANNERS: dict[str, Callable[[Knock, Call], None]] = {
    "well": lambda knock, call: knock.say_sent(_all(call)),
    "numbered": lambda knock, call: knock.say_sent(_numbered(knock, call)),
    "status 200": lambda knock, call: knock.say(200, json.dumps(sent(_all(call)))),
    "charset": lambda knock, call: knock.say(201, json.dumps(sent(_all(call))), "application/json; charset=utf-8"),
    "called html": lambda knock, call: knock.say(201, json.dumps(sent(_all(call))), "text/html"),
    "no content type": lambda knock, call: knock.say(201, json.dumps(sent(_all(call))), ""),
    "byte order mark": lambda knock, call: knock.say(201, "\ufeff" + json.dumps(sent(_all(call)))),
    "chunked": _chunked,
    "reversed": lambda knock, call: knock.say_sent(_all(call)[::-1]),
    "one more": lambda knock, call: knock.say_sent([taken("+6281399999999"), *_all(call)]),
    "said twice": lambda knock, call: knock.say_sent([refused(n, 500) for n in call.numbers] + _all(call)),
    "without plus": lambda knock, call: knock.say_sent([taken(n) | {"number": n[1:]} for n in call.numbers]),
    "as a number": lambda knock, call: knock.say_sent([taken(n) | {"number": int(n[1:])} for n in call.numbers]),
    "local form": lambda knock, call: knock.say_sent([taken(n) | {"number": "0" + n[3:]} for n in call.numbers]),
    "spaced": lambda knock, call: knock.say_sent([taken(n) | {"number": f" {n[:3]} {n[3:]}\n"} for n in call.numbers]),
    "codes as text": lambda knock, call: knock.say_sent([taken(n) | {"statusCode": "101"} for n in call.numbers]),
    "no codes": lambda knock, call: knock.say_sent([_without(taken(n), "statusCode") for n in call.numbers]),
    "id None": lambda knock, call: knock.say_sent([taken(n) | {"messageId": "None"} for n in call.numbers]),
    "no id": lambda knock, call: knock.say_sent([_without(taken(n), "messageId") for n in call.numbers]),
    "one fewer": lambda knock, call: knock.say_sent(_all(call)[:-1]),
    "odd entries": lambda knock, call: knock.say_sent([None, 3, "x", [], {}, {"number": None}, *_all(call)[:-1]]),  # type: ignore[list-item]
    "code unheard of": lambda knock, call: knock.say_sent([taken(n, 408) for n in call.numbers]),
    "code true": lambda knock, call: knock.say_sent(
        [taken(n) | {"statusCode": True, "status": "?"} for n in call.numbers]
    ),
    "invalid sender": lambda knock, call: knock.say_sent([], "InvalidSenderId"),
    "no balance": lambda knock, call: knock.say_sent([], "Insufficient Balance"),
    "could not send": lambda knock, call: knock.say(200, json.dumps(sent([], "Could Not Send"))),
    "sent to none": lambda knock, call: knock.say_sent([], "Sent to 0/1 Total Cost: 0"),
    "sent to one unnamed": lambda knock, call: knock.say_sent([], "Sent to 1/1 Total Cost: KES 0.8000"),
    "recipients null": lambda knock, call: knock.say(
        201, '{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":null}}'
    ),
    "recipients a word": lambda knock, call: knock.say(
        201, '{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":"+62"}}'
    ),
    "html 200": lambda knock, call: knock.say(200, HTML, "text/html"),
    "html 201": lambda knock, call: knock.say(201, HTML, "text/html"),
    "html called json": lambda knock, call: knock.say(201, HTML),
    "broken json": lambda knock, call: knock.say(201, json.dumps(sent(_all(call)))[:-9]),
    "deep json": lambda knock, call: knock.say(201, "[" * 200_000),
    "huge integer": lambda knock, call: knock.say(201, '{"SMSMessageData": ' + "9" * 10_000 + "}"),
    "a list": lambda knock, call: knock.say(201, "[]"),
    "another document": lambda knock, call: knock.say(200, '{"error": "no"}'),
    "empty": lambda knock, call: knock.say(201, ""),
    "not utf-8": lambda knock, call: knock.say(201, "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
    "redirect": lambda knock, call: knock.say(302, "", Location="http://127.0.0.1:1/version1/messaging"),
    "slow": _slow,
    "hang up": lambda knock, call: knock.hang_up(),
    "reset": lambda knock, call: knock.hang_up(hard=True),
    "half": _half,
    "half and reset": lambda knock, call: _half(knock, call, hard=True),
    "crawl": _crawl,
    "endless": _two_hundred_million,
    "choosy": _choosy,
}


def _without(recipient: Recipient, name: str) -> Recipient:
    return {key: value for key, value in recipient.items() if key != name}


@contextmanager
def standing_in() -> Iterator[Provider]:
    """A provider on a free port of this machine for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), Knock)
    provider = Provider(url=f"http://127.0.0.1:{server.server_address[1]}/version1")
    server.provider = provider
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
