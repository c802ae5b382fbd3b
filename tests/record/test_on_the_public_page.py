"""The newest head, where everybody can copy it from."""

from __future__ import annotations

from typing import Any

from tests.record.log import BEGUN, sealed, write
from tests.serving import new_client


def test_the_newest_head_stands_on_the_public_page(db: Any, record: Any) -> None:
    client = new_client()
    assert "Tidak ada yang diubah" not in client.get("/?lang=id").get_data(as_text=True)
    write(db, 7)
    head = sealed(BEGUN)
    assert head is not None
    page = client.get("/?lang=id").get_data(as_text=True)
    assert "Tidak ada yang diubah diam-diam" in page
    assert f">{head.note}</pre>" in page
    assert "Nothing altered unseen" in client.get("/?lang=en").get_data(as_text=True)
