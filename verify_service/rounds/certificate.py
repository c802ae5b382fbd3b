"""What anybody needs to repeat a draw without us: the seed, the frame's hash, who was left out, and how many of each
stratum were drawn.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round, RoundStratum
from verify_service.rounds.draw import sample
from verify_service.rounds.round_states import RoundRefused

VERSION: Final = 1
RULE: Final = "in each stratum, ascending SHA-256 (hex) of the UTF-8 text SEED:ID; the first so many as allocated"


def certificate(session: Session, held: Round) -> dict[str, Any]:
    """The certificate of a drawn round; RoundRefused before the draw.

    `allocation` is what is drawn by now: where fewer answer than expected more are drawn, of the same order, and
    `drawn_at_first` says how many those of the draw were.
    """
    if held.drawn_at is None:
        raise RoundRefused(f"Round {held.name} is not drawn yet: verify round draw {held.name}")
    strata = session.scalars(
        select(RoundStratum).where(RoundStratum.round_id == held.id).order_by(text('stratum COLLATE "C"'))
    ).all()
    return {
        "version": VERSION,
        "round": held.name,
        "rule": RULE,
        "seed": held.seed,
        "frame_sha256": held.frozen["frame_sha256"],
        "people": sum(one.population for one in strata),
        "exclusions": held.frozen["exclusions"],
        "allocation": {one.stratum: one.released for one in strata},
        "drawn_at_first": {one.stratum: one.contacts for one in strata},
        "sample_sha256": sample_hash(drawn(session, held)),
        "drawn_at": held.drawn_at.isoformat(timespec="seconds"),
        "roster": held.frozen["roster"],
        "insurer_month": f"{held.period:%Y-%m}" if held.period else None,
        "words_sha256": held.frozen["words_sha256"],
        "programme_sha256": held.frozen["programme_sha256"],
        "design": held.design,
    }


def drawn(session: Session, held: Round) -> list[str]:
    """Everybody in the sample, stratum by stratum in the order of the draw."""
    rows = session.scalars(
        text(
            """SELECT enrolment_id FROM round_person WHERE round_id = :round AND sampled
               ORDER BY stratum COLLATE "C", position"""
        ),
        {"round": held.id},
    )
    return [str(one) for one in rows]


def sample_hash(identifiers: Iterable[str]) -> str:
    """SHA-256 of the identifiers, one a line."""
    return hashlib.sha256("".join(f"{one}\n" for one in identifiers).encode()).hexdigest()


@dataclass(frozen=True)
class Redrawn:
    """The sample as anybody draws it from a certificate and a frame, and what differs from the certificate."""

    sample: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)

    @property
    def matches(self) -> bool:
        return not self.differs


def redraw(certified: Mapping[str, Any], frame: bytes) -> Redrawn:
    """Repeat a draw from its certificate (parsed JSON) and its frame (a CSV of id and stratum); needs no server.

    RoundRefused where the certificate lacks something, or the frame is no such file.
    """
    for name in ("seed", "frame_sha256", "allocation"):
        if name not in certified:
            raise RoundRefused(
                f"The certificate has no {name!r}; is it the file that `verify round certificate` wrote?"
            )
    found = hashlib.sha256(frame).hexdigest()
    if found != certified["frame_sha256"]:
        return Redrawn(differs=[f"the frame: its SHA-256 is {found}, the certificate's is {certified['frame_sha256']}"])
    allocation: dict[str, int] = {name: int(number) for name, number in certified["allocation"].items()}
    try:
        drawn_again = sample(certified["seed"], _people(frame), allocation)
    except ValueError as refused:
        return Redrawn(differs=[f"the allocation: {refused}"])
    told = certified.get("sample_sha256")
    if told is not None and told != sample_hash(drawn_again):
        return Redrawn(
            drawn_again, [f"the sample: its SHA-256 is {sample_hash(drawn_again)}, the certificate's {told}"]
        )
    return Redrawn(drawn_again)


def _people(frame: bytes) -> list[tuple[str, str]]:
    rows = csv.reader(io.StringIO(frame.decode("utf-8-sig"), newline=""))
    heading = next(rows, [])
    if [name.strip() for name in heading] != ["id", "stratum"]:
        raise RoundRefused(f"The frame begins with {','.join(heading)!r}; expected a CSV with the heading id,stratum")
    return [(row[0], row[1]) for row in rows if row]
