from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.serving import new_client


@pytest.fixture
def client(db: Any) -> FlaskClient:
    """A browser without cookies, over a clean database."""
    return new_client()
