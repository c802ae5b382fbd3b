"""The key that signs heads, and those that others check them with.

The key stands in VERIFY_RECORD_KEY, or else in the file `record.key` of the data directory, never in the database: its
superuser is held to account by it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from verify_service.ground.programme import programme
from verify_service.ground.settings import SettingsRefused, settings
from verify_service.record.checkpoint import Signer, VerifierKey

KEY_FILE = "record.key"


def signer() -> Signer:
    """Who signs heads here; the first time without a set key one is made in the data directory. Or SettingsRefused."""
    return Signer(origin(), settings().record_key or _kept_key())


def origin() -> str:
    """The name of this record: the city's domain tells whose it is."""
    return f"{programme().jurisdiction}/record"


def verifier_keys() -> list[VerifierKey]:
    """The keys whose heads count here: the one that signs, where there is one, and those that signed before it."""
    try:
        before = [VerifierKey.parse(written) for written in settings().record_old_keys]
    except ValueError as error:
        raise SettingsRefused(
            f"VERIFY_RECORD_OLD_KEYS: {error}; `verify audit key` printed it while it signed"
        ) from None
    path = _key_file()
    there = settings().record_key or (path and path.exists())
    return [signer().verifier, *before] if there else before


def _key_file() -> Path | None:
    folder = settings().data_dir
    return folder / KEY_FILE if folder else None


def _kept_key() -> bytes:
    path = _key_file()
    if path is None:
        raise SettingsRefused(
            "VERIFY_RECORD_KEY is not set, so heads cannot be signed; make one with: openssl rand -base64 32"
        )
    if not path.exists():
        made = path.with_name(f".{KEY_FILE}.{os.getpid()}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(made, path)  # never over one that another process has just made
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes()
