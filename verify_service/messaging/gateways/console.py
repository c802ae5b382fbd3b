"""The demo's gateway: nothing leaves the machine; the simulator shows what would have been sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Self

import structlog

from flows.gsm import parts as sms_parts
from verify_service.ground.settings import Settings
from verify_service.messaging.gateways.contract import Capabilities, Outgoing, SendOutcome, Sent

NAME: Final = "console"


class Console:
    """Accepts every text: one line in the log for each, with neither its words nor its number."""

    name: ClassVar = NAME
    capabilities: ClassVar = Capabilities(two_way=True, max_batch=1000, many_words=True, simulated=True)

    @classmethod
    def of(cls, chosen: Settings) -> Self:
        """Needs no settings."""
        return cls()

    def send(self, batch: Sequence[Outgoing]) -> list[Sent]:
        """Take each text; the same text has the same provider id if it comes again."""
        results = []
        for text in batch:
            parts = sms_parts(text.text)
            structlog.get_logger().info("text kept, not sent", our_id=text.our_id, to=text.phone.masked, parts=parts)
            results.append(Sent(text.our_id, SendOutcome.ACCEPTED, f"console-{text.our_id}", cost="0", parts=parts))
        return results

    def knock(self, seconds: float) -> bool:
        """It is always there."""
        return True
