"""The gateways we can speak through, by the name an operator gives in VERIFY_GATEWAY."""

from __future__ import annotations

from typing import Protocol

from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.console import Console, Sink, log_it
from verify_service.messaging.gateways.contract import Gateway

__all__ = ["Gateway", "UnknownGateway", "gateway_named"]


class Secret(Protocol):
    """A value that does not show itself unless asked."""

    def get_secret_value(self) -> str: ...


class GatewaySettings(Protocol):
    """The settings a gateway is made from."""

    @property
    def at_username(self) -> str: ...
    @property
    def at_api_key(self) -> Secret: ...
    @property
    def at_base_url(self) -> str: ...


class UnknownGateway(ValueError):
    """No gateway has that name."""


def gateway_named(name: str, settings: GatewaySettings, *, sink: Sink = log_it) -> Gateway:
    """The gateway of that name, ready to send; `sink` gets the demo's texts.

    Raises ValueError naming the variable that is wrong, UnknownGateway for a name we do not have.
    """
    if name == "console":
        return Console(sink)
    if name == "africastalking":
        return AfricasTalking(settings.at_username, settings.at_api_key.get_secret_value(), settings.at_base_url)
    raise UnknownGateway(f"VERIFY_GATEWAY: {name!r} is not known; one of console, africastalking")
