"""RT heads into the tables: each post has one current head, and those before keep their dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.orm import Session

from verify_service.ground.crypto import blind_index
from verify_service.ground.tables import Phone as PhoneRow
from verify_service.ground.tables import RtHead
from verify_service.registry.enrolments import ADD_PHONES, Merged, phone_columns
from verify_service.registry.names import name_key
from verify_service.registry.rt_heads import RtHeadRow
from verify_service.registry.staging import Staged, changed, stage


def newest_of_each_post(rows: Sequence[RtHeadRow]) -> list[RtHeadRow]:
    """One row for each RT: the one who took office last."""
    newest: dict[tuple[str, str, str], RtHeadRow] = {}
    for row in rows:
        held = newest.get(row.post)
        if held is None or (row.since or dt.date.min) >= (held.since or dt.date.min):
            newest[row.post] = row
    return list(newest.values())


def merge_rt_heads(
    session: Session, rows: Sequence[RtHeadRow], *, import_id: int, today: dt.date, now: dt.datetime
) -> Merged:
    """Bring the current heads to what the list says; an older list does not displace a newer head."""
    phones = _phones(session, rows, now)
    current = {
        (head.kelurahan_code, head.rw, head.rt): head
        for head in session.scalars(select(RtHead).where(RtHead.until.is_(None)))
    }
    closing: list[dict[str, object]] = []
    opening: list[dict[str, object]] = []
    updated = 0
    for row in newest_of_each_post(rows):
        head = current.get(row.post)
        gone = row.vacant or (row.until is not None and row.until <= today)
        if head is not None and not gone and name_key(head.name) == row.name_key:
            updated += _bring_up_to_date(head, row, phones, import_id)
        elif head is not None and head.since and row.since and row.since < head.since:
            continue
        else:
            if head is not None:
                closing.append(
                    {"id": head.id, "until": max(row.until or row.since or today, head.since or dt.date.min)}
                )
            if not gone:
                opening.append(_opened(row, phones, import_id))
    session.flush()
    if closing:
        session.execute(update(RtHead), closing)
    if opening:
        session.execute(insert(RtHead), opening)
    return Merged(len(opening), updated + len(closing))


def _opened(row: RtHeadRow, phones: dict[bytes, int], import_id: int) -> dict[str, object]:
    return {
        "import_id": import_id,
        "kelurahan_code": row.kelurahan_code,
        "rw": row.rw,
        "rt": row.rt,
        "name": row.name,
        "phone_id": phones[blind_index(row.phone.e164, "phone")] if row.phone else None,
        "since": row.since,
        "until": None,
        "term_ends": row.until,
    }


def _bring_up_to_date(head: RtHead, row: RtHeadRow, phones: dict[bytes, int], import_id: int) -> int:
    """Change what the list says differently of the same head; 1 when there was anything."""
    phone = phones[blind_index(row.phone.e164, "phone")] if row.phone else head.phone_id
    since = row.since or head.since
    held = (head.name, head.phone_id, head.since, head.term_ends)
    if held == (row.name, phone, since, row.until):
        return 0
    head.name, head.phone_id, head.since, head.term_ends = row.name, phone, since, row.until
    head.import_id = import_id
    return 1


def end_terms(session: Session, *, today: dt.date) -> int:
    """Heads whose term is over by the list leave office, so that their phones open nothing any more."""
    over = update(RtHead).where(RtHead.until.is_(None), RtHead.term_ends <= today).values(until=RtHead.term_ends)
    done = session.execute(over)
    return done.rowcount if isinstance(done, CursorResult) else 0


def _phones(session: Session, rows: Sequence[RtHeadRow], now: dt.datetime) -> dict[bytes, int]:
    """The ids of the phones named, made where need be, by blind index."""
    columns: list[Staged[RtHeadRow]] = [
        Staged("row", "int8", lambda row: row.row),
        *phone_columns(lambda row: row.phone),
    ]
    stage(session, "staged_head", columns, rows)
    changed(session, ADD_PHONES.format(staged="staged_head"), now=now)
    wanted = [blind_index(row.phone.e164, "phone") for row in rows if row.phone]
    found = session.execute(select(PhoneRow.number_index, PhoneRow.id).where(PhoneRow.number_index.in_(wanted)))
    return {bytes(index): phone for index, phone in found}
