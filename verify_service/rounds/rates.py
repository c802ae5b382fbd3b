"""What became of everybody who was drawn, and the outcome rates that follow.

Source: AAPOR, Standard Definitions, final disposition codes for specifically named persons, and its rates by their
names. Deaths and the reference day, an old STOP and the limit of "partial" are our reading of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Letter(StrEnum):
    """In which of AAPOR's groups a person counts."""

    I = "I"  # noqa: E741 - AAPOR's letter; complete interview
    P = "P"  # partial interview
    R = "R"  # refusal or break-off
    NC = "NC"  # non-contact
    O = "O"  # noqa: E741 - AAPOR's letter; other, eligible
    UH = "UH"  # unknown whether there is such a household
    UO = "UO"  # unknown, other
    NE = "NE"  # not eligible


class Disposition(StrEnum):
    """What finally became of one person who was drawn; everybody ends in exactly one."""

    COMPLETE = "complete"
    PARTIAL = "partial"  # the key question is answered
    PARTIAL_OPEN = "partial_open"  # it is not
    REFUSED = "refused"
    OPTED_OUT = "opted_out"  # STOP, also one from before the round
    LATE = "late"  # answered after closing
    NO_ANSWER_LIVES_THERE = "no_answer_lives_there"  # an RT head or a visit shows it
    NO_ANSWER = "no_answer"
    NO_PHONE = "no_phone"  # and no other channel tried
    NOT_CONTACTED = "not_contacted"
    NOT_ME = "not_me"  # somebody else answers
    UNREACHABLE = "unreachable"  # failed for good, or not found at a visit
    MOVED_UNKNOWN = "moved_unknown"  # nobody knows where to
    MOVED_KNOWN = "moved_known"  # known where to, not asked there
    DECEASED_AFTER = "deceased_after"  # after the reference day, or not yet confirmed
    DECEASED_BEFORE = "deceased_before"
    NOT_ELIGIBLE = "not_eligible"  # also moved away and so no longer covered
    SECOND_LISTING = "second_listing"  # of one person


AAPOR: Mapping[Disposition, tuple[str, Letter]] = MappingProxyType(
    {
        Disposition.COMPLETE: ("1.1", Letter.I),
        Disposition.PARTIAL: ("1.2", Letter.P),
        Disposition.PARTIAL_OPEN: ("2.12", Letter.R),
        Disposition.REFUSED: ("2.11", Letter.R),
        Disposition.OPTED_OUT: ("2.11", Letter.R),
        Disposition.LATE: ("2.27", Letter.NC),
        Disposition.NO_ANSWER_LIVES_THERE: ("2.20", Letter.NC),
        Disposition.NO_ANSWER: ("3.19", Letter.UH),
        Disposition.NO_PHONE: ("3.11", Letter.UH),
        Disposition.NOT_CONTACTED: ("3.11", Letter.UH),
        Disposition.NOT_ME: ("3.91", Letter.UO),
        Disposition.UNREACHABLE: ("3.30", Letter.UO),
        Disposition.MOVED_UNKNOWN: ("3.30", Letter.UO),
        Disposition.MOVED_KNOWN: ("3.40", Letter.UO),
        Disposition.DECEASED_AFTER: ("2.31", Letter.O),
        Disposition.DECEASED_BEFORE: ("4.10", Letter.NE),
        Disposition.NOT_ELIGIBLE: ("4.10", Letter.NE),
        Disposition.SECOND_LISTING: ("4.81", Letter.NE),
    }
)


@dataclass(frozen=True)
class Rates:
    """AAPOR's outcome rates, each from 0 to 1; None where nobody is in its denominator, which is not 0 %.

    With K = I+P+R+NC+O and U = UH+UO the three denominators are K+U (1), K+eU (3) and K (5). Rates 5 and 6 need proof
    that nobody in U is eligible. RR2 and RR4 are for publishing.
    """

    e: float | None  # the share of U taken to be eligible
    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None


def by_letter(counts: Mapping[Disposition, int]) -> dict[Letter, int]:
    """How many people count under each letter; the sum stays the sample, those who are not eligible included."""
    letters = dict.fromkeys(Letter, 0)
    for disposition, people in counts.items():
        letters[AAPOR[disposition][1]] += people
    return letters


def rates(counts: Mapping[Letter, int], e: float | None = None) -> Rates:
    """Response, cooperation, refusal and contact rates of people counted by letter; a letter not given is nobody.

    RR1 = I/(K+U), RR3 = I/(K+eU), RR5 = I/K; RR2, 4, 6 the same with I+P above. COOP1 = I/(I+P+R+O),
    COOP3 = I/(I+P+R); COOP2, 4 with I+P. REF1, 2, 3 = R and CON1, 2, 3 = I+P+R+O over the three denominators of RR.
    e = K/(K+NE) where none is given (AAPOR's calculator). NE is in no rate. ValueError for a count below 0 and for an
    e outside 0 to 1.
    """
    if any(people < 0 for people in counts.values()):
        raise ValueError(f"Nobody counts below 0: give counts of people for {', '.join(counts)}.")
    if e is not None and not 0 <= e <= 1:
        raise ValueError(f"e is a share of people: give 0 to 1, not {e}.")
    i, p, r, nc, o, uh, uo, ne = (counts.get(letter, 0) for letter in Letter)
    known, unknown = i + p + r + nc + o, uh + uo
    e = share(known, known + ne) if e is None else e
    full, estimated = known + unknown, None if e is None else known + e * unknown
    contacted = i + p + r + o
    return Rates(
        e=e,
        rr1=share(i, full),
        rr2=share(i + p, full),
        rr3=share(i, estimated),
        rr4=share(i + p, estimated),
        rr5=share(i, known),
        rr6=share(i + p, known),
        coop1=share(i, contacted),
        coop2=share(i + p, contacted),
        coop3=share(i, i + p + r),
        coop4=share(i + p, i + p + r),
        ref1=share(r, full),
        ref2=share(r, estimated),
        ref3=share(r, known),
        con1=share(contacted, full),
        con2=share(contacted, estimated),
        con3=share(contacted, known),
    )


def share(part: float, whole: float | None) -> float | None:
    """Part of a whole; None where there is no whole."""
    return part / whole if whole else None
