"""The newest head, where everybody can copy it from: the public page, and the manifest of the auditor's answers."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from tests.cli.test_commands import verify
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


def test_the_manifest_of_a_day_names_the_head_before_it(db: Any, record: Path, tmp_path: Path) -> None:
    write(db, 7)
    before = sealed(BEGUN)
    write(db, 7, BEGUN + dt.timedelta(hours=1))
    after = sealed(BEGUN + dt.timedelta(days=1))
    assert before is not None
    assert after is not None
    for day, note in (("2026-11-01", None), ("2026-11-02", before.note), ("2026-11-03", after.note)):
        done = verify("report", "all", "--out", str(tmp_path / day), "--as-of", day)
        assert done.exit_code == 0, done.output
        assert json.loads((tmp_path / day / "MANIFEST.json").read_text("utf-8"))["record_head"] == note
