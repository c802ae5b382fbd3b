"""Properties that `make soak` tries on many more numbers than `make test` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

from tests.conftest import examples


def many(test: Callable[..., Any]) -> Any:
    """Try this property on a hundred examples, in the long form on thousands."""
    return pytest.mark.long(settings(max_examples=examples(100))(test))
