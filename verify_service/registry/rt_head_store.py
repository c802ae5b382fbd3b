"""Heads of RT and RW into the tables: each post has one current head, and those before keep their dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.crypto import blind_index
from verify_service.ground.tables import Phone as PhoneRow
from verify_service.ground.tables import RtHead, Task
from verify_service.registry.enrolments import ADD_PHONES, Merged, phone_columns
from verify_service.registry.names import agree, name_key
from verify_service.registry.problems import Problem
from verify_service.registry.reading import Reading
from verify_service.registry.rt_heads import RtHeadRow, in_force
from verify_service.registry.staging import Staged, changed, stage
from verify_service.tasks import close_task

Post = tuple[str, str, str]  # kelurahan, RW, RT


def merge_rt_heads(
    session: Session, reading: Reading[RtHeadRow], *, import_id: int, today: dt.date, now: dt.datetime
) -> tuple[Merged, tuple[Problem, ...]]:
    """Bring the heads to what the list says; an older list does not displace a newer head, nor one of a day to come
    the present one.

    Returns what was done, and the rows that took a phone from another post or did not get the one they give.
    """
    ours, coming = in_force(reading.accepted, today)
    merging = _Merging(session, import_id, today, now, _phones(session, [*ours, *coming], now))
    for row in ours:
        merging.hold(row)
    for row in coming:
        merging.announce(row)
    merging.finish()
    problems = _settle_phones(session, merging.named, reading, today)
    withdraw_tasks(session, now=now)
    return Merged(merging.opened, merging.updated), problems


def post_of(head: RtHead) -> Post:
    return head.kelurahan_code, head.rw, head.rt


def heads_now(session: Session, *, announced: bool = False) -> dict[Post, RtHead]:
    """Who is in office in each post; or who was announced for a day to come."""
    standing = select(RtHead).where(RtHead.until.is_(None), RtHead.announced.is_(announced))
    return {post_of(head): head for head in session.scalars(standing)}


def close_office(head: RtHead, day: dt.date) -> None:
    """He leaves office on this day, or on the one he took it if that is later."""
    head.until = max(day, head.since or dt.date.min)


class _Merging:
    """One list on its way into the table: who holds each post, and what was changed so far."""

    def __init__(
        self, session: Session, import_id: int, today: dt.date, now: dt.datetime, phones: Mapping[bytes, int]
    ) -> None:
        self._session, self._import_id, self._phones = session, import_id, phones
        self._today, self._now = today, now
        self._current, self._announced = heads_now(session), heads_now(session, announced=True)
        self._new: list[tuple[RtHead, RtHeadRow]] = []
        self.named: dict[int, RtHeadRow] = {}  # by the head that the row is about
        self.opened = self.updated = 0

    def finish(self) -> None:
        """Whoever was opened takes the post after those before him have left it."""
        self._session.flush()
        self._session.add_all(head for head, _ in self._new)
        self._session.flush()
        self.named |= {head.id: row for head, row in self._new}

    def hold(self, row: RtHeadRow) -> None:
        """What the list says of a post today."""
        head = self._current.get(row.post)
        gone = row.vacant or (row.until is not None and row.until <= self._today)
        same = head is not None and self._same(head, row)
        if head is not None and not gone and same:
            self._bring_up_to_date(head, row)
        elif head is not None and not row.vacant and gone and not same:
            return  # somebody before him
        elif head is not None and head.since and row.since and row.since < head.since:
            return
        else:
            if head is not None:
                close_office(head, row.until or row.since or self._today)
                self.updated += 1
            if not gone:
                self._open(row)

    def announce(self, row: RtHeadRow) -> None:
        """What the list says of a post from a day to come; until then the present head is in office."""
        head, waiting = self._current.get(row.post), self._announced.get(row.post)
        if row.vacant:
            if head is not None and head.term_ends != row.since:
                head.term_ends = row.since
                self.updated += 1
        elif head is not None and head.until is None and self._same(head, row):  # he goes on, with the PIN he has
            self._bring_up_to_date(head, row)
        elif waiting is not None and self._same(waiting, row):
            self._bring_up_to_date(waiting, row)
        else:
            if waiting is not None:
                waiting.until = self._today
            self._add(row, announced=True)

    def _same(self, head: RtHead, row: RtHeadRow) -> bool:
        """Whether the row names this head: by the same name, or by a respelt one with the same phone and start."""
        held = name_key(head.name)
        if held == row.name_key:
            return True
        same_phone = row.phone is not None and self._phone(row) == head.phone_id
        return same_phone and head.since == row.since and bool(row.name_key) and agree(held, row.name_key)

    def _open(self, row: RtHeadRow) -> None:
        waiting = self._announced.get(row.post)
        if waiting is not None and self._same(waiting, row):  # he took office earlier than was announced
            self._session.flush()  # the post is free
            waiting.announced = False
            waiting.since = row.since or self._today
            self._bring_up_to_date(waiting, row)
        else:
            self._add(row, announced=False)

    def _add(self, row: RtHeadRow, *, announced: bool) -> None:
        head = RtHead(
            import_id=self._import_id,
            kelurahan_code=row.kelurahan_code,
            rw=row.rw,
            rt=row.rt,
            name=row.name,
            phone_id=self._phone(row),
            since=row.since,
            announced=announced,
            term_ends=row.until,
            created_at=self._now,
        )
        self._new.append((head, row))
        self.opened += 1

    def _bring_up_to_date(self, head: RtHead, row: RtHeadRow) -> None:
        """Change what the list says differently of the same head."""
        self.named[head.id] = row
        phone = self._phone(row) if row.phone else head.phone_id
        ahead = row.since is not None and row.since > self._today and not head.announced
        since = head.since if ahead else row.since or head.since
        said = (row.name, phone, since, row.until)
        if (head.name, head.phone_id, head.since, head.term_ends) == said:
            return
        head.name, head.phone_id, head.since, head.term_ends = said
        head.import_id = self._import_id
        self.updated += 1

    def _phone(self, row: RtHeadRow) -> int | None:
        return self._phones[blind_index(row.phone.e164, "phone")] if row.phone else None


# --- one phone, one post ---


def take_phone(head: RtHead, other: RtHead, today: dt.date) -> bool:
    """The phone opens the post of `head` from now on, not that of `other`; whether `other` left office with that.

    One person heads one RT: who is named for another RT with the same phone has left the one before. Who heads both an
    RT and the RW stays in both, and the phone is that of the RT.
    """
    same_person = name_key(head.name) == name_key(other.name)
    if same_person and head.rt and other.rt:
        close_office(other, head.since or today)
        return True
    other.phone_id = None
    return False


def sharing_phones(session: Session) -> dict[int, list[RtHead]]:
    """Phones that are given for several posts now, by id, with the heads."""
    by_phone: dict[int, list[RtHead]] = {}
    for head in heads_now(session).values():
        if head.phone_id is not None:
            by_phone.setdefault(head.phone_id, []).append(head)
    return {phone: heads for phone, heads in by_phone.items() if len(heads) > 1}


def _settle_phones(
    session: Session, named: Mapping[int, RtHeadRow], reading: Reading[RtHeadRow], today: dt.date
) -> tuple[Problem, ...]:
    """A list gives a phone that opened another post until now: the newer word holds, and the older link ends."""
    problems = []
    for heads in sharing_phones(session).values():
        new = next((head for head in heads if head.id in named), None)
        if new is None:
            continue  # this list says nothing of them
        for other in heads:
            if other is new or other.id in named:
                continue
            keeps, loses = _who_keeps(new, other)
            left = take_phone(keeps, other=loses, today=today)
            row = named[new.id]
            code, told = ("same_phone", _OURS_WITHOUT) if loses is new else ("phone_moved", _LEFT if left else _TAKEN)
            expected = told.format(post=_called(other))
            problems.append(
                Problem(
                    row.row, reading.heading("phone"), code, row.phone.masked if row.phone else "", expected, "flagged"
                )
            )
    session.flush()
    return tuple(problems)


_OURS_WITHOUT = "a phone that opens no other post; it stays with {post}"
_TAKEN = "a phone of his own: it opened {post} until now, whose head is left without"
_LEFT = "one post for one person: he headed {post} until now, and has left it"


def _who_keeps(new: RtHead, held: RtHead) -> tuple[RtHead, RtHead]:
    """Of a head the list names and one it does not: who keeps the phone, who loses it."""
    if name_key(new.name) == name_key(held.name) and bool(new.rt) != bool(held.rt):
        return (new, held) if new.rt else (held, new)
    older = new.since is not None and held.since is not None and new.since < held.since
    return (held, new) if older else (new, held)


def _called(head: RtHead) -> str:
    return f"RT {head.rt}/RW {head.rw}" if head.rt else f"RW {head.rw}"


def withdraw_tasks(session: Session, *, now: dt.datetime) -> None:
    """What was to be done about somebody who has left office need not be done any more."""
    over = (
        select(Task.kind, Task.subject)
        .join(RtHead, RtHead.id == Task.rt_head_id)
        .where(Task.closed_at.is_(None), Task.kind.in_(("rt_head_locked", "rt_term_ends")), RtHead.until.is_not(None))
    )
    for kind, subject in session.execute(over).all():
        close_task(session, kind, subject, how="withdrawn", by="clock", now=now)


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
