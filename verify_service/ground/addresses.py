"""Addresses that we hand out: made from the setting, never from what a caller says that we are called."""

from __future__ import annotations

from verify_service.ground.settings import settings

_THIS_MACHINE = "http://127.0.0.1:8000"


def public_address(path: str) -> str:
    """The whole address of a path of ours."""
    return (settings().public_url.rstrip("/") or _THIS_MACHINE) + path
