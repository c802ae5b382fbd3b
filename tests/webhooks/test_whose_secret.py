"""A gateway or a carrier with a secret of its own is opened by that alone, and opens nothing else by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.serving import new_client
from verify_service.ground.settings import SettingsRefused, read_settings, settings

TELKOMSEL, KANNEL = "the-secret-of-telkomsel", "the-secret-of-kannel-here"
HOP = {"session": "1", "msisdn": "+6281234567890", "type": "begin", "input": ""}


@pytest.fixture
def client(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    given = f"ussd:telkomsel={TELKOMSEL}, kannel={KANNEL}, kannel=an-older-one-of-kannel"
    monkeypatch.setenv("VERIFY_GATEWAY_SECRETS", given)
    forget_everything()
    yield new_client()
    monkeypatch.undo()
    forget_everything()


def dialled(client: FlaskClient, secret: str, carrier: str = "") -> int:
    behind = f"/{carrier}" if carrier else ""
    return client.post(f"/webhooks/ussd/{secret}{behind}", data=HOP).status_code


def test_a_carrier_speaks_for_itself_alone(client: FlaskClient) -> None:
    ours = settings().webhook_secrets[0]
    assert dialled(client, TELKOMSEL, "telkomsel") == 200
    assert dialled(client, ours, "telkomsel") == 404, "it has one of its own"
    for secret, carrier in ((TELKOMSEL, ""), (TELKOMSEL, "indosat"), (KANNEL, ""), (KANNEL, "telkomsel")):
        assert dialled(client, secret, carrier) == 404, (secret, carrier)
    assert (dialled(client, ours), dialled(client, ours, "indosat")) == (200, 200)


def test_a_hop_of_unknown_length_is_held_to_the_same(client: FlaskClient) -> None:
    for secret, status in ((TELKOMSEL, 200), (settings().webhook_secrets[0], 404)):
        end = {**HOP, "type": "end"}
        assert client.post(f"/webhooks/ussd/{secret}/telkomsel", data=end).status_code == status


def test_the_secret_of_kannel_opens_kannel_alone_and_two_while_it_is_rotated(client: FlaskClient) -> None:
    for secret, status in ((KANNEL, 200), ("an-older-one-of-kannel", 200), (settings().webhook_secrets[0], 404)):
        assert client.get(f"/webhooks/kannel/{secret}/delivery-reports?id=1&status=1").status_code == status
    assert client.post(f"/webhooks/africastalking/{KANNEL}/sms", data={"text": "x"}).status_code == 404


@pytest.mark.parametrize("given", ["telkomsel=a-secret-of-enough-length", "kannel=short", "kannel"])
def test_a_door_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("VERIFY_GATEWAY_SECRETS", given)
    with pytest.raises(SettingsRefused, match="VERIFY_GATEWAY_SECRETS"):
        read_settings()
