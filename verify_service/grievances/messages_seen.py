"""Texts of ours as an account may see them: one about a report tells nobody more of it than the report's page does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, select

from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import CITY_TEAM, seen_by
from verify_service.ground.crypto import blind_index
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_phone
from verify_service.ground.tables import Enrolment, Grievance, Worker
from verify_service.messaging import by_hand, one_fate
from verify_service.messaging.by_hand import Concerned, Deed, Picked, Said
from verify_service.messaging.message_list import (
    Group,
    MessageRow,
    Sought,
    all_of_them,
    counts,
    in_a_talk,
    list_page,
    phones_of,
)
from verify_service.messaging.one_fate import Fate
from verify_service.messaging.outbox import Purpose

EXPORTED: Final = 100_000  # rows of a file


def find_phones(acting: Acting, wanted: str) -> tuple[int, ...]:
    """The phones of whoever has this phone number, NIK or number of an enrolment; that somebody looked is kept, and not
    for what."""
    digits = "".join(character for character in wanted if character not in " .-")
    found: tuple[int, ...] = ()
    number = read_phone(wanted)
    if isinstance(number, Number):
        found = phones_of(acting.session, index=blind_index(number.e164, "phone"))
    elif digits.isascii() and digits.isdecimal() and len(digits) <= 16:
        worker = select(Worker.id).where(Worker.nik_index == blind_index(digits, "nik"))
        if len(digits) < 16:
            worker = select(Enrolment.worker_id).where(Enrolment.id == int(digits))
        found = phones_of(acting.session, workers=tuple(acting.session.scalars(worker)))
    acting.record("messages looked for", "outbox", phones=len(found))
    return found


def _seen(acting: Acting, reports: Iterable[int]) -> frozenset[int]:
    """Those of these reports that this account sees."""
    rows = acting.session.scalars(select(Grievance.id).where(Grievance.id.in_(set(reports)), seen_by(acting.viewer)))
    return frozenset(rows)


def _by_name(acting: Acting, *conditions: ColumnElement[bool]) -> frozenset[int]:
    """The reports of which this account sees who reported: told by name, as their pages show it."""
    if not acting.viewer.reads_words:
        return frozenset()
    named = select(Grievance.id).where(Grievance.identity == "normal", seen_by(acting.viewer), *conditions)
    return frozenset(acting.session.scalars(named))


def as_seen(acting: Acting, sought: Sought) -> Sought:
    """The same for this account: of one person's texts about reports, those of which he sees who reported."""
    if sought.phones is None:
        return sought
    return replace(sought, reports=tuple(_by_name(acting, Grievance.phone_id.in_(sought.phones))))


def page_of(acting: Acting, sought: Sought, *, most: int, behind: str = "") -> list[MessageRow]:
    """A page of the list; whom a text about a report went to that this account may not see is left out."""
    return _masked(acting, list_page(acting.session, as_seen(acting, sought), most=most, behind=behind))


def _masked(acting: Acting, rows: list[MessageRow]) -> list[MessageRow]:
    reports = {row.report for row in rows if row.report is not None}
    named = _by_name(acting, Grievance.id.in_(reports)) if reports else frozenset()
    return [row.to_nobody_known() if row.of_a_talk or row.report not in {None, *named} else row for row in rows]


def numbers_of(acting: Acting, sought: Sought) -> dict[Group, int]:
    """How many stand in each group."""
    return counts(acting.session, as_seen(acting, sought))


def exported(acting: Acting, sought: Sought) -> Iterator[MessageRow]:
    """What the list shows, all of it, at most so many rows; that it was taken out is kept."""
    rows = list(all_of_them(acting.session, as_seen(acting, sought), most=EXPORTED))
    acting.record(
        "messages exported",
        "outbox",
        rows=len(rows),
        group=sought.group.value if sought.group else None,
        purpose=sought.purpose.value if sought.purpose else None,
        day=sought.day.isoformat() if sought.day else None,
        ask=sought.ask,
        of_a_person=sought.phones is not None,
    )
    yield from _masked(acting, rows)


def open_message(acting: Acting, message: int, gateway: str) -> tuple[Fate, str | None] | None:
    """One text with its fate, and its words where this account may read them, which the trail keeps; None for a text
    that there is not."""
    fate = one_fate.fate_of(acting.session, message, gateway, now=acting.now)
    if fate is None:
        return None
    report = [fate.report] if fate.report is not None else []
    seen = _seen(acting, report) == frozenset(report)
    known = not in_a_talk(fate.purpose.value, fate.screen)
    if not known or (report and not _by_name(acting, Grievance.id.in_(report))):
        fate = replace(fate, number="–", phone=0)
    words = one_fate.words_of(acting.session, message) if seen and known and _may_read(acting, fate) else None
    if words is not None:
        acting.record("message read", f"outbox:{message}")
    return replace(fate, report_seen=bool(report) and seen), words


def _may_read(acting: Acting, fate: Fate) -> bool:
    if not acting.viewer.reads_words or fate.purpose is Purpose.CODE:
        return False
    if fate.cause.startswith("message:") and ":officer" in fate.cause:
        return acting.viewer.unit == CITY_TEAM and not acting.viewer.bound
    return True


def concerned(acting: Acting, deed: Deed, picked: Picked) -> Concerned:
    """How many texts it would be done with, and why not with others."""
    return by_hand.concerned(acting.session, deed, _picked_by(acting, picked), now=acting.now)


def do(acting: Acting, deed: Deed, picked: Picked, said: Said) -> tuple[int, ...] | by_hand.Refused:
    """Do it with what this account may see."""
    return by_hand.do(acting.session, deed, _picked_by(acting, picked), said, now=acting.now, by=acting.by)


def _picked_by(acting: Acting, picked: Picked) -> Picked:
    return picked if picked.sought is None else replace(picked, sought=as_seen(acting, picked.sought))
