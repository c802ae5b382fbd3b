"""The demo's gateway: nothing leaves the machine, what would have been sent is handed to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from flows.gsm import parts as sms_parts
from verify_service.messaging.gateways.contract import (
    Capabilities,
    Event,
    Outgoing,
    RawRequest,
    Reply,
    SendOutcome,
    Sent,
)

NAME: Final = "console"
Sink = Callable[[Outgoing], None]


def log_it(text: Outgoing) -> None:
    """One line in the log per text, with neither its words nor its number."""
    structlog.get_logger().info(
        "text kept, not sent", our_id=text.our_id, to=text.phone.masked, parts=sms_parts(text.text)
    )


class Console:
    """Accepts every text and gives it to `sink`; webhooks have nothing to say here."""

    name = NAME
    capabilities = Capabilities(
        ussd=True,
        two_way=True,
        ucs2=True,
        max_parts=4,
        max_batch=1000,
        many_words=True,
        dlr_trust="none",
        needs_sender_registration=False,
        number_form="+62",
    )

    def __init__(self, sink: Sink = log_it) -> None:
        self._sink = sink

    def verify(self, raw: RawRequest, secrets: Sequence[str]) -> bool:
        """Nobody calls back from here."""
        return False

    def parse(self, raw: RawRequest) -> list[Event]:
        """Nothing comes back from here."""
        return []

    def ack(self, kind: str, *, stored: bool = True, screen: str = "") -> Reply:
        """As a provider would want it, for whoever tries."""
        return Reply(200 if stored else 503, screen)

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        """Give each text to the sink; the same text has the same provider id if it comes again."""
        results = []
        for text in batch:
            self._sink(text)
            provider_id = f"console-{text.our_id}"
            results.append(Sent(text.our_id, SendOutcome.ACCEPTED, provider_id, cost="0", parts=sms_parts(text.text)))
        return results

    def knock(self, seconds: float) -> bool:
        """It is always there."""
        return True
