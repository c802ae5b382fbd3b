"""A record of its own for each test: keys and heads in a folder that goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import forget_everything


@pytest.fixture
def record(db: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data directory, where the key and the heads are kept."""
    monkeypatch.setenv("VERIFY_DATA_DIR", str(tmp_path))
    forget_everything()
    yield tmp_path
    monkeypatch.undo()
    forget_everything()
