"""A provider to talk to."""

from collections.abc import Iterator

import pytest

from tests.standins.africastalking import Provider, standing_in
from verify_service.messaging.gateways.africastalking import AfricasTalking


@pytest.fixture
def provider() -> Iterator[Provider]:
    with standing_in() as provider:
        yield provider


@pytest.fixture
def gateway(provider: Provider) -> AfricasTalking:
    return AfricasTalking("sandbox", "the-key", provider.url, timeout=(10, 10))


@pytest.fixture
def hasty(provider: Provider) -> AfricasTalking:
    """A gateway that waits half a second for an answer."""
    return AfricasTalking("sandbox", "the-key", provider.url, timeout=(10, 0.5))
