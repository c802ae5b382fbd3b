"""`verify api-key` as an administrator uses it."""

from __future__ import annotations

from typing import Any

from tests.cli.test_commands import document, verify
from tests.serving import new_client


def test_a_key_is_made_used_listed_and_closed(db: Any) -> None:
    key = document("api-key", "add", "JAKI", "--json")["key"]
    client = new_client()
    assert client.get("/open311/v2/requests.json", headers={"X-Api-Key": key}).status_code == 200
    (one,) = document("api-key", "list", "--json")
    assert (one["name"], one["disabled"]) == ("JAKI", False)
    assert one["used"].endswith(":00+00:00")
    assert key not in verify("api-key", "list").stdout
    assert verify("api-key", "disable", "JAKI").exit_code == 0
    assert client.get("/open311/v2/requests.json", headers={"X-Api-Key": key}).status_code == 403
    assert "closed" in verify("api-key", "list").stdout


def test_a_name_is_given_once(db: Any) -> None:
    verify("api-key", "add", "JAKI")
    for command in (("add", "JAKI"), ("add", " "), ("disable", "Qlue")):
        assert verify("api-key", *command).exit_code == 1
