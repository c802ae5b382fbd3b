"""The gateway an operator names is the one that sends."""

import pytest
import structlog
from structlog.testing import capture_logs

from verify_service.ground.phones import Phone
from verify_service.ground.settings import GATEWAYS, Settings
from verify_service.messaging.gateways import Gateway, UnknownGateway, gateway_named
from verify_service.messaging.gateways.africastalking import AfricasTalking
from verify_service.messaging.gateways.console import Console
from verify_service.messaging.gateways.contract import Outgoing, RawRequest, SendOutcome

TEXT = Outgoing(7, Phone("+6281234567890"), "Kode Anda rahasia.")


class Key:
    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        return self._value


class Given:
    def __init__(self, username: str = "sandbox", key: str = "the-key", url: str = "", **kannel: str) -> None:
        self.at_username, self.at_api_key, self.at_base_url = username, Key(key), url
        self.kannel_url = kannel.get("at", "http://127.0.0.1:13013")
        self.kannel_username, self.kannel_password = kannel.get("user", "verify"), Key(kannel.get("password", "word"))
        self.kannel_sender = kannel.get("sender", "BEKASI")
        self.public_url = kannel.get("public", "https://verify.example.org")
        self.webhook_secrets = ("known-to-kannel-alone",)


@pytest.mark.parametrize("name", GATEWAYS)
def test_every_name_the_settings_allow_is_a_gateway(name: str) -> None:
    gateway: Gateway = gateway_named(name, Given())

    assert gateway.name == name
    assert gateway.capabilities.two_way


def test_the_settings_of_a_process_are_enough_to_make_one(db: object) -> None:
    assert gateway_named("console", Settings()).name == "console"  # type: ignore[call-arg]


def test_an_unknown_name_is_refused_with_those_we_have() -> None:
    with pytest.raises(UnknownGateway, match="console, africastalking, kannel"):
        gateway_named("pigeon", Given())


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        (Given(username=""), "VERIFY_AT_USERNAME"),
        (Given(username="a b"), "VERIFY_AT_USERNAME"),
        (Given(key=""), "VERIFY_AT_API_KEY"),
        (Given(key="secret\n"), "VERIFY_AT_API_KEY"),
        (Given(url="api.example.org"), "VERIFY_AT_BASE_URL"),
        (Given(url="ftp://api.example.org"), "VERIFY_AT_BASE_URL"),
        (Given(url="http://api.example.org"), "VERIFY_AT_BASE_URL"),
        (Given(url="https://user:word@api.example.org"), "VERIFY_AT_BASE_URL"),
    ],
)
def test_a_wrong_setting_is_complained_about_by_name_and_without_the_secret(given: Given, variable: str) -> None:
    with pytest.raises(ValueError, match=variable) as complaint:
        gateway_named("africastalking", given)
    assert "secret\n" not in str(complaint.value)


@pytest.mark.parametrize(
    ("given", "variable"),
    [
        (Given(at=""), "VERIFY_KANNEL_URL"),
        (Given(at="kannel:13013"), "VERIFY_KANNEL_URL"),
        (Given(at="http://[::1"), "VERIFY_KANNEL_URL"),
        (Given(at="http://sms.example.org:13013"), "VERIFY_KANNEL_URL"),
        (Given(at="http://8.8.8.8:13013"), "VERIFY_KANNEL_URL"),
        (Given(at="http://user:secret@kannel:13013"), "VERIFY_KANNEL_URL"),
        (Given(user=""), "VERIFY_KANNEL_USERNAME"),
        (Given(password=""), "VERIFY_KANNEL_PASSWORD"),
        (Given(password="secret\n"), "VERIFY_KANNEL_PASSWORD"),
        (Given(sender="KOTA BEKASI JAWA"), "VERIFY_KANNEL_SENDER"),
        (Given(public=""), "VERIFY_PUBLIC_URL"),
        (Given(public="http://verify.example.org"), "VERIFY_PUBLIC_URL"),
    ],
)
def test_a_wrong_setting_of_kannel_is_complained_about_by_name(given: Given, variable: str) -> None:
    with pytest.raises(ValueError, match=variable) as complaint:
        gateway_named("kannel", given)
    assert "secret" not in str(complaint.value).replace("a secret travels", "")


@pytest.mark.parametrize(
    "at",
    ["https://sms.example.org", "http://kannel:13013", "http://10.0.0.7:13013", "http://[::1]:13013/cgi-bin/sendsms"],
)
def test_kannel_may_be_spoken_to_in_clear_within_our_own_network(at: str) -> None:
    assert gateway_named("kannel", Given(at=at, sender="")).name == "kannel"


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


def test_the_demo_hands_each_text_to_whoever_shows_it() -> None:
    shown: list[Outgoing] = []
    gateway = gateway_named("console", Given(), sink=shown.append)
    (answer,) = gateway.send([TEXT])

    assert shown == [TEXT]
    assert (answer.our_id, answer.outcome, answer.provider_id) == (7, SendOutcome.ACCEPTED, "console-7")


def test_the_demo_s_log_has_neither_number_nor_words() -> None:
    structlog.reset_defaults()
    with capture_logs() as lines:
        Console().send([TEXT])
    structlog.reset_defaults()  # capturing leaves it configured, and the next application would keep to that

    assert [line["our_id"] for line in lines] == [7]
    assert "3456" not in repr(lines)
    assert "rahasia" not in repr(lines)


def test_nobody_calls_back_from_the_demo_s_gateway() -> None:
    request = RawRequest("sms", "POST", {}, b"id=1", secret="known-to-everybody")

    assert not Console().verify(request, ["known-to-everybody"])
    assert Console().parse(request) == []
