"""Tries that are counted in the database, per phone and day of the city, and codes per NIK: a guess is not free."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import case, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify_service.conversations.context import Context
from verify_service.ground.programme import programme
from verify_service.ground.tables import CodeGuess, LinkTry, NumberTry


def code_tries(context: Context) -> int:
    """How often a code from a letter was tried on this phone today, this time included."""
    return _counted(context, LinkTry)


def not_a_guess(context: Context) -> None:
    """The code that was just counted was right: who helps many in a day guesses nothing."""
    held = (LinkTry.phone_id == context.phone.id, LinkTry.day == _today(context))
    context.session.execute(update(LinkTry).where(*held).values(tries=LinkTry.tries - 1))


FREE: Final = 2  # wrong codes for a NIK before the next one waits: a slip is no guess
SLOWEST: Final = 60  # minutes, so that nobody who knows a NIK shuts its holder out for longer


def must_wait(context: Context, nik_index: bytes) -> bool:
    """Whether a code for this NIK does not count yet, by the database's clock, from whichever phone it comes."""
    held = select(CodeGuess.not_before > func.now()).where(CodeGuess.nik_index == nik_index)
    return bool(context.session.scalar(held))


def wrong_code(context: Context, nik_index: bytes) -> None:
    """A code for this NIK was wrong, whether or not anybody has it: after two, each makes the next wait for longer."""
    first = upsert(CodeGuess).values(nik_index=nik_index, wrong=1, not_before=func.now())
    minutes = func.least(func.power(2, CodeGuess.wrong + 1 - FREE), SLOWEST)
    waits = func.now() + literal_column("interval '1 minute'") * minutes
    longer = case((CodeGuess.wrong + 1 > FREE, waits), else_=func.now())
    counted = {"wrong": func.least(CodeGuess.wrong + 1, 1000), "not_before": longer}
    context.session.execute(first.on_conflict_do_update(index_elements=[CodeGuess.nik_index], set_=counted))


def right_code(context: Context, nik_index: bytes) -> None:
    """The letter was at hand: what was wrong before counts no more."""
    context.session.execute(delete(CodeGuess).where(CodeGuess.nik_index == nik_index))


def number_tries(context: Context) -> int:
    """How often a number that leads nowhere was typed on this phone today, this time included."""
    return _counted(context, NumberTry)


def numbers_tried(context: Context) -> int:
    """How many numbers that lead nowhere were typed on this phone today so far."""
    held = (NumberTry.phone_id == context.phone.id, NumberTry.day == _today(context))
    return context.session.scalar(select(NumberTry.tries).where(*held)) or 0


def _today(context: Context) -> dt.date:
    return context.now.astimezone(programme().zone).date()


def _counted(context: Context, table: type[LinkTry] | type[NumberTry]) -> int:
    first = upsert(table).values(phone_id=context.phone.id, day=_today(context), tries=1)
    counted = first.on_conflict_do_update(index_elements=[table.phone_id, table.day], set_={"tries": table.tries + 1})
    return context.session.scalars(counted.returning(table.tries)).one()
