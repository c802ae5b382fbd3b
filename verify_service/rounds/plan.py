"""The contact plan of a round: by which channel, and how long after the start. "sms 0, sms 2d, rt 5d, visit 12d"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DEFAULT: Final = "sms 0, sms 2d, rt 5d, visit 12d, close 21d"
_UNITS: Final = {"m": 1, "h": 60, "d": 24 * 60}  # minutes
_STEP: Final = re.compile(r"([a-z]+)\s+(\d{1,5})\s*([mhd]?)")


class PlanRefused(ValueError):
    """The plan cannot be read; the message says what it should be."""


class Channel(StrEnum):
    """How somebody is contacted."""

    SMS = "sms"  # the question, answered by a text; a later step is the reminder
    DIAL = "dial"  # a text that asks to dial
    RT = "rt"  # the head of the RT is asked to see to the residents who are silent
    VISIT = "visit"  # somebody of the kelurahan goes there, with a printed list
    CLOSE = "close"  # no step of a person: when the round ends

    @property
    def texts(self) -> bool:
        return self in (Channel.SMS, Channel.DIAL)


@dataclass(frozen=True, slots=True)
class Step:
    """One contact, so long after the start of the round."""

    channel: Channel
    after: dt.timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in their order, and when the round ends."""

    steps: tuple[Step, ...]
    close: dt.timedelta

    @property
    def texts(self) -> int:
        """How many texts somebody gets at most."""
        return sum(step.channel.texts for step in self.steps)


def read_plan(written: str) -> Plan:
    """The plan as it was written; PlanRefused says which part of it cannot be read, and what was expected.

    Without a step "close" the round ends a week after the last contact.
    """
    steps: list[Step] = []
    for part in (part.strip().lower() for part in written.split(",")):
        found = _STEP.fullmatch(part)
        if found is None or found[1] not in set(Channel) or not (found[3] or found[2] == "0"):
            raise PlanRefused(
                f"{part!r} is no step of a contact plan; write a channel ({', '.join(Channel)}) and the time after the"
                " start with m, h or d, for example: sms 0, sms 2d, rt 5d, visit 12d, close 21d"
            )
        step = Step(Channel(found[1]), dt.timedelta(minutes=int(found[2]) * _UNITS[found[3] or "m"]))
        if steps and step.after <= steps[-1].after:
            raise PlanRefused(
                f"{part!r} does not come after {steps[-1].channel} before it; give the steps in their order"
            )
        if steps and steps[-1].channel is Channel.CLOSE:
            raise PlanRefused(f"{part!r} comes after the close of the round; put it before, or leave it out")
        steps.append(step)
    contacts = tuple(step for step in steps if step.channel is not Channel.CLOSE)
    if not contacts:
        raise PlanRefused("the plan contacts nobody; begin with a contact, for example: sms 0, close 14d")
    if any(step.channel is Channel.VISIT for step in contacts[:-1]):
        raise PlanRefused("a visit is the last contact: put it behind the others, once")
    close = steps[-1].after if steps[-1].channel is Channel.CLOSE else contacts[-1].after + dt.timedelta(days=7)
    return Plan(contacts, close)
