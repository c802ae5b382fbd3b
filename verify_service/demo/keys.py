"""Keys for a data directory: made once, kept in DIR/keys (0600), overridden by whatever the environment sets."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from verify_service.demo.embedded import ServersRefused, write_private


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def environment_for(data_dir: Path) -> dict[str, str]:
    """Every VERIFY_ secret of this data directory, each independent of the others."""
    path = data_dir / "keys"
    if not path.exists():
        made = {
            "VERIFY_WEBHOOK_SECRETS": secrets.token_urlsafe(32),
            "VERIFY_SECRET_KEY": secrets.token_urlsafe(32),
            "VERIFY_DATA_KEYS": f"k1:{_random_key()}",
            "VERIFY_INDEX_KEY": _random_key(),
            "VERIFY_PIN_PEPPER": _random_key(),
            "VERIFY_SEAL_KEY": _random_key(),
        }
        write_private(path, "".join(f"{name}={value}\n" for name, value in made.items()))
    lines = (line.partition("=") for line in path.read_text().splitlines() if line.strip())
    kept = {name: value for name, _, value in lines}
    if not kept:
        raise ServersRefused(f"{path} is empty; restore it from a backup: without it people's data cannot be read")
    return {name: os.environ.get(name, value) for name, value in kept.items()}
