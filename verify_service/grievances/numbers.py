"""Numbers that are given out once: for a report, a proposal, or the receipt of a talk."""

from __future__ import annotations

import secrets

from sqlalchemy import text
from sqlalchemy.orm import Session

from flows.references import ALPHABET, BODY, check_letter
from verify_service.ground.programme import programme

_TAKE = text(
    """
INSERT INTO reference (number, kind) SELECT :number, :kind
WHERE NOT EXISTS (SELECT 1 FROM conversation WHERE receipt = :number)
ON CONFLICT DO NOTHING RETURNING number
"""
)


def new_number(session: Session, kind: str) -> str:
    """A number nobody has yet and nobody can guess."""
    while True:
        body = "".join(secrets.choice(ALPHABET) for _ in range(BODY))
        number = full_number(f"{body}{check_letter(body)}")
        if session.scalar(_TAKE, {"number": number, "kind": kind}) is not None:
            return number


def full_number(body: str) -> str:
    """The number as it is written out, from its six characters."""
    return f"{programme().reference_prefix}-{body}"
