"""What words taught: the knowledge question before somebody was told the right answer, and a month after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from verify_service.reports.definition import Asked, Column, Dots, Line, Report, says, share
from verify_service.rounds.intervals import paired, z
from verify_service.rounds.lagging import Group

# Of each phone its first answer, and the next one; both count for the words that were read before the first.
_ANSWERS = text(
    """
WITH answer AS (
    SELECT phone_id, words_version, language, correct, (answered_at AT TIME ZONE :zone)::date AS day,
           row_number() OVER its AS place, lead(correct) OVER its AS next_correct
    FROM knowledge_answer WHERE answered_at <= :at WINDOW its AS (PARTITION BY phone_id ORDER BY answered_at, id))
SELECT words_version, language, min(day) AS first_day, max(day) AS last_day,
       count(*) AS before, count(*) FILTER (WHERE correct) AS before_right,
       count(next_correct) AS after, count(*) FILTER (WHERE next_correct) AS after_right,
       count(*) FILTER (WHERE NOT correct AND next_correct) AS learned,
       count(*) FILTER (WHERE correct AND NOT next_correct) AS forgot
FROM answer WHERE place = 1 GROUP BY words_version, language ORDER BY language, words_version
"""
)
_TOLD: Final = ("before", "after")


def _before_and_after(session: Session, asked: Asked) -> Iterable[Line]:
    given = {name: asked.sql[name] for name in ("at", "zone")}
    versions = session.execute(_ANSWERS, given).all()
    all_of: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row, told in product(versions, _TOLD):
        for place, number in enumerate(_right(row, told)):
            all_of[row.language, told][place] += number
    for row, told in product(versions, _TOLD):
        right, answers = _right(row, told)
        all_right, everybody = all_of[row.language, told]
        group = Group(right, answers, all_right - right, everybody - answers)
        yield (
            row.words_version, row.language, told, row.first_day.isoformat(), row.last_day.isoformat(), answers, right,
            share(right, answers), *_four(group.share, 2), group.others, share(group.others_yes, group.others),
            *_four(group.gap, 3), *(_change(row) if told == "after" else (None,) * 5),
        )  # fmt: skip


def _right(row: Row[Any], told: str) -> tuple[int, int]:
    """How many were right, and of how many."""
    return (row.before_right, row.before) if told == "before" else (row.after_right, row.after)


def _change(row: Row[Any]) -> tuple[float | None, ...]:
    """Who learned it, who forgot it, and the change, with Bonett and Price's interval (2012).

    That is the interval of a panel after one was added to each way of changing: where nobody changed, the plain one
    would be certain of it.
    """
    if not row.after:
        return row.learned, row.forgot, None, None, None
    both = row.after_right - row.learned
    neither = row.after - row.after_right - row.forgot
    net, se = paired(both, row.learned + 1, row.forgot + 1, neither)
    half = z(0.95) * se
    plain = (row.learned - row.forgot) / row.after
    return row.learned, row.forgot, *_four((plain, max(-1.0, net - half), min(1.0, net + half)), 3)


def _four(numbers: tuple[float, ...] | None, columns: int) -> tuple[float | None, ...]:
    return (None,) * columns if numbers is None else tuple(round(number, 4) for number in numbers)


BEFORE_AND_AFTER = Report(
    "before-and-after",
    says("Do the words teach what the cover is for?"),
    says(
        "For each version of the words of the benefits: how many answered the question rightly before they were told"
        " the answer, how many when they were asked again a month later, and who of them had learned or forgotten it."
    ),
    (
        Column("words_version", says("text"), says("which words were read before the first answer")),
        Column("language", says("code"), says("language of the talk")),
        Column(
            "told",
            says("code"),
            says("before: the first answer of a phone, after which the right one is said; after: its next, a month on"),
        ),
        Column("first_day", says("day"), says("of the first answers after these words: the first")),
        Column("last_day", says("day"), says("and the last")),
        Column("answers", says("phones"), says("phones that answered")),
        Column("correct", says("phones"), says("of these: right")),
        Column("share", says("share 0 to 1"), says("right among answers")),
        Column("low", says("share 0 to 1"), says("lower end of Wilson's interval, at 95 per cent")),
        Column("high", says("share 0 to 1"), says("upper end")),
        Column("others", says("phones"), says("that answered after other versions in this language")),
        Column("others_share", says("share 0 to 1"), says("right among these")),
        Column("gap", says("share -1 to 1"), says("share less that of the other versions")),
        Column("gap_low", says("share -1 to 1"), says("lower end of Newcombe's interval, at 95 per cent, by itself")),
        Column("gap_high", says("share -1 to 1"), says("upper end")),
        Column("learned", says("phones"), says("of those who answered twice: first wrong, then right")),
        Column("forgot", says("phones"), says("of these: first right, then wrong")),
        Column("change", says("share -1 to 1"), says("learned less forgot, among those who answered twice")),
        Column("change_low", says("share -1 to 1"), says("lower end of Bonett and Price's interval, at 95 per cent")),
        Column("change_high", says("share -1 to 1"), says("upper end")),
    ),
    ("knowledge_answer",),
    _before_and_after,
    dots=Dots("language", ("words_version", "told"), "share", "low", "high", beside="others_share"),
)
