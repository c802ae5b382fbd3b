"""What needs a second administrator: clearance, the roles above an officer's, a reset of a password or second factor.

One asks, a second confirms, and the holder is told of both. What happens then `managing` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from verify_service import audit
from verify_service.accounts import account_notices, two_people
from verify_service.accounts.officers import OfficerRefused, Position, Role
from verify_service.accounts.two_people import COMMAND_LINE, NotTwo
from verify_service.ground.tables import AccountRequest, Officer

_ABOVE: Final = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})
REFUSED: Final = {
    NotTwo.WAITING: "An account that was made, reset or opened within a day decides nothing yet",
    NotTwo.SAME: "A second person has to do this",
    NotTwo.ONE_HAND: "One of the two accounts was made or reset by the other's holder, or both by one person",
}


class Asked(StrEnum):
    """What is asked for."""

    SCOPE = "scope"
    PASSWORD = "password"  # noqa: S105  # the kind of a reset
    FACTOR = "factor"


def alone(by: str) -> bool:
    """Whether somebody works at the command line, where no second person is asked, and all are told instead."""
    return by.partition(":")[0] == COMMAND_LINE


def raises(officer: Officer | None, wanted: Position) -> bool:
    """Whether it gives an account clearance, or a role above an officer's, that it has not."""
    role, cleared = (officer.role, officer.cleared) if officer is not None else (None, False)
    return (wanted.cleared and not cleared) or (wanted.role in _ABOVE and wanted.role != role)


def ask(
    session: Session, officer: Officer, kind: Asked, wanted: Position | None = None, *, by: str, now: dt.datetime
) -> int:
    """Ask for it; its number. OfficerRefused where the same waits already for its second administrator."""
    row = AccountRequest(officer_id=officer.id, kind=kind, wanted=asdict(wanted) if wanted else {}, asked_by=by)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise OfficerRefused("asked", "That is asked for already and waits for a second administrator") from None
    on = f"officer:{officer.id}"
    audit.record(session, now=now, actor=by, action=f"{kind} asked for", on=on, request=row.id)
    account_notices.tell(session, officer, f"{kind} asked for", by=by)
    return row.id


def take(session: Session, number: int) -> AccountRequest:
    """The request, locked; OfficerRefused where it was decided already, or nobody asked."""
    row = session.get(AccountRequest, number, with_for_update=True)
    if row is None or row.state != "open":
        raise OfficerRefused("over", "That was decided already")
    return row


def check_second(session: Session, row: AccountRequest, by: str) -> None:
    """OfficerRefused where whoever confirms is no second person, or is confirming something for himself."""
    if by == f"officer:{row.officer_id}":
        raise OfficerRefused("own", "Your own account is changed by other administrators")
    if (why := two_people.why_not_second(session, row.asked_by, by)) is not None:
        raise OfficerRefused(why, REFUSED[why])


def settle(session: Session, row: AccountRequest, state: str, *, by: str, now: dt.datetime) -> None:
    """It was done, refused or withdrawn by this person; the holder and all who have to know are told."""
    row.state, row.decided_by, row.decided_at = state, by, func.now()
    officer = session.get_one(Officer, row.officer_id)
    action = f"{row.kind} {'confirmed' if state == 'done' else state}"
    audit.record(session, now=now, actor=by, action=action, on=f"officer:{row.officer_id}", request=row.id)
    account_notices.tell(session, officer, action, by=by)


@dataclass(frozen=True)
class Request:
    """One that waits, as pages show it."""

    id: int
    officer_id: int
    name: str
    kind: Asked
    wanted: Position | None
    asked_by: str
    asked_at: dt.datetime


def waiting(session: Session, officer_id: int | None = None) -> Sequence[Request]:
    """Those that wait for a second administrator, the oldest first; or those about this account."""
    asked = (
        select(AccountRequest, Officer.name)
        .join(Officer, Officer.id == AccountRequest.officer_id)
        .where(AccountRequest.state == "open")
        .order_by(AccountRequest.id)
    )
    if officer_id is not None:
        asked = asked.where(AccountRequest.officer_id == officer_id)
    return [
        Request(
            row.id,
            row.officer_id,
            name,
            Asked(row.kind),
            Position(**row.wanted) if row.wanted else None,
            row.asked_by,
            row.asked_at,
        )
        for row, name in session.execute(asked)
    ]
