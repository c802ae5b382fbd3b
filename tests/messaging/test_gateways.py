"""The gateway an operator names is the one that sends."""

import pytest
import structlog
from structlog.testing import capture_logs

from verify_service.app import create_app
from verify_service.ground.phones import Phone
from verify_service.ground.settings import Settings, SettingsRefused, settings
from verify_service.messaging.gateways import GATEWAYS, Gateway, can, forget_gateway, gateway, gateway_of
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import Outgoing, SendOutcome

TEXT = Outgoing(7, Phone("+6281234567890"), "Kode Anda rahasia.")


WHOLE = {
    "at_username": "sandbox",
    "at_api_key": "the-key",
    "kannel_url": "http://127.0.0.1:13013",
    "kannel_username": "verify",
    "kannel_password": "word",
    "kannel_sender": "BEKASI",
    "public_url": "https://verify.example.org",
}


def made(name: str, **given: str) -> Gateway:
    """The gateway of that name, by the settings of this process and these."""
    return gateway_of(Settings(gateway=name, **{**WHOLE, **given}))  # type: ignore[arg-type,call-arg]  # from a table


@pytest.mark.parametrize("name", GATEWAYS)
def test_every_gateway_is_made_from_the_settings_under_its_own_name(name: str) -> None:
    gateway = made(name)

    assert gateway.name == name
    assert gateway.capabilities.two_way
    assert gateway.capabilities.max_batch > 1


def test_the_settings_of_a_process_are_enough_to_make_one(db: object) -> None:
    assert gateway().name == "console"
    assert can().simulated


def test_an_unknown_name_is_refused_with_those_we_have(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFY_GATEWAY", "pigeon")
    settings.cache_clear()
    forget_gateway()
    try:
        for asked in (gateway, can, create_app):
            with pytest.raises(SettingsRefused, match="VERIFY_GATEWAY: one of console, africastalking, kannel"):
                asked()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        forget_gateway()


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"at_username": ""}, "VERIFY_AT_USERNAME"),
        ({"at_username": "a b"}, "VERIFY_AT_USERNAME"),
        ({"at_api_key": ""}, "VERIFY_AT_API_KEY"),
        ({"at_api_key": "secret\n"}, "VERIFY_AT_API_KEY"),
        ({"at_base_url": "api.example.org"}, "VERIFY_AT_BASE_URL"),
        ({"at_base_url": "ftp://api.example.org"}, "VERIFY_AT_BASE_URL"),
        ({"at_base_url": "http://api.example.org"}, "VERIFY_AT_BASE_URL"),
        ({"at_base_url": "https://user:word@api.example.org"}, "VERIFY_AT_BASE_URL"),
    ],
)
def test_a_wrong_setting_is_complained_about_by_name_and_without_the_secret(
    given: dict[str, str], variable: str
) -> None:
    with pytest.raises(SettingsRefused, match=variable) as complaint:
        made("africastalking", **given)
    assert "secret\n" not in str(complaint.value)


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        ({"kannel_url": ""}, "VERIFY_KANNEL_URL"),
        ({"kannel_url": "kannel:13013"}, "VERIFY_KANNEL_URL"),
        ({"kannel_url": "http://[::1"}, "VERIFY_KANNEL_URL"),
        ({"kannel_url": "http://sms.example.org:13013"}, "VERIFY_KANNEL_URL"),
        ({"kannel_url": "http://8.8.8.8:13013"}, "VERIFY_KANNEL_URL"),
        ({"kannel_url": "http://user:secret@kannel:13013"}, "VERIFY_KANNEL_URL"),
        ({"kannel_username": ""}, "VERIFY_KANNEL_USERNAME"),
        ({"kannel_password": ""}, "VERIFY_KANNEL_PASSWORD"),
        ({"kannel_password": "secret\n"}, "VERIFY_KANNEL_PASSWORD"),
        ({"kannel_sender": "KOTA BEKASI JAWA"}, "VERIFY_KANNEL_SENDER"),
        ({"public_url": ""}, "VERIFY_PUBLIC_URL"),
        ({"public_url": "http://verify.example.org"}, "VERIFY_PUBLIC_URL"),
    ],
)
def test_a_wrong_setting_of_kannel_is_complained_about_by_name(given: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingsRefused, match=variable) as complaint:
        made("kannel", **given)
    assert "secret" not in str(complaint.value).replace("a secret travels", "")


@pytest.mark.parametrize(
    "at",
    ["https://sms.example.org", "http://kannel:13013", "http://10.0.0.7:13013", "http://[::1]:13013/cgi-bin/sendsms"],
)
def test_kannel_may_be_spoken_to_in_clear_within_our_own_network(at: str) -> None:
    assert made("kannel", kannel_url=at, kannel_sender="").name == "kannel"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("", ""),
        ("https://api.example.org", "https://api.example.org/version1"),
        ("https://api.example.org/version1/", "https://api.example.org/version1"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/version1"),
        ("http://[::1]:9000", "http://[::1]:9000/version1"),
        ("http://localhost:9000/version1", "http://localhost:9000/version1"),
    ],
)
def test_the_address_may_be_given_with_or_without_its_version(given: str, used: str) -> None:
    gateway = AfricasTalking("sandbox", "the-key", given)

    assert gateway._account[2] == used


def test_the_demo_s_gateway_takes_each_text() -> None:
    (answer,) = Console().send([TEXT])

    assert (answer.our_id, answer.outcome, answer.provider_id) == (7, SendOutcome.ACCEPTED, "console-7")


def test_the_demo_s_log_has_neither_number_nor_words() -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        Console().send([TEXT])
    structlog.reset_defaults()  # capturing leaves it configured, and the next application would keep to that

    assert [line["our_id"] for line in lines] == [7]
    assert "3456" not in repr(lines)
    assert "rahasia" not in repr(lines)
