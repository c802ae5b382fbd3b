"""The newest signed head by mail, once a day, to those whom the programme file names.

Mailed and not recorded, where a worker dies in between, is mailed again: a second copy of a head does no harm.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.crypto import keyed_hash
from verify_service.ground.mail import mail_to, send_each, there_is_a_server
from verify_service.ground.programme import programme
from verify_service.ground.tables import AuditEntry
from verify_service.record.heads import ShownHead, newest_head

OBJECT: Final = "record:heads"
MAILED: Final = "heads mailed"
_WORDS: Final = """\
Baris di bawah ini adalah kepala catatan {brand} yang ditandatangani: {size:,} catatan sampai {at}.
Simpanlah surat ini. Dengannya dapat dibuktikan kelak bahwa tidak ada catatan lama yang diubah.

The lines below are the signed head of the record of {brand}: {size:,} entries up to {at}.
Please keep this mail: with it anybody can show later whether an older entry was altered. How:
verify audit verify --heads FILE, where FILE is the attachment; docs/record.md has a verifier of its own.

{note}"""


@dataclass(frozen=True)
class Letter:
    """One mail: the head, and whom it goes to."""

    head: ShownHead
    to: tuple[str, ...] = field(repr=False)


def letter_of_today(session: Session, *, now: dt.datetime) -> Letter | None:
    """What is to be mailed now, to those who have not had today's; None without them, a mail server or a head."""
    if not programme().record.heads_to or not there_is_a_server():
        return None
    morning = dt.datetime.combine(now.astimezone(programme().zone).date(), dt.time(), programme().zone)
    today = select(AuditEntry.detail["recipient"].astext).where(
        AuditEntry.object == OBJECT, AuditEntry.action == MAILED, AuditEntry.at >= morning
    )
    had = set(session.scalars(today))
    to = tuple(one for one in programme().record.heads_to if _known_as(one) not in had)
    head = newest_head(session)
    return Letter(head, to) if to and head is not None else None


def mailed(session: Session, letter: Letter, to: Sequence[str], *, now: dt.datetime) -> None:
    """That today's went to these, whom the trail knows by a keyed hash of the address, and which it was."""
    for one in to:
        audit.record(
            session, now=now, actor="clock", action=MAILED, on=OBJECT, size=letter.head.size, recipient=_known_as(one)
        )


def _known_as(address: str) -> str:
    return keyed_hash(address, "record.recipient").hex()[:16]


def message(letter: Letter, to: str, *, now: dt.datetime) -> EmailMessage:
    """The mail to one of them: in both languages, the head in its text and as a file."""
    day = letter.head.at.astimezone(programme().zone)
    told = _WORDS.format(
        brand=programme().brand, size=letter.head.size, at=f"{day:%Y-%m-%d %H:%M %Z}", note=letter.head.note
    )
    held = mail_to(to, f"{programme().brand}: kepala catatan {day:%Y-%m-%d} / signed head", told, now=now)
    held.add_attachment(letter.head.note, filename=f"head-{day:%Y-%m-%d}.txt")
    return held


def send(letter: Letter, *, now: dt.datetime) -> list[str]:
    """Hand it to the mail server, one mail for each; those whose went. MailRefused where the server is not to be had.

    An address that the server does not take keeps nobody else from theirs, and has nobody mailed twice.
    """
    mailed = send_each(message(letter, to, now=now) for to in letter.to)
    return [letter.to[place] for place in mailed.took]
