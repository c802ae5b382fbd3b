"""Opening a round, looking at what it would cost, and drawing it: from then on nothing of it changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.ground.programme import DEFAULT, programme
from verify_service.ground.settings import settings
from verify_service.ground.tables import FileImport, Round, RoundStratum
from verify_service.messaging.catalogue import words_hash
from verify_service.rounds import allocation
from verify_service.rounds.design import Design, checked, design_of
from verify_service.rounds.draw import ORDER_SQL
from verify_service.rounds.frame import Frame, build_frame, frame_hash
from verify_service.rounds.intervals import wilson_fpc
from verify_service.rounds.plan import read_plan
from verify_service.rounds.round_states import RoundRefused, RoundState, find_round, move
from verify_service.rounds.size import completes, contacts
from verify_service.rounds.tallies import cells, tallies
from verify_service.verification.evidence import newest_period


@dataclass(frozen=True)
class Stratum:
    """One stratum as it would be drawn: its people, the answers wanted, who is contacted, and what is then known."""

    stratum: str
    population: int
    completes: int
    contacts: int
    half_width: float | None  # of the interval at one half, for the answers wanted; None: nobody is asked

    @property
    def rate(self) -> float:
        return self.completes / self.contacts if self.contacts else 0.0


@dataclass(frozen=True)
class Preview:
    """What a draw as designed would ask, cost and tell. `rupiah` is of texts, each of one part, sent to all at most."""

    people: int
    excluded: dict[str, int]
    strata: tuple[Stratum, ...]
    completes: int
    contacts: int
    texts: int
    rupiah: int
    half_width: float | None
    halved: dict[str, int]  # answers, contacts and rupiah for half the margin

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def open_round(session: Session, name: str, design: Design, *, seed: str | None, now: dt.datetime, by: str) -> Round:
    """A new round in draft. `seed`: drawn where none is given; one of a public event proves that it was not chosen."""
    if not name or name.isdecimal() or len(name) > 60:
        raise RoundRefused("Name the round with up to 60 letters, for example 2026-triwulan-1; a bare number is its id")
    if session.scalar(select(Round.id).where(Round.name == name)) is not None:
        raise RoundRefused(f"There is a round {name!r} already; take another name")
    held = Round(
        name=name,
        state=RoundState.DRAFT.value,
        seed=seed or secrets.token_hex(16),
        design=checked(_numbered(session, design)).as_json(),
        frozen={},
        opened_at=now,
        opened_by=by,
    )
    session.add(held)
    session.flush()
    audit.record(session, now=now, actor=by, action="round draft", on=f"round:{held.id}", name=name)
    return held


def _numbered(session: Session, design: Design) -> Design:
    """The same design, with rounds that are left out by their number: names may be reused in another programme."""
    pairs = []
    for pair in design.exclude:
        key, _, value = pair.partition("=")
        pairs.append(f"round={find_round(session, value.strip()).id}" if key == "round" and value.strip() else pair)
    return Design(**{**design.as_json(), "exclude": tuple(pairs), "strata": design.strata})


def preview(session: Session, held: Round) -> Preview:
    """What drawing this round now would ask, cost and tell. Nothing is stored."""
    design = design_of(held.design)
    frame = build_frame(session, design, _month(session))
    return _preview(session, frame, design)


def _preview(session: Session, frame: Frame, design: Design) -> Preview:
    strata = _allocated(session, frame, design)
    asked = sum(one.contacts for one in strata)
    wanted = sum(one.completes for one in strata)
    finer = _allocated(session, frame, Design(**{**design.as_json(), "margin": design.margin / 2}))
    return Preview(
        people=frame.people,
        excluded=frame.excluded,
        strata=strata,
        completes=wanted,
        contacts=asked,
        texts=(texts := _texts(frame, strata, design)),
        rupiah=texts * programme().texting.part_cost,
        half_width=_half_width(wanted, frame.people, design.confidence),
        halved={
            "completes": sum(one.completes for one in finer),
            "contacts": sum(one.contacts for one in finer),
            "rupiah": _texts(frame, finer, design) * programme().texting.part_cost,
        },
    )


def _texts(frame: Frame, strata: Iterable[Stratum], design: Design) -> int:
    """Texts at most: each of the plan to everybody who can be written to."""
    reachable = sum(
        one.contacts * (one.population - frame.no_phone[one.stratum]) / one.population
        for one in strata
        if one.population
    )
    return round(reachable) * read_plan(design.plan).texts


def _allocated(session: Session, frame: Frame, design: Design) -> tuple[Stratum, ...]:
    sizes = frame.strata
    if design.everyone:
        return tuple(_stratum(name, size, size, size, design) for name, size in sizes.items())
    if design.allocation == "equal":
        wanted: Mapping[str, int] = allocation.equal_precision(sizes, design.confidence, design.margin)
    else:
        total = completes(frame.people, design.confidence, design.margin, design.deff)
        if design.allocation == "neyman":
            wanted = allocation.neyman(total, sizes, _shares(session, design, sizes))
        else:
            wanted = allocation.largest_remainder(total, sizes, least=2)
    return tuple(
        _stratum(name, size, wanted[name], contacts(wanted[name], design.response_rate, size), design)
        for name, size in sizes.items()
    )


def _stratum(name: str, size: int, wanted: int, asked: int, design: Design) -> Stratum:
    return Stratum(name, size, wanted, asked, _half_width(wanted, size, design.confidence))


def _half_width(answers: int, population: int, confidence: float) -> float | None:
    if not answers:
        return None
    low, high = wilson_fpc(answers / 2, answers, population, confidence)
    return (high - low) / 2


def _shares(session: Session, design: Design, sizes: Mapping[str, int]) -> dict[str, float]:
    """The shares that the round before found, drawn a little to the middle; a half where it has no such stratum."""
    before = cells(tallies(session, session.get_one(Round, design.before)), lambda one: one.stratum)
    known = {one.name: allocation.laplace(one.yes, one.answers) for one in before}
    return {name: known.get(name, 0.5) for name in sizes}


def _month(session: Session) -> dt.date:
    month = newest_period(session)
    roster = session.scalar(
        select(FileImport.id).where(FileImport.kind == "roster", FileImport.undone_at.is_(None)).limit(1)
    )
    if roster is None:
        raise RoundRefused("No roster was imported, so there is nobody to draw: verify import roster FILE")
    if month is None:
        raise RoundRefused("No insurer file was imported, so no answer can be compared: verify import insurer FILE")
    return month


_PEOPLE = text(
    f"""
    INSERT INTO round_person (round_id, enrolment_id, worker_id, stratum, position, kecamatan, kelurahan, rt, sex,
                              occupation, age, source, phone, sampled)
    SELECT :round, ordered.*, ordered_at <= held.contacts FROM (
        SELECT enrolment_id, worker_id, coalesce(stratum, '-') AS stratum,
               row_number() OVER (PARTITION BY coalesce(stratum, '-') ORDER BY {ORDER_SQL}) AS ordered_at,
               kecamatan, kelurahan, rt, sex, occupation, age, source, phone
        FROM frame_now WHERE excluded IS NULL) AS ordered
    JOIN round_stratum held ON held.round_id = :round AND held.stratum = ordered.stratum
    """  # noqa: S608  # an expression of our own
)


def draw(session: Session, held: Round, *, now: dt.datetime, by: str) -> Preview:
    """Draw a locked round: the frame, its order, the words and the rules are fixed from here on.

    RoundRefused without a roster or an insurer's month, or where nobody is left to draw.
    """
    design = design_of(held.design)
    month = _month(session)
    move(session, held, RoundState.DRAWN, now=now, by=by)
    frame = build_frame(session, design, month)
    if not frame.people:
        raise RoundRefused("Nobody is left to draw: every line of the list was left out. Exclude less.")
    seen = _preview(session, frame, design)
    session.add_all(
        RoundStratum(
            round_id=held.id,
            stratum=one.stratum,
            population=one.population,
            completes=one.completes,
            contacts=one.contacts,
            released=one.contacts,
            expected=1.0 if design.everyone else design.response_rate,
        )
        for one in seen.strata
    )
    session.flush()
    session.execute(_PEOPLE, {"round": held.id, "seed": held.seed})
    held.drawn_at, held.period = now, month
    held.frozen = _frozen(session, held, frame)
    session.flush()
    return seen


def _frozen(session: Session, held: Round, frame: Frame) -> dict[str, Any]:
    roster = session.scalars(
        select(FileImport)
        .where(FileImport.kind == "roster", FileImport.undone_at.is_(None))
        .order_by(FileImport.id.desc())
        .limit(1)
    ).one()
    return {
        "frame_sha256": frame_hash(session, held),
        "exclusions": frame.excluded,
        "no_phone": frame.no_phone,
        "roster": {"version": roster.id, "sha256": roster.sha256.hex()},
        "words_sha256": words_hash(),
        "programme_sha256": hashlib.sha256((settings().programme or DEFAULT).read_bytes()).hexdigest(),
    }
