"""Tries that are counted in the database, per phone and day of the city: a guess must not be free."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify_service.conversations.talking import Talking
from verify_service.ground.programme import programme
from verify_service.ground.tables import LinkTry, NumberTry


def code_tries(talking: Talking) -> int:
    """How often a code from a letter was tried on this phone today, this time included."""
    return _counted(talking, LinkTry)


def not_a_guess(talking: Talking) -> None:
    """The code that was just counted was right: who helps many in a day guesses nothing."""
    held = (LinkTry.phone_id == talking.phone.id, LinkTry.day == _today(talking))
    talking.session.execute(update(LinkTry).where(*held).values(tries=LinkTry.tries - 1))


def number_tries(talking: Talking) -> int:
    """How often a number that leads nowhere was typed on this phone today, this time included."""
    return _counted(talking, NumberTry)


def numbers_tried(talking: Talking) -> int:
    """How many numbers that lead nowhere were typed on this phone today so far."""
    held = (NumberTry.phone_id == talking.phone.id, NumberTry.day == _today(talking))
    return talking.session.scalar(select(NumberTry.tries).where(*held)) or 0


def _today(talking: Talking) -> dt.date:
    return talking.now.astimezone(programme().zone).date()


def _counted(talking: Talking, table: type[LinkTry] | type[NumberTry]) -> int:
    first = upsert(table).values(phone_id=talking.phone.id, day=_today(talking), tries=1)
    counted = first.on_conflict_do_update(index_elements=[table.phone_id, table.day], set_={"tries": table.tries + 1})
    return talking.session.scalars(counted.returning(table.tries)).one()
