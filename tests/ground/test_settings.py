"""Settings complain by name, and never repeat a secret."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import pytest

from verify_service.app import create_app
from verify_service.ground.programme import DEFAULT, programme, read_programme
from verify_service.ground.settings import SettingsRefused, read_settings, settings

KEY = base64.b64encode(b"k" * 32).decode()
WHOLE = {
    "VERIFY_DATABASE_URL": "postgresql://app@db/verify",
    "VERIFY_REDIS_URL": "redis://queue",
    "VERIFY_WEBHOOK_SECRETS": "a-secret-of-enough-length",
    "VERIFY_SECRET_KEY": "s" * 40,
    "VERIFY_DATA_KEYS": f"k2:{KEY},k1:{KEY}",
    "VERIFY_INDEX_KEY": KEY,
    "VERIFY_PIN_PEPPER": KEY,
    "VERIFY_SEAL_KEY": KEY,
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    import os

    for name in list(os.environ):
        if name.startswith("VERIFY_"):
            monkeypatch.delenv(name)
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_whole_environment_is_read(environment: pytest.MonkeyPatch) -> None:
    read = read_settings()
    assert list(read.data_keys) == ["k2", "k1"]
    assert read.gateway == "console"


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_missing_variable_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(SettingsRefused, match=f"{name}: is not set"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("VERIFY_WEBHOOK_SECRETS", "short", "at least 16 characters"),
        ("VERIFY_WEBHOOK_SECRETS", "", "at least 1 item"),
        ("VERIFY_INDEX_KEY", "c2hvcnQ=", "32 bytes, this one is 5"),
        ("VERIFY_INDEX_KEY", "not base64!", "openssl rand -base64 32"),
        ("VERIFY_DATA_KEYS", KEY, "NAME:BASE64KEY"),
        ("VERIFY_DATA_KEYS", "k1:short", "not base64"),
        ("VERIFY_DATABASE_URL", "nonsense", "postgresql://ROLE"),
        ("VERIFY_OWNER_DATABASE_URL", "sqlite:///x", "postgresql://ROLE"),
        ("VERIFY_REDIS_URL", "localhost:6379", "redis://HOST"),
        ("VERIFY_USSD_FIELDS", "sessionid", "write OURS=THEIRS"),
        ("VERIFY_USSD_FIELDS", "pin=PINCODE", "ours are session, msisdn"),
    ],
)
def test_a_wrong_value_is_explained(environment: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    environment.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert name in str(refused.value)
    assert said in str(refused.value)
    if len(value) > 5:
        assert value not in str(refused.value), "a secret must not be repeated"


def test_the_programme_of_bekasi_is_whole() -> None:
    bekasi = read_programme(DEFAULT)
    assert bekasi.premium.amount == 16_800 == bekasi.premium.on(dt.date(2030, 1, 1))
    assert not bekasi.ussd_zero_rated
    assert not bekasi.jkm_waiting_confirmed


def test_a_later_premium_holds_from_its_day(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    change = "[[premium.changes]]\nnew_amount = 20000\nchanged_on = {}\n\n[eligibility]"
    own = DEFAULT.read_text(encoding="utf-8").replace("../data", str(DEFAULT.parent.parent / "data"))
    file.write_text(own.replace("[eligibility]", change.format("2026-07-01")), encoding="utf-8")
    premium = read_programme(file).premium
    assert [premium.on(dt.date(2026, month, 1)) for month in (6, 7, 8)] == [16_800, 20_000, 20_000]
    file.write_text(own.replace("[eligibility]", change.format("2025-07-01")), encoding="utf-8")
    with pytest.raises(SettingsRefused, match="in the order of their days"):
        read_programme(file)


def test_a_programme_file_complains_by_key(tmp_path: Path) -> None:
    broken = tmp_path / "city.toml"
    broken.write_text(DEFAULT.read_text().replace("amount = 16800", "amount = 0").replace('hotline = "1500444"', ""))
    with pytest.raises(SettingsRefused, match="hotline") as refused:
        read_programme(broken)
    assert "premium.amount" in str(refused.value)
    with pytest.raises(SettingsRefused, match="there is no file"):
        read_programme(tmp_path / "none.toml")


def test_a_number_that_the_screens_would_cut_stops_the_start(
    db: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "city.toml"
    written = DEFAULT.read_text().replace("../data", str(DEFAULT.parent.parent / "data"))
    file.write_text(written.replace('hotline = "1500444"', 'hotline = "(021) 8000 1234"'))
    monkeypatch.setenv("VERIFY_PROGRAMME", str(file))
    settings.cache_clear()
    programme.cache_clear()
    try:
        with pytest.raises(SettingsRefused, match="too long for a phone's screens: hotline"):
            create_app()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        programme.cache_clear()
