"""Rows read by hand, as the objects that the rest of the house knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session, configure_mappers
from sqlalchemy.orm.util import identity_key

from verify_service.ground.tables import Base

Kind = TypeVar("Kind", bound=Base)
configure_mappers()  # objects are made here before any session has asked for it


def columns_of(kind: type[Base]) -> str:
    """The columns of a table as a command names them, in the order in which `as_read` takes them."""
    return ", ".join(f"{kind.__tablename__}.{column.name}" for column in kind.__table__.columns)


def types_of(kind: type[Base]) -> tuple[type, ...]:
    """The type of each of these columns."""
    return tuple(column.type.python_type for column in kind.__table__.columns)


def as_read(kind: type[Kind], row: Sequence[Any]) -> Kind:
    """The object of a row, in no session yet: a tenth of what the session would need to make it."""
    made: Kind = kind.__mapper__.class_manager.new_instance()
    made.__dict__.update(zip(kind.__table__.columns.keys(), row, strict=True))
    return made


def belong(session: Session, held: Base) -> None:
    """Give such an object, or a new one, to the session: what was changed in it so far is written with the rest."""
    if held in session:
        return
    if "id" in held.__dict__:
        inspect(held).key = identity_key(instance=held)
    session.add(held)
