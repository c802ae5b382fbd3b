"""Keys of other systems of the city. A key is 256 bits of chance and shown once; the row holds its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import ApiKey


class KeyRefused(Exception):
    """The key cannot be made or closed as asked; the message says what to change."""


@dataclass(frozen=True)
class Admitted:
    """Another system with a key in use; `over` when it has asked too often within this hour."""

    key_id: int
    over: bool

    @property
    def by(self) -> str:
        return f"api_key:{self.key_id}"


def make(session: Session, name: str, *, by: str, now: dt.datetime) -> str:
    """A new key for the system of this name, to be handed over once; KeyRefused for a name that is empty or taken."""
    plain = name.strip()
    if not plain or len(plain) > 80:
        raise KeyRefused("Name the system that gets the key, in 80 letters at most")
    if session.scalar(select(ApiKey.id).where(ApiKey.name == plain)) is not None:
        raise KeyRefused("There is already a key of this name; choose another, such as its name and the year")
    key = secrets.token_urlsafe(32)
    made = ApiKey(name=plain, key_hash=_hash(key), made_by=by, created_at=now)
    session.add(made)
    session.flush()
    audit.record(session, now=now, actor=by, action="api key made", on=f"api_key:{made.id}")
    return key


def disable(session: Session, name: str, *, by: str, now: dt.datetime) -> None:
    """Close a key: its system is refused from the next call on. KeyRefused where there is none of this name."""
    held = session.scalar(select(ApiKey).where(ApiKey.name == name.strip()))
    if held is None:
        raise KeyRefused("There is no key of this name; see: verify api-key list")
    if held.disabled_at is None:
        held.disabled_at = now
        audit.record(session, now=now, actor=by, action="api key closed", on=f"api_key:{held.id}")


def admit(session: Session, key: str, *, now: dt.datetime) -> Admitted | None:
    """Let a system in by its key and count the call; None for a key that is unknown or closed.

    Its row stays locked until the transaction ends, so that what one system sends is done one after another.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    counted = (
        update(ApiKey)
        .where(ApiKey.key_hash == _hash(key), ApiKey.disabled_at.is_(None))
        .values(calls=case((ApiKey.used_at == hour, ApiKey.calls + 1), else_=1), used_at=hour)
        .returning(ApiKey.id, ApiKey.calls)
    )
    row = session.execute(counted).first()
    return Admitted(row.id, row.calls > programme().open311.calls_per_hour) if row else None


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
