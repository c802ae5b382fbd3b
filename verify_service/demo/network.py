"""The network between one phone and the service: what an operator and its provider do, over real HTTP.

It knows nothing of terminals: a test or a load run holds phones by the same class.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from flows.gsm import is_gsm, parts, septets

PATIENCE: Final = 10.0  # seconds; the provider's own limit for an answer
_NETWORK: Final = "99999"  # the provider's code for its simulator
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class NetworkFault(Exception):
    """No answer that a phone could use, and why, in a sentence for whoever holds it."""


class ServerAway(NetworkFault):
    """Nobody answered at all."""


@dataclass(frozen=True)
class Service:
    """Where the service is, and how people reach it."""

    url: str
    secret: str = field(repr=False)
    code: str  # what one dials: *123*456#
    texting_number: str

    @property
    def door(self) -> str:
        return f"/webhooks/africastalking/{quote(self.secret, safe='')}"


@dataclass(frozen=True)
class Shown:
    """What one hop put on the screen; `septets` counts the prefix too and is None outside the GSM alphabet."""

    sent: str
    screen: str
    septets: int | None
    over: bool
    ms: int

    @property
    def words(self) -> str:
        """The screen without its prefix."""
        return self.screen[4:]


@dataclass(frozen=True)
class Text:
    """A text that this phone received."""

    id: int
    sender: str
    text: str
    at: dt.datetime
    septets: int | None
    parts: int


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Carrier(Protocol):
    """Carries one request to the service and its answer back; raises ServerAway when nobody answers."""

    def carry(
        self, method: str, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer: ...


class Http:
    """One kept connection to a server, as a provider keeps it."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        """Raises ValueError with a sentence when `url` is no address of a web server."""
        parsed = urlsplit(url)
        if parsed.scheme not in ("http", "https") or not parsed.hostname:
            raise ValueError(f"{url!r} is not the address of a server; write http://127.0.0.1:8000")
        kind = http.client.HTTPSConnection if parsed.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parsed.hostname, parsed.port, timeout=patience)
        self._path = parsed.path.rstrip("/")
        self._place = f"{parsed.scheme}://{parsed.netloc.rpartition('@')[2]}"

    def carry(
        self, method: str, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        body = urlencode(form).encode() if form is not None else None
        sent = {**(_FORM if form is not None else {}), **(headers or {})}
        kept = self._connection.sock is not None
        try:
            return self._once(method, self._path + path, body, sent)
        except (OSError, http.client.HTTPException) as broken:
            self._connection.close()
            # The server may close an idle connection at any moment: only a new one tells whether it is away.
            if not kept or isinstance(broken, TimeoutError):
                raise self._away(broken) from None
        try:
            return self._once(method, self._path + path, body, sent)
        except (OSError, http.client.HTTPException) as broken:
            self._connection.close()
            raise self._away(broken) from None

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        self._connection.request(method, path, body, dict(headers))
        response = self._connection.getresponse()
        return Answer(response.status, response.read(), dict(response.getheaders()))

    def _away(self, broken: Exception) -> ServerAway:
        why = "did not answer in time" if isinstance(broken, TimeoutError) else "does not answer"
        return ServerAway(f"The server at {self._place} {why}. Is it running? (make demo)")

    def close(self) -> None:
        self._connection.close()


class Network:
    """One phone's network: sessions with their transcripts, hops, ends of sessions, texts both ways."""

    def __init__(self, service: Service, number: str, carrier: Carrier | None = None) -> None:
        self.service, self.number = service, number
        self._carrier = carrier or Http(service.url)
        self._session, self._open = "", False
        self._text = ""  # the transcript: everything typed in this session, joined with stars
        self._sent = ""
        self._hops, self._answered = 0, False
        self._began = 0.0
        self._last_sms: dict[str, str] | None = None
        self._inbox: list[Text] = []
        self._mark = ""

    @property
    def talking(self) -> bool:
        """Whether a session is open."""
        return self._open

    @property
    def dialled(self) -> bool:
        """Whether there is a hop that the network could repeat."""
        return bool(self._session)

    @property
    def hops(self) -> int:
        """Answered hops of this session, or of the last one."""
        return self._hops

    def shortcut(self, dialled: str) -> str | None:
        """The digits after the service's code (*123*456*1# has "1"); None when it is not the service's code."""
        if dialled == self.service.code:
            return ""
        begins = self.service.code.removesuffix("#") + "*"
        return dialled[len(begins) : -1] if dialled.startswith(begins) and dialled.endswith("#") else None

    def dial(self, shortcut: str = "") -> Shown:
        """Dial the service in a new session; an open one ends first."""
        self.drop()
        self._session, self._open = f"ATUid_{uuid.uuid4().hex}", True
        self._text = self._sent = shortcut
        self._hops, self._began = 0, time.monotonic()
        return self._hop()

    def answer(self, keys: str) -> Shown:
        """Answer the screen that is shown."""
        if not self._open:
            raise NetworkFault("There is no session: the answer reached nobody.")
        self._text, self._sent = f"{self._text}*{keys}" if self._text else keys, keys
        return self._hop()

    def repeat(self) -> Shown:
        """The network sends the last hop again: as it does when no answer came, and at times when one did."""
        return self._hop(again=self._answered)

    def drop(self) -> None:
        """The network cuts the session; only the service is told, and nobody answers for that."""
        if self._open:
            self._end("Incomplete")

    def send(self, text: str) -> str:
        """Send a text to the service, as the provider passes it on; returns the provider's id."""
        self._last_sms = {
            "id": str(uuid.uuid4()),
            "from": self.number,
            "to": self.service.texting_number,
            "text": text,
            "date": _provider_time(),
            "linkId": str(uuid.uuid4()),
            "networkCode": _NETWORK,
            "cost": "IDR 0",
        }
        return self._deliver(self._last_sms)

    def send_again(self) -> str | None:
        """The provider delivers the last text once more, with the same id; None when there was none."""
        return self._deliver(self._last_sms) if self._last_sms is not None else None

    def inbox(self) -> list[Text]:
        """The texts this phone received, newest first. Only a demo shows them."""
        headers = {"Phone-Number": quote(self.number), **({"If-None-Match": self._mark} if self._mark else {})}
        answer = self._carrier.carry("GET", "/simulator/inbox", headers=headers)
        if answer.status == 304:
            return self._inbox
        if answer.status != 200:
            raise NetworkFault(f"The server shows no texts ({answer.status}); only a demo does.")
        try:
            self._inbox = [_read_text(text) for text in json.loads(answer.body)["texts"]]
        except (ValueError, KeyError, TypeError):
            raise NetworkFault(
                "The server answers /simulator/inbox with something else: is it verify-service?"
            ) from None
        self._mark = next((value for name, value in answer.headers.items() if name.lower() == "etag"), "")
        return self._inbox

    def _hop(self, *, again: bool = False) -> Shown:
        began, self._answered = time.perf_counter(), again
        form = self._form() | {"text": self._text}
        answer = self._carrier.carry("POST", f"{self.service.door}/ussd", form)
        ms = round((time.perf_counter() - began) * 1000)
        screen = answer.body.decode("utf-8", "replace")
        _refuse(answer.status)
        if not screen.startswith(("CON ", "END ")):
            raise NetworkFault("The answer is neither CON nor END: the network shows an error.")
        shown = Shown(self._sent, screen, septets(screen) if is_gsm(screen) else None, screen.startswith("END "), ms)
        self._hops, self._answered = self._hops + (not again), True
        if shown.over and self._open:
            self._end("Success")
        return shown

    def _form(self) -> dict[str, str]:
        return {
            "sessionId": self._session,
            "phoneNumber": self.number,
            "networkCode": _NETWORK,
            "serviceCode": self.service.code,
        }

    def _end(self, status: str) -> None:
        self._open = False
        facts = {
            "date": _provider_time(),
            "status": status,
            "cost": "0",
            "durationInMillis": str(round((time.monotonic() - self._began) * 1000)),
            "hopsCount": str(self._hops),
            "input": "",
            "lastAppResponse": "",
        }
        # Nothing depends on it: a provider's word of an end comes early, late, twice or never.
        try:
            self._carrier.carry("POST", f"{self.service.door}/ussd-events", self._form() | facts)
        except NetworkFault:
            return

    def _deliver(self, sms: dict[str, str]) -> str:
        answer = self._carrier.carry("POST", f"{self.service.door}/sms", sms)
        _refuse(answer.status)
        return sms["id"]


def _refuse(status: int) -> None:
    if status == 404:
        raise NetworkFault("The server does not know this webhook secret (404).")
    if status != 200:
        raise NetworkFault(f"The server answers {status}; the network shows an error.")


def _provider_time() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S}"


def _read_text(text: dict[str, object]) -> Text:
    words = str(text["text"])
    return Text(
        id=int(str(text["id"])),
        sender=str(text["from"]),
        text=words,
        at=dt.datetime.fromisoformat(str(text["at"])),
        septets=septets(words) if is_gsm(words) else None,
        parts=parts(words),
    )
