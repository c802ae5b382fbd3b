"""Texts of ours as a list: by how they stand, why they were written, on which day and to whom, the newest first.

A page costs the same among a thousand texts and among millions: each state and purpose is read from its own place in
one index, behind the last text that was shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.crypto import unseal_or_blank
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.programme import programme
from verify_service.messaging.outbox import Purpose

# Screens of talks in which no report, proposal or office is made: questions, figures, settings, replies to them.
OPEN_SCREENS: Final = ("a", "b", "d", "s")
COUNTED: Final = 10_000  # texts of a group that are counted; beyond it "more"
_EVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
_NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_LAST = 2**62


class Group(StrEnum):
    """How texts stand, as officers look for them."""

    WAITING = "waiting"
    SENT = "sent"  # the network took them
    UNDELIVERED = "undelivered"  # of these, those of which it says that they did not arrive
    PERHAPS = "perhaps"  # nobody knows whether they went
    FAILED = "failed"  # refused, given up, or too old
    CANCELLED = "cancelled"  # by us


STATES: Final[Mapping[Group, tuple[str, ...]]] = {
    Group.WAITING: ("waiting", "sending"),
    Group.SENT: ("accepted",),
    Group.UNDELIVERED: ("accepted",),
    Group.PERHAPS: ("unknown",),
    Group.FAILED: ("refused", "failed", "stale"),
    Group.CANCELLED: ("cancelled",),
}
ALL_STATES: Final = tuple(dict.fromkeys(state for states in STATES.values() for state in states))
# As the index has it.
_UNDELIVERED: Final = "outbox.state = 'accepted' AND outbox.delivery IN ('expired', 'failed', 'rejected')"


@dataclass(frozen=True)
class Sought:
    """Which texts. `phones` and `ask` None: anybody's, of any ask.

    Of one person's texts those about a report are shown only where it is one of `reports`, and none of a talk in which
    one may have been made: whoever finds a person learns of no report of his.
    """

    group: Group | None = None
    purpose: Purpose | None = None
    day: dt.date | None = None
    phones: tuple[int, ...] | None = None
    reports: tuple[int, ...] = ()
    ask: int | None = None

    @property
    def few(self) -> bool:
        """Whether they are found by whose they are, and so few that no index of states is needed."""
        return self.phones is not None or self.ask is not None

    @property
    def states(self) -> tuple[str, ...]:
        return STATES[self.group] if self.group else ALL_STATES

    @property
    def purposes(self) -> tuple[str, ...]:
        return (self.purpose.value,) if self.purpose else tuple(each.value for each in Purpose)

    def values(self) -> dict[str, Any]:
        """What the conditions need."""
        zone = programme().zone
        begin = dt.datetime.combine(self.day, dt.time(), zone) if self.day else _NEVER
        end = dt.datetime.combine(self.day + dt.timedelta(1), dt.time(), zone) if self.day else _EVER
        return {
            "states": list(self.states),
            "purposes": list(self.purposes),
            "begin": begin,
            "end": end,
            "phones": list(self.phones or ()),
            "reports": list(self.reports),
            "open": list(OPEN_SCREENS),
            "ask": self.ask,
        }

    def condition(self) -> str:
        """The same in SQL, of a table `outbox`; constants and the names of values, nothing that anybody typed."""
        undelivered = self.group is Group.UNDELIVERED
        parts = [
            _UNDELIVERED if undelivered else "outbox.state = ANY(CAST(:states AS text[]))",
            "outbox.purpose = ANY(CAST(:purposes AS text[]))",
            "outbox.created_at >= :begin AND outbox.created_at < :end",
        ]
        if self.ask is not None:
            parts.append("outbox.ask_id = :ask")
        if self.phones is not None:
            parts.append(
                "outbox.phone_id = ANY(CAST(:phones AS bigint[])) AND (outbox.cause NOT LIKE 'report:%' OR"
                " split_part(outbox.cause, ':', 2) = ANY(CAST(CAST(:reports AS bigint[]) AS text[])))"
                " AND (outbox.purpose <> 'reply' OR left(outbox.screen, 1) = ANY(CAST(:open AS text[])))"
            )
        return " AND ".join(parts)


@dataclass(frozen=True)
class MessageRow:
    """One text on the list; `number` is masked, or a dash where it must not be known that it was written to."""

    id: int
    created_at: dt.datetime
    number: str
    purpose: str
    state: str
    delivery: str | None
    reason: str | None
    due_at: dt.datetime
    parts: int | None
    cause: str = field(repr=False)
    screen: str = ""

    @property
    def of_a_talk(self) -> bool:
        """Whether it answered somebody in a talk in which a report may have been made."""
        return in_a_talk(self.purpose, self.screen)

    @property
    def place(self) -> str:
        """Where it stands in the list, to go on behind it."""
        return f"{int(self.created_at.timestamp() * 1_000_000)}-{self.id}"

    @property
    def report(self) -> int | None:
        """The report that it is about."""
        return report_of(self.cause)

    @property
    def rupiah(self) -> int | None:
        return self.parts * programme().texting.part_cost if self.parts is not None else None

    def to_nobody_known(self) -> MessageRow:
        return replace(self, number="–")


def report_of(cause: str) -> int | None:
    """The report that a text with this cause is about."""
    kind, _, rest = cause.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "report" and number.isdecimal() else None


def in_a_talk(purpose: str, screen: str) -> bool:
    """Whether a text of this purpose and screen answered somebody in a talk in which a report may have been made."""
    return purpose == Purpose.REPLY.value and not screen.startswith(OPEN_SCREENS)


_COLUMNS = "id, created_at, phone_id, purpose, state, delivery, reason, due_at, parts, cause, screen"
_FOUND = """
SELECT found.id, found.created_at, phone.number, found.purpose, found.state, found.delivery, found.reason, found.due_at,
       found.parts, found.cause, found.screen
FROM ({found}) AS found JOIN phone ON phone.id = found.phone_id
ORDER BY found.created_at DESC, found.id DESC LIMIT :most
"""
_OF_FEW = f"""
SELECT {_COLUMNS} FROM outbox WHERE {{condition}} AND (created_at, id) < (:at, :id)
ORDER BY created_at DESC, id DESC LIMIT :most
"""  # noqa: S608  # constants of our own
_EACH_STATE = f"""
SELECT one.* FROM unnest(CAST(:states AS text[])) AS states (state)
CROSS JOIN unnest(CAST(:purposes AS text[])) AS purposes (purpose)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM outbox
    WHERE outbox.state = states.state AND outbox.purpose = purposes.purpose AND created_at >= :begin
      AND created_at < :end AND (created_at, id) < (:at, :id)
    ORDER BY created_at DESC, id DESC LIMIT :most) AS one
"""  # noqa: S608  # constants of our own
_EACH_UNDELIVERED = f"""
SELECT one.* FROM unnest(CAST(:purposes AS text[])) AS purposes (purpose)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM outbox
    WHERE {_UNDELIVERED} AND outbox.purpose = purposes.purpose AND created_at >= :begin
      AND created_at < :end AND (created_at, id) < (:at, :id)
    ORDER BY created_at DESC, id DESC LIMIT :most) AS one
"""  # noqa: S608  # constants of our own


def list_page(session: Session, sought: Sought, *, most: int, behind: str = "") -> list[MessageRow]:
    """So many of them, the newest first; `behind` is the place of the last one that was shown."""
    at, number = _place(behind)
    if sought.few:
        found = _OF_FEW.format(condition=sought.condition())
    else:
        found = _EACH_UNDELIVERED if sought.group is Group.UNDELIVERED else _EACH_STATE
    values = sought.values() | {"most": most, "at": at, "id": number}
    rows = session.execute(text(_FOUND.format(found=found)), values)
    return [MessageRow(row.id, row.created_at, masked_number(row.number), *row[3:]) for row in rows]


def all_of_them(session: Session, sought: Sought, *, most: int) -> Iterator[MessageRow]:
    """Every one, page by page, at most so many."""
    behind, left = "", most
    while left > 0 and (rows := list_page(session, sought, most=min(left, 2_000), behind=behind)):
        yield from rows
        behind, left = rows[-1].place, left - len(rows)


def _place(behind: str) -> tuple[dt.datetime, int]:
    """A place as `MessageRow.place` tells it; the very beginning for what no page of ours sends."""
    micros, _, number = behind.partition("-")
    if not (micros.isdecimal() and number.isdecimal() and len(micros) < 17 and len(number) < 19):
        return _EVER, _LAST
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=int(micros)), int(number)


def masked_number(sealed: bytes) -> str:
    """A sealed number as pages show it; a dash where a key is missing."""
    read = read_gateway_phone(unseal_or_blank(sealed, "phone.number"))
    return read.masked if isinstance(read, Number) else "–"


_COUNT = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE {condition} LIMIT :most) AS few"


def counts(session: Session, sought: Sought) -> dict[Group, int]:
    """How many stand in each group, of those that the rest of it names; one more than COUNTED means more."""
    numbers: dict[Group, int] = {}
    for group in Group:
        one = replace(sought, group=group)
        statement = text(_COUNT.format(condition=one.condition()))
        numbers[group] = session.scalar(statement, one.values() | {"most": COUNTED + 1}) or 0
    return numbers


_PHONES = text(
    """
SELECT phone_id FROM phone_link WHERE worker_id = ANY(CAST(:workers AS bigint[]))
UNION SELECT id FROM phone WHERE number_index = :index
"""
)


def phones_of(session: Session, *, workers: tuple[int, ...] = (), index: bytes | None = None) -> tuple[int, ...]:
    """The phones that answer or answered for these workers, or the phone of this number."""
    return tuple(session.scalars(_PHONES, {"workers": list(workers), "index": index}))
