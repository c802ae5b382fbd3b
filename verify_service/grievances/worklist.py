"""The queue: the reports an account may see, filtered, counted and in the order in which they are to be worked on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from flows.references import read_reference, slips
from verify_service.grievances.acting import Acting
from verify_service.grievances.assignment import WORK_ON, workers_at_the_desk
from verify_service.grievances.numbers import full_number
from verify_service.grievances.states import GrievanceState
from verify_service.grievances.visibility import Viewer, in_area, seen_by
from verify_service.ground.crypto import blind_index
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_phone
from verify_service.ground.programme import programme
from verify_service.ground.tables import Area, Grievance, GrievanceNotice, Officer, Phone, Reference, Worker
from verify_service.registry.areas import kelurahan_within
from verify_service.registry.names import name_key
from verify_service.registry.nik import Nik, read_nik

ON_A_PAGE: Final = 50
MOST_PAGES: Final = 200  # beyond these nobody reads on: filters find what is wanted
COUNTED: Final = ON_A_PAGE * MOST_PAGES  # so far is counted; pages say "and more"
LONGEST_SEARCH: Final = 80
SHORTEST_NAME: Final = 3
MOST_NAMED: Final = 2000  # so many workers of a name are looked at: more of the name finds the one
CHANNELS: Final = ("ussd", "sms", "call", "counter", "open311")
NOBODY: Final = "nobody"


class Tab(StrEnum):
    """Which part of the queue is looked at."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ORPHANED = "orphaned"  # nobody has it who works here
    OPEN = "open"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True)
class Filters:
    """What of a tab is looked at; "" is everything."""

    category: str = ""
    unit: str = ""
    assignee: str = ""  # an officer's id, or nobody
    state: str = ""
    place: str = ""  # the code of a kecamatan or kelurahan
    channel: str = ""
    urgency: str = ""
    sensitive: str = ""
    reopened: str = ""
    supervisor: str = ""

    @property
    def chosen(self) -> dict[str, str]:
        """Those that narrow the view, as the address of the page names them."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


def read_filters(asked: Mapping[str, str]) -> Filters:
    """The filters that an address names; what it misspells is left out."""
    known: dict[str, set[str]] = {
        "category": set(programme().categories),
        "unit": set(programme().units),
        "state": {state.value for state in GrievanceState},
        "channel": set(CHANNELS),
        "urgency": {"accident", "death", "none"},
        "sensitive": {"1"},
        "reopened": {"1"},
        "supervisor": {"1"},
    }
    read = {name: value for name, values in known.items() if (value := asked.get(name, "")) in values}
    assignee, place = asked.get("assignee", ""), asked.get("place", "")
    if assignee == NOBODY or (assignee.isascii() and assignee.isdecimal() and len(assignee) < 18):
        read["assignee"] = assignee
    if 0 < len(place) <= 20 and place.isascii() and place.replace(".", "").isalnum():
        read["place"] = place
    return Filters(**read)


@dataclass(frozen=True)
class WorklistRow:
    """One report on the list: nothing of its words, nothing of who reported it."""

    id: int
    number: str
    version: int
    category: str
    urgency: str | None
    identity: str
    restricted: bool
    state: str
    channel: str
    unit: str
    assignee_id: int | None
    assignee: str | None
    kelurahan: str | None
    rw: str | None
    rt: str | None
    opened_at: dt.datetime
    verify_by: dt.date
    due_on: dt.date
    risk_on: dt.date | None
    close_on: dt.date | None
    closed_at: dt.datetime | None
    waiting_for: str | None
    reopened: int
    supervisor_at: dt.datetime | None
    level: int
    promised_on: dt.date | None
    unread: bool  # something happened that this account has not seen


@dataclass(frozen=True)
class Page:
    """One page of a tab, how many each tab has under the same filters, and which page this is."""

    tab: Tab
    lines: tuple[WorklistRow, ...]
    counts: Mapping[Tab, int]
    page: int
    pages: int

    @property
    def total(self) -> int:
        return self.counts[self.tab]


_LINE: Final = (
    Grievance.id,
    Grievance.number,
    Grievance.version,
    Grievance.category,
    Grievance.urgency,
    Grievance.identity,
    Grievance.restricted,
    Grievance.state,
    Grievance.channel,
    Grievance.unit,
    Grievance.assignee_id,
    Officer.name.label("assignee"),
    Area.kelurahan,
    Grievance.rw,
    Grievance.rt,
    Grievance.opened_at,
    Grievance.verify_by,
    Grievance.due_on,
    Grievance.risk_on,
    Grievance.close_on,
    Grievance.closed_at,
    Grievance.waiting_for,
    Grievance.reopened,
    Grievance.supervisor_at,
    Grievance.level,
    Grievance.promised_on,
)
_PAUSED = Grievance.state == GrievanceState.WAITING.value
_TO_DO = and_(Grievance.closed_at.is_(None), Grievance.state != GrievanceState.ANSWERED.value)
# Accidents and deaths first, then the overdue, then whatever is due first; where the clock stands, nothing is due.
# Written as the index `ix_grievance_queue` has it.
_PRESSING: Final[tuple[ColumnElement[Any], ...]] = (
    literal_column("(grievance.urgency IS NULL)"),
    literal_column("(CASE WHEN grievance.state = 'waiting_citizen' THEN 'infinity'::date ELSE grievance.due_on END)"),
    literal_column("grievance.id"),
)


def queue(acting: Acting, tab: Tab | None, filters: Filters, *, page: int) -> Page:
    """One page of the queue; without a tab what is the account's own, and where that is nothing, what is open."""
    narrowed = [seen_by(acting.viewer), *_narrowed(filters)]
    counts = _counts(acting, narrowed)
    if tab is None:
        tab = Tab.MINE if counts[Tab.MINE] else Tab.OPEN
    pages = min(max(1, -(-counts[tab] // ON_A_PAGE)), MOST_PAGES)
    page = min(max(1, page), pages)
    wanted = _lines(acting.viewer).where(tab_of(tab, acting.viewer, acting.today), *narrowed).order_by(*_order(tab))
    rows = acting.session.execute(wanted.offset((page - 1) * ON_A_PAGE).limit(ON_A_PAGE))
    return Page(tab, tuple(WorklistRow(*row) for row in rows), counts, page, pages)


def _lines(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    unread = select(GrievanceNotice.id).where(
        GrievanceNotice.grievance_id == Grievance.id,
        GrievanceNotice.officer_id == viewer.id,
        GrievanceNotice.seen_at.is_(None),
    )
    return (
        select(*_LINE, unread.exists())
        .outerjoin(Officer, Officer.id == Grievance.assignee_id)
        .outerjoin(Area, Area.kelurahan_code == Grievance.kelurahan_code)
    )


def tab_of(tab: Tab, viewer: Viewer, today: dt.date) -> ColumnElement[bool]:
    """What belongs to a tab."""
    runs = and_(_TO_DO, ~_PAUSED)
    return {
        Tab.MINE: and_(_TO_DO, Grievance.assignee_id == viewer.id),
        Tab.UNASSIGNED: and_(_TO_DO, Grievance.assignee_id.is_(None)),
        Tab.ORPHANED: and_(_TO_DO, orphaned()),
        Tab.OPEN: _TO_DO,
        Tab.AT_RISK: and_(runs, Grievance.risk_on <= today, Grievance.due_on >= today),
        Tab.OVERDUE: and_(runs, Grievance.due_on < today),
        Tab.WAITING: and_(Grievance.closed_at.is_(None), _PAUSED),
        Tab.ANSWERED: and_(Grievance.closed_at.is_(None), Grievance.state == GrievanceState.ANSWERED.value),
        Tab.CLOSED: Grievance.closed_at.is_not(None),
        Tab.ALL: literal_column("true", type_=Grievance.restricted.type),
    }[tab]


def orphaned() -> ColumnElement[bool]:
    """Nobody who works here has it: the account is closed or has another role, or there was nobody to hand it to."""
    works = select(Officer.id).where(Officer.disabled_at.is_(None), Officer.role.in_([role.value for role in WORK_ON]))
    looked_at = Grievance.state != GrievanceState.RECEIVED.value
    return or_(and_(Grievance.assignee_id.is_(None), looked_at), Grievance.assignee_id.not_in(works))


def _order(tab: Tab) -> tuple[ColumnElement[Any], ...]:
    if tab is Tab.CLOSED:
        return Grievance.closed_at.desc(), Grievance.id.desc()
    if tab is Tab.WAITING:
        return (
            literal_column("(grievance.urgency IS NULL)"),
            Grievance.waiting_since.asc(),
            literal_column("grievance.id"),
        )
    if tab is Tab.ALL:
        return Grievance.opened_at.desc(), Grievance.id.desc()
    return _PRESSING


def _counts(acting: Acting, narrowed: list[ColumnElement[bool]]) -> Mapping[Tab, int]:
    """How many each tab has, in one statement; of the closed ones no more than anybody would turn pages through."""
    open_tabs = [tab for tab in Tab if tab not in (Tab.CLOSED, Tab.ALL)]
    columns = [func.count(case((tab_of(tab, acting.viewer, acting.today), 1))) for tab in open_tabs]
    still_open = select(*columns, func.count()).where(Grievance.closed_at.is_(None), *narrowed).subquery()
    closed = select(Grievance.id).where(Grievance.closed_at.is_not(None), *narrowed).limit(COUNTED + 1).subquery()
    how_many = select(func.count()).select_from(closed).scalar_subquery()
    *counts, all_open, over = acting.session.execute(select(still_open, how_many)).one()
    ended = {Tab.CLOSED: min(over, COUNTED), Tab.ALL: min(all_open + over, COUNTED)}
    return {**dict(zip(open_tabs, counts, strict=True)), **ended}


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions of the filters that are chosen."""
    conditions: list[ColumnElement[bool]] = []
    plain = {"category": Grievance.category, "unit": Grievance.unit, "state": Grievance.state}
    for name, column in {**plain, "channel": Grievance.channel}.items():
        if value := getattr(filters, name):
            conditions.append(column == value)
    if filters.assignee == NOBODY:
        conditions.append(Grievance.assignee_id.is_(None))
    elif filters.assignee:
        conditions.append(Grievance.assignee_id == int(filters.assignee))
    if filters.urgency == "none":
        conditions.append(Grievance.urgency.is_(None))
    elif filters.urgency:
        conditions.append(Grievance.urgency == filters.urgency)
    if filters.place:
        conditions.append(in_area(filters.place))
    if filters.sensitive:
        conditions.append(or_(Grievance.restricted, Grievance.identity != "normal"))
    if filters.reopened:
        conditions.append(Grievance.reopened > 0)
    if filters.supervisor:
        conditions.append(Grievance.supervisor_at.is_not(None))
    return conditions


class By(StrEnum):
    """What somebody searched by."""

    NUMBER = "number"
    PHONE = "phone"
    NAME = "name"
    NIK = "nik"
    SLIP = "slip"  # a number whose check does not fit: those that it may be
    NOTHING = "nothing"  # too short to be any of them, or not for this account


@dataclass(frozen=True)
class Found:
    """What a search led to: at most one page, and how many there are."""

    by: By
    lines: tuple[WorklistRow, ...] = ()
    total: int = 0


def search(acting: Acting, typed: str) -> Found:
    """Find reports by a number however it is spelt, by the reporter's phone, or by the worker's name.

    Looking somebody up is a look at an identity, which the trail keeps. What was told in confidence is found by its
    number alone: a phone or a name would say who told it.
    """
    typed = typed.replace("\0", "").strip()[:LONGEST_SEARCH]
    body = read_reference(typed)
    if body is not None and acting.session.get(Reference, full_number(body)) is not None:
        return _found(acting, By.NUMBER, Grievance.number == full_number(body))
    near = [full_number(body) for body in slips(typed)]
    if near and (alike := _found(acting, By.SLIP, Grievance.number.in_(near))).lines:
        return alike
    if not acting.viewer.reads_words:
        return Found(By.SLIP if near else By.NOTHING)
    by, who = _who(acting.session, typed)
    if who is None:
        return Found(By.SLIP if near else By.NOTHING)
    found = _found(acting, by, and_(who, Grievance.identity == "normal"))
    acting.record("person searched", "reports", by=by, found=found.total)
    return found


def _who(session: Session, typed: str) -> tuple[By, ColumnElement[bool] | None]:
    """The condition that finds the reports of a phone or a name."""
    number = read_phone(typed)
    if isinstance(number, Number):
        whose = select(Phone.id).where(Phone.number_index == blind_index(number.e164, "phone"))
        return By.PHONE, Grievance.phone_id.in_(whose)
    nik = "".join(character for character in typed if not character.isspace())
    if isinstance(read := read_nik(nik), Nik):
        whose = select(Worker.id).where(Worker.nik_index == blind_index(read.value, "nik"))
        return By.NIK, Grievance.worker_id.in_(whose)
    words = [word for word in name_key(typed).split() if len(word) > 1]
    if len("".join(words)) < SHORTEST_NAME or any(character.isdigit() for character in typed):
        return By.NOTHING, None
    alike = [Worker.name_key.contains(word, autoescape=True) for word in words[:6]]
    named = session.scalars(select(Worker.id).where(*alike).limit(MOST_NAMED)).all()
    return By.NAME, Grievance.worker_id.in_(named)


def _found(acting: Acting, by: By, wanted: ColumnElement[bool]) -> Found:
    conditions = (wanted, seen_by(acting.viewer))
    total = acting.session.scalar(select(func.count()).select_from(Grievance).where(*conditions)) or 0
    newest = _lines(acting.viewer).where(*conditions).order_by(Grievance.closed_at.is_not(None), Grievance.id.desc())
    return Found(by, tuple(WorklistRow(*row) for row in acting.session.execute(newest.limit(ON_A_PAGE))), total)


@dataclass(frozen=True)
class Choices:
    """What the filters offer: the officers who work on reports and the places of the city, each as (code, name)."""

    officers: Sequence[tuple[int, str]]
    districts: Sequence[tuple[str, str]]
    kelurahan: Sequence[tuple[str, str]]


def choices_for(acting: Acting) -> Choices:
    """What this account may narrow the queue to; one of a place is offered what lies there."""
    within = kelurahan_within(acting.session, acting.viewer.area, by_district=True)
    return Choices(
        officers=workers_at_the_desk(acting.session),
        districts=list(dict.fromkeys((row.kecamatan_code, row.kecamatan) for row in within)),
        kelurahan=[(row.kelurahan_code, f"{row.kelurahan}, {row.kecamatan}") for row in within],
    )
