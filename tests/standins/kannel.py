"""A smsbox on this machine, able to be away, to hang, to crawl and to break off: what a sender has to live with."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

TAKEN = b"0: Accepted for delivery"


@dataclass(frozen=True)
class Handed:
    """A text that the box was given: when it had it (seconds since 1970), whose, the sender's id, and its words."""

    at: float
    number: str
    our_id: int
    words: str


@dataclass
class Box:
    """The stand-in: set `manner`, look at `taken` afterwards. `away()` and `back()` close and open its door."""

    port: int = 0
    manner: str = "well"
    headers: str = ""  # more of them, each with its line break
    asked: list[str] = field(default_factory=list)  # the number of each text that came in whole
    taken: list[tuple[float, str]] = field(default_factory=list)  # when, and whose
    knocks: int = 0
    delay: float = 0.0  # seconds until it says that it has a text
    keep: Callable[[Handed], None] = lambda text: None  # told of every text it takes
    over: threading.Event = field(default_factory=threading.Event)
    _door: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def back(self) -> None:
        """Listen, on the same port as before."""
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self.port))
        door.listen(128)
        self.port, self._door = door.getsockname()[1], door
        threading.Thread(target=self._open, args=[door], daemon=True).start()

    def away(self) -> None:
        """Refuse every connection."""
        if self._door is not None:
            self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            self._door = None

    def _open(self, door: socket.socket) -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[line], daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with line, line.makefile("rb") as heard:
            try:
                while request := heard.readline():
                    given = {}
                    while (header := heard.readline()) not in (b"\r\n", b""):
                        name, _, value = header.decode("latin-1").partition(":")
                        given[name.strip().casefold()] = value.strip()
                    body = heard.read(int(given.get("content-length", "0")))
                    to = given.get("x-kannel-to", "")
                    if request.startswith(b"POST") and to:
                        self.asked.append(to)
                    else:
                        self.knocks += 1
                    if not self._answer(line, to, lambda given=given, body=body: _read(given, body)):  # type: ignore[misc]
                        return
            except OSError:
                return  # whoever asked has hung up

    def _answer(self, line: socket.socket, to: str, read: Callable[[], Handed]) -> bool:
        """Whether the line stays open."""
        manner = self.manner
        if manner.startswith("texts: "):  # it answers the door, and only texts fare badly
            manner = manner[7:] if to else "well"
        match manner:
            case "well":
                if to:
                    self.taken.append((time.monotonic(), to))
                    self.keep(read())
                    self.over.wait(self.delay)
                    return self._say(line, 202, TAKEN)
                return self._say(line, 403, b"Authorization failed for sendsms")
            case "hang":
                self.over.wait(30)
            case "drip":  # a byte at a time, and never the whole of it
                self._crawl(line, b"HTTP/1.1 202 Accepted\r\nX-Slow: " + b"z" * 200)
            case "drip body":
                line.sendall(b"HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\n")
                self._crawl(line, b"0: " + b"z" * 200)
            case "half":
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n0: Accep")
            case "half 202":
                line.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n0: Accep")
            case "reset":
                line.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 24\r\n\r\n")
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "no route":
                return self._say(line, 403, b"Not routable. Do not try again.")
            case "not this one":
                return self._say(line, 500, b"Sending failed.")
            case "away behind":
                return self._say(line, 503, b"Temporal failure, try again later.")
            case _ if manner.startswith("http "):
                return self._say(line, int(manner[5:]), b"busy")
            case _:
                raise AssertionError(manner)
        return False

    def _say(self, line: socket.socket, status: int, words: bytes) -> bool:
        head = f"HTTP/1.1 {status} So\r\n{self.headers}Content-Length: {len(words)}\r\n\r\n"
        line.sendall(head.encode() + words)
        return True

    def _crawl(self, line: socket.socket, answer: bytes) -> None:
        for place in range(len(answer)):
            line.sendall(answer[place : place + 1])
            if self.over.wait(0.15):
                return


def _read(given: dict[str, str], body: bytes) -> Handed:
    charset = "utf-16be" if "16be" in given.get("content-type", "").casefold() else "utf-8"
    our_id = re.search(r"[?&]id=(\d+)", given.get("x-kannel-dlr-url", ""))
    number = given.get("x-kannel-to", "")
    return Handed(time.time(), number, int(our_id[1]) if our_id else 0, body.decode(charset, "replace"))


@contextmanager
def standing_in() -> Iterator[Box]:
    """A box on a free port of this machine, there from the start."""
    box = Box()
    box.back()
    try:
        yield box
    finally:
        box.over.set()
        box.away()
