"""What an operator may set, read once at start; a wrong value is complained about by name."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

DOORS = ("africastalking", "kannel", "ussd", "ussd:CARRIER")
_DOOR = re.compile(r"africastalking|kannel|ussd(:[a-z0-9-]{1,20})?")
USSD_FIELDS = ("session", "msisdn", "type", "input", "sequence", "code", "network")


class SettingsRefused(Exception):
    """The environment is wrong: one line per variable, saying what to do."""


class Settings(BaseSettings):
    """Everything read from the environment (`VERIFY_` prefix).

    Keys are base64 of 32 random bytes and none is derived from another, so that one leaked key opens one door.
    """

    model_config = SettingsConfigDict(env_prefix="VERIFY_", extra="ignore", frozen=True)

    database_url: str
    owner_database_url: str | None = None  # migrations only; the application never needs it
    redis_url: str
    webhook_secrets: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)  # two at once while one is rotated out
    gateway_secrets: Annotated[dict[str, tuple[str, ...]], NoDecode] = Field(default={}, repr=False)  # door -> its own
    secret_key: SecretStr
    data_keys: Annotated[dict[str, bytes], NoDecode] = Field(min_length=1, repr=False)  # "k2:...,k1:..."; first writes
    index_key: Annotated[bytes, NoDecode] = Field(repr=False)
    pin_pepper: Annotated[bytes, NoDecode] = Field(repr=False)
    seal_key: Annotated[bytes, NoDecode] = Field(repr=False)
    record_key: Annotated[bytes | None, NoDecode] = Field(default=None, repr=False)  # signs heads; else DIR/record.key
    record_old_keys: Annotated[tuple[str, ...], NoDecode] = ()  # verifier keys that signed before
    gateway: str = "console"  # `messaging/gateways` knows the names
    at_username: str = ""
    at_api_key: SecretStr = SecretStr("")
    at_base_url: str = ""
    kannel_url: str = ""
    kannel_username: str = ""
    kannel_password: SecretStr = SecretStr("")
    kannel_sender: str = ""
    mail_url: SecretStr = SecretStr("")  # smtp://USER:PASSWORD@HOST:587 or smtps://...; nothing is mailed without it
    mail_from: str = ""
    public_url: str = ""  # our own address: links, delivery reports, the name under which pages are answered
    hosts: Annotated[tuple[str, ...], NoDecode] = ()  # further names under which pages are answered
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )  # whose word counts of who asks
    ussd_fields: Annotated[dict[str, str], NoDecode] = {}  # ours -> what a carrier calls it; the others keep our names
    programme: Path | None = None  # default: the Bekasi file that ships with us
    backup_dir: Path | None = None  # where backups are put: the newest file says when the last one was made
    metrics_token: SecretStr | None = None
    demo: bool = False
    data_dir: Path | None = None

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _secrets(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        secrets = tuple(part.strip() for part in value.split(",") if part.strip())
        if any(len(secret) < 16 for secret in secrets):
            raise ValueError("each secret needs at least 16 characters (32 or more is better)")
        return secrets

    @field_validator("gateway_secrets", mode="before")
    @classmethod
    def _gateway_secrets(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        secrets: dict[str, tuple[str, ...]] = {}
        for part in filter(None, (piece.strip() for piece in value.split(","))):
            door, separator, secret = (word.strip() for word in part.partition("="))
            if not separator or _DOOR.fullmatch(door) is None or len(secret) < 16:
                raise ValueError("write DOOR=SECRET, separated by commas; doors are " + ", ".join(DOORS))
            secrets[door] = (*secrets.get(door, ()), secret)
        return secrets

    @field_validator("data_keys", mode="before")
    @classmethod
    def _data_keys(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in value.split(","))):
            name, separator, key = part.partition(":")
            if not separator or not name.isalnum() or len(name) > 8:
                raise ValueError("write NAME:BASE64KEY, the newest first, separated by commas (NAME: up to 8 letters)")
            keys[name] = _key(key)
        return keys

    @field_validator("ussd_fields", mode="before")
    @classmethod
    def _fields(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names: dict[str, str] = {}
        for part in filter(None, (piece.strip() for piece in value.split(","))):
            ours, separator, theirs = (word.strip() for word in part.partition("="))
            if not separator or ours not in USSD_FIELDS or not theirs:
                raise ValueError(f"write OURS=THEIRS, separated by commas; ours are {', '.join(USSD_FIELDS)}")
            names[ours] = theirs
        return names

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        read = urlsplit(value)
        if value and (read.scheme not in ("http", "https") or not read.hostname or read.path.strip("/")):
            raise ValueError("write our own address without a path, such as https://HOST")
        return value.rstrip("/")

    @field_validator("hosts", mode="before")
    @classmethod
    def _hosts(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _proxies(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            raise ValueError("write addresses or networks, such as 10.0.0.5,10.1.0.0/16") from None

    @field_validator("record_old_keys", mode="before")
    @classmethod
    def _old_keys(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @field_validator("index_key", "pin_pepper", "seal_key", "record_key", mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        return _key(value) if isinstance(value, str) else value

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            backend = make_url(value).get_backend_name()
        except (ArgumentError, ValueError):
            backend = ""
        if backend != "postgresql":
            raise ValueError("write postgresql://ROLE:PASSWORD@HOST/DATABASE")
        return value

    @field_validator("mail_url")
    @classmethod
    def _smtp(cls, value: SecretStr) -> SecretStr:
        address = urlsplit(value.get_secret_value())
        if value.get_secret_value() and (address.scheme not in ("smtp", "smtps") or not address.hostname):
            raise ValueError("write smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str) -> str:
        if not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("write redis://HOST:PORT/0, rediss://... or unix:///path/of/the.sock")
        return value


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("not base64; make one with: openssl rand -base64 32") from None
    if len(key) != 32:
        raise ValueError(f"a key is 32 bytes, this one is {len(key)}; make one with: openssl rand -base64 32")
    return key


def read_settings() -> Settings:
    """The settings of this process, or SettingsRefused naming each variable that is wrong."""
    try:
        return Settings()  # type: ignore[call-arg]  # the values come from the environment
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            name = "VERIFY_" + "_".join(str(part) for part in fault["loc"][:1]).upper()
            reason = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            lines.append(f"{name}: {reason}")  # never the value: it may be a secret
        raise SettingsRefused("Settings are incomplete:\n  " + "\n  ".join(sorted(set(lines)))) from None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings, read once."""
    return read_settings()


def door_secrets(door: str) -> tuple[str, ...]:
    """What opens the webhooks of a gateway or a carrier: its own secrets, or where it has none those for all."""
    return settings().gateway_secrets.get(door) or settings().webhook_secrets
