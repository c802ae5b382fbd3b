"""A real Kannel on this machine, from the sample configuration, with its own fake operator in the place of SMPP."""

from __future__ import annotations

import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

SAMPLE = Path(__file__).parent.parent / "docs" / "kannel.conf"
FAKE_SMSC = Path("/usr/lib/kannel/test/fakesmsc")
PASSWORD = "pass%41word/&?"
_GOT = re.compile(rb"Got message \d+: <(\S+) (\S+) (text|ucs-2|udh \S+ data) (.*)>", re.DOTALL)


def missing() -> str:
    """Why there is no Kannel here, "" when there is one."""
    boxes = all(shutil.which(box, path="/usr/sbin:/usr/bin") for box in ("bearerbox", "smsbox"))
    return "" if boxes and FAKE_SMSC.exists() else "Kannel is not installed (apt install kannel kannel-extras)"


@dataclass
class Kannel:
    """Its two boxes and the operator behind them."""

    folder: Path
    port: int  # of sendsms
    boxes_port: int  # of bearerbox, for smsbox
    ours: int  # where it expects the service
    operator_port: int
    config: Path
    fake: bool = True  # the operator is Kannel's own fake one
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Both boxes and a connected operator."""
        for box, port in (("bearerbox", self.boxes_port), ("smsbox", self.port)):
            self._run(box, f"/usr/sbin/{box}", str(self.config))
            wait_for(lambda port=port: _open(port), f"{box} to listen")  # type: ignore[misc]
        if self.fake:
            self.connect()

    def stop(self) -> None:
        """Everything dies at once."""
        for name in list(self.running):
            self._end(name)

    def kill(self, box: str) -> None:
        """One of its boxes dies."""
        self._end(box)

    def connect(self, number: str = "", words: str = "") -> None:
        """The operator connects, with a text from this number if there is one; it stays to take ours."""
        self._end("operator")
        text = self._written(number, words) if number else "0 0 text nothing"
        self._run("operator", str(FAKE_SMSC), "-H", "127.0.0.1", "-r", str(self.operator_port), "-i", "0.01",
                  "-m", str(int(bool(number))), text)  # fmt: skip

    def disconnect(self) -> None:
        """The line to the operator breaks."""
        self._end("operator")

    def arrived(self) -> list[tuple[str, str, str]]:
        """What the operator was given so far: sender, number and words of each."""
        log = (self.folder / "operator.log").read_bytes()
        lines = re.split(rb"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[\d+\] \[\d+\] \w+: ", log)
        found = [_GOT.match(line.strip()) for line in lines]
        return [_read(match) for match in found if match]

    def _written(self, number: str, words: str) -> str:
        if words.isascii():
            return f"{number} 28282 text {words}"
        return f"{number} 28282 ucs2 {quote(words.encode('utf-16be'), safe='')}"

    def _run(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)

    def _end(self, name: str) -> None:
        process = self.running.pop(name, None)
        if process is not None:
            process.kill()
            process.wait(10)


def _read(match: re.Match[bytes]) -> tuple[str, str, str]:
    sender, number, kind, words = match.groups()
    if kind != b"text":
        words = unquote_to_bytes(words.replace(b"+", b" "))
    return sender.decode(), number.decode(), words.decode("utf-16be" if kind == b"ucs-2" else "utf-8")


@contextmanager
def kannel(folder: Path, secret: str, smpp_port: int | None = None) -> Iterator[Kannel]:
    """A Kannel that runs for as long as the block lasts; behind it the fake operator, or one that speaks SMPP there."""
    ports = _free_ports(5)
    config = folder / "kannel.conf"
    (folder / "spool").mkdir()
    config.write_text(_ours(SAMPLE.read_text(), folder, secret, ports, smpp_port))
    made = Kannel(folder, ports[2], ports[1], ports[4], ports[3], config, fake=smpp_port is None)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _ours(sample: str, folder: Path, secret: str, ports: Sequence[int], smpp_port: int | None) -> str:
    """The sample with this machine's facts in it, and the fake operator for the real one unless that one is here."""
    admin, boxes, sendsms, operator, ours = ports
    fake = f"group = smsc\nsmsc = fake\nsmsc-id = OPERATOR\nport = {operator}\nconnect-allow-ip = 127.0.0.1\n\n"
    text = sample if smpp_port else re.sub(r"group = smsc\n.*?\n\n", fake, sample, flags=re.DOTALL)
    changed = {
        "13000": admin,
        "13001": boxes,
        "13013": sendsms,
        "/var/spool/kannel": folder / "spool",
        "https://HOST": f"http://127.0.0.1:{ours}",
        "/SECRET/": f"/{secret}/",
        "KANNEL_USERNAME": "verify",
        "KANNEL_PASSWORD": f'"{PASSWORD}"',
    }
    for theirs, here in (changed | ({"SMPP_HOST": "127.0.0.1", "2775": smpp_port} if smpp_port else {})).items():
        assert theirs in text, theirs
        text = text.replace(theirs, str(here))
    return text


def _free_ports(number: int) -> list[int]:
    """Below those that the system gives to outgoing connections: ours is free between two tests and must stay so."""
    chosen = random.sample(range(20_000, 32_000), 10 * number)
    return [port for port in chosen if not _open(port)][:number]


def _open(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what: Callable[[], Any], name: str, seconds: float = 15) -> Any:
    """What it gives once it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if given := what():
            return given
        time.sleep(0.03)
    raise AssertionError(f"waited for {name} in vain")
