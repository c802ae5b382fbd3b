"""The gateways we can speak through, by the name an operator gives in VERIFY_GATEWAY."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from verify_service.ground.settings import GATEWAYS, settings
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.console import Console, Sink, log_it
from verify_service.messaging.gateways.contract import Fetching, Gateway
from verify_service.messaging.gateways.kannel import Kannel

__all__ = [
    "Fetching",
    "Gateway",
    "UnknownGateway",
    "can_fetch",
    "forget_gateway",
    "gateway",
    "gateway_named",
    "two_way",
]


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
    @property
    def kannel_url(self) -> str: ...
    @property
    def kannel_username(self) -> str: ...
    @property
    def kannel_password(self) -> Secret: ...
    @property
    def kannel_sender(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def webhook_secrets(self) -> tuple[str, ...]: ...


class UnknownGateway(ValueError):
    """No gateway has that name."""


def gateway_named(name: str, chosen: GatewaySettings, *, sink: Sink = log_it) -> Gateway:
    """The gateway of that name, ready to send; `sink` gets the demo's texts.

    Raises ValueError naming the variable that is wrong, UnknownGateway for a name we do not have.
    """
    if name == "console":
        return Console(sink)
    if name == "africastalking":
        return AfricasTalking(chosen.at_username, chosen.at_api_key.get_secret_value(), chosen.at_base_url)
    if name == "kannel":
        return Kannel(
            chosen.kannel_url,
            chosen.kannel_username,
            chosen.kannel_password.get_secret_value(),
            sender=chosen.kannel_sender,
            public_url=chosen.public_url,
            secret=chosen.webhook_secrets[0],
        )
    raise UnknownGateway(f"VERIFY_GATEWAY: {name!r} is not known; one of {', '.join(GATEWAYS)}")


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """The gateway that this process sends through, as its settings name it."""
    return gateway_named(settings().gateway, settings())


def two_way() -> bool:
    """Whether people can answer our texts: without that, nobody is asked a question by SMS."""
    return gateway().capabilities.two_way


def can_fetch() -> bool:
    """Whether the gateway's own inbox can be read for texts that never reached us."""
    return isinstance(gateway(), Fetching)


def forget_gateway() -> None:
    """Make it anew by the settings of that moment (tests)."""
    gateway.cache_clear()
