"""Tries that are counted in the database, per phone and day of the city: a guess must not be free."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify_service.conversations.context import Context
from verify_service.ground.programme import programme
from verify_service.ground.tables import LinkTry, NumberTry


def code_tries(context: Context) -> int:
    """How often a code from a letter was tried on this phone today, this time included."""
    return _counted(context, LinkTry)


def not_a_guess(context: Context) -> None:
    """The code that was just counted was right: who helps many in a day guesses nothing."""
    held = (LinkTry.phone_id == context.phone.id, LinkTry.day == _today(context))
    context.session.execute(update(LinkTry).where(*held).values(tries=LinkTry.tries - 1))


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
