"""One mail a working day to an officer for whom something waits: how much of what, and where; nobody's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts.officers import Role
from verify_service.ground.mail import mail_to, send_each, there_is_a_server
from verify_service.ground.programme import programme
from verify_service.ground.settings import settings
from verify_service.ground.tables import Grievance, GrievanceNotice, Officer
from verify_service.ground.working_days import is_working_day

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "id": {
        "subject": "{brand}: {count} hal menunggu Anda",
        "begin": "Yang belum Anda lihat di {brand}:",
        "end": "Buka pemberitahuan: {link}\n\nSurat ini dikirim sekali sehari pada hari kerja. Berhenti: {stop}\n",
        "assigned": "kasus diserahkan kepada Anda",
        "taken_over": "kasus sekarang dipegang rekan",
        "reopened": "kasus dibuka lagi",
        "replied": "kasus dengan pesan baru dari warga",
        "orphaned": "kasus tanpa petugas",
        "at_risk": "kasus mendekati tenggat",
        "overdue": "kasus lewat tenggat",
        "escalated": "kasus dinaikkan kepada Anda",
        "unverified": "laporan belum diperiksa",
    },
    "en": {
        "subject": "{brand}: {count} things wait for you",
        "begin": "What you have not seen yet in {brand}:",
        "end": "Open your notices: {link}\n\nThis mail comes once a working day. Stop it: {stop}\n",
        "assigned": "cases given to you",
        "taken_over": "cases that a colleague has now",
        "reopened": "cases opened again",
        "replied": "cases with new words of the citizen",
        "orphaned": "cases that nobody has",
        "at_risk": "cases close to their day",
        "overdue": "cases past their day",
        "escalated": "cases passed up to you",
        "unverified": "reports that nobody looked at",
    },
}


@dataclass(frozen=True)
class Digest:
    """What waits for one officer: how many notices of each kind."""

    officer_id: int
    language: str
    counts: Mapping[str, int]
    email: str = field(repr=False)


def due(session: Session, *, now: dt.datetime) -> list[Digest]:
    """Whom to write to now: in the hours in which the city works, once a day, of what they were not written about."""
    here = now.astimezone(programme().zone)
    window = programme().send_window
    works = (
        is_working_day(here.date())
        and window.opens <= here.time()
        and (here.time() < window.closes or window.closes == dt.time.min)
    )
    if not works or not there_is_a_server():
        return []
    morning = dt.datetime.combine(here.date(), dt.time(), programme().zone)
    nobodys = and_(GrievanceNotice.officer_id.is_(None), Officer.role == Role.SUPERVISOR.value)
    rows = session.execute(
        select(Officer.id, Officer.email, Officer.language, GrievanceNotice.kind, func.count())
        .join(GrievanceNotice, or_(GrievanceNotice.officer_id == Officer.id, nobodys))
        .join(Grievance, Grievance.id == GrievanceNotice.grievance_id)
        .where(
            Officer.disabled_at.is_(None),
            Officer.digest,
            or_(Officer.digest_at.is_(None), Officer.digest_at < morning),
            GrievanceNotice.seen_at.is_(None),
            or_(Officer.digest_at.is_(None), GrievanceNotice.at > Officer.digest_at),
        )
        .group_by(Officer.id, GrievanceNotice.kind)
        .order_by(Officer.id)
    )
    held: dict[int, Digest] = {}
    for officer_id, email, language, kind, count in rows:
        before = held.get(officer_id)
        counts = {**(before.counts if before else {}), kind: count}
        held[officer_id] = Digest(officer_id, language, counts, email)
    return list(held.values())


def message(digest: Digest, *, now: dt.datetime) -> EmailMessage:
    """The mail: counts by kind, a link to the notices and one that stops it."""
    words = _WORDS.get(digest.language, _WORDS["id"])
    stop = f"{settings().public_url.rstrip('/')}/console/digest/{_signer().dumps(digest.officer_id)}"
    link = f"{settings().public_url.rstrip('/')}/console/notices"
    lines = [f"- {count} {words[kind]}" for kind, count in sorted(digest.counts.items())]
    brand = programme().brand
    body = "\n".join([words["begin"].format(brand=brand), *lines, "", words["end"].format(link=link, stop=stop)])
    subject = words["subject"].format(brand=brand, count=sum(digest.counts.values()))
    held = mail_to(digest.email, subject, body, now=now)
    held["List-Unsubscribe"] = f"<{stop}>"
    return held


def send(digests: Sequence[Digest], *, now: dt.datetime) -> list[int]:
    """Hand them to the mail server; the accounts that are done with for today, those whose address it refuses among
    them: they find the notices on the page. Raises MailRefused where the server is not to be had."""
    mailed = send_each(message(digest, now=now) for digest in digests)
    return [digests[place].officer_id for place in sorted(mailed.took + mailed.refused)]


def sent(session: Session, officers: Sequence[int], *, now: dt.datetime) -> None:
    """That these were written to today."""
    session.execute(update(Officer).where(Officer.id.in_(officers)).values(digest_at=now))


def officer_behind(token: str) -> int | None:
    """The account that a mail's link is about; None for one that we did not make."""
    try:
        found = _signer().loads(token)
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def choose(session: Session, officer_id: int, *, wanted: bool, now: dt.datetime, by: str) -> None:
    """Whether this account wants the mail."""
    session.execute(update(Officer).where(Officer.id == officer_id).values(digest=wanted))
    action = "digest wanted" if wanted else "digest stopped"
    audit.record(session, now=now, actor=by, action=action, on=f"officer:{officer_id}")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt="officer digest")
