"""Mail to the holder of an account: the one-time link, and that something was done. Rows wait until the worker sends.

No mail names a person or says what was done: mail is read by others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from verify_service.ground.addresses import public_address
from verify_service.ground.crypto import Unreadable, seal, unseal
from verify_service.ground.mail import MailRefused, mail_to, send_each, there_is_a_server
from verify_service.ground.programme import programme
from verify_service.ground.tables import AccountMail, Officer

LINK: Final = "/console/welcome/"
TOO_OLD: Final = dt.timedelta(days=3)  # by then the link is void as well
AGAIN: Final = dt.timedelta(minutes=5)
_AT_ONCE: Final = 20
_SEALED: Final = "account_mail.token"


class Kind(StrEnum):
    """What a mail is about."""

    WELCOME = "welcome"
    RESET = "reset"
    NOTICE = "notice"


_WORDS: Final = {
    ("id", Kind.WELCOME): (
        "akun Anda",
        "Untuk Anda telah dibuat akun {brand}. Pilih kata sandi Anda sendiri di sini, dalam tiga hari:\n\n{address}\n\n"
        "Tautan ini hanya berlaku satu kali. Jangan berikan kepada siapa pun, juga tidak kepada admin.\n",
    ),
    ("id", Kind.RESET): (
        "kata sandi baru",
        "Dua admin menyetujui kata sandi baru untuk akun Anda. Pilih di sini, dalam tiga hari:\n\n{address}\n\n"
        "Tautan ini hanya berlaku satu kali. Bila Anda tidak memintanya, segera hubungi admin.\n",
    ),
    ("id", Kind.NOTICE): (
        "ada perubahan pada akun Anda",
        "Ada yang diminta atau diubah pada akun {brand} Anda. Masuk dan baca di Pemberitahuan:\n\n{address}\n\n"
        "Bila Anda tidak mengetahuinya, segera hubungi admin lain atau auditor.\n",
    ),
    ("en", Kind.WELCOME): (
        "your account",
        "An account of {brand} was made for you. Choose your own password here, within three days:\n\n{address}\n\n"
        "This link works once. Give it to nobody, not to an administrator either.\n",
    ),
    ("en", Kind.RESET): (
        "a new password",
        "Two administrators agreed to a new password for your account. Choose it here, within three days:\n\n"
        "{address}\n\nThis link works once. If you did not ask for it, call an administrator at once.\n",
    ),
    ("en", Kind.NOTICE): (
        "something about your account",
        "Something was asked or changed about your account of {brand}. Sign in and read it under Notices:\n\n"
        "{address}\n\nIf you know nothing of it, call another administrator or the auditor at once.\n",
    ),
}


def link_address(token: str) -> str:
    """Where the holder of this token chooses a password."""
    return public_address(LINK + token)


def queue(session: Session, officer: Officer, kind: Kind, token: str = "") -> None:
    """Have it mailed; nothing where there is no mail server. What is said twice within one transaction leaves once."""
    if not there_is_a_server():
        return
    same = (AccountMail.officer_id == officer.id, AccountMail.kind == kind, AccountMail.at == func.now())
    if not token and session.scalar(select(AccountMail.id).where(*same).limit(1)) is not None:
        return
    session.add(AccountMail(officer_id=officer.id, kind=kind, token=seal(token, _SEALED) if token else None))
    session.flush()


@dataclass(frozen=True)
class Waiting:
    """One mail that is due."""

    id: int
    to: str = field(repr=False)
    subject: str
    words: str = field(repr=False)


def due(session: Session) -> list[Waiting]:
    """What is to leave now, each taken for five minutes; what is too old is given up."""
    rows = session.execute(
        select(AccountMail, Officer)
        .join(Officer, Officer.id == AccountMail.officer_id)
        .where(AccountMail.left_at.is_(None), AccountMail.try_at <= func.now())
        .order_by(AccountMail.id)
        .limit(_AT_ONCE)
        .with_for_update(of=AccountMail, skip_locked=True)
    ).all()
    moment = session.execute(select(func.now())).scalar_one()
    found = []
    for row, officer in rows:
        token = _token(row)
        if officer.disabled_at is not None or moment - row.at > TOO_OLD or token is None or not there_is_a_server():
            row.left_at, row.token = moment, None
            continue
        row.try_at, row.tries = moment + AGAIN * (row.tries + 1), row.tries + 1
        subject, words = _WORDS[officer.language, Kind(row.kind)]
        address = link_address(token) if token else public_address("/console/notices")
        told = words.format(brand=programme().brand, address=address)
        found.append(Waiting(row.id, officer.email, f"{programme().brand}: {subject}", told))
    return found


def _token(row: AccountMail) -> str | None:
    try:
        return unseal(row.token, _SEALED) if row.token else ""
    except Unreadable:
        return None


def send(waiting: list[Waiting], *, now: dt.datetime) -> list[int]:
    """Hand them to the mail server; the ids of those that it took. What did not leave is due again."""
    try:
        mailed = send_each(mail_to(one.to, one.subject, one.words, now=now) for one in waiting)
    except MailRefused:
        return []
    return [waiting[place].id for place in mailed.took]


def left(session: Session, went: list[int]) -> None:
    """These have left: nothing of a link is kept."""
    for row in session.scalars(select(AccountMail).where(AccountMail.id.in_(went))):
        row.left_at, row.token = func.now(), None
