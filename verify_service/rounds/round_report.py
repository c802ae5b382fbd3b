"""What a round states: what became of everybody drawn, the rates, and the share that knows of its cover, with what that
share is worth. Whoever prints, shows or publishes a figure of a round takes it from here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round
from verify_service.rounds.design import design_of
from verify_service.rounds.dispositions import PENDING, counted
from verify_service.rounds.estimates import (
    Cell,
    Doubt,
    Estimate,
    apart,
    bounds_of,
    merged,
    poststratified,
    publishable,
    together,
)
from verify_service.rounds.intervals import Bounds, Interval, newcombe, partly_same, z
from verify_service.rounds.rates import AAPOR, Disposition, Letter, Rates, by_letter, rates
from verify_service.rounds.round_states import RoundRefused
from verify_service.rounds.second_raters import Raters, raters_of
from verify_service.rounds.tallies import DOMAINS, ChannelTally, Tally, answered_in_both, by_channel, cells, tallies

QUESTION: Final = "confirms the cover as its own"


@dataclass(frozen=True)
class Stated:
    """A share of the people of one part of the list, or why it is refused; the counts stand in any case.

    `share` is weighted to the list, from `low` to `high` if the silent are like those who answered beside them;
    `worst` and `best` hold whatever the silent would have said, `outer_low` and `outer_high` with the lot's own margin.
    """

    name: str
    people: int
    sampled: int
    answers: int
    yes: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    deff: float | None = None
    n_eff: float | None = None
    worst: float | None = None
    best: float | None = None
    outer_low: float | None = None
    outer_high: float | None = None
    refused: str | None = None
    review: str | None = None
    merged: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Compared:
    """What changed since the round before; None where the two asked other words or other people."""

    before: str
    difference: float | None
    low: float | None
    high: float | None
    not_comparable: str | None = None


@dataclass(frozen=True)
class RoundReport:
    """Everything a round states."""

    round: str
    state: str
    question: str
    month: str
    confidence: float
    drawn_at: str
    closed_at: str | None
    dispositions: tuple[tuple[str, str, str, int], ...]  # ours, AAPOR's code, its letter, people
    late: int
    rates: Rates
    overall: Stated
    unweighted: float | None
    own: float | None  # of those who answered without help
    assisted: float | None
    domains: dict[str, tuple[Stated, ...]]
    channels: tuple[ChannelTally, ...]
    since_before: Compared | None
    raters: Raters

    def as_json(self) -> dict[str, Any]:
        """One document; shares are 0 to 1, None where there is nothing to divide by or a share is refused."""
        told = asdict(self)
        told["dispositions"] = [
            {"disposition": name, "aapor": code, "letter": letter, "people": people}
            for name, code, letter, people in self.dispositions
        ]
        told["sample"] = sum(people for *_, people in self.dispositions)
        return told


def report_of(session: Session, held: Round) -> RoundReport:
    """The report of a drawn round as its dispositions stand; RoundRefused before the draw."""
    if held.drawn_at is None:
        raise RoundRefused(f"Round {held.name} is not drawn yet, so that it has nothing to state: verify round draw")
    design = design_of(held.design)
    counts = counted(session, held)
    told = tallies(session, held)
    overall = stated("all", told, design.confidence)
    helped, helped_yes = sum(one.assisted for one in told), sum(one.assisted_yes for one in told)
    modes = apart(overall.yes - helped_yes, overall.answers - helped, helped_yes, helped)
    return RoundReport(
        round=held.name,
        state=held.state,
        question=QUESTION,
        month=f"{held.period:%Y-%m}" if held.period else "",
        confidence=design.confidence,
        drawn_at=held.drawn_at.isoformat(timespec="seconds"),
        closed_at=held.closed_at.isoformat(timespec="seconds") if held.closed_at else None,
        dispositions=_dispositions(counts),
        late=counts.get(Disposition.LATE.value, 0),
        rates=rates(_letters(counts)),
        overall=overall,
        unweighted=overall.yes / overall.answers if overall.answers else None,
        own=modes.own,
        assisted=modes.head,
        domains={name: _domain(name, told, design.confidence) for name in DOMAINS},
        channels=tuple(by_channel(session, held)),
        since_before=_since_before(session, held, overall, design.confidence),
        raters=raters_of(session, held),
    )


def _dispositions(counts: dict[str, int]) -> tuple[tuple[str, str, str, int], ...]:
    rows = [(one.value, AAPOR[one][0], AAPOR[one][1].value, counts.get(one.value, 0)) for one in Disposition]
    pending = counts.get(PENDING, 0)
    return tuple(rows) + (((PENDING, "3.11", Letter.UH.value, pending),) if pending else ())


def _letters(counts: dict[str, int]) -> dict[Letter, int]:
    letters = by_letter({one: counts.get(one.value, 0) for one in Disposition})
    letters[Letter.UH] += counts.get(PENDING, 0)
    return letters


def _domain(name: str, told: Sequence[Tally], confidence: float) -> tuple[Stated, ...]:
    values = sorted({getattr(one, name) for one in told})
    return tuple(stated(value, [one for one in told if getattr(one, name) == value], confidence) for value in values)


def stated(name: str, told: Iterable[Tally], confidence: float) -> Stated:
    """The share of a part of the list, its classes (stratum and sex) weighted to their people on the list.

    Small classes are joined with the next of the same sex: joined with the other, the weighting for who is silent goes.
    """
    held = list(told)
    fine = cells(held, lambda one: f"{one.sex} {one.stratum}")
    base = Stated(
        name=name,
        people=sum(one.people for one in held),
        sampled=sum(one.sampled for one in held),
        answers=sum(one.answered for one in held),
        yes=sum(one.yes for one in held),
    )
    bounds = _bounds(cells(held, lambda one: one.stratum), confidence)
    joined = merged(fine)
    if base.answers < 2:
        return _with(base, None, bounds, "few_answers", None, joined.joined)
    estimate = poststratified(joined.cells, confidence)
    doubt: Doubt | None = publishable(estimate.share * base.answers, base.answers, estimate.n_eff, estimate.df)
    refused = doubt.reason.value if doubt is not None and doubt.refused else None
    review = doubt.reason.value if doubt is not None and not doubt.refused else None
    return _with(base, estimate if refused is None else None, bounds, refused, review, joined.joined)


def _bounds(strata: Sequence[Cell], confidence: float) -> Bounds | None:
    """What holds whatever the silent would say; strata of which one was drawn, which has no variance, join another."""
    held: list[Cell] = []
    for one in sorted(strata, key=lambda one: one.sampled or 0):
        alone = bool(held) and (held[-1].sampled or 0) < 2
        held.append(together(held.pop(), one) if alone else one)
    return bounds_of(held, confidence) if held and (held[-1].sampled or 0) >= 2 else None


def _with(
    base: Stated,
    estimate: Estimate | None,
    bounds: Bounds | None,
    refused: str | None,
    review: str | None,
    joined: tuple[tuple[str, ...], ...],
) -> Stated:
    told = asdict(base) | {"refused": refused, "review": review, "merged": joined}
    if estimate is not None:
        told |= {
            "share": estimate.share,
            "low": estimate.low,
            "high": estimate.high,
            "deff": estimate.deff,
            "n_eff": estimate.n_eff if estimate.n_eff != float("inf") else None,
        }
    if bounds is not None:
        told |= {
            "worst": bounds.low,
            "best": bounds.high,
            "outer_low": bounds.outer_low,
            "outer_high": bounds.outer_high,
        }
    return Stated(**told)


def _since_before(session: Session, held: Round, now: Stated, confidence: float) -> Compared | None:
    """The difference from the newest round that was closed before this one was drawn.

    Where people answered in both, as they do where a seed is used again, the two shares move together: their
    covariance goes off the variance. Else by Newcombe, from each share's own interval.
    """
    before = session.scalar(
        select(Round)
        .where(Round.closed_at < held.drawn_at, Round.state == "closed", Round.id != held.id)
        .order_by(Round.closed_at.desc())
        .limit(1)
    )
    if before is None:
        return None
    if before.frozen["words_sha256"] != held.frozen["words_sha256"]:
        return Compared(before.name, None, None, None, "the words of the question have changed")
    if before.design["exclude"] != held.design["exclude"]:
        return Compared(before.name, None, None, None, "other people were left out")
    then = stated("all", tallies(session, before), confidence)
    if (
        now.share is None
        or now.low is None
        or now.high is None
        or then.share is None
        or then.low is None
        or then.high is None
    ):
        return Compared(before.name, None, None, None, "one of the two shares is refused")
    in_both, both_yes = answered_in_both(session, before, held)
    if in_both:
        n, m = _worth(now), _worth(then)
        same = min(n, m, in_both * math.sqrt(n * m / (now.answers * then.answers)))  # worth as the others are
        changed = partly_same(now.share, n, then.share, m, same, both_yes / in_both)
        half = z(confidence) * changed.se
        return Compared(before.name, changed.difference, changed.difference - half, changed.difference + half)
    found = newcombe(now.share, Interval(now.low, now.high), then.share, Interval(then.low, then.high))
    return Compared(before.name, found.difference, found.low, found.high)


def _worth(one: Stated) -> float:
    """Answers of an endless list worth as much as these; where everybody answered, those."""
    return one.n_eff or one.answers
