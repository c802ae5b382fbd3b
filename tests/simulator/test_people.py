"""The invented people one may dial as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import forget_everything
from tests.serving import new_client
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
    yield new_client()
    monkeypatch.undo()
    forget_everything()


def phones(client: FlaskClient) -> list[str]:
    """What the page says of each of its phones."""
    return client.get("/simulator").get_data(as_text=True).split("data-handset ")[1:]


def test_workers_call_from_the_left_and_rt_heads_from_the_right(sample: FlaskClient) -> None:
    left, right = phones(sample)
    assert "Latif Wastuti" in left
    assert "Orang Lain" in left
    assert "H. Jabal" not in left
    assert "H. Jabal" in right
    assert "Latif Wastuti" not in right


def test_each_person_has_at_hand_what_a_letter_says(sample: FlaskClient) -> None:
    left, right = phones(sample)
    assert "pekerja · NIK 3275010101010001 · kode 902601" in left
    assert "Ketua RT · kode 123456 · RT 001" in right
    assert "None" not in left


def test_the_page_has_two_phones_and_where_they_call(sample: FlaskClient) -> None:
    page = sample.get("/simulator").get_data(as_text=True)
    assert page.count(f'data-door="/webhooks/africastalking/{settings().webhook_secrets[0]}"') == 2


def test_without_a_sample_any_number_may_be_typed(client: FlaskClient) -> None:
    assert client.get("/simulator").get_data(as_text=True).count("ketik nomor apa saja") == 2
