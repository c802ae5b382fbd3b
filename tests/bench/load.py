"""A crowd of phones on keep-alive connections: each connection plays whole talks, hop after hop, in order.

One thread and raw sockets, so that the crowd costs a fraction of what it measures.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_GRACE = 10.0  # seconds in which the talks that have begun must end


class WrongAnswer(AssertionError):
    """A server did not answer as a talk goes: what it cost says nothing."""


@dataclass(frozen=True)
class Talk:
    """One talk as the gateway posts it: the request of each hop, and how each answer begins."""

    requests: Sequence[bytes]
    answers: Sequence[bytes]


@dataclass
class Played:
    """What the crowd saw; times in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list, repr=False)
    talks: int = 0

    def time_of(self, share: float) -> float:
        """The time within which this share of the hops was answered."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def request(path: str, fields: dict[str, str]) -> bytes:
    """One form, posted on a connection that stays open."""
    body = urlencode(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection:
    """One connection and the talk on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_GRACE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.talk = Talk((), ())
        self.hop = 0
        self.sent = 0.0
        self.heard = b""

    def ask(self) -> None:
        self.sent = time.perf_counter()
        self.socket.sendall(self.talk.requests[self.hop])

    def answered(self) -> bool:
        """Read what has come; whether the answer to this hop is whole now."""
        arrived = self.socket.recv(65536)
        if not arrived:
            raise WrongAnswer("the server hung up")
        self.heard += arrived
        head, separator, body = self.heard.partition(b"\r\n\r\n")
        if not separator:
            return False
        length = _LENGTH.search(head)
        if length is None:
            raise WrongAnswer(f"an answer without a length: {head[:80]!r}")
        if len(body) < int(length[1]):
            return False
        if not head.startswith(b"HTTP/1.1 200") or not body.startswith(self.talk.answers[self.hop]):
            raise WrongAnswer(f"hop {self.hop + 1} was answered {head[:15]!r} {body[:60]!r}")
        self.heard = b""
        return True


def play(port: int, talks: Iterator[Talk], *, connections: int, seconds: float) -> Played:
    """Play talks for this long on so many connections; the talks that have begun are played to their end."""
    played = Played()
    poll = select.epoll()
    crowd = {made.socket.fileno(): made for made in (_Connection(port) for _ in range(connections))}
    began = time.perf_counter()
    until, at_most = began + seconds, began + seconds + _GRACE
    try:
        for number, phone in crowd.items():
            phone.talk = next(talks)
            phone.ask()
            poll.register(number, select.EPOLLIN)
        waiting = len(crowd)
        while waiting:
            if time.perf_counter() > at_most:
                raise WrongAnswer(f"{waiting} talks did not end within {_GRACE:.0f} s")
            for number, _ in poll.poll(1.0):
                phone = crowd[number]
                if not phone.answered():
                    continue
                now = time.perf_counter()
                played.times.append(now - phone.sent)
                phone.hop += 1
                if phone.hop == len(phone.talk.requests):
                    played.talks += 1
                    phone.hop = 0
                    if now >= until:
                        poll.unregister(number)
                        waiting -= 1
                        continue
                    phone.talk = next(talks)
                phone.ask()
    finally:
        poll.close()
        for phone in crowd.values():
            phone.socket.close()
    played.seconds = time.perf_counter() - began
    return played


def four_hops(path: str, answers: Sequence[bytes]) -> Iterator[Talk]:
    """Talks without end, each in its own session from its own phone: dial, then press 1 three times."""
    for number in count(1):
        session = {"sessionId": f"ATUid_{number:032x}", "phoneNumber": phone_number(number)}
        line = {"networkCode": "51010", "serviceCode": "*123*456#"}
        texts = ("", "1", "1*1", "1*1*1")
        yield Talk([request(path, {**session, **line, "text": text}) for text in texts], answers)


def phone_number(number: int) -> str:
    """The number of the phone that plays this talk."""
    return f"+62812{number:08}"
