"""Passkeys: a second factor that cannot be typed into somebody else's page: it signs for our address alone.

What it signs is a challenge of ours, once and within minutes, kept here and not in the browser.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import programme
from verify_service.ground.tables import Officer, Passkey, PasskeyChallenge

WITHIN: Final = dt.timedelta(minutes=5)
MOST: Final = 10  # of one account
NAME: Final = 60  # letters
MAKE: Final = "make"
PROVE: Final = "prove"


@dataclass(frozen=True)
class Site:
    """Our address as the browser has it: what a passkey is bound to."""

    origin: str
    host: str


@dataclass(frozen=True)
class HeldPasskey:
    """A passkey as its holder's page lists it."""

    id: int
    name: str
    made_at: dt.datetime
    used_at: dt.datetime | None


def held_by(session: Session, officer_id: int) -> Sequence[HeldPasskey]:
    """The passkeys of an account, the oldest first."""
    rows = session.scalars(select(Passkey).where(Passkey.officer_id == officer_id).order_by(Passkey.id))
    return [HeldPasskey(row.id, row.name, row.made_at, row.used_at) for row in rows]


def ask_to_make(session: Session, officer: Officer, site: Site) -> str:
    """What the browser is told so that an authenticator makes a passkey: JSON for the page."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=programme().brand,
        user_id=officer.id.to_bytes(8),
        user_name=officer.email,
        user_display_name=officer.name,
        challenge=_challenge(session, officer, MAKE),
        exclude_credentials=_theirs(session, officer),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def make(session: Session, officer: Officer, answer: str, name: str, site: Site, *, now: dt.datetime) -> Passkey | None:
    """Keep the passkey that was made; None for an answer that is not one, or not to what we asked."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _take_challenge(session, officer, answer, MAKE)
    count = session.scalar(select(func.count()).where(Passkey.officer_id == officer.id)) or 0
    if challenge is None or count >= MOST:
        return None
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    taken = select(Passkey.id).where(Passkey.credential == made.credential_id)
    if session.scalar(taken) is not None:
        return None
    kept = Passkey(
        officer_id=officer.id,
        credential=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name.strip()[:NAME] or "Passkey",
    )
    session.add(kept)
    officer.passkey_at = officer.passkey_at or now
    _record(session, officer.id, "passkey added", now)
    return kept


def ask_to_prove(session: Session, officer: Officer, site: Site) -> str:
    """What the browser is told so that an authenticator signs: JSON for the page; "" without a passkey."""
    import webauthn

    theirs = _theirs(session, officer)
    if not theirs:
        return ""
    challenge = _challenge(session, officer, PROVE)
    options = webauthn.generate_authentication_options(rp_id=site.host, challenge=challenge, allow_credentials=theirs)
    return webauthn.options_to_json(options)


def proves(session: Session, officer: Officer, answer: str, site: Site, *, now: dt.datetime) -> bool:
    """Whether an authenticator of this officer has signed what we asked for, at our address, and just now."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _take_challenge(session, officer, answer, PROVE)
    if challenge is None:
        return False
    try:
        credential = base64url_to_bytes(json.loads(answer)["id"])
        wanted = select(Passkey).where(Passkey.officer_id == officer.id, Passkey.credential == credential)
        held = session.scalar(wanted.with_for_update())
        if held is None:
            return False
        proof = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=held.public_key,
            credential_current_sign_count=held.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    held.sign_count, held.used_at = proof.new_sign_count, now
    return True


def remove(session: Session, officer: Officer, number: int, *, now: dt.datetime) -> None:
    """This passkey counts no more; nothing for one that is somebody else's."""
    session.execute(delete(Passkey).where(Passkey.id == number, Passkey.officer_id == officer.id))
    if not session.scalar(select(func.count()).where(Passkey.officer_id == officer.id)):
        officer.passkey_at = None
    _record(session, officer.id, "passkey removed", now)


def remove_all(session: Session, officer: Officer) -> None:
    """None counts any more: the second factor is taken off."""
    officer.passkey_at = None
    session.execute(delete(Passkey).where(Passkey.officer_id == officer.id))


def _theirs(session: Session, officer: Officer) -> list[Any]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    known = session.scalars(select(Passkey.credential).where(Passkey.officer_id == officer.id))
    return [PublicKeyCredentialDescriptor(id=credential) for credential in known]


def _challenge(session: Session, officer: Officer, kind: str) -> bytes:
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.until <= func.now()))
    asked = secrets.token_bytes(32)
    session.add(PasskeyChallenge(challenge=asked, officer_id=officer.id, kind=kind, until=func.now() + WITHIN))
    session.flush()
    return asked


def _take_challenge(session: Session, officer: Officer, answer: str, kind: str) -> bytes | None:
    """The challenge that was answered, used up by it; None for one that is not this officer's, or too old."""
    from webauthn.helpers import base64url_to_bytes

    try:
        client = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
        asked = base64url_to_bytes(client["challenge"])
    except (ValueError, KeyError, TypeError):
        return None
    return session.scalar(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge == asked,
            PasskeyChallenge.officer_id == officer.id,
            PasskeyChallenge.kind == kind,
            PasskeyChallenge.until > func.now(),
        )
        .returning(PasskeyChallenge.challenge)
    )


def _record(session: Session, officer_id: int, action: str, now: dt.datetime) -> None:
    who = f"officer:{officer_id}"
    audit.record(session, now=now, actor=who, action=action, on=who)
