"""How the list and the months stood before they were changed: a row for each state that has ended.

Triggers of the database write them (migrations 0003 and 0008), whoever changes a row; nothing else does.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, UniqueConstraint

from verify_service.ground.tables.base import Base
from verify_service.ground.tables.registry import Enrolment, InsurerRecord, Payment, PhoneLink, RtHead, Worker

# Of no day: what would open a phone, or tell that it was tried.
_NOT_KEPT: dict[type[Base], set[str]] = {RtHead: {"letter_issue", "pin_hash", "pin_tries", "rules_at"}}


def _before(model: type[Base]) -> Table:
    table = Base.metadata.tables[model.__tablename__]
    name = f"{table.name}_before"
    columns = [
        Column(held.name, held.type, comment=held.comment)
        for held in table.columns
        if held.name not in _NOT_KEPT.get(model, ())
    ]
    return Table(
        name,
        Base.metadata,
        *columns,
        Column("ended_at", DateTime(timezone=True), nullable=False, comment="when the row was changed or went"),
        Column("ended_by", BigInteger(), comment="the version that did it, if it was one"),
        UniqueConstraint("id", "ended_at", "ended_by", postgresql_nulls_not_distinct=True),
        Index(f"ix_{name}_ended_by", "ended_by"),
    )


BEFORE = {model: _before(model) for model in (Worker, Enrolment, Payment, InsurerRecord, PhoneLink, RtHead)}
