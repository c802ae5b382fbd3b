"""An empty installation: what an administrator does first, in order, and what of it is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from verify_service.ground import amended
from verify_service.ground.programme import programme_file
from verify_service.ground.tables import AuditEntry, Enrolment, OutboxMessage
from verify_service.registry.areas import area_table

# What the file itself says of a value that stands there for want of a better one.
_UNSURE: Final = re.compile(r"^\s*([\w-]+)\s*=[^#]*#.*\b(?:placeholder|confirm)", re.IGNORECASE)
_TABLE: Final = re.compile(r"^\s*\[+([\w.\"-]+)\]+")


class Step(StrEnum):
    """One thing to do, in this order."""

    PROGRAMME = "programme"
    AREAS = "areas"
    ROSTER = "roster"
    LETTERS = "letters"
    QUESTION = "question"


@dataclass(frozen=True)
class FirstHour:
    """What is done; which values of the programme file nobody has confirmed; how many kelurahan there are."""

    done: frozenset[Step]
    unsure: tuple[str, ...]
    kelurahan: int

    @property
    def over(self) -> bool:
        """Whether the service is at work: there is a list, paper has gone out, and somebody was asked."""
        return {Step.ROSTER, Step.LETTERS, Step.QUESTION} <= self.done


def first_hour(session: Session) -> FirstHour:
    """How far this installation is."""
    unsure, kelurahan = unsure_values(), len(area_table().areas)
    there = {
        Step.ROSTER: exists().where(Enrolment.id.is_not(None)),
        Step.LETTERS: exists().where(AuditEntry.action == "letters printed"),
        Step.QUESTION: exists().where(OutboxMessage.purpose == "question"),
    }
    done = {step for step, found in there.items() if _is(session, found)}
    done |= {Step.PROGRAMME} if not unsure else set()
    done |= {Step.AREAS} if kelurahan else set()
    return FirstHour(frozenset(done), unsure, kelurahan)


def unsure_values() -> tuple[str, ...]:
    """The values whose line in the programme file still says that it is a placeholder or to be confirmed.

    One that two people have amended since is sure.
    """
    sure, table, found = {one.key for one in amended.held(amended.Kind.RULE)}, "", []
    for line in programme_file().read_text(encoding="utf-8").splitlines():
        if begun := _TABLE.match(line):
            table = begun[1]
        elif unsure := _UNSURE.match(line):
            key = f"{table}.{unsure[1]}" if table else unsure[1]
            if key not in sure:
                found.append(key)
    return tuple(found)


def _is(session: Session, found: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(found)))
