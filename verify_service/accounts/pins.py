"""The PIN of an RT head: six digits, kept as argon2id over a peppered digest.

Six digits are guessed from a stolen hash whatever the hash; the pepper, which is not in the database, and five tries
are what protects them.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from verify_service.ground.settings import settings

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane; some 40 ms, once in a session.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_RUNS = "01234567890123456789", "98765432109876543210"


def pin_hash(pin: str, rt_head: int) -> str:
    """What is stored in place of the PIN."""
    return _HASHER.hash(_peppered(pin, rt_head))


def pin_is(pin: str, rt_head: int, stored: str | None) -> bool:
    """Whether this is the PIN that was chosen."""
    if stored is None:
        return False
    try:
        return _HASHER.verify(stored, _peppered(pin, rt_head))
    except (VerificationError, InvalidHashError):
        return False


def is_weak(pin: str, number: str) -> bool:
    """Whether a stranger would try it among the first: one digit, a run, a repeated part, the phone's own digits."""
    repeated = re.fullmatch(r"(\d{1,3})\1+", pin) is not None
    return repeated or any(pin in run for run in _RUNS) or pin in number or pin[::-1] in number


def _peppered(pin: str, rt_head: int) -> str:
    return hmac.digest(settings().pin_pepper, f"pin\0{rt_head}\0{pin}".encode(), hashlib.sha256).hex()
