"""The invented people one may dial as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from verify_service.app import create_app
from verify_service.ground.settings import settings

PEOPLE = [
    {
        "number": "+6281200000001",
        "role": "worker",
        "name": "Latif Wastuti",
        "nik": "3275010101010001",
        "code": "902601",
    },
    {"number": "+6281200000002", "role": "rt_head", "name": "H. Jabal", "code": "123456", "note": "RT 001"},
    {"number": "+6281200000003", "role": "unknown", "name": "Orang Lain", "code": None},
]


@pytest.fixture
def sample(db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A demo with three phones."""
    (tmp_path / "demo.json").write_text(json.dumps({"phones": PEOPLE}))
    monkeypatch.setenv("VERIFY_DATA_DIR", str(tmp_path))
    forget_everything()
    yield create_app().test_client()
    monkeypatch.undo()
    forget_everything()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", [1, 2, 3]),
        ("latif", [1]),
        ("LATIF wast", [1]),
        ("0002", [2]),
        ("ketua rt", [2]),
        ("902601", [1]),
        ("nobody", []),
    ],
)
def test_people_are_found_by_name_number_role_and_code(sample: FlaskClient, wanted: str, found: list[int]) -> None:
    answer = sample.get("/simulator/people", query_string={"q": wanted}).json
    assert [int(person["number"][-1]) for person in answer or []] == found


def test_the_page_has_the_phone_and_where_it_calls(sample: FlaskClient) -> None:
    page = sample.get("/simulator").get_data(as_text=True)
    assert "Latif Wastuti" in page
    assert f'data-door="/webhooks/africastalking/{settings().webhook_secrets[0]}"' in page


def test_without_a_sample_any_number_may_be_typed(client: FlaskClient) -> None:
    assert "ketik nomor apa saja" in client.get("/simulator").get_data(as_text=True)
