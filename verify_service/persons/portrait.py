"""The page of a person: months, what was said, verdicts, texts, reports, proposals, phones, and who looked at it.

Masked as it stands; numbers in clear are another use case (`clear.py`), and so is all of it at once (`export.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select, text

from flows.references import worker_code
from verify_service.accounts.listing import officer_names
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import in_place, seen_by
from verify_service.ground.crypto import unseal_of, unseal_or_blank
from verify_service.ground.phones import Phone as Number
from verify_service.ground.phones import read_gateway_phone
from verify_service.ground.tables import (
    AuditEntry,
    Enrolment,
    Evidence,
    Grievance,
    Phone,
    PhoneLink,
    Proposal,
    Removal,
    Worker,
)
from verify_service.persons.group import Group, objects_of
from verify_service.registry.names import masked_name
from verify_service.verification.matrix import files, matrix
from verify_service.verification.months import Month, Standing

STATEMENTS: Final = 30
TEXTS: Final = 30
LOOKS: Final = 30


@dataclass(frozen=True)
class Listing:
    """One NIK under which the person is listed, masked."""

    worker: int
    code: str
    name: str
    nik_last4: str
    kpj_last4: str
    birth_year: int | None
    sex: str | None
    has_kk: bool
    has_address: bool


@dataclass(frozen=True)
class Line:
    """One line of the list."""

    id: int
    version: int
    row: int
    kelurahan: str | None
    rw: str | None
    rt: str | None
    occupation: str | None
    paid_from: dt.date
    months: int
    removed_from: dt.date | None
    source: str | None


@dataclass(frozen=True)
class Cell:
    """One month of the person: planned, paid, insured, and the verdicts of their lines."""

    month: Month
    verdicts: tuple[str, ...]


@dataclass(frozen=True)
class LinkedPhone:
    """A phone that answers for the person, masked; `own`: for nobody else."""

    id: int
    number: str
    how: str
    since: dt.datetime
    own: bool
    stopped: bool
    refused: bool


@dataclass(frozen=True)
class TextShown:
    """A text of ours or theirs: what for, how it went; never its words."""

    at: dt.datetime
    ours: bool
    purpose: str
    state: str
    delivery: str | None


@dataclass(frozen=True)
class InRound:
    """A round that had the person in its frame."""

    id: int
    name: str
    sampled: bool
    asked_at: dt.datetime | None
    disposition: str | None


@dataclass(frozen=True)
class Trace:
    """One line of the trail about the person; `by` names an officer, or is as the trail has it."""

    at: dt.datetime
    action: str
    by: str


@dataclass(frozen=True)
class Portrait:
    """Everything the page shows."""

    group: Group
    listings: tuple[Listing, ...]
    lines: tuple[Line, ...]
    cells: tuple[Cell, ...]
    standing: Standing | None
    said: tuple[Evidence, ...]
    phones: tuple[LinkedPhone, ...]
    texts: tuple[TextShown, ...]
    reports: tuple[Grievance, ...]
    proposals: tuple[Proposal, ...]
    removals: tuple[Removal, ...]
    rounds: tuple[InRound, ...]
    letter_issue: int
    looks: tuple[Trace, ...]


def portrait(acting: Acting, group: Group) -> Portrait:
    """The person as this account may see them; that the page was opened is kept, and shown to the next who opens it."""
    acting.session.execute(text("SELECT set_config('jit', 'off', true)"))  # to compile takes longer than to look up
    proposals = _proposals(acting, group)
    removals = _removals(acting, group)
    cells, standing = _months(acting, group)
    shown = Portrait(
        group=group,
        listings=tuple(_listing(group, worker) for worker in group.workers),
        lines=_lines(acting, group),
        cells=cells,
        standing=standing,
        said=_said(acting, group),
        phones=phones_of(acting, group),
        texts=_texts(acting, group),
        reports=_reports(acting, group),
        proposals=proposals,
        removals=removals,
        rounds=_rounds(acting, group),
        letter_issue=group.chief.letter_issue,
        looks=_looks(acting, group, proposals, removals),
    )
    acting.record("person looked at", f"worker:{group.chief.id}")
    return shown


def _listing(group: Group, worker: Worker) -> Listing:
    wrapped = group.keys.get(worker.id)
    return Listing(
        worker=worker.id,
        code=worker_code(worker.id),
        name=masked_name(worker.name) if worker.erased_at is None else "",
        nik_last4=unseal_of(wrapped, worker.nik, "worker.nik")[-4:],
        kpj_last4=unseal_of(wrapped, worker.kpj, "worker.kpj")[-4:],
        birth_year=worker.birth_year,
        sex=worker.sex,
        has_kk=worker.kk is not None,
        has_address=worker.address is not None,
    )


_LINES = text(
    """
SELECT enrolment.id, import_id, row, area.kelurahan, rw, rt, occupation, paid_from, months, removed_from, source
FROM enrolment LEFT JOIN area USING (kelurahan_code)
WHERE enrolment.id = ANY(CAST(:lines AS bigint[])) ORDER BY enrolment.id DESC
"""
)


def _lines(acting: Acting, group: Group) -> tuple[Line, ...]:
    return tuple(Line(*row) for row in acting.session.execute(_LINES, {"lines": list(group.enrolments)}))


_VERDICTS = text(
    """SELECT period, array_agg(verdict ORDER BY enrolment_id) FROM verdict
       WHERE enrolment_id = ANY(CAST(:lines AS bigint[])) GROUP BY period"""
)


def _months(acting: Acting, group: Group) -> tuple[tuple[Cell, ...], Standing | None]:
    """The months of all listings together, the newest first, and what those of the one that counts amount to."""
    held = files(acting.session, now=acting.now)
    if held is None:
        return (), None
    asked = acting.session.execute(_VERDICTS, {"lines": list(group.enrolments)})
    verdicts: dict[dt.date, tuple[str, ...]] = {period: tuple(told) for period, told in asked}
    months: dict[dt.date, Month] = {}
    standing = None
    for worker in group.ids:
        for part in matrix(acting.session, held, worker_id=worker):
            for one in part:
                standing = standing or one.standing
                months |= {month.period: month for month in one.months if month.period not in months or month.planned}
    cells = (Cell(months[period], verdicts.get(period, ())) for period in sorted(months, reverse=True))
    return tuple(cells), standing


def _said(acting: Acting, group: Group) -> tuple[Evidence, ...]:
    newest = select(Evidence).where(Evidence.enrolment_id.in_(group.enrolments))
    return tuple(acting.session.scalars(newest.order_by(Evidence.received_at.desc(), Evidence.id.desc()).limit(30)))


def phones_of(acting: Acting, group: Group) -> tuple[LinkedPhone, ...]:
    """The phones that answer for the person now, masked."""
    rows = acting.session.execute(
        select(Phone, PhoneLink)
        .join(PhoneLink, PhoneLink.phone_id == Phone.id)
        .where(PhoneLink.worker_id.in_(group.ids), PhoneLink.unlinked_at.is_(None))
        .order_by(PhoneLink.linked_at, PhoneLink.id)
    )
    held = {phone.id: (phone, link) for phone, link in rows}
    return tuple(
        LinkedPhone(
            phone.id,
            masked_phone(phone.number),
            link.how,
            link.linked_at,
            phone.id in group.own_phones,
            phone.stopped_at is not None,
            phone.refused_at is not None,
        )
        for phone, link in held.values()
    )


def masked_phone(sealed: bytes) -> str:
    """A number as pages show it; "" for one that was erased."""
    read = read_gateway_phone(unseal_or_blank(sealed, "phone.number"))
    return read.masked if isinstance(read, Number) else ""


_TEXTS = text(
    """
(SELECT created_at AS at, true AS ours, purpose, state, delivery FROM outbox
 WHERE phone_id = ANY(CAST(:phones AS bigint[])) AND (worker_id = ANY(CAST(:workers AS bigint[]))
       OR (worker_id IS NULL AND phone_id = ANY(CAST(:own AS bigint[])) AND purpose <> 'case'))
 ORDER BY created_at DESC LIMIT :most)
UNION ALL
(SELECT received_at, false, coalesce(handled_as, ''), CASE WHEN handled_at IS NULL THEN 'waiting' ELSE 'heard' END, NULL
 FROM inbound_message JOIN phone ON phone.number_index = inbound_message.sender_index
 WHERE phone.id = ANY(CAST(:own AS bigint[])) AND coalesce(handled_as, '') NOT IN ('report', 'thread')
 ORDER BY received_at DESC LIMIT :most)
ORDER BY 1 DESC LIMIT :most
"""
)


def _texts(acting: Acting, group: Group) -> tuple[TextShown, ...]:
    """Texts that were about the person; what somebody told in confidence leaves no trace here."""
    phones = sorted({*group.phones, *group.own_phones})
    asked = {"phones": phones, "own": list(group.own_phones), "workers": group.ids, "most": TEXTS}
    return tuple(TextShown(*row) for row in acting.session.execute(_TEXTS, asked))


def _reports(acting: Acting, group: Group) -> tuple[Grievance, ...]:
    """Reports about the person that this account may see; of others not even how many there are."""
    visible = select(Grievance).where(Grievance.worker_id.in_(group.ids), seen_by(acting.viewer))
    return tuple(acting.session.scalars(visible.order_by(Grievance.opened_at.desc(), Grievance.id).limit(TEXTS)))


def _proposals(acting: Acting, group: Group) -> tuple[Proposal, ...]:
    of_them = or_(*(Proposal.nik_index == index for index in group.indexes))
    visible = select(Proposal).where(of_them, in_place(acting.viewer, Proposal.kelurahan_code))
    return tuple(acting.session.scalars(visible.order_by(Proposal.id.desc())))


def _removals(acting: Acting, group: Group) -> tuple[Removal, ...]:
    of_them = select(Removal).join(Enrolment).where(Removal.enrolment_id.in_(group.enrolments))
    visible = of_them.where(in_place(acting.viewer, Enrolment.kelurahan_code))
    return tuple(acting.session.scalars(visible.order_by(Removal.id.desc())))


_ROUNDS = text(
    """
SELECT round.id, round.name, person.sampled, person.asked_at, person.disposition
FROM round JOIN LATERAL (
    SELECT sampled, asked_at, disposition FROM round_person
    WHERE round_id = round.id AND enrolment_id = ANY(CAST(:lines AS bigint[])) LIMIT 1) person ON true
ORDER BY round.id DESC LIMIT 30
"""
)


def _rounds(acting: Acting, group: Group) -> tuple[InRound, ...]:
    return tuple(InRound(*row) for row in acting.session.execute(_ROUNDS, {"lines": list(group.enrolments)}))


LOOKED: Final = (
    "person looked at",
    "identity looked at",
    "number shown in clear",
    "person exported",
    "person corrected",
    "person asked",
    "erasure proposed",
    "person erased",
    "hold set",
    "hold ended",
)


def _looks(
    acting: Acting, group: Group, proposals: Sequence[Proposal], removals: Sequence[Removal]
) -> tuple[Trace, ...]:
    """Who looked at whom this page is about, here or elsewhere, and who changed it; the newest first."""
    more = [f"proposal:{one.id}" for one in proposals] + [f"removal:{one.id}" for one in removals]
    held = acting.session.execute(
        select(AuditEntry.at, AuditEntry.action, AuditEntry.actor)
        .where(AuditEntry.object.in_(objects_of(group, more)), AuditEntry.action.in_(LOOKED))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(LOOKS)
    ).all()
    names = officer_names(acting.session, (row.actor for row in held))
    return tuple(Trace(row.at, row.action, names.get(row.actor, row.actor)) for row in held)
