"""Talks that many tests begin with are held once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conversations.memory import Watched, remembering


@pytest.fixture
def db(db: Any) -> Iterator[Watched]:
    """A clean database, whose beginnings are remembered."""
    with remembering(db) as watched:
        yield watched
