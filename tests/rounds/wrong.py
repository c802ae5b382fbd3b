"""What others print and what must fail here: the textbook interval, and the one that forgets the finite list."""

from __future__ import annotations

import math

from verify_service.rounds.intervals import Interval, z


def wald(yes: float, answers: float, fpc: float = 1.0, confidence: float = 0.95) -> Interval:
    """p ± z·se."""
    share = yes / answers
    half = z(confidence) * math.sqrt(fpc * share * (1 - share) / answers)
    return Interval(share - half, share + half)
