"""The counts from which everything a round states is computed: people, drawn, answered, yes, by what the list said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from verify_service.ground.tables import Round
from verify_service.rounds.dispositions import YES
from verify_service.rounds.estimates import Cell

DOMAINS: Final = ("kecamatan", "sex", "occupation", "age")
CHANNELS: Final = ("sms", "ussd", "visit")


@dataclass(frozen=True, slots=True)
class Tally:
    """People of the frame who have all of this in common, at the draw."""

    stratum: str
    kecamatan: str
    sex: str
    occupation: str
    age: str
    people: int
    sampled: int
    answered: int
    yes: int
    assisted: int  # of those who answered: with somebody's help
    assisted_yes: int


_TALLIES = text(
    """
SELECT stratum, coalesce(kecamatan, '-') AS kecamatan, coalesce(sex, '-') AS sex,
       coalesce(occupation, '-') AS occupation, coalesce(age, '-') AS age, count(*) AS people,
       count(*) FILTER (WHERE sampled) AS sampled, count(*) FILTER (WHERE answers) AS answered,
       count(*) FILTER (WHERE answers AND yes) AS yes, count(*) FILTER (WHERE answers AND assisted) AS assisted,
       count(*) FILTER (WHERE answers AND assisted AND yes) AS assisted_yes
FROM (SELECT *, sampled AND coalesce(disposition IN ('complete', 'partial')
                    OR disposition = 'late' AND would_be = 'complete', false) AS answers,
             coalesce(statement = ANY(CAST(:yes AS text[])), false) AS yes
      FROM round_person WHERE round_id = :round) AS told
GROUP BY 1, 2, 3, 4, 5
"""
)


def tallies(session: Session, held: Round) -> list[Tally]:
    """Everybody of the frame of a drawn round, counted by what the list said of them at the draw."""
    rows = session.execute(_TALLIES, {"round": held.id, "yes": list(YES)})
    return [Tally(*row) for row in rows]


def cells(counted: Iterable[Tally], named: Callable[[Tally], str]) -> list[Cell]:
    """The same people in classes of this name, in the order of the names."""
    sums: dict[str, list[int]] = {}
    for one in counted:
        held = sums.setdefault(named(one), [0, 0, 0, 0])
        for place, number in enumerate((one.people, one.answered, one.yes, one.sampled)):
            held[place] += number
    return [Cell(name, people, answers, yes, sampled) for name, (people, answers, yes, sampled) in sorted(sums.items())]


def answered_in_both(session: Session, before: Round, held: Round) -> tuple[int, int]:
    """How many people answered in both rounds, and how many said yes both times."""
    row = session.execute(
        text(
            """SELECT count(*), count(*) FILTER (WHERE earlier.statement = ANY(:yes) AND later.statement = ANY(:yes))
               FROM round_person earlier JOIN round_person later USING (enrolment_id)
               WHERE earlier.round_id = :before AND later.round_id = :round AND earlier.sampled AND later.sampled
                 AND (earlier.disposition IN ('complete', 'partial') OR earlier.would_be = 'complete')
                 AND (later.disposition IN ('complete', 'partial') OR later.would_be = 'complete')"""
        ),
        {"before": before.id, "round": held.id, "yes": list(YES)},
    ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class ChannelTally:
    """Answers that came one way: a count of answers, of no list."""

    channel: str
    answers: int
    yes: int


def by_channel(session: Session, held: Round) -> list[ChannelTally]:
    """Who answered, by how; every channel is named, also one by which nobody did."""
    rows = session.execute(
        text(
            """SELECT channel, count(*), count(*) FILTER (WHERE statement = ANY(CAST(:yes AS text[]))) FROM round_person
               WHERE round_id = :round AND sampled AND (disposition IN ('complete', 'partial') OR would_be = 'complete')
               GROUP BY 1"""
        ),
        {"round": held.id, "yes": list(YES)},
    )
    found = {row[0]: (row[1], row[2]) for row in rows}
    return [ChannelTally(name, *found.get(name, (0, 0))) for name in (*CHANNELS, *sorted(found.keys() - set(CHANNELS)))]
