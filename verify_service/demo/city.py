"""The sample city: 2,000 invented workers, their months shifted so that the newest is last month."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from verify_service.accounts.pins import pin_hash, pin_is
from verify_service.ground.crypto import letter_code, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import NEWEST_PERIOD, Enrolment, Phone, RtHead, Worker
from verify_service.installation import DATA
from verify_service.registry import loading
from verify_service.registry.letters import ACTIVATION, INVITATION
from verify_service.registry.names import mask_name
from verify_service.registry.person_keys import opened

SAMPLE = DATA / "sample"
MONTHS = ("2026-01", "2026-02", "2026-03")  # as the sample files say
PIN = "385016"
_ACTOR = "demo"
_DATE = re.compile(r"\b(2026)-(0[1-3])(?=-\d\d\b|$)|\b(\d\d)-(0[1-3])-(2026)\b")


def empty(session: Session) -> bool:
    """Whether nobody is enrolled yet."""
    return not session.scalar(select(func.count()).select_from(Enrolment))


def shifted_months(today: dt.date) -> dict[str, dt.date]:
    """The sample's months and those they stand for: the newest is last month."""
    newest = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    months = {}
    for age, month in enumerate(reversed(MONTHS)):
        index = newest.year * 12 + newest.month - 1 - age
        months[month] = dt.date(index // 12, index % 12 + 1, 1)
    return months


def shift_file(source: Path, target: Path, months: dict[str, dt.date]) -> Path:
    """A copy of a monthly file with every date moved to the month it stands for."""

    def moved(found: re.Match[str]) -> str:
        if found[1]:
            return f"{months[f'{found[1]}-{found[2]}']:%Y-%m}"
        month = months[f"{found[5]}-{found[4]}"]
        return f"{found[3]}-{month:%m-%Y}"

    with (
        source.open(encoding="utf-8-sig", newline="") as original,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out)
        for row in csv.reader(original):
            writer.writerow([_DATE.sub(moved, cell) for cell in row])
    return target


def load(session: Session, folder: Path, *, roster: Path | None, now: dt.datetime, say: Callable[[str], None]) -> None:
    """Import everything the sample city has (or another roster with nothing beside it), in the caller's transaction."""
    months = shifted_months(now.astimezone(programme().zone).date())
    first = months[MONTHS[0]]
    listed = roster or SAMPLE / "roster_clean.csv"
    report = loading.import_roster(session, listed, loading.RosterTerms(first), now=now, actor=_ACTOR)
    say(f"  {report.accepted} workers enrolled from {listed.name}")
    if roster is not None:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    heads = loading.import_rt_heads(session, SAMPLE / "rt_heads.csv", now=now, actor=_ACTOR)
    _at_work(session, now)
    say(f"  {heads.accepted} RT heads")
    for month, period in months.items():
        for kind, importer in (("payments", loading.import_payments), ("insurer", loading.import_insurer)):
            file = shift_file(SAMPLE / f"{kind}_{month}.csv", folder / f"{kind}_{period:%Y-%m}.csv", months)
            importer(session, file, period=period, now=now, actor=_ACTOR)
    say(f"  payments and insurer files for {', '.join(f'{period:%Y-%m}' for period in sorted(months.values()))}")


# In the order of the list: that of the links is the database's, and another in each demo.
_LINKED = f"""
SELECT phone_link.phone_id, phone_link.worker_id, insurer.status, shared.people, listed.row
FROM phone_link
JOIN worker ON worker.id = phone_link.worker_id
JOIN LATERAL (SELECT min(row) AS row FROM enrolment WHERE enrolment.worker_id = worker.id) AS listed ON true
JOIN LATERAL (SELECT count(*) AS people FROM phone_link other
              WHERE other.phone_id = phone_link.phone_id AND other.unlinked_at IS NULL) AS shared ON true
LEFT JOIN insurer_record insurer ON insurer.nik_index = worker.nik_index
     AND insurer.period = {NEWEST_PERIOD}
WHERE phone_link.unlinked_at IS NULL
"""  # noqa: S608  # a constant of our own
_TELLING = f"""
SELECT DISTINCT ON (status, people > 1) phone_id, worker_id, status, people FROM ({_LINKED}) AS linked
ORDER BY status, people > 1, row, worker_id
"""  # noqa: S608  # a constant of our own
_ORDINARY = f"""
SELECT phone_id, worker_id FROM ({_LINKED}) AS linked WHERE people = 1
ORDER BY status = 'active' DESC NULLS LAST, row, worker_id LIMIT :most
"""  # noqa: S608  # a constant of our own


def people(session: Session, ordinary: int = 24) -> list[dict[str, str]]:
    """Whom to dial as: one of each kind first, then ordinary workers, RT heads, and somebody without a known phone."""
    told = session.execute(text(_TELLING)).all()
    seen = {row.worker_id for row in told}
    some = session.execute(text(_ORDINARY), {"most": ordinary}).all()
    listed = []
    for row in told:
        kind = {"active": "cover active", "unpaid": "premium not recorded", "inactive": "cover lapsed"}.get(
            row.status or "", "unknown to the insurer"
        )
        listed.append(
            _worker(session, row.phone_id, row.worker_id, kind + (", shared phone" if row.people > 1 else ""))
        )
    listed += [_worker(session, phone, worker, "") for phone, worker in some if worker not in seen]
    listed.append(_stranger(session))
    return [*listed, *_heads(session)]


_BUSIEST = """
SELECT rt_head.id, count(*) AS residents FROM rt_head
JOIN enrolment ON enrolment.kelurahan_code = rt_head.kelurahan_code AND enrolment.rw = rt_head.rw
     AND enrolment.rt = rt_head.rt
WHERE rt_head.until IS NULL AND NOT rt_head.announced AND rt_head.phone_id IS NOT NULL
GROUP BY rt_head.id ORDER BY residents DESC, rt_head.id LIMIT 6
"""


def _heads(session: Session) -> list[dict[str, str]]:
    """The RT heads with most residents: the first has made his PIN, the others still have their letters."""
    listed = []
    for row in session.execute(text(_BUSIEST)).all():
        head = session.get_one(RtHead, row.id)
        known = {"pin": PIN} if head.activated_at is not None and pin_is(PIN, head.id, head.pin_hash) else {}
        listed.append(
            {
                "number": _number(session, head.phone_id),
                "role": "rt_head",
                "name": head.name,
                **(known or {"code": letter_code(ACTIVATION, head.id, head.letter_issue)}),
                "note": f"RT {head.rt} RW {head.rw}, {row.residents} residents",
            }
        )
    return listed


def _at_work(session: Session, now: dt.datetime) -> None:
    """One RT head has been through activation, so that the first look at the simulator shows residents."""
    row = session.execute(text(_BUSIEST)).first()
    if row is not None:
        head = session.get_one(RtHead, row.id)
        head.pin_hash, head.activated_at, head.rules_at = pin_hash(PIN, head.id), now, now


def _worker(session: Session, phone_id: int, worker_id: int, note: str) -> dict[str, str]:
    worker = session.get_one(Worker, worker_id)
    return {
        "number": _number(session, phone_id),
        "role": "worker",
        "name": worker.name,
        "nik": opened(session, worker, "nik"),
        "code": letter_code(INVITATION, worker.id, worker.letter_issue),
        "note": note,
    }


def _stranger(session: Session) -> dict[str, str]:
    """A phone nobody knows, with the NIK and code of somebody on the list: a worker with a new number."""
    worker = session.scalars(select(Worker).order_by(Worker.id.desc()).limit(1)).one()
    return {
        "number": "+6281299990001",
        "role": "unknown",
        "name": f"A new phone of {mask_name(worker.name)}",
        "nik": opened(session, worker, "nik"),
        "code": letter_code(INVITATION, worker.id, worker.letter_issue),
        "note": "not linked: asks NIK and code",
    }


def _number(session: Session, phone_id: int | None) -> str:
    return unseal(session.get_one(Phone, phone_id).number, "phone.number")
