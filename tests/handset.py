"""A phone in a test: dials, presses and texts through the real webhook, and knows nothing of what is behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

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
