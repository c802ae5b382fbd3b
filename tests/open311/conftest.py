from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from verify_service.app import create_app


@pytest.fixture
def client(db: Any) -> FlaskClient:
    """A browser without cookies, over a clean database."""
    return create_app().test_client()
