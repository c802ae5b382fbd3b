"""Which groups lag behind the others beyond chance, though many groups are looked at, week after week.

Each group is held against all others by Fisher's exact test: how likely is it that so few of the group have it, had it
been dealt to the same number of people by lot? Within a look the chances are corrected by Holm's step-down, which holds
whatever hangs together with what: a woman is also of some age and some work. Over looks the level of a year is shared
out evenly among the weeks a year can have, so that the chance of any false notice in a year is at most `YEARLY`.

Sources: Fisher 1935; Holm 1979; Lan and DeMets 1983 (spending a level over looks); Newcombe 1998 (the gap's interval).
Why no sequential bound that is sharper is told in docs/inclusion.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from verify_service.rounds.intervals import Difference, Interval, hypergeometric_at_most, newcombe, wilson

YEARLY: Final = 0.05  # the chance that a year of looks has any false notice, at most
LOOKS: Final = 53  # Mondays that a year can have
LEVEL: Final = YEARLY / LOOKS  # of one look, all groups and measures together
LEAST: Final = 30  # people: of fewer, or against fewer, nothing is judged
LEAST_GAP: Final = 0.01  # of a share: in a list of a million less is beyond chance as well, and nobody's errand


@dataclass(frozen=True)
class Group:
    """How many people of a group have what is measured, and how many of all others."""

    yes: int
    people: int
    others_yes: int
    others: int

    def __post_init__(self) -> None:
        if not (0 <= self.yes <= self.people and 0 <= self.others_yes <= self.others):
            raise ValueError(f"Give at most as many yes as people, and none below 0, not {self}.")

    @property
    def judged(self) -> bool:
        """Whether the group and the others are enough people to say anything of the gap."""
        return min(self.people, self.others) >= LEAST

    @property
    def share(self) -> Interval | None:
        """Wilson's interval of the group's share; None without people."""
        return wilson(self.yes, self.people) if self.people else None

    @property
    def gap(self) -> Difference | None:
        """The group's share less that of the others, with its 95 % interval; below 0 the group lags."""
        if not (self.people and self.others):
            return None
        own, theirs = wilson(self.yes, self.people), wilson(self.others_yes, self.others)
        return newcombe(self.yes / self.people, own, self.others_yes / self.others, theirs)

    @property
    def by_chance(self) -> float:
        """How likely so few of the group have it, had it been dealt by lot: Fisher's exact test, one-sided."""
        if not (self.people and self.others) or self.yes * self.others >= self.others_yes * self.people:
            return 1.0  # no less than the others: nothing to look at
        return hypergeometric_at_most(self.yes, self.people + self.others, self.yes + self.others_yes, self.people)

    @property
    def caught_up(self) -> bool:
        """Whether the gap's own interval no longer lies below 0: what ends a notice, and needs no correction."""
        gap = self.gap
        return gap is None or gap.high >= 0


def holm(chances: Sequence[float]) -> list[float]:
    """Each chance for as many looks as there are: p_(i) becomes the most of (m - j + 1) p_(j), j <= i. In their order.

    The chance that any true "no difference" comes out at or below a level is at most that level, however they hang
    together.
    """
    adjusted, most = [1.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        most = max(most, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = most
    return adjusted


def lagging(groups: Iterable[Group], level: float = LEVEL) -> list[bool]:
    """Of each group of one look whether it lags by a point or more, beyond chance; one of too few people never does."""
    held = list(groups)
    judged = [place for place, group in enumerate(held) if group.judged]
    adjusted = holm([held[place].by_chance for place in judged])
    found = {
        place
        for place, chance in zip(judged, adjusted, strict=True)
        if chance <= level and (gap := held[place].gap) is not None and gap.difference <= -LEAST_GAP
    }
    return [place in found for place in range(len(held))]
