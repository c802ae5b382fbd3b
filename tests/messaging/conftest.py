"""A provider to talk to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standins.africastalking import Provider, standing_in
from tests.standins.kannel import Box
from tests.standins.kannel import standing_in as a_box
from verify_service.ground.programme import DEFAULT, programme
from verify_service.ground.settings import settings
from verify_service.messaging.gateways import forget_gateway
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
    return AfricasTalking("sandbox", "the-key", provider.url, timeout=(10, 0.5), whole_call=1)


@pytest.fixture
def office_hours(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Outside the demo: the send window binds what we start."""
    monkeypatch.setenv("VERIFY_DEMO", "0")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def our_number(db: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The number of a programme that people answer to over an ordinary line instead of a short code."""
    written = DEFAULT.read_text(encoding="utf-8").replace("../data", str(DEFAULT.parent.parent / "data"))
    file = tmp_path / "programme.toml"
    file.write_text(written.replace('number = "28282"', 'number = "0812-0000-0001"'), encoding="utf-8")
    monkeypatch.setenv("VERIFY_PROGRAMME", str(file))
    settings.cache_clear()
    programme.cache_clear()
    yield "+6281200000001"
    monkeypatch.undo()
    settings.cache_clear()
    programme.cache_clear()


@pytest.fixture
def connected(db: Any, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The service set to send through the provider."""
    for name, value in {"GATEWAY": "africastalking", "AT_USERNAME": "sandbox", "AT_API_KEY": "the-key"}.items():
        monkeypatch.setenv(f"VERIFY_{name}", value)
    monkeypatch.setenv("VERIFY_AT_BASE_URL", provider.url)
    settings.cache_clear()
    forget_gateway()
    yield provider
    monkeypatch.undo()
    settings.cache_clear()
    forget_gateway()


@pytest.fixture
def box(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """The service set to send through a smsbox."""
    with a_box() as box:
        given = {"GATEWAY": "kannel", "KANNEL_URL": box.url, "KANNEL_USERNAME": "verify", "KANNEL_PASSWORD": "word"}
        for name, value in (given | {"PUBLIC_URL": "https://verify.example.org"}).items():
            monkeypatch.setenv(f"VERIFY_{name}", value)
        settings.cache_clear()
        forget_gateway()
        yield box
    monkeypatch.undo()
    settings.cache_clear()
    forget_gateway()
