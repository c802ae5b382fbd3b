"""The gateways we can speak through, by the name an operator gives in VERIFY_GATEWAY."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from verify_service.ground.settings import Settings, SettingsRefused, settings
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import Capabilities, Fetching, Gateway
from verify_service.messaging.gateways.kannel import Kannel

__all__ = ["GATEWAYS", "Fetching", "Gateway", "can", "can_fetch", "forget_gateway", "gateway", "gateway_of"]

GATEWAYS: Final[Mapping[str, type[Gateway]]] = {made.name: made for made in (Console, AfricasTalking, Kannel)}


def _chosen(chosen: Settings) -> type[Gateway]:
    if chosen.gateway not in GATEWAYS:
        raise SettingsRefused(f"VERIFY_GATEWAY: one of {', '.join(GATEWAYS)}")
    return GATEWAYS[chosen.gateway]


def gateway_of(chosen: Settings) -> Gateway:
    """The gateway that the settings name, ready to send. Raises SettingsRefused naming the variable that is wrong."""
    try:
        return _chosen(chosen).of(chosen)
    except ValueError as wrong:
        raise SettingsRefused(str(wrong)) from None


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """The gateway that this process sends through. Raises SettingsRefused naming the variable that is wrong."""
    return gateway_of(settings())


def can() -> Capabilities:
    """What that gateway can do; its account need not be whole for it. Raises SettingsRefused for an unknown name."""
    return _chosen(settings()).capabilities


def can_fetch() -> bool:
    """Whether the gateway's own inbox can be read for texts that never reached us."""
    return isinstance(gateway(), Fetching)


def forget_gateway() -> None:
    """Make it anew by the settings of that moment (tests)."""
    gateway.cache_clear()
