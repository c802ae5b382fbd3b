"""What is to be weighed before somebody is put forward: criterion by criterion, each with where it is known from.

None of them decides by itself. What is said is said; whoever reads it calls, or sends somebody, where it is not enough.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from flows.proposal import JOBS
from verify_service.ground.crypto import Unreadable, unseal
from verify_service.ground.programme import programme
from verify_service.ground.tables import NEWEST_PERIOD, Area, Proposal, RtHead
from verify_service.proposals.priority import age_of
from verify_service.registry.names import likeness

ALIKE = 88  # of 100: how alike two names in one place are that may be one person


class Finding(StrEnum):
    """What a criterion amounts to."""

    MET = "met"
    NOT_MET = "not_met"
    DOUBT = "doubt"  # somebody has to look
    UNKNOWN = "unknown"  # nobody has said


@dataclass(frozen=True)
class Criterion:
    """One criterion of one proposal: what was found, what it rests on, and what pages may show of it.

    `says` are codes, counts, ages and numbers of other proposals: nobody's name.
    """

    name: str
    finding: Finding
    source: str
    says: Mapping[str, str] = field(default_factory=dict)


def criteria_of(session: Session, proposal: Proposal, *, today: dt.date) -> tuple[Criterion, ...]:
    """Every criterion, looked up now: what was found when it was placed may have changed."""
    return (
        _age(proposal, today),
        _prefix(proposal),
        _not_listed(session, proposal, today),
        _not_proposed(session, proposal),
        _not_covered(session, proposal),
        _lives_there(session, proposal),
        _informal(proposal),
        _needs_help(proposal),
        _rt_head(session, proposal),
    )


def _age(proposal: Proposal, today: dt.date) -> Criterion:
    age, wanted = age_of(proposal.nik, today), programme().eligibility
    if age is None:
        return Criterion("age", Finding.UNKNOWN, "nik")
    finding = Finding.MET if wanted.age_from <= age <= wanted.age_to else Finding.NOT_MET
    return Criterion("age", finding, "nik", {"age": str(age)})


def _prefix(proposal: Proposal) -> Criterion:
    """A soft sign: a NIK keeps the area of first registration, and people move."""
    prefixes = programme().eligibility.nik_prefixes
    try:
        nik = unseal(proposal.nik, "proposal.nik")
    except Unreadable:
        return Criterion("nik_prefix", Finding.UNKNOWN, "nik")
    ours = not prefixes or nik.startswith(prefixes)
    return Criterion("nik_prefix", Finding.MET if ours else Finding.DOUBT, "nik", {"prefix": nik[:4]})


_LISTED = text(
    """
SELECT max(CASE WHEN enrolment.removed_from IS NULL OR enrolment.removed_from > :today THEN 2 ELSE 1 END)
FROM enrolment JOIN worker ON worker.id = enrolment.worker_id WHERE worker.nik_index = :nik
"""
)
_LISTED_NEARBY = text(
    """
SELECT worker.name_key FROM enrolment JOIN worker ON worker.id = enrolment.worker_id
WHERE enrolment.kelurahan_code = :kelurahan AND enrolment.rw = :rw AND enrolment.rt = :rt
  AND (enrolment.removed_from IS NULL OR enrolment.removed_from > :today) AND worker.nik_index <> :nik
"""
)


def _not_listed(session: Session, proposal: Proposal, today: dt.date) -> Criterion:
    """Not on the list as it is today; somebody of nearly that name in the same RT may be the same with another NIK."""
    listed = session.scalar(_LISTED, {"nik": proposal.nik_index, "today": today})
    if listed == 2:
        return Criterion("not_listed", Finding.NOT_MET, "roster")
    place = {"kelurahan": proposal.kelurahan_code, "rw": proposal.rw, "rt": proposal.rt}
    nearby = session.scalars(_LISTED_NEARBY, place | {"nik": proposal.nik_index, "today": today})
    alike = sum(likeness(proposal.name_key, key) >= ALIKE for key in nearby)
    says = {"removed": "1"} if listed == 1 else {"alike": str(alike)} if alike else {}
    return Criterion("not_listed", Finding.DOUBT if says else Finding.MET, "roster", says)


def _not_proposed(session: Session, proposal: Proposal) -> Criterion:
    """Nobody else proposed the same NIK, nor somebody of nearly that name in the same kelurahan."""
    others = session.execute(
        select(Proposal.number, Proposal.name_key, (Proposal.nik_index == proposal.nik_index).label("same"))
        .where(Proposal.id != proposal.id)
        .where(
            (Proposal.nik_index == proposal.nik_index)
            | ((Proposal.kelurahan_code == proposal.kelurahan_code) & Proposal.kelurahan_code.is_not(None))
        )
        .order_by(Proposal.id)
    ).all()
    same = [row.number for row in others if row.same]
    alike = [row.number for row in others if not row.same and likeness(row.name_key, proposal.name_key) >= ALIKE]
    says = {key: ", ".join(found[:5]) for key, found in (("same", same), ("alike", alike)) if found}
    finding = Finding.NOT_MET if same else Finding.DOUBT if alike else Finding.MET
    return Criterion("not_proposed", finding, "waiting_list", says)


_INSURED = text(
    f"""
SELECT status FROM insurer_record
WHERE nik_index = :nik AND period = {NEWEST_PERIOD}
"""  # noqa: S608  # a constant of our own
)


def _not_covered(session: Session, proposal: Proposal) -> Criterion:
    """Not insured by anybody yet: as they say, and as the insurer's newest file says where it names them."""
    if session.scalar(_INSURED, {"nik": proposal.nik_index}) == "active":
        return Criterion("not_covered", Finding.NOT_MET, "insurer", {"says": proposal.member})
    finding = {"no": Finding.MET, "unsure": Finding.DOUBT}.get(proposal.member, Finding.NOT_MET)
    return Criterion("not_covered", finding, "proposer", {"says": proposal.member})


def _lives_there(session: Session, proposal: Proposal) -> Criterion:
    area = session.get(Area, proposal.kelurahan_code) if proposal.kelurahan_code else None
    if area is None:
        return Criterion("lives_there", Finding.UNKNOWN, "proposer")
    source = "rt_head" if proposal.rt_head_id is not None else "proposer"
    finding = Finding.MET if proposal.rt_head_id is not None else Finding.DOUBT
    says = {"place": f"{area.kelurahan} RT {proposal.rt or '-'}/RW {proposal.rw or '-'}"}
    return Criterion("lives_there", finding, source, says)


def _informal(proposal: Proposal) -> Criterion:
    known = proposal.job in JOBS and proposal.job != "other"
    return Criterion("informal", Finding.MET if known else Finding.DOUBT, "proposer", {"job": proposal.job})


def _needs_help(proposal: Proposal) -> Criterion:
    """Gives points and refuses nobody; which help it is, is for whoever comes."""
    if proposal.help_needed is None:
        return Criterion("needs_help", Finding.UNKNOWN, "proposer")
    try:
        says = {"help": unseal(proposal.help_needed, "proposal.help_needed")}
    except Unreadable:
        says = {}
    return Criterion("needs_help", Finding.MET, "proposer", says)


def _rt_head(session: Session, proposal: Proposal) -> Criterion:
    """The head of the RT proposes, or has still to be asked; without a head the kelurahan speaks."""
    if proposal.rt_head_id is not None:
        return Criterion("rt_head", Finding.MET, "rt_head")
    head = session.scalar(
        select(RtHead.id).where(
            RtHead.kelurahan_code == proposal.kelurahan_code,
            RtHead.rw == proposal.rw,
            RtHead.rt == proposal.rt,
            RtHead.until.is_(None),
            ~RtHead.announced,
        )
    )
    return Criterion("rt_head", Finding.UNKNOWN, "rt_head", {} if head is not None else {"vacant": "1"})
