"""A mail server of our own: it takes what it is given over a real connection, and can be told to refuse."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What came in: (recipients, message); `refuses`: how it answers an address instead of taking it;
    `knows`: what an address ends in that is taken all the same."""

    port: int = 0
    held: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refuses: str = ""
    knows: str = "nobody"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """The server on a port of this machine, for as long as the block lasts."""
    held = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 stand-in")
            to: list[str] = []
            while line := self.rfile.readline().decode().strip():
                verb = line.upper()
                if verb.startswith("RCPT TO:"):
                    if held.refuses and not line.strip(" <>").endswith(held.knows):
                        self.say(held.refuses)
                        continue
                    to.append(line[8:].strip(" <>"))
                elif verb == "DATA":
                    self.say("354 go on")
                    held.held.append((to, self.words()))
                    to = []
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                self.say("250 ok")

        def words(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b"..") else line)
            read = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(read, EmailMessage)
            return read

        def say(self, answer: str) -> None:
            self.wfile.write(f"{answer}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        held.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield held
        finally:
            server.shutdown()
