"""What an administrator chooses for a round before the draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from verify_service.rounds.plan import DEFAULT, read_plan
from verify_service.rounds.round_states import RoundRefused

# By what a frame can be cut; a stratum is named by its values in this order. "no-phone" is a stratum of its own,
# whatever the other values are.
STRATA: Final = ("kecamatan", "sex", "occupation", "source", "no-phone")
EXCLUDE: Final = ("kecamatan", "kelurahan", "sex", "occupation", "source", "round")
ALLOCATIONS: Final = ("proportional", "equal", "neyman")


@dataclass(frozen=True, slots=True)
class Design:
    """How a round is drawn and how people are contacted.

    `margin` is half the width of the interval, as a share; `response_rate` the share expected to answer; `deff` the
    expected design effect; `per_minute` how many first texts are due in a minute (None: as fast as the gateway takes
    them); `before` is the number of the round that a Neyman allocation takes its shares from. `adapt`: more are drawn
    once all steps are over and fewer answered than wanted; `stop_at_quota`: the round closes once enough have answered.
    """

    confidence: float = 0.95
    margin: float = 0.05
    response_rate: float = 0.4
    deff: float = 1.0
    strata: tuple[str, ...] = ()
    allocation: str = "proportional"
    everyone: bool = False
    exclude: tuple[str, ...] = ()
    plan: str = DEFAULT
    per_minute: int | None = None
    before: int | None = None
    adapt: bool = True
    stop_at_quota: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def excluded(self) -> Mapping[str, Sequence[str]]:
        """The values left out, by what they are of."""
        held: dict[str, list[str]] = {key: [] for key in EXCLUDE}
        for pair in self.exclude:
            key, _, value = pair.partition("=")
            held[key].append(value.strip())
        return held


def design_of(held: Mapping[str, Any]) -> Design:
    """The design as a round keeps it."""
    lists = {name: tuple(held[name]) for name in ("strata", "exclude")}
    return Design(**{**held, **lists})


def checked(design: Design) -> Design:
    """The same design; RoundRefused with what to change where it makes no sense."""
    if not 0.5 <= design.confidence < 1:
        raise RoundRefused(f"--confidence {design.confidence}: give a share from 0.5 to below 1, for example 0.95")
    if not 0 < design.margin < 0.5:
        raise RoundRefused(f"--margin {design.margin}: give half the width of the interval, for example 0.05")
    if not 0 < design.response_rate <= 1:
        raise RoundRefused(f"--response-rate {design.response_rate}: give the share that answers, for example 0.4")
    for key in design.strata:
        if key not in STRATA:
            raise RoundRefused(f"--strata {key}: strata are by {', '.join(STRATA)}")
    if len(set(design.strata)) != len(design.strata):
        raise RoundRefused("--strata names something twice; name each once")
    for pair in design.exclude:
        key, equals, value = pair.partition("=")
        if key not in EXCLUDE or not equals or not value.strip():
            raise RoundRefused(
                f"--exclude {pair}: write what and which, for example kecamatan=Bantargebang; {', '.join(EXCLUDE)}"
            )
    if design.allocation not in ALLOCATIONS:
        raise RoundRefused(f"--allocation {design.allocation}: one of {', '.join(ALLOCATIONS)}")
    if design.allocation == "neyman" and design.before is None:
        raise RoundRefused("--allocation neyman takes its shares from a closed round; name it: --before ROUND")
    if design.per_minute is not None and design.per_minute < 1:
        raise RoundRefused("--per-minute: at least one text a minute; to send none, pause the round")
    read_plan(design.plan)
    return design
