"""Addresses that we hand out: made from the setting, never from what a caller says that we are called."""

from __future__ import annotations

from urllib.parse import urlsplit

from verify_service.ground.settings import settings

_THIS_MACHINE = "http://127.0.0.1:8000"
_HERE = ["localhost", "127.0.0.1", "[::1]"]


def public_address(path: str, here: str = _THIS_MACHINE) -> str:
    """The whole address of a path of ours; `here` is what the demo, which has no address, is asked under."""
    return (settings().public_url or here).rstrip("/") + path


def hosts() -> list[str]:
    """The names under which pages are answered: that of our address, and those set beside it."""
    named = [urlsplit(settings().public_url).hostname or "", *settings().hosts]
    return [name for name in named if name] + (_HERE if settings().demo else [])
