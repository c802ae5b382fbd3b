"""An operator's SMPP 3.4 on this machine, as much as one link needs: it takes texts, reports on them, brings some.

Source: SMPP Protocol Specification v3.4, sections 3.2 (header), 4.1 to 4.7 and appendix B (delivery receipts).
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

_SUBMIT, _DELIVER, _ENQUIRE, _RESPONSE = 0x4, 0x5, 0x15, 0x80000000
_BINDS = (0x1, 0x2, 0x9)
_NO_SUCH_NUMBER = 0x0B  # ESME_RINVDSTADR
_RECEIPT = 0x04  # esm_class of a delivery receipt
INTERNATIONAL, UCS2 = 1, 8


@dataclass(frozen=True)
class Submitted:
    """A text that Kannel handed to the operator."""

    sender: str
    number: str
    number_type: int
    coding: int
    message: bytes


@dataclass
class Operator:
    """The stand-in: `verdict` is what its receipts say of each text, "" that it takes none."""

    port: int = 0
    verdict: str = "DELIVRD"
    taken: list[Submitted] = field(default_factory=list)
    bound: threading.Event = field(default_factory=threading.Event)
    _link: socket.socket | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def bring(self, number: str, words: str) -> None:
        """A text from a phone, in the operator's own alphabet or in UCS-2."""
        coding, message = (0, words.encode("ascii")) if words.isascii() else (UCS2, words.encode("utf-16be"))
        self._deliver(number, "28282", message, coding=coding)

    def serve(self, listening: socket.socket) -> None:
        """One link after the other."""
        while True:
            try:
                self._link, _ = listening.accept()
            except OSError:
                return
            while header := self._read(16):
                length, command, _, sequence = struct.unpack(">IIII", header)
                self._answer(command, sequence, self._read(length - 16))

    def _answer(self, command: int, sequence: int, body: bytes) -> None:
        if command in _BINDS:
            self._write(command | _RESPONSE, sequence, b"OPERATOR\0")
            self.bound.set()
        elif command == _ENQUIRE:
            self._write(command | _RESPONSE, sequence)
        elif command == _SUBMIT:
            self.taken.append(text := _submitted(body))
            if not self.verdict:
                self._write(command | _RESPONSE, sequence, status=_NO_SUCH_NUMBER)
                return
            message_id = f"M{len(self.taken)}"
            self._write(command | _RESPONSE, sequence, message_id.encode() + b"\0")
            receipt = f"id:{message_id} sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 "
            self._deliver(
                text.number, text.sender, f"{receipt}stat:{self.verdict} err:000 text:".encode(), kind=_RECEIPT
            )

    def _deliver(self, sender: str, to: str, message: bytes, *, kind: int = 0, coding: int = 0) -> None:
        addresses = b"\0\1\1%b\0\0\1%b\0" % (sender.encode(), to.encode())
        body = addresses + bytes([kind, 0, 0, 0, 0, 0, 0, coding, 0, len(message)]) + message
        self._write(_DELIVER, next(self._numbers), body)

    def _write(self, command: int, sequence: int, body: bytes = b"", *, status: int = 0) -> None:
        assert self._link is not None
        self._link.sendall(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    def _read(self, length: int) -> bytes:
        """So many bytes; nothing when the link is gone."""
        read = b""
        while self._link is not None and len(read) < length:
            try:
                piece = self._link.recv(length - len(read))
            except OSError:
                return b""
            if not piece:
                return b""
            read += piece
        return read

    def hang_up(self) -> None:
        """The link is gone."""
        if self._link is not None:
            self._link.close()


def _submitted(body: bytes) -> Submitted:
    _, rest = body.split(b"\0", 1)  # service_type
    sender, rest = rest[2:].split(b"\0", 1)
    number_type = rest[0]
    number, rest = rest[2:].split(b"\0", 1)
    rest = rest[3:]  # esm_class, protocol_id, priority_flag
    _, rest = rest.split(b"\0", 1)  # schedule_delivery_time
    _, rest = rest.split(b"\0", 1)  # validity_period
    coding, length = rest[2], rest[4]
    return Submitted(sender.decode(), number.decode(), number_type, coding, rest[5 : 5 + length])


@contextmanager
def operator() -> Iterator[Operator]:
    """An operator that listens for as long as the block lasts."""
    made = Operator()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made.port = listening.getsockname()[1]
        threading.Thread(target=made.serve, args=(listening,), daemon=True).start()
        try:
            yield made
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            made.hang_up()
