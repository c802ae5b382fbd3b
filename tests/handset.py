"""A phone in a test: dials, presses and texts through a real webhook, and knows nothing of what is behind it.

There is one for each way in which networks bring what was typed; whoever holds it cannot tell which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

from flask.testing import FlaskClient

from verify_service.ground.settings import settings

_sessions = count(1)


def webhook(kind: str, secret: str | None = None) -> str:
    """The path of a webhook with a valid secret, or another one."""
    return f"/webhooks/africastalking/{secret or settings().webhook_secrets[0]}/{kind}"


@dataclass
class Handset:
    """A basic phone with a number, in one USSD session at a time."""

    client: FlaskClient
    number: str
    session: str = ""
    text: str = ""
    screen: str = ""
    seen: list[str] = field(default_factory=list)

    def dial(self, shortcut: str = "") -> str:
        """Dial the service in a new session."""
        self.session, self.text = f"ATUid_{next(_sessions)}_{id(self)}", shortcut
        return self._hop()

    def send(self, answer: str) -> str:
        """Answer the screen that is shown."""
        self.text = f"{self.text}*{answer}" if self.text else answer
        return self._hop()

    def repeat(self) -> str:
        """The network sends the last hop again."""
        return self._hop()

    def press(self, keys: str) -> str:
        """Several one-key answers in a row; returns the last screen."""
        for key in keys:
            self.send(key)
        return self.screen

    @property
    def over(self) -> bool:
        return self.screen.startswith("END ")

    def post(self, **changed: Any) -> Any:
        """One hop as the gateway sends it, fields changed at will."""
        form = {
            "sessionId": self.session,
            "phoneNumber": self.number,
            "networkCode": "51010",
            "serviceCode": "*123*456#",
            "text": self.text,
        } | changed
        return self.client.post(webhook("ussd"), data=form)

    def _hop(self) -> str:
        answer = self.post()
        assert answer.status_code == 200, answer.status_code
        assert answer.content_type.startswith("text/plain"), answer.content_type
        self.screen = answer.get_data(as_text=True)
        assert self.screen.startswith(("CON ", "END ")), self.screen
        self.seen.append(self.screen)
        return self.screen


def carrier_webhook(secret: str | None = None) -> str:
    """The path that carriers call with the last input alone."""
    return f"/webhooks/ussd/{secret or settings().webhook_secrets[0]}"


@dataclass
class CarrierHandset(Handset):
    """The same phone on a network that brings the last input alone, and numbers the hops of a session."""

    sequence: int = 0
    first: bool = True
    numbered: ClassVar[bool] = True

    def dial(self, shortcut: str = "") -> str:
        self.session, self.text = f"{next(_sessions)}-{id(self)}", f"*123*456*{shortcut}#" if shortcut else "*123*456#"
        self.first, self.sequence = True, 1
        return self._hop()

    def send(self, answer: str) -> str:
        self.text, self.first = answer, False
        self.sequence += 1
        return self._hop()

    def post(self, **changed: Any) -> Any:
        return self.client.post(carrier_webhook(), data=self._fields() | changed)

    def _fields(self) -> dict[str, str]:
        fields = {
            "session": self.session,
            "msisdn": self.number.removeprefix("+"),
            "type": "begin" if self.first else "continue",
            "input": self.text,
        }
        return fields | ({"sequence": str(self.sequence)} if self.numbered else {})

    def _hop(self) -> str:
        answer = self.post()
        assert answer.status_code == 200, answer.status_code
        self.screen = self._read(answer)
        self.seen.append(self.screen)
        return self.screen

    def _read(self, answer: Any) -> str:
        assert answer.content_type.startswith("text/plain"), answer.content_type
        return f"{PREFIX[answer.headers['X-USSD-Action']]}{answer.get_data(as_text=True)}"


@dataclass
class JsonHandset(CarrierHandset):
    """The same on a network that speaks JSON and numbers nothing; `think` is what passes before somebody answers."""

    think: Callable[[], object] = lambda: None
    numbered: ClassVar[bool] = False

    def send(self, answer: str) -> str:
        self.think()
        return super().send(answer)

    def post(self, **changed: Any) -> Any:
        return self.client.post(carrier_webhook(), json=self._fields() | changed)

    def _read(self, answer: Any) -> str:
        assert answer.content_type == "application/json", answer.content_type
        return f"{PREFIX[answer.json['action']]}{answer.json['message']}"


PREFIX = {"continue": "CON ", "end": "END "}


def handset(network: str, client: FlaskClient, number: str, db: Any) -> Handset:
    """A phone on a network of this kind."""
    if network == "africastalking":
        return Handset(client, number)
    if network == "ussd":
        return CarrierHandset(client, number)
    age = "UPDATE conversation SET touched_at = touched_at - interval '2 seconds'"
    return JsonHandset(client, number, think=lambda: db.execute(age))
