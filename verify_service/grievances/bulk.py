"""Many reports at once, each by itself: what cannot be done with one keeps no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Refusal, find, hand_over, take_on

MOST = 50  # as many as one page of the queue shows


@dataclass(frozen=True)
class Done:
    """How many were handed over, and why each other was not: (its number, the reason)."""

    count: int
    others: tuple[tuple[str, Refusal], ...] = ()


def give(acting: Acting, cases: Sequence[int], to: int | None) -> Done:
    """Give reports to an officer; to oneself is to take them. They are locked in one order, whoever gives which."""
    count, others = 0, []
    for case in sorted(set(cases))[:MOST]:
        if to is None:
            refused: Refusal | None = Refusal.NOT_THEIRS
        elif to == acting.viewer.id:
            refused = take_on(acting, case)
        else:
            refused = hand_over(acting, case, None, to)
        if refused is None:
            count += 1
        else:
            report = find(acting, case)
            others.append((report.number if report else "–", refused))
    return Done(count, tuple(others))
